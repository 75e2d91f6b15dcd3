"""Power of waveforms at all frequencies of a band by compiled loops, in single precision.

The twin of the way that :mod:`epicycle.spectra.multiharmonic` takes without numba, good to 1e-5 of
the highest power: enough to say where maxima are, which are fitted afterwards.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from epicycle.compiled import grids
from epicycle.samples.arrays import Complexes, Floats

#: Width of the bell in grid points, and grid points for each mode.  Sums are good to 1e-6: a wider
#: bell, on fewer points, is so small at the ends of the band that rounding is raised there.
_WIDTH, _UPSAMPLING = 9, 1.5

#: Steepness of the bell, by the rule of Beatty et al. (2005), IEEE Trans. Med. Imaging 24, 799.
_BETA = math.pi * math.sqrt((_WIDTH * (1.0 - 0.5 / _UPSAMPLING)) ** 2 - 0.8)

#: Degree of the polynomials that the bell is made of.
_DEGREE = 15


class GriddedWaveforms:
    """Grids of one length, for bands of one size.

    Parameters
    ----------
    size : int
        Frequencies per band.
    """

    def __init__(self, size: int) -> None:
        self._length = int(fft.next_fast_len(math.ceil(_UPSAMPLING * size) + _WIDTH))
        self._correction = 1.0 / _transform((np.arange(size) - size // 2) / self._length)

    def power(
        self,
        strengths: Floats,
        share: Floats,
        points: list[tuple[Floats, Complexes]],
        ridge: float,
        least: float,
    ) -> tuple[Floats, Floats]:
        """Return the reduction by the first 1 ... K harmonics, and the smallest pivots.

        Parameters
        ----------
        strengths : ndarray, shape (q + 1, n)
            Weighted nuisance columns, and weighted residuals.
        share : ndarray, shape (q,)
            The weights as a sum of the nuisance columns.
        points : list of tuple of ndarray
            Of orders 1 ... 2 K: the phase from one frequency to the next in turns, and the factors
            at the centre of the band.
        ridge : float
            Share by which the diagonal of order h is raised, times h**2.
        least : float
            Pivots below this share of the sum of weights carry no information.
        """
        orders, rows = len(points) // 2, len(strengths)
        grid = np.zeros((orders * (rows + 1), self._length), dtype=np.complex64)
        weights = (share @ strengths[:-1])[np.newaxis]
        bell = _bell()
        for h, (turns, shifts) in enumerate(points):
            if h < orders:
                grids.spread(grid[h * rows : (h + 1) * rows], turns, strengths, shifts, bell)
            else:
                first = orders * rows + h - orders
                grids.spread(grid[first : first + 1], turns, weights, shifts, bell)
        modes = fft.fft(grid, axis=1, overwrite_x=True)
        total = float(weights.sum())
        numbers = (total, ridge, least)
        power, pivots = grids.waveform_power(modes, self._correction, share, numbers)
        return power, pivots


@functools.cache
def _bell() -> Floats:
    """Return the bell as polynomials, one for each of the grid points under it."""
    node = np.cos(math.pi * (np.arange(2 * _DEGREE) + 0.5) / (2 * _DEGREE))
    away = np.arange(_WIDTH)[:, np.newaxis] - 0.5 * _WIDTH + 0.5 * (node + 1.0)
    inside = np.maximum(1.0 - (2.0 * away / _WIDTH) ** 2, 0.0)
    height = np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA)
    fitted = [np.polynomial.Polynomial.fit(node, row, _DEGREE, domain=(-1, 1)) for row in height]
    return np.array([one.coef[::-1] for one in fitted])


def _transform(frequency: Floats) -> Floats:
    """Return the Fourier transform of the bell, at frequencies in cycles per grid point."""
    root = np.sqrt(_BETA**2 - (math.pi * _WIDTH * frequency) ** 2)
    result: Floats = _WIDTH * np.sinh(root) / (root * np.i0(_BETA))
    return result


def maxima_above(power: Floats, floor: float, count: int) -> tuple[NDArray[np.intp], Floats]:
    """Return indices and heights of local maxima not below a floor: the `count` highest of them."""
    inner = power[1:-1]
    index = np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner >= floor)) + 1
    index = index[np.argsort(-power[index], kind="stable")[:count]]
    return index, power[index]
