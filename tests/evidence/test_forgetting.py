"""A phasor that forgets: the filter against the dense Gaussian process, and what a clock gains."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from epicycle.evidence.forgetting import Series
from generators import quasi_periodic, regression, sinusoids


@pytest.mark.parametrize("offset", [0.0, 0.013, -0.02])
def test_the_filter_gives_the_likelihood_of_the_gaussian_process(offset: float) -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100, 40))
    y, dy = rng.normal(size=40), rng.uniform(0.5, 2, 40)
    data = regression(t, y, dy)
    centre, rate, variance, noise = 0.09, 0.07, 1.7, 0.8
    # so many blocks that each has one sample
    series = Series(data, data.y[:, 0], 0, centre, 10**7)
    apart = t[:, np.newaxis] - t
    kernel = (
        variance * np.exp(-rate * np.abs(apart)) * np.cos(2 * np.pi * (centre + offset) * apart)
    )
    dense = stats.multivariate_normal(cov=kernel + noise * np.diag(dy**2)).logpdf(y)
    expected = dense + 20 * math.log(2 * math.pi) + np.log(dy).sum()
    assert series.log_likelihood(offset, rate, variance, noise) == pytest.approx(expected, rel=1e-9)


def test_blocks_lose_nothing_that_matters() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 300, 2000))
    data = regression(t, quasi_periodic(1, t, 11.0, 60.0, 0.5))
    y = data.y[:, 0] - data.y.mean()
    coarse, fine = (
        Series(data, y, 0, 1 / 11, n).log_likelihood(0.001, 1 / 60, 1.0, 0.25) for n in (256, 10**7)
    )
    # within a block of T / 256 the phasor forgets 1 - exp(-300 / 256 / 60) = 2 % of its variance:
    # 2 % of 1 beside the noise of 8 samples, 0.25 / 8 * 2 for each of two components
    assert coarse == pytest.approx(fine, abs=0.02 / 0.06 * 256 / 2)


def test_forgetting_is_rarely_significant_for_a_clock() -> None:
    gains = []
    for seed in range(25):
        problem = sinusoids(seed, 150, 100.0, [(0.2, 1.0)])
        data = problem.data()
        forgetting = Series(data, data.y[:, 0] - data.y.mean(), 0, 0.2, 256).forgetting()
        gains.append(0.0 if forgetting is None else forgetting.gain)
    # at a bound, twice the gain is 0 or chi-square with one degree of freedom, half of the time
    # each: 99.9 % of gains are below 4.8
    assert max(gains) < 4.8
    assert np.mean(np.array(gains) < 0.2) > 0.4


def test_finer_blocks_than_samples_lose_no_digits() -> None:
    # with next to no noise, determinants taken as differences would be noise themselves
    t = np.arange(1700.0, 2009.0)
    y = quasi_periodic(3, t, 11.0, 16.0, 0.0)
    data = regression(t, y)
    series = Series(data, data.y[:, 0], 0, 1 / 11, 4096)
    variance, noise = 1.0, 1e-5
    times = data.times.to_float()
    apart = times[:, np.newaxis] - times
    kernel = variance * np.exp(-np.abs(apart) / 16) * np.cos(2 * np.pi / 11 * apart)
    cov = kernel + noise * np.eye(len(t))
    dense = stats.multivariate_normal(cov=cov).logpdf(data.y[:, 0])
    got = series.log_likelihood(0.0, 1 / 16, variance, noise)
    assert got == pytest.approx(dense + 0.5 * len(t) * math.log(2 * math.pi), rel=1e-6)


def test_what_is_not_likely_enough_is_not_asked_further() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 300, 400))
    data = regression(t, quasi_periodic(1, t, 11.0, 60.0, 0.5))
    series = Series(data, data.y[:, 0] - data.y.mean(), 0, 1 / 11, 256)
    found = series.forgetting()
    assert found is not None
    assert found.gain > 5
    same = series.forgetting(found.likelihood - 1e-6, found.gain - 1e-6)
    assert same == found
    assert series.forgetting(found.likelihood + 1e-6) is None
    assert series.forgetting(gain=found.gain + 1e-6) is None


def test_a_determinant_is_none_below_one_whatever_rounding_says() -> None:
    # on a raster, blocks see a line at half its frequency at one phase: what they say of the phasor
    # has the determinant 0, of which rounding leaves 1e-16 of either sign, times the variance
    for seed in range(60):
        rng = np.random.default_rng(seed)
        t = np.arange(60.0)
        data = regression(t, rng.normal(size=60), 10.0 ** rng.uniform(-1, 1, 60))
        series = Series(data, data.y[:, 0], 0, 0.5, 8)
        for rate in (1e-9, 1e-3, 1.0):
            assert math.isfinite(series.log_likelihood(0.0, rate, 1e10, 1e-3))
