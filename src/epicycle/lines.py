"""Which lines a model has, and the columns that they contribute to its design matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle import phase
from epicycle._data import Data
from epicycle._twofloat import Floats


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
    """

    frequency: Floats
    parent: NDArray[np.intp]
    order: NDArray[np.intp]
    fixed: NDArray[np.bool_]

    @staticmethod
    def empty() -> Structure:
        """Return a structure without lines."""
        none = np.empty(0, dtype=np.intp)
        return Structure(np.empty(0), none, none, np.empty(0, dtype=bool))

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
        )

    def orders_of(self, k: int) -> tuple[int, ...]:
        """Return the orders of the lines on fundamental `k`, ascending."""
        return tuple(sorted(int(o) for o in self.order[self.parent == k]))

    def pieces(self) -> list[tuple[float, tuple[int, ...], bool]]:
        """Return (frequency, orders, fixed) of every fundamental."""
        return [
            (float(f), self.orders_of(k), bool(self.fixed[k])) for k, f in enumerate(self.frequency)
        ]

    @staticmethod
    def of(pieces: list[tuple[float, tuple[int, ...], bool]]) -> Structure:
        """Return the structure made of `pieces`, the inverse of :meth:`pieces`."""
        result = Structure.empty()
        for frequency, orders, fixed in pieces:
            result = result.plus(frequency, orders, fixed)
        return result


def design(data: Data, structure: Structure) -> Floats:
    """Return the columns of the linear part, shape (n, p + 2 L)."""
    return np.hstack([data.nuisance, line_columns(structure, data)])


def line_columns(structure: Structure, data: Data) -> Floats:
    """Return the cosine and sine column of every line in turn, shape (n, 2 L)."""
    columns = np.empty((len(data.times), 2 * len(structure.order)))
    used, where = np.unique(structure.parent, return_inverse=True)
    base = phase.turns(structure.frequency[used], data.times)
    for line, (k, order) in enumerate(zip(where, structure.order, strict=True)):
        cosine, sine = phase.unit_phasors(phase.wrap(order * base[k]))
        columns[:, 2 * line] = cosine
        columns[:, 2 * line + 1] = sine
    return columns
