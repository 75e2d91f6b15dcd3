"""A comparison as a picture."""

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
