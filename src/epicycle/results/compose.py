"""A finished pursuit and the samples it was made from -> the result that the user gets."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np

from epicycle.effects.gains import Gains, with_gain_errors
from epicycle.effects.groups import gathered
from epicycle.effects.outliers import outlying
from epicycle.effects.varying import envelope_notes
from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.aliases import (
    Alias,
    alias_notes,
    led_by_rivals,
    multiple_notes,
    other_places,
)
from epicycle.evidence.beyond import beyond, beyond_notes
from epicycle.evidence.coherence import coherence_notes
from epicycle.evidence.edges import edge_notes, error_at_slopes
from epicycle.evidence.fringes import as_gap_aliases, fringe_notes
from epicycle.evidence.shared_noise import shared_noise, shared_power
from epicycle.evidence.significance import power_threshold
from epicycle.evidence.steadiness import steadiness_notes
from epicycle.fit.noise import is_exact
from epicycle.limits import SHARP
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results import covariates
from epicycle.results.asked import as_held, asked_limit, asked_notes
from epicycle.results.assemble import (
    Roles,
    as_broad_peak,
    as_unsteady,
    build_cycle,
    build_lines,
    build_predictor,
    depth_notes,
    strength_order,
    unclaimed_notes,
    with_wider_error,
)
from epicycle.results.counting import responding
from epicycle.results.cycles import Asked, Cycle, per_output
from epicycle.results.drowned import time_in_words
from epicycle.results.mistakes import copy_notes, outlier_notes
from epicycle.results.origin import Origin
from epicycle.results.overtones import folded_notes, overtone_notes
from epicycle.results.responding import Responding
from epicycle.results.result import Result, Spectrum
from epicycle.results.sidebands import sideband_notes
from epicycle.results.slow import mirror_notes, slow_notes
from epicycle.results.unseen import amplitude_limit, short_notes
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.labels import names_of
from epicycle.samples.response import COUNT, IDENTITY, inverse

#: Of more samples, what was remembered takes more memory than it saves time.
_MANY = 1 << 17


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
    roles = Roles.of(found, task.goal)
    single = samples.output_names is None
    cycles = _cycles(final, roles)
    asked = _asked(final, roles, cycles)
    if len(data.times) > _MANY:
        data.memo.clear()  # the columns of all lines: what follows takes as much memory again
    own = final.own_residual()
    by = np.ones(len(samples.group_labels)) if gains is None else gains.value
    residual = np.full((samples.n_input, data.y.shape[1]), np.nan)
    in_own_units = own * by[samples.group][:, np.newaxis]
    responds = responding(final, roles)
    in_own_units = _of_values(final, responds, in_own_units)
    residual[samples.kept] = np.where(samples.present, in_own_units, np.nan)
    far = outlying(own, data.weights, data.group)
    if is_exact(data, found.fit.chi2):
        far = np.zeros_like(far)  # of rounding
    result = Result(
        cycles=cycles,
        lines=build_lines(found, roles, exposure, single),
        undecided=(
            *copy_notes(samples),
            *outlier_notes(samples, own, data.weights, far, task.options.loss, found.notes),
            *_undecided(final, cycles, roles),
            *_told(final, asked),
        ),
        unit=samples.scale.unit,
        n_samples=len(samples.times),
        n_dropped=samples.n_dropped,
        baseline=data.baseline,
        reference_time=samples.scale.to_user(data.reference),
        residual=gathered(residual) if single or task.by_group else residual,
        residual_std=per_output(np.nanstd(residual, axis=0).tolist(), single),
        jitter=_jitter(found.jitter * np.abs(by)[:, np.newaxis], samples, single, task.by_group),
        amplitude_limit=per_output(_limit(final, roles), single),
        search=found.search,
        spectrum=_spectrum(found, task.goal.false_alarm),
        predictor=build_predictor(found, samples, roles.slow, task.options, task.goal, gains),
        output_names=samples.output_names,
        seconds=time.perf_counter() - started,
        outliers=tuple(np.sort(samples.kept[far.any(axis=1)]).tolist()),
        samples=(origin.given.t, origin.given.y, origin.given.group),
        origin=origin,
        n_repeated=samples.n_repeated,
        n_copies=samples.n_copies,
        is_sorted=samples.is_sorted,
        group_shares=_group_shares(samples) if task.by_group else None,
        gains=_by_label(samples, gains),
        asked=asked,
        covariate_names=covariates.names_of(origin.given.covariates)
        if samples.covariates is not None
        else (),
        responding=responds,
    )
    data.memo.clear()  # engines, columns of lines: nothing that a result should hold on to
    return result


def _of_values(origin: Origin, responds: Responding, residual: Floats) -> Floats:
    """Return what the model leaves of the values, from what it leaves on the scale of cycles."""
    if responds.told == IDENTITY:
        return residual
    z, told = origin.task.samples.y, responds.told
    model = inverse(z - residual, told)
    # working values of counts are z = eta + (y - mu) / mu
    left: Floats = residual * model if told == COUNT else inverse(z, told) - model
    return left


def _cycles(origin: Origin, roles: Roles) -> tuple[Cycle, ...]:
    """Return what is claimed, strongest first; several lines that make one broad peak are one."""
    task, found = origin.task, origin.found
    scale, exposure = task.samples.scale, task.options.exposure
    single = task.samples.output_names is None
    structure = found.fit.structure
    aliases = AliasTest(
        found.data,
        task.noise,
        found.window,
        task.plan,
        unit=scale.unit,
        rivals=other_places(
            found.rivals, structure, found.data.baseline, ~roles.slow & ~roles.known
        ),
    )
    peaks = {peak.leader: peak for peak in found.broad}
    changes = {one.leader: one for one in found.unsteady}
    merged = {k for peak in found.broad for k in peak.members if k != peak.leader}
    cycles = []
    for k in strength_order(found.fit).tolist():
        if not roles.claimed[k] or k in merged:
            continue
        if roles.asked[k]:
            cycles.append(_asked_cycle(origin, k))
            continue
        # a broad peak has no one place, and a known period is not in question
        if k in peaks or roles.known[k]:
            cycle = build_cycle(found, k, scale, exposure, single, bool(roles.known[k]), [])
            cycles.append(as_broad_peak(cycle, peaks[k]) if k in peaks else cycle)
            continue
        others = led_by_rivals(
            aliases.aliases(found.fit, k),
            found.rivals,
            float(structure.frequency[k]),
            found.data.baseline,
            aliases.spacings,
            others=structure.line_frequency[structure.parent != k].tolist(),
            is_sinusoid=len(structure.orders_of(k)) == 1,
        )
        if len(found.fringes) > k and found.fringes[k]:
            in_gap = as_gap_aliases(found.fringes[k], float(structure.frequency[k]))
            others = [*in_gap, *_apart(others, in_gap, found.data.baseline)]
        cycle = build_cycle(found, k, scale, exposure, single, bool(roles.known[k]), others)
        cycle = with_wider_error(cycle, error_at_slopes(found.data, found.fit, k))
        cycles.append(as_unsteady(cycle, changes[k]) if k in changes else cycle)
    return tuple(cycles)


def _asked_cycle(origin: Origin, k: int) -> Cycle:
    """Return the rhythm that was asked about, whose aliases are not."""
    task, found = origin.task, origin.found
    held = bool(found.fit.structure.fixed[k])
    single = task.samples.output_names is None
    scale, exposure = task.samples.scale, task.options.exposure
    cycle = build_cycle(found, k, scale, exposure, single, held, [])
    return as_held(cycle) if held else cycle


def _asked(origin: Origin, roles: Roles, cycles: tuple[Cycle, ...]) -> Asked | None:
    """Return the answer to what was asked; None where cycles were looked for."""
    periods, said = origin.task.options.asked, origin.found.asked
    if periods is None or said is None:
        return None
    at = np.flatnonzero(roles.asked).tolist()
    frequency = origin.found.fit.structure.frequency
    mine = [c for c in cycles for k in at if c.frequency == frequency[k]]
    cycle = mine[0] if mine else _asked_cycle(origin, at[0]) if at else None
    chance = said.false_alarm if cycle is None else cycle.false_alarm_probability
    return Asked(*periods, chance, said.condition, cycle)


def _told(origin: Origin, asked: Asked | None) -> list[str]:
    """Return what there is to say of a rhythm that was asked about."""
    said = origin.found.asked
    if asked is None or said is None:
        return []
    return asked_notes(said, asked, origin.task.options.false_alarm, origin.task.goal.unit)


def _with_number(found: Pursuit, cycles: tuple[Cycle, ...]) -> list[tuple[int, Cycle]]:
    """Return every cycle with the number of its fundamental."""
    frequency = found.fit.structure.frequency
    return [(int(np.abs(frequency - one.frequency).argmin()), one) for one in cycles]


def _widened(origin: Origin, cycles: tuple[Cycle, ...]) -> list[tuple[float, int, float]]:
    """Return period and highest order of each rich cycle, and by what its error is wider."""
    found = origin.found
    if origin.task.options.harmonics < SHARP.smooth:
        return []
    changed = {one.leader for one in found.unsteady}
    return [
        (
            cycle.period,
            max(h.order for h in cycle.harmonics),
            cycle.frequency_error / max(float(found.covariance.frequency[k, k]) ** 0.5, 1e-300),
        )
        for k, cycle in _with_number(found, cycles)
        if len(cycle.harmonics) >= SHARP.rich
        and not cycle.known
        and k not in changed
        and cycle.coherence_time is None
    ]


def _apart(aliases: list[Alias], first: list[Alias], baseline: float) -> list[Alias]:
    """Return the aliases that do not stand where one of the first ones does."""
    return [
        a for a in aliases if all(abs(a.frequency - f.frequency) > 0.4 / baseline for f in first)
    ]


def _undecided(origin: Origin, cycles: tuple[Cycle, ...], roles: Roles) -> tuple[str, ...]:
    """Return what the data cannot decide, in words."""
    found = origin.found
    claimed = [k for k, _ in _with_number(found, cycles)]
    unit = origin.task.samples.scale.unit
    return (
        *origin.task.notes,
        *found.notes,
        *coherence_notes(
            [peak for peak in found.broad if roles.claimed[peak.leader]],
            found.fit.structure.frequency,
            found.data.baseline,
            unit,
        ),
        *steadiness_notes(
            [one for one in found.unsteady if roles.claimed[one.leader]],
            found.fit.structure.frequency,
            lambda t: time_in_words(origin.task.samples.scale.to_user(found.data.reference + t)),
            unit,
        ),
        *envelope_notes(found, unit),
        *edge_notes(_widened(origin, cycles), unit),
        *beyond_notes(
            beyond(found.data, found.fit, found.window, origin.task.plan, claimed),
            origin.task.plan,
            unit,
        ),
        *fringe_notes(
            (
                (cycle.frequency, found.fringes[k])
                for k, cycle in _with_number(found, cycles)
                if k < len(found.fringes)
            ),
            unit,
        ),
        *alias_notes(
            ((cycle.period, [a for a in cycle.aliases if a.kind != "gap"]) for cycle in cycles),
            unit,
        ),
        *overtone_notes(cycles, origin.task.options.harmonics, unit),
        *sideband_notes(cycles, unit),
        *folded_notes(cycles, found.data, origin.task.plan.regular, unit),
        *multiple_notes(((c.period, len(c.harmonics), c.aliases) for c in cycles), unit),
        *mirror_notes(found.fit, roles.mirrored, unit),
        *slow_notes(
            found.fit,
            roles.slow & ~roles.mirrored,
            found.data.baseline,
            unit,
        ),
        *short_notes(found, roles, origin.task.goal, unit),
        *unclaimed_notes(found, roles, unit),
        *depth_notes(found, origin.task.plan),
    )


def _limit(origin: Origin, roles: Roles) -> list[float]:
    """Return the limit on a further sinusoid; NaN where none was looked for."""
    if origin.task.goal.asked is not None:
        # a rhythm that is claimed has an amplitude, and no other was looked for
        nothing = not (roles.claimed & roles.asked).any()
        n_outputs = origin.found.data.y.shape[1]
        return asked_limit(origin.found, origin.task.goal) if nothing else [math.nan] * n_outputs
    if origin.task.goal.max_cycles == 0:
        return [float("nan")] * origin.found.data.y.shape[1]
    return amplitude_limit(origin.found, roles, origin.task.goal)


def _jitter(jitter: Floats, samples: Samples, single: bool, by_group: bool) -> dict[str, Any]:
    if by_group:
        assert samples.output_names is not None
        return dict(zip(samples.output_names, jitter[0].tolist(), strict=True))
    names = names_of(samples.group_labels)
    return {name: per_output(jitter[g].tolist(), single) for g, name in enumerate(names)}


def _by_label(samples: Samples, gains: Gains | None) -> dict[str, tuple[float, float]]:
    if gains is None:
        return {}
    pairs = zip(gains.value.tolist(), gains.error.tolist(), strict=True)
    return dict(zip(names_of(samples.group_labels), pairs, strict=True))


def _group_shares(samples: Samples) -> tuple[float, ...]:
    counts = samples.present.sum(axis=0)
    return tuple((counts / counts.sum()).tolist())


def _threshold(found: Pursuit, false_alarm: float, dof: int) -> float:
    """Return the power that noise exceeds anywhere in the band as rarely as was asked for."""
    d = found.data.y.shape[1]
    power = power_threshold(false_alarm, dof, found.bandwidth, n_outputs=d)
    return shared_power(power, dof, 1, shared_noise(found.data, found.fit.residual))


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
        threshold=_threshold(found, false_alarm, dof),
    )
