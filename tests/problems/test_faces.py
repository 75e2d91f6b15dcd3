"""Faces of clocks: what hands and rings show."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from epicycle.problems import Clock
from epicycle.problems.clock import YEAR
from epicycle.problems.faces import draw_clocks
from tests.problems.figures import by_name


def test_nothing_sticks_out_of_the_picture(sine: Figure) -> None:
    width, height = sine.canvas.get_width_height()
    clocks = draw_clocks(Clock(), [0, 2000 * YEAR], {"a network": [[0, 0, 0], [1, 2, 3]]})
    for figure in (sine, clocks):
        width, height = figure.canvas.get_width_height()
        texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
        for text in texts:
            box = text.get_window_extent()
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert inside, text.get_text()


def test_hands_point_where_those_of_a_clock_point() -> None:
    # 06:30:00 is 6.5 / 24 of the way round for the hours, half for the minutes, none for seconds
    figure = draw_clocks(Clock(), [6.5 * 3600], {})
    turns = []
    for hand in by_name(figure.axes[0], "hand"):
        x, y = (np.asarray(values)[-1] for values in hand.get_data())
        turns.append(np.arctan2(x, y) / (2 * np.pi) % 1)  # clockwise from the top
    assert turns == pytest.approx([6.5 / 24, 0.5, 0.0], abs=1e-12)


@pytest.mark.parametrize("clock", [Clock.random(0), Clock(1e5, (7,)), Clock(1e9, (90, 80, 70, 60))])
def test_any_clock_can_be_drawn(clock: Clock) -> None:
    figure = draw_clocks(clock, [1e6], {"same": clock.digits([1e6])})
    figure.canvas.draw()
    assert len(by_name(figure.axes[0], "hand")) == len(clock.radices)
    boxes = [text.get_window_extent() for text in by_name(figure.axes[0], "reading")]
    for left, right in pairwise(boxes):
        assert left.x1 < right.x0  # digits keep apart
