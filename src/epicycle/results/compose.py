"""A finished pursuit and the samples it was made from -> the result that the user gets."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.effects.gains import Gains, with_gain_errors
from epicycle.effects.groups import gathered
from epicycle.effects.outliers import outlying
from epicycle.effects.varying import envelope_notes
from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.aliases import Alias, alias_notes, led_by_rivals
from epicycle.evidence.coherence import coherence_notes
from epicycle.evidence.fringes import as_gap_aliases, fringe_notes
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
from epicycle.results.cycles import Cycle, per_output
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
    task, found, gains = origin.task, origin.found, origin.gains
    if gains is not None:
        found, gains = with_gain_errors(found, gains)
    final = replace(origin, found=found, gains=gains)
    samples, data, exposure = task.samples, found.data, task.options.exposure
    slow = slow_fundamentals(found.fit, data.baseline, task.goal)
    known = known_fundamentals(found.fit.structure, task.goal)
    single = samples.output_names is None
    cycles = _cycles(final, slow, known)
    data.memo.clear()  # the columns of all lines: nothing that a result should hold on to
    # of the values as they were given, not as a robust loss has bounded them
    given = samples.y if found.variation is None else samples.y - found.variation
    own = found.fit.residual + (given - data.y)
    by = np.ones(len(samples.group_labels)) if gains is None else gains.value
    residual = np.full((samples.n_input, data.y.shape[1]), np.nan)
    in_own_units = own * by[samples.group][:, np.newaxis]
    residual[samples.kept] = np.where(samples.present, in_own_units, np.nan)
    far = outlying(own, data.weights, data.group).any(axis=1)
    return Result(
        cycles=cycles,
        lines=build_lines(found, slow, known, exposure, single),
        undecided=_undecided(final, cycles, slow),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=gathered(residual) if single or task.by_group else residual,
        residual_std=per_output(np.nanstd(residual, axis=0).tolist(), single),
        jitter=_jitter(found.jitter * np.abs(by)[:, np.newaxis], samples, single, task.by_group),
        amplitude_limit=per_output(amplitude_limit(found), single),
        search=found.search,
        spectrum=_spectrum(found, task.goal.false_alarm),
        predictor=build_predictor(found, samples, slow, exposure, gains),
        output_names=samples.output_names,
        seconds=time.perf_counter() - started,
        outliers=tuple(samples.kept[far].tolist()),
        samples=(origin.given.t, origin.given.y, origin.given.group),
        origin=origin,
        n_repeated=samples.n_repeated,
        is_sorted=samples.is_sorted,
        group_shares=_group_shares(samples) if task.by_group else None,
        gains=_by_label(samples, gains),
    )


def _cycles(origin: Origin, slow: NDArray[np.bool_], known: NDArray[np.bool_]) -> tuple[Cycle, ...]:
    """Return the cycles, strongest first; several lines that make one broad peak are one."""
    task, found = origin.task, origin.found
    scale, exposure = task.samples.scale, task.options.exposure
    single = task.samples.output_names is None
    structure = found.fit.structure
    aliases = AliasTest(found.data, task.noise, found.window, task.plan, unit=scale.unit)
    peaks = {peak.leader: peak for peak in found.broad}
    merged = {k for peak in found.broad for k in peak.members if k != peak.leader}
    cycles = []
    for k in strength_order(found.fit).tolist():
        if slow[k] or k in merged:
            continue
        if k in peaks:  # it has no one place, so that no other place is its alias
            cycle = build_cycle(found, k, scale, exposure, single, bool(known[k]), [])
            cycles.append(as_broad_peak(cycle, peaks[k]))
            continue
        others = led_by_rivals(
            aliases.aliases(found.fit, k),
            found.rivals,
            float(structure.frequency[k]),
            found.data.baseline,
            scale.unit,
            is_sinusoid=len(structure.orders_of(k)) == 1,
        )
        if len(found.fringes) > k and found.fringes[k]:
            in_gap = as_gap_aliases(found.fringes[k], float(structure.frequency[k]))
            others = [*in_gap, *_apart(others, in_gap, found.data.baseline)]
        cycles.append(build_cycle(found, k, scale, exposure, single, bool(known[k]), others))
    return tuple(cycles)


def _with_number(found: Pursuit, cycles: tuple[Cycle, ...]) -> list[tuple[int, Cycle]]:
    """Return every cycle with the number of its fundamental."""
    frequency = found.fit.structure.frequency
    return [(int(np.abs(frequency - one.frequency).argmin()), one) for one in cycles]


def _apart(aliases: list[Alias], first: list[Alias], baseline: float) -> list[Alias]:
    """Return the aliases that do not stand where one of the first ones does."""
    return [
        a for a in aliases if all(abs(a.frequency - f.frequency) > 0.4 / baseline for f in first)
    ]


def _undecided(
    origin: Origin, cycles: tuple[Cycle, ...], slow: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Return what the data cannot decide, in words."""
    found = origin.found
    return (
        *origin.task.notes,
        *found.notes,
        *coherence_notes(found.broad),
        *envelope_notes(found),
        *fringe_notes(
            (cycle.frequency, found.fringes[k])
            for k, cycle in _with_number(found, cycles)
            if k < len(found.fringes)
        ),
        *alias_notes(
            (cycle.period, [a for a in cycle.aliases if a.kind != "gap"]) for cycle in cycles
        ),
        *slow_notes(found.fit, slow),
        *depth_notes(found, origin.task.plan),
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
