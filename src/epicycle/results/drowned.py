"""Cycles that values far off have drowned: looked for again with their influence bounded.

The power of one value that carries most of the variance is the same at every frequency, so that
least squares find nothing beside it, however clear a cycle the others show.  The search is then
made again with Huber's loss.  What least squares do find is never touched: eclipses, bursts and
the like are values far off as well.  The second look has false alarms of its own, and each is
claimed half as readily, so that both together err as seldom as was asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.effects.band import pursue_in_band
from epicycle.effects.gains import Gains
from epicycle.effects.outliers import outlying
from epicycle.effects.task import Task
from epicycle.limits import EFFECTS, HONESTY
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import Roles
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.checks import Samples
from epicycle.samples.options import EITHER, HUBER
from epicycle.samples.response import COUNT
from epicycle.spectra.bands import Progress


def pursue_by_loss(
    task: Task, progress: Progress | None = None
) -> tuple[Pursuit, Task, Gains | None]:
    """Return a pursuit, what it worked on, and the gains of groups that have them.

    Parameters
    ----------
    task : Task
        The task, groups together.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.
    """
    found, own, gains = pursue_in_band(task, progress)
    said = _drowned(found, own)
    if said is None:
        return found, own, gains
    goal = replace(task.goal, false_alarm=task.goal.false_alarm * EFFECTS.second_look)
    again = replace(task, options=replace(task.options, loss=HUBER), goal=goal)
    try:
        second = pursue_in_band(again, progress)
    except OutOfTimeError:
        return found, own, gains
    if not _claims(*second[:2]):
        if second[0].cut:  # the time was over: whether anything is there was not decided
            return found, own, gains
        note = f"{said}: nothing is found, also where the influence of such values is bounded"
        return replace(found, notes=(*found.notes, note)), own, gains
    note = (
        f"{said}, and nothing is found beside so much: the influence of such values is bounded "
        f"here, as by loss='huber'; loss='squares' leaves them as they are"
    )
    return replace(second[0], notes=(*second[0].notes, note)), *second[1:]


def carriers(
    samples: Samples, residual: Floats, weights: Floats, far: NDArray[np.bool_]
) -> str | None:
    """Return in words that values far off carry the variance; None where they do not.

    Parameters
    ----------
    samples : Samples
        The samples.
    residual : ndarray, shape (n, d)
        Their values minus the model.
    weights : ndarray, shape (n, 1) or (n, d)
        Inverse variances.
    far : ndarray of bool, shape (n, d)
        Which values lie far off.
    """
    squares = np.broadcast_to(weights, residual.shape) * residual**2
    share = float(squares[far].sum() / max(float(squares.sum()), 1e-300))
    rows = np.flatnonzero(far.any(axis=1))
    if not len(rows) or share <= HONESTY.carried:
        return None
    much = f"{100 * share:.3g} % of the variance that is left"
    if len(rows) > 1:
        return f"{len(rows)} values lie far off and carry {much}"
    [row], [column] = rows, np.flatnonzero(far[rows[0]])[:1]
    when = time_in_words(samples.scale.to_user(samples.times.hi[row]))
    return f"1 value ({samples.y[row, column]:.4g} at {when}) lies far off and carries {much}"


def time_in_words(time: Any) -> str:
    """Return a time of the user in words: a number to four digits, or a date."""
    return f"{time:.4g}" if isinstance(time, (int, float)) else str(time)


def _drowned(found: Pursuit, task: Task) -> str | None:
    """Return in words which values may have drowned all cycles; None where none has."""
    options, goal = task.options, task.goal
    looked = options.loss == EITHER and goal.asked is None and goal.max_cycles > 0
    if not looked or options.response == COUNT or _claims(found, task):
        return None
    data, residual = found.data, found.fit.residual
    far = outlying(residual, data.weights, data.group)
    return carriers(task.samples, residual, data.weights, far)


def _claims(found: Pursuit, task: Task) -> bool:
    """Return whether a pursuit claims any cycle of its own."""
    roles = Roles.of(found, task.goal)
    return bool((roles.claimed & ~roles.known).any())
