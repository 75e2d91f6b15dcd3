"""Digits that are reset: a counter of ticks, and what is told by the items that it counts through.

The day of the month counts days, and is reset by the month; month, year and leap year are told by
the item, the month, that is counted through.  Ticks come from a wheel.  The lengths of items, and
what they show, follow rules with exceptions (:mod:`epicycle.problems.leap_rules`); where an
exception was seen once, so that samples do not say when it comes again, the one is taken with
which all that is shown, the wheels included, repeats soonest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.problems.clock import Integers
from epicycle.problems.leap_rules import Round, find_round

#: Samples of consecutive ticks that are to count by one.
_COUNTS = 0.75

#: Items seen in fewer samples than this share of the typical one are wrong labels.
_SELDOM = 0.1

#: Rules that take turns, at most; periods of an exception seen once that are tried; items of a
#: cycle after which all repeats.
_LONGEST, _TRIED, _MOST_ITEMS = 128, 16, 1 << 20


@dataclass(frozen=True)
class Counter:
    """Digits told by a count of ticks that is reset.

    Attributes
    ----------
    start : int
        The tick at which item 0 begins.
    lengths : Round
        Ticks of each item.
    shows : tuple of Round or None
        What each digit shows in an item; None for the digit that counts its ticks.
    undecided : bool
        Whether samples do not say how often an exception comes.
    """

    start: int
    lengths: Round
    shows: tuple[Round | None, ...]
    undecided: bool

    @property
    def parameters(self) -> int:
        """Number of values that were learned."""
        return 1 + self.lengths.parameters + sum(s.parameters for s in self.shows if s is not None)

    @property
    def items(self) -> int:
        """Items after which all repeats."""
        periods = (show.period for show in self.shows if show is not None)
        return math.lcm(self.lengths.period, *periods)

    @property
    def ticks(self) -> int:
        """Ticks after which all repeats."""
        return int(self.lengths.show(np.arange(self.items)).sum())

    def read(self, tick: Integers) -> Integers:
        """Return the digits at ticks, shape (n, n_digits)."""
        items = np.arange(self.items)
        ends = np.cumsum(self.lengths.show(items))
        since = (tick - self.start) % ends[-1]
        item = np.searchsorted(ends, since, side="right")
        count = since - np.where(item > 0, ends[item - 1], 0)
        columns = [count if s is None else s.show(items)[item] for s in self.shows]
        return np.stack(columns, axis=-1)


def find_counter(tick: Integers, digits: Integers, other_periods: Sequence[int]) -> Counter | None:
    """Return the counter that tells digits, or None.

    Parameters
    ----------
    tick : ndarray of int, shape (n,)
        Number of the tick of each sample.
    digits : ndarray of int, shape (n, n_digits)
        What it showed.
    other_periods : sequence of int
        Ticks after which each of the other digits repeats.
    """
    order = np.argsort(tick, kind="stable")
    tick, digits = tick[order], digits[order]
    counting = _counting(tick, digits)
    if counting is None:
        return None
    starts, shown, lengths, known = _items(tick, digits, counting)
    longest = min(_LONGEST, len(starts) // 4)
    told = find_round(lengths, known[1] & (lengths > 0), longest)
    shows: list[Round | None] = []
    for k in range(digits.shape[1]):
        show = None if k == counting else find_round(shown[:, k], known[0], longest)
        if show is None and k != counting:
            return None
        shows.append(show)
    if told is None:
        return None
    return _decided(Counter(int(starts[0]), told, tuple(shows), False), other_periods)


def _counting(tick: Integers, digits: Integers) -> int | None:
    """Return which digit counts ticks."""
    step = np.diff(tick)
    near = (step > 0) & (step <= 2)
    if near.sum() < 8:
        return None
    share = [(np.diff(column)[near] == step[near]).mean() for column in digits.T]
    best = int(np.argmax(share))
    return best if share[best] > _COUNTS else None


def _items(
    tick: Integers, digits: Integers, counting: int
) -> tuple[Integers, Integers, Integers, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return starts, digits and lengths of all items, and of which of them these are known."""
    start, item, count = np.unique(
        tick - digits[:, counting], return_inverse=True, return_counts=True
    )
    typical = count > _SELDOM * np.median(count)
    shown = np.stack([_majority(item, column, len(start)) for column in digits.T], axis=1)
    start, shown = start[typical], shown[typical]
    gap = np.diff(start)
    # items between two that were seen, none of which was
    missing = np.maximum(np.rint(gap / np.median(gap)).astype(np.int64) - 1, 0)
    place = np.concatenate([[0], np.cumsum(1 + missing)])
    n = int(place[-1]) + 1
    seen, complete = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    seen[place] = True
    complete[place[:-1][missing == 0]] = True
    everything, lengths = np.zeros((n, shown.shape[1]), dtype=np.int64), np.zeros(n, dtype=np.int64)
    everything[place] = shown
    lengths[place[:-1]] = gap
    return start, everything, lengths, (seen, complete)


def _majority(item: Integers, column: Integers, n: int) -> Integers:
    """Return the most frequent value of a column in each of n items."""
    size = int(column.max()) + 1
    table = np.bincount(item * size + column, minlength=n * size).reshape(n, size)
    return np.asarray(table.argmax(axis=1))


def _decided(counter: Counter, other_periods: Sequence[int]) -> Counter | None:
    """Return the counter of the shortest cycle, where samples leave several."""
    rounds = [counter.lengths, *(show for show in counter.shows if show is not None)]
    open_ones = [r for r in rounds if r.is_open]
    tried = [0]
    if open_ones:
        least = max(r.open_every for r in open_ones)
        tried = list(range(least, least + _TRIED))
    best, shortest = None, math.inf
    for every in tried:
        shows = tuple(
            s.with_every(every) if s is not None and s.is_open else s for s in counter.shows
        )
        lengths = counter.lengths.with_every(every) if counter.lengths.is_open else counter.lengths
        one = Counter(counter.start, lengths, shows, bool(open_ones))
        if one.items > _MOST_ITEMS:
            continue
        cycle = math.lcm(one.ticks, *other_periods)
        if cycle < shortest:
            best, shortest = one, cycle
    return best
