"""The last look back of a pursuit: noise pruned, close pairs apart, every cycle in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.coherence import BroadPeak, broad_peaks
from epicycle.evidence.judge import Judge
from epicycle.fit.joint import fundamental_powers
from epicycle.fit.noise import is_exact
from epicycle.pursuit.close_pairs import is_apart, resolve
from epicycle.pursuit.finish import completed, finished
from epicycle.pursuit.goal import Goal, count_cycles
from epicycle.pursuit.places import at_likelier_fractions, joined_at_fringes, on_best_fringes
from epicycle.pursuit.stand import Stand
from epicycle.samples.budget import OutOfTimeError
from epicycle.spectra.bands import Candidates


@dataclass(frozen=True)
class End:
    """The end of a pursuit: its last stand, and what is said beside it.

    `beside` holds the frequencies of power next to a line that is not resolved from it; `paired`
    says whether close pairs were resolved.
    """

    stand: Stand
    broad: list[BroadPeak]
    beside: list[float]
    paired: bool = False


def look_back(begun: Stand, goal: Goal, judge: Judge, window: Candidates) -> End:
    """Return the end of a pursuit: what noise explains is gone, close pairs are apart.

    Where there is no time for all of that, lines are pruned and fitted together only.
    """
    if not begun.cut:
        try:
            return _resolved(begun, goal, judge, window)
        except OutOfTimeError:
            begun = replace(begun, cut=True)
    with goal.budget.finishing():
        stand = finished(begun, goal, judge)
        return End(stand, [], [*stand.beside, *stand.refused])


def _resolved(begun: Stand, goal: Goal, judge: Judge, window: Candidates) -> End:
    broad = _broad_peaks(begun, goal, judge)
    spared = np.array([begun.fit.structure.frequency[m] for peak in broad for m in peak.members])
    stand = finished(begun, goal, judge)
    beside = [*stand.beside, *stand.refused]
    centres: list[float] = []
    if goal.budget.over:
        return End(replace(stand, cut=True), [], beside)
    if not (goal.drift or goal.red_noise):
        seen = begun.fit.structure.line_frequency.tolist()
        try:
            split, centres = resolve(
                stand, seen, lambda one: completed(one, goal, judge), goal.budget
            )
        except OutOfTimeError:
            return End(replace(stand, cut=True), [], beside)
        if count_cycles(split.fit.structure, goal) > goal.max_cycles:
            centres = []
        if centres:
            stand = split
            solved = is_exact(stand.work.data, stand.fit.chi2)
            beside = [f for f in beside if not solved and is_apart(stand.work.data, f, centres)]
    broad = []
    if len(spared) and not centres:
        # several lines make one broad peak together, whatever each of them is worth
        stand = finished(begun, goal, judge, spared)
        broad = _broad_peaks(stand, goal, judge)
    if not centres:
        stand = _settled(stand, goal, None if broad else window)
    return End(stand, broad, beside, paired=bool(centres))


def _settled(stand: Stand, goal: Goal, window: Candidates | None) -> Stand:
    """Return the end of a pursuit with every cycle at the likeliest of its fringes and fractions.

    Without a window, as where a peak is broad and has no one place, fractions are not in question.
    """
    fit, jitter = on_best_fringes(stand.work, stand.fit, stand.jitter, goal)
    if fit is not stand.fit:
        fit, jitter = stand.work.settle(fit.structure, tight=True)
        stand = replace(stand, fit=fit, jitter=jitter)
    stand = joined_at_fringes(stand, goal)
    return stand if window is None else at_likelier_fractions(stand, window, goal)


def _broad_peaks(stand: Stand, goal: Goal, judge: Judge) -> list[BroadPeak]:
    """Return which cycles are no clocks, and which lines make one of them together."""
    if goal.drift:
        return []
    data, fit = stand.work.data, stand.fit
    structure = fit.structure
    level = judge.noise_level(data, fit)
    in_question = ~structure.fixed & (structure.frequency >= goal.slow_limit)
    order = [int(k) for k in np.argsort(-fundamental_powers(fit), kind="stable") if in_question[k]]
    peaks = broad_peaks(data, fit, level, order, judge.trials.upper)
    return [peak for peak in peaks if peak.false_alarm <= goal.false_alarm]
