r"""Trigonometric sums of few samples, as products of small matrices.

With the modes of a grid numbered k = a B + b,

.. math:: \sum_i s_i z_i^{a B + b} = \sum_i (s_i z_i^{a B})\, z_i^b :

one product of a matrix with B rows and one with size / B.  A general transform needs fewer
operations, but for few samples it takes longer to set up than all of this.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from epicycle.samples import phase
from epicycle.samples.arrays import Floats

#: Multiplications up to which this is faster than a transform; fewer where samples are many, for
#: the transform's own work hardly depends on them.
_MOST = 1 << 19

_FEW = 256

#: Real multiplications in one product.  OpenBLAS wakes other threads for more (and for less, where
#: numbers are complex); on a machine with other work to do, waiting for them takes many times as
#: long as the product.
_ONE_THREAD = 1 << 18


def is_faster(n_samples: int, size: int) -> bool:
    """Return whether `n_samples` samples at `size` modes are better summed directly."""
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
        self._fine = _as_real(_from_nought(fine, block).T)
        self._coarse = _from_nought(coarse, rows) * first

    def sums(self, strengths: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return the sums of m sets of strengths: shapes (m, n) -> (m, size)."""
        shifted = strengths[:, np.newaxis, :] * self._coarse
        rows = shifted.reshape(-1, shifted.shape[2]).view(np.float64)
        flat = np.empty((len(rows), self._fine.shape[1]))
        # pieces of about the same size, for of a single row the product takes threads early
        pieces = math.ceil(len(rows) * self._fine.size / _ONE_THREAD)
        edges = [k * len(rows) // pieces for k in range(pieces + 1)]
        for first, last in itertools.pairwise(edges):
            np.matmul(rows[first:last], self._fine, out=flat[first:last])
        complete = flat.view(np.complex128).reshape(len(strengths), -1)
        result: NDArray[np.complex128] = complete[:, : self._size]
        return result


def _as_real(matrix: NDArray[np.complex128]) -> Floats:
    """Return the matrix whose product with interleaved numbers is that of complex numbers."""
    n, m = matrix.shape
    result = np.empty((2 * n, m), dtype=np.complex128)
    result[0::2] = matrix
    result[1::2] = 1j * matrix
    return result.view(np.float64)


def _from_nought(base: NDArray[np.complex128], count: int) -> NDArray[np.complex128]:
    """Return the powers 0 ... count - 1, shape (count, n)."""
    return np.concatenate([np.ones((1, len(base))), phase.powers(base, count)])[:count]
