"""Wheels: maps from the phase of a cycle to a class, as unequal sectors whose classes may recur.

A dial (:mod:`epicycle.nn.dials`) has equal sectors in the order of its classes.  A wheel has any:
where each begins and which class it shows is learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from epicycle.problems.clock import Integers, as_instants
from epicycle.problems.counters import Counter
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times


@dataclass(frozen=True)
class Wheel:
    """Classes on a cycle.

    Attributes
    ----------
    frequency : float
        Turns per second.
    offset : float
        Phase at the origin at which the first tick begins, in turns.
    edges : ndarray, shape (m,)
        Where sectors begin, in turns after the offset, increasing, in [0, 1).
    classes : ndarray of int, shape (m,)
        What each sector shows.
    ticks : int
        Equal parts of the turn at whose ends all edges lie; 0 where there are none.
    """

    frequency: float
    offset: float
    edges: Floats
    classes: Integers
    ticks: int = 0

    @property
    def parameters(self) -> int:
        """Numbers that were learned: frequency, offset, edges and the classes between them."""
        return 2 + 2 * len(self.edges)

    def phases(self, t: Floats) -> Floats:
        """Return phases in turns after the offset, in [0, 1), at seconds since the origin."""
        turns = phase.turns(self.frequency, Times(t, np.zeros_like(t))) - self.offset
        return np.asarray(turns - np.floor(turns))

    def tick_numbers(self, t: Floats) -> Integers:
        """Return how many ticks have passed at seconds since the origin, of a wheel with ticks."""
        u = self.phases(t)
        turn = np.rint(self.frequency * t - self.offset - u)
        return (turn * self.ticks + np.floor(u * self.ticks)).astype(np.int64)

    def sectors(self, u: Floats) -> Integers:
        """Return the sector in which each phase lies; before the first edge it is the last."""
        place = np.searchsorted(self.edges, u, side="right") - 1
        return np.asarray(place % len(self.edges))

    def read(self, t: Floats) -> Integers:
        """Return the classes at seconds since the origin."""
        found: Integers = self.classes[self.sectors(self.phases(t))]
        return found


@dataclass(frozen=True)
class Counted:
    """Digits that are told by a count of a wheel's ticks.

    Attributes
    ----------
    digits : tuple of int
        Which digits.
    wheel : Wheel
        Whose ticks are counted.
    counter : Counter
        What is told.
    """

    digits: tuple[int, ...]
    wheel: Wheel
    counter: Counter


@dataclass(frozen=True)
class WheelNetwork:
    """A clock read by wheels: one for each digit, or a rule on top of their ticks.

    Attributes
    ----------
    wheels : tuple of Wheel or None
        One for each digit; None where the digit was not learned, and reads 0.
    sizes : tuple of int
        Number of classes of each digit.
    origin : int
        Instant, in seconds, from which phases are counted.
    gears : tuple of int or None
        Turns of each digit's wheel while the slowest turns once, if all are locked; 0 for a digit
        that never changes.
    locked : bool
        Whether all wheels that turn have one common frequency.
    counted : Counted or None
        Digits that are no wheels, but told by the ticks of one.
    """

    wheels: tuple[Wheel | None, ...]
    sizes: tuple[int, ...]
    origin: int = 0
    gears: tuple[int, ...] | None = None
    locked: bool = False
    counted: Counted | None = None

    @property
    def learned(self) -> int:
        """Numbers that were learned: frequencies, each wheel's offset, edges and classes, rules."""
        turning = [w for w in self.wheels if w is not None and w.frequency]
        own = sum(w.parameters - 1 for w in self.wheels if w is not None)
        rules = 0 if self.counted is None else self.counted.counter.parameters
        return own + rules + (1 if self.locked else len(turning))

    def read(self, t: ArrayLike) -> Integers:
        """Return the digits at instants, shape (n, n_digits)."""
        since = (np.ravel(as_instants(t)) - self.origin).astype(np.float64)
        result = read_wheels(self.wheels, since)
        if self.counted is not None:
            ticks = self.counted.wheel.tick_numbers(since)
            result[:, list(self.counted.digits)] = self.counted.counter.read(ticks)
        return result

    @property
    def frequencies(self) -> Floats:
        """Frequency of each digit's wheel, in cycles per second.

        0 for a digit that never changes, NaN where there is no wheel; digits that are counted have
        the one with which all of them repeat.
        """
        found = [np.nan if wheel is None else wheel.frequency for wheel in self.wheels]
        if self.counted is not None:
            wheel = self.counted.wheel
            for k in self.counted.digits:
                found[k] = wheel.frequency * wheel.ticks / self.counted.counter.ticks
        return np.array(found)

    @property
    def dials(self) -> WheelNetwork:
        """What reads the phases: the wheels themselves."""
        return self


def read_wheels(wheels: Sequence[Wheel | None], since: Floats) -> Integers:
    """Return the classes that wheels show at seconds since the origin, shape (n, n_wheels)."""
    result = np.zeros((len(since), len(wheels)), dtype=np.int64)
    for k, wheel in enumerate(wheels):
        if wheel is not None:
            result[:, k] = wheel.read(since)
    return result
