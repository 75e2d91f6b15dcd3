"""The last look back: what noise explains goes, and of two lines drawn together one."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.pursuit.finish import completed, finished
from generators import sinusoids
from tests.pursuit.lines import begun


def test_a_line_that_noise_explains_goes_unless_it_is_spared() -> None:
    problem = sinusoids(5, 400, 100.0, [(0.231, 3.0)])
    stand, goal, judge = begun(problem.t, problem.y, [0.231, 0.4])
    end = finished(stand, goal, judge)
    assert end.fit.structure.frequency == pytest.approx([0.231], abs=1e-3)
    noise = stand.fit.structure.frequency[1]
    spared = finished(stand, goal, judge, np.array([noise]))
    assert spared.fit.structure.frequency == pytest.approx([0.231, noise], abs=2e-3)
    assert len(stand.fit.structure.frequency) == 2


def test_what_was_given_stays() -> None:
    problem = sinusoids(5, 400, 100.0, [(0.231, 3.0)])
    stand, goal, judge = begun(problem.t, problem.y, [0.231, 0.4])
    given = replace(goal, known=(float(stand.fit.structure.frequency[1]),))
    assert len(finished(stand, goal, judge).fit.structure.frequency) == 1
    assert len(finished(stand, given, judge).fit.structure.frequency) == 2


def test_lines_in_a_ratio_are_read_as_one_waveform() -> None:
    problem = sinusoids(6, 600, 100.0, [(0.231, 3.0), (0.462, 2.0)])
    stand, goal, judge = begun(problem.t, problem.y, [0.231, 0.462])
    assert len(stand.fit.structure.frequency) == 2
    end = finished(stand, goal, judge)
    assert end.fit.structure.frequency == pytest.approx([0.231], abs=1e-3)
    assert end.fit.structure.orders_of(0) == (1, 2)


def test_completion_leaves_the_stand_it_began_with_alone() -> None:
    problem = sinusoids(8, 600, 100.0, [(0.231, 3.0), (0.347, 1.0)])
    stand, goal, judge = begun(problem.t, problem.y, [0.231, 0.41])
    stand = stand.refusing(0.3)
    cost, data = stand.work.searcher.report().cost, stand.work.data
    end = completed(stand, goal, judge)
    # the superfluous line is gone, the one that was missing is there
    assert np.sort(end.fit.structure.frequency) == pytest.approx([0.231, 0.347], abs=2e-3)
    assert end.refused == (0.3,)
    assert end.work is not stand.work
    assert end.work.searcher.report().cost > cost
    assert stand.work.searcher.report().cost == cost
    assert stand.work.data is data


def test_given_periods_stay_however_close_they_are() -> None:
    h = np.arange(360.0)
    # tides that 15 days do not resolve: 1/T is 0.0028, and these are 0.0015 apart
    known = (12.4206, 12.0, 12.6583, 23.9345, 25.8193)
    y = sum(a * np.cos(2 * np.pi * h / p) for a, p in zip((12, 4, 3, 3, 2), known, strict=True))
    model = find_cycles(h, y + 0.5 * np.random.default_rng(5).normal(size=360), known=known)
    assert sorted(c.period for c in model.cycles if c.known) == pytest.approx(sorted(known))


def test_a_given_period_has_a_row_whatever_supports_it() -> None:
    rng = np.random.default_rng(8)
    t = np.arange(200.0)
    model = find_cycles(t, rng.normal(size=200), known=(7.0, 31.0))
    assert sorted(c.period for c in model.cycles if c.known) == pytest.approx([7.0, 31.0])
    assert max(c.false_alarm_probability for c in model.cycles) > 0.01
