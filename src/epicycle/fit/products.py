r"""Columns of lines and their sums of products: what normal equations are made of.

With the columns of all lines as rows of a matrix C, and u the time in units of half the baseline,
every normal equation of a fit, linear or for its frequencies, is put together from

.. math:: G_m = \sum_i w_i u_i^m C_{:i} C_{:i}^T , \qquad h_m = \sum_i w_i u_i^m C_{:i} y_i .

They are computed once for each line, when its columns are, and kept while the same data are fitted
over and over: a further line costs its own two columns and one row of products, not the whole
matrix again.  A line whose frequency has moved by very little need not be computed anew either,
see :class:`Selection`.

The lines of a fundamental with many orders are computed together, at one frequency: a *unit*,
whose products among themselves are put together from a few sums, see
:mod:`epicycle.fit.multiples`.  Products of a unit with other lines are computed when a structure
has both, so that there are none with its own copies at frequencies of other steps.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import Structure, line_columns, of_many
from epicycle.fit.multiples import FEWEST, products_from, sums_of
from epicycle.samples import phase
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
        # a number for each unit, a negative one for each single line, none of them used again, and
        # the pairs of line or unit with unit whose products are there
        self._name = np.empty(0, dtype=np.intp)
        self._last_name = 0
        self._met: set[tuple[int, int]] = set()
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
        gram, pieces = self._gram[weights], _pieces(rows)
        if len(rows) <= 2 * FEWEST * len(pieces):
            alike: Floats = gram[:, rows[:, np.newaxis], rows]
            return alike
        # long pieces are copied faster than numbers
        result = np.empty((self._powers, len(rows), len(rows)))
        for to, kept in pieces:
            for other_to, other_kept in pieces:
                result[:, to, other_to] = gram[:, kept, other_kept]
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
        first, *others = self._spans(rows)
        for block in self._blocks(len(spread)):
            np.matmul(spread[:, first], self._columns[first, block], out=result[:, block])
            for span in others:
                result[:, block] += spread[:, span] @ self._columns[span, block]
        return result[:count]

    def along(self, values: Floats, rows: NDArray[np.intp]) -> Floats:
        """Return inner products with some columns: shapes (k, n) -> (m, k)."""
        result = np.zeros((len(values), self._used))
        spans = self._spans(rows)
        for block in self._blocks(len(values)):
            for span in spans:
                result[:, span] += values[:, block] @ self._columns[span, block].T
        return result[:, rows].T

    def _spans(self, rows: NDArray[np.intp]) -> list[slice]:
        """Return where some columns are: all that are kept, unless many of these are others."""
        if self._used - len(rows) <= 4 * FEWEST:
            return [slice(0, self._used)]
        return [span for _, span in _pieces(np.sort(rows), 2 * FEWEST)]

    def _blocks(self, count: int, width: int | None = None) -> Iterator[slice]:
        """Yield blocks of samples for a product of `width` columns, or all, with `count` others."""
        size = max(16, _PRODUCT // (count * (width or self._used)))
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
        # what drifts is computed line by line
        steady = (structure.drift == 0.0) & ~structure.drifting
        many = of_many(structure.parent, structure.order)
        units = [lines for lines in many if steady[structure.parent[lines[0]]]]
        single = np.ones(len(structure.order), dtype=bool)
        for lines in units:
            single[lines] = False
        slot = self._singles(structure, reach, single)
        for lines in units:
            slot[lines] = self._whole(structure, lines, reach, slot)
        missing = np.flatnonzero((slot < 0) & single)
        if len(missing):
            slot[missing] = self._compute(structure, missing, slot[slot >= 0])
        for lines in units:
            if slot[lines[0]] < 0:
                slot[lines] = self._compute_unit(structure, lines, slot[slot >= 0])
        self._introduce(slot)
        self._latest = slot
        rows = np.concatenate([np.arange(self._fixed), self._rows_of(slot)])
        return Selection(rows, self._turns(structure, slot))

    def _turns(self, structure: Structure, slots: NDArray[np.intp]) -> Floats:
        """Return by how much lines turn from the frequencies of columns, which broadcast."""
        apart = structure.frequency[structure.parent] - self._frequency[slots]
        result: Floats = np.pi * self._data.baseline * structure.order * apart
        return result

    def _singles(
        self, structure: Structure, reach: Floats, wanted: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Return where each of the wanted lines is, unless within a unit; -1 for nowhere."""
        slot = np.full(len(structure.order), -1, dtype=np.intp)
        places, lines = np.flatnonzero(self._name < 0), np.flatnonzero(wanted)
        if not len(places) or not len(lines):
            return slot
        turn = self._turns(structure, places[:, np.newaxis])[:, lines]
        unlike = (structure.order[lines] != self._order[places, np.newaxis]) | (
            structure.drift[structure.parent[lines]] != self._drift[places, np.newaxis]
        )
        distance = np.where(unlike, np.inf, np.abs(turn))
        nearest = distance.argmin(axis=0)
        close = distance[nearest, np.arange(len(lines))] <= reach[lines]
        taken: set[int] = set()
        for line, place in enumerate(nearest.tolist()):
            # two lines never share their columns, however close they are drawn
            if close[line] and place not in taken:
                slot[lines[line]] = places[place]
            taken.add(place)
        return slot

    def _whole(
        self, structure: Structure, lines: NDArray[np.intp], reach: Floats, taken: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Return where all lines of a fundamental are within one unit; -1 for nowhere."""
        order = structure.order[lines]
        frequency = structure.frequency[structure.parent[lines[0]]]
        found = np.full(len(lines), -1, dtype=np.intp)
        least = np.inf
        units = self._name[self._name > 0]
        for unit in np.setdiff1d(units, self._name[taken[taken >= 0]]).tolist():
            slots = np.flatnonzero(self._name == unit)
            slots = slots[np.argsort(self._order[slots], kind="stable")]
            place = np.minimum(np.searchsorted(self._order[slots], order), len(slots) - 1)
            apart = abs(frequency - self._frequency[slots[0]])
            turn = np.pi * self._data.baseline * order * apart
            there = (self._order[slots[place]] == order) & (turn <= reach[lines])
            if apart < least and there.all():
                found, least = slots[place], apart
        return found

    def _compute(
        self, structure: Structure, lines: NDArray[np.intp], needed: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Compute the columns of some lines; return their places among the lines that are kept."""
        free, behind = np.flatnonzero(self._free(needed)), len(self._frequency)
        slots = np.append(free, behind + np.arange(len(lines)))[: len(lines)]
        self._assign(structure, lines, slots)
        self._last_name += len(slots)
        self._name[slots] = np.arange(len(slots)) - self._last_name
        parent, order = structure.parent[lines], structure.order[lines]
        fresh = line_columns(replace(structure, parent=parent, order=order), self._data)
        rows = self._rows_of(slots)
        self._columns[rows] = fresh.T
        self._add(rows)
        return slots

    def _compute_unit(
        self, structure: Structure, lines: NDArray[np.intp], needed: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Compute the columns of all lines of a fundamental; return their places, side by side."""
        data, count = self._data, len(lines)
        used = np.flatnonzero(~self._free(needed))
        begins, ends = np.append(0, used + 1), np.append(used, len(self._frequency))
        start = int(np.append(begins[ends - begins >= count], begins[-1])[0])
        slots = start + np.arange(count)
        self._assign(structure, lines, slots)
        self._last_name += 1
        self._name[slots] = self._last_name
        order = structure.order[lines]
        turns = phase.turns(structure.frequency[structure.parent[lines[0]]], data.times)
        powers = self.time ** np.arange(self._powers)[:, np.newaxis]
        strengths = [w * powers for w in data.weights.T] + [y * powers[:2] for y in self._weighted]
        rows = slice(self._fixed + 2 * start, self._fixed + 2 * (start + count))
        sums = sums_of(self._columns[rows], turns, order, np.concatenate(strengths), _PRODUCT)
        n_gram = len(self._gram) * self._powers
        own = products_from(sums[:n_gram], order)
        self._gram[:, :, rows, rows] = own.reshape(*self._gram.shape[:2], *own.shape[1:])
        moment = np.ascontiguousarray(sums[n_gram:, order]).view(np.float64)
        self._moment[:, :, rows] = moment.reshape(*self._moment.shape[:2], 2 * count)
        self._multiply(np.arange(self._fixed), rows)
        return slots

    def _free(self, needed: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which places may be used: the latest ones may be asked for again."""
        result = np.ones(len(self._frequency), dtype=bool)
        result[needed] = result[self._latest] = False
        return result

    def _assign(
        self, structure: Structure, lines: NDArray[np.intp], slots: NDArray[np.intp]
    ) -> None:
        """Give places to lines, behind those that there are if need be."""
        more = max(int(slots.max()) + 1 - len(self._frequency), 0)
        self._frequency = np.append(self._frequency, np.empty(more))
        self._drift = np.append(self._drift, np.empty(more))
        self._order = np.append(self._order, np.empty(more, dtype=np.intp))
        self._name = np.append(self._name, np.empty(more, dtype=np.intp))
        self._reserve(self._fixed + 2 * len(self._frequency))
        self._used = self._fixed + 2 * len(self._frequency)
        parent = structure.parent[lines]
        self._frequency[slots] = structure.frequency[parent]
        self._drift[slots] = structure.drift[parent]
        self._order[slots] = structure.order[lines]

    def _rows_of(self, slots: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the columns of some lines, cosine and sine in turn."""
        rows: NDArray[np.intp] = (self._fixed + 2 * slots[:, np.newaxis] + [0, 1]).ravel()
        return rows

    def _introduce(self, slots: NDArray[np.intp]) -> None:
        """Compute the products of units with all that has not been in a structure with them."""
        names = np.unique(self._name[slots]).tolist()
        for unit in (name for name in names if name > 0):
            pairs = {(name, unit) for name in names if name < unit} - self._met
            if pairs:
                strange = np.isin(self._name, [name for name, _ in pairs])
                own = self._rows_of(np.flatnonzero(self._name == unit))
                side_by_side = slice(int(own[0]), int(own[-1]) + 1)
                self._multiply(self._rows_of(np.flatnonzero(strange)), side_by_side)
                self._met |= pairs

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
        """Compute the products of new columns with all others but units, and with the data."""
        single = self._rows_of(np.flatnonzero(self._name < 0))
        for _, others in _pieces(np.append(np.arange(self._fixed), single)):
            self._multiply(rows, others)
        count, n_outputs = min(len(rows), _TOGETHER), len(self._weighted)
        moments = np.zeros((2 * n_outputs, len(rows)))
        for block in self._blocks(self._powers * count):
            weighted = self._weighted[:, block]
            targets = np.concatenate([weighted, weighted * self.time[block]])
            for k in range(0, len(rows), _TOGETHER):
                fresh = self._columns[rows[k : k + _TOGETHER], block]
                moments[:, k : k + _TOGETHER] += targets @ fresh.T
        self._moment[:, 0, rows] = moments[:n_outputs]
        self._moment[:, 1, rows] = moments[n_outputs:]

    def _multiply(self, rows: NDArray[np.intp], others: slice) -> None:
        """Compute the products of some columns with others that stand side by side."""
        groups = [rows[k : k + _TOGETHER] for k in range(0, len(rows), _TOGETHER)]
        most, n_sets, width = min(len(rows), _TOGETHER), len(self._gram), others.stop - others.start
        sums = np.zeros((len(groups), n_sets, self._powers * most, width))
        for block in self._blocks(self._powers * most, width):
            columns = self._columns[others, block]
            time = self.time[block]
            for p, group in enumerate(groups):
                fresh = self._columns[group, block]
                for j, w in enumerate(self._data.weights[block].T):
                    strengths = np.empty((self._powers, len(group), len(time)))
                    np.multiply(fresh, w, out=strengths[0])
                    for power in range(1, self._powers):
                        np.multiply(strengths[power - 1], time, out=strengths[power])
                    flat = strengths.reshape(-1, len(time))
                    sums[p, j, : len(flat)] += flat @ columns.T
        for p, group in enumerate(groups):
            for j in range(n_sets):
                part = sums[p, j, : self._powers * len(group)].reshape(self._powers, -1, width)
                self._gram[j][:, group, others] = part
                self._gram[j][:, others, group] = part.transpose(0, 2, 1)

    def _extend_powers(self) -> None:
        """Go up to the fourth power of the time, which the slopes of drifts need."""
        if self._powers == 5:
            return
        self._powers = 5
        sets, _, size, _ = self._gram.shape
        self._gram = np.zeros((sets, 5, size, size))
        self._multiply(np.arange(self._used), slice(0, self._used))


def _pieces(rows: NDArray[np.intp], gap: int = 1) -> list[tuple[slice, slice]]:
    """Return where rows follow one another, among themselves and among all that are kept."""
    steps = np.diff(rows)
    ends = [*(np.flatnonzero((steps < 1) | (steps > gap)) + 1).tolist(), len(rows)]
    return [
        (slice(begin, end), slice(int(rows[begin]), int(rows[end - 1]) + 1))
        for begin, end in zip([0, *ends[:-1]], ends, strict=True)
        if end > begin
    ]
