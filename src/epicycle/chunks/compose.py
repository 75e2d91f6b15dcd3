"""A finished pursuit of chunks -> the result that the user gets."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from epicycle.chunks.joint import JointFit, normal_matrix
from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Left, residual_of
from epicycle.chunks.problem import Problem
from epicycle.chunks.pursuit import Found, Search
from epicycle.fit.errors import Covariance
from epicycle.fit.joint import Fit
from epicycle.limits import CHUNKS, TRIALS
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import (
    Roles,
    build_cycle,
    build_lines,
    plain_predictor,
    strength_order,
    unclaimed_notes,
)
from epicycle.results.result import Result, Spectrum
from epicycle.results.slow import mirror_notes, slow_notes
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.samples.labels import names_of
from epicycle.samples.options import Options
from epicycle.samples.units import in_unit
from epicycle.spectra.bands import THINNED, Candidates
from epicycle.spectra.plan import SearchPlan

#: What a search of chunks does not do.
_NOT_DONE = (
    "searched in chunks: waveforms were not compared (narrow dips show by their lines only), nor "
    "were the odds of aliases, the steadiness of phases, outliers and rows given twice looked at; "
    "find_cycles does so with samples in memory"
)


@dataclass(frozen=True, eq=False)
class Finished:
    """Where a search of chunks ended.

    Attributes
    ----------
    problem, goal, plan, width, search, products, fit, found, left
        The problem with its last weights, what was asked for, the band, its effective width, the
        latest sums, and the lines with what they leave.
    before : ndarray
        Power of the values on the grid, in units of their scatter.
    is_cut : bool
        Whether memory has cut the band.
    """

    problem: Problem
    goal: Goal
    plan: SearchPlan
    width: float
    search: Search
    products: Products
    fit: JointFit
    found: Found
    left: Left
    before: Floats
    is_cut: bool


def build_result(finished: Finished, options: Options, started: float) -> Result:
    """Return the result of a search of chunks.

    Parameters
    ----------
    finished : Finished
        Where it ended.
    options : Options
        What the user asked for.
    started : float
        When the work began, by :func:`time.perf_counter`.
    """
    problem, overview = finished.problem, finished.problem.overview
    samples, data = _stand_in(problem)
    found = _as_pursuit(finished, data)
    roles = Roles.of(found, finished.goal)
    scale = overview.scale
    cycles = tuple(
        build_cycle(found, k, scale, 0.0, True, bool(roles.known[k]), [])
        for k in strength_order(found.fit).tolist()
        if roles.claimed[k]
    )
    labels, counts = names_of(samples.group_labels), overview.table.sums[0].sum(axis=1)
    return Result(
        cycles=cycles,
        lines=build_lines(found, roles, 0.0, True),
        undecided=(
            _NOT_DONE,
            *([f"the band was cut: {finished.plan.reason}"] if finished.is_cut else []),
            *found.notes,
            *mirror_notes(found.fit, roles.mirrored, scale.unit),
            *slow_notes(found.fit, roles.slow & ~roles.mirrored, overview.baseline, scale.unit),
            *unclaimed_notes(found, roles, scale.unit),
        ),
        unit=scale.unit,
        n_samples=overview.n_samples,
        n_dropped=overview.n_dropped,
        baseline=overview.baseline,
        reference_time=scale.to_user(problem.reference),
        residual=np.empty(0),
        residual_std=float(np.sqrt(finished.left.plain / overview.n_samples)),
        jitter=dict(sorted(zip(labels, problem.jitter.tolist(), strict=True))),
        amplitude_limit=float("nan"),
        search=finished.plan,
        spectrum=_spectrum(finished, found),
        # (the random sample has other shares of the groups than all rows)
        predictor=replace(
            plain_predictor(found, samples, roles.slow, 0.0, None),
            group_weights=tuple((counts / counts.sum()).tolist()),
        ),
        output_names=None,
        seconds=time.perf_counter() - started,
        is_sorted=overview.is_sorted,
    )


def _stand_in(problem: Problem) -> tuple[Samples, Data]:
    """Return the random sample of the rows as samples, and as a regression problem."""
    overview = problem.overview
    rows = problem.of_piece(overview.sample)
    n = len(rows.y)
    piece = overview.sample
    group = np.zeros(n, dtype=np.intp) if piece.group is None else piece.group
    labels = tuple(problem.reader.labels) or (None,)
    y = rows.y[:, np.newaxis]
    samples = Samples(
        times=piece.times,
        scale=overview.scale,
        y=y,
        present=np.ones(y.shape, dtype=bool),
        dy=None if piece.variance is None else np.sqrt(piece.variance)[:, np.newaxis],
        weights=piece.relative,
        group=group,
        group_labels=labels,
        kept=np.arange(n),
        n_input=n,
        n_dropped=0,
        output_names=None,
    )
    data = Data(
        times=rows.times,
        reference=problem.reference,
        baseline=overview.baseline,
        y=y,
        weights=rows.weight[:, np.newaxis],
        nuisance=np.ascontiguousarray(rows.columns.T),
        background=problem.background,
        group=group,
    )
    return samples, data


def _as_pursuit(finished: Finished, data: Data) -> Pursuit:
    """Return what was found as a pursuit that was made in memory."""
    fit, search, overview = finished.fit, finished.search, finished.problem.overview
    structure = fit.structure
    free = overview.n_samples - len(fit.coefficients) - structure.n_free
    absolute = finished.problem.absolute
    # (constant values leave nothing at all)
    variance = 1.0 if absolute else max(finished.left.chi2, 1e-300) / max(free, 1)
    rows = finished.problem.of_piece(overview.sample)
    joint = Fit(
        structure=structure,
        coefficients=fit.coefficients[:, np.newaxis],
        residual=residual_of(rows, fit.lines)[:, np.newaxis],
        chi2=np.array([finished.left.chi2]),
        scale=np.array([variance]),
        n_nuisance=len(fit.lines.background),
    )
    level = search.level(finished.found.left, structure.line_frequency, variance)
    covariance = _covariance(finished.products, fit, variance, level)
    frequency = search.frequency
    count = finished.problem.overview.n_samples
    last = search.power(finished.found.left, variance)
    nothing = Candidates(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    return Pursuit(
        data=data,
        fit=joint,
        jitter=finished.problem.jitter[:, np.newaxis],
        level=level[:, np.newaxis],
        covariance=covariance,
        false_alarm=_chances(finished, variance, level),
        first=_thinned(frequency, finished.before / count),
        last=_thinned(frequency, last / count),
        depth=None,
        remedies=None,
        search=finished.plan,
        bandwidth=finished.width,
        notes=(*_unresolved_notes(finished), *_window_notes(finished)),
        window=nothing,
    )


def _chances(finished: Finished, variance: float, level: Floats) -> Floats:
    """Return the false-alarm probability of each fundamental with its harmonics."""
    fit, structure = finished.fit, finished.fit.structure
    reduction = np.array([fit.reduction(line) for line in range(len(structure.order))])
    result = np.ones(len(structure.frequency))
    for k in range(len(result)):
        own = structure.parent == k
        evidence = float((reduction[own] / level[own]).sum()) / variance
        result[k] = finished.search.chance(
            evidence, len(fit.coefficients), tuple(int(o) for o in np.sort(structure.order[own]))
        )
    return result


def _covariance(products: Products, fit: JointFit, variance: float, level: Floats) -> Covariance:
    """Return the covariance of everything, as :func:`epicycle.fit.errors.covariance` does."""
    structure, count = fit.structure, len(fit.coefficients)
    n, n_lines = len(structure.frequency), len(structure.order)
    p = count - 2 * n_lines
    matrix = normal_matrix(products, structure, fit.coefficients)
    kept = np.concatenate([np.arange(count), count + np.flatnonzero(~structure.fixed)])
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))[kept]
    inverse = linalg.pinvh(matrix[np.ix_(kept, kept)] / np.outer(size, size), rtol=1e-12)
    whole = np.zeros_like(matrix)
    whole[np.ix_(kept, kept)] = variance * inverse / np.outer(size, size)
    root = np.ones(len(whole))
    root[p:count] = np.sqrt(np.repeat(level, 2))
    strength = (fit.lines.waves[0::2] ** 2 + fit.lines.waves[1::2] ** 2) * structure.order**2
    for k in range(n):
        own = structure.parent == k
        share = strength[own] / max(float(strength[own].sum()), 1e-300)
        root[count + k] = np.sqrt(float(share @ level[own]))
    whole *= np.outer(root, root)
    place = np.concatenate([count + np.arange(n), np.arange(count)])
    joint = whole[np.ix_(place, place)]
    complete = np.zeros((2 * n + count, 2 * n + count))
    with_drifts = np.concatenate([np.arange(n), 2 * n + np.arange(count)])
    complete[np.ix_(with_drifts, with_drifts)] = joint
    linear = np.asarray(linalg.pinvh(matrix[:count, :count]) * variance, dtype=np.float64)
    return Covariance(
        frequency=joint[:n, :n],
        drift=np.zeros(n),
        joint=(joint,),
        complete=(complete,),
        linear=(linear,),
    )


def _unresolved_notes(finished: Finished) -> list[str]:
    """Return a sentence for each line next to which power was found but not resolved."""
    close = np.array(finished.found.unresolved)
    width, unit = 1.0 / finished.problem.overview.baseline, finished.problem.overview.scale.unit
    return [
        f"power next to the period {in_unit(1 / f, unit)} is not resolved from it over the "
        f"baseline: a close companion, or a cycle whose amplitude or period changes"
        for f in finished.fit.structure.frequency.tolist()
        if f > 5 * width and len(close) and np.abs(close - f).min() < 2 * width
    ]


def _window_notes(finished: Finished) -> list[str]:
    """Return a sentence where the sampling repeats lines elsewhere in the band."""
    if not len(finished.fit.structure.frequency):
        return []
    sums = finished.products.window
    count = len(finished.search.frequency)
    power = np.abs(sums.values[0, :count]) ** 2 / finished.search.total**2
    first = round(CHUNKS.window_from / finished.problem.overview.baseline / sums.spacing)
    if len(power) <= first or power[first:].max() < TRIALS.alias_ratio:
        return []
    at = first + int(power[first:].argmax())
    return [
        f"the sampling repeats lines at a distance of {at * sums.spacing:.5g} in frequency, with "
        f"{100 * power[at]:.2g} % of their power: a cycle may be an alias of one that stands there"
    ]


def _thinned(frequency: Floats, power: Floats) -> Candidates:
    """Return a spectrum for the eye: the highest point in each piece of the band."""
    edges = np.unique(np.linspace(0, len(power), THINNED + 1).astype(np.intp))[:-1]
    middle = 0.5 * (edges + np.append(edges[1:], len(power)) - 1).astype(np.intp)
    best = np.argsort(-power)[:1]
    return Candidates(
        frequency=frequency[best],
        power=power[best],
        thinned_frequency=frequency[middle.astype(np.intp)],
        thinned_power=np.maximum.reduceat(power, edges),
    )


def _spectrum(finished: Finished, found: Pursuit) -> Spectrum:
    """Return the spectra for the eye, in shares of the variance."""
    sums = finished.products.window
    count = len(finished.search.frequency)
    lags: Floats = sums.spacing * np.arange(count, dtype=np.float64)
    window = _thinned(lags, np.abs(sums.values[0, :count]) ** 2 / finished.search.total**2)
    return Spectrum(
        frequency=found.last.thinned_frequency,
        power=found.first.thinned_power,
        residual_power=found.last.thinned_power,
        window_frequency=window.thinned_frequency,
        window=window.thinned_power,
        threshold=finished.search.threshold(len(finished.problem.start))
        / finished.problem.overview.n_samples,
    )
