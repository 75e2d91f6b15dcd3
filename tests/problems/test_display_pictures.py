"""Pictures of displays and calendars: what is wrong is in another colour."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from epicycle.look import drawing as draw
from epicycle.problems import Calendar, DecimalDigits, SevenSegments
from epicycle.problems.display_pictures import draw_readings
from tests.problems.figures import by_name


@pytest.mark.parametrize("display", [DecimalDigits(), SevenSegments()])
def test_segments_that_differ_are_in_another_colour(display) -> None:
    t = np.array([0])
    wrong = display.digits(t)
    if wrong.shape[1] == 42:
        wrong[0, 0] = 0  # the top of a 0 is dark
    else:
        wrong[0, 0] = 1  # 1 lacks four of the segments of 0
    figure = draw_readings(display, t, {"right": display.digits(t), "wrong": wrong}, years=120)
    counts = []
    for axes in figure.axes:
        colours = [to_hex(s.get_color()) for s in by_name(axes, "segment")]
        assert len(colours) == 42
        counts.append(colours.count(to_hex(draw.VERMILLION)))
    assert counts == [0, 0, 1 if wrong.shape[1] == 42 else 4]


def test_a_leaf_says_the_day_and_what_is_wrong() -> None:
    t = np.array([59 * 86400, -86400])
    reading = Calendar().digits(t)
    reading[0, 1] = 5
    figure = draw_readings(Calendar(), t, {"one": reading}, years=400)
    texts = {text.get_text(): to_hex(text.get_color()) for text in figure.axes[2].texts}
    assert set(texts) == {"Tue", "Jun", "29", "year 0 of 4", "leap"}
    assert [name for name, c in texts.items() if c == to_hex(draw.VERMILLION)] == ["Jun"]
    rows = [text.get_text() for text in figure.texts]
    assert "in training range" in rows
    assert "0 years\nbefore it" in rows


def test_readings_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"has the shape \(1, 2\).*To fix this"):
        draw_readings(Calendar(), [0], {"a": [[1, 2]]}, years=400)
