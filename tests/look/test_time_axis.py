"""The axis of time, and how many samples are drawn, at which size."""

import datetime as dt

import numpy as np
import pytest
from matplotlib.dates import date2num

from epicycle.look import drawing
from epicycle.look.time_axis import (
    Clock,
    clock_from,
    draw_double_plotted,
    marker_size,
    opacity,
    thinned,
)
from epicycle.samples.times import TimeScale


def test_times_far_from_zero_are_shown_from_a_round_number() -> None:
    clock = clock_from(TimeScale("d", calendar=False), 2_460_123.4, (2_460_100.0, 2_460_130.0))
    assert clock.shift == 2_460_100.0  # the largest multiple of 100, the round number above 30
    assert clock.label == "time − 2460100 (d)"
    np.testing.assert_allclose(clock.places(np.array([0.0, 1.0])), [23.4, 24.4], atol=1e-9)


def test_times_near_zero_are_shown_as_they_are() -> None:
    clock = clock_from(TimeScale("d", calendar=False), 12.0, (0.0, 30.0))
    assert clock.shift == 0.0
    assert clock.label == "time (d)"
    np.testing.assert_array_equal(clock.places(np.array([-12.0, 3.0])), [0.0, 15.0])


def test_dates_are_placed_by_their_instant() -> None:
    scale = TimeScale("h", calendar=True)
    moment = dt.datetime(2024, 2, 29, 12)
    hours = (moment - dt.datetime(1970, 1, 1)).total_seconds() / 3600
    place = Clock(hours, scale, 0.0).places(np.array([6.0]))
    assert place == pytest.approx(date2num(moment) + 0.25, abs=1e-9)


def test_thinning_keeps_few_samples_and_draws_the_same_ones_again() -> None:
    np.testing.assert_array_equal(thinned(5, 5), np.arange(5))
    some = thinned(1000, 50)
    assert len(np.unique(some)) == 50
    assert np.all(np.diff(some) > 0)
    np.testing.assert_array_equal(some, thinned(1000, 50))


def test_more_samples_are_drawn_smaller_and_fainter() -> None:
    sizes = [marker_size(n) for n in (0, 100, 1000, 10_000, 10**7)]
    shades = [opacity(n) for n in (0, 100, 1000, 10_000, 10**7)]
    assert sizes == sorted(sizes, reverse=True)
    assert shades == sorted(shades, reverse=True)
    assert sizes[0] > sizes[2] > sizes[-1] == 2.0
    assert shades[0] > shades[-1] == 0.2


def test_each_row_stands_beside_the_next() -> None:
    axes = drawing.new_figure((3.0, 3.0)).add_subplot()
    image = draw_double_plotted(axes, np.array([[1.0, 2.0], [3.0, np.nan]]), 24.0)
    shown = np.ma.filled(image.get_array(), -1.0)
    np.testing.assert_array_equal(shown, [[1, 2, 3, -1], [3, -1, -1, -1]])
    assert image.get_extent() == [0.0, 48.0, 2.0, 0.0]
