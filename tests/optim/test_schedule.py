"""When to look: one budget, searches counted from where they began, effort for what is new."""

import pytest

from epicycle.optim.schedule import Schedule


def steps(schedule, count):
    """Take steps; return those that a search follows."""
    due = []
    for _ in range(count):
        schedule.step += 1
        if schedule.due:
            due.append(schedule.step)
    return due


def test_searches_begin_anew_but_not_at_every_step():
    schedule = Schedule(0.01)
    assert steps(schedule, 100) == [1, 2, 4, 8, 16, 64]
    assert schedule.restart()
    assert steps(schedule, 20) == [101, 102, 104, 108, 116]
    assert schedule.restart()
    steps(schedule, 15)
    assert not schedule.restart()


def test_all_searches_share_one_budget_however_often_they_begin():
    schedule = Schedule(0.01)
    spent = [schedule.allow() for _ in range(1000)]
    assert sum(spent) == pytest.approx(0.01, rel=2e-3)
    assert sum(spent) < 0.01


def test_the_effort_is_cut_only_for_what_was_searched_in_vain():
    schedule = Schedule(0.01)
    assert schedule.effort(1000) == 1
    schedule.searched(1000, moved=False)
    assert schedule.effort(1000) < 1
    assert schedule.effort(2000) == 1
    # a move leaves what no search has seen
    schedule.searched(1000, moved=True)
    assert schedule.effort(1000) == 1
