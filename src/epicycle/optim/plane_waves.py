"""Where wave vectors of several inputs may be: boxes around zero, axes, and the ladder beyond.

A box of wave vectors is tried whole while that is cheap: one transform holds tens of thousands of
them.  A wave along a single axis is looked for as far as on one input.  Beyond, up to
`LEARNING.axis_cycles` on each axis of two or three, pairs of near samples point
(:mod:`epicycle.optim.near_pairs`).  All of it together stays within `LEARNING.wave_vectors` for
each search, a wave vector of q series counted q times, so that the price of a step is bounded.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual
from epicycle.optim.near_pairs import climb
from epicycle.samples.arrays import Floats
from epicycle.spectra.waves import DIMENSIONS, WaveBox

#: Cycles in the first box, and by how much each further one is longer on every axis.
_FIRST_CYCLES, _GROWTH = 1 << 14, 2.0

#: Grid points for each cycle over the span, on an axis: in two dimensions a wave between them has
#: lost a sixth of its power at worst, in three or more a half.
_POINTS = {2: 3.0}
_FEWER_POINTS, _FEWER_GATE = 2.0, 0.75

#: Wave vectors of one transform on each axis: it stays in cache.
_BLOCK = {2: 256, 3: 40}

#: Frequencies worth a fit, and maxima of a transform that are looked at.
KEEP, _MAXIMA = 5, 20

#: A maximum may be the side lobe of a wave this many cycles away, seen at this step.
_AROUND, _AROUND_STEP = 4.0, 0.5


def points_per_cycle(inputs: int) -> float:
    """Return how many wave vectors are tried for each cycle over the span of an axis."""
    return _POINTS.get(inputs, _FEWER_POINTS)


def box_cost(cycles: Floats) -> float:
    """Return the number of wave vectors in a box of so many cycles either way on each axis."""
    return float(np.prod(2 * np.ceil(cycles * points_per_cycle(len(cycles))) + 1) / 2)


def is_tried_whole(cycles: Floats, series: int) -> bool:
    """Return whether every wave vector of a box is tried, for so many series at once.

    With more inputs than the ladder takes there is nothing else: a band is there then, and was
    checked against the price for one series (:mod:`epicycle.optim.band`).
    """
    cost = box_cost(cycles)
    if cost > LEARNING.wave_vectors / 4:
        return False
    return len(cycles) > DIMENSIONS or cost * series <= LEARNING.largest_box * LEARNING.wave_vectors


def boxes(span: Floats, highest: Floats, series: int = 1) -> Iterator[Floats]:
    """Yield the upper limits of boxes around zero, each containing the one before.

    The last one is the whole band, or what the ladder reaches, or else what is cheap.
    """
    side = _FIRST_CYCLES ** (1.0 / len(span))
    limit = np.asarray(highest * span)
    farthest = np.minimum(limit, max(LEARNING.axis_cycles, side))
    if box_cost(limit) <= LEARNING.wave_vectors / 4:
        farthest = limit
    while True:
        cycles = np.minimum(side, farthest)
        if not is_tried_whole(cycles, series):
            break
        yield cycles / span
        if (cycles >= farthest).all():
            return
        side *= _GROWTH
    if len(span) <= DIMENSIONS:
        yield farthest / span


class PlaneWaves:
    """Candidates among the wave vectors of several inputs, within the budget of one search.

    Parameters
    ----------
    coordinates : Coordinates
        Inputs of n samples on m axes, m > 1.
    share : float
        Part of the budget: a search of several sets of series, or inputs, divides it.
    """

    def __init__(self, coordinates: Coordinates, share: float = 1.0) -> None:
        self._span = coordinates.span
        self._points = np.ascontiguousarray(coordinates.values().T / coordinates.span[:, None])
        self._left = share * LEARNING.wave_vectors

    def candidates(
        self, residual: Residual, high: Floats, threshold: float, limit: Floats
    ) -> list[Floats] | None:
        """Return wave vectors in a box where a line may be; None where that is out of reach.

        Parameters
        ----------
        residual : Residual
            What the null hypothesis has left.
        high : ndarray, shape (m,)
            Upper limits of the box.
        threshold : float
            Share of the power from which on a line would be significant.
        limit : ndarray, shape (m,)
            What the inputs resolve: a maximum is not followed beyond it.
        """
        cycles = high * self._span
        series = residual.values.shape[1]
        if is_tried_whole(cycles, series):
            cost = box_cost(cycles) * (1 if len(cycles) > DIMENSIONS else series)
            if cost > self._left:
                return None
            self._left -= cost
            found = self._box(residual, cycles, threshold)
        else:
            most = min(self._left, LEARNING.wave_vectors / 4)
            self._left -= most
            climbed = climb(self._points, residual.values, cycles, most, KEEP)
            if climbed is None:
                return None
            found = climbed
        return self.settled(residual, [k / self._span for k in found], limit)

    def settled(self, residual: Residual, found: list[Floats], limit: Floats) -> list[Floats]:
        """Return for each frequency the highest maximum some cycles around it.

        What stands out at the edge of a box, or on an axis, may be the side lobe of a wave beyond.
        """
        m, values = len(self._span), residual.values.T
        if m > DIMENSIONS or not found:
            return found
        side = 2 * round(_AROUND / _AROUND_STEP) + 1
        box = WaveBox(self._points, _AROUND_STEP, (side,) * m, len(values))
        steps = _AROUND_STEP * (np.arange(side) - side // 2)
        result: list[Floats] = []
        for frequency in found:
            centre = frequency * self._span
            power = (np.abs(box.sums(values, centre)) ** 2).sum(axis=0)
            for axis in range(m):
                beyond = np.abs(centre[axis] + steps) > max(
                    limit[axis] * self._span[axis], abs(centre[axis])
                )
                power[(slice(None),) * axis + (beyond,)] = 0.0
            best = box.vector(int(np.argmax(power)), centre)
            if float(np.sqrt((best**2).sum())) >= CYCLES.in_training:
                result.append(best / self._span)
        return result

    def _box(self, residual: Residual, cycles: Floats, threshold: float) -> list[Floats]:
        """Try every wave vector of a box, in cycles over the span: half of it, the signs apart."""
        m, values = len(cycles), residual.values.T
        step = 1.0 / points_per_cycle(m)
        gate = LEARNING.gate * threshold * (1.0 if m in _POINTS else _FEWER_GATE)
        norm = 2.0 / (residual.chi2 * values.shape[1])
        reach = np.ceil(cycles / step).astype(int)
        block = _BLOCK[min(m, DIMENSIONS)]
        shape = tuple(int(min(2 * r + 1, block)) for r in reach[:DIMENSIONS])
        # blocks that lie side by side; the first axis from zero on
        starts = [
            np.arange(0 if axis == 0 else -r, r + 1, shape[axis] if axis < DIMENSIONS else 1)
            for axis, r in enumerate(reach.tolist())
        ]
        box = WaveBox(self._points[:DIMENSIONS], step, shape, len(values))
        middle = np.array(shape) // 2
        found: list[tuple[float, Floats]] = []
        for corner in itertools.product(*starts):
            rest = step * np.array(corner[DIMENSIONS:], dtype=float)
            centre = step * (np.array(corner[:DIMENSIONS]) + middle)
            sums = box.sums(_turned(values, self._points[DIMENSIONS:], rest), centre)
            power = np.square(sums.real).sum(axis=0) + np.square(sums.imag).sum(axis=0)
            power = power.ravel()
            strong = np.flatnonzero(power > gate / norm)
            if len(strong) > _MAXIMA:
                strong = strong[np.argpartition(power[strong], -_MAXIMA)[-_MAXIMA:]]
            found += [
                (float(power[k]), np.concatenate([box.vector(int(k), centre), rest]))
                for k in strong.tolist()
            ]
        inside = [(p, k) for p, k in found if (np.abs(k) <= cycles + step).all()]
        return _distinct([(p, k) for p, k in inside if math.sqrt(k @ k) >= CYCLES.in_training])


def _turned(values: Floats, points: Floats, vector: Floats) -> Floats:
    """Return the series turned back by a wave on the axes that no transform takes."""
    if not len(vector):
        return values
    return np.asarray(values * np.exp((-2j * np.pi) * (vector @ points)))


def _distinct(found: list[tuple[float, Floats]]) -> list[Floats]:
    """Return the highest maxima that are a cycle apart on some axis."""
    result: list[Floats] = []
    for _, vector in sorted(found, key=lambda item: -item[0]):
        if all(np.abs(vector - other).max() >= 1.0 for other in result):
            result.append(vector)
        if len(result) == KEEP:
            break
    return result
