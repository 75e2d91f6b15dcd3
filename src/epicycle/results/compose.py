"""A finished pursuit and the samples it was made from -> the result that the user gets."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from epicycle.effects.gains import Gains, with_gain_errors
from epicycle.effects.groups import gathered
from epicycle.effects.outliers import outlying
from epicycle.effects.varying import envelope_notes
from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.aliases import alias_notes, led_by_rivals
from epicycle.evidence.coherence import coherence_notes
from epicycle.evidence.significance import power_threshold
from epicycle.pursuit.goal import known_fundamentals
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import (
    amplitude_limit,
    as_broad_peak,
    build_cycle,
    build_lines,
    build_predictor,
    depth_notes,
    slow_fundamentals,
    slow_notes,
    strength_order,
)
from epicycle.results.cycles import Alias, Cycle, per_output
from epicycle.results.origin import Origin
from epicycle.results.result import Result, Spectrum
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples


def build_model(origin: Origin, started: float) -> Result:
    """Return the result of a pursuit.

    Parameters
    ----------
    origin : Origin
        The finished pursuit, and what it was made from.
    started : float
        When the work on it began, by :func:`time.perf_counter`.
    """
    found, samples, plan, gains = origin.found, origin.samples, origin.plan, origin.gains
    if gains is not None:
        found, gains = with_gain_errors(found, gains)
    data = found.data
    slow = slow_fundamentals(found.fit, data.baseline, origin.goal)
    known = known_fundamentals(found.fit.structure, origin.goal)
    aliases = AliasTest(data, origin.noise, found.window, plan, unit=samples.scale.unit)
    single = samples.output_names is None
    by_group = origin.by_group
    peaks = {peak.leader: peak for peak in found.broad}
    merged = {k for peak in found.broad for k in peak.members if k != peak.leader}

    def aliases_of(k: int) -> list[Alias]:
        if k in peaks:
            return []
        structure = found.fit.structure
        return led_by_rivals(
            aliases.aliases(found.fit, k),
            found.rivals,
            float(structure.frequency[k]),
            data.baseline,
            samples.scale.unit,
            is_sinusoid=len(structure.orders_of(k)) == 1,
        )

    cycles: tuple[Cycle, ...] = ()
    for k in strength_order(found.fit).tolist():
        if slow[k] or k in merged:
            continue
        cycle = build_cycle(
            found,
            k,
            samples.scale,
            origin.exposure,
            single,
            bool(known[k]),
            aliases_of(k),
        )
        cycles += (as_broad_peak(cycle, peaks[k]) if k in peaks else cycle,)
    data.memo.clear()  # the columns of all lines: nothing that a result should hold on to
    residual = np.full((samples.n_input, data.y.shape[1]), np.nan)
    # of the values as they were given, not as a robust loss has bounded them
    given = samples.y if found.variation is None else samples.y - found.variation
    own = found.fit.residual + (given - data.y)
    by = np.ones(len(samples.group_labels)) if gains is None else gains.value
    in_own_units = own * by[samples.group][:, np.newaxis]
    residual[samples.kept] = np.where(samples.present, in_own_units, np.nan)
    far = outlying(own, data.weights, data.group).any(axis=1)
    return Result(
        cycles=cycles,
        lines=build_lines(found, slow, known, origin.exposure, single),
        undecided=(
            *origin.notes,
            *found.notes,
            *coherence_notes(found.broad),
            *envelope_notes(found),
            *alias_notes((cycle.period, cycle.aliases) for cycle in cycles),
            *slow_notes(found.fit, slow),
            *depth_notes(found, plan),
        ),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=gathered(residual) if single or by_group else residual,
        residual_std=per_output(np.nanstd(residual, axis=0).tolist(), single),
        jitter=_jitter(found.jitter * np.abs(by)[:, np.newaxis], samples, single, by_group),
        amplitude_limit=per_output(amplitude_limit(found), single),
        search=found.search,
        spectrum=_spectrum(found, origin.goal.false_alarm),
        predictor=build_predictor(found, samples, slow, origin.exposure, gains),
        output_names=samples.output_names,
        seconds=time.perf_counter() - started,
        outliers=tuple(samples.kept[far].tolist()),
        samples=origin.raw,
        origin=origin,
        n_repeated=samples.n_repeated,
        is_sorted=samples.is_sorted,
        group_shares=_group_shares(samples) if by_group else None,
        gains=_by_label(samples, gains),
    )


def _jitter(jitter: Floats, samples: Samples, single: bool, by_group: bool) -> dict[str, Any]:
    if by_group:
        assert samples.output_names is not None
        return dict(zip(samples.output_names, jitter[0].tolist(), strict=True))
    return {
        str(label): per_output(jitter[g].tolist(), single)
        for g, label in enumerate(samples.group_labels)
    }


def _by_label(samples: Samples, gains: Gains | None) -> dict[str, tuple[float, float]]:
    if gains is None:
        return {}
    pairs = zip(gains.value.tolist(), gains.error.tolist(), strict=True)
    return dict(zip(map(str, samples.group_labels), pairs, strict=True))


def _group_shares(samples: Samples) -> tuple[float, ...]:
    counts = samples.present.sum(axis=0)
    return tuple((counts / counts.sum()).tolist())


def _spectrum(found: Pursuit, false_alarm: float) -> Spectrum:
    """Return the spectra for the eye, in shares of the variance."""
    data = found.data
    dof = data.n_values - data.nuisance.shape[1] * data.y.shape[1]
    return Spectrum(
        frequency=found.last.thinned_frequency,
        power=found.first.thinned_power,
        residual_power=found.last.thinned_power,
        window_frequency=found.window.thinned_frequency,
        window=found.window.thinned_power,
        threshold=power_threshold(false_alarm, dof, found.bandwidth, n_outputs=data.y.shape[1]),
    )
