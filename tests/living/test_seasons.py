"""Seasons of regular series: told by steps from value to value, or by cycles that were found."""

import numpy as np

from epicycle.living.seasons import seasons_of


def test_a_sharp_season_on_a_wandering_level_is_told() -> None:
    rng = np.random.default_rng(2)
    for season in (4, 7, 12):
        wave = np.where(np.arange(season) == 1, 6.0, 0.0)
        y = np.cumsum(rng.normal(size=15 * season)) + np.resize(wave, 15 * season)
        assert seasons_of(y, ())[0] == season


def test_noise_and_walks_have_none() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert seasons_of(rng.normal(size=150), ()) == []
        assert seasons_of(np.cumsum(rng.normal(size=150)), ()) == []


def test_cycles_of_whole_steps_are_tried_and_others_are_not() -> None:
    y = np.random.default_rng(4).normal(size=200)
    # after 200 steps, a period of 12.01 is 0.014 turns off one of 12, and 12.3 is 0.4
    assert seasons_of(y, [12.01]) == [12]
    assert seasons_of(y, [12.3, 150.0]) == []


def test_constant_and_very_short_series_have_none() -> None:
    assert seasons_of(np.ones(50), ()) == []
    assert seasons_of(np.arange(4.0), ()) == []
