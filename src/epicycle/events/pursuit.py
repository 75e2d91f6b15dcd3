"""The main path for events: from times (and weights) to cycles in their rate."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import numpy as np

from epicycle.events.aliases import aliases_of
from epicycle.events.band import EventBand, plan_events
from epicycle.events.compose import (
    build_cycle,
    limit,
    lines_of,
    predictor_of,
    spectrum_of,
)
from epicycle.events.cycles import (
    EventCycle,
    event_data,
    h_test,
    harmonic_sums,
    refine_event_cycle,
    related,
    with_true_fundamental,
    without,
)
from epicycle.events.rhythm import Intervals
from epicycle.events.significance import event_false_alarm, event_threshold
from epicycle.evidence.window import spectral_window
from epicycle.limits import EVENTS, LINES
from epicycle.pursuit.goal import Goal
from epicycle.results.result import EventTimes, Result
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit
from epicycle.search.drift import scan_drift
from epicycle.search.planner import Effort
from epicycle.search.searcher import Searcher
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan


def find_in_events(
    samples: Samples,
    goal: Goal,
    limits: tuple[float | None, float | None],
    strategy: str,
    progress: Progress | None,
) -> Result:
    """Return the cycles in the rate of events; the y of `samples` are their weights."""
    started = time.perf_counter()
    data = event_data(samples.times, samples.y[:, 0])
    band = plan_events(data, *limits, strategy, samples.scale.unit)
    plan = band.plan
    threshold = event_threshold(goal.false_alarm, band.width, goal.max_order)
    searcher = Searcher(data, plan, _effort(goal.effort, data), drift=goal.drift, progress=progress)

    def search(strengths: Floats) -> Candidates:
        # the reduction of chi-square is 2 z, and H is 2 z for a single harmonic; every search but
        # the first follows a cycle, with which windows shorter than its own are done
        scale = np.array([float((strengths**2).mean())])
        residual = strengths[:, np.newaxis]
        return searcher.search(residual, scale, threshold, start=searcher.window)

    intervals = Intervals.of(data)
    strengths = data.y[:, 0].copy()
    found: list[EventCycle] = []
    cut: list[str] = []
    last = search(strengths)
    while len(found) < goal.max_cycles:
        if goal.budget.over:
            cut = [goal.budget.note("further cycles were not looked for")]
            break
        look = partial(_next_cycle, data, strengths, searcher=searcher, band=band, goal=goal)
        first = look(_promising(searcher, last, found, band, data=data, drift=goal.drift))
        cycle = None
        if not found and first is not None and first.false_alarm <= goal.false_alarm:
            # the strongest line of a nearly regular train stands for its rhythm
            cycle = with_rhythm(data, strengths, first, intervals, with_drift=goal.drift)
        if cycle is None and intervals.regular:
            new = _promising(searcher, last, found, band, intervals, data=data, drift=goal.drift)
            first = look(new)
            if first is not None:
                orders: Floats = np.arange(1.0, len(first.every_power) + 1)
                first = first.against(_background(intervals, found, orders * first.frequency))
        cycle = cycle or first
        if cycle is None:
            break
        if cycle.false_alarm > goal.false_alarm or _is_known(cycle.frequency, found, data):
            break
        found.append(cycle)
        # a train of events without its rhythm would be none; it is part of the background
        strengths = without(data, [one for one in found if one.rhythm is None])
        with goal.budget.finishing():
            last = search(strengths)
    window, unit = spectral_window(data, plan), samples.scale.unit
    cycles = tuple(
        build_cycle(samples, data, c, aliases_of(data, found, c, window, plan, unit), goal)
        for c in found
    )
    centre = found[0].frequency if found else last.frequency[0]
    return Result(
        cycles=cycles,
        lines=tuple(lines_of(cycles)),
        undecided=tuple(_notes(searcher, plan) + _notes_on_rhythm(intervals, found, unit) + cut),
        unit=unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=np.empty(0),
        residual_std=float("nan"),
        jitter={},
        amplitude_limit=limit(data, _rest(last, found, intervals, data), searcher.pair_depth),
        search=searcher.report(),
        spectrum=spectrum_of(data, strengths, plan, centre, window, threshold),
        predictor=predictor_of(samples, data, found, cycles),
        output_names=None,
        seconds=time.perf_counter() - started,
        events=EventTimes(data.times, data.y[:, 0]),
    )


def _effort(effort: Effort, data: Data) -> Effort:
    """Return the effort with the share that a modulation has among events of such weights."""
    if effort.share is None:
        return effort
    return replace(effort, share=effort.share * float(data.y.mean() ** 2 / (data.y**2).mean()))


def _promising(
    searcher: Searcher,
    last: Candidates,
    found: list[EventCycle],
    band: EventBand,
    intervals: Intervals | None = None,
    *,
    drift: bool,
    data: Data,
) -> list[float]:
    """Return the candidates in the order in which they deserve a closer look.

    Their powers are measured against what the intervals show in any order, where those are given,
    and against the number of frequencies tried.  A drift smears the coherent power over many
    frequencies, but hardly that of a window: the ladder's own order is then the better one.
    """
    if drift and searcher.depth is not None:
        order = searcher.survivors
    else:
        power = 0.5 * last.power
        if intervals is not None:
            power = power / _background(intervals, found, last.frequency)
        tried = np.array([band.trials(float(f)) for f in last.frequency])
        order = last.frequency[np.argsort(np.log1p(tried) - power, kind="stable")]
    return [float(f) for f in order if not _is_known(float(f), found, data)]


def _background(intervals: Intervals, found: list[EventCycle], frequency: Floats) -> Floats:
    """Return the power at some frequencies that needs no further cycle, 1 for a constant rate.

    It is what the intervals show in any order, and the flanks of the lines of a regular train,
    whose power is at most the number of events.
    """
    result = intervals.background(frequency)
    for rhythm in (cycle.rhythm for cycle in found):
        if rhythm is not None:
            order = np.maximum(np.rint(frequency / rhythm.frequency), 1.0)
            offset = np.abs(frequency - order * rhythm.frequency) * intervals.baseline
            flank = len(intervals.gaps) / (np.pi * np.maximum(offset, 1.0)) ** 2
            result = result + flank
    return result


def _is_known(frequency: float, found: list[EventCycle], data: Data) -> bool:
    """Return whether a frequency belongs to a cycle that was found before."""
    width = 1 / data.baseline
    return any(
        related(frequency, cycle, width)
        or (cycle.rhythm is not None and cycle.rhythm.covers(frequency, width))
        for cycle in found
    )


def _rest(
    last: Candidates, found: list[EventCycle], intervals: Intervals, data: Data
) -> Candidates:
    """Return the maxima that no cycle explains, in units of the background."""
    free = np.array([not _is_known(float(f), found, data) for f in last.frequency], dtype=bool)
    frequency = last.frequency[free]
    power = last.power[free] / _background(intervals, found, frequency)
    return replace(last, frequency=frequency, power=power)


def _next_cycle(
    data: Data,
    strengths: Floats,
    candidates: list[float],
    *,
    searcher: Searcher,
    band: EventBand,
    goal: Goal,
) -> EventCycle | None:
    plan = band.plan
    if not candidates:
        return None
    frequency, drift = candidates[0], 0.0
    bandwidth = band.trials(frequency)
    if goal.drift:
        if searcher.depth is None:
            half = LINES.largest_drift / 2 / data.baseline
            largest = LINES.largest_drift / data.baseline**2
        else:
            half, largest = 0.35 / searcher.window, 1 / (searcher.window * data.baseline)
        half = min(half, frequency - plan.minimum_frequency + 1 / data.baseline)
        # drifts further apart than 4 / T^2 are independent trials
        bandwidth *= 1 + largest * data.baseline**2 / 2
        peaks = [
            scan_drift(data.times, strengths[np.newaxis, :], f, half, largest)
            for f in candidates[: EVENTS.drifting]
        ]
        best = max(peaks, key=lambda peak: peak.power)
        frequency, drift = best.frequency, best.drift
    refine = partial(
        refine_event_cycle,
        data,
        strengths,
        with_drift=goal.drift,
        bandwidth=bandwidth,
        most=goal.max_order,
    )
    cycle = refine(frequency, drift)
    if cycle.frequency < plan.minimum_frequency:
        return None
    return with_true_fundamental(data, refine, cycle, plan.minimum_frequency)


def with_rhythm(
    data: Data, strengths: Floats, cycle: EventCycle, intervals: Intervals, *, with_drift: bool
) -> EventCycle | None:
    """Return a cycle with the rhythm of the intervals; None where they keep none.

    A phase that is kept over the baseline is told at the mean interval; of one that wanders, phase
    and amplitude are those of the strongest line, or of the fraction of its frequency that is that
    of the rhythm.
    """
    rhythm = intervals.rhythm(cycle.frequency, cycle.drift, with_drift=with_drift)
    if rhythm is None:
        return None
    order = max(round(cycle.frequency / rhythm.frequency), 1)
    strongest = (cycle.frequency / order, cycle.drift / order, cycle.covariance / order**2)
    middle = (rhythm.frequency, rhythm.drift, rhythm.covariance)
    ways = [_at(data, strengths, cycle, *line) for line in (middle, strongest)]
    # a peak may be broad though the events are too few to say so
    kept = rhythm.time is None and 2 * ways[0].h_statistic > ways[1].h_statistic
    return replace(ways[0] if kept else ways[1], rhythm=rhythm)


def _at(
    data: Data,
    strengths: Floats,
    cycle: EventCycle,
    frequency: float,
    drift: float,
    covariance: Floats,
) -> EventCycle:
    """Return a cycle with its waveform at another frequency."""
    sums = harmonic_sums(data.times, strengths, frequency, drift, len(cycle.every_power))
    every = np.abs(sums) ** 2 / float((strengths**2).sum())
    statistic, n = h_test(every)
    return replace(
        cycle,
        frequency=frequency,
        drift=drift,
        covariance=covariance,
        orders=np.arange(1, n + 1),
        sums=sums[:n],
        power=every[:n],
        every_power=every,
        h_statistic=statistic,
        false_alarm=event_false_alarm(statistic, cycle.bandwidth, len(every)),
    )


def _notes(searcher: Searcher, plan: SearchPlan) -> list[str]:
    # half the modulation is a quarter of the share
    remedies = searcher.remedies(0.25, "events")
    if remedies is None:
        return []
    return [
        f"the band holds {plan.n_frequencies:.2g} frequencies and was searched by pairs of events "
        f"up to {searcher.window:.3g} apart; whether there are cycles too weak for these is not "
        f"decided: more events, a narrower band or a larger max_frequencies would decide it (for "
        f"half the modulation that these show: {remedies})"
    ]


def _notes_on_rhythm(intervals: Intervals, found: list[EventCycle], unit: str) -> list[str]:
    """Return what the scatter of the intervals means for the cycles."""
    notes = []
    for rhythm in (cycle.rhythm for cycle in found):
        if rhythm is not None and rhythm.time is not None:
            notes.append(
                f"the events come {in_unit(1 / rhythm.frequency, unit)} apart, but their phase "
                f"wanders: each interval scatters by {_percent(rhythm.scatter)} of a turn, and "
                f"where the next events fall is forgotten within {in_unit(rhythm.time, unit, 3)}. "
                f"The error of the period contains it; phase and amplitude are those of the "
                f"strongest line of a broad peak"
            )
    if intervals.regular and all(cycle.rhythm is None for cycle in found):
        mean = float(intervals.gaps.mean())
        notes.append(
            f"the events come at intervals of {in_unit(mean, unit, 4)} that scatter by "
            f"{_percent(float(intervals.gaps.std()) / mean)}: more regular than at a constant "
            f"rate, as with a dead time, but no phase is kept over several of them; powers are "
            f"measured against what such intervals show in any order"
        )
    return notes


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
