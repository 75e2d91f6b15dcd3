"""Lines closer than one over the baseline, where the data leave no doubt.

Two lines that are closer than 1/T look like one line that changes: without noise they can be told
apart at any distance, with noise down to a distance that shrinks only like the square root of the
ratio of noise to amplitude (Smith 2005, IEEE Trans. Signal Process. 53, 1597; Lee 1992, IEEE Trans.
Signal Process. 40, 1494).  Real lines do change, and the pursuit therefore keeps its lines apart.
Here a finished pursuit is looked through once more.  Where far more is left around a line than
elsewhere, two to four lines of constant amplitude are put in its place.  They stay

- if they leave at most 1e-4 of what had been left there, and
- if a line whose amplitude and phase change as a polynomial in time, of the degree that
  their number of lines can imitate and with more free parameters than they have, leaves
  significantly more.

All placements of a few lines are tried in the space of :mod:`epicycle.pursuit.neighbourhood`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from epicycle.fit.joint import Fit
from epicycle.fit.level import local_level
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.noise import is_exact
from epicycle.limits import CYCLES, PAIRS
from epicycle.pursuit.neighbourhood import DEGREE, MOVING, Neighbourhood
from epicycle.pursuit.stand import Stand
from epicycle.samples.budget import Budget
from epicycle.samples.data import Data

#: Lines are placed no closer than this, in 1/T: rounding would decide about them.
_CLOSEST = 1e-4

#: A line with less than this share of the power of the strongest is rounding.
_IDLE = 1e-18

_ROUNDS = 8


def resolve(
    begin: Stand, dropped: list[float], complete: Callable[[Stand], Stand], budget: Budget
) -> tuple[Stand, list[float]]:
    """Return the pursuit's end with close lines told apart, and where there were any.

    Parameters
    ----------
    begin : Stand
        The end of the pursuit; it is returned as it is unless all doubt is removed.
    dropped : list of float
        Frequencies of lines found on the way, also of those that were dropped in the end, as one
        line in the place of two may be.
    complete : callable
        Drops the lines that are not needed any more, and finds those that can be seen only now.
    budget : Budget
        Time that all of it may take.

    Returns
    -------
    Stand
    list of float
        Frequencies around which lines were placed anew.

    Raises
    ------
    OutOfTimeError
        If the time is over before all doubt is removed.
    """
    avoid: list[float] = []
    for _ in range(_ROUNDS):
        end, centres = _split_all(begin, dropped, avoid, complete, budget)
        doubtful = [c for c in centres if not _is_certain(begin.fit, end, c)]
        if not doubtful:
            return end, centres
        avoid += doubtful
    return begin, []


def _split_all(
    begin: Stand,
    dropped: list[float],
    avoid: list[float],
    complete: Callable[[Stand], Stand],
    budget: Budget,
) -> tuple[Stand, list[float]]:
    """Return where it leads to take every promising neighbourhood for a group of lines."""
    stand, centres = begin, list[float]()
    for _ in range(_ROUNDS):
        start = stand
        for _ in range(_ROUNDS):
            budget.check()
            found = _split_one(stand.work.data, stand.fit, dropped, avoid)
            if found is None:
                break
            centre, structure = found
            trial = _settle(stand, structure)
            if trial is None or not _is_better(trial, stand):
                avoid = [*avoid, centre]
                continue
            stand = trial
            if is_apart(stand.work.data, centre, centres):
                centres.append(centre)
        if stand is start:
            break
        try:
            stand = complete(_without_idle(stand, centres))
        except np.linalg.LinAlgError:
            return begin, []
        if not _is_better(stand, start):
            break
    return stand, centres


def _settle(stand: Stand, structure: Structure) -> Stand | None:
    """Return the joint fit of other lines, or None if they run into each other."""
    work = stand.work.copy()
    try:
        fit, jitter = work.settle(structure, tight=True)
    except np.linalg.LinAlgError:
        return None
    return replace(stand, work=work, fit=fit, jitter=jitter)


def _is_better(stand: Stand, before: Stand) -> bool:
    """Return whether clearly less is left than before, under the same weights."""
    weights = stand.work.data.weights
    now, then = ((weights * one.fit.residual**2).sum(axis=0) for one in (stand, before))
    return bool((now / np.maximum(then, 1e-300)).sum() < PAIRS.better * len(now))


def _without_idle(stand: Stand, centres: list[float]) -> Stand:
    """Return the fit without lines that were placed in vain: the others took all their power."""
    structure, data = stand.fit.structure, stand.work.data
    c = stand.fit.coefficients[stand.fit.n_nuisance :] / np.sqrt(stand.fit.scale)
    power = np.square(c).sum(axis=1).reshape(-1, 2).sum(axis=1)
    busy = [
        one
        for k, one in enumerate(structure.fundamentals())
        if one.fixed
        or is_apart(data, one.frequency, centres)
        or power[structure.parent == k].max() > _IDLE * power.max()
    ]
    if len(busy) == len(structure.frequency):
        return stand
    return _settle(stand, Structure.of(busy)) or stand


def is_apart(data: Data, frequency: float, centres: list[float]) -> bool:
    """Return whether a frequency is in none of the neighbourhoods around some others."""
    return all(abs(frequency - centre) * data.baseline >= PAIRS.reach for centre in centres)


def _split_one(
    data: Data, fit: Fit, dropped: list[float], avoid: list[float]
) -> tuple[float, Structure] | None:
    """Return where one more group of lines promises to be found, and all lines with it.

    Several places may promise something, as what two lines leave reaches into the neighbourhoods
    next to theirs, where many lines imitate it.  The fewest lines go first, then the least left.
    """
    n_moving = min(MOVING, len(fit.structure.order))
    # the space must be a part of what the other lines leave, not all of it
    n_columns = len(fit.coefficients) + 2 * n_moving + 4 * (DEGREE + 1)
    if is_exact(data, fit.chi2) or np.count_nonzero(data.weights, axis=0).min() < n_columns:
        return None
    best: tuple[int, float, float, Structure] | None = None
    for centre in _centres(data, fit, dropped, avoid):
        around = Neighbourhood(data, fit, centre)
        group = _group(around, fit, data.baseline)
        if group is not None:
            frequency, left = group
            single = [Fundamental(float(f), (1,)) for f in frequency]
            found = len(single), left, centre, Structure.of([*around.others, *single])
            if best is None or found[:2] < best[:2]:
                best = found
    return None if best is None else best[2:]


def _group(around: Neighbourhood, fit: Fit, baseline: float) -> tuple[np.ndarray, float] | None:
    """Return the fewest lines that promise to explain a neighbourhood, and what they leave."""
    before = share = around.left_of(fit.residual)
    held = around.n_held
    for count in range(max(1 if held else 2, around.n_inside), PAIRS.most - held + 1):
        frequency, left = around.place(count)
        if frequency.min() <= 0:
            return None
        # three parameters of a line, two for each power of time; before all lines are there,
        # nothing tells the noise
        changing = around.changing((3 * (count + held) - 1) // 2)
        apart = bool((np.diff(frequency) * baseline > _CLOSEST).all())
        if apart and left < min(PAIRS.promising * before, 0.5 * changing):
            return frequency, left
        if count > max(3 - held, around.n_inside) and left > 0.5 * share:
            return None
        share = left
    return None


def _centres(data: Data, fit: Fit, dropped: list[float], avoid: list[float]) -> list[float]:
    """Return the strongest line of each neighbourhood in which much is left."""
    frequency = fit.structure.line_frequency
    coefficients = fit.coefficients[fit.n_nuisance :] / np.sqrt(fit.scale)
    strength = np.square(coefficients).sum(axis=1).reshape(-1, 2).sum(axis=1)
    for bare in dropped:
        if is_apart(data, bare, frequency.tolist()):
            frequency, strength = np.append(frequency, bare), np.append(strength, 0.0)
    level = local_level(data, fit.residual, fit.scale, frequency).max(axis=1, initial=1.0)
    enough = max(2.0, PAIRS.share * data.n_values / data.y.shape[1] / PAIRS.values)
    centres: list[float] = []
    for line in np.argsort(-level, kind="stable"):
        if level[line] < enough or len(centres) == PAIRS.tries:
            break
        near = np.flatnonzero(np.abs(frequency - frequency[line]) * data.baseline < PAIRS.reach)
        centre = float(frequency[near[strength[near].argmax()]])
        if centre * data.baseline >= CYCLES.minimum and is_apart(data, centre, centres + avoid):
            centres.append(centre)
    return centres


def _is_certain(before: Fit, end: Stand, centre: float) -> bool:
    """Return whether a group of lines is beyond doubt, all lines fitted together."""
    around = Neighbourhood(end.work.data, end.fit, centre)
    white = float(around.dimensions)
    left = around.left_of(end.fit.residual)
    # what noise alone may hide of an excess counts as left
    excess = max(left - white, float(np.sqrt(2 * white)))
    # m lines can have the first 2 m moments of any spectrum (Gaussian quadrature), and so imitate
    # any change up to the power 2 m - 1 of time
    lines = around.n_inside + around.n_held
    changing = around.changing(2 * lines - 1)
    return (
        lines > 1
        and left < PAIRS.resolved * around.left_of(before.residual)
        and changing - white > PAIRS.factor * excess
    )
