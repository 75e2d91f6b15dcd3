"""The main path for events: from times (and weights) to cycles in their rate."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import numpy as np

from epicycle.events.aliases import aliases_of
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
    refine_event_cycle,
    related,
    with_true_fundamental,
    without,
)
from epicycle.events.significance import event_threshold
from epicycle.evidence.significance import effective_bandwidth
from epicycle.evidence.window import spectral_window
from epicycle.limits import CYCLES, EVENTS, LINES
from epicycle.pursuit.goal import Goal
from epicycle.results.result import EventTimes, Result
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.search.drift import scan_drift
from epicycle.search.planner import Effort
from epicycle.search.searcher import Searcher
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan, plan_search


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
    shortest, longest = limits
    # The mean rate is itself a line at frequency zero, whose flanks no fit takes away.
    longest = min(longest or data.baseline, data.baseline / CYCLES.minimum)
    plan = plan_search(data, shortest, longest, strategy, slow=False, of_events=True)
    bandwidth = effective_bandwidth(data, plan.minimum_frequency, plan.maximum_frequency)
    threshold = event_threshold(goal.false_alarm, bandwidth, goal.max_order)
    searcher = Searcher(data, plan, _effort(goal.effort, data), drift=goal.drift, progress=progress)

    def search(strengths: Floats) -> Candidates:
        # the reduction of chi-square is 2 z, and H is 2 z for a single harmonic; every search but
        # the first follows a cycle, with which windows shorter than its own are done
        scale = np.array([float((strengths**2).mean())])
        residual = strengths[:, np.newaxis]
        return searcher.search(residual, scale, threshold, start=searcher.window)

    strengths = data.y[:, 0].copy()
    found: list[EventCycle] = []
    last = search(strengths)
    while len(found) < goal.max_cycles:
        new = [
            float(f)
            for f in _promising(searcher, last, drift=goal.drift)
            if not any(related(float(f), cycle, 1 / data.baseline) for cycle in found)
        ]
        cycle = _next_cycle(data, strengths, new, searcher, plan, goal, bandwidth)
        if cycle is None or cycle.false_alarm > goal.false_alarm:
            break
        found.append(cycle)
        strengths = without(data, found)
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
        undecided=tuple(_notes(searcher, plan)),
        unit=unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=np.empty(0),
        residual_std=float("nan"),
        jitter={},
        amplitude_limit=limit(data, last, searcher.pair_depth),
        search=searcher.report(),
        spectrum=spectrum_of(data, strengths, plan, centre, window, threshold),
        predictor=predictor_of(samples, data, cycles),
        output_names=None,
        seconds=time.perf_counter() - started,
        events=EventTimes(data.times, data.y[:, 0]),
    )


def _effort(effort: Effort, data: Data) -> Effort:
    """Return the effort with the share that a modulation has among events of such weights."""
    if effort.share is None:
        return effort
    return replace(effort, share=effort.share * float(data.y.mean() ** 2 / (data.y**2).mean()))


def _promising(searcher: Searcher, found: Candidates, *, drift: bool) -> Floats:
    """Return the candidates in the order in which they deserve a closer look.

    A drift smears the coherent power over many frequencies, but hardly that of a window: the
    ladder's own order is then the better one.
    """
    return searcher.survivors if drift and searcher.depth is not None else found.frequency


def _next_cycle(
    data: Data,
    strengths: Floats,
    candidates: list[float],
    searcher: Searcher,
    plan: SearchPlan,
    goal: Goal,
    bandwidth: float,
) -> EventCycle | None:
    if not candidates:
        return None
    frequency, drift = candidates[0], 0.0
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
    return with_true_fundamental(refine, cycle, plan.minimum_frequency)


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
