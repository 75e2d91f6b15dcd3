r"""Which frequency several groups share: one waveform, its amplitude in each, and epochs.

Bands of one star have nearly one waveform, with an amplitude of its own in each, and what a model
lacks at some moment (a modulated amplitude, thin cloud) it lacks in all of them.  With values in
units of each group's signal, the model of value i, of group j and epoch e, is

.. math:: y_i = \sum_m n_m \beta_{mj} + \sum_{h=1}^{K} (a_h + \alpha_{hj}) \cos 2\pi h f t_i
          + (b_h + \beta_{hj}) \sin 2\pi h f t_i + m_e + \epsilon_i .

Here (a, b) are common to all groups, :math:`\alpha, \beta` small departures of each in the first
few orders, all normal beforehand as in :mod:`epicycle.evidence.comparison`; m_e is what the values
of epoch e have in common, with a variance that is the same for all epochs; epsilon has the errors
and a scatter of its own per group.  m and epsilon have the tails of Student's t.  The epochs are
eliminated first (Woodbury), so that five values of a moment count as what they are.  The evidence
is Laplace's, averaged over shapes and over how much the groups may differ; the variances are found
by their effective degrees of freedom (MacKay 1992, Neural Computation 4, 415).

The frequencies compared are maxima of spectra; their neighbours at the distances at which the
sampling repeats itself; halves, thirds and doubles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.waveforms import (
    ALL_SHAPES,
    LONGEST_STEP,
    SMOOTH,
    Ranking,
    Shapes,
    apart,
    distinct,
    output_of,
    with_relatives,
)
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times

#: Prior of the variance of epochs, in units of the signal's: an inverse gamma distribution.
_EPOCH_SHAPE, _EPOCH_SCALE = 2.0, 0.01

#: Logarithm of the height of Student's t at 0 over that of a normal distribution: each epoch has a
#: term of the one kind, integrated over as if it were of the other.
_LOG_TERM = (
    math.lgamma((WAVEFORMS.tail + 1) / 2)
    - math.lgamma(WAVEFORMS.tail / 2)
    - 0.5 * math.log(WAVEFORMS.tail / 2)
)

#: Variances to begin with, and the smallest ones.
_FIRST_SCATTER, _FIRST_EPOCH = 0.05, 0.1

_LEAST = 1e-6

#: Steps of refinement, and those of a first selection, made without departures.
_STEPS, _QUICK = 6, 4


#: Entries of the columns of all frequencies that are fitted at a time.
_AT_A_TIME = 1 << 22


@dataclass(frozen=True)
class _Values:
    """The values of all groups in the order of time, in units of each group's signal."""

    times: Times
    elapsed: Floats
    y: Floats
    known_variance: Floats
    group: NDArray[np.intp]
    n_groups: int
    nuisance: Floats
    first: NDArray[np.intp]
    epoch: NDArray[np.intp]
    log_unit: float


def rank_together(
    data: Data,
    residual: Floats,
    noise: NoiseModel,
    frequency: Floats,
    limits: tuple[float, float],
    offsets: Floats,
    highest: float = np.inf,
) -> Ranking:
    """Return the frequencies, their aliases and multiples, by descending evidence.

    Parameters
    ----------
    data : Data
        Times and nuisance columns, with one output for each group.
    residual : ndarray, shape (n, d)
        Values to explain.
    noise : NoiseModel
        Errors of the values.
    frequency : ndarray, shape (M,)
        Frequencies to begin with, most likely first, each within a fraction of 1/baseline of its
        optimum.
    limits : tuple of float
        Lowest and highest frequency that counts.
    offsets : ndarray
        Distances at which the sampling repeats a line.
    highest : float
        Frequency above which no harmonic may be (Nyquist of regular sampling).
    """
    values = _stacked(data, residual, noise, WAVEFORMS.neighbours / limits[1])
    near = 0.3 / data.baseline

    def first_look(f: Floats) -> tuple[Floats, Floats]:
        refined, evidence, _ = _judged(values, f, SMOOTH, data.baseline, highest, quick=True)
        return refined, evidence

    start = apart(frequency, limits, near)
    if not len(start):
        return Ranking((), -np.inf)
    refined, evidence = first_look(start)
    best = refined[np.argsort(-evidence, kind="stable")[: WAVEFORMS.related]]
    beside = np.add.outer(best, np.concatenate([offsets, -offsets])).ravel()
    every = apart(np.concatenate([refined, np.abs(beside)]), limits, near)
    more = every[np.abs(np.subtract.outer(every, refined)).min(axis=1) > near]
    if len(more):
        found = first_look(more)
        refined, evidence = np.append(refined, found[0]), np.append(evidence, found[1])
    order = np.argsort(-evidence, kind="stable")
    finalists = with_relatives(refined[order], start, limits, near)
    judged = [_judged(values, finalists, s, data.baseline, highest) for s in ALL_SHAPES]
    evidence = np.stack([each[1] for each in judged])
    better = evidence.argmax(axis=0), np.arange(len(finalists))
    whole = np.logaddexp.reduce(evidence, axis=0)
    rivals = distinct(
        np.stack([each[0] for each in judged])[better],
        WAVEFORMS.tempered * whole,
        np.stack([each[2] for each in judged])[better],
        data.baseline,
    )
    return Ranking(tuple(rivals), float(whole.max()) - values.log_unit)


def values_per_epoch(data: Data, highest: float) -> float:
    """Return how many values of different outputs there are at about the same moment, on average.

    A moment is short against the period of the `highest` frequency.
    """
    times, group, _ = _in_turn(data)
    return len(group) / len(_epochs(times.to_float(), group, WAVEFORMS.neighbours / highest))


def _in_turn(data: Data) -> tuple[Times, NDArray[np.intp], NDArray[np.intp]]:
    """Return times and outputs of all values in the order of time, and that order.

    It is an order of the values of one output below those of another.
    """
    rows = [np.flatnonzero(data.weights_of(j) > 0) for j in range(data.y.shape[1])]
    group = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    times = data.times[np.concatenate(rows)]
    order = np.argsort(times.to_float(), kind="stable")
    return times[order], group[order], order


def _stacked(data: Data, residual: Floats, noise: NoiseModel, within: float) -> _Values:
    outputs = [output_of(data, residual, noise, j) for j in range(residual.shape[1])]
    unit = np.sqrt([o.signal for o in outputs])
    times, group, order = _in_turn(data)
    widths = np.cumsum([0] + [o.nuisance.shape[1] for o in outputs])
    nuisance = np.zeros((len(group), int(widths[-1])))
    y = np.concatenate([o.y for o in outputs])[order] / unit[group]
    known = np.concatenate([o.known_variance for o in outputs])[order] / unit[group] ** 2
    for j, output in enumerate(outputs):
        nuisance[group == j, widths[j] : widths[j + 1]] = output.nuisance
    elapsed = times.to_float()
    first = _epochs(elapsed, group, within)
    return _Values(
        times=times,
        elapsed=elapsed,
        y=y,
        known_variance=known,
        group=group,
        n_groups=len(outputs),
        nuisance=nuisance,
        first=first,
        epoch=np.repeat(np.arange(len(first)), np.diff(np.append(first, len(y)))),
        log_unit=float(np.log(unit[group]).sum()),
    )


def _epochs(elapsed: Floats, group: NDArray[np.intp], within: float) -> NDArray[np.intp]:
    """Return where epochs begin: neighbours in time, no two of them of one group."""
    first, seen = [0], {int(group[0])}
    for i in range(1, len(elapsed)):
        if elapsed[i] - elapsed[i - 1] > within or int(group[i]) in seen:
            first.append(i)
            seen = set()
        seen.add(int(group[i]))
    return np.array(first)


def _judged(
    values: _Values,
    frequency: Floats,
    shapes: Shapes,
    baseline: float,
    highest: float,
    *,
    quick: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """Return refined frequencies, log evidence, and share of the variance explained."""
    columns = 2 * shapes.orders * (1 + values.n_groups) + values.nuisance.shape[1]
    size = max(_AT_A_TIME // (columns * len(values.y)), 1)
    parts = []
    for first in range(0, len(frequency), size):
        field = _Field(values, frequency[first : first + size], shapes, baseline, highest, quick)
        field.refine(_QUICK if quick else _STEPS)
        parts.append((field.frequency, *field.evaluate()))
    a, b, c = (np.concatenate(part) for part in zip(*parts, strict=True))
    return a, b, c


@dataclass(frozen=True)
class _Normal:
    """Normal equations with the epochs eliminated, at M frequencies and C columns.

    `inverse` is the inverse variance of each value, `pooled` its sum over an epoch and `shrunk`
    the variance of an epoch's own term given everything else; `sums` are the
    weighted columns summed over an epoch.
    """

    columns: Floats
    variance: Floats
    inverse: Floats
    sums: Floats
    pooled: Floats
    shrunk: Floats
    matrix: Floats
    right: Floats

    def products(self, v: Floats, values: _Values) -> Floats:
        """Return the products of all columns with values of their own at every frequency."""
        weighted = self.inverse * v
        total = np.add.reduceat(weighted, values.first, axis=1)
        direct = (weighted[:, np.newaxis] @ self.columns)[:, 0]
        result: Floats = direct - ((self.shrunk * total)[:, np.newaxis] @ self.sums)[:, 0]
        return result


class _Field:
    """Waveforms of some kinds at several frequencies."""

    def __init__(
        self,
        values: _Values,
        frequency: Floats,
        shapes: Shapes,
        baseline: float,
        highest: float,
        quick: bool,
    ) -> None:
        self.frequency = frequency
        self._values, self._shapes, self._baseline = values, shapes, baseline
        self._h = np.arange(1, shapes.orders + 1)
        self._share = shapes.allowed(frequency, highest)
        # what repeats itself after half a cycle departs in the orders of that half
        doubled = shapes.share[0, 0] < 0.5 * shapes.share[0, 1]
        self._departing = (
            0 if quick else min(WAVEFORMS.departing * (2 if doubled else 1), shapes.orders)
        )
        self._kinds = range(1) if quick else range(len(shapes.share))
        M = len(frequency)
        self._scatter = np.full((M, values.n_groups), _FIRST_SCATTER)
        self._epoch = np.full(M, _FIRST_EPOCH)
        self._tails = np.ones((M, len(values.y)))
        self._epoch_tails = np.ones((M, len(values.first)))

    def _precision(self, kind: int, common: float) -> Floats:
        """Return the inverse prior variances of all coefficients, shape (M, C); 0 where free."""
        v, share = self._values, np.repeat(self._share[kind], 2, axis=1)
        own = np.tile((1.0 - common) * share[:, : 2 * self._departing], (1, v.n_groups))
        free = np.zeros((len(share), v.nuisance.shape[1]))
        return np.concatenate([1.0 / (common * share), 1.0 / own, free], axis=1)

    def _columns(self) -> Floats:
        v, K, D = self._values, len(self._h), 2 * self._departing
        cosine, sine = phase.unit_phasors(phase.turns(self.frequency, v.times))
        powers = np.moveaxis(phase.powers(cosine + 1j * sine, K), 0, 2)
        result = np.zeros((*cosine.shape, 2 * K + v.n_groups * D + v.nuisance.shape[1]))
        result[:, :, 0 : 2 * K : 2] = powers.real
        result[:, :, 1 : 2 * K : 2] = powers.imag
        for j in range(v.n_groups):
            rows = v.group == j
            first = 2 * K + j * D
            result[:, rows, first : first + D] = result[:, rows, :D]
        result[:, :, 2 * K + v.n_groups * D :] = v.nuisance
        return result

    def _normal(self) -> _Normal:
        v, columns = self._values, self._columns()
        variance = v.known_variance + self._scatter[:, v.group]
        inverse = self._tails / variance
        weighted = columns * inverse[:, :, np.newaxis]
        sums = np.add.reduceat(weighted, v.first, axis=1)
        pooled = np.add.reduceat(inverse, v.first, axis=1)
        shrunk = 1.0 / (self._epoch_tails / self._epoch[:, np.newaxis] + pooled)
        matrix = np.swapaxes(columns, 1, 2) @ weighted
        matrix -= np.swapaxes(sums, 1, 2) @ (shrunk[:, :, np.newaxis] * sums)
        totals = np.add.reduceat(inverse * v.y, v.first, axis=1)
        right = (v.y @ weighted) - ((shrunk * totals)[:, np.newaxis] @ sums)[:, 0]
        return _Normal(columns, variance, inverse, sums, pooled, shrunk, matrix, right)

    def _left(self, normal: _Normal, c: Floats) -> tuple[Floats, Floats]:
        """Return the term of every epoch, and what is left of every value with and without it."""
        v = self._values
        residual = v.y - (normal.columns @ c[:, :, np.newaxis])[:, :, 0]
        common = normal.shrunk * np.add.reduceat(normal.inverse * residual, v.first, axis=1)
        return common, residual - common[:, v.epoch]

    def refine(self, steps: int) -> None:
        """Bring frequencies, variances and weights into agreement (Gauss-Newton, reweighted)."""
        v = self._values
        precision = self._precision(0, WAVEFORMS.common_in_epochs[0][0])
        for step in range(steps):
            normal = self._normal()
            covariance = np.asarray(np.linalg.inv(_raised(normal.matrix, precision)))
            c = (covariance @ normal.right[:, :, np.newaxis])[:, :, 0]
            common, left = self._left(normal, c)
            if step:
                slopes = self._slopes(normal, c)
                mixed = normal.products(slopes, v)
                taken = np.add.reduceat(normal.inverse * slopes, v.first, axis=1)
                bend = (normal.inverse * slopes**2).sum(axis=1)
                bend -= (normal.shrunk * taken**2).sum(axis=1)
                bend -= np.einsum("mc,mcd,md->m", mixed, covariance, mixed)
                slope = (normal.inverse * slopes * left).sum(axis=1)
                # where the bend is too small, or lost to rounding, the longest step
                least = np.maximum(np.abs(slope) / LONGEST_STEP, 1e-300)
                self.frequency = self.frequency + slope / np.maximum(bend, least) / self._baseline
            self._reweigh(normal, covariance, common, left)

    def _slopes(self, normal: _Normal, c: Floats) -> Floats:
        """Return the derivative of the waveforms by frequency, in units of 1/baseline."""
        v, K, D = self._values, len(self._h), 2 * self._departing
        angular = 2 * np.pi * np.concatenate([self._h, np.tile(self._h[: D // 2], v.n_groups)])
        last = 2 * K + v.n_groups * D
        turned = np.zeros_like(c)
        turned[:, 0:last:2] = angular * c[:, 1:last:2]
        turned[:, 1:last:2] = -angular * c[:, 0:last:2]
        slopes: Floats = (normal.columns @ turned[:, :, np.newaxis])[:, :, 0]
        return slopes * v.elapsed / self._baseline

    def _reweigh(self, normal: _Normal, covariance: Floats, common: Floats, left: Floats) -> None:
        v = self._values
        means = normal.shrunk[:, :, np.newaxis] * normal.sums
        # variance of an epoch's term, and of what is fitted to a value, given the data
        of_epoch = normal.shrunk + ((means @ covariance) * means).sum(axis=2)
        rest = normal.columns - means[:, v.epoch]
        of_value = ((rest @ covariance) * rest).sum(axis=2) + normal.shrunk[:, v.epoch]
        known = len(v.first) - (of_epoch * self._epoch_tails).sum(axis=1) / self._epoch
        squares = (self._epoch_tails * common**2).sum(axis=1)
        self._epoch = (squares + 2 * _EPOCH_SCALE) / (np.maximum(known, 0.5) + 2 * _EPOCH_SHAPE)
        for j in range(v.n_groups):
            rows = v.group == j
            n = np.count_nonzero(rows)
            weights = normal.inverse[:, rows]
            free = np.maximum(n - (weights * of_value[:, rows]).sum(axis=1), WAVEFORMS.free * n)
            excess = (weights * left[:, rows] ** 2).sum(axis=1) / free - 1.0
            # towards a sum of squares equal to the degrees of freedom, most of the way
            scatter = self._scatter[:, j] + 0.8 * excess / (1.0 / normal.variance[:, rows]).mean(
                axis=1
            )
            self._scatter[:, j] = np.maximum(scatter, _LEAST)
        variance = v.known_variance + self._scatter[:, v.group]
        self._tails = (WAVEFORMS.tail + 1) / (WAVEFORMS.tail + left**2 / variance)
        self._epoch_tails = (WAVEFORMS.tail + 1) / (
            WAVEFORMS.tail + common**2 / self._epoch[:, np.newaxis]
        )

    def evaluate(self) -> tuple[Floats, Floats]:
        """Return log evidence, and share of the variance explained, of every frequency."""
        v, normal = self._values, self._normal()
        epoch = self._epoch[:, np.newaxis]
        flat = -0.5 * np.log(normal.variance).sum(axis=1)
        flat -= 0.5 * np.log(self._epoch_tails + epoch * normal.pooled).sum(axis=1)
        flat += len(v.first) * _LOG_TERM
        flat += _EPOCH_SHAPE * np.log(_EPOCH_SCALE / self._epoch) - _EPOCH_SCALE / self._epoch
        flat -= math.lgamma(_EPOCH_SHAPE)
        # nuisance parameters have, beforehand, as much information as one value of the group
        free = v.nuisance.shape[1]
        block = normal.matrix[:, -free:, -free:]
        flat += 0.5 * np.linalg.slogdet(_raised(block, np.zeros((len(block), free))))[1]
        counts = np.count_nonzero(v.nuisance, axis=0)
        flat -= 0.5 * np.log(np.maximum(counts, 1)).sum()
        total, explained = [], np.zeros(len(flat))
        for kind in self._kinds:
            for common_share, probability in WAVEFORMS.common_in_epochs[
                : 1 if not self._departing else None
            ]:
                precision = self._precision(kind, common_share)
                raised = _raised(normal.matrix, precision)
                c = np.asarray(np.linalg.solve(raised, normal.right[:, :, np.newaxis])[:, :, 0])
                common, left = self._left(normal, c)
                log = flat - 0.5 * (WAVEFORMS.tail + 1) * (
                    np.log1p(left**2 / (WAVEFORMS.tail * normal.variance)).sum(axis=1)
                    + np.log1p(common**2 / (WAVEFORMS.tail * epoch)).sum(axis=1)
                )
                log -= 0.5 * ((c**2 * precision).sum(axis=1) + np.linalg.slogdet(raised)[1])
                log += 0.5 * np.log(np.where(precision > 0, precision, 1.0)).sum(axis=1)
                total.append(log + np.log(self._shapes.odds[kind] * probability))
                if len(total) == 1:
                    whole = (normal.inverse * v.y**2).sum(axis=1)
                    unexplained = (normal.inverse * (left + common[:, v.epoch]) ** 2).sum(axis=1)
                    explained = 1.0 - unexplained / np.maximum(whole, 1e-300)
        return np.logaddexp.reduce(np.stack(total), axis=0), explained


def _raised(matrix: Floats, precision: Floats) -> Floats:
    """Return normal matrices with the prior's precision added; free columns stay regular."""
    result = matrix.copy()
    k = np.arange(matrix.shape[1])
    result[:, k, k] += precision + np.where(precision > 0, 0.0, 1e-9 * matrix[:, k, k] + 1e-290)
    return result
