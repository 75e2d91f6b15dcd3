r"""The widest margin: frequencies and offsets of wheels, furthest from every contradiction.

A sample that is read right says that its phase lies after one edge and before the next.  With the
phases shifted by :math:`a_k + b z / P_k` (z the instant in units of half the span, P_k the turns
of the fastest wheel in one of wheel k), the distances to these edges, in turns of the fastest
wheel, are at least s; the largest s that all samples allow is a linear program.  Its error falls
like one over the number of samples, as that of a fit of dials, the steeper they become, does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from epicycle.problems.clock import Integers
from epicycle.problems.wheels import Wheel
from epicycle.samples.arrays import Floats

#: Stretches of time of which each shows its nearest samples on either side of an edge, and how
#: many of these.
_STRETCHES, _EACH = 32, 2

#: Edges of a wheel that are fitted one by one.
_MOST_FREE = 64

#: A sample read wrong counts if it lies this share of its sector from being read right.
_NEAR = 0.25

#: Rounds of edges and frequency, each for the other.
_ROUNDS = 3


def settle(wheel: Wheel, t: Floats, classes: Integers) -> Wheel:
    """Return a wheel with the frequency and the edges of the widest margin.

    Edges of few are free, each of them; of many, they go midway between samples in turn with the
    frequency.
    """
    best, wrong = wheel, int((wheel.read(t) != classes).sum())
    for _ in range(_ROUNDS):
        if 1 < len(wheel.edges) <= _MOST_FREE:
            wheel = _with_free_edges(wheel, t, classes)
        else:
            [wheel] = widest([wheel], [1.0], t, classes[:, None])
        low, high = brackets(wheel, t, classes)
        wheel = _with_edges(wheel, (low + high) / 2)
        now = int((wheel.read(t) != classes).sum())
        if now > wrong:
            break
        best, wrong = wheel, now
        if not wrong:
            break
    return best


def _with_free_edges(wheel: Wheel, t: Floats, classes: Integers) -> Wheel:
    """Return the wheel of the widest margin, each edge of which moves by itself."""
    n, half = len(wheel.edges), float(np.abs(t).max())
    _, here, before, after = _distances(wheel, t, classes)
    rows, limits = [], []
    # a distance after an edge belongs to the sector's own edge, one before to that of the next
    for sign, distance, shift in ((1, before, 0), (-1, after, 1)):
        edge = (here + shift) % n
        if sign > 0:  # read as the sector before: its edge is the one further back
            edge = np.where(distance < 0, (here + 1) % n, edge)
        else:
            edge = np.where(distance < 0, here, edge)
        chosen = _envelope(t, distance, edge)
        row = np.zeros((len(chosen), n + 2))
        row[np.arange(len(chosen)), edge[chosen]] = sign  # an edge that moves on comes nearer
        row[:, n] = -sign * t[chosen] / half
        row[:, n + 1] = 1.0
        rows.append(row)
        limits.append(distance[chosen])
    moved = _solved(np.concatenate(rows), np.concatenate(limits))
    if moved is None:
        return wheel
    turned = replace(wheel, frequency=wheel.frequency + moved[n] / half)
    return _with_edges(turned, wheel.edges + moved[:n])


def _with_edges(wheel: Wheel, edges: Floats) -> Wheel:
    """Return the wheel with other edges, some of which may have crossed the turn's beginning."""
    edges = edges % 1.0
    order = np.argsort(edges, kind="stable")
    return replace(wheel, edges=edges[order], classes=wheel.classes[order])


def widest(
    wheels: Sequence[Wheel], turns: Sequence[float], t: Floats, digits: Integers
) -> list[Wheel]:
    """Return wheels on one common frequency, with the offsets and that of the widest margin.

    Parameters
    ----------
    wheels : sequence of Wheel
        One for each digit.
    turns : sequence of float
        Turns of the fastest wheel in one of each.
    t : ndarray, shape (n,)
        Seconds since the origin.
    digits : ndarray of int, shape (n, n_digits)
    """
    half = float(np.abs(t).max())
    n = len(wheels)
    rows, limits = [], []
    for k, (wheel, ratio) in enumerate(zip(wheels, turns, strict=True)):
        if len(wheel.edges) < 2:
            continue
        _, _, before, after = _distances(wheel, t, digits[:, k])
        for sign, distance in ((1, before), (-1, after)):
            # sign (a_k + b z) + distance >= s, all in turns of the fastest wheel
            chosen = _envelope(t, distance)
            row = np.zeros((len(chosen), n + 2))
            row[:, k] = -sign
            row[:, n] = -sign * t[chosen] / half
            row[:, n + 1] = 1.0
            rows.append(row)
            limits.append(distance[chosen] * ratio)
    moved = _solved(np.concatenate(rows), np.concatenate(limits)) if rows else None
    if moved is None:
        return list(wheels)
    return [
        replace(
            wheel,
            frequency=wheel.frequency + moved[n] / half / ratio,
            offset=wheel.offset - moved[k] / ratio,
        )
        for k, (wheel, ratio) in enumerate(zip(wheels, turns, strict=True))
    ]


def _solved(matrix: Floats, bound: Floats) -> Floats | None:
    """Return the solution of a program whose last variable is to be as large as possible."""
    if not len(matrix):
        return None
    cost = np.zeros(matrix.shape[1])
    cost[-1] = -1.0
    scale = max(float(np.median(np.abs(bound))), 1e-12)  # the program's tolerances are absolute
    found = linprog(cost, matrix, bound / scale, bounds=(None, None))
    return None if found.x is None else np.asarray(found.x * scale)


def _distances(
    wheel: Wheel, t: Floats, classes: Integers
) -> tuple[Floats, Integers, Floats, Floats]:
    """Return phases, sectors, and distances after an edge and before one; infinity if unknown.

    A sample that shows the class of the next sector, or the one before, and is near to it, is a
    negative distance away from where it should be.
    """
    n = len(wheel.edges)
    u = wheel.phases(t)
    here = wheel.sectors(u)
    lengths = np.diff(np.append(wheel.edges, wheel.edges[0] + 1.0))
    since = (u - wheel.edges[here]) % 1.0
    wrong = wheel.classes[here] != classes
    before = np.where(wrong, np.inf, since)
    after = np.where(wrong, np.inf, lengths[here] - since)
    earlier = wrong & (wheel.classes[here - 1] == classes) & (since < _NEAR * lengths[here])
    later = wrong & (wheel.classes[(here + 1) % n] == classes)
    later &= lengths[here] - since < _NEAR * lengths[here]
    after[earlier] = -since[earlier]
    before[later] = (since - lengths[here])[later]
    return u, here, before, after


def _envelope(t: Floats, distance: Floats, group: Integers | None = None) -> NDArray[np.intp]:
    """Return the samples of the smallest distances of each group and stretch of time."""
    low, high = t.min(), t.max()
    scaled = (t - low) / max(high - low, 1e-300) * _STRETCHES
    stretch = np.minimum(scaled, _STRETCHES - 1).astype(np.int64)
    if group is not None:
        stretch += _STRETCHES * group
    order = np.lexsort((distance, stretch))
    ordered = stretch[order]
    rank = np.arange(len(t)) - np.searchsorted(ordered, ordered)
    chosen = order[rank < _EACH]
    return np.asarray(chosen[np.isfinite(distance[chosen])])


def brackets(wheel: Wheel, t: Floats, classes: Integers) -> tuple[Floats, Floats]:
    """Return the last phase before each edge and the first one after it, of samples read right."""
    u = wheel.phases(t)
    sector = wheel.sectors(u)
    right = wheel.classes[sector] == classes
    u, sector = u[right], sector[right]
    since = (u - wheel.edges[sector]) % 1.0
    n = len(wheel.edges)
    first, last = np.full(n, np.inf), np.zeros(n)
    np.minimum.at(first, sector, since)
    np.maximum.at(last, sector, since)
    lengths = np.diff(np.append(wheel.edges, wheel.edges[0] + 1.0))
    before = np.roll(last - lengths, 1)
    return wheel.edges + before, wheel.edges + np.where(np.isfinite(first), first, lengths)
