r"""Trigonometric sums of many samples at a few frequencies within some line widths of each other.

Over a bin of the time axis, which a narrow band turns by a small angle only, the phasors are
polynomials: with v in [-1, 1] across a bin of half width h around c,

.. math:: \sum_i s_i e^{-i \omega t_i} =
          \sum_{bins} e^{-i \omega c} \sum_m \frac{(-i \omega h)^m}{m!} \sum_{i \in bin} s_i v_i^m .

The inner sums are all that touches the samples: a tenth of the work of a general transform.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats

#: The outermost frequency turns by 0.035 radians over half a bin, and five powers are kept:
#: the error is 0.035^5 / 5! = 4.4e-10 of the largest possible sum.
_TURN = 0.035

_POWERS = 5

#: Up to this many samples, powers of their places in a bin are kept.
_KEPT = 1 << 17

#: Multiplications in one product of matrices.
_PRODUCT = 1 << 15

#: Widest band, in cycles over the baseline from its centre, and fewest samples that are worth it.
WIDEST = 20.0

FEWEST = 2048


class NarrowSums:
    """Sums on the grid ``(k - size // 2) * spacing``, k = 0 ... size - 1.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Times in any order.
    spacing : float
        Step of the grid.
    size : int
        Number of frequencies.
    """

    def __init__(self, times: Floats, spacing: float, size: int) -> None:
        omega = (2 * math.pi * spacing) * (np.arange(size) - size // 2)
        self._order: NDArray[np.intp] | None = None
        if (np.diff(times) < 0).any():
            self._order = np.argsort(times, kind="stable")
            times = times[self._order]
        span = float(times[-1] - times[0])
        highest = float(np.abs(omega).max())
        n_bins = max(1, math.ceil(highest * span / (2 * _TURN)))
        half = span / (2 * n_bins) or 1.0
        number = np.minimum((times - times[0]) / (2 * half), n_bins - 1).astype(np.intp)
        self._first = np.flatnonzero(np.diff(number, prepend=-1))
        centre = times[0] + (2 * number + 1) * half
        v = (times - centre) / half
        powers = _POWERS if highest > 0 else 1
        self._powers = [v]
        # (of many samples, powers take more memory than they save time)
        self._count = powers - 1
        while len(self._powers) < self._count and len(v) <= _KEPT:
            self._powers.append(self._powers[-1] * v)
        self._powers = self._powers[: powers - 1]
        self._phasors = np.exp(-1j * np.outer(centre[self._first], omega))
        self._factors = np.array(
            [(-1j * omega * half) ** m / math.factorial(m) for m in range(powers)]
        )

    def sums(self, strengths: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return the sums of m sets of strengths: shapes (m, n) -> (m, size)."""
        if self._order is not None:
            strengths = strengths[:, self._order]
        parts = [np.add.reduceat(strengths, self._first, axis=1)]
        for power in self._powers:
            parts.append(np.add.reduceat(strengths * power, self._first, axis=1))
        rest = strengths
        for k in range(self._count if self._count > len(self._powers) else 0):
            rest = rest * self._powers[0]
            if k >= len(self._powers):
                parts.append(np.add.reduceat(rest, self._first, axis=1))
        moments = np.stack(parts, axis=1)
        result = np.empty((len(strengths), self._phasors.shape[1]), dtype=np.complex128)
        # products so small that BLAS leaves them to a single thread
        piece = max(16, _PRODUCT // (len(parts) * self._phasors.shape[1]))
        for k, one in enumerate(moments):
            sums = np.zeros(self._factors.shape, dtype=np.complex128)
            for start in range(0, len(self._phasors), piece):
                bins = slice(start, start + piece)
                sums += one[:, bins] @ self._phasors[bins]
            result[k] = (sums * self._factors).sum(axis=0)
        return result
