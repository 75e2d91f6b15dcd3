r"""Columns of lines and their sums of products: what normal equations are made of.

With the columns of all lines as rows of a matrix C, and u the time in units of half the baseline,
every normal equation of a fit, linear or for its frequencies, is put together from

.. math:: G_m = \sum_i w_i u_i^m C_{:i} C_{:i}^T , \qquad h_m = \sum_i w_i u_i^m C_{:i} y_i .

They are computed once for each line, when its columns are, and kept while the same data are fitted
over and over: a further line costs its own two columns and one row of products, not the whole
matrix again.  A line whose frequency has moved by very little need not be computed anew either,
see :class:`Selection`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import Structure, line_columns
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Multiplications in one product of matrices.  Larger ones BLAS would split among threads, which
#: then spin while they wait for each other, and would not stay in cache.
_PRODUCT = 1 << 18

#: Columns whose products are taken together, where many are new: each takes part of the time.
_TOGETHER = 8

#: Columns of a line serve up to this turn, in radians per half baseline: 0.003/baseline.  What
#: they lack is below 5e-5 of the amplitude, which matters even where the residual is not noise.
REACH = 0.01


@dataclass(frozen=True)
class Selection:
    """The rows of a structure's columns among all that are kept.

    Attributes
    ----------
    rows : ndarray of int, shape (p + 2 L,)
        Nuisance columns, then cosine and sine of each line.
    turn : ndarray, shape (L,)
        By how much the phase of each line turns, in radians per half baseline, from the frequency
        at which its columns were computed to its own: ``cos(x + turn u) = cos x - turn u sin x``
        to first order.
    """

    rows: NDArray[np.intp]
    turn: Floats


class Products:
    """Columns of lines, with their sums of products under the weights of the data.

    Parameters
    ----------
    data : Data
        The regression problem.

    Attributes
    ----------
    time : ndarray, shape (n,)
        Time in units of half the baseline.
    """

    def __init__(self, data: Data) -> None:
        # it is kept with the data: were it to refer to them, they would stay when nobody needs them
        self._data: Data = weakref.proxy(data)
        self._fixed = data.nuisance.shape[1]
        self.time: Floats = data.times.to_float() * (2.0 / data.baseline)
        self._powers = 3
        self._used = 0
        n_sets, n_outputs = data.weights.shape[1], data.y.shape[1]
        self._columns = np.empty((0, len(self.time)))
        self._gram = np.empty((n_sets, self._powers, 0, 0))
        self._moment = np.empty((n_outputs, 2, 0))
        self._frequency = np.empty(0)
        self._drift = np.empty(0)
        self._order = np.empty(0, dtype=np.intp)
        self._latest = np.empty(0, dtype=np.intp)
        self._weighted = np.stack([data.weights_of(j) * data.y[:, j] for j in range(n_outputs)])
        self._reserve(self._fixed)
        self._columns[: self._fixed] = data.nuisance.T
        self._used = self._fixed
        self._add(np.arange(self._fixed))

    @staticmethod
    def of(data: Data) -> Products:
        """Return the products kept with the data."""
        kept = data.memo.get("products")
        if not isinstance(kept, Products):
            kept = data.memo["products"] = Products(data)
        return kept

    def gram(self, weights: int, rows: NDArray[np.intp]) -> Floats:
        """Return G of some columns with one set of weights, shape (powers, m, m)."""
        result: Floats = self._gram[weights][:, rows[:, np.newaxis], rows]
        return result

    def moment(self, output: int, rows: NDArray[np.intp]) -> Floats:
        """Return h of some columns and one output, shape (2, m)."""
        result: Floats = self._moment[output][:, rows]
        return result

    def sum_of(self, coefficients: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return linear combinations of some columns: shapes (m, k) -> (k, n)."""
        count = coefficients.shape[1]
        # at least two, for what multiplies a matrix with a single vector is split sooner
        spread = np.zeros((max(count, 2), self._used))
        spread[:count, rows] = coefficients.T
        result = np.empty((len(spread), len(self.time)))
        for block in self._blocks(len(spread)):
            np.matmul(spread, self._columns[: self._used, block], out=result[:, block])
        return result[:count]

    def along(self, values: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return inner products with some columns: shapes (k, n) -> (m, k)."""
        result = np.zeros((len(values), self._used))
        for block in self._blocks(len(values)):
            result += values[:, block] @ self._columns[: self._used, block].T
        return result[:, rows].T

    def _blocks(self, count: int) -> Iterator[slice]:
        """Yield blocks of samples for a product of all columns with `count` others."""
        size = max(16, _PRODUCT // (count * self._used))
        for start in range(0, len(self.time), size):
            yield slice(start, start + size)

    def select(self, structure: Structure, reach: Floats) -> Selection:
        """Return where the columns of a structure are, computing those that are not there.

        Parameters
        ----------
        structure : Structure
            The lines.
        reach : ndarray, shape (L,)
            Largest turn up to which columns of a neighbouring frequency serve.
        """
        if structure.drifting.any():
            self._extend_powers()
        frequency = structure.frequency[structure.parent]
        drift = structure.drift[structure.parent]
        turn = (
            np.pi
            * self._data.baseline
            * structure.order
            * (frequency - self._frequency[:, np.newaxis])
        )
        unlike = (structure.order != self._order[:, np.newaxis]) | (
            drift != self._drift[:, np.newaxis]
        )
        distance = np.where(unlike, np.inf, np.abs(turn))
        slot = np.full(len(frequency), -1, dtype=np.intp)
        if len(distance):
            nearest = distance.argmin(axis=0)
            close = distance[nearest, np.arange(len(slot))] <= reach
            taken: set[int] = set()
            for line, place in enumerate(nearest.tolist()):
                # two lines never share their columns, however close they are drawn
                if close[line] and place not in taken:
                    slot[line] = place
                taken.add(place)
        missing = np.flatnonzero(slot < 0)
        if len(missing):
            slot[missing] = self._compute(structure, missing, slot[slot >= 0])
            turn = (
                np.pi
                * self._data.baseline
                * structure.order
                * (frequency - self._frequency[:, np.newaxis])
            )
        self._latest = slot
        first = self._fixed + 2 * slot
        rows = np.concatenate([np.arange(self._fixed), np.stack([first, first + 1], 1).ravel()])
        return Selection(rows, turn[slot, np.arange(len(slot))])

    def _compute(
        self, structure: Structure, lines: NDArray[np.intp], needed: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Compute the columns of some lines; return their places among the lines that are kept."""
        # the latest ones may be asked for again; older ones make room
        is_free = np.ones(len(self._frequency), dtype=bool)
        is_free[needed] = is_free[self._latest] = False
        free = np.flatnonzero(is_free)[: len(lines)]
        more = len(lines) - len(free)
        slots = np.concatenate([free, len(self._frequency) + np.arange(more)])
        if more:
            self._frequency = np.concatenate([self._frequency, np.empty(more)])
            self._drift = np.concatenate([self._drift, np.empty(more)])
            self._order = np.concatenate([self._order, np.empty(more, dtype=np.intp)])
        self._reserve(self._fixed + 2 * len(self._frequency))
        self._used = self._fixed + 2 * len(self._frequency)
        parent, order = structure.parent[lines], structure.order[lines]
        self._frequency[slots] = structure.frequency[parent]
        self._drift[slots] = structure.drift[parent]
        self._order[slots] = order
        fresh = line_columns(replace(structure, parent=parent, order=order), self._data)
        rows = (self._fixed + 2 * slots[:, np.newaxis] + [0, 1]).ravel()
        self._columns[rows] = fresh.T
        self._add(rows)
        return slots

    def _reserve(self, count: int) -> None:
        """Make room for `count` columns."""
        have = len(self._columns)
        if count <= have:
            return
        # untouched memory is free
        size = max(count, 2 * have, 16)
        columns = np.empty((size, len(self.time)))
        columns[: self._used] = self._columns[: self._used]
        gram = np.zeros((*self._gram.shape[:2], size, size))
        gram[..., :have, :have] = self._gram
        moment = np.zeros((*self._moment.shape[:2], size))
        moment[..., :have] = self._moment
        self._columns, self._gram, self._moment = columns, gram, moment

    def _add(self, rows: NDArray[np.intp]) -> None:
        """Compute the products of new columns with all others and with the data."""
        groups = [rows[k : k + _TOGETHER] for k in range(0, len(rows), _TOGETHER)]
        most, n_sets, n_outputs = min(len(rows), _TOGETHER), len(self._gram), len(self._weighted)
        sums = np.zeros((len(groups), n_sets, self._powers * most, self._used))
        moments = np.zeros((len(groups), 2 * n_outputs, most))
        for block in self._blocks(self._powers * most):
            columns = self._columns[: self._used, block]
            time = self.time[block]
            weighted = self._weighted[:, block]
            targets = np.concatenate([weighted, weighted * time])
            for p, group in enumerate(groups):
                fresh = self._columns[group, block]
                moments[p, :, : len(group)] += targets @ fresh.T
                for j, w in enumerate(self._data.weights[block].T):
                    strengths = np.empty((self._powers, len(group), len(time)))
                    np.multiply(fresh, w, out=strengths[0])
                    for power in range(1, self._powers):
                        np.multiply(strengths[power - 1], time, out=strengths[power])
                    flat = strengths.reshape(-1, len(time))
                    sums[p, j, : len(flat)] += flat @ columns.T
        for p, group in enumerate(groups):
            k = len(group)
            self._moment[:, 0, group] = moments[p, :n_outputs, :k]
            self._moment[:, 1, group] = moments[p, n_outputs:, :k]
            for j in range(n_sets):
                part = sums[p, j, : self._powers * k].reshape(self._powers, k, self._used)
                self._gram[j][:, group, : self._used] = part
                self._gram[j][:, : self._used, group] = part.transpose(0, 2, 1)

    def _extend_powers(self) -> None:
        """Go up to the fourth power of the time, which the slopes of drifts need."""
        if self._powers == 5:
            return
        self._powers = 5
        sets, _, size, _ = self._gram.shape
        self._gram = np.zeros((sets, 5, size, size))
        self._add(np.arange(self._used))
