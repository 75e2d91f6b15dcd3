"""Where else a cycle may stand: places, the lines that it has there, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.nearby import Lines
from epicycle.samples.arrays import Floats


@dataclass(frozen=True)
class Place:
    """Where a cycle may stand.

    Attributes
    ----------
    frequency : float
        Of its fundamental.
    orders : tuple of int
        Of its lines there.
    lead : int
        The order of the line that is the image of the cycle's strongest.
    shared : bool
        Whether the two are the same line.
    kind : str
        What links the two, as in :class:`epicycle.evidence.aliases.Alias`.
    distance : float
        By what, in frequency.
    """

    frequency: float
    orders: tuple[int, ...]
    lead: int
    shared: bool
    kind: str
    distance: float


@dataclass(frozen=True)
class Case:
    """A cycle and where it may stand instead.

    Attributes
    ----------
    own : Fundamental
        The cycle.
    order : int
        Order of its strongest line.
    alone, whole : tuple of int
        Numbers of its strongest line, and of all its lines.
    places : list of Place
        Where else it may stand.
    """

    own: Fundamental
    order: int
    alone: Lines
    whole: Lines
    places: list[Place]

    def is_richer(self, place: Place) -> bool:
        """Return whether the cycle has more lines there."""
        return len(place.orders) > len(self.own.orders)

    def rest(self, place: Place) -> list[float]:
        """Return the frequencies there of all lines but the leading one."""
        if self.is_richer(place):
            return []
        return [o * place.frequency for o in place.orders if o != place.lead]

    def single(self) -> Iterator[tuple[Lines, float]]:
        """Yield the frequencies whose power counts, each with the lines put back there."""
        yield self.alone, self.order * self.own.frequency
        yield from ((self.whole, o * self.own.frequency) for o in self.own.orders)
        for place in filter(self.is_richer, self.places):
            yield self.alone, place.frequency
            yield from (((), f) for f in new_lines(self.own, place))

    def nearby(self) -> Iterator[tuple[Lines, float]]:
        """Yield the frequencies around which the highest power counts, in the same form."""
        for place in self.places:
            if not self.is_richer(place):
                yield self.alone, place.lead * place.frequency


def new_lines(own: Fundamental, place: Place) -> list[float]:
    """Return the frequencies at which a place has lines that the cycle lacks."""
    has = {round(o * own.frequency / place.frequency) for o in own.orders}
    return [o * place.frequency for o in place.orders if o not in has]


def moved_to(structure: Structure, k: int, place: Place) -> Structure:
    """Return the lines with fundamental `k` at a place."""
    fundamentals = structure.fundamentals()
    fundamentals[k] = fundamentals[k]._replace(frequency=place.frequency, orders=place.orders)
    return Structure.of(fundamentals)


def is_free(place: Place, others: Floats, width: float) -> bool:
    """Return whether the lines of a place stay clear of those of the other cycles."""
    at = np.array(place.orders) * place.frequency
    return not bool((np.abs(np.subtract.outer(at, others)) < width).any())
