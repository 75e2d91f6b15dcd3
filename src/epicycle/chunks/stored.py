r"""Sums on a grid of frequencies, and from them at any frequency, with moments of time.

Times that span T make a sum a band-limited function of the frequency: five values for each 1/T
determine it everywhere.  Between them it is interpolated by a sinc under a Kaiser-Bessel window
(Kaiser 1966; the error falls like ``exp(-beta)``), and its derivatives are the sums of powers of
the time,

.. math:: \sum_i c_i s_i^m e^{-2\pi i f s_i}
          = \left(\frac{i}{2\pi}\right)^m \frac{d^m S}{df^m} .

So inner products of lines with each other and with the residual, and residual spectra of other
lines, need no second look at the samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from epicycle.samples.arrays import Complexes, Floats

#: Points of the grid to either side that an interpolation uses.
REACH = 10

#: Sums that cover 1/5 of the period: the window may spread over the rest, 0.4 periods each way.
_BETA = 2 * np.pi * REACH * 0.4

#: Steps of the differences that stand for derivatives, in units of 1/T: the error is 1e-8.
_STEP = 0.04

_FIRST = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])

_SECOND = np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560])

#: Values of the grid at a time that are shifted together.
_PIECE = 1 << 16


def taps(distance: NDArray[np.floating[Any]]) -> Floats:
    """Return the weights of points at some distances, in steps of the grid."""
    inside = np.maximum(1.0 - (distance / REACH) ** 2, 0.0)
    window = np.where(np.abs(distance) < REACH, special.i0e(_BETA * np.sqrt(inside)), 0.0)
    window = window * np.exp(_BETA * (np.sqrt(inside) - 1.0)) / special.i0e(_BETA)
    result: Floats = np.sinc(distance) * window
    return result


class StoredSums:
    """Sums of m sets of real strengths, at any frequency within a band.

    Parameters
    ----------
    spacing : float
        Step of the grid: a fifth of one over the span of the samples.
    values : ndarray of complex, shape (m, K + 1)
        Sums at k = 0 ... K, times counted from the middle of the span.
    offset : float
        The middle of the span, as a time from the reference.
    """

    def __init__(self, spacing: float, values: Complexes, offset: float) -> None:
        self.spacing, self.offset = spacing, offset
        # sums of real strengths at -f are the conjugates of those at f
        self._padded = np.concatenate([values[:, REACH:0:-1].conj(), values], axis=1)
        self.values = self._padded[:, REACH:]

    def at(self, frequency: Floats) -> Complexes:
        """Return the sums, times counted from the reference, shape (m, ...) for f of shape (...).

        Up to ``REACH`` steps from the end of the grid.
        """
        place: Floats = np.abs(frequency) / self.spacing
        first = np.floor(place).astype(np.intp)
        step = np.arange(1 - REACH, REACH + 1)
        distance: Floats = (place - first)[..., np.newaxis] - step
        weights = taps(distance)
        near = self._padded[:, (first + REACH)[..., np.newaxis] + step]
        sums = (near * weights).sum(axis=-1)
        sums = np.where(frequency < 0, sums.conj(), sums)
        result: Complexes = sums * np.exp(-2j * np.pi * frequency * self.offset)
        return result

    def moments(self, frequency: Floats, count: int) -> Complexes:
        """Return the sums of the powers 0 ... `count` - 1 of the time, shape (count, m, ...)."""
        width = _STEP * 5 * self.spacing
        shifts = width * np.arange(-4, 5)
        near = self.at(frequency[..., np.newaxis] + shifts)
        parts = [near[..., 4]]
        if count > 1:
            parts.append((0.5j / np.pi) * (near @ _FIRST) / width)
        if count > 2:
            parts.append((0.5j / np.pi) ** 2 * (near @ _SECOND) / width**2)
        return np.stack(parts)

    def shifted(self, by: float, count: int) -> Complexes:
        """Return the first set at ``k * spacing - by`` for k = 0 ... count - 1, from the middle.

        It is what a line at the frequency `by` has in the sums of its values.
        """
        place = by / self.spacing
        base = int(np.floor(place))
        weights = taps(np.arange(-REACH, REACH) + (place - base))[::-1]
        # the points k - base + j, j = -REACH ... REACH - 1
        first, last = -base - REACH, count - base + REACH
        values = self.values[0]
        near = values[max(first, 0) : max(last, 0)]
        if first < 0:
            negative = values[max(1, 1 - min(last, 0)) : 1 - first].conj()[::-1]
            near = np.concatenate([negative[: last - first], near])
        result = np.empty(count, dtype=np.complex128)
        for start in range(0, count, _PIECE):
            part = near[start : min(start + _PIECE, count) + 2 * REACH - 1]
            stop = start + len(part) - 2 * REACH + 1
            result.real[start:stop] = np.convolve(part.real, weights, mode="valid")
            result.imag[start:stop] = np.convolve(part.imag, weights, mode="valid")
        return result
