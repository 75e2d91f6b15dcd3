"""How one amplitude varies: the normal equations of a cycle times its envelope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.envelope import Evidence, infer
from epicycle.fit.joint import Fit, part_of_model
from epicycle.fit.lines import line_columns
from epicycle.limits import EFFECTS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

_MOST_INTERVALS = 32

#: Rows handled at once, so that memory does not grow with their number.
_BLOCK = 16384


@dataclass(frozen=True, eq=False)
class _Variation:
    """How a fundamental varies, as an :class:`Envelope`; `removed` was taken out for it, (n, d)."""

    frequency: float
    knots: Floats
    factor: Floats
    error: Floats
    n_parameters: float
    gain: float
    removed: Floats

    def of(self, waveform: Floats, offset: Floats) -> Floats:
        """Return what the variation adds to a waveform, shape (n, d)."""
        result: Floats = (np.interp(offset, self.knots, self.factor) - 1)[:, np.newaxis] * waveform
        return result


def _infer(data: Data, fit: Fit, k: int, target: Floats, scale: Floats) -> _Variation:
    """Return how fundamental `k` varies, for values `target` without its constant amplitude.

    Parameters
    ----------
    data, fit
        The regression problem and its solution.
    k : int
        The fundamental.
    target : ndarray, shape (n, d)
        What is left for the variation to explain.
    scale : ndarray, shape (d,)
        Variance of the noise in units of one over the weights.
    """
    structure, baseline = fit.structure, data.baseline
    times = data.times.to_float()
    first = float(times.min())
    turns = float(structure.frequency[k]) * baseline
    size = 1 + int(np.clip(turns / EFFECTS.turns_apart, 5, _MOST_INTERVALS))
    matrix, vector = np.zeros((size, size)), np.zeros(size)
    power, rank, mean = 0.0, 0, np.zeros(size)
    for j in range(data.y.shape[1]):
        normal = _normal_equations(data, fit, k, target[:, j], j, size)
        matrix += normal.matrix / scale[j]
        vector += normal.vector / scale[j]
        mean += normal.mean / scale[j]
        power += normal.quadrature_power / scale[j]
        rank += normal.quadrature_rank
    level = max(1.0, power / max(rank, 1))
    total = float(mean.sum())
    weights = mean / total if total > 0 else np.full(size, 1.0 / size)
    found = infer(Evidence(matrix / level, vector / level, weights))
    knots = first + found.places * baseline
    waveform = _waveform(data, fit, k)
    deviation = np.interp(times, knots, found.mean)
    return _Variation(
        frequency=float(structure.frequency[k]),
        knots=knots,
        factor=1.0 + found.mean,
        error=np.sqrt(found.variance),
        n_parameters=found.n_parameters,
        gain=found.gain,
        removed=deviation[:, np.newaxis] * waveform,
    )


@dataclass(frozen=True, eq=False)
class _Normal:
    """Normal equations of a variation in one output, with all else free.

    `mean` are the weights of the knots in the mean, and the quadrature's power is its chi-square
    in as many dimensions as its rank.
    """

    matrix: Floats
    vector: Floats
    mean: Floats
    quadrature_power: float
    quadrature_rank: int


def _normal_equations(
    data: Data, fit: Fit, k: int, target: Floats, output: int, size: int
) -> _Normal:
    structure = fit.structure
    first = float(data.times.to_float().min())
    coefficients = fit.coefficients[fit.n_nuisance :, output]
    own = structure.parent == k
    order = structure.order * own
    n_columns = fit.n_nuisance + 2 * len(own) + len(structure.frequency) * 2
    gram = np.zeros((n_columns, n_columns))
    cross = np.zeros((n_columns, 2 * size))
    inner = np.zeros((2 * size, 2 * size))
    right, right_own, mean = np.zeros(n_columns), np.zeros(2 * size), np.zeros(size)
    for part, rows in _blocks(data):
        w = part.weights_of(output)[:, np.newaxis]
        lines = line_columns(structure, part)
        shown = lines[:, 0::2] * coefficients[0::2] + lines[:, 1::2] * coefficients[1::2]
        turned = lines[:, 0::2] * coefficients[1::2] - lines[:, 1::2] * coefficients[0::2]
        scaled = part.times.to_float() / data.baseline
        # what shifts of each frequency, and of its drift, would change
        shifts = np.zeros((len(scaled), len(structure.frequency)))
        np.add.at(shifts.T, structure.parent, (structure.order * turned).T)
        shifts *= scaled[:, np.newaxis]
        moving = np.hstack([shifts, shifts * scaled[:, np.newaxis] * structure.drifting])
        beside = np.hstack([part.nuisance, lines, moving])
        hats = _hats((part.times.to_float() - first) / data.baseline, size)
        waveform = (shown * own).sum(axis=1)[:, np.newaxis]
        quadrature = (turned * order).sum(axis=1)[:, np.newaxis]
        both = np.hstack([hats * waveform, hats * quadrature])
        gram += beside.T @ (w * beside)
        cross += beside.T @ (w * both)
        inner += both.T @ (w * both)
        value = w[:, 0] * target[rows]
        right += beside.T @ value
        right_own += both.T @ value
        mean += (w * hats * waveform**2).sum(axis=0)
    inverse = _inverse(gram)
    inner -= cross.T @ inverse @ cross
    right_own -= cross.T @ inverse @ right
    matrix, vector = inner[:size, :size], right_own[:size]
    # samples at any times are not quite blind, in quadrature, to what is in phase
    shared = inner[size:, :size] @ _inverse(matrix)
    quadrature = inner[size:, size:] - shared @ inner[:size, size:]
    values, vectors = np.linalg.eigh(quadrature)
    # a phase and a frequency have been fitted: two directions say nothing of the noise
    kept = values > 1e-6 * max(float(values[-1]), 1e-300)
    noise = vectors[:, kept].T @ (right_own[size:] - shared @ vector) / np.sqrt(values[kept])
    return _Normal(matrix, vector, mean, float(noise @ noise), int(kept.sum()))


def _inverse(gram: Floats) -> Floats:
    """Return the inverse of a Gram matrix, without the directions that rounding has left."""
    size = np.sqrt(np.maximum(np.diag(gram), 0.0))
    unit = np.where(size > 0, size, 1.0)
    scaled = np.linalg.pinv(gram / np.outer(unit, unit), rcond=1e-10, hermitian=True)
    result: Floats = scaled / np.outer(unit, unit)
    return result


def _hats(place: Floats, size: int) -> Floats:
    """Return the shares of knots evenly from 0 to 1 in linear interpolation, shape (n, size)."""
    distance = np.abs(place[:, np.newaxis] * (size - 1) - np.arange(size))
    result: Floats = np.maximum(1.0 - distance, 0.0)
    return result


def _blocks(data: Data) -> Iterator[tuple[Data, slice]]:
    """Return the data in blocks of rows."""
    for start in range(0, len(data.times), _BLOCK):
        rows = slice(start, start + _BLOCK)
        yield (
            replace(
                data,
                times=data.times[rows],
                y=data.y[rows],
                weights=data.weights[rows],
                nuisance=data.nuisance[rows],
                group=data.group[rows],
            ),
            rows,
        )


def _waveform(data: Data, fit: Fit, k: int) -> Floats:
    """Return what the lines of fundamental `k` add to the model, shape (n, d)."""
    return part_of_model(data, fit, np.flatnonzero(fit.structure.parent == k))
