"""The picture: every part is where its number is."""

import numpy as np
import pytest

import epicycle
from tests.behaviour.wrists import wrist


def parts(figure, name):
    return [one for axes in figure.axes for one in axes.get_children() if one.get_gid() == name]


@pytest.mark.parametrize("period", [24, 23.5])
def test_the_parts_are_where_their_numbers_are(period):
    hours, counts, _, _ = wrist(6, tau=23.5, wake=1.0, bed=16.0)
    found = epicycle.actigraphy(hours, counts, period=period, unit="h")
    figure = found.plot(title="mouse")
    figure.draw_without_rendering()
    (marks,) = parts(figure, "onsets")
    row = np.floor(found.onsets.hours / period)
    np.testing.assert_allclose(marks.get_xdata(), found.onsets.hours - row * period)
    np.testing.assert_allclose(marks.get_ydata(), row + 0.5)
    assert parts(figure, "M10")[0].get_ydata()[0] == found.M10.level
    assert sum(np.ptp(one.get_xdata()) for one in parts(figure, "L5")) == pytest.approx(
        found.L5.length
    )
    (curve,) = parts(figure, "chi-square")
    np.testing.assert_array_equal(curve.get_ydata(), found.chi_square.statistic)
    (hours_of_day,) = parts(figure, "average-day")
    # epochs of a minute would hide it
    assert hours_of_day.get_zorder() > hours_of_day.axes.get_lines()[0].get_zorder()
    assert len(parts(figure, "noise-line")) == 2
    assert len(parts(figure, "onsets-line")) == 2
