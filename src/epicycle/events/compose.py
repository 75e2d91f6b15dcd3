"""What was found in events -> cycles, lines, limit, spectrum and the rate that they predict."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from epicycle.events.cycles import (
    EventCycle,
    waveform_response,
    z_squared,
)
from epicycle.events.rhythm import Rhythm
from epicycle.events.significance import z_squared_false_alarm
from epicycle.evidence.aliases import Alias
from epicycle.pursuit.goal import Goal
from epicycle.results.cycles import Cycle, EventStatistics, Harmonic, Line, Waveform
from epicycle.results.predictor import Predictor
from epicycle.results.result import Spectrum
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan, portrait_plan


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


def build_cycle(
    samples: Samples, data: Data, cycle: EventCycle, aliases: list[Alias], goal: Goal
) -> Cycle:
    """Return a refined cycle of events as the user sees it."""
    shape = _waveform(data, cycle)
    amplitude, amplitude_error = shape.amplitude()
    turn, turn_error, with_frequency, time_error = shape.maximum()
    # of a phase that wanders, the strongest line has the waveform, and the intervals the frequency
    told: EventCycle | Rhythm = cycle.rhythm or cycle
    error, drift_error = np.sqrt(np.maximum(np.diag(told.covariance), 0.0)).tolist()
    return Cycle(
        period=1 / told.frequency,
        period_error=error / told.frequency**2,
        frequency=told.frequency,
        frequency_error=error,
        frequency_drift=told.drift if goal.drift else None,
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
        coherence_time=None if cycle.rhythm is None else cycle.rhythm.time,
        coherence_time_error=None if cycle.rhythm is None else cycle.rhythm.time_error,
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


def lines_of(cycles: tuple[Cycle, ...]) -> list[Line]:
    """Return every harmonic of all cycles as a line, by frequency."""
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


def limit(data: Data, last: Candidates, depth: float | None) -> float:
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


def spectrum_of(
    data: Data,
    strengths: Floats,
    plan: SearchPlan,
    centre: float,
    window: Candidates,
    threshold: float,
) -> Spectrum:
    """Return the spectra before the first and after the last cycle, around the strongest one."""
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


def predictor_of(
    samples: Samples, data: Data, found: list[EventCycle], cycles: tuple[Cycle, ...]
) -> Predictor:
    """Return the rate relative to its mean: 1 plus the modulation of every cycle."""
    coefficients: list[Any] = []
    frequency, drift = [], []
    for line, cycle in zip(found, cycles, strict=True):
        for h in cycle.harmonics:
            size, angle = float(np.sum(h.amplitude)), 2 * np.pi * float(np.sum(h.phase))
            coefficients += [size * np.cos(angle), size * np.sin(angle)]
            frequency.append(h.order * line.frequency)
            drift.append(h.order * line.drift)
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
