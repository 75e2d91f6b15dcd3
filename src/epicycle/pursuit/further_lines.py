"""One line after the other: candidates of a spectrum that are significant and stand apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.evidence.judge import Judge
from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import LINES
from epicycle.pursuit import harmonics
from epicycle.pursuit.goal import Goal, count_cycles, with_drift_set
from epicycle.pursuit.places import on_best_fringes
from epicycle.pursuit.several_lines import with_several
from epicycle.pursuit.stand import Stand
from epicycle.samples.data import Data
from epicycle.search.drift import scan_drift
from epicycle.spectra.plan import SearchPlan


def add_lines(stand: Stand, goal: Goal, judge: Judge) -> Stand:
    """Return where the pursuit stands with every further significant line.

    What was refused on the way, and where power stands beside a line, is noted there.
    """
    work = stand.work
    while count_cycles(stand.fit.structure, goal) < goal.max_cycles:
        if stand.cut or goal.budget.over:
            return replace(stand, cut=True)
        stand, better, candidate = _next_line(stand, goal, judge)
        if better is None:
            several = with_several(stand, goal)
            if several is None:
                return stand
            stand, work = several, several.work
            continue
        settled, jitter = work.settle(with_drift_set(better.structure, goal))
        settled, jitter = on_best_fringes(work, settled, jitter, goal)
        if not _acceptable(stand.fit, settled, work.plan, 1.0 / work.data.baseline):
            # the candidate too, from which the line may have moved: else it would come again
            stand = stand.refusing(float(better.structure.frequency[-1]), candidate)
            continue
        fit = harmonics.extend(work.data, settled, work.test, goal.max_order, work.noise.absolute)
        stand = stand.searched(fit, jitter)
    left = stand.last.power.max(initial=0.0) > work.significant_power(stand.fit)
    return replace(stand, full=bool(left))


def _next_line(stand: Stand, goal: Goal, judge: Judge) -> tuple[Stand, Fit | None, float]:
    """Return the stand with refusals noted, and the fit with one more line and its candidate.

    The fit is None when nothing more is significant.
    """
    work, fit, candidates = stand.work, stand.fit, stand.last
    data, plan = work.data, work.plan
    if is_exact(data, fit.chi2):
        return stand, None, 0.0
    width = 1.0 / data.baseline
    existing = fit.structure.line_frequency
    taken = np.append(existing, stand.refused)
    for frequency, height in zip(candidates.frequency, candidates.power, strict=True):
        if len(taken) and np.abs(taken - frequency).min() < LINES.separation * width:
            if height > work.significant_power(fit):
                stand = replace(stand, beside=(*stand.beside, float(frequency)))
            continue
        structure = fit.structure.plus(float(frequency))
        if goal.drift and frequency >= goal.slow_limit:
            structure = _with_best_drift(data, fit, float(frequency), width)
        # enough to decide: the joint fit of all lines follows for those that are accepted
        near = np.abs(structure.frequency - frequency) < 4 * width
        trial = fit_lines(data, structure, absolute=False, futile=QUICK, free=near)
        if trial.structure.frequency[-1] < width and plan.minimum_frequency <= width:
            # A bend of less than one cycle has no frequency of its own; held at one cycle over
            # the baseline it takes the drift out of the way of the cycles above it.
            structure = fit.structure.plus(width, fixed=True)
            trial = fit_lines(data, structure, absolute=False, futile=QUICK, free=near)
        if judge.of_next(data, fit, trial) > goal.false_alarm:
            return stand, None, 0.0
        n = value_counts(data)
        gain = deviance(data, fit, n) - deviance(data, trial, n)
        if not goal.red_noise and gain < price_of_line(n) + price_of_frequency(n):
            return stand, None, 0.0
        if _acceptable(fit, trial, plan, width):
            return stand, trial, float(frequency)
        stand = stand.refusing(float(frequency))
    return stand, None, 0.0


def _with_best_drift(data: Data, fit: Fit, frequency: float, width: float) -> Structure:
    """Return the lines of a fit and one more near a candidate, at the drift of highest power."""
    peak = scan_drift(
        data.times,
        (fit.residual * data.weights).T,
        frequency,
        LINES.largest_drift / 2 * width,
        LINES.largest_drift * width**2,
    )
    structure = fit.structure.plus(peak.frequency)
    drift, drifting = structure.drift.copy(), structure.drifting.copy()
    drift[-1], drifting[-1] = peak.drift, True
    return replace(structure, drift=drift, drifting=drifting)


def _acceptable(fit: Fit, trial: Fit, plan: SearchPlan, width: float) -> bool:
    """Return whether a trial's lines are in the band, apart, and not fighting each other."""
    frequency = trial.structure.frequency
    new = frequency[-1]
    margin = 0.05 * width
    if not plan.minimum_frequency - margin <= new <= plan.maximum_frequency + margin:
        return False
    if too_close(trial, width) > too_close(fit, width):
        return False
    # Two lines with large amplitudes of opposite sign beat to imitate a line that changes.
    amplitude = np.sqrt(line_powers(trial, fit.scale))
    before = np.sqrt(line_powers(fit))
    near = np.abs(trial.structure.line_frequency[:-1] - new) < 2 * width
    grown = amplitude[:-1][near] > LINES.grown * before[near]
    return not bool((grown & (amplitude[-1] > LINES.fighting * amplitude[:-1][near])).any())


def too_close(fit: Fit, width: float) -> int:
    """Return the number of neighbours that are too close, but for those placed so on purpose."""
    gaps = np.diff(np.sort(fit.structure.line_frequency))
    return int(np.count_nonzero(gaps < LINES.separation * width))
