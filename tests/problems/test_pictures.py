"""Pictures are checked by the numbers that their artists hold, not by their looks."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from epicycle.look import drawing as draw
from epicycle.problems import Clock, Sine
from epicycle.problems.clock import YEAR
from epicycle.problems.faces import draw_clocks
from epicycle.problems.pictures import draw_sine
from epicycle.problems.sine import landscape
from tests.problems.figures import by_name


def data_of(axes: Axes, name: str) -> tuple[np.ndarray, np.ndarray]:
    (line,) = by_name(axes, name)
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def test_the_landscape_is_that_of_the_batch(sine: Figure) -> None:
    problem = Sine()
    x, y = problem.batch(200, np.random.default_rng(5))
    assert len(sine.axes) == 6
    for column, (low, high) in enumerate([(0.0, 62.0), (31 - 0.054, 31 + 0.054)]):
        top, middle, bottom = sine.axes[column::2]
        freq, loss = data_of(top, "loss")
        assert (freq[0], freq[-1]) == pytest.approx((low, high), abs=1e-3)
        assert np.diff(freq).max() < 0.0045 / 3  # no basin fits between two points
        seen = landscape(x, y, start=freq[0], stop=freq[-1], n=len(freq), present=3.0)
        np.testing.assert_array_equal(loss, seen.loss)
        np.testing.assert_array_equal(data_of(middle, "gradient")[1], seen.gradient)
        np.testing.assert_array_equal(data_of(bottom, "power")[1], seen.power)
        np.testing.assert_array_equal(data_of(top, "expected-loss")[1], problem.loss(freq))
        np.testing.assert_array_equal(
            data_of(middle, "expected-gradient")[1], problem.gradient(freq)
        )
        for axes in (top, middle, bottom):
            assert axes.get_xlim() == pytest.approx((low, high), abs=1e-3)
        threshold = data_of(bottom, "threshold")[1][0]
        # below the lines, above everything else: odds 1000 to 1, for this seed certainly
        assert threshold < seen.power.max()
        far = (np.abs(freq - 31) > 0.05) & (np.abs(freq - 3) > 0.05)
        assert not far.any() or seen.power[far].max() < threshold


def test_the_lines_are_named(sine: Figure) -> None:
    words = {text.get_text() for text in sine.axes[4].texts}
    assert {"31", "freq stands at 3"} <= words
    words = {text.get_text() for text in sine.axes[5].texts}
    assert "31" in words
    assert not any("stands" in word for word in words)


def test_a_negative_frequency_is_shown_where_it_is() -> None:
    figure = draw_sine(Sine(-2.0, span=100.0), present=1.0, batch_size=300)
    freq, loss = data_of(figure.axes[0], "expected-loss")
    assert (freq[0], freq[-1]) == pytest.approx((-4.0, 0.0))
    assert freq[loss.argmin()] == pytest.approx(-2.0)
    # named where the batch has its maximum, a small part of the basin (0.045) away
    (named,) = (text.get_text() for text in figure.axes[4].texts if "−" in text.get_text())
    assert float(named.replace("−", "-")) == pytest.approx(-2.0, abs=0.01)


def test_the_truth_is_in_the_picture_however_narrow_its_basin() -> None:
    freq, loss = data_of(draw_sine(Sine(1e5), batch_size=100).axes[0], "expected-loss")
    assert np.diff(freq)[0] > 2 * 0.0045  # the grid is coarser than the basin
    assert freq[loss.argmin()] == 1e5


INSTANTS = np.array([3661, int(3 * YEAR), -1, int(500 * YEAR) + 7])


def clock_figure(readings) -> Figure:
    return draw_clocks(Clock(), INSTANTS, readings, remarks={"wrong": "never right"})


def test_faces_show_the_readings_and_colour_what_is_wrong() -> None:
    truth = Clock().digits(INSTANTS)
    wrong = truth.copy()
    wrong[0, 1] = (wrong[0, 1] + 30) % 60
    wrong[3] = (wrong[3] + 1) % (24, 60, 60)
    figure = clock_figure({"right": truth, "wrong": wrong})
    assert len(figure.axes) == 3 * 4
    for column, readings in enumerate((truth, truth, wrong)):
        for row, axes in enumerate(figure.axes[4 * column : 4 * column + 4]):
            shown = by_name(axes, "reading")
            expected = Clock().text(readings[row]).split(":")
            assert [text.get_text() for text in shown] == expected
            right = readings[row] == truth[row]
            for text, hand, good in zip(shown, by_name(axes, "hand"), right, strict=True):
                colour = draw.INK if good else draw.VERMILLION
                assert to_hex(text.get_color()) == colour.lower()
                assert to_hex(hand.get_color()) == colour.lower()
            (face,) = by_name(axes, "face")
            colour = draw.BLUE if right.all() else draw.VERMILLION
            assert to_hex(face.get_color()) == colour.lower()


def test_rows_say_where_they_are() -> None:
    texts = {text.get_text() for text in clock_figure({}).texts}
    assert {"year 0.0", "year 3.0", "year −0.0", "year 500.0", "in training range"} <= texts
    assert "380 years\nafter it" in texts
    assert any(text.endswith("before it") for text in texts)


def test_readings_of_another_shape_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"readings\['x'\] has the shape \(3,\): expected \(4, 3\)"
    ):
        clock_figure({"x": [1, 2, 3]})


def test_pictures_need_no_torch() -> None:
    code = (
        "import sys; from epicycle.problems import Clock, Sine; "
        "assert 'matplotlib' not in sys.modules; "
        "from epicycle.problems.faces import draw_clocks; "
        "assert 'matplotlib' not in sys.modules; draw_clocks(Clock(), [0], {}); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)
