"""From models to results: units, the times of curves, and words."""

import numpy as np
import pytest

from changing.simulated import ready, simulated
from epicycle.changing import ladder as ladders
from epicycle.changing.answer import _times, _too_few, _undecided, answer
from epicycle.changing.rhythm import Verdict
from epicycle.changing.wishes import checked_record


def test_curves_have_both_sides_of_a_known_time_and_go_beyond_the_record():
    t = _times(10.0, [2.5])
    assert t.min() == pytest.approx(-20.0)
    assert t.max() == pytest.approx(20.0)
    at = np.searchsorted(t, 2.5)
    assert 2.5 - t[at - 1] < 1e-6
    assert np.diff(t[np.abs(t) <= 10]).max() < 1 / 11
    assert np.diff(t).max() <= 1 / 3 + 1e-9


def open_to(period, verdict, there, amplitude=None, swell="constant"):
    return _undecided((period, amplitude or {"constant": 0}), Verdict(verdict, swell), there)


def test_what_is_open_is_said_in_words():
    odds = {"constant": 0, "drifting": -1, "wandering": 9.0, "shifted": 8.0}
    (text,) = open_to(odds, "wandering", 50.0)
    assert text.startswith("whether it wanders smoothly or is shifted suddenly: odds 2.7 to 1")
    (text,) = open_to({"constant": 0}, "constant", -1.0)
    assert text.startswith("whether there is a rhythm at all")
    assert open_to({"constant": 0}, "constant", 10.0) == ()
    assert _too_few(9.0) == ()
    (text,) = _too_few(3.4)
    assert "3.4 cycles are too few to tell a change" in text


def test_a_change_that_is_likely_and_not_clear_is_told():
    maybe = {"constant": 0, "drifting": np.log(7.0), "wandering": 0.3}
    (text,) = open_to(maybe, "constant", 50.0)
    assert text.startswith("whether the period is constant: 7 to 1 are odds for one that drifts")
    falls = {"constant": 0, "decaying": np.log(8.0), "varying": 2.0}
    (text,) = open_to({"constant": 0}, "constant", 50.0, falls)
    assert text.startswith("whether the amplitude is constant: 8 to 1 are odds for one that decays")
    assert open_to({"constant": 0}, "constant", 50.0, falls, "decaying") == ()
    assert open_to({"constant": 0, "drifting": 1.0}, "constant", 50.0) == ()


def test_a_rhythm_is_told_in_the_units_of_the_user():
    problem = simulated("constant", 41, n=120, days=10)
    r = ready(problem)
    given = checked_record(problem.t, problem.y, None, group=None, unit="h", clock="elapsed")
    ladder = ladders.climb(r.setting, r.begins, 1)
    found = answer(given, ladder, ladder.families, r.reference, r.values)
    assert found.unit == "h"
    assert found.n_samples == 120
    period = 1 / (problem.phase(np.array([1.0])) - problem.phase(np.array([0.0])))[0]
    assert abs(found.mean_period - period) < 4 * found.mean_period_error
    assert found.noise == pytest.approx(0.35, rel=0.3)
    amplitude, error = found.amplitude(problem.t[:1])
    assert abs(amplitude[0] - 1) < 4 * error[0]
