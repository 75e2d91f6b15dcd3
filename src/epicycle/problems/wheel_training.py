"""Wheels learned from examples: one for each digit, geared to one another where they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.problems.clock import Integers
from epicycle.problems.counters import find_counter
from epicycle.problems.label_lines import highest_frequency
from epicycle.problems.wheel_fit import brackets, widest
from epicycle.problems.wheel_search import find_wheel, fundamentals
from epicycle.problems.wheels import Counted, Wheel, WheelNetwork, read_wheels
from epicycle.samples.arrays import Floats

#: Samples from which wheels are made, and readings of digits that then tell the frequencies.
_MOST, _MOST_READINGS = 1 << 16, 1 << 23

#: Samples that tell whether dials would do.
_FEW = 1 << 13

#: Share of samples that a wheel must read more than a dial to be taken for one, and samples more.
_CLEARLY, _SOME = 0.01, 5

#: Share of samples that a dial reads, if it is all that is needed.
_BY_DIAL = 0.99

#: Ratios of frequencies within this many errors of an integer are locked; the errors must leave
#: no integer to chance.
_ERRORS, _SHARP = 4.0, 0.05

#: Share of samples that a counter may misread: those beside the edges of its ticks.
_MISSED = 1e-3

#: A wheel with more edges than this is one of many numbers: a counter may tell the digit by fewer.
_MANY_EDGES = 64

#: Called with (digits, digits in all).
Progress = Callable[[int, int], None]


def needs_wheels(t: ArrayLike, digits: ArrayLike, sizes: Sequence[int], seed: int = 0) -> bool:
    """Return whether dials cannot read a digit: its sectors are unequal, or its classes recur.

    Parameters
    ----------
    t : array_like, shape (n,)
        Instants in seconds.
    digits : array_like of int, shape (n, n_digits)
        What the clock showed.
    sizes : sequence of int
        Number of classes of each digit.
    seed : int
        Of the choice of some samples.
    """
    since, shown, _ = _prepared(t, digits, _FEW, seed)
    highest = highest_frequency(np.asarray(t), len(since))
    for k, size in enumerate(sizes):
        column = shown[:, k]
        tried = fundamentals(since, column, size, highest)
        if any(_is_dial(f, since, column, size) for f in tried):
            continue
        if k and _are_counted(since, shown, sizes, highest):
            return True
        wheel = find_wheel(since, column, size, highest)
        if wheel is None:
            continue
        right = (wheel.read(since) == shown[:, k]).mean()
        if right > best_dial(wheel.frequency, since, shown[:, k], size)[0] + _CLEARLY + _SOME / len(
            since
        ):
            return True
    return False


def _are_counted(since: Floats, digits: Integers, sizes: Sequence[int], highest: float) -> bool:
    """Return whether the first digit's ticks tell all others."""
    wheel = find_wheel(since, digits[:, 0], sizes[0], highest)
    if wheel is None:
        return False
    wheels = (wheel, *(None for _ in sizes[1:]))
    return counted_digits(WheelNetwork(wheels, tuple(sizes)), since, digits).counted is not None


def best_dial(
    frequency: float, t: Floats, classes: Integers, size: int
) -> tuple[float, float, float]:
    """Return what the best dial of a frequency, either way round, reads.

    Returns
    -------
    share : float
        Of the samples read right.
    frequency, offset : float
        The frequency with its sign, and the phase in turns at which class 0 begins.
    """
    best = 0.0, frequency, 0.0
    for signed in (frequency, -frequency):
        offset, away = _from_middles(signed, t, classes, size)
        best = max(best, (float((away < 0.5).mean()), signed, offset))
    return best


def _from_middles(
    frequency: float, t: Floats, classes: Integers, size: int
) -> tuple[float, Floats]:
    """Return the best offset of a dial, and how far samples are from the middle of their sector.

    The mean phase is as far off as the samples scatter within their sectors; the offset with
    which most are read, in the middle of those that do, only as far as they leave gaps.
    """
    turning = np.exp(2j * np.pi * (frequency * t - (classes + 0.5) / size))
    mean = np.angle(turning.mean())
    away = np.angle(turning * np.exp(-1j * mean)) / (2 * np.pi) * size
    ordered = np.sort(away)
    ends = np.searchsorted(ordered, ordered + 1.0)
    read = ends - np.arange(len(ordered))
    most = np.flatnonzero(read == read.max())
    middles = (ordered[most] + ordered[ends[most] - 1]) / 2
    better = float(middles[np.argmin(np.abs(middles))])
    return float(mean) / (2 * np.pi) + better / size, np.abs(away - better)


def _is_dial(frequency: float, t: Floats, classes: Integers, size: int) -> bool:
    """Return whether a dial reads all samples but those with wrong labels.

    Wrong labels are anywhere; sectors of other lengths show the class of the next one.
    """
    share, signed, _ = best_dial(frequency, t, classes, size)
    if share >= _BY_DIAL:
        return True
    _, away = _from_middles(signed, t, classes, size)
    if size <= 3 or share < 0.5:
        return False
    anywhere = float((away > 1.5).mean()) / (1 - 3 / size)
    return float(((away > 0.5) & (away < 1.5)).mean()) - 2 / size * anywhere < 1 - _BY_DIAL


def learn_wheels(
    t: ArrayLike,
    digits: ArrayLike,
    sizes: Sequence[int],
    *,
    geared: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> WheelNetwork:
    """Return the wheels that show the digits.

    Parameters
    ----------
    t : array_like, shape (n,)
        Instants in seconds.
    digits : array_like of int, shape (n, n_digits)
        What the clock showed.
    sizes : sequence of int
        Number of classes of each digit.
    geared : bool
        Lock the wheels to each other where they are found to be geared.
    seed : int
        Of the choice of some samples, where there are many.
    progress : callable, optional
        Called with (digits, digits in all).
    """
    since, shown, origin = _prepared(t, digits, _MOST, seed)
    highest = highest_frequency(np.asarray(t), len(since))
    wheels: list[Wheel | None] = []
    for k, size in enumerate(sizes):
        known = {wheel.frequency for wheel in wheels if wheel is not None and wheel.frequency}
        wheels.append(find_wheel(since, shown[:, k], size, highest, sorted(known, reverse=True)))
        if progress is not None:
            progress(k + 1, len(sizes))
        so_far = WheelNetwork((*wheels, *(None for _ in sizes[k + 1 :])), tuple(sizes), origin)
        if k == 0 and counted_digits(so_far, since, shown).counted is not None:
            wheels = list(so_far.wheels)
            break
    since, shown, _ = _prepared(t, digits, max(_MOST, _MOST_READINGS // len(sizes)), seed)
    network = counted_digits(WheelNetwork(tuple(wheels), tuple(sizes), origin), since, shown)
    locked = geared_wheels(network, since, shown) if geared and network.counted is None else None
    return network if locked is None else locked


def counted_digits(network: WheelNetwork, since: Floats, digits: Integers) -> WheelNetwork:
    """Return the network with digits that wheels do not show well told by a counter, if one does.

    Parameters
    ----------
    network : WheelNetwork
        With what wheels were found.
    since : ndarray, shape (n,)
        Seconds since the origin.
    digits : ndarray of int, shape (n, n_digits)
    """
    wrong = (read_wheels(network.wheels, since) != digits).sum(axis=0)
    poor = [
        k for k, w in enumerate(network.wheels)
        if w is None or wrong[k] or len(w.edges) > _MANY_EDGES
    ]  # fmt: skip
    ticking = [(len(w.edges), k) for k, w in enumerate(network.wheels) if w is not None and w.ticks]
    if not poor or not ticking:
        return network
    first = min(ticking)[1]
    wheel = network.wheels[first]
    assert wheel is not None
    [wheel] = widest([wheel], [1.0], since, digits[:, [first]])
    ticks = wheel.tick_numbers(since)
    for chosen in ([k for k in range(len(network.wheels)) if k != first], poor):
        counter = find_counter(ticks, digits[:, chosen], [wheel.ticks])
        if counter is None:
            continue
        missed = (counter.read(ticks) != digits[:, chosen]).sum(axis=0)
        if missed.max() > _MISSED * len(digits) or missed.sum() > wrong[chosen].sum():
            continue
        wheels = list(network.wheels)
        wheels[first] = wheel
        for k in chosen:
            wheels[k] = None
        return replace(
            network, wheels=tuple(wheels), counted=Counted(tuple(chosen), wheel, counter)
        )
    return network


def geared_wheels(network: WheelNetwork, since: Floats, digits: Integers) -> WheelNetwork | None:
    """Return the network with its wheels on one frequency, or None where they are not geared.

    A ratio of two frequencies that is an integer within its error, which is small beside 1, is
    no chance; and the locked wheels must read as many samples right as the free ones.
    """
    turning = [k for k, w in enumerate(network.wheels) if w is not None and w.frequency]
    if not turning:
        return None
    free = [network.wheels[k] for k in turning]
    wheels = [wheel for wheel in free if wheel is not None]
    errors = [_error(w, since, digits[:, k]) for w, k in zip(wheels, turning, strict=True)]
    # the one that is known best to a turn names the common frequency
    fastest = int(np.argmax([w.frequency for w in wheels]))
    turns = [round(wheels[fastest].frequency / wheel.frequency) for wheel in wheels]
    for wheel, error, whole in zip(wheels, errors, turns, strict=True):
        ratio = wheels[fastest].frequency / wheel.frequency
        doubt = ratio * (error / wheel.frequency + errors[fastest] / wheels[fastest].frequency)
        if doubt > _SHARP or abs(ratio - whole) > _ERRORS * doubt:
            return None
    common = wheels[fastest].frequency
    together = [
        replace(wheel, frequency=common / whole) for wheel, whole in zip(wheels, turns, strict=True)
    ]
    together = widest(together, [float(n) for n in turns], since, digits[:, turning])
    before = (read_wheels(wheels, since) != digits[:, turning]).sum()
    after = (read_wheels(together, since) != digits[:, turning]).sum()
    if after > before:
        return None
    result = list(network.wheels)
    for k, wheel in zip(turning, together, strict=True):
        result[k] = wheel
    slowest = max(turns)
    gears = None
    if all(slowest % n == 0 for n in turns) and None not in network.wheels:
        gears = tuple(
            slowest // turns[turning.index(k)] if k in turning else 0
            for k in range(len(network.wheels))
        )
    return replace(network, wheels=tuple(result), gears=gears, locked=True)


def _error(wheel: Wheel, t: Floats, classes: Integers) -> float:
    """Return how far a wheel's frequency may be off: as far as its narrowest edge lets it turn."""
    low, high = brackets(wheel, t, classes)
    return float(np.median(high - low) / np.ptp(t))


def _prepared(
    t: ArrayLike, digits: ArrayLike, most: int | None, seed: int
) -> tuple[Floats, Integers, int]:
    """Return seconds since an origin in the middle, and digits, of some samples; the origin."""
    instants: NDArray[np.int64] | Floats = np.ravel(np.asarray(t))
    shown = np.asarray(digits).astype(np.int64)
    origin = math.floor((int(instants.min()) + int(instants.max())) / 2)
    if most is not None and len(instants) > most:
        some = np.random.default_rng(seed).permutation(len(instants))[:most]
        instants, shown = instants[some], shown[some]
    return (instants - origin).astype(np.float64), shown, origin
