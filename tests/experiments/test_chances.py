"""Chances of noise: the F-test where the period is known, simulated where it was searched."""

import numpy as np
import pytest
from scipy import stats

from epicycle.experiments.chances import (
    Chances,
    Directions,
    Tail,
    averaged,
    chance,
    prior,
    simulated,
    tail_of,
)
from epicycle.experiments.cosinor import series_of
from epicycle.experiments.periods import band_of, directions, strength

T = np.arange(0, 48, 4.0)


@pytest.mark.parametrize("harmonics", [1, 2, 3])
def test_a_known_period_is_the_f_test(harmonics):
    share, n = np.array([0.0, 0.1, 0.5, 0.9, 1.0]), 12
    freedom = n - 1 - 2 * harmonics
    with np.errstate(divide="ignore"):
        f = share / (2 * harmonics) / ((1 - share) / freedom)
    p = chance(share, np.full(5, n), harmonics)
    np.testing.assert_allclose(p, stats.f.sf(f, 2 * harmonics, freedom), rtol=1e-10)


def test_the_middle_of_a_range_has_more_weight_than_its_ends_and_all_have_some():
    weights = prior(31)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights, weights[::-1])
    assert (np.diff(weights[:16]) > 0).all()
    assert weights[0] > 0.2 / 31
    assert prior(1).tolist() == [1]


def test_the_average_is_a_ratio_of_densities():
    rng = np.random.default_rng(1)
    shares = rng.random((5, 7)) * 0.9
    expected = np.log((1 - shares) ** -((12 - 4) / 2) @ prior(7))
    np.testing.assert_allclose(averaged(shares, 12, 1), expected)
    # so strong that the ratio itself would overflow
    assert np.isfinite(averaged(np.full((1, 3), 1.0), 2000, 1)).all()


def made(harmonics: int, n_series: int, seed: int, n: int = 12):
    t = np.arange(n) * 4.0
    noise = np.random.default_rng(seed).normal(size=(n_series, n))
    series = series_of(t, noise)
    band = band_of(series, (18, 30), harmonics)
    return series, band, directions(band, series, 0, n)


@pytest.mark.parametrize("harmonics", [1, 2])
def test_chances_of_a_search_are_those_of_plain_simulation(harmonics):
    series, band, one = made(harmonics, 40_000, seed=2)
    tail = tail_of([one], 60_000)
    p = tail(strength(band, series).statistic)
    for level in (0.5, 0.1, 0.01, 0.001):
        error = np.sqrt(1 / level / 40_000 + 1 / level / 48_000)
        assert abs((p < level).mean() / level - 1) < 4 * error
    # as a test of one period it would be far off
    p = chance(strength(band, series).share, 12, harmonics)
    assert (p < 0.05).mean() > 0.1


def test_the_far_tail_is_known_and_goes_on():
    _, _, one = made(1, 2, seed=3, n=24)
    two, other = tail_of([one], 40_000), tail_of([one], 30_000)
    grid = np.linspace(2, 32, 30)
    p = two(grid)
    assert (np.diff(p) < 0).all()
    # far beyond what counting draws would tell, two simulations agree
    np.testing.assert_allclose(np.log(p), np.log(other(grid)), atol=0.3)
    assert p[-1] < 1e-13
    # nothing exceeds s with a probability above its mean over s; the mean of the ratio at one
    # frequency is B(1, 1/2) / B(1, 21/2) = 21
    assert (p <= 21 * np.exp(-grid)).all()


def test_a_range_that_is_a_point_is_the_f_test():
    series, _, _ = made(1, 500, seed=4)
    band = band_of(series, (24, 24), 1)
    tail = tail_of([directions(band, series, 0, 12)], 60_000)
    found = strength(band, series)
    exact = chance(found.share, 12, 1)
    np.testing.assert_allclose(tail(found.statistic), exact, rtol=0.1, atol=0.005)


def test_draws_keep_missing_values_missing():
    root = np.where(np.arange(12) == 4, 0.0, 1.0)
    y = np.random.default_rng(6).normal(size=(2, 12))
    y[:, 4] = np.nan
    series = series_of(T, y)
    one = directions(band_of(series, (18, 30), 1), series, 0, 11)
    np.testing.assert_array_equal(one.root, root)
    statistic, weights = Directions(one.root, one.white, 11).drawn(np.random.default_rng(1), 500)
    assert np.isfinite(statistic).all()
    # the mean weight of draws is one
    assert weights.mean() == pytest.approx(1, abs=4 * weights.std() / np.sqrt(500))


def test_a_tail_is_read_between_its_draws():
    tail = Tail(np.linspace(0, 10, 1001), -np.linspace(0, 10, 1001))
    np.testing.assert_allclose(tail(np.array([-1, 0, 5, 12])), np.exp([0, 0, -5.0, -12]))


def test_simulated_chances_are_shares_and_scale_in_the_tail():
    # probabilities of another noise that are twice too small everywhere
    found = simulated(lambda rng, n, k: rng.random(n) / 2, 2, 40_000)
    p = np.array([1e-6, 1e-3, 0.05, 0.25, 0.45])
    # the factor of the tail is known from the 200 draws beyond
    np.testing.assert_allclose(found(p), 2 * p, rtol=3 / np.sqrt(200), atol=0.01)
    assert found(np.array([1.0])) == 1.0
    again = simulated(lambda rng, n, k: rng.random(n) / 2, 2, 40_000)
    np.testing.assert_array_equal(found.formula, again.formula)


def test_the_map_is_continuous():
    found = Chances(np.array([0.1, 0.5]), np.array([0.2, 0.9]))
    np.testing.assert_allclose(found(np.array([0.05, 0.1, 0.3, 0.5])), [0.1, 0.2, 0.55, 0.9])
