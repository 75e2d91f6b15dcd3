"""What cannot be told says why, and the rest is told all the same."""

import numpy as np

import epicycle
from tests.behaviour.wrists import wrist

HOURS, COUNTS, _, _ = wrist(4)


def test_values_below_zero():
    found = epicycle.actigraphy(HOURS, COUNTS - 40.0, unit="h")
    assert found.RA is None
    assert "below 0" in found.refused["RA"]
    assert "threshold" in found.refused["SRI"]
    assert "whole numbers" in found.refused["counts"]
    assert found.IS is not None
    assert found.M10 is not None
    named = epicycle.actigraphy(HOURS, COUNTS - 40.0, unit="h", rest=-35.0)
    assert named.SRI == epicycle.actigraphy(HOURS, COUNTS, unit="h", rest=5.0).SRI


def test_hours_that_no_day_has():
    day = (HOURS % 24 >= 5) & (HOURS % 24 < 22)
    found = epicycle.actigraphy(HOURS[day], COUNTS[day], unit="h")
    for name in ("IS", "IV", "M10", "L5", "RA"):
        assert getattr(found, name) is None
        assert "7 of 24 hours of the day have no value" in found.refused[name]
        assert name not in found.used


def test_no_rhythm_has_no_onsets():
    noise = np.random.default_rng(0).poisson(50.0, len(HOURS))
    found = epicycle.actigraphy(HOURS, noise, unit="h")
    assert found.onsets is None
    assert found.refused["onsets"] == "neither periodogram shows a period that cycles agree on"
    assert "nothing is rest" in found.refused["SRI"]
    assert found.counts.p_value > 0.001


def test_few_onsets_have_no_line():
    found = epicycle.actigraphy(HOURS, COUNTS, unit="h")
    assert len(found.onsets.times) == 4
    assert found.onsets.period is None
    assert "a line needs 5" in found.refused["line through onsets"]


def test_counts_that_are_nearly_all_zero():
    rare = np.where(HOURS % 24 == 12, 3, 0)
    found = epicycle.actigraphy(HOURS, rare, unit="h")
    assert found.counts is None
    assert "96% of the hours have no count" in found.refused["counts"]


def test_each_day_has_its_row():
    found = epicycle.actigraphy(HOURS, COUNTS, unit="h")
    assert [day.start for day in found.days] == [0, 24, 48, 72]
    middle = found.days[1]
    assert middle.hours == 24
    assert middle.RA == (middle.M10 - middle.L5) / (middle.M10 + middle.L5)
    inside = (middle.M10_onset - 1e-9 <= HOURS) & (middle.M10_onset + 10 - 1e-9 > HOURS)
    np.testing.assert_allclose(COUNTS[inside].mean(), middle.M10, rtol=1e-9)
