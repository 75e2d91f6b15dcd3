"""The picture of a rhythm holds what the rhythm says."""

import dataclasses

import numpy as np
import pytest

from changing.tables import example
from epicycle.changing.rhythm import Shift


@pytest.mark.parametrize("calendar", [False, True])
def test_the_picture_shows_the_curves(calendar):
    one = example(jump=-0.1, calendar=calendar)
    t = np.linspace(-120, 120, 30)
    shift = Shift(one.reference_time, 2.0, -0.1, 0.01, -2.4, 0.2, -2.4, 0.2, 24.0, 0.1, 24.0, 0.1)
    one = dataclasses.replace(one, samples=(t, np.cos(t)), shifts=(shift,))
    figure = one.plot(value_label="light")
    figure.canvas.draw()
    data, turns, period, amplitude = figure.axes
    assert data.get_ylabel() == "light"
    assert turns.get_ylabel() == "ahead of a steady clock (h)"
    assert amplitude.get_ylim()[0] == 0.0
    away = turns.lines[0].get_ydata()
    # a delay of a tenth of a turn is 2.4 h
    assert np.ptp(away) == pytest.approx(2.4)
    assert period.lines[0].get_ydata() == pytest.approx(24.0)
    assert len(data.lines[0].get_xdata()) == 30
    for axes in figure.axes:  # the shift: a line, and a bar for the error of its time
        assert any(line.get_color() == "#D55E00" for line in axes.lines)


def test_many_samples_are_thinned():
    one = dataclasses.replace(example(), samples=(np.linspace(-120, 120, 500), np.zeros(500)))
    figure = one.plot(max_points=100)
    assert len(figure.axes[0].lines[0].get_xdata()) == 100
