"""Which lines a model has, and the columns that they contribute to its design matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.multiples import FEWEST, are_many, phasors
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


class Fundamental(NamedTuple):
    """One frequency and the lines on it; see :class:`Structure` for the fields."""

    frequency: float
    orders: tuple[int, ...]
    fixed: bool = False
    drift: float = 0.0
    drifting: bool = False

    def divided(self, divisor: int, orders: Iterable[int]) -> Fundamental:
        """Return the fundamental at an integer fraction of the frequency, with other orders."""
        return self._replace(
            frequency=self.frequency / divisor,
            drift=self.drift / divisor,
            orders=tuple(sorted(orders)),
        )

    def without(self, order: int) -> Fundamental | None:
        """Return the fundamental without one of its lines, or None if it was the only one.

        A line that stays behind alone is a fundamental itself, at its own frequency.
        """
        left = tuple(o for o in self.orders if o != order)
        if len(left) > 1:
            return self._replace(orders=left)
        if not left:
            return None
        return self.multiple(left[0])

    def multiple(self, order: int, orders: Iterable[int] = (1,)) -> Fundamental:
        """Return the cycle at one of its orders, with orders of its own."""
        return self._replace(
            frequency=self.frequency * order, drift=self.drift * order, orders=tuple(orders)
        )


@dataclass(frozen=True)
class Structure:
    """Which lines there are, and which of them share a frequency.

    Attributes
    ----------
    frequency : ndarray, shape (K,)
        Fundamental frequencies.
    parent : ndarray of int, shape (L,)
        Index of the fundamental of each line.
    order : ndarray of int, shape (L,)
        Multiple of the fundamental at which each line stands.
    fixed : ndarray of bool, shape (K,)
        Frequencies that are known and not refined.
    drift : ndarray, shape (K,)
        Change of each frequency per unit of time; `frequency` is that at time 0.
    drifting : ndarray of bool, shape (K,)
        Whose drift is refined; the others have none.
    trains : tuple of tuple of (int, int)
        Gear trains: each lists (fundamental, integer) for those whose frequencies, and drifts,
        stay in the ratio of these integers.
    """

    frequency: Floats
    parent: NDArray[np.intp]
    order: NDArray[np.intp]
    fixed: NDArray[np.bool_]
    drift: Floats
    drifting: NDArray[np.bool_]
    trains: tuple[tuple[tuple[int, int], ...], ...] = ()

    @staticmethod
    def empty() -> Structure:
        """Return a structure without lines."""
        none = np.empty(0, dtype=np.intp)
        no = np.empty(0, dtype=bool)
        return Structure(np.empty(0), none, none, no, np.empty(0), no)

    @property
    def line_frequency(self) -> Floats:
        """Frequency of every line, shape (L,)."""
        result: Floats = self.order * self.frequency[self.parent]
        return result

    def plus(
        self, frequency: float, orders: tuple[int, ...] = (1,), fixed: bool = False
    ) -> Structure:
        """Return the structure with one more fundamental, carrying lines of the given orders."""
        return Structure(
            np.append(self.frequency, frequency),
            np.append(self.parent, [len(self.frequency)] * len(orders)).astype(np.intp),
            np.append(self.order, orders).astype(np.intp),
            np.append(self.fixed, fixed),
            np.append(self.drift, 0.0),
            np.append(self.drifting, False),
            self.trains,
        )

    def with_drift(self, drifting: NDArray[np.bool_]) -> Structure:
        """Return the structure with the drift of some fundamentals set free."""
        return replace(self, drift=np.where(drifting, self.drift, 0.0), drifting=drifting)

    def in_train(self, ratios: dict[int, int], frequency: float) -> Structure:
        """Return the structure with fundamentals locked to integer multiples of a frequency.

        Parameters
        ----------
        ratios : dict of int to int
            The multiple at which each of the fundamentals stands.
        frequency : float
            The frequency of which they are multiples, to start from.
        """
        members = np.array(list(ratios))
        multiple = np.array(list(ratios.values()))
        moved, drift, drifting = self.frequency.copy(), self.drift.copy(), self.drifting.copy()
        moved[members] = multiple * frequency
        drifting[members] = drifting[members].any()
        # the fastest tells most about the drift
        fastest = int(multiple.argmax())
        drift[members] = multiple * (self.drift[members[fastest]] / multiple[fastest])
        train = tuple(ratios.items())
        return replace(
            self, frequency=moved, drift=drift, drifting=drifting, trains=(*self.trains, train)
        )

    @property
    def n_free(self) -> int:
        """Number of frequencies and drifts that are refined."""
        if not self.trains:
            return int(np.count_nonzero(~self.fixed) + np.count_nonzero(self.drifting))
        moving = np.flatnonzero(np.append(~self.fixed, self.drifting))
        return int(self.directions(moving).shape[1])

    def directions(self, moving: NDArray[np.intp]) -> Floats:
        """Return how parameters answer to the free ones among them, shape (len(moving), m).

        `moving` indexes the frequencies followed by the drifts.  Without a train this is the
        identity.
        """
        if not self.trains:
            return np.eye(len(moving))
        count = len(self.frequency)
        leader = np.arange(2 * count)
        gain = np.ones(2 * count)
        for train in self.trains:
            first, unit = train[0]
            for k, multiple in train:
                leader[[k, count + k]] = first, count + first
                gain[[k, count + k]] = multiple / unit
        free, column = np.unique(leader[moving], return_inverse=True)
        result = np.zeros((len(moving), len(free)))
        result[np.arange(len(moving)), column] = gain[moving]
        return result

    def orders_of(self, k: int) -> tuple[int, ...]:
        """Return the orders of the lines on fundamental `k`, ascending."""
        return tuple(sorted(int(o) for o in self.order[self.parent == k]))

    def fundamentals(self) -> list[Fundamental]:
        """Return every fundamental with its orders; trains are not among them."""
        return [
            Fundamental(
                float(f),
                self.orders_of(k),
                bool(self.fixed[k]),
                float(self.drift[k]),
                bool(self.drifting[k]),
            )
            for k, f in enumerate(self.frequency)
        ]

    def without_line(self, line: int) -> Structure:
        """Return the structure without one line; the other lines of its cycle stay."""
        fundamentals = self.fundamentals()
        k = int(self.parent[line])
        rest = fundamentals[k].without(int(self.order[line]))
        fundamentals[k : k + 1] = [] if rest is None else [rest]
        return Structure.of(fundamentals)

    @staticmethod
    def of(fundamentals: list[Fundamental]) -> Structure:
        """Return the structure made of `fundamentals`, the inverse of :meth:`fundamentals`."""
        result = Structure.empty()
        for one in fundamentals:
            result = result.plus(one.frequency, one.orders, one.fixed)
        return replace(
            result,
            drift=np.array([one.drift for one in fundamentals], dtype=np.float64),
            drifting=np.array([one.drifting for one in fundamentals], dtype=bool),
        )


def design(data: Data, structure: Structure) -> Floats:
    """Return the columns of the linear part, shape (n, p + 2 L)."""
    return np.hstack([data.nuisance, line_columns(structure, data)])


def all_columns(data: Data, structure: Structure) -> Floats:
    """Return the columns of :func:`design` as rows, shape (p + 2 L, n); for few samples."""
    p = data.nuisance.shape[1]
    columns = np.empty((p + 2 * len(structure.order), len(data.times)))
    columns[:p] = data.nuisance.T
    if len(structure.order):
        base = phase.turns(structure.frequency, data.times)
        if structure.drifting.any():
            base = base + 0.5 * structure.drift[:, np.newaxis] * data.times.to_float() ** 2
        written = _write_many(columns[p:], base, structure.parent, structure.order)
        left = np.flatnonzero(~written)
        turns = phase.wrap(structure.order[left, np.newaxis] * base[structure.parent[left]])
        columns[p + 2 * left], columns[p + 1 + 2 * left] = phase.unit_phasors(turns)
    return columns


def line_columns(structure: Structure, data: Data) -> Floats:
    """Return the cosine and sine column of every line in turn, shape (n, 2 L)."""
    columns = np.empty((len(data.times), 2 * len(structure.order)))
    used, where = np.unique(structure.parent, return_inverse=True)
    base = phase.turns(structure.frequency[used], data.times)
    if structure.drifting.any():
        # a drift turns a phase by few enough cycles for plain floats
        base = base + 0.5 * structure.drift[used][:, np.newaxis] * data.times.to_float() ** 2
    written = _write_many(columns.T, base, where, structure.order)
    for line in np.flatnonzero(~written).tolist():
        turns = phase.wrap(structure.order[line] * base[where[line]])
        columns[:, 2 * line], columns[:, 2 * line + 1] = phase.unit_phasors(turns)
    return columns


def of_many(parent: NDArray[np.intp], order: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return the lines of each fundamental with many orders."""
    frequent = np.flatnonzero(np.bincount(parent) >= FEWEST).tolist()
    candidates = (np.flatnonzero(parent == k) for k in frequent)
    return [lines for lines in candidates if are_many(order[lines])]


def _write_many(
    rows: Floats, base: Floats, parent: NDArray[np.intp], order: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Write cosines and sines of fundamentals with many orders; return which lines these are."""
    written = np.zeros(len(order), dtype=bool)
    for lines in of_many(parent, order):
        orders = order[lines]
        for block, powers in phasors(phase.wrap(base[parent[lines[0]]]), int(orders.max())):
            rows[2 * lines, block] = powers.real[orders - 1]
            rows[2 * lines + 1, block] = powers.imag[orders - 1]
        written[lines] = True
    return written
