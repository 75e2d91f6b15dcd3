"""The main path for events: from times (and weights) to cycles in their rate."""

from __future__ import annotations

import time
from functools import partial

import numpy as np

from epicycle.events.compose import (
    aliases_of,
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
from epicycle.pursuit.goal import Effort, Goal
from epicycle.results.result import EventTimes, Result
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.search.drift import scan_drift
from epicycle.search.ladder import LadderSearch, further_budget
from epicycle.search.planner import DENSE_COUNT, decide, remedies, report
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
    plan = plan_search(data, shortest, longest, strategy, slow=False)
    bandwidth = effective_bandwidth(data, plan.minimum_frequency, plan.maximum_frequency)
    threshold = event_threshold(goal.false_alarm, bandwidth, goal.max_order)
    search = _Search(data, plan, goal.effort, threshold, progress, drift=goal.drift)
    strengths = data.y[:, 0].copy()
    found: list[EventCycle] = []
    last = search(strengths)
    while len(found) < goal.max_cycles:
        new = [
            float(f)
            for f in search.promising(last, drift=goal.drift)
            if not any(related(float(f), cycle, 1 / data.baseline) for cycle in found)
        ]
        cycle = _next_cycle(data, strengths, new, search, plan, goal, bandwidth)
        if cycle is None or cycle.false_alarm > goal.false_alarm:
            break
        found.append(cycle)
        strengths = without(data, found)
        last = search(strengths)
    window = spectral_window(data, plan)
    cycles = tuple(
        build_cycle(samples, data, c, aliases_of(samples, data, found, c, window, plan), goal)
        for c in found
    )
    centre = found[0].frequency if found else last.frequency[0]
    return Result(
        cycles=cycles,
        lines=tuple(lines_of(cycles)),
        undecided=tuple(_notes(search, plan)),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=np.empty(0),
        residual_std=float("nan"),
        jitter={},
        amplitude_limit=limit(data, last, search.depth),
        search=search.report(),
        spectrum=spectrum_of(data, strengths, plan, centre, window, threshold),
        predictor=predictor_of(samples, data, cycles),
        output_names=None,
        seconds=time.perf_counter() - started,
        events=EventTimes(data.times, data.y[:, 0]),
    )


class _Search:
    """Dense or by the ladder, as decided; remembers how far the ladder reached."""

    def __init__(
        self,
        data: Data,
        plan: SearchPlan,
        effort: Effort,
        threshold: float,
        progress: Progress | None,
        *,
        drift: bool,
    ) -> None:
        self._data = data
        self._plan = plan
        # the reduction of chi-square is 2 z, and H is 2 z for a single harmonic
        self._enough = threshold
        self._effort = effort
        self._progress = progress
        share = effort.share
        if share is not None:
            share *= float(data.y.mean() ** 2 / (data.y**2).mean())
        self._decision = decide(
            data,
            plan,
            effort.strategy,
            effort.max_frequencies,
            threshold,
            share,
            drift=drift,
        )
        self._densely = self._decision.strategy == "dense"
        self._used: set[str] = set()
        self._budget = self._decision.budget
        self._survivors = np.empty(0)
        self._spent = 0.0
        self.window = 0.0
        self.depth: float | None = None
        self.coherent_depth = self._decision.coherent_depth

    def __call__(self, strengths: Floats) -> Candidates:
        residual = strengths[:, np.newaxis]
        scale = np.array([float((strengths**2).mean())])
        if self._densely:
            return self._every_frequency(residual, scale)
        ladder = LadderSearch(
            self._data,
            self._plan,
            self._budget,
            share=self._decision.share,
            start=self.window,
            thorough=self._decision.strategy != "both" or self.window > 0.0,
            progress=self._progress,
        )
        found = ladder.maxima(residual, scale, self._enough)
        self._spent += ladder.spent
        self._used.add("ladder")
        last = ladder.rungs[-1]
        if found.power.max(initial=0.0) > self._enough:
            self._budget = further_budget(ladder.spent, self._effort.max_frequencies)
        elif (
            self._decision.strategy == "both"
            and self.window == 0.0
            and self.coherent_depth < ladder.depth
        ):
            self._densely = True
            return self._every_frequency(residual, scale)
        self.window, self.depth = last.window, ladder.depth
        self._survivors = last.frequency
        return found

    def _every_frequency(self, residual: Floats, scale: Floats) -> Candidates:
        self._used.add("dense")
        self._spent += DENSE_COUNT * self._plan.n_frequencies
        search = DenseSearch(self._data, self._plan, progress=self._progress)
        return search.maxima(residual, scale)

    def report(self) -> SearchPlan:
        """Return the plan with what was decided, and what it took."""
        strategy = "both" if len(self._used) > 1 else min(self._used)
        budget = self._effort.max_frequencies
        return report(self._plan, self._decision, strategy, budget, self._spent)

    def remedies(self) -> str:
        """Return what would let a modulation half as strong as :attr:`depth` be seen."""
        return remedies(
            self._decision,
            len(self._data.times),
            self.depth or 1.0,
            (self.depth or 1.0) / 4,
            self._effort.max_frequencies,
            "events",
        )

    def promising(self, found: Candidates, *, drift: bool) -> Floats:
        """Return the candidates in the order in which they deserve a closer look.

        A drift smears the coherent power over many frequencies, but hardly that of a window: the
        ladder's own order is then the better one.
        """
        if drift and self.depth is not None:
            return self._survivors
        return found.frequency


def _next_cycle(
    data: Data,
    strengths: Floats,
    candidates: list[float],
    search: _Search,
    plan: SearchPlan,
    goal: Goal,
    bandwidth: float,
) -> EventCycle | None:
    if not candidates:
        return None
    frequency, drift = candidates[0], 0.0
    if goal.drift:
        if search.depth is None:
            half = LINES.largest_drift / 2 / data.baseline
            largest = LINES.largest_drift / data.baseline**2
        else:
            half, largest = 0.35 / search.window, 1 / (search.window * data.baseline)
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


def _notes(search: _Search, plan: SearchPlan) -> list[str]:
    if search.depth is None or search.depth <= search.coherent_depth:
        return []
    return [
        f"the band holds {plan.n_frequencies:.2g} frequencies and was searched by pairs of events "
        f"up to {search.window:.3g} apart; whether there are cycles too weak for these is not "
        f"decided: more events, a narrower band or a larger max_frequencies would decide it (for "
        f"half the modulation that these show: {search.remedies()})"
    ]
