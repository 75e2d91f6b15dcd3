"""Aliases: their odds against a slow twin, their calibration, their names."""

from __future__ import annotations

import math

import pytest

from epicycle import find_cycles
from epicycle.evidence.aliases import Appearance, alias_notes, as_aliases
from epicycle.evidence.window import label
from generators import sinusoids


def test_the_day_is_named_where_the_unit_is_known() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0)], sampling="nightly")
    options = {"minimum_period": 0.4 * 24, "harmonics": 1}
    in_hours = find_cycles(24 * problem.t, problem.y, unit="h", **options)  # type: ignore[arg-type]
    unnamed = find_cycles(24 * problem.t, problem.y, **options)  # type: ignore[arg-type]
    kinds = [
        {a.kind for a in m.cycles[0].aliases if a.power_ratio > 0.2} for m in (in_hours, unnamed)
    ]
    assert kinds == [{"day"}, {"window"}]


def test_labels_of_window_peaks() -> None:
    width = 1 / 4000
    assert label(1.0, 1.0, width) == "day"
    assert label(1.0027379, 1.0, width) == "day"
    assert label(2.0054758, 1.0, width) == "day"
    assert label(1.02, 1.0, width) == "window"
    assert label(1 / 365.25, 1.0, width) == "year"
    assert label(1 / 365.25 / 24, 24.0, width / 24) == "year"
    assert label(0.033, 1.0, width) == "window"
    assert label(1.0, None, width) == "window"
    # a month of data resolves no year
    assert label(0.05, 1.0, 1 / 30) == "window"


def test_probabilities_are_normalised_and_sorted() -> None:
    found = [
        Appearance(0.5, 0.3, 0.5, math.log(0.25), "half"),
        Appearance(2.0, 0.9, 1.0, math.log(0.75), "day"),
        Appearance(0.51, 0.3, 0.5, math.log(0.2), "half"),
    ]
    aliases = as_aliases(found)
    assert [a.odds for a in aliases] == pytest.approx([0.75, 0.25])
    assert [a.probability for a in aliases] == pytest.approx([0.375, 0.125])
    [note] = alias_notes([(1.0, aliases), (3.0, ())])
    # a likely fraction is worth a word only when it is likelier than the cycle
    assert "period 1:" in note
    assert "0.5 (day, odds 0.75)" in note
    assert "half" not in note
