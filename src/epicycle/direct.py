r"""Trigonometric sums of few samples, as products of small matrices.

With the modes of a grid numbered k = a B + b,

.. math:: \sum_i s_i z_i^{a B + b} = \sum_i (s_i z_i^{a B})\, z_i^b :

one product of a matrix with B rows and one with size / B.  A general transform needs fewer
operations, but for few samples it takes longer to set up than all of this.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from epicycle import phase
from epicycle._twofloat import Floats

#: Multiplications up to which this is faster than a transform; fewer where samples are many, for
#: the transform's own work hardly depends on them.
_MOST = 1 << 19
_FEW = 256


def is_faster(n_samples: int, size: int) -> bool:
    """Return whether so many samples and modes are better summed directly."""
    return n_samples * size * max(n_samples, _FEW) <= _MOST * _FEW


class DirectSums:
    """Sums on the grid ``(k - size // 2) * spacing``, k = 0 ... size - 1.

    Parameters
    ----------
    turns : ndarray, shape (n,)
        Phase of the first mode, ``spacing * time``, in turns.
    size : int
        Number of frequencies.
    """

    def __init__(self, turns: Floats, size: int) -> None:
        self._size = size
        block = math.ceil(math.sqrt(size))
        rows = math.ceil(size / block)
        # the phases of the three are exact, and powers of them good to size * 1e-16
        exponents = np.array([[1.0], [float(block)], [-float(size // 2)]])
        cosine, sine = phase.unit_phasors(phase.wrap(exponents * turns))
        fine, coarse, first = cosine - 1j * sine
        self._fine = _powers(fine, block)
        self._coarse = _powers(coarse, rows) * first

    def sums(self, strengths: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return the sums of m sets of strengths: shapes (m, n) -> (m, size)."""
        shifted = strengths[:, np.newaxis, :] * self._coarse
        flat = shifted.reshape(-1, shifted.shape[2]) @ self._fine.T
        result: NDArray[np.complex128] = flat.reshape(len(strengths), -1)[:, : self._size]
        return result


def _powers(base: NDArray[np.complex128], count: int) -> NDArray[np.complex128]:
    """Return the powers 0 ... count - 1, shape (count, n), in as few roundings as possible."""
    result = np.empty((count, len(base)), dtype=np.complex128)
    result[0] = 1.0
    done = 1
    while done < count:
        more = min(done, count - done)
        np.multiply(result[:more], base, out=result[done : done + more])
        done += more
        base = base * base
    return result
