"""The main path for events: from times (and weights) to cycles in their rate."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np
import scipy

from epicycle.events.cycles import (
    EventCycle,
    event_data,
    refine_event_cycle,
    related,
    waveform_response,
    with_true_fundamental,
    without,
    z_squared,
)
from epicycle.events.significance import event_threshold, z_squared_false_alarm
from epicycle.evidence.aliases import Alias, nearby_aliases
from epicycle.evidence.significance import effective_bandwidth
from epicycle.evidence.window import spectral_window
from epicycle.limits import CYCLES, EVENTS, LINES
from epicycle.pursuit.goal import Effort, Goal
from epicycle.results.cycles import Cycle, EventStatistics, Harmonic, Line, Waveform
from epicycle.results.predictor import Predictor
from epicycle.results.result import EventTimes, Result, Spectrum
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.search.drift import scan_drift
from epicycle.search.ladder import LadderSearch, further_budget
from epicycle.search.planner import DENSE_COUNT, decide, remedies, report
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan, plan_search, portrait_plan


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
        _build_cycle(samples, data, c, _aliases(samples, data, found, c, window, plan), goal)
        for c in found
    )
    centre = found[0].frequency if found else last.frequency[0]
    return Result(
        cycles=cycles,
        lines=tuple(_lines(cycles)),
        undecided=tuple(_notes(search, plan)),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=np.empty(0),
        residual_std=float("nan"),
        jitter={},
        amplitude_limit=_limit(data, last, search.depth),
        search=search.report(),
        spectrum=_spectrum(data, strengths, plan, centre, window, threshold),
        predictor=_predictor(samples, data, cycles),
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


def _aliases(
    samples: Samples,
    data: Data,
    found: list[EventCycle],
    cycle: EventCycle,
    window: Candidates,
    plan: SearchPlan,
) -> list[Alias]:
    restored = without(data, [other for other in found if other is not cycle])
    return nearby_aliases(
        data,
        restored[:, np.newaxis],
        np.array([float((data.y**2).mean())]),
        cycle.frequency,
        window,
        plan,
        drift=cycle.drift,
        weakest=EVENTS.alias_ratio,
        unit=samples.scale.unit,
    )


def _waveform(data: Data, cycle: EventCycle) -> Waveform:
    """Return the modulation of the rate in units of its mean, with its covariance."""
    weights = data.y[:, 0]
    total = cycle.total
    c = np.stack([cycle.sums.real, -cycle.sums.imag], axis=1).ravel() * (2.0 / total)
    response = waveform_response(data, cycle)
    by_parameter = np.stack([response.real, -response.imag], axis=1).reshape(-1, 2) * (2.0 / total)
    cross = by_parameter @ cycle.covariance
    covariance = np.empty((1 + len(c), 1 + len(c)))
    covariance[0, 0] = cycle.covariance[0, 0]
    covariance[1:, 0] = covariance[0, 1:] = cross[:, 0]
    noise = 2.0 * float((weights**2).sum()) / total**2
    covariance[1:, 1:] = noise * np.eye(len(c)) + cross @ by_parameter.T
    return Waveform(cycle.frequency, cycle.orders, c, covariance)


def _build_cycle(
    samples: Samples, data: Data, cycle: EventCycle, aliases: list[Alias], goal: Goal
) -> Cycle:
    shape = _waveform(data, cycle)
    error, drift_error = np.sqrt(np.maximum(np.diag(cycle.covariance), 0.0)).tolist()
    amplitude, amplitude_error = shape.amplitude()
    turn, turn_error, with_frequency, time_error = shape.maximum()
    return Cycle(
        period=1 / cycle.frequency,
        period_error=error / cycle.frequency**2,
        frequency=cycle.frequency,
        frequency_error=error,
        frequency_drift=cycle.drift if goal.drift else None,
        frequency_drift_error=drift_error if goal.drift else None,
        amplitude=amplitude,
        amplitude_error=amplitude_error,
        phase=turn,
        phase_error=turn_error,
        time_of_maximum=samples.scale.to_user(data.reference + turn / cycle.frequency),
        time_of_maximum_error=time_error,
        frequency_phase_covariance=with_frequency,
        harmonics=tuple(
            Harmonic(int(order), *shape.harmonic(h)) for h, order in enumerate(cycle.orders)
        ),
        false_alarm_probability=cycle.false_alarm,
        aliases=tuple(aliases),
        known=False,
        statistics=EventStatistics(
            power=tuple(cycle.every_power.tolist()),
            z_squared=tuple(z_squared(cycle.every_power).tolist()),
            z_squared_false_alarm=tuple(
                z_squared_false_alarm(float(value), m, cycle.bandwidth)
                for m, value in enumerate(z_squared(cycle.every_power), start=1)
            ),
            h=cycle.h_statistic,
            h_false_alarm=cycle.false_alarm,
        ),
    )


def _lines(cycles: tuple[Cycle, ...]) -> list[Line]:
    return sorted(
        (
            Line(
                frequency=h.order * c.frequency,
                frequency_error=h.order * c.frequency_error,
                period=c.period / h.order,
                period_error=c.period_error / h.order,
                amplitude=h.amplitude,
                amplitude_error=h.amplitude_error,
                noise_level=1.0,
                kind="cycle",
                fundamental=c.frequency,
                order=h.order,
            )
            for c in cycles
            for h in c.harmonics
        ),
        key=lambda line: line.frequency,
    )


def _notes(search: _Search, plan: SearchPlan) -> list[str]:
    if search.depth is None or search.depth <= search.coherent_depth:
        return []
    return [
        f"the band holds {plan.n_frequencies:.2g} frequencies and was searched by pairs of events "
        f"up to {search.window:.3g} apart; whether there are cycles too weak for these is not "
        f"decided: more events, a narrower band or a larger max_frequencies would decide it (for "
        f"half the modulation that these show: {search.remedies()})"
    ]


def _limit(data: Data, last: Candidates, depth: float | None) -> float:
    """Return the modulation that would have shown more power than the maximum, at 95 %.

    A maximum below the median of noise, as of events at even distances, counts as that median: by
    itself it would exclude any modulation, however small (power-constrained limits: Cowan et al.
    2011, arXiv:1105.3166).  After a ladder the limit is at least the modulation p that pairs of
    events show: the mean of their products is p^2 / 2 of that of their weights, in place of the
    share of the variance.
    """
    highest = float(last.power.max(initial=2 * np.log(2)))

    def missed(noncentrality: float) -> float:
        return float(scipy.stats.ncx2.cdf(highest, 2, noncentrality)) - 0.05

    # 2 z of a sinusoid of modulation p has the noncentrality p^2 (sum w)^2 / (2 sum w^2)
    noncentrality = float(scipy.optimize.brentq(missed, 1e-9, 4 * highest + 50))
    weights = data.y[:, 0]
    coherent = float(np.sqrt(2 * noncentrality * (weights**2).sum()) / weights.sum())
    if depth is None:
        return coherent
    return max(coherent, float(np.sqrt(2 * depth * (weights**2).mean()) / weights.mean()))


def _spectrum(
    data: Data,
    strengths: Floats,
    plan: SearchPlan,
    centre: float,
    window: Candidates,
    threshold: float,
) -> Spectrum:
    shown = portrait_plan(plan, data.baseline, centre)
    scale = np.array([float((data.y**2).mean())])
    first = DenseSearch(data, shown).maxima(data.y, scale)
    last = DenseSearch(data, shown).maxima(strengths[:, np.newaxis], scale)
    n = len(data.y)
    return Spectrum(
        frequency=first.thinned_frequency,
        power=first.thinned_power / n,
        residual_power=last.thinned_power / n,
        window_frequency=window.thinned_frequency,
        window=window.thinned_power,
        threshold=threshold / n,
    )


def _predictor(samples: Samples, data: Data, cycles: tuple[Cycle, ...]) -> Predictor:
    """Return the rate relative to its mean: 1 plus the modulation of every cycle."""
    coefficients: list[Any] = []
    frequency, drift = [], []
    for cycle in cycles:
        for h in cycle.harmonics:
            size, angle = float(np.sum(h.amplitude)), 2 * np.pi * float(np.sum(h.phase))
            coefficients += [size * np.cos(angle), size * np.sin(angle)]
            frequency.append(h.order * cycle.frequency)
            drift.append(h.order * (cycle.frequency_drift or 0.0))
    offset = data.times.to_float()
    return Predictor(
        scale=samples.scale,
        reference=data.reference,
        first=data.reference + float(offset.min()),
        last=data.reference + float(offset.max()),
        baseline=data.baseline,
        background=data.background,
        group_labels=(None,),
        group_weights=(1.0,),
        nuisance=np.ones((1, 1)),
        level=np.ones((1, 1)),
        frequency=np.array(frequency),
        drift=np.array(drift),
        coefficients=np.array(coefficients, dtype=np.float64).reshape(-1, 1),
        slow=np.zeros(len(frequency), dtype=bool),
    )
