"""From labels to a wheel: its fundamental among its lines, its sectors, and what they lie on.

At the right frequency, samples sorted by their phase change their class as often as the wheel has
sectors; at any other, at about every sample.  So the fundamental of a line f is the f / m at which
the sorted samples change least often.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from epicycle.problems.clock import Integers
from epicycle.problems.label_lines import label_lines, some_of
from epicycle.problems.wheel_fit import brackets, settle, widest
from epicycle.problems.wheels import Wheel
from epicycle.samples.arrays import Floats

#: The line may be any of this many harmonics of the wheel.
_ORDERS = 64

#: Samples that are sorted at each frequency tried, at first and at last.
_FEW, _MANY = 1 << 12, 1 << 17

#: Frequencies tried on either side, at first and each time that the grid becomes finer.
_COUNTS, _FINER = (16, 8, 8, 8, 8, 8), 8

#: Where the classes change this much more often than at the best frequency so far, no finer grid
#: is tried, and then the frequency is none of the candidates.
_HOPELESS, _WORSE = 4.0, 1.6

#: Frequencies of which the whole wheel is made, to be compared.
_CANDIDATES = 3

#: Wrong labels: samples of a sector in whose order they show, share of all, and how far from the
#: edges, in sectors, half of them are; everywhere, it would be a quarter.
_LONG, _WRONG, _AWAY = 12, 0.3, 0.1

#: Turns in which a sector is to be seen, and the share of sectors that are.
_TURNS, _SUPPORTED = 3, 0.95

#: How far the fundamental of a line may lie from a line, in units of 1 / span.
_NEAR = 0.25

#: Share of the changes of unordered classes above which there is no wheel.
_LEAST_ORDER = 0.7

#: Runs of samples shorter than this share of the typical one are wrong labels, or samples in the
#: wrong order beside an edge; neither are longer than a few.
_SHORT, _STRAY = 0.15, 4

#: Equal parts of a turn that are tried for its edges, and chance at which they are taken.
_MOST_TICKS, _CHANCE = 5000, 1e-3

#: How far an edge may be off, in ticks, before the frequency is fitted to where edges should be:
#: twice what samples leave open, and no more than this.
_SLACK = 0.1


def find_wheel(
    t: Floats, classes: Integers, size: int, highest: float, known: Sequence[float] = ()
) -> Wheel | None:
    """Return the wheel that shows the classes, or None where none does.

    Parameters
    ----------
    t : ndarray, shape (n,)
        Seconds since the origin.
    classes : ndarray of int, shape (n,)
        What the digit showed.
    size : int
        Number of classes.
    highest : float
        End of the band of lines, in cycles per second.
    known : sequence of float
        Frequencies of other wheels, which are tried first.
    """
    present = np.flatnonzero(np.bincount(classes, minlength=size))
    if len(present) == 1:  # it never changes
        return Wheel(0.0, 0.0, np.zeros(1), present)
    span = float(t.max() - t.min())
    few = some_of(len(t), _MANY >> 2)
    for frequency in known:
        if _is_pure(t[few], classes[few], frequency):
            wheel = _finished(t, classes, frequency)
            if wheel is not None:
                return wheel
    for line in label_lines(t, classes, size, highest)[:2]:
        best, least = None, math.inf
        for frequency in _fundamentals(t, classes, line.frequency, span):
            wheel = _finished(t, classes, frequency)
            if wheel is None:
                continue
            # what is misread has to be told, and so has an edge
            told = int((wheel.read(t) != classes).sum()) + len(wheel.edges)
            if told < least:
                best, least = wheel, told
            if told == len(wheel.edges):
                break
        if best is not None:
            return best
    return None


def fundamentals(t: Floats, classes: Integers, size: int, highest: float) -> list[float]:
    """Return frequencies of which a digit's wheel may be made, best first; see `find_wheel`."""
    if len(np.unique(classes)) < 2:
        return []
    span = float(t.max() - t.min())
    lines = label_lines(t, classes, size, highest)[:1]
    return [f for line in lines for f in _fundamentals(t, classes, line.frequency, span)]


def _finished(t: Floats, classes: Integers, frequency: float) -> Wheel | None:
    """Return the wheel of a frequency, turned as often as it looks the same; None if it is none."""
    wheel = _sectors(t, classes, frequency)
    if wheel is None or not is_supported(wheel, t, classes):
        return None
    wheel, n = settle(wheel, t, classes), len(wheel.classes)
    for times in range(n // 2, 1, -1):
        if n % times == 0 and (wheel.classes == np.roll(wheel.classes, n // times)).all():
            finer = _sectors(t, classes, frequency * times)
            if finer is not None and len(finer.classes) == n // times:
                # sectors of the same order may still differ in length
                finer = settle(finer, t, classes)
                if (finer.read(t) != classes).sum() <= (wheel.read(t) != classes).sum():
                    wheel = finer
                    break
    return on_ticks(wheel, t, classes)


def is_supported(wheel: Wheel, t: Floats, classes: Integers) -> bool:
    """Return whether each sector, but a few, was seen in several turns: what recurs is a wheel."""
    right = wheel.read(t) == classes
    sector = wheel.sectors(wheel.phases(t))[right]
    turn = np.floor(wheel.frequency * t - wheel.offset).astype(np.int64)[right]
    if turn.max(initial=0) - turn.min(initial=0) < _TURNS:
        return False
    seen = np.unique(sector * np.int64(turn.max() - turn.min() + 1) + turn - turn.min())
    turns = np.bincount(seen // (turn.max() - turn.min() + 1), minlength=len(wheel.classes))
    return bool((turns >= _TURNS).mean() >= _SUPPORTED)


def changes(t: Floats, classes: Integers, frequency: float) -> int:
    """Return how often the class changes along the phase."""
    turns = frequency * t
    ordered = classes[np.argsort(turns - np.floor(turns), kind="stable")]
    return int((ordered != np.roll(ordered, 1)).sum())


def _fundamentals(t: Floats, classes: Integers, line: float, span: float) -> list[float]:
    """Return those f / m of a line f at which the classes change least often, best first."""
    few = some_of(len(t), _FEW)
    share = np.bincount(classes) / len(classes)
    distinct = int((share > 0).sum())
    least = most = _LEAST_ORDER * len(few) * (1 - (share**2).sum())
    found: list[tuple[bool, int, float, float]] = []
    for m in range(1, _ORDERS + 1):
        width, frequency = _NEAR / (span * m), line / m
        # m turns in one have each class m times: where few changes are left, m is small
        if frequency * span < _TURNS or m * distinct > _HOPELESS * least:
            break
        for count in _COUNTS:
            frequency, number = _least_changes(t[few], classes[few], frequency, width, count)
            width *= 2 / count
            if number > most or (count < _COUNTS[0] and number > _HOPELESS * least):
                break
        pure = _is_pure(t[few], classes[few], frequency)
        if pure or number < _WORSE * least:
            found.append((not pure, number, frequency, width))
            least = min(least, number)
        if pure:
            break
    found.sort()
    return [_finer(t, classes, f, width) for _, _, f, width in found[:_CANDIDATES]]


def _finer(t: Floats, classes: Integers, frequency: float, width: float) -> float:
    """Return a frequency as more and more samples know it."""
    n = min(len(t), _FEW)
    while n < min(len(t), _MANY):
        n = min(4 * n, len(t), _MANY)
        some = some_of(len(t), n)
        for _ in range(2):
            frequency, _ = _least_changes(t[some], classes[some], frequency, 2 * width, _FINER)
            width /= 2
    return frequency


def _least_changes(
    t: Floats, classes: Integers, centre: float, width: float, count: int
) -> tuple[float, int]:
    """Return the frequency with the fewest changes, the middle one of several, and their number."""
    grid = centre + width * np.arange(-count, count + 1) / count
    numbers = np.array([changes(t, classes, f) for f in grid])
    best = np.flatnonzero(numbers == numbers.min())
    # the longest stretch of equals
    parts = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(parts, key=len)
    return float(grid[longest].mean()), int(numbers.min())


def _is_pure(t: Floats, classes: Integers, frequency: float) -> bool:
    """Return whether runs of equal classes are as long as those of sectors, but for wrong labels.

    Strays that gather where the class changes are no wrong labels: there the sectors of several
    turns are mixed.
    """
    turns = frequency * t
    ordered = classes[np.argsort(turns - np.floor(turns), kind="stable")]
    starts, lengths = _runs(ordered)
    number, n = len(starts), len(t)
    if number < n / 8 and (lengths == 1).sum() <= 1 + 4 * number**2 / n:
        return True
    kept = _without_short_runs(ordered, 2)
    starts, lengths = _runs(ordered[kept])
    typical = _typical(lengths)
    if len(starts) < 2 or typical < _LONG or len(kept) < (1 - _WRONG) * n:
        return False
    strays = np.setdiff1d(np.arange(n), kept)
    edges = kept[starts]
    away = np.abs(strays[:, None] - edges)
    nearest = np.minimum(away, n - away).min(axis=1)
    return bool(np.median(nearest) > _AWAY * typical)


def _without_short_runs(ordered: Integers, longest: int) -> NDArray[np.intp]:
    """Return the samples on a ring that are left without runs of up to so many equal classes."""
    kept = np.arange(len(ordered))
    for shortest in range(1, longest + 1):
        starts, lengths = _runs(ordered[kept])
        long = np.repeat(lengths > shortest, lengths)
        rest = np.sort(np.roll(kept, -starts[0])[long])
        if len(rest):
            kept = rest
    return kept


def _sectors(t: Floats, classes: Integers, frequency: float) -> Wheel | None:
    """Return the wheel of a frequency: runs of equal classes along the phase, without strays."""
    wheel = Wheel(frequency, 0.0, np.zeros(1), np.zeros(1, dtype=np.int64))
    u = wheel.phases(t)
    order = np.argsort(u, kind="stable")
    u, c = u[order], classes[order]
    kept = np.ones(len(c), dtype=bool)
    shortest = 0
    while True:
        index = np.flatnonzero(kept)
        starts, lengths = _runs(c[index])
        shortest += 1
        if shortest > min(_SHORT * _typical(lengths), _STRAY) or len(starts) < 2:
            break
        short = np.repeat(lengths <= shortest, lengths)
        kept[np.roll(index, -starts[0])[short]] = False
        if not kept.any():
            return None
    before, after = index[starts - 1], index[starts]
    gap = (u[after] - u[before]) % 1.0
    edges = (u[before] + gap / 2) % 1.0
    shown = c[after]
    turn = np.argsort(edges)
    return Wheel(frequency, 0.0, edges[turn], shown[turn])


def _typical(lengths: Integers) -> int:
    """Return the length of the run in which the median sample lies."""
    lengths = np.sort(lengths)
    return int(lengths[np.searchsorted(np.cumsum(lengths), lengths.sum() / 2)])


def _runs(c: Integers) -> tuple[Integers, Integers]:
    """Return where runs of equal classes on a ring begin, and how long each is."""
    starts = np.flatnonzero(c != np.roll(c, 1))
    if not len(starts):
        return np.zeros(1, dtype=np.int64), np.array([len(c)])
    return starts, np.diff(np.append(starts, starts[0] + len(c)))


def on_ticks(wheel: Wheel, t: Floats, classes: Integers) -> Wheel:
    """Return the wheel with its edges on equal parts of the turn, if that is where they lie.

    The fewest parts are taken at whose ends all edges may lie, as far as samples tell, if that
    many would not fit by chance, and if the wheel then reads as many samples right.
    """
    low, high = brackets(wheel, t, classes)
    wrong = int((wheel.read(t) != classes).sum())
    for ticks, offset in _lattices((low + high) / 2, np.maximum(high - low, 1e-12) / 2):
        edges = np.rint((wheel.edges - offset) * ticks).astype(np.int64) % ticks
        if len(np.unique(edges)) < len(edges):
            continue
        order = np.argsort(edges)
        even = Wheel(
            wheel.frequency, wheel.offset + offset, edges[order] / ticks, wheel.classes[order],
            ticks,
        )  # fmt: skip
        [even] = widest([even], [1.0], t, classes[:, None])
        if (even.read(t) != classes).sum() <= wrong:
            return even
    return wheel


def _lattices(centre: Floats, half: Floats) -> Iterator[tuple[int, float]]:
    """Yield numbers of equal parts, and the phase of the first, at whose ends edges may lie.

    The frequency is not yet right to the last digit: edges may be a little off.
    """
    reference = int(np.argmin(half))
    others = np.arange(len(half)) != reference
    for ticks in range(2, _MOST_TICKS):
        reach = ticks * half + min(_SLACK, 2 * ticks * float(np.median(half)))
        if reach.max() >= 0.5:
            break
        away = ticks * (centre - centre[reference])
        away -= np.rint(away)
        begin, end = (away - reach).max(), (away + reach).min()
        evidence = -np.log(2 * (reach[others] + reach[reference])).sum()
        if begin <= end and evidence >= math.log(ticks / _CHANCE):
            yield ticks, float((centre[reference] + (begin + end) / 2 / ticks) % 1.0)
