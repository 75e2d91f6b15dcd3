"""Fits of one waveform on a bent clock recover how it is bent."""

import numpy as np
import pytest

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


def _given(at, phase):
    """Return phases of six windows of 200 units, as they are told by the way."""
    return at, phase, np.full(6, 0.01)


def test_the_place_of_a_jump_is_found_between_the_windows() -> None:
    rng = np.random.default_rng(6)
    t = np.arange(0, 200, 0.5)
    # of windows whose middles are at -83 ... 83; the time that they are counted from is 99.75
    wave = _wave(0.1 * t + np.where(t > 112, 0.2, 0.0), t, rng)
    time = np.linspace(-83, 83, 6)
    jump, *_ = best_bend(wave, *_given(time, np.where(time > 12, 0.2, 0.0)))
    # eight places within two windows, and eight within two of these: 2 x 2 x 33 / 8 / 9
    assert abs(jump.place - 12.25) < 2 * 2 * 33.2 / 8 / 9 + 0.5
    assert abs(jump.theta[0] - 0.2) < 4 * jump.error[1] + 0.02


def test_a_phase_that_wanders_is_straight_between_knots() -> None:
    rng = np.random.default_rng(7)
    t = np.arange(0, 200, 0.5)
    time = np.linspace(-99.75, 99.75, 6)
    knots = np.array([0.0, 0.1, 0.0, -0.1, 0.0, 0.1])
    # a frequency off by 0.0005 beside, and phases that are told from another zero
    wave = _wave(0.1005 * t + np.interp(t - 99.75, time, knots), t, rng)
    *_, coarse, fine = best_bend(wave, *_given(time, 0.4 + 0.0005 * time + knots))
    assert (coarse.kind, fine.kind) == ("wander", "wander")
    # two harmonics, the frequency, and what is no straight line at 6 knots, and at twice as many
    assert (coarse.n_parameters, fine.n_parameters) == (4 + 1 + 4, 4 + 1 + 9)
    # chi-square of 400 values with the variance 0.04, and four deviations of it
    assert coarse.chi2 < 0.04 * (400 + 4 * np.sqrt(800))
    assert fine.chi2 < 0.04 * (400 + 4 * np.sqrt(800))
    # the straight part of the wander is the frequency's
    slope = np.polyfit(time, knots, 1)[0]
    assert abs(coarse.frequency - (0.1005 + slope)) < 4 * coarse.error[0] + 1e-5


def test_a_swing_has_its_own_period() -> None:
    rng = np.random.default_rng(8)
    t = np.arange(0, 200, 0.5)
    swing = 1.7 / 200
    wave = _wave(0.1 * t + 0.1 * np.sin(2 * np.pi * swing * t + 1), t, rng)
    time = np.linspace(-83, 83, 6)
    phase = 0.1 * np.sin(2 * np.pi * swing * (time + 99.75) + 1)
    found = best_bend(wave, *_given(time, phase))[2]
    assert found.kind == "swing"
    # amplitude 0.1 turns, errors of 0.2 sqrt(2 / 400) / 2 pi a value: sqrt(6) / pi of its share
    assert abs(found.place - swing) < 0.1 / 200
    assert np.hypot(*found.theta) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_second_of_a_pair_may_be_on_either_side(side: int) -> None:
    rng = np.random.default_rng(3)
    t = np.arange(0, 200, 0.5)
    wave = _wave(0.1 * t, t, rng)
    wave.y = wave.y + 0.7 * np.cos(2 * np.pi * (0.1 + side * 0.0085) * t)
    chi2, n_parameters = best_pair(wave)
    assert chi2 < 0.04 * (400 + 4 * np.sqrt(800))
    assert n_parameters == 2 * 2 + 4
