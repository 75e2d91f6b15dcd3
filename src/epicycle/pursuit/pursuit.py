"""Matching pursuit: lines are found one after the other and refitted together at each step.

After Mamandipoor, Ramasamy & Madhow (2016), "Newtonized orthogonal matching pursuit", IEEE Trans.
Signal Process. 64, 5066, with least-squares power, significance and the information criterion
deciding when to stop, and a last look back at every line with the noise around it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.coherence import BroadPeak, broad_peaks, with_peaks
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
from epicycle.pursuit.close_pairs import is_apart, resolve
from epicycle.pursuit.dips import with_dips
from epicycle.pursuit.finish import completed, finished
from epicycle.pursuit.further_lines import add_lines
from epicycle.pursuit.goal import Goal, count_cycles
from epicycle.pursuit.places import (
    at_likelier_fractions,
    at_likeliest_aliases,
    on_best_fringes,
    undecided_fringes,
    with_first_cycle,
)
from epicycle.pursuit.sharp import with_leftovers, with_sharp_cycle
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan


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
    judge = judge_of(data, noise, plan, goal)
    structure = Structure.empty()
    for frequency in goal.known:
        structure = structure.plus(frequency, fixed=True)
    work = Workbench(data, noise, plan, goal.false_alarm, goal.effort, progress)
    work.red_noise = goal.red_noise
    fit, jitter = work.settle(structure)
    fit = harmonics.extend(work.data, fit, work.test, goal.max_order, noise.absolute)
    begun = Stand(work, fit, jitter, work.search(fit))
    begun = _lines_of(begun, goal, judge, ranking)

    window = spectral_window(work.data, plan)
    likelier = at_likeliest_aliases(begun, window, goal, judge)
    if likelier is not begun.fit:
        begun = add_lines(begun.searched(likelier), goal, judge)
    together, jitter = on_best_fringes(begun.work, begun.fit, begun.jitter, goal)
    if together is not begun.fit:
        begun = add_lines(begun.searched(together, jitter), goal, judge)
    broad = _broad_peaks(begun, goal, judge)
    spared = np.array([begun.fit.structure.frequency[m] for peak in broad for m in peak.members])
    stand = finished(begun, goal, judge)
    beside = [*stand.beside, *stand.refused]
    centres: list[float] = []
    if not (goal.drift or goal.red_noise):
        seen = begun.fit.structure.line_frequency.tolist()
        split, centres = resolve(stand, seen, lambda one: completed(one, goal, judge))
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
    work, fit = stand.work, stand.fit
    if is_exact(work.data, fit.chi2):
        beside = []  # of rounding
    level = judge.noise_level(work.data, fit)
    errors = covariance(work.data, fit, level)
    return Pursuit(
        data=work.data,
        fit=fit,
        jitter=stand.jitter,
        level=level,
        covariance=errors,
        false_alarm=with_peaks(judge.of_all(work.data, fit, errors, level), broad),
        first=work.portrait(work.null(structure), fit, stand.last),
        last=work.portrait(fit, fit, stand.last),
        depth=work.searcher.depth,
        remedies=work.searcher.remedies(0.5, "samples"),
        search=work.searcher.report(),
        bandwidth=judge.trials.upper,
        notes=tuple(_unresolved_notes(fit, beside, 1.0 / data.baseline, broad)),
        window=window,
        # (an exact fit has none)
        rivals=() if is_exact(work.data, fit.chi2) else stand.rivals,
        broad=tuple(broad),
        unsteady=tuple(_unsteady_cycles(stand, goal, broad)),
        fringes=() if centres else undecided_fringes(stand, goal, level),
    )


def _settled(stand: Stand, goal: Goal, window: Candidates | None) -> Stand:
    """Return the end of a pursuit with every cycle at the likeliest of its fringes and fractions.

    Without a window, as where a peak is broad and has no one place, fractions are not in question.
    """
    fit, jitter = on_best_fringes(stand.work, stand.fit, stand.jitter, goal)
    if fit is not stand.fit:
        fit, jitter = stand.work.settle(fit.structure, tight=True)
        stand = replace(stand, fit=fit, jitter=jitter)
    return stand if window is None else at_likelier_fractions(stand, window, goal)


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
    fit: Fit, refused: list[float], width: float, broad: list[BroadPeak]
) -> list[str]:
    """Return a sentence for each line next to which power was found but not resolved.

    A broad peak says so of itself.
    """
    close = np.array(refused)
    told = {m for peak in broad for m in peak.members}
    return [
        f"power next to the period {1 / f:.6g} is not resolved from it over the baseline: a close "
        f"companion, or a cycle whose amplitude or period changes"
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
        stand.work.data, stand.fit, asked, scatter=not _has_left_lines(stand, goal)
    )


def _has_left_lines(stand: Stand, goal: Goal) -> bool:
    """Return whether a limit on the number of cycles left lines, which move phases of others.

    Lines next to those that were fitted are left by cycles that do not keep their phase.
    """
    work, fit = stand.work, stand.fit
    if count_cycles(fit.structure, goal) < goal.max_cycles:
        return False
    left = work.search(fit)
    lines = fit.structure.line_frequency
    if not len(left.frequency) or not len(lines):
        return False
    if left.power[0] < work.significant_power(fit):
        return False
    away = np.abs(lines - left.frequency[0])
    near = np.maximum(STEADINESS.reach / work.data.baseline, STEADINESS.spread * lines)
    return bool((away > near).all())


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
