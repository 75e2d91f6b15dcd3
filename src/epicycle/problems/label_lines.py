r"""Lines of class labels: frequencies at which samples agree about a class, near pairs first.

Whether two samples show the same class depends, for a digit of a clock, on their lag alone, up to
edges.  So over pairs of samples with lag τ, and with :math:`p_c` the share of class c,

.. math:: P(f) = \sum_{pairs} \Bigl(\sum_c (1_c(i) - p_c)(1_c(j) - p_c)\Bigr) \cos 2\pi f \tau

has lines at the harmonics of the digit, whatever the order of its classes; where they follow each
other in cyclic order, the sum of :math:`z_i \bar z_j e^{-2\pi i f \tau}`, :math:`z = e^{2\pi i
c/r}`, has one that is much higher.  Pairs of lags up to L need a grid of steps of 1/L only: each
octave of the band is searched with pairs as near as its grid can be afforded, and a line is then
followed through pairs further and further apart, as a vernier is read, until they span the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.problems.clock import Integers
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums

#: Samples that are compared; pairs that find a line, and that follow one; frequencies of one part
#: of the band.
_MOST_SAMPLES, _MOST_PAIRS, _FEW_PAIRS, _GRID = 1 << 14, 1 << 15, 1 << 12, 1 << 18

#: Pairs that a line needs, and frequencies of a part where only a finer grid has as many.
_FEWEST_PAIRS, _MOST_GRID = 1024, 1 << 22

#: Parts of the band: each ends this much higher than it begins.
_WIDENING = 16.0

#: Points of the grid for each width 1/(2 L) of a line.
_FINENESS = 4

#: Lines, in standard deviations of noise, from which one counts: the highest of 1e8 of noise has 6.
_CLEAR = 7.5

#: Candidates that are followed at each step, and those that are kept in the end.
_FOLLOWED, _KEPT = 12, 6

_BAND = 1 << 16


@dataclass(frozen=True)
class LabelLine:
    """A line of a digit.

    Attributes
    ----------
    frequency : float
        In cycles per unit of time.
    height : float
        In standard deviations of noise.
    """

    frequency: float
    height: float


def label_lines(t: Floats, classes: Integers, size: int, highest: float) -> list[LabelLine]:
    """Return lines of a digit, highest first.

    Parameters
    ----------
    t : ndarray, shape (n,)
        Instants, in any order.
    classes : ndarray of int, shape (n,)
        What the digit showed.
    size : int
        Number of classes.
    highest : float
        End of the band, in cycles per unit of time.
    """
    chosen = some_of(len(t), _MOST_SAMPLES)
    order = chosen[np.argsort(t[chosen], kind="stable")]
    t, classes = t[order], classes[order]
    span = float(t[-1] - t[0])
    if span <= 0 or len(np.unique(classes)) < 2:
        return []
    labels = _Labels(t, classes, size)
    low, found = 2.0 / span, []
    while low < highest:
        high = min(max(low * _WIDENING, _GRID / (2 * _FINENESS * span)), highest)
        reach = _GRID / (2 * _FINENESS * high)
        # few samples have few near pairs: a finer grid for pairs further apart
        wanted = _FEWEST_PAIRS * span / len(t) ** 2
        reach = min(max(reach, min(wanted, _MOST_GRID / (2 * _FINENESS * high))), span)
        found += labels.highest(low, high, reach)
        low = high
    found = sorted(found, key=lambda line: -line[1])[:_FOLLOWED]
    return _distinct([labels.followed(*line) for line in found], span)


def highest_frequency(t: NDArray[Any], n: int) -> float:
    """Return the end of the band: what the raster of instants shows, and what n samples can tell.

    Pairs that are near enough to be searched at a frequency get fewer the higher it is; a line
    needs a thousand of them.
    """
    span = float(t.max() - t.min())
    pairs = min(n, _MOST_SAMPLES) ** 2 / _FEWEST_PAIRS
    affordable = _MOST_GRID / (2 * _FINENESS) * pairs / max(span, 1e-300)
    if t.dtype.kind == "f":
        return affordable
    step = int(np.gcd.reduce(np.diff(np.sort(np.ravel(t)))))
    return min(0.5 / max(step, 1), affordable)


class _Labels:
    """Pairs of samples of one digit, and the sums over them."""

    def __init__(self, t: Floats, classes: Integers, size: int) -> None:
        self.t, self.span = t, float(t[-1] - t[0])
        share = np.bincount(classes, minlength=size) / len(classes)
        self._classes, self._share = classes, share
        self._turning = np.exp(2j * np.pi * classes / size)
        self._turning -= self._turning.mean()

    def highest(self, low: float, high: float, reach: float) -> list[tuple[float, float, float]]:
        """Return (frequency, height, reach) of the highest lines of a part of the band."""
        lag, weights = self._pairs(reach)
        if len(lag) < 32:
            return []
        step = 1.0 / (2 * _FINENESS * reach)
        size = min(_BAND, int(np.ceil((high - low) / step)) + 1)
        sums = TrigSums(Times(lag, np.zeros_like(lag)), step, size)
        found: list[tuple[float, float, float]] = []
        start = low
        while start < high:
            power = sums.band(weights, start).real.max(axis=0)
            found += [(start + k * step, float(power[k]), reach) for k in _peaks(power).tolist()]
            start += size * step
        return sorted(found, key=lambda line: -line[1])[:_FOLLOWED]

    def followed(self, frequency: float, height: float, reach: float) -> LabelLine:
        """Return a line as pairs of all lags see it."""
        while reach < self.span:
            width = 1.0 / (2 * reach)
            reach = min(4 * reach, self.span)
            lag, weights = self._pairs(reach, _FEW_PAIRS)
            step = 1.0 / (8 * reach)
            grid = frequency + step * np.arange(-float(width // step) - 2, width // step + 3)
            powers = self._at(lag, weights, grid)
            best = int(np.argmax(powers))
            frequency, height = float(grid[best]), float(powers[best])
        return LabelLine(frequency, height)

    def _pairs(self, reach: float, most: int = _MOST_PAIRS) -> tuple[Floats, Complexes]:
        """Return lags of up to `reach`, and weights: agreement, and the turn between classes."""
        n = len(self.t)
        stop = np.searchsorted(self.t, self.t + reach, side="right")
        counts = stop - np.arange(n) - 1
        total = int(counts.sum())
        ends = np.cumsum(counts)
        number = some_of(total, most)
        first = np.searchsorted(ends, number, side="right")
        second = first + 1 + number - (ends[first] - counts[first])
        a, b = self._classes[first], self._classes[second]
        agree = (a == b) - self._share[a] - self._share[b] + (self._share**2).sum()
        turn = self._turning[second] * self._turning[first].conj()
        weights = np.stack([agree.astype(np.complex128), turn])
        weights /= np.maximum(np.sqrt((np.abs(weights) ** 2).sum(axis=1) / 2), 1e-300)[:, None]
        return self.t[second] - self.t[first], weights

    def _at(self, lag: Floats, weights: Complexes, grid: Floats) -> Floats:
        phasors = np.exp(-2j * np.pi * np.outer(lag, grid))
        heights: Floats = (weights @ phasors).real.max(axis=0)
        return heights


def _peaks(power: Floats) -> NDArray[np.intp]:
    """Return where a spectrum has its highest maxima."""
    inner = power[1:-1]
    maxima = 1 + np.flatnonzero((inner >= power[:-2]) & (inner >= power[2:]) & (inner > _CLEAR))
    return maxima[np.argsort(-power[maxima])[:_FOLLOWED]]


def _distinct(lines: list[LabelLine], span: float) -> list[LabelLine]:
    kept: list[LabelLine] = []
    for line in sorted(lines, key=lambda line: -line.height):
        apart = all(abs(line.frequency - other.frequency) * span > 1.0 for other in kept)
        if apart and line.height > _CLEAR:
            kept.append(line)
    return kept[:_KEPT]


def some_of(n: int, most: int) -> NDArray[np.intp]:
    """Return at most so many of n numbers, spread evenly."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.intp)
