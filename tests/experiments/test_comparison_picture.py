"""A comparison as a picture."""

from dataclasses import replace
from itertools import pairwise

import pytest

from epicycle import compare
from epicycle.look.drawing import BLUE, VERMILLION
from tests.experiments.genotypes import genotypes


def test_groups_and_differences_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    data = genotypes(1, animals=(3, 3), late=4)
    found = compare(*data[:3], subject=data.subject, period=24, unit="h")
    left, right = found.plot().axes
    assert left.get_xlabel() == "phase (h)"
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["WT", "KO"]
    names = [text.get_text() for text in right.get_yticklabels()]
    assert names == ["phase: KO - WT", "amplitude: KO - WT", "mesor: KO - WT"]
    colours = {line.get_color() for line in right.get_lines() if line.get_marker() == "o"}
    assert colours == {BLUE, VERMILLION}  # a sure one and others


def test_names_of_many_differences_keep_apart() -> None:
    pytest.importorskip("matplotlib")
    data = genotypes(1, animals=(3, 3, 3))
    found = compare(*data[:3], subject=data.subject, period=(18, 32), unit="h")
    figure = replace(found, differences=3 * found.differences).plot()
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[1].get_yticklabels()]
    assert len(boxes) == 36
    assert all(a.y1 <= b.y0 for a, b in pairwise(boxes))


def test_phases_of_fitted_periods_are_drawn_next_to_each_other() -> None:
    pytest.importorskip("matplotlib")
    data = genotypes(1, animals=(3, 3), late=4)
    # whatever the reference time, one of which has them on both sides of half a cycle
    for at in (32.0, 38.0, 44.0):
        found = compare(*data[:3], subject=data.subject, period=(20, 28), unit="h", at=at)
        left = found.plot().axes[0]
        drawn = [float(group.lines[0].get_xdata()[0]) for group in left.containers]
        assert abs(drawn[1] - drawn[0] - 4) < 2.5
        assert left.get_xlabel() == f"phase (h), after {at:g}"
