"""Seasonal naive against what one would do by hand."""

import numpy as np
import pytest

from epicycle.forecasting.naive import Seen, seasonal_naive

T = np.arange(60.0)
Y = np.arange(60.0) % 12 + 100.0


def _seen(rows, y=Y, group=None):
    return Seen.of(T[rows], y[rows], None if group is None else group[rows])


@pytest.mark.parametrize("ahead", [6, 20])
def test_it_repeats_the_last_season(ahead):
    early, late = 60 - ahead > T, 60 - ahead <= T
    told, season = seasonal_naive(_seen(early), _seen(late), [12.0, 7.0])
    assert season == 12.0
    np.testing.assert_allclose(told[:, 0], Y[late])


def test_without_a_season_it_repeats_the_last_value():
    told, season = seasonal_naive(_seen(T < 50), _seen(T >= 50), [])
    assert season is None
    assert (told == Y[49]).all()
    # a season that was not seen twice is none
    assert seasonal_naive(_seen(T < 20), _seen(T >= 20), [12.0])[1] is None


def test_a_level_that_wanders_is_repeated_where_that_is_nearer():
    walk = np.cumsum(np.ones(60))
    assert seasonal_naive(_seen(T < 54, walk), _seen(T >= 54, walk), [12.0])[1] is None


def test_outputs_groups_gaps_and_order():
    both = np.stack([Y, -Y], axis=1)
    both[3, 0] = np.nan
    mixed = np.random.default_rng(1).permutation(48)
    told, _ = seasonal_naive(_seen(mixed, both), _seen(T >= 48, both), [12.0])
    np.testing.assert_allclose(told, both[48:])
    group = np.where(T % 2 > 0, "a", "b").astype(object)
    known, late = _seen(T < 48, Y, group), _seen(T >= 48, Y, group)
    told, _ = seasonal_naive(known, late, [12.0])
    np.testing.assert_allclose(told[:, 0], Y[48:])
