"""Several lines at once, where each of them alone would fight those that are there.

Lines about one over the baseline apart are blended: a line that was found first stands between two,
and a third, fitted alone, runs into it.  Together all of them find their places.  They stay only
if nothing is left that still asks for a line: a cycle that changes, or a pair closer than the
baseline resolves, asks for ever more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit, line_powers
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
    data, fit = stand.work.data, stand.fit
    alone = not len(stand.refused) or not len(fit.structure.line_frequency)
    if goal.drift or goal.red_noise or alone:  # nothing was refused for the sake of another line
        return None
    width = 1.0 / data.baseline
    structure = fit.structure
    for frequency in _significant(stand, fit):
        if np.abs(structure.line_frequency - frequency).min() >= LINES.separation * width:
            structure = structure.plus(frequency)
    added = len(structure.line_frequency) - len(fit.structure.line_frequency)
    if added < 2 or count_cycles(structure, goal) > goal.max_cycles:
        return None
    trial = fit_lines(data, structure, absolute=False)
    n = value_counts(data)
    price = added * (price_of_line(n) + price_of_frequency(n))
    if deviance(data, fit, n) - deviance(data, trial, n) < price:
        return None
    if not _stand_apart(fit, trial, added, stand.work.plan.maximum_frequency, width):
        return None
    work = stand.work.copy()
    settled, jitter = work.settle(trial.structure)
    after = replace(stand, work=work, refused=(), beside=()).searched(settled, jitter)
    if after.cut or not _stand_apart(fit, settled, added, work.plan.maximum_frequency, width):
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


def _stand_apart(fit: Fit, trial: Fit, added: int, highest: float, width: float) -> bool:
    """Return whether lines are in the band, apart, and none the sum of a pair that cancels."""
    frequency = trial.structure.line_frequency
    new = frequency[-added:]
    if new.min() < width or new.max() > highest:
        return False
    gaps, before = (
        np.diff(np.sort(one.structure.line_frequency)) < LINES.separation * width
        for one in (trial, fit)
    )
    if np.count_nonzero(gaps) > np.count_nonzero(before):
        return False
    # lines that share what one took alone are weaker than this, not stronger
    amplitude, was = np.sqrt(line_powers(trial, fit.scale)), np.sqrt(line_powers(fit))
    return bool((amplitude < LINES.grown * was.max()).all())
