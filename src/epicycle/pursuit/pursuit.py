"""Matching pursuit: lines are found one after the other and refitted together at each step.

After Mamandipoor, Ramasamy & Madhow (2016), "Newtonized orthogonal matching pursuit", IEEE Trans.
Signal Process. 64, 5066, with least-squares power, significance and the information criterion
deciding when to stop, and a last look back at every line with the noise around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.coherence import BroadPeak, with_peaks
from epicycle.evidence.envelope import Envelope
from epicycle.evidence.fringes import Fringe
from epicycle.evidence.judge import Judge
from epicycle.evidence.steadiness import Unsteady, unsteady_cycles
from epicycle.evidence.waveforms import Ranking, Rival
from epicycle.evidence.window import Trials, spectral_window
from epicycle.fit.errors import Covariance, covariance
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel, is_exact
from epicycle.limits import LINES, STEADINESS
from epicycle.pursuit import harmonics
from epicycle.pursuit.dips import with_dips
from epicycle.pursuit.further_lines import add_lines
from epicycle.pursuit.goal import Goal, count_cycles
from epicycle.pursuit.look_back import End, look_back
from epicycle.pursuit.places import (
    at_likeliest_aliases,
    on_best_fringes,
    undecided_fringes,
    with_first_cycle,
)
from epicycle.pursuit.rivals import told_rivals
from epicycle.pursuit.sharp import with_leftovers, with_sharp_cycle
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.data import Data
from epicycle.samples.options import Options
from epicycle.samples.units import in_unit
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan

#: What a search whose time is over leaves out.
_MISSING = "further cycles were not looked for, and not every period was held against its aliases"
_UNEXAMINED = "not every cycle may have been examined for a steady phase"


@dataclass(frozen=True)
class Said:
    """What is said of a rhythm that was asked about.

    Attributes
    ----------
    false_alarm : float
        Probability that noise alone shows as much, at the period or anywhere in the range.
    condition : float
        Condition number of background and rhythm.
    width : float
        Effective bandwidth of the range; 0 for a period that is held.
    notes : tuple of str
        What the data cannot decide.
    """

    false_alarm: float
    condition: float
    width: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pursuit:
    """Where the pursuit ended.

    Attributes
    ----------
    data : Data
        The data with their final weights.
    fit : Fit
        All lines that stayed.
    jitter : ndarray, shape (G, d)
        Extra scatter of each group and output.
    level : ndarray, shape (L, d)
        Noise level around each line.
    covariance : Covariance
        Errors of everything in `fit`.
    false_alarm : ndarray, shape (K,)
        False-alarm probability of each fundamental with its harmonics.
    first, last : Candidates
        Spectrum of the data before the first, and of the residual after the last line, in shares
        of their variance: of the whole band, or of the neighbourhood of the strongest line where
        the band was too wide.
    depth : float or None
        Share of the variance that a line needed to be seen; None where the whole band was
        searched coherently.
    remedies : str or None
        What would let a line with half that share be seen; None where nothing significant can
        have been overlooked.
    search : SearchPlan
        The plan with what was decided, and what it took.
    bandwidth : float
        Effective bandwidth of the search.
    notes : tuple of str
        What could not be decided.
    window : Candidates
        The spectral window.
    rivals : tuple of Rival
        Frequencies at which the first cycle was compared as a waveform, the likeliest first;
        empty where it was not.
    broad : tuple of BroadPeak
        Fundamentals that are no clocks.
    unsteady : tuple of Unsteady
        Fundamentals whose phase does not run straight.
    fringes : tuple of tuple of Fringe
        For each fundamental where else it may stand, by another whole number of cycles in a gap;
        empty where that was not asked.
    envelopes : tuple of Envelope
        How the amplitudes vary of those that do.
    variation : ndarray, shape (n, d), or None
        What this adds to constant amplitudes, and has been taken from the values of `data`.
    asked : Said or None
        What is said of the one rhythm that was asked about; None where cycles were looked for.
    cut : bool
        Whether the time was over before all lines were looked for.
    """

    data: Data
    fit: Fit
    jitter: Floats
    level: Floats
    covariance: Covariance
    false_alarm: Floats
    first: Candidates
    last: Candidates
    depth: float | None
    remedies: str | None
    search: SearchPlan
    bandwidth: float
    notes: tuple[str, ...]
    window: Candidates
    rivals: tuple[Rival, ...] = ()
    broad: tuple[BroadPeak, ...] = ()
    unsteady: tuple[Unsteady, ...] = ()
    fringes: tuple[tuple[Fringe, ...], ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    variation: Floats | None = None
    asked: Said | None = None
    cut: bool = False


def pursue(
    data: Data,
    noise: NoiseModel,
    plan: SearchPlan,
    goal: Goal,
    *,
    ranking: Ranking | None = None,
    progress: Progress | None = None,
) -> Pursuit:
    """Return all significant lines of the data, found by matching pursuit.

    Parameters
    ----------
    data : Data
        The regression problem.
    noise : NoiseModel
        How the weights follow from errors and jitter.
    plan : SearchPlan
        Band and grid of the search.
    goal : Goal
        When to stop.
    ranking : Ranking, optional
        Frequencies of the first cycle by the evidence of a waveform, where known already.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Returns
    -------
    Pursuit
    """
    goal.budget.check()
    judge = judge_of(data, noise, plan, goal)
    structure = Structure.empty()
    for frequency in goal.known:
        structure = structure.plus(frequency, fixed=True)
    work = Workbench(data, noise, plan, goal.false_alarm, goal.effort, progress)
    work.red_noise = goal.red_noise
    fit, jitter = work.settle(structure)
    fit = harmonics.extend(work.data, fit, work.test, goal.max_order, noise.absolute)
    begun = Stand(work, fit, jitter, work.search(fit))
    begun = begun.after(lambda one: _lines_of(one, goal, judge, ranking), goal.budget)
    window = spectral_window(work.data, plan)
    begun = _in_likeliest_places(begun, goal, judge, window)
    end = look_back(begun, goal, judge, window)
    with goal.budget.finishing():
        return _told(end, goal, judge, structure, window)


def whole(found: Pursuit) -> Pursuit:
    """Return a pursuit that was made again; what was found before is more than a part of it.

    Raises
    ------
    OutOfTimeError
        If the time was over before it was done.
    """
    if found.cut:
        raise OutOfTimeError("the time was over before a search that was made again was done")
    return found


def _in_likeliest_places(begun: Stand, goal: Goal, judge: Judge, window: Candidates) -> Stand:
    """Return where the pursuit stands with every line at the likeliest of its places."""

    def at_aliases(stand: Stand) -> Stand:
        likelier = at_likeliest_aliases(stand, window, goal, judge)
        if likelier is stand.fit:
            return stand
        return add_lines(stand.searched(likelier), goal, judge)

    def at_fringes(stand: Stand) -> Stand:
        together, jitter = on_best_fringes(stand.work, stand.fit, stand.jitter, goal)
        if together is stand.fit:
            return stand
        return add_lines(stand.searched(together, jitter), goal, judge)

    return begun.after(at_aliases, goal.budget).after(at_fringes, goal.budget)


def _told(end: End, goal: Goal, judge: Judge, known: Structure, window: Candidates) -> Pursuit:
    """Return the end of a pursuit with errors, false alarms, and all that is said of it."""
    stand, broad = end.stand, end.broad
    work, fit = stand.work, stand.fit
    exact = is_exact(work.data, fit.chi2)
    beside = [] if exact else end.beside  # of rounding
    level = judge.noise_level(work.data, fit)
    errors = covariance(work.data, fit, level)
    notes = _unresolved_notes(fit, beside, 1.0 / work.data.baseline, broad, goal.unit)
    unsteady = [] if stand.cut else _unsteady_cycles(stand, goal, broad)
    if stand.cut or goal.budget.over:
        notes.append(goal.budget.note(_MISSING if stand.cut else _UNEXAMINED))
    elif not exact and _is_full(stand, goal, [*unsteady, *broad]):
        notes.append(
            f"max_cycles={goal.max_cycles} was reached with significant power left: what is found "
            f"may be off where lines are missing; ask for more, max_cycles={2 * goal.max_cycles}"
        )
    return Pursuit(
        data=work.data,
        fit=fit,
        jitter=stand.jitter,
        level=level,
        covariance=errors,
        false_alarm=with_peaks(judge.of_all(work.data, fit, errors, level), broad),
        first=work.portrait(work.null(known), fit, stand.last),
        last=work.portrait(fit, fit, stand.last),
        depth=work.searcher.depth,
        remedies=work.searcher.remedies(0.5, "samples"),
        search=work.searcher.report(),
        bandwidth=judge.trials.upper,
        notes=tuple(notes),
        window=window,
        rivals=told_rivals(stand, goal),
        broad=tuple(broad),
        unsteady=tuple(unsteady),
        fringes=() if end.paired else undecided_fringes(stand, goal, level),
        cut=stand.cut,
    )


def _is_full(stand: Stand, goal: Goal, blurred: Sequence[Unsteady | BroadPeak]) -> bool:
    """Return whether there was no place for more cycles, and there are as many in the end.

    Who asks for fewer than the default knows that there may be more; and of those that were there,
    the sidebands of cycles that are `blurred` are none any more.  Of lines that are missing the
    power may have taken others with it, as noise around them.
    """
    if not stand.full or goal.max_cycles < Options.max_cycles:
        return False
    structure = stand.fit.structure
    if len(structure.fundamentals()) >= goal.max_cycles:
        return True
    width = 1.0 / stand.work.data.baseline
    near = np.full(len(structure.line_frequency), STEADINESS.reach * width)
    members = [m for one in blurred for m in (one.leader, *one.members)]
    swings = np.isin(structure.parent, members)
    near[swings] = np.maximum(near[swings], STEADINESS.spread * structure.line_frequency[swings])
    return bool(_left_away(stand, near).any())


def _left_away(stand: Stand, near: Floats) -> NDArray[np.bool_]:
    """Return which significant maxima of the residual are farther from every line than `near`."""
    left, lines = stand.work.search(stand.fit), stand.fit.structure.line_frequency
    heights = left.power > stand.work.significant_power(stand.fit)
    apart: Floats = np.abs(left.frequency[heights][:, np.newaxis] - lines)
    result: NDArray[np.bool_] = np.all(apart > near, axis=1)
    return result


def _lines_of(stand: Stand, goal: Goal, judge: Judge, ranking: Ranking | None) -> Stand:
    """Return where the pursuit stands with the first cycle, and one line after the other."""
    first = with_sharp_cycle(stand, goal, judge)
    if first is stand:
        plain = add_lines(with_first_cycle(stand, goal, judge, ranking), goal, judge)
        dips = with_dips(stand, plain, goal, judge)
        return with_leftovers(plain if dips is None else add_lines(dips, goal, judge))
    return with_leftovers(add_lines(first, goal, judge))


def refitted(
    found: Pursuit,
    *,
    noise: NoiseModel,
    plan: SearchPlan,
    goal: Goal,
    data: Data | None = None,
    structure: Structure | None = None,
) -> Pursuit:
    """Return a pursuit with its last fit, jitter and errors made anew, for other data or lines."""
    work = Workbench(data or found.data, noise, plan, goal.false_alarm, goal.effort, None)
    fit, jitter = work.settle(structure or found.fit.structure, tight=True)
    judge = judge_of(work.data, noise, plan, goal)
    level = judge.noise_level(work.data, fit)
    errors = covariance(work.data, fit, level)
    return replace(found, data=work.data, fit=fit, jitter=jitter, level=level, covariance=errors)


def judge_of(data: Data, noise: NoiseModel, plan: SearchPlan, goal: Goal) -> Judge:
    """Return what decides which lines are noise."""
    # drifts further apart than 4 / T^2 are independent trials
    drifts = 1 + LINES.largest_drift / 2 if goal.drift else 1.0
    trials = Trials(data, plan.minimum_frequency, plan.maximum_frequency, drifts)
    return Judge(trials, noise, goal.false_alarm, goal.max_order, red_noise=goal.red_noise)


def _unresolved_notes(
    fit: Fit, refused: list[float], width: float, broad: list[BroadPeak], unit: str = ""
) -> list[str]:
    """Return a sentence for each line next to which power was found but not resolved.

    A broad peak says so of itself.
    """
    close = np.array(refused)
    told = {m for peak in broad for m in peak.members}
    return [
        f"power next to the period {in_unit(1 / f, unit)} is not resolved from it over the "
        f"baseline: a close companion, or a cycle whose amplitude or period changes"
        for k, f in enumerate(fit.structure.frequency)
        if k not in told and f > 5 * width and len(close) and np.abs(close - f).min() < 2 * width
    ]


def _unsteady_cycles(stand: Stand, goal: Goal, broad: list[BroadPeak]) -> list[Unsteady]:
    """Return which cycles have a phase that jumps, breaks or wanders; broad peaks are told."""
    if goal.drift or is_exact(stand.work.data, stand.fit.chi2):
        return []
    structure = stand.fit.structure
    in_question = ~structure.fixed & (structure.frequency >= goal.slow_limit)
    in_question[[m for peak in broad for m in peak.members]] = False
    order = np.argsort(-fundamental_powers(stand.fit), kind="stable")
    asked = [int(k) for k in order if in_question[k]]
    return unsteady_cycles(
        stand.work.data,
        stand.fit,
        asked,
        scatter=not _has_left_lines(stand, goal),
        budget=goal.budget,
    )


def _has_left_lines(stand: Stand, goal: Goal) -> bool:
    """Return whether a limit on the number of cycles left lines, which move phases of others.

    Lines next to those that were fitted are left by cycles that do not keep their phase.
    """
    if count_cycles(stand.fit.structure, goal) < goal.max_cycles:
        return False
    lines = stand.fit.structure.line_frequency
    near = np.maximum(STEADINESS.reach / stand.work.data.baseline, STEADINESS.spread * lines)
    return bool(len(lines)) and bool(_left_away(stand, near)[:1].any())
