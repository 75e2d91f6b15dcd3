"""Several lines at once, where each of them alone would fight those that are there.

Lines about one over the baseline apart are blended: a line that was found first stands between two,
and a third, fitted alone, runs into it.  Together all of them find their places.  They stay only
if nothing is left that still asks for a line: a cycle that changes, or a pair closer than the
baseline resolves, asks for ever more.

Among many lines some stand near a multiple of another, and are taken for its harmonic while so much
is left that a frequency a little off does not matter.  That holds them where their neighbours find
no place: waveforms are then taken for the sinusoids that they consist of, and are read as waveforms
again in the end, where they are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import LINES
from epicycle.pursuit.goal import Goal, count_cycles
from epicycle.pursuit.stand import Stand


def with_several(stand: Stand, goal: Goal) -> Stand | None:
    """Return where the pursuit stands with all lines at once that were refused one by one.

    Parameters
    ----------
    stand : Stand
        The pursuit, with nothing more to be added alone.
    goal : Goal
        When to stop.

    Returns
    -------
    Stand or None
        None where they are fewer than two, do not stand apart, or leave what asks for more.
    """
    alone = not len(stand.refused) or not len(stand.fit.structure.line_frequency)
    if goal.drift or goal.red_noise or alone:  # nothing was refused for the sake of another line
        return None
    together = _together(stand, goal)
    if together is not None:
        return together
    structure = _sinusoids(stand.fit.structure)
    freed = len(structure.frequency) - len(stand.fit.structure.frequency)
    if not freed or count_cycles(structure, goal) + 2 > goal.max_cycles:
        return None
    apart = stand.searched(fit_lines(stand.work.data, structure, absolute=False))
    return None if apart.cut else _together(apart, goal, freed)


def _sinusoids(structure: Structure) -> Structure:
    """Return the lines of a structure each on its own, but for cycles whose period is given."""
    if structure.trains:
        return structure
    lines = []
    for one in structure.fundamentals():
        if one.fixed:
            lines.append(one)
            continue
        lines += [one.multiple(order) for order in one.orders]
    return Structure.of(lines)


def _together(stand: Stand, goal: Goal, freed: int = 0) -> Stand | None:
    """Return :func:`with_several`, of which `freed` frequencies have been locked before."""
    data, fit = stand.work.data, stand.fit
    width = 1.0 / data.baseline
    structure = fit.structure
    for frequency in _significant(stand, fit):
        if np.abs(structure.line_frequency - frequency).min() >= LINES.separation * width:
            structure = structure.plus(frequency)
    added = len(structure.line_frequency) - len(fit.structure.line_frequency)
    if added < 2 or count_cycles(structure, goal) > goal.max_cycles:
        return None
    trial = _parted(stand, fit_lines(data, structure, absolute=False), added)
    added = len(trial.structure.order) - len(fit.structure.order)
    if added < 1:
        return None
    n = value_counts(data)
    price = added * (price_of_line(n) + price_of_frequency(n)) + freed * price_of_frequency(n)
    if deviance(data, fit, n) - deviance(data, trial, n) < price:
        return None
    highest = stand.work.plan.maximum_frequency
    if not _stand_apart(fit, trial, highest, width):
        return None
    work = stand.work.copy()
    settled, jitter = work.settle(trial.structure)
    after = replace(stand, work=work, refused=(), beside=()).searched(settled, jitter)
    if after.cut or not _stand_apart(fit, settled, highest, width):
        return None
    lines = settled.structure.line_frequency
    left = _significant(after, settled)
    if any(np.abs(lines - f).min() < 2 * LINES.separation * width for f in left):
        return None
    return after


def _significant(stand: Stand, fit: Fit) -> list[float]:
    """Return the frequencies of power that is significant anywhere in the band, strongest first."""
    least = stand.work.significant_power(fit)
    found = zip(stand.last.frequency.tolist(), stand.last.power.tolist(), strict=True)
    return [frequency for frequency, power in found if power > least]


def _parted(stand: Stand, trial: Fit, added: int) -> Fit:
    """Return a fit without the weaker of every two lines that it has drawn together.

    A line that stood between two, or beside one, is one too many when these have their places.
    """
    least = LINES.separation / stand.work.data.baseline
    for _ in range(added):
        frequency = trial.structure.line_frequency
        order = np.argsort(frequency)
        gaps = np.diff(frequency[order])
        held = trial.structure.fixed[trial.structure.parent][order]
        gaps = np.where(held[:-1] | held[1:], np.inf, gaps)
        if gaps.min() >= least:
            return trial
        pair = order[int(gaps.argmin()) : int(gaps.argmin()) + 2]
        weaker = int(pair[line_powers(trial)[pair].argmin()])
        structure = trial.structure.without_line(weaker)
        trial = fit_lines(stand.work.data, structure, absolute=False)
    return trial


def _stand_apart(fit: Fit, trial: Fit, highest: float, width: float) -> bool:
    """Return whether lines are in the band, apart, and none the sum of a pair that cancels."""

    def faults(one: Fit) -> tuple[int, int]:
        frequency = np.sort(one.structure.line_frequency)
        beyond = (frequency < width) | (frequency > highest)
        close = np.diff(frequency) < LINES.separation * width
        return int(np.count_nonzero(beyond)), int(np.count_nonzero(close))

    if any(now > before for now, before in zip(faults(trial), faults(fit), strict=True)):
        return False
    # lines that share what one took alone are weaker than this, not stronger
    amplitude, was = np.sqrt(line_powers(trial, fit.scale)), np.sqrt(line_powers(fit))
    return bool((amplitude < LINES.grown * was.max()).all())
