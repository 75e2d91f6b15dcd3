"""Where cycles stand: the first one as a waveform, and each of them on its likeliest alias."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.aliases import least_log_odds, other_places
from epicycle.evidence.fringes import Fringe, judged_fringes
from epicycle.evidence.judge import Judge
from epicycle.evidence.waveforms import Ranking, Rival, shorter_first
from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import ALIASES, LINES, SHARP, WAVEFORMS
from epicycle.pursuit import harmonics
from epicycle.pursuit.goal import Goal, count_cycles
from epicycle.pursuit.opening import (
    compare_waveforms,
    open_with_waveform,
    outdone_by_sinusoids,
)
from epicycle.pursuit.orders import is_one_waveform
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.spectra.bands import Candidates

#: Ratios of frequencies this near to n, n/2 or n/3 are those of multiples and fractions.
_SIMPLE = 1e-3


def with_first_cycle(stand: Stand, goal: Goal, judge: Judge, ranking: Ranking | None) -> Stand:
    """Return where the pursuit stands with the first cycle, if it is better found as a waveform.

    Which frequencies were compared is noted there, and which is held against its aliases.

    Parameters
    ----------
    stand : Stand
        What was given, fitted and searched.
    goal : Goal
        What was asked for.
    judge : Judge
        What decides which lines are noise.
    ranking : Ranking or None
        Frequencies by the evidence of a waveform, where known already.
    """
    work, fit, last = stand.work, stand.fit, stand.last
    top = float(last.frequency[0]) if len(last.frequency) else None
    if (
        goal.drift
        or goal.max_order < 2
        or goal.max_cycles < 1
        or (top is not None and top < goal.slow_limit)
        or is_exact(work.data, fit.chi2)
    ):
        return stand
    in_groups = ranking is not None and ranking.by_group and not goal.known
    if ranking is None or goal.known:
        ranking = compare_waveforms(work.data, fit.residual, work.noise, work.plan, last.frequency)
    for led in leaders(ranking, work.data.baseline):
        opening = open_with_waveform(
            work.data, fit, led, top, goal.max_order, work.plan, even_sinusoids=in_groups
        )
        # (what tells a double from its half, by red noise, is the noise below)
        if opening.fit is None or (opening.is_double and goal.red_noise):
            held = None if opening.is_double else opening.held
            return replace(stand, rivals=led.rivals, held=held)
        trial = opening.fit
        orders = trial.structure.orders_of(len(trial.structure.frequency) - 1)
        # (a ladder for each line would take longer than all the rest)
        if is_one_waveform(orders) and not (
            orders != (1,)
            and not opening.is_double
            and work.searcher.densely
            and outdone_by_sinusoids(
                work.data, fit, trial, work.plan, work.search, in_groups=in_groups
            )
        ):
            break
    else:
        # they still say where else the first line may stand
        return replace(stand, rivals=ranking.rivals)
    if judge.of_next(work.data, fit, trial, orders) > goal.false_alarm:
        return replace(stand, rivals=ranking.rivals)
    fit, jitter = work.settle(trial.structure)
    fit, jitter = on_best_fringe(work, fit, jitter, len(fit.structure.frequency) - 1)
    fit = harmonics.extend(work.data, fit, work.test, goal.max_order, work.noise.absolute)
    held = opening.held
    if held is not None:
        held = float(fit.structure.frequency[-1])
    begun = replace(stand, rivals=led.rivals, held=held)
    return begun.searched(fit, jitter)


def leaders(ranking: Ranking, baseline: float) -> list[Ranking]:
    """Return the ranking led in turn by each of the frequencies that it hardly tells apart.

    The lowest one first: what the data do not decide is told by the longest period.  A period and
    its simple fractions and multiples are not in question.  Without any, the ranking itself.
    """
    if not ranking.rivals:
        return [ranking]
    best = ranking.rivals[0]
    lowest = best
    others = []
    for one in ranking.rivals[1:]:
        ratio = one.frequency / best.frequency
        log_odds = 0.5 * (best.bic - one.bic)
        # (nothing is the zeroth multiple of anything)
        simple = any(abs(ratio * n - max(round(ratio * n), 1)) < _SIMPLE for n in (1, 2, 3))
        if simple or log_odds <= math.log(ALIASES.hardly):
            continue
        others.append(one)
        if ratio < 1.0 and log_odds > least_log_odds(ratio) and one.frequency < lowest.frequency:
            lowest = one
    first = _led_by(ranking, lowest, baseline)
    rest = [_led_by(ranking, one, baseline) for one in (best, *others) if one is not lowest]
    return [first, *rest][: WAVEFORMS.leaders]


def _led_by(ranking: Ranking, leader: Rival, baseline: float) -> Ranking:
    """Return the ranking led by a rival, or by its half or third, if that is nearly as likely."""
    rest = [one for one in ranking.rivals if one is not leader]
    return replace(ranking, rivals=tuple(shorter_first([leader, *rest], baseline)))


def on_best_fringe(work: Workbench, fit: Fit, jitter: Floats, k: int) -> tuple[Fit, Floats]:
    """Return the fit, and its jitter, with fundamental `k` at the likeliest of its fringes."""
    plan = work.plan
    band = plan.minimum_frequency, plan.maximum_frequency
    fringes = judged_fringes(work.data, work.noise, fit, k, band)
    best = fringes[0].structure if fringes and fringes[0].log_odds > 0.0 else None
    return (fit, jitter) if best is None else work.settle(best)


def on_best_fringes(
    work: Workbench, fit: Fit, jitter: Floats, goal: Goal, rounds: int = 3
) -> tuple[Fit, Floats]:
    """Return the fit, and its jitter, with every cycle at the likeliest of its fringes.

    Odds of fringes take noise for white: in red noise the loudest place would always win, so there
    every cycle stays.
    """
    for _ in range(0 if goal.red_noise else rounds):
        before = fit
        # the latest line first: the others were found without it, it was found beside them
        for k in reversed(range(len(fit.structure.frequency))):
            if fit.structure.frequency[k] >= goal.slow_limit:
                fit, jitter = on_best_fringe(work, fit, jitter, k)
        if fit is before or len(fit.structure.frequency) == 1:
            break
    return fit, jitter


def undecided_fringes(stand: Stand, goal: Goal, level: Floats) -> tuple[tuple[Fringe, ...], ...]:
    """Return for each fundamental the fringes that the data hardly tell from it, likeliest first.

    Odds are against noise of the given level around each line, shape (L, d), relative to white.
    """
    work, structure = stand.work, stand.fit.structure
    band = work.plan.minimum_frequency, work.plan.maximum_frequency
    result: list[tuple[Fringe, ...]] = []
    for k, frequency in enumerate(structure.frequency.tolist()):
        if goal.red_noise or frequency < goal.slow_limit:
            result.append(())
            continue
        loud = max(1.0, float(level[structure.parent == k].max(initial=1.0)))
        fringes = judged_fringes(work.data, work.noise, stand.fit, k, band, every=True)
        judged = (replace(one, log_odds=one.log_odds / loud) for one in fringes)
        result.append(tuple(one for one in judged if one.log_odds >= math.log(ALIASES.undecided)))
    return tuple(result)


def joined_at_fringes(stand: Stand, goal: Goal) -> Stand:
    """Return the stand with every single line in a stronger cycle, if a fringe of it belongs there.

    What tells the minima of a binary apart is a weak line at half the frequency.  Found by itself
    it may be put on another fringe, as a cycle of its own at no simple ratio.  One that the data
    hardly tell from its place is taken where it needs no frequency of its own.
    """
    work, fit = stand.work, stand.fit
    if goal.drift or goal.red_noise or is_exact(work.data, fit.chi2):
        return stand
    band = work.plan.minimum_frequency, work.plan.maximum_frequency
    ones, power = fit.structure.fundamentals(), fundamental_powers(fit)
    n = value_counts(work.data)
    dearest = deviance(work.data, fit, n) + price_of_frequency(n) - 2 * math.log(ALIASES.undecided)
    for k in np.argsort(power, kind="stable").tolist():
        if ones[k].orders != (1,) or ones[k].fixed or ones[k].frequency < goal.slow_limit:
            continue
        stronger = [ones[j] for j in np.flatnonzero(power > power[k]) if not ones[j].fixed]
        if not stronger:
            continue
        for fringe in judged_fringes(work.data, work.noise, fit, k, band, every=True):
            if fringe.log_odds < math.log(ALIASES.undecided):
                continue
            for one in stronger:
                waveform = _with_line(one, fringe.frequency, work.data.baseline, goal.max_order)
                if waveform is None:
                    continue
                rest = [two for two in ones if two is not one and two is not ones[k]]
                trial = fit_lines(work.data, Structure.of([*rest, waveform]), absolute=False)
                if deviance(work.data, trial, n) < dearest:
                    settled, jitter = work.settle(trial.structure, tight=True)
                    return joined_at_fringes(replace(stand, fit=settled, jitter=jitter), goal)
    return stand


def _with_line(
    one: Fundamental, frequency: float, baseline: float, max_order: int
) -> Fundamental | None:
    """Return a cycle with a line more, the cycle's multiple or its half; None if it is neither."""
    for divisor in (1, 2):
        order = round(frequency * divisor / one.frequency)
        off = abs(order * one.frequency / divisor - frequency) * baseline
        orders = {order, *(divisor * o for o in one.orders)}
        is_new = len(orders) > len(one.orders) and (order == 1 or divisor == 1)
        if order >= 1 and off < 0.5 and is_new and max(orders) <= max_order:
            return one.divided(divisor, orders) if is_one_waveform(orders) else None
    return None


def at_likeliest_aliases(stand: Stand, window: Candidates, goal: Goal, judge: Judge) -> Fit:
    """Return the fit with every cycle that an alias explains better moved there.

    At its first appearance a line is at the highest maximum, which noise and lines not found yet
    may have put on an alias.
    """
    work, fit = stand.work, stand.fit
    left: list[float] = []
    moved = True
    while moved and len(left) < goal.max_cycles:
        moved = False
        level = judge.noise_level(work.data, fit).max(axis=1, initial=1.0)
        test = AliasTest(
            work.data,
            work.noise,
            window,
            work.plan,
            rivals=other_places(stand.rivals, fit.structure, work.data.baseline),
        )
        for k, frequency in enumerate(fit.structure.frequency.tolist()):
            if fit.structure.fixed[k] or frequency < goal.slow_limit:
                continue
            if level[fit.structure.parent == k].max() > LINES.unresolved:
                continue  # odds are against noise, and what is left beside this line is none
            if stand.held is not None and abs(frequency - stand.held) < 1.0 / work.data.baseline:
                continue  # its whole waveform has been compared there
            structure = test.likelier(fit, k, left)
            if structure is not None:
                left.append(frequency)
                fit, _ = work.settle(structure)
                moved = True
                break
    return fit


def at_likelier_fractions(stand: Stand, window: Candidates, goal: Goal) -> Stand:
    """Return the end of a pursuit with every cycle whose half or third is clearly likelier there.

    Odds of its lines together see what no single line of it shows.  Where lines were left because
    the number of cycles is limited, a fraction of one would gain what belongs to them; and where
    one would have a line next to that of another cycle, it would gain what that one has.
    """
    richest = 2 * SHARP.smooth if goal.max_order >= SHARP.smooth else goal.max_order
    for _ in range(max(len(stand.fit.structure.frequency), 1)):
        work, fit = stand.work, stand.fit
        full = count_cycles(fit.structure, goal) >= goal.max_cycles
        if goal.drift or goal.red_noise or is_exact(work.data, fit.chi2):
            return stand
        test = AliasTest(work.data, work.noise, window, work.plan)
        moved = None
        for k, frequency in enumerate(fit.structure.frequency.tolist()):
            most = 2 * max(fit.structure.orders_of(k))
            if fit.structure.fixed[k] or frequency < 2 * goal.slow_limit or most > richest:
                continue
            there = None if moved is not None else test.likelier_fraction(fit, k)
            if there is not None and stands_apart(there, work.data.baseline):
                moved = there
        if moved is None or (full and _is_another_line(stand, moved)):
            return stand
        fit, _ = work.settle(moved)
        fit = harmonics.extend(work.data, fit, work.test, goal.max_order, work.noise.absolute)
        fit, jitter = work.settle(fit.structure, tight=True)
        stand = replace(stand, fit=fit, jitter=jitter)
    return stand


def stands_apart(structure: Structure, baseline: float) -> bool:
    """Return whether no line of a cycle is so close to one of another that both would cancel."""
    order = np.argsort(structure.line_frequency)
    gaps, owner = np.diff(structure.line_frequency[order]), structure.parent[order]
    close = gaps < LINES.final_separation * LINES.separation / baseline
    return not (close & (owner[1:] != owner[:-1])).any()


def _is_another_line(stand: Stand, moved: Structure) -> bool:
    """Return whether one more line anywhere is likelier than a cycle at a fraction."""
    work, structure = stand.work, stand.fit.structure
    strongest = work.search(stand.fit).frequency[:1]
    if not len(strongest):
        return False
    n = value_counts(work.data)
    line, frequency = price_of_line(n), price_of_frequency(n)
    fits = [
        fit_lines(work.data, one, absolute=False)
        for one in (structure.plus(float(strongest[0])), moved)
    ]
    free, there = (deviance(work.data, fit, n) for fit in fits)
    more = len(moved.order) - len(structure.order)
    return free + line + frequency <= there + more * line
