"""Where in a band the lines may be: every frequency while that is cheap, the ladder beyond.

What comes back are frequencies worth a fit; nothing here decides that a line is real.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import LEARNING, SEARCH
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual
from epicycle.optim.plane_waves import PlaneWaves, boxes
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.search.ladder import LadderSearch
from epicycle.search.pairs import count_pairs, window_with_pairs
from epicycle.spectra.bands import distinct_maxima
from epicycle.spectra.plan import grid
from epicycle.spectra.single import SingleSums
from epicycle.spectra.sums import BAND

#: Frequencies that one part of the ladder may evaluate: a band that needs more is out of reach.
LADDER_BUDGET = 1 << 21

#: Pairs of samples on the ladder's first rung, for the estimate of its cost.
_FIRST_PAIRS = 340

#: Grid points per 1/span: the best of them has lost at most 5 % of a line's power.
_POINTS = 4


#: Cycles over the span up to which every frequency is tried; beyond, pairs of samples point.
_DENSE_CYCLES = (1 << 21) / _POINTS

#: Cycles over the span in the first part of the band: one block of the transform.
_FIRST_CYCLES = BAND / _POINTS

#: The ladder widens the band by this factor at a time: its cost hardly depends on the band.
_LADDER_GROWTH = 64.0


#: Within it, further rungs may cost `_FURTHER_RUNGS` times the first one, and `_CHEAP` frequencies
#: more.
_FURTHER_RUNGS, _CHEAP = 8.0, 1 << 16


#: Frequencies worth a fit that one part of the band may yield.
_KEEP = 5

#: The spectrum is judged relative to its mean this many grid points around.
_NEIGHBOURS = 8 * _POINTS


def parts(
    coordinates: Coordinates, lowest: Floats, highest: Floats, series: int = 1
) -> Iterator[tuple[Floats, Floats]]:
    """Yield the band part by part, octave by octave: (from, to), each of shape (m,).

    On one axis the parts join.  On several axes each part is a box from zero that contains the
    one before (:func:`epicycle.optim.plane_waves.boxes`), or a piece of a single axis beyond it.
    """
    span = coordinates.span
    if len(span) > 1:
        yield from _joint_parts(coordinates, lowest, highest, series)
        return
    low, cycles = float(lowest[0]), _FIRST_CYCLES
    while low < highest[0]:
        top = min(low + cycles / float(span[0]), float(highest[0]))
        yield np.array([low]), np.array([top])
        low = top
        total = top * float(span[0])
        left = _DENSE_CYCLES - total
        cycles = min(total, left) if left > _FIRST_CYCLES else (_LADDER_GROWTH - 1) * total


def _joint_parts(
    coordinates: Coordinates, lowest: Floats, highest: Floats, series: int
) -> Iterator[tuple[Floats, Floats]]:
    """Yield boxes, and after each of them the next piece of every axis."""
    axes: list[Iterator[tuple[Floats, Floats]]] = []
    for number, top in enumerate(boxes(coordinates.span, highest, series)):
        yield lowest, top
        if number == 0:
            axes = [
                _axis_parts(coordinates, axis, float(low), highest) for axis, low in enumerate(top)
            ]
        for pieces in axes:
            yield from itertools.islice(pieces, 1)
    for turn in itertools.zip_longest(*axes):
        yield from (piece for piece in turn if piece is not None)


def _axis_parts(
    coordinates: Coordinates, axis: int, low: float, highest: Floats
) -> Iterator[tuple[Floats, Floats]]:
    """Yield the parts of one axis, beyond a frequency on it."""
    if low >= highest[axis]:
        return
    top = highest[axis : axis + 1]
    for start, stop in parts(coordinates.along(axis), np.array([low]), top):
        ends = np.zeros((2, len(highest)))
        ends[0, axis], ends[1, axis] = start[0], stop[0]
        yield ends[0], ends[1]


def candidates(
    residual: Residual,
    low: Floats,
    high: Floats,
    threshold: float,
    screen: Screen,
    effort: float = 1.0,
) -> list[Floats] | None:
    """Return frequencies, each of shape (m,), where a line above the threshold may be.

    None says that this part of the band, and all that follow, are out of reach.

    Parameters
    ----------
    residual : Residual
        What the null hypothesis has left.
    low, high : ndarray, shape (m,)
        A part of the band, from :func:`parts`.
    threshold : float
        Share of the power from which on a line would be significant.
    screen : Screen
        For the coordinates of the residual.
    effort : float
        Share of the ladder's largest budget that may be spent.
    """
    span = residual.coordinates.span
    if len(span) > 1:
        return screen.joint(residual, low, high, threshold, effort)
    if (high[0] - low[0]) * span[0] <= 0.5 * _DENSE_CYCLES * (1 + 1e-9):
        return screen.candidates(residual, float(low[0]), float(high[0]), threshold)
    return _climb(residual, float(low[0]), float(high[0]), threshold, effort * LADDER_BUDGET)


class Screen:
    """Every frequency of bands on one axis; what depends on the coordinates alone is kept.

    Parameters
    ----------
    coordinates : Coordinates
        Inputs of n samples.
    """

    def __init__(self, coordinates: Coordinates, share: float = 1.0) -> None:
        self._coordinates = coordinates
        self._share = share
        self._joint: _Joint | None = None
        self._sums: dict[tuple[int, int], SingleSums] = {}

    def candidates(
        self, residual: Residual, low: float, high: float, threshold: float
    ) -> list[Floats]:
        """Return the highest of the frequencies that may be a significant line."""
        span = float(self._coordinates.span[0])
        spacing = 1.0 / (_POINTS * span)
        # up to the next band's first frequency, so that bands that join have none in common
        n = max(1, math.ceil((high - low) / spacing * (1 - 1e-12)))
        size = min(n, BAND)
        norm = 2.0 / (residual.chi2 * len(residual.coordinates))
        values = residual.values.T
        found: list[tuple[float, float]] = []
        sums = self._of(len(values), size).bands(values, low, -(-n // size))
        for first, band in zip(itertools.count(0, size), sums):
            power = _power(band, norm)[: n - first]
            found += [
                (low + (first + k) * spacing, height) for k, height in _highest(power, threshold)
            ]
        return _distinct(found, span)

    def joint(
        self, residual: Residual, low: Floats, high: Floats, threshold: float, effort: float
    ) -> list[Floats]:
        """Return candidates in a box of several axes, or in a part of one of them."""
        if self._joint is None:
            self._joint = _Joint(self._coordinates, self._share)
        return self._joint.candidates(residual, low, high, threshold, effort)

    def _of(self, count: int, size: int) -> SingleSums:
        key = count, size
        if key not in self._sums:
            spacing = 1.0 / (_POINTS * float(self._coordinates.span[0]))
            self._sums[key] = SingleSums(self._coordinates.axes[0], spacing, size, count)
        return self._sums[key]


class _Joint:
    """Screens of several inputs: of wave vectors in boxes, and of each axis alone."""

    def __init__(self, coordinates: Coordinates, share: float) -> None:
        self._axes = [coordinates.along(k) for k in range(len(coordinates.span))]
        self._screens = [Screen(axis) for axis in self._axes]
        self._waves = PlaneWaves(coordinates, share)
        self._ended: set[int] = set()

    def candidates(
        self, residual: Residual, low: Floats, high: Floats, threshold: float, effort: float
    ) -> list[Floats]:
        """Return what may be a line in a box, or on an axis where `low` is on one."""
        limit = residual.coordinates.highest
        if not low.any():
            return self._waves.candidates(residual, high, threshold, limit) or []
        axis = int(np.argmax(low))
        if axis in self._ended:
            return []
        found = candidates(
            replace(residual, coordinates=self._axes[axis]),
            low[axis : axis + 1],
            high[axis : axis + 1],
            threshold,
            self._screens[axis],
            effort,
        )
        if found is None:  # and so are the parts that follow
            self._ended.add(axis)
            return []
        vectors = np.zeros((len(found), len(low)))
        vectors[:, axis] = [f[0] for f in found]
        return self._waves.settled(residual, list(vectors), limit)


def _power(spectrum: NDArray[np.complex64], norm: float) -> NDArray[np.float32]:
    """Return the share of the power at each frequency of a block, shape (m, size), of m series.

    Sine and cosine are taken as orthogonal to each other and to the null hypothesis, which they
    nearly are from a few cycles on; the fit that follows does not.
    """
    power = np.square(spectrum.real).sum(axis=0)
    power += np.square(spectrum.imag).sum(axis=0)
    power *= np.float32(norm)
    return np.asarray(power)


def _highest(power: NDArray[np.float32], threshold: float) -> list[tuple[int, float]]:
    """Return index and height, relative to the surroundings, of what may be a line."""
    strong = np.flatnonzero(power > LEARNING.gate * threshold)
    if len(strong) == 0:
        return []
    upto = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    low = np.maximum(strong - _NEIGHBOURS, 0)
    high = np.minimum(strong + _NEIGHBOURS + 1, len(power))
    inner_low = np.maximum(strong - _POINTS, 0)
    inner_high = np.minimum(strong + _POINTS + 1, len(power))
    around = upto[high] - upto[low] - (upto[inner_high] - upto[inner_low])
    count = np.maximum((high - low) - (inner_high - inner_low), 1)
    height = power[strong] / np.maximum(around / count, power.mean())
    best = np.argsort(-height, kind="stable")[: 4 * _KEEP]
    return [(int(strong[k]), float(height[k])) for k in best]


def _distinct(found: list[tuple[float, float]], span: float) -> list[Floats]:
    frequency = np.array([f for f, _ in found])
    height = np.array([h for _, h in found])
    return [frequency[k : k + 1] for k in distinct_maxima(frequency, height, 1.0 / span, _KEEP)]


def _climb(
    residual: Residual, low: float, high: float, threshold: float, most: float
) -> list[Floats] | None:
    """Let pairs of samples point to the frequencies, see :mod:`epicycle.search.ladder`."""
    x = residual.coordinates
    times, span = x.axes[0], float(x.span[0])
    cost = _ladder_cost(times, high - low)
    if cost > most:
        return None
    n = len(x)
    data = Data(
        times=times,
        reference=0.0,
        baseline=span,
        y=residual.values,
        weights=np.ones((n, 1)),
        # only the mean: the rest of the null hypothesis is gone from the residual already, and
        # is not seen at frequencies of that many cycles over the span
        nuisance=np.ones((n, 1)),
        background=Background.plain(1, 0),
        group=np.zeros(n, dtype=np.intp),
    )
    plan = grid(low, high, 1.0 / (SEARCH.points_per_peak * span))
    scale = np.full(residual.values.shape[1], residual.chi2)
    budget = min(most, _FURTHER_RUNGS * cost + _CHEAP)
    ladder = LadderSearch(data, plan, budget, keep=_KEEP)
    found = ladder.maxima(residual.values, scale, threshold)
    return [
        found.frequency[k : k + 1] for k in np.flatnonzero(found.power > LEARNING.gate * threshold)
    ]


def _ladder_cost(times: Times, bandwidth: float) -> float:
    """Return the number of frequencies of the ladder's first rung."""
    ordered = np.sort(times.to_float())
    if count_pairs(ordered, float(ordered[-1] - ordered[0])) < _FIRST_PAIRS:
        return math.inf
    return (
        SEARCH.points_per_peak
        * bandwidth
        * max(window_with_pairs(ordered, _FIRST_PAIRS), 100.0 / bandwidth)
    )
