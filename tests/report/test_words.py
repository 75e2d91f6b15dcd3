"""What a report says in words."""

import dataclasses
import re

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.report import figures, words
from epicycle.views.series import Series
from tests.report.models import rhythm

# ---- What it says --------------------------------------------------------------------------


def test_the_summary_says_what_was_found(model):
    text = words.summary(model, Series.of(model, 0), "activity")
    cycle = model.cycles[0]
    assert text[0].startswith("One cycle was found in 600 samples of activity over ")
    assert f"repeats every {words.period(cycle, 'h')}" in text[0]
    share = float(re.search(r"explains ([0-9.]+) %", text[2])[1])
    t, y = rhythm()
    expected = 100 * (1 - np.var(y - model.predict(t)) / np.var(y))
    assert share == pytest.approx(expected, abs=0.05)


def test_of_a_period_that_was_asked_about_nothing_else_is_said():
    t = np.arange(0, 48, 4.0)
    noise = find_cycles(t, np.random.default_rng(1).normal(size=12), unit="h", period=24)
    text = words.summary(noise, Series.of(noise, 0), "activity")[0]
    assert "12 samples of activity over 44 h: no significant rhythm of this period" in text
    assert "would have been claimed (95 %)." in text


def test_the_diagnosis_tells_noise_from_what_is_not(model):
    series = Series.of(model, 0)
    found = figures.diagnose(series)
    assert "independent of each other" in words.of_residual(found)
    rng = np.random.default_rng(1)
    walk = np.convolve(rng.normal(size=700), np.ones(20) / 20, "valid")[:600]
    walk[300] = 2.0
    other = figures.diagnose(dataclasses.replace(series, residual=walk))
    assert other.beyond == 1
    assert words.of_residual(other).startswith("One residual is further than four")
    assert "not independent" in words.of_residual(other)
    assert figures.diagnose(dataclasses.replace(series, residual=0 * walk)) is None
