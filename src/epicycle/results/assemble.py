"""From a finished pursuit to the objects that the user sees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.effects.gains import Gains
from epicycle.evidence.aliases import Alias
from epicycle.evidence.coherence import BroadPeak
from epicycle.evidence.steadiness import Unsteady
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.limits import AHEAD
from epicycle.pursuit.goal import Goal, asked_fundamentals, known_fundamentals
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.ahead import Ahead
from epicycle.results.cycles import Cycle, Harmonic, Line, Waveform, per_output
from epicycle.results.forecast_errors import continue_trend, prediction_errors
from epicycle.results.half_seen import as_seen
from epicycle.results.predictor import Predictor
from epicycle.results.slow import mirrors_of_slow, slow_fundamentals
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.options import Options
from epicycle.samples.response import AUTO
from epicycle.samples.times import TimeScale
from epicycle.samples.units import in_unit
from epicycle.spectra.plan import SearchPlan


@dataclass(frozen=True, eq=False)
class Roles:
    """What each fundamental of a finished fit is to the result.

    Attributes
    ----------
    slow, known, claimed : ndarray of bool, shape (K,)
        Whether it is slow variation, whether the user gave its period, and whether it is one of
        the result's cycles, or part of one.  What noise explains with more than the probability
        asked for stays in the fit, where predictions may use it, but is not claimed.  Known
        periods are given, not claimed, and have their row whatever supports them.  The lines of
        one broad peak are claimed with the one that stands for them; lines that are part of a
        rhythm that is not steady are no cycles.
    asked : ndarray of bool, shape (K,)
        Whether it is the one rhythm that the user asked about.
    mirrored : ndarray of bool, shape (K,)
        Whether it is slow variation as well, seen through the gaps of the sampling.
    """

    slow: NDArray[np.bool_]
    known: NDArray[np.bool_]
    claimed: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]

    @classmethod
    def of(cls, found: Pursuit, goal: Goal) -> Roles:
        """Return the roles in a pursuit, given what was asked of it."""
        slow = slow_fundamentals(found.fit, found.data.baseline, goal)
        mirrored = mirrors_of_slow(found, slow, goal)
        slow = slow | mirrored
        known = known_fundamentals(found.fit.structure, goal)
        claimed = ((found.false_alarm <= goal.false_alarm) | known) & ~slow
        for peak in found.broad:
            claimed[list(peak.members)] = claimed[peak.leader]
        for one in found.unsteady:
            claimed[list(one.members)] = False
        claimed &= ~mirrored
        asked = asked_fundamentals(found.fit.structure, goal)
        return cls(slow, known, claimed, asked, mirrored)

    def kind(self, k: int) -> str:
        """Return what a line of fundamental `k` is called."""
        if self.asked[k]:
            return "asked"
        return "known" if self.known[k] else "slow" if self.slow[k] else "cycle"


def unclaimed_notes(found: Pursuit, roles: Roles, unit: str = "") -> list[str]:
    """Return a sentence about each line that is fitted although noise may explain it."""
    led = {k: peak.leader for peak in found.broad for k in peak.members}
    part = {k for one in found.unsteady for k in one.members}
    notes = []
    for k in np.flatnonzero(~roles.claimed & ~roles.slow & ~roles.asked).tolist():
        if led.get(k, k) == k and k not in part:
            notes.append(
                f"{'a broad peak' if k in led else 'a line'} near the period "
                f"{in_unit(1 / found.fit.structure.frequency[k], unit, 4)} is in the fit, but is "
                f"not claimed as a cycle: noise explains it with the probability "
                f"{found.false_alarm[k]:.2g}"
            )
    return notes


def depth_notes(found: Pursuit, plan: SearchPlan) -> list[str]:
    """Return a sentence about what a search by the ladder cannot have seen."""
    if found.depth is None or found.remedies is None:
        return []
    return [
        f"the band holds {plan.n_frequencies:.2g} frequencies and was searched by pairs of close "
        f"samples, which show lines with at least {100 * found.depth:.2g} % of the remaining "
        f"variance; whether there are weaker ones is not decided: more samples, a narrower band "
        f"or a larger max_frequencies would decide it (for half that share: {found.remedies})"
    ]


def build_predictor(
    result: Pursuit,
    samples: Samples,
    slow: NDArray[np.bool_],
    options: Options,
    goal: Goal,
    gains: Gains | None,
) -> Predictor:
    """Return what is needed to evaluate the model at any time, with a level that lives beyond."""
    predictor = plain_predictor(result, samples, slow, options.exposure, gains)
    structure, alone = result.fit.structure, _is_alone(result, samples, predictor)
    ahead = Ahead(
        pursuit=result,
        slow=predictor.slow,
        held=predictor.held,
        always=known_fundamentals(structure, goal) | asked_fundamentals(structure, goal),
        by_evidence=isinstance(options.trend, str),
        positive=_positive(result) if alone and options.response == AUTO else None,
        alone=alone,
    )
    return replace(predictor, ahead=ahead)


def plain_predictor(
    result: Pursuit,
    samples: Samples,
    slow: NDArray[np.bool_],
    exposure: float,
    gains: Gains | None,
) -> Predictor:
    """Return the same with the trend alone, not the slow variation, beyond the data."""
    data, fit = result.data, result.fit
    structure = fit.structure
    p = fit.n_nuisance
    slow_line = slow[structure.parent].astype(bool)
    continuation = continue_trend(data, fit, slow_line)
    gain = np.repeat(np.sinc(structure.line_frequency * exposure), 2)
    counts = np.bincount(data.group, minlength=len(samples.group_labels))
    times = data.times.to_float()
    variance = np.maximum(np.diag(result.covariance.frequency), 0.0)[structure.parent]
    order = structure.order.astype(np.float64)
    drift_variance = np.maximum(result.covariance.drift, 0.0)[structure.parent]
    return Predictor(
        scale=samples.scale,
        reference=data.reference,
        first=data.reference + float(times.min()),
        last=data.reference + float(times.max()),
        baseline=data.baseline,
        background=data.background,
        group_labels=samples.group_labels,
        group_weights=tuple((counts / counts.sum()).tolist()),
        nuisance=fit.coefficients[:p].copy(),
        level=continuation.level,
        frequency=structure.line_frequency,
        drift=structure.order * structure.drift[structure.parent],
        coefficients=fit.coefficients[p:] / gain[:, np.newaxis],
        slow=slow_line,
        gains=() if gains is None else tuple(gains.value.tolist()),
        fading=_fading(result),
        # locked gears have moved a little
        envelopes=tuple(
            replace(one, frequency=float(structure.frequency[structure.parent[one.lines[0]]]))
            for one in result.envelopes
        ),
        errors=prediction_errors(result, continuation, gain),
        blur=gain if exposure else np.empty(0),
        frequency_error=order * np.sqrt(variance),
        drift_error=order * np.sqrt(drift_variance),
    )


def _is_alone(result: Pursuit, samples: Samples, predictor: Predictor) -> bool:
    """Return whether values are alike, and nothing is beside level, trend and cycles."""
    trend, same = result.data.background, samples.dy is None and not len(predictor.blur)
    beside = trend.n_groups > 1 or len(trend.centre) or predictor.gains or predictor.held.any()
    return same and not beside


def _positive(result: Pursuit) -> Floats | None:
    """Return the values where their logarithm may have the level, None where it may not."""
    data = result.data
    y = np.where(np.broadcast_to(data.weights > 0, data.y.shape), data.y, 1.0)
    low, high = np.quantile(y, (0.05, 0.95), axis=0)
    return y if (y > 0).all() and (high > AHEAD.positive_ratio * low).all() else None


def _fading(result: Pursuit) -> Floats:
    """Return one over the coherence time of every line, or an empty array where all are clocks."""
    if not result.broad:
        return np.empty(0)
    rate = np.zeros(len(result.fit.structure.frequency))
    for peak in result.broad:
        rate[list(peak.members)] = 1.0 / peak.time
    lines: Floats = rate[result.fit.structure.parent]
    return lines


def as_broad_peak(cycle: Cycle, peak: BroadPeak) -> Cycle:
    """Return a cycle that stands for a broad peak, with the errors that its width allows."""
    frequency = cycle.frequency
    away = peak.frequency - frequency
    error = float(np.sqrt(cycle.frequency_error**2 + peak.frequency_error**2 + away**2))
    return replace(
        cycle,
        frequency_error=error,
        period_error=error / frequency**2,
        coherence_time=peak.time,
        coherence_time_error=peak.time_error,
    )


def as_unsteady(cycle: Cycle, change: Unsteady) -> Cycle:
    """Return a cycle whose period changes, with the error that the change allows."""
    error = float(np.hypot(cycle.frequency_error, change.frequency_error))
    return replace(cycle, frequency_error=error, period_error=error / cycle.frequency**2)


def with_wider_error(cycle: Cycle, factor: float) -> Cycle:
    """Return a cycle with the error of its period wider by a factor."""
    return replace(
        cycle,
        frequency_error=factor * cycle.frequency_error,
        period_error=factor * cycle.period_error,
    )


def waveforms(result: Pursuit, k: int, exposure: float) -> list[Waveform]:
    """Return the waveform of fundamental `k` in every output, freed of the exposure's blur.

    An exposure of length e averages ``cos(2 pi f t)`` to ``sinc(f e)`` of its amplitude.
    """
    structure, fit = result.fit.structure, result.fit
    lines = np.flatnonzero(structure.parent == k)
    lines = lines[np.argsort(structure.order[lines], kind="stable")]
    rows = fit.rows_of(lines)
    orders = structure.order[lines]
    frequency = float(structure.frequency[k])
    gain = np.repeat(np.sinc(orders * frequency * exposure), 2)
    scale = np.concatenate([[1.0], 1.0 / gain])
    index = np.concatenate([[k], len(structure.frequency) + rows])
    shapes = [
        Waveform(
            frequency=frequency,
            orders=orders,
            coefficients=fit.coefficients[rows, j] / gain,
            covariance=joint[np.ix_(index, index)] * np.outer(scale, scale),
        )
        for j, joint in enumerate(result.covariance.joint)
    ]
    return [as_seen(shape, result, k, j) for j, shape in enumerate(shapes)]


def build_cycle(
    result: Pursuit,
    k: int,
    scale: TimeScale,
    exposure: float,
    single: bool,
    known: bool,
    aliases: list[Alias],
) -> Cycle:
    """Return fundamental `k` of a pursuit as a :class:`Cycle`."""
    shapes = waveforms(result, k, exposure)
    structure = result.fit.structure
    frequency = shapes[0].frequency
    error = float(np.sqrt(max(result.covariance.frequency[k, k], 0.0)))
    amplitude = [shape.amplitude() for shape in shapes]
    maximum = [shape.maximum() for shape in shapes]
    reference = result.data.reference
    harmonics = []
    for h, order in enumerate(shapes[0].orders):
        parts = [shape.harmonic(h) for shape in shapes]
        harmonics.append(
            Harmonic(int(order), *(per_output([p[i] for p in parts], single) for i in range(3)))
        )
    return Cycle(
        period=1.0 / frequency,
        period_error=error / frequency**2,
        frequency=frequency,
        frequency_error=error,
        frequency_drift=float(structure.drift[k]) if structure.drifting[k] else None,
        frequency_drift_error=(
            float(np.sqrt(max(result.covariance.drift[k], 0.0))) if structure.drifting[k] else None
        ),
        amplitude=per_output([a for a, _ in amplitude], single),
        amplitude_error=per_output([e for _, e in amplitude], single),
        phase=per_output([m[0] for m in maximum], single),
        phase_error=per_output([m[1] for m in maximum], single),
        time_of_maximum=per_output(
            [scale.to_user(reference + m[0] / frequency) for m in maximum], single
        ),
        time_of_maximum_error=per_output([m[3] for m in maximum], single),
        frequency_phase_covariance=per_output([m[2] for m in maximum], single),
        harmonics=tuple(harmonics),
        false_alarm_probability=float(result.false_alarm[k]),
        aliases=tuple(aliases),
        known=known,
    )


def build_lines(
    result: Pursuit,
    roles: Roles,
    exposure: float,
    single: bool,
) -> tuple[Line, ...]:
    """Return every sinusoid of the model as a :class:`Line`, by ascending frequency."""
    structure = result.fit.structure
    lines = []
    for k in range(len(structure.frequency)):
        shapes = waveforms(result, k, exposure)
        of_k = np.flatnonzero(structure.parent == k)
        of_k = of_k[np.argsort(structure.order[of_k], kind="stable")]
        error = float(np.sqrt(max(result.covariance.frequency[k, k], 0.0)))
        for h, order in enumerate(shapes[0].orders):
            parts = [shape.harmonic(h) for shape in shapes]
            frequency = float(order) * shapes[0].frequency
            if structure.fixed[k] and not roles.known[k]:  # held where nothing was measured
                error = float("nan")
            lines.append(
                Line(
                    frequency=frequency,
                    frequency_error=float(order) * error,
                    period=1.0 / frequency,
                    period_error=float(order) * error / frequency**2,
                    amplitude=per_output([p[0] for p in parts], single),
                    amplitude_error=per_output([p[1] for p in parts], single),
                    noise_level=float(result.level[of_k[h]].max()),
                    kind=roles.kind(k),
                    fundamental=shapes[0].frequency,
                    order=int(order),
                    claimed=bool(roles.claimed[k]),
                )
            )
    return tuple(sorted(lines, key=lambda line: line.frequency))


def strength_order(fit: Fit) -> NDArray[np.intp]:
    """Return the fundamentals by descending power of their waveforms."""
    return np.argsort(-fundamental_powers(fit), kind="stable")
