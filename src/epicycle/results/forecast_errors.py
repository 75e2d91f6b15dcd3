"""A finished pursuit -> what its predictions need beyond the data, and how wrong they may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.joint import Fit
from epicycle.fit.level import local_level
from epicycle.fit.lines import line_columns
from epicycle.limits import EFFECTS, NOISE
from epicycle.living.factors import packed_factor
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.prediction import WALK_POINTS, PredictionErrors, walk_rate
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


@dataclass(frozen=True, eq=False)
class Continuation:
    """The trend that takes over beyond the data, where no level lives on.

    It is the one that would have been fitted had its slow lines been left in the data.

    Attributes
    ----------
    level : ndarray, shape (p, d)
        Its nuisance coefficients.
    change : ndarray, shape (d, p, 2 K + p + 2 L)
        How they follow from the parameters of the fit, in the order of `PredictionErrors`.
    walk : ndarray, shape (d,)
        Slow variation about it as a random walk: growth of its variance over one baseline.
    """

    level: Floats
    change: Floats
    walk: Floats


def continue_trend(data: Data, fit: Fit, slow: NDArray[np.bool_]) -> Continuation:
    """Return the trend beyond the data, for lines of which some are `slow`, shape (L,)."""
    structure, p = fit.structure, fit.n_nuisance
    n_fundamentals = len(structure.frequency)
    n_outputs = data.y.shape[1]
    slow_row = np.flatnonzero(np.repeat(slow, 2))
    change = np.zeros((n_outputs, p, 2 * n_fundamentals + p + 2 * len(slow)))
    change[:, :, 2 * n_fundamentals : 2 * n_fundamentals + p] = np.eye(p)
    level = fit.coefficients[:p].copy()
    walk = np.zeros(n_outputs)
    if not len(slow_row):
        return Continuation(level, change, walk)
    columns = line_columns(structure, data)[:, slow_row]
    by_phase = np.empty_like(columns)
    by_phase[:, 0::2], by_phase[:, 1::2] = -columns[:, 1::2], columns[:, 0::2]
    by_phase *= 2 * np.pi * data.times.to_float()[:, np.newaxis]
    line = np.flatnonzero(slow)
    parent, order = structure.parent[line], structure.order[line]
    for j in range(n_outputs):
        w = data.weights_of(j)
        root = np.sqrt(w)[:, np.newaxis]
        c = fit.coefficients[p + slow_row, j]
        turning = (by_phase * c)[:, 0::2] + (by_phase * c)[:, 1::2]
        projected = np.linalg.lstsq(
            data.nuisance * root, np.hstack([columns, order * turning]) * root, rcond=None
        )[0]
        share = projected[:, : len(slow_row)]
        change[j][:, 2 * n_fundamentals + p + slow_row] = share
        np.add.at(change[j].T, parent, projected[:, len(slow_row) :].T)
        level[:, j] += share @ c
        highest = float(structure.line_frequency[line].max()) * data.baseline
        walk[j] = walk_rate(data.degree, _on_raster(data, fit, line, j), round(2 * highest))
    return Continuation(level, change, walk)


def _on_raster(data: Data, fit: Fit, line: NDArray[np.intp], output: int) -> Floats:
    """Return what some lines add to the model, on a raster of times that spans the data."""
    structure = fit.structure
    times = data.times.to_float()
    raster = times.min() + (np.arange(WALK_POINTS) + 0.5) / WALK_POINTS * data.baseline
    turns = structure.line_frequency[line] * raster[:, np.newaxis]
    turns = turns + 0.5 * (structure.order * structure.drift[structure.parent])[line] * (
        raster[:, np.newaxis] ** 2
    )
    a, b = (fit.coefficients[fit.n_nuisance + 2 * line + i, output] for i in (0, 1))
    values: Floats = np.cos(2 * np.pi * turns) @ a + np.sin(2 * np.pi * turns) @ b
    return values


def prediction_errors(
    result: Pursuit, continuation: Continuation, gain: Floats
) -> PredictionErrors:
    """Return the errors of predictions.

    Parameters
    ----------
    result : Pursuit
        The finished pursuit.
    continuation : Continuation
        Its trend beyond the data.
    gain : ndarray, shape (2 L,)
        Share of each line's amplitude that the exposure has left.
    """
    data, fit = result.data, result.fit
    structure, p = fit.structure, fit.n_nuisance
    first = 2 * len(structure.frequency)
    # offsets and trend have the noise at the lowest frequencies
    low = np.sqrt(local_level(data, fit.residual, fit.scale, np.zeros(1))[0])
    inside: list[Floats] = []
    outside: list[Floats] = []
    for j, complete in enumerate(result.covariance.complete):
        unit = np.ones(len(complete))
        unit[first : first + p] = low[j]
        covariance = complete * np.outer(unit, unit)
        beyond = np.eye(len(complete))
        beyond[first : first + p, : first + p + len(gain)] = continuation.change[j]
        unit[:] = 1.0
        unit[first + p : first + p + len(gain)] /= gain
        for matrices, change in ((inside, np.eye(len(complete))), (outside, beyond)):
            change = change * unit[:, np.newaxis]
            matrices.append(packed_factor(change @ covariance @ change.T))
    scatter, freedom = _scatter(data, fit, sum(one.n_parameters for one in result.envelopes))
    return PredictionErrors(
        parent=structure.parent,
        order=structure.order,
        inside=np.stack(inside),
        outside=np.stack(outside),
        scatter=scatter,
        degrees_of_freedom=freedom,
        walk=continuation.walk,
        bend=_bends(data, fit),
        blind=_blind(data, fit),
    )


def _bends(data: Data, fit: Fit) -> Floats:
    """Return the mean square of the changes of slope, per baseline, shape (d,)."""
    last = data.background.n_trend
    first = last - len(data.background.knots)
    if first == last:
        return np.zeros(data.y.shape[1])
    # the column of a bend rises by 2 per baseline
    result: Floats = ((2 * fit.coefficients[first:last]) ** 2).mean(axis=0)
    return result


def _blind(data: Data, fit: Fit) -> float:
    """Return how close to the end of the data, in baselines, a bend goes unnoticed.

    One at a distance b before the end, beside slopes that are fitted freely, lowers chi-square by
    about ``n b^3 d^2 / 12 s^2``, with d its change of slope per baseline and s the scatter; the
    information criterion asks for ``2 log n``.
    """
    n = data.n_values
    bend = _bends(data, fit)
    if not bend.any():
        return 0.0
    squares = (fit.residual**2).mean(axis=0)
    clear = float((n * bend / np.maximum(squares, 1e-300)).sum())
    return min(EFFECTS.bend_margin + float(np.cbrt(24 * np.log(n) / clear)), 0.25)


def _scatter(data: Data, fit: Fit, further: float) -> tuple[Floats, Floats]:
    """Return the standard deviation of single values, (G, d), and its degrees of freedom, (d,)."""
    n_outputs, n_groups = data.y.shape[1], int(data.group.max()) + 1
    scatter, freedom = np.empty((n_groups, n_outputs)), np.empty(n_outputs)
    own = len(fit.coefficients) + (fit.structure.n_free + further) / n_outputs
    for j in range(n_outputs):
        present = data.weights_of(j) > 0
        squares, group = fit.residual[present, j] ** 2, data.group[present]
        freedom[j] = max(len(squares) - own, 1.0)
        lost = freedom[j] / len(squares)
        for g in range(n_groups):
            of_g = squares[group == g]
            chosen = of_g if len(of_g) >= NOISE.fewest_values else squares
            scatter[g, j] = np.sqrt(chosen.mean() / lost)
    return scatter, freedom
