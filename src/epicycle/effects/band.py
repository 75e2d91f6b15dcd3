"""The search in a band that cost has cut, and in a wider one where more is found just beyond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.effects.gains import Gains, with_first_gains
from epicycle.effects.groups import with_groups_apart
from epicycle.effects.task import Task
from epicycle.evidence.beyond import beyond, widened_to
from epicycle.fit.joint import fundamental_powers
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.budget import OutOfTimeError
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan


def pursue_in_band(
    task: Task, progress: Progress | None = None
) -> tuple[Pursuit, Task, Gains | None]:
    """Return a pursuit, what it worked on, and the gains of groups that have them.

    Where groups may differ is decided first.  A cycle that is clearly likelier as the image of one
    beyond the band, which only its cost has ended, is looked for there: the search is made again
    in a band that holds both, and its false alarms pay for that.

    Parameters
    ----------
    task : Task
        The task, groups together.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.
    """
    own, gains = with_first_gains(with_groups_apart(task), progress)
    found = own.pursue(own.data, progress)
    wider = _wider(found, own)
    if wider is None:
        return found, own, gains
    wide = Task.of(task.samples, task.data, wider, task.options, task.goal.budget)
    try:
        wide, its_gains = with_first_gains(with_groups_apart(wide), progress)
        return wide.pursue_again(wide.data, progress), wide, its_gains
    except OutOfTimeError:
        # a note on what is likelier beyond the band says so
        note = own.goal.budget.note("what lies beyond the band was not searched")
        return replace(found, notes=(*found.notes, note)), own, gains


def _wider(found: Pursuit, task: Task) -> SearchPlan | None:
    """Return a band that holds what is likelier beyond this one; None where it does not matter."""
    goal = task.goal
    if not task.plan.cut or goal.asked is not None or goal.known:
        return None
    strongest = np.argsort(-fundamental_powers(found.fit), kind="stable").tolist()
    frequency = found.fit.structure.frequency
    claimed = [
        k
        for k in strongest
        if frequency[k] >= goal.slow_limit and found.false_alarm[k] <= goal.false_alarm
    ]
    # (the first cycle: an image of it would leave further ones)
    seen = beyond(found.data, found.fit, found.window, task.plan, claimed[:1])
    wider = widened_to(seen, task.plan, goal.unit)
    # (nothing shorter than the exposures is seen)
    if wider is None or task.options.exposure * wider.maximum_frequency >= 1.0:
        return None
    return wider
