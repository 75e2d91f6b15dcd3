"""Where else the first cycle may stand as a waveform, beside what else has been found since.

Waveforms are compared before anything else is known, as if there were one cycle.  Where others
were found, each place that was compared is held against all of them together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.evidence.stacked import values_per_epoch
from epicycle.evidence.waveforms import Rival, rival_at
from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.fit.lines import Structure
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.stand import Stand


def told_rivals(stand: Stand, goal: Goal) -> tuple[Rival, ...]:
    """Return the places that the strongest cycle was compared with, itself first among several.

    What was compared is one cycle, and several may explain more.  By how much they do, by BIC,
    counts for the cycle that is the strongest of them: of two sinusoids, no waveform of the first
    has odds; of a waveform that was taken for two, all have.  Where the strongest is none of the
    places, as where there is one cycle only, they are returned as they were compared: that says
    something of the cycle at the likeliest of them, and of no other.  None is returned where the
    strongest was compared and the likeliest is another of the cycles.

    Parameters
    ----------
    stand : Stand
        The end of a pursuit.
    goal : Goal
        What was asked for.
    """
    fit, rivals = stand.fit, stand.rivals
    structure, near = fit.structure, 0.5 / stand.work.data.baseline
    counted = ~structure.fixed & (structure.frequency >= goal.slow_limit)
    if not rivals or not counted.any() or is_exact(stand.work.data, fit.chi2):
        return ()
    k = int(np.where(counted, fundamental_powers(fit), -1.0).argmax())
    own = rival_at(rivals, float(structure.frequency[k]), near)
    opened = stand.held is not None and abs(stand.held - structure.frequency[k]) < 2 * near
    if np.count_nonzero(counted) == 1 or own is None or opened:
        return rivals
    others = np.delete(structure.frequency, k)
    best = min(rivals, key=lambda one: one.bic)
    if best is not own and np.abs(others - best.frequency).min() < 2 * near:
        return ()
    counted[k] = False
    own = replace(own, bic=own.bic - max(_worth(stand, fit, counted), 0.0))
    rest = [r for r in rivals if abs(r.frequency - own.frequency) >= near]
    return (own, *rest)


def _worth(stand: Stand, fit: Fit, cycles: np.ndarray) -> float:
    """Return by how much some cycles lower BIC; values of one moment count as one."""
    data = stand.work.data
    ones = fit.structure.fundamentals()
    kept = Structure.of([one for one, away in zip(ones, cycles, strict=True) if not away])
    without = fit_lines(data, kept, absolute=False, max_steps=3)
    n = value_counts(data)
    free = np.count_nonzero(cycles)
    lines = len(fit.structure.order) - len(kept.order)
    price = lines * price_of_line(n) + free * price_of_frequency(n)
    gain = deviance(data, without, n) - deviance(data, fit, n) - price
    if data.y.shape[1] > 1:
        gain /= values_per_epoch(data, stand.work.plan.maximum_frequency)
    return float(gain)
