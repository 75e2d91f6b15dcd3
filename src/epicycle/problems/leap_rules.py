"""Rules with exceptions: what every q-th member of a sequence shows instead, and so on.

A rule shows one value, but at every q-th place another rule: "28; but every 4th 29; but every
25th of these 28; but every 4th of these 29" are the lengths of Februaries.  The rule is read off a
sequence: the most frequent value first, then the greatest common divisor of the distances between
all other places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.problems.clock import Integers

#: Exceptions to exceptions, at most.
_DEEPEST = 6


@dataclass(frozen=True)
class Rule:
    """A value, and the rule at every `every`-th place instead.

    Attributes
    ----------
    value : int
        What places show.
    every, first : int
        Places first, first + every, ... follow `but`; 0 where there is no exception.
    but : Rule or None
        The rule of these places, counted from the first of them.
    open : bool
        Whether the exception was seen once only: `every` is then the least number that does not
        contradict the sequence, and any larger one would do.
    """

    value: int
    every: int = 0
    first: int = 0
    but: Rule | None = None
    open: bool = False

    @property
    def parameters(self) -> int:
        """Number of values that were learned."""
        return 1 if self.but is None else 3 + self.but.parameters

    @property
    def period(self) -> int:
        """Places after which all repeats."""
        return 1 if self.but is None else self.every * self.but.period

    @property
    def is_open(self) -> bool:
        """Whether any exception of it was seen once only."""
        return self.open or (self.but is not None and self.but.is_open)

    def show(self, place: Integers) -> Integers:
        """Return what places show."""
        result = np.full(len(place), self.value, dtype=np.int64)
        if self.but is not None:
            there = (place - self.first) % self.every == 0
            result[there] = self.but.show((place[there] - self.first) // self.every)
        return result

    def with_every(self, every: int) -> Rule:
        """Return the rule whose open exception, if any, comes at every so many places."""
        if self.but is None:
            return self
        if self.open:
            return Rule(self.value, every, self.first % every, self.but, open=True)
        return Rule(self.value, self.every, self.first, self.but.with_every(every))

    @property
    def open_every(self) -> int:
        """Number of places of the open exception, as read off the sequence; 0 if none is open."""
        if self.but is None:
            return 0
        return self.every if self.open else self.but.open_every


def find_rule(values: Integers, known: NDArray[np.bool_], depth: int = 0) -> Rule | None:
    """Return the rule of a sequence, or None where it has none.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        What each place shows, none of it negative.
    known : ndarray of bool, shape (n,)
        Which places were seen; at least one.
    """
    counts = np.bincount(values[known])
    value = int(np.argmax(counts))
    others = np.flatnonzero(known & (values != value))
    if not len(others):
        return Rule(value)
    if depth == _DEEPEST:
        return None
    if len(others) == 1:
        seen = np.flatnonzero(known)
        # nearer exceptions would have been seen on one side or the other
        every = int(max(others[0] - seen[0], seen[-1] - others[0])) + 1
        if every < 2:
            return None
        return Rule(value, every, int(others[0]) % every, Rule(int(values[others[0]])), open=True)
    every = math.gcd(*np.diff(others).tolist())
    if every < 2:
        return None
    first = int(others[0]) % every
    but = find_rule(values[first::every], known[first::every], depth + 1)
    return None if but is None else Rule(value, every, first, but)


@dataclass(frozen=True)
class Round:
    """Rules that take turns: place m follows rule m modulo their number.

    Attributes
    ----------
    rules : tuple of Rule
        One for each place of the round.
    """

    rules: tuple[Rule, ...]

    @property
    def parameters(self) -> int:
        """Number of values that were learned; rules that are equal are learned once each."""
        return 1 + sum(rule.parameters for rule in self.rules)

    @property
    def period(self) -> int:
        """Places after which all repeats."""
        return len(self.rules) * math.lcm(*(rule.period for rule in self.rules))

    @property
    def is_open(self) -> bool:
        """Whether any exception was seen once only."""
        return any(rule.is_open for rule in self.rules)

    @property
    def open_every(self) -> int:
        """Least number of places of the open exceptions that contradicts no rule."""
        return max(rule.open_every for rule in self.rules)

    def show(self, place: Integers) -> Integers:
        """Return what places show."""
        result = np.zeros(len(place), dtype=np.int64)
        n = len(self.rules)
        for k, rule in enumerate(self.rules):
            mine = place % n == k
            result[mine] = rule.show(place[mine] // n)
        return result

    def with_every(self, every: int) -> Round:
        """Return the rules with open exceptions at every so many places."""
        return Round(tuple(rule.with_every(every) for rule in self.rules))


def find_round(values: Integers, known: NDArray[np.bool_], longest: int) -> Round | None:
    """Return the rules of a sequence that take the fewest numbers, or None where it has none.

    Parameters
    ----------
    values, known
        As for :func:`find_rule`.
    longest : int
        Largest number of rules.
    """
    best = None
    for n in range(1, longest + 1):
        rules: list[Rule] = []
        for k in range(n):
            there = known[k::n]
            rule = find_rule(values[k::n], there) if there.any() else None
            if rule is None:
                break
            rules.append(rule)
        if len(rules) < n:
            continue
        found = Round(tuple(rules))
        if best is None or found.parameters < best.parameters:
            best = found
    # rules that take as many numbers as they tell say nothing
    if best is None or _TOLD * best.parameters > known.sum():
        return None
    return best


#: A rule is to tell this many times as many values as it takes numbers.
_TOLD = 4
