"""Many least squares at once are those of one series after the other."""

import numpy as np
import pytest

from epicycle.experiments.cosinor import columns, fit_at, fit_each, series_of
from tests.experiments.series import DAY, least_squares, noisy

T = np.repeat(np.arange(0, 48, 3.0), 2)


def check(series, fits, y, frequency, harmonics, weights):
    for k, own in enumerate(y):
        w = None if weights is None else np.broadcast_to(weights, y.shape)[k]
        f = frequency if np.ndim(frequency) == 0 else frequency[k]
        b, covariance, left, total = least_squares(T - series.centre, own, f, harmonics, w)
        np.testing.assert_allclose(fits.coefficients[k], b[1:], rtol=1e-9, atol=1e-9)
        row = 0 if len(fits.averages) == 1 else k
        mesor = series.means[k] - fits.averages[row] @ fits.coefficients[k]
        np.testing.assert_allclose(mesor, b[0], rtol=1e-9)
        np.testing.assert_allclose(series.total[k] - fits.explained[k], left, rtol=1e-8)
        np.testing.assert_allclose(series.total[k], total, rtol=1e-9)
        freedom = series.n_samples[k] - len(b)
        inverse = fits.inverse[row] * left / freedom
        np.testing.assert_allclose(inverse, covariance[1:, 1:], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("harmonics", [1, 2, 3])
@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("kind", ["equal", "of samples", "of values"])
def test_fits_are_those_of_single_series(harmonics, missing, kind):
    y = noisy(8, T, seed=1, missing=missing)
    rng = np.random.default_rng(2)
    weights = {
        "equal": None,
        "of samples": rng.uniform(0.5, 2, len(T)),
        "of values": rng.uniform(0.5, 2, y.shape),
    }[kind]
    series = series_of(T, y, weights)
    check(series, fit_at(series, 1 / DAY, harmonics), y, 1 / DAY, harmonics, weights)
    frequency = 1 / rng.uniform(22, 26, len(y))
    fits, x = fit_each(series, frequency, harmonics)
    check(series, fits, y, frequency, harmonics, weights)
    assert x.shape == (8, len(T), 2 * harmonics)


def test_series_that_miss_the_same_samples_share_a_pattern():
    y = noisy(6, T, seed=3)
    y[1::2, 4] = np.nan
    assert len(series_of(T, y).patterns) == 2
    assert len(series_of(T, y[::2]).patterns) == 1
    # all of them miss one: as if it had not been taken
    missing, without = series_of(T, y[1::2]), series_of(np.delete(T, 4), np.delete(y[1::2], 4, 1))
    assert len(missing.patterns) == 1
    for one in ("total", "means"):
        np.testing.assert_allclose(getattr(missing, one), getattr(without, one), rtol=1e-12)
    explained = [fit_at(s, 1 / DAY, 1).explained for s in (missing, without)]
    np.testing.assert_allclose(*explained, rtol=1e-9)


def test_times_that_determine_no_rhythm_give_none():
    t = np.array([0.0, 12.0, 24.0, 36.0])  # cosine and mean, and no sine at all
    series = series_of(t, np.random.default_rng(1).normal(size=(2, 4)))
    assert np.isnan(fit_at(series, 1 / DAY, 1).explained).all()


def test_columns_far_from_zero_keep_their_phase():
    shifted = columns(T + 1e6 * DAY, 1 / DAY, 2)
    np.testing.assert_allclose(shifted, columns(T, 1 / DAY, 2), atol=1e-8)
