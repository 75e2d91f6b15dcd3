r"""Sums over boxes of wave vectors, in single precision: they decide where to look.

With samples at points x in m dimensions,

.. math:: S(k) = \sum_i c_i \exp(-2\pi i\, k \cdot x_i),

on a grid of wave vectors k around a centre, by one nonuniform transform of two or three
dimensions.  A box far from zero is as accurate as one around it: its centre is a factor on the
strengths, formed in double precision.
"""

from __future__ import annotations

import finufft
import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Complexes, Floats
from epicycle.spectra.transforms import _UPSAMPLING, SINGLE_TOLERANCE

#: Dimensions that one transform takes.
DIMENSIONS = 3


class WaveBox:
    """Sums at wave vectors ``centre + spacing * (j - shape // 2)``, j = 0 ... shape - 1 an axis.

    Parameters
    ----------
    points : ndarray, shape (m, n)
        Points in units of their span: the first m are at most three.
    spacing : float
        Step of the grid in cycles over the span, at most one.
    shape : tuple of m int
        Wave vectors on each axis.
    count : int
        Sets of strengths.
    """

    def __init__(self, points: Floats, spacing: float, shape: tuple[int, ...], count: int) -> None:
        self.shape = shape
        self.spacing = spacing
        self._points = points
        self._plan = finufft.Plan(
            1,
            shape,
            n_trans=count,
            eps=SINGLE_TOLERANCE,
            isign=-1,
            dtype="complex64",
            upsampfac=_UPSAMPLING,
            nthreads=1,
        )
        turns = spacing * points
        turns -= np.rint(turns)
        self._plan.setpts(*np.ascontiguousarray((2 * np.pi) * turns, dtype=np.float32))

    def sums(self, strengths: NDArray[np.number], centre: Floats) -> Complexes:
        """Return the sums, shape (count, *shape), of strengths of shape (count, n)."""
        turned = strengths * waves(self._points, centre)
        sums = self._plan.execute(np.ascontiguousarray(turned, dtype=np.complex64))
        result: Complexes = np.asarray(sums).reshape(len(strengths), *self.shape)
        return result

    def vector(self, index: int, centre: Floats) -> Floats:
        """Return the wave vector at a place of the flattened grid."""
        place = np.array(np.unravel_index(index, self.shape))
        return np.asarray(centre + self.spacing * (place - np.array(self.shape) // 2))


def waves(points: Floats, vector: Floats) -> Complexes:
    """Return exp(-2 pi i k x), shape (n,), at points of shape (m, n)."""
    turns = vector @ points
    return np.asarray(np.exp((-2j * np.pi) * (turns - np.rint(turns))))
