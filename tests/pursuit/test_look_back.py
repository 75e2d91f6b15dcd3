"""The last look back, whole and cut short."""

import numpy as np

from epicycle import find_cycles
from epicycle.fit.lines import Structure
from epicycle.pursuit.look_back import look_back
from epicycle.pursuit.pursuit import judge_of
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench


def stand_with_a_line_of_noise():
    """Return a stand with a strong line and one that noise explains, and what it was made of."""
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 100, 120))
    y = np.cos(2 * np.pi * 0.31 * t) + rng.normal(0, 0.3, 120)
    task = find_cycles(t, y, minimum_period=2.0, harmonics=1).origin.task
    work = Workbench(task.data, task.noise, task.plan, 0.01, task.goal.effort, None)
    fit, jitter = work.settle(Structure.empty().plus(0.31).plus(0.12))
    stand = Stand(work, fit, jitter, work.search(fit))
    return task, stand, judge_of(work.data, task.noise, task.plan, task.goal)


def test_what_noise_explains_goes_whether_there_is_time_or_not():
    task, stand, judge = stand_with_a_line_of_noise()
    window = stand.last
    for cut in (False, True):
        begun = Stand(stand.work.copy(), stand.fit, stand.jitter, stand.last, cut=cut)
        end = look_back(begun, task.goal, judge, window)
        assert end.stand.cut is cut
        assert np.round(end.stand.fit.structure.frequency, 2).tolist() == [0.31]
