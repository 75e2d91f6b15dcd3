"""Fits of one waveform on a bent clock recover how it is bent."""

import numpy as np

from epicycle.evidence.clocks import Wave, _inverse, best_bend, best_pair, fit_bent
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data


def _wave(phase, t, rng, orders=(1, 2)):
    y = np.cos(2 * np.pi * phase) + 0.4 * np.cos(4 * np.pi * phase + 1)
    data = build_data(check_samples(t, y + rng.normal(0, 0.2, len(t))), 0)
    return Wave(data, data.y[:, 0] - data.y[:, 0].mean(), 0, 0.1, np.array(orders))


def test_a_jump_is_recovered_with_its_error() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(0, 200, 0.5)
    wave = _wave(0.1 * t + np.where(t > 100, 0.15, 0.0), t, rng)
    step = (wave.t > 0.1)[:, np.newaxis].astype(float)
    found = fit_bent(wave, "jump", 0.1, step, np.array([0.0, 0.0]))
    assert abs(found.theta[0] - 0.15) < 4 * found.error[1]
    assert found.error[1] < 0.01
    assert abs(found.frequency - 0.1) < 4 * found.error[0]
    scatter = np.sqrt(found.chi2 / (len(t) - found.n_parameters))
    assert abs(scatter - 0.2) < 4 * 0.2 / np.sqrt(2 * len(t))


def test_the_right_kind_fits_best() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(0, 200, 0.5)
    wave = _wave(0.1 * t + np.where(t > 100, 0.004 * (t - 100), 0.0), t, rng)
    time = np.linspace(-85, 85, 6)
    phase = np.where(time > 0, 0.004 * time, 0.0)
    jump, bent, *_ = best_bend(wave, time, phase, np.full(6, 0.01))
    assert (jump.kind, bent.kind) == ("jump", "break")
    assert bent.chi2 < jump.chi2
    assert abs(bent.theta[0] - 0.004) < 4 * bent.error[1]
    assert bent.chi2 + 50 < 25 * best_pair(wave)[0]


def test_a_close_pair_is_fitted_as_one() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(0, 200, 0.5)
    wave = _wave(0.1 * t, t, rng)
    wave.y = wave.y + 0.7 * np.cos(2 * np.pi * 0.106 * t)
    chi2, _ = best_pair(wave)
    # chi-square of 400 values with the variance 0.04, and four deviations of it
    assert chi2 < 0.04 * (400 + 4 * np.sqrt(800))


def test_the_inverse_is_that_of_the_eigenvectors_even_of_dependent_columns() -> None:
    rng = np.random.default_rng(5)
    columns = rng.normal(size=(300, 6)) * [1.0, 1.0, 1.0, 1.0, 1e4, 3.0]
    normal = columns.T @ columns
    # columns of unit length that are drawn at random have a condition of about 2
    np.testing.assert_allclose(
        _inverse(normal) @ normal, np.eye(6), atol=6 * 1e4 * np.finfo(float).eps
    )
    columns[:, 3] = columns[:, 2]
    normal = columns.T @ columns
    np.testing.assert_array_equal(_inverse(normal), np.linalg.pinv(normal, hermitian=True))
