"""Exponential smoothing: the filter is the recursion, and forecasts are those of its numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.living.smoothing import Strength, smooth


def seasonal(n: int, season: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    wave = rng.normal(0, 3, season)
    return np.cumsum(rng.normal(0.1, 1, n)) + np.resize(wave, n) + rng.normal(size=n)


@pytest.mark.parametrize(("season", "slope"), [(1, False), (1, True), (4, True), (30, False)])
def test_errors_are_those_of_the_recursion(season: int, slope: bool) -> None:
    y = seasonal(120, season)
    found = smooth(y, season, slope=slope)
    ahead = np.array([found.forecast(t, 1)[0] for t in range(len(y))])
    assert_allclose(y - ahead, found.error, atol=1e-8)


def test_forecasts_further_ahead_are_the_recursion_without_errors() -> None:
    y = seasonal(60, 4)
    found = smooth(y, 4, slope=True)
    p = found.strength.p
    level, slope, cycle = found.level[60], found.slope[60], found.cycle(60)
    for h, value in enumerate(found.forecast(60, 9)):
        level, slope = level + p * slope, p * slope
        assert_allclose(value, level + cycle[h % 4], atol=1e-9)


def test_a_filter_without_gains_is_a_difference() -> None:
    numerator, denominator = Strength(1.0, 0.0, 0.0, 1.0).filter(1)
    # all of each error goes into the level: the forecast is the last value
    assert_allclose(numerator, [1, -1])
    assert_allclose(denominator, [1, 0])


def test_a_season_that_is_there_is_preferred_and_one_that_is_not_is_not() -> None:
    y = seasonal(120, 4)
    assert smooth(y, 4, slope=False).criterion < smooth(y, 1, slope=False).criterion - 15
    noise = np.random.default_rng(1).normal(size=120)
    assert smooth(noise, 4, slope=False).criterion > smooth(noise, 1, slope=False).criterion
