"""Aliases: their odds against a slow twin, their calibration, their names."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence.aliases import (
    Alias,
    Appearance,
    alias_notes,
    as_aliases,
    led_by_rivals,
    multiple_notes,
    other_places,
)
from epicycle.evidence.waveforms import Rival
from epicycle.evidence.window import label
from epicycle.fit.lines import Structure
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
    # a month of data resolves no year, nor do minutes, hours or a day a day
    assert label(0.05, 1.0, 1 / 30) == "window"
    assert label(1 / 365.25, 1.0, 1 / 400) == "window"
    assert label(0.42, 86400.0, 1 / 300) == "window"
    assert label(1 / 86400, 86400.0, 1 / 86400) == "window"
    assert label(1 / 86400, 86400.0, 1 / (3 * 86400)) == "day"


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
    assert "period 1:" in note
    assert "0.5 (day, odds 0.75) or 2 (half, odds 0.25)" in note


def test_sentences_say_what_the_odds_say() -> None:
    def note(odds: float, kind: str = "window") -> list[str]:
        return alias_notes([(7.0, [Alias(0.5, 2.0, 0.9, 0.3, odds, kind)])])

    assert note(0.05) == []
    for odds in (0.2, 1.0, 9.0):
        assert "hardly tell it from its alias 2 (window" in note(odds)[0]
    assert "hardly" not in note(1e10)[0]
    assert "the odds are for another place, 2 (window, odds 1e+10)" in note(1e10)[0]
    # fractions have been asked for ten times more already
    assert note(0.05, "half") == []
    assert "hardly" in note(0.5, "half")[0]


def test_a_waveform_is_told_from_one_with_parts_alike_by_odds_of_thirty() -> None:
    def notes(odds: float, kind: str = "half", lines: int = 3) -> list[str]:
        return multiple_notes([(7.0, lines, [Alias(1 / 14, 14.0, 0.9, 1 / 14, odds, kind)])])

    assert "period 7: the data cannot tell it for sure from 14 (half, odds 0.05)" in notes(0.05)[0]
    assert "14 (third" in notes(0.05, "third")[0]
    # odds that another sentence tells, and such as no prior would bring there
    assert notes(0.2) == notes(0.02) == []
    # other places do not hang on what waveforms are like, nor does a single line
    assert notes(0.05, "day") == notes(0.05, "double") == notes(0.05, lines=1) == []


def test_another_cycle_is_no_rival() -> None:
    rivals = [Rival(0.1, -900.0, 0.8), Rival(0.137, -400.0, 0.4), Rival(0.3, -399.0, 0.3)]
    baseline = 100.0
    # the first of the ranking stands against rivals that are no cycles themselves
    first = led_by_rivals([], rivals, 0.1, baseline, others=[0.3])
    assert all(abs(a.frequency - 0.3) > 0.01 for a in first)
    # the second was never compared beside the first: no odds from there
    assert led_by_rivals([], rivals, 0.3, baseline, others=[0.1]) == []
    alone = led_by_rivals([], rivals, 0.3, baseline)
    assert [round(a.frequency, 3) for a in alone] == [0.1, 0.137]


def test_what_has_a_row_of_its_own_is_no_alias() -> None:
    place = {"period": 1.0, "power_ratio": 0.9, "window_frequency": 0.1, "kind": "window"}
    aliases = [Alias(frequency=f, odds=1.0, **place) for f in (0.2, 0.4)]
    kept = led_by_rivals(aliases, [], 0.3, 100.0, others=[0.2001])
    assert [a.frequency for a in kept] == [0.4]


def test_two_cycles_are_not_offered_as_each_other() -> None:
    problem = sinusoids(3, 150, 100.0, [(1 / 7.3, 3.0), (1 / 3.1, 2.0), (1 / 1.7, 1.5)])
    model = find_cycles(problem.t, problem.y, minimum_period=1.0)
    assert len(model.cycles) == 3
    for cycle in model.cycles:
        for other in model.cycles:
            assert all(abs(a.frequency - other.frequency) > 0.01 for a in cycle.aliases)


def test_nothing_is_undecided_where_rounding_is_all_that_is_left() -> None:
    t = np.arange(500.0)
    model = find_cycles(t, np.sin(2 * np.pi * t / 20))
    assert model.undecided == ()
    assert model.cycles[0].aliases == ()


def test_odds_that_were_cut_are_told_as_two_tests_that_disagree() -> None:
    rivals = [Rival(0.3, 0.0, 10.0), Rival(0.5, 400.0, 9.0)]
    aliases = led_by_rivals([], rivals, 0.5, 50.0)
    assert aliases[0].odds == 10.0
    [note] = alias_notes([(2.0, aliases)], "d")
    assert "3.33333 d (rival, odds 10 or more as a waveform" in note
    assert "two tests that disagree" in note
    assert "disagree" not in alias_notes([(2.0, [replace(aliases[0], odds=9.9)])])[0]


def test_slow_and_known_lines_are_no_cycles_beside_the_only_one() -> None:
    rivals = [Rival(0.3, 0.0, 10.0), Rival(0.7, 4.0, 9.0)]
    structure = Structure.empty().plus(0.01).plus(0.5).plus(0.2, fixed=True)
    only = np.array([False, True, False])
    assert other_places(rivals, structure, 50.0, only) == (0.3, 0.7)
    assert other_places(rivals, structure, 50.0) == ()
    assert other_places(rivals, structure, 50.0, np.array([True, True, False])) == ()
