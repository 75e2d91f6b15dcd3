"""Periods in a range: as a general optimizer finds them, with the errors that it gives."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from epicycle.experiments.cosinor import series_of
from epicycle.experiments.periods import alike, band_of, directions, refined, strength

T = np.arange(0, 72, 3.0)


def rhythm(t, mesor, a, b, period):
    angle = 2 * np.pi * t / period
    return mesor + a * np.cos(angle) + b * np.sin(angle)


def made(n, period, seed, missing=0.0):
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 24, (n, 1))
    y = np.cos(2 * np.pi * (T - phase) / period) + 0.3 * rng.normal(size=(n, len(T)))
    y[rng.random(y.shape) < missing] = np.nan
    return y


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_periods_and_errors_are_those_of_a_general_optimizer(missing):
    y = made(10, 23.1, seed=1, missing=missing)
    series = series_of(T, y)
    band = band_of(series, (18, 30), 1)
    strongest = strength(band, series)
    found = refined(series, band, strongest.at)
    assert not found.at_edge.any()
    assert (found.fits.explained / series.total >= strongest.share - 1e-12).all()
    for k, own in enumerate(y):
        here = np.isfinite(own)
        t = T[here] - series.centre
        start = [own[here].mean(), *found.fits.coefficients[k] * 0.9, 24.0]
        b, covariance = curve_fit(rhythm, t, own[here], start)
        # the optimizer ends where the fit gets better by less than 1e-8 of itself
        error = np.sqrt(covariance[3, 3])
        assert abs(1 / found.frequency[k] - b[3]) < 1e-3 * error
        left = series.total[k] - found.fits.explained[k]
        variance = left / (here.sum() - 4)
        own_error = np.sqrt(variance / found.information[k]) / found.frequency[k] ** 2
        np.testing.assert_allclose(own_error, error, rtol=1e-3)


def test_patterns_and_a_stack_say_the_same():
    y = made(20, 24.0, seed=2)
    series = series_of(T, y)
    band = band_of(series, (18, 30), 2)
    one = strength(band, series)
    weights = np.ones(y.shape)
    weights[0, 0] = 1 + 1e-12  # the same, but a pattern for each
    apart = series_of(T, y, weights)
    two = strength(band_of(apart, (18, 30), 2), apart)
    np.testing.assert_allclose(one.share, two.share, rtol=1e-9)
    np.testing.assert_allclose(one.statistic, two.statistic, rtol=1e-9)
    np.testing.assert_array_equal(one.at, two.at)


def test_power_that_rises_towards_the_end_of_the_range_is_at_the_edge():
    series = series_of(T, made(5, 35.0, seed=3))
    band = band_of(series, (18, 30), 1)
    assert refined(series, band, strength(band, series).at).at_edge.all()


def test_periods_that_times_do_not_tell_apart_are_named():
    # every 12 hours: a frequency f is 1/12 - f, so that 20 h is 30 h
    t = np.arange(0, 120, 12.0)
    series = series_of(t, np.random.default_rng(5).normal(size=(2, len(t))))
    low, high = alike(band_of(series, (18, 30), 1), series, 0)
    assert 1 / low + 1 / high == pytest.approx(1 / 12, rel=0.01)
    series = series_of(T, made(2, 24.0, seed=6))
    assert alike(band_of(series, (18, 30), 1), series, 0) is None
    assert alike(band_of(series, (24, 24), 1), series, 0) is None


def test_a_range_with_too_many_periods_is_refused():
    t = np.arange(0, 1e5, 3.0)
    series = series_of(t, np.ones((1, len(t))))
    with pytest.raises(ValueError, match="narrow the range, or search each series with find_cyc"):
        band_of(series, (10, 30), 1)


def test_directions_are_those_of_the_columns_of_a_pattern():
    y = made(6, 24.0, seed=4)
    y[:, 5] = np.nan
    series = series_of(T, y)
    band = band_of(series, (18, 30), 1)
    one = directions(band, series, 0, 23)
    np.testing.assert_allclose(one.white[3].T @ one.white[3], np.eye(2), atol=1e-10)
    np.testing.assert_allclose(one.root @ one.white[3], 0, atol=1e-10)
    np.testing.assert_allclose(one.white[:, 5], 0, atol=1e-12)
    shares = one.shares(series.values / np.sqrt(series.total)[:, None])
    np.testing.assert_allclose(shares.max(axis=1), strength(band, series).share, rtol=1e-9)
