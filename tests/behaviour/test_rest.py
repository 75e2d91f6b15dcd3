"""Rest by a threshold, by the trend, and the sleep regularity index by hand."""

import numpy as np
import pytest

from epicycle.behaviour import rest


def test_the_index_by_hand():
    nan = np.nan
    states = np.array([[1, 0, 0, 1], [1, 1, 0, 0], [1, 0, nan, 0]], dtype=float)
    # alike: yes no yes no, then yes no (unknown) yes: 4 of 7; -100 + 200 4/7 = 100/7
    assert rest.sleep_regularity(states) == (pytest.approx(100 / 7, abs=1e-9), 7)
    assert rest.sleep_regularity(states[[0, 0, 0]]) == (pytest.approx(100, abs=1e-9), 8)
    assert rest.sleep_regularity(np.array([[1, 0], [0, 1.0]])) == (pytest.approx(-100), 2)
    index, pairs = rest.sleep_regularity(np.full((2, 4), nan))
    assert np.isnan(index)
    assert pairs == 0


def test_states_left_to_chance_have_an_index_of_zero():
    states = (np.random.default_rng(1).uniform(size=(300, 24)) < 0.5).astype(float)
    index, pairs = rest.sleep_regularity(states)
    assert abs(index) < 4 * 100 / np.sqrt(pairs)


def test_rest_is_far_below_the_mean_of_its_day_in_any_unit():
    grid = np.tile(np.r_[np.full(8, 1.0), np.full(16, 20.0)], (4, 1))
    grid[2, 3] = np.nan
    expected = np.where(grid < 5, 1.0, 0.0)
    expected[2, 3] = np.nan
    # the mean over a day is about 13.7: 15 % of it are 2
    np.testing.assert_array_equal(rest.rest_by_trend(grid), expected)
    np.testing.assert_array_equal(rest.rest_by_trend(1e-3 * grid), expected)
    np.testing.assert_array_equal(rest.rest_below(grid, 5), expected)
    assert rest.rest_below(grid, 1.0)[0, 0] == 0  # what is at the threshold is not below it


def test_the_mean_about_a_time_by_hand():
    values = np.array([1, 2, np.nan, 4, 5, 6], dtype=float)
    # two to either side; at the ends fewer
    expected = [1.5, 7 / 3, 3, 17 / 4, 5, 5]
    np.testing.assert_allclose(rest.centred_mean(values, 4), expected, atol=1e-12)
    assert np.isnan(rest.centred_mean(np.r_[1.0, np.full(9, np.nan)], 4)[5])
