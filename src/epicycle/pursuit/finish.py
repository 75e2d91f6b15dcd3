"""The last look back: lines that noise explains go, and what stays is fitted together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.evidence.judge import Judge
from epicycle.fit.errors import covariance
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.lines import Structure
from epicycle.limits import LINES
from epicycle.pursuit import harmonics
from epicycle.pursuit.further_lines import add_lines
from epicycle.pursuit.goal import Goal, known_fundamentals, with_drift_set
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats


def finished(stand: Stand, goal: Goal, judge: Judge, spared: Floats | None = None) -> Stand:
    """Return where the pursuit ends: lines pruned, read as waveforms, and fitted together.

    Lines at the frequencies `spared` are not pruned.
    """
    work, absolute = stand.work, stand.work.noise.absolute
    fit = _prune(work, stand.fit, goal, judge, spared)
    fit = harmonics.descend(work.data, fit, work.test, goal.max_order, absolute, stand.held)
    fit = harmonics.extend(work.data, fit, work.test, goal.max_order, absolute)
    level = judge.noise_level(work.data, fit)
    fit = harmonics.merge(work.data, fit, level, goal.max_order, absolute)
    fit, jitter = _settle_apart(work, fit, goal)
    return replace(stand, fit=fit, jitter=jitter)


def completed(stand: Stand, goal: Goal, judge: Judge) -> Stand:
    """Return the fit without the lines that close pairs have made superfluous, and completed."""
    begun = replace(stand, work=stand.work.copy(), refused=(), beside=())
    found = add_lines(begun.searched(_prune(begun.work, begun.fit, goal, judge)), goal, judge)
    fit = _prune(found.work, found.fit, goal, judge)
    fit, jitter = found.work.settle(fit.structure, tight=True)
    return replace(found, fit=fit, jitter=jitter, refused=stand.refused, beside=stand.beside)


def _prune(
    work: Workbench, fit: Fit, goal: Goal, judge: Judge, spared: Floats | None = None
) -> Fit:
    """Return the fit without the lines that the noise around them could explain.

    Those at the frequencies `spared` stay: what is around them is the same broad peak.
    """
    while True:
        level = judge.noise_level(work.data, fit)
        # slow variation is fitted, not claimed: that there is more of it nearby is no reason not to
        level[fit.structure.line_frequency < goal.slow_limit] = 1.0
        errors = covariance(work.data, fit, level)
        probability = judge.of_all(work.data, fit, errors, level)
        probability[known_fundamentals(fit.structure, goal)] = 0.0
        if spared is not None and len(spared):
            far = np.abs(fit.structure.frequency[:, np.newaxis] - spared).min(axis=1)
            probability[far < 0.5 / work.data.baseline] = 0.0
        if not len(probability) or probability.max() <= goal.false_alarm:
            return fit
        fundamentals = fit.structure.fundamentals()
        del fundamentals[int(probability.argmax())]
        fit, _ = work.settle(Structure.of(fundamentals))


def _settle_apart(work: Workbench, fit: Fit, goal: Goal) -> tuple[Fit, Floats]:
    """Return the final joint fit; of two lines that it draws together the weaker one goes.

    Periods that were given stay, however close to each other.
    """
    least = LINES.final_separation * LINES.separation / work.data.baseline
    while True:
        settled, jitter = work.settle(with_drift_set(fit.structure, goal), tight=True)
        structure = settled.structure
        free = ~known_fundamentals(structure, goal)[structure.parent]
        order = np.argsort(structure.line_frequency)
        gaps = np.diff(structure.line_frequency[order])
        gaps = np.where(free[order[:-1]] | free[order[1:]], gaps, np.inf)
        if not len(gaps) or gaps.min() >= least:
            return settled, jitter
        pair = order[int(gaps.argmin()) : int(gaps.argmin()) + 2]
        pair = pair[free[pair]]
        strength = line_powers(settled)
        weaker = int(pair[strength[pair].argmin()])
        fit, _ = work.settle(structure.without_line(weaker))
