"""Every step of a pursuit takes a stand and returns the next; none changes what it was given."""

import numpy as np
import pytest

from epicycle.fit.lines import Structure
from epicycle.pursuit.further_lines import add_lines
from generators import sinusoids
from tests.pursuit.lines import begun


def test_a_stand_remembers_what_was_refused() -> None:
    problem = sinusoids(3, 300, 100.0, [(0.231, 3.0)])
    before = begun(problem.t, problem.y, []).stand
    after = before.refusing(0.1, 0.2).refusing(0.3)
    assert after.refused == (0.1, 0.2, 0.3)
    assert before.refused == ()
    assert after.fit is before.fit


def test_another_fit_comes_with_its_search() -> None:
    problem = sinusoids(3, 300, 100.0, [(0.231, 3.0)])
    before = begun(problem.t, problem.y, []).stand
    assert before.last.frequency[0] == pytest.approx(0.231, abs=2e-3)
    fit, jitter = before.work.settle(Structure.empty().plus(0.231))
    after = before.searched(fit, jitter)
    assert after.fit is fit
    assert after.last.power[0] < 0.2 * before.last.power[0]
    np.testing.assert_array_equal(before.searched(fit).jitter, before.jitter)


def test_power_beside_a_line_is_noted_in_the_next_stand() -> None:
    # a line whose amplitude changes leaves power within its own width
    t = np.sort(np.random.default_rng(4).uniform(0, 100.0, 500))
    y = (1 + t / 20) * np.cos(2 * np.pi * 0.231 * t) + 0.05 * np.random.default_rng(5).normal(
        size=500
    )
    stand, goal, judge = begun(t, y, [])
    after = add_lines(stand, goal, judge)
    noted = (*after.beside, *after.refused)
    assert noted
    assert np.abs(np.array(noted) - 0.231).min() < 2 / 100.0
    assert stand.beside == stand.refused == ()
    assert len(stand.fit.structure.frequency) == 0
