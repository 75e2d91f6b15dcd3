"""Sums in single precision, which only decide where to look."""

from __future__ import annotations

import math
from collections.abc import Iterator

import finufft
import numpy as np
from numpy.typing import NDArray

from epicycle.samples import phase
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.transforms import _UPSAMPLING, SINGLE_TOLERANCE, _new_plan, _phasors

#: The same for sums in single precision, which only decide where to look more closely.
SINGLE_BAND = 1 << 15

#: Longer bands lose digits: a position is known to 2**-24 of a turn of the first frequency.
_LONGEST_SINGLE_BAND = 1 << 18


class SingleSums:
    """The same sums in single precision, band after band of one grid: they decide where to look.

    A sum is right to some thousandths of what all strengths together could add up to.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    spacing : float
        Step of the grid in cycles per unit of time.
    size : int
        Frequencies per band, at most 2**18.
    count : int
        Number m of sets of strengths.
    """

    def __init__(self, times: Times, spacing: float, size: int, count: int) -> None:
        self.spacing = spacing
        self.size = size
        self._times = times
        self._plan = _new_plan((size,), count, single=True)
        step = phase.wrap(phase.turns(spacing, times))
        self._plan.setpts(((2 * np.pi) * step).astype(np.float32))
        self._onwards = _phasors(times, size * spacing)

    def bands(
        self, strengths: Floats, start: float, n_bands: int
    ) -> Iterator[NDArray[np.complex64]]:
        """Yield the sums of the bands that begin at ``start + b * size * spacing``.

        Parameters
        ----------
        strengths : ndarray, shape (m, n)
            m sets of real strengths.
        start : float
            First frequency of the first band.
        n_bands : int
            Number of bands.

        Yields
        ------
        ndarray of complex64, shape (m, size)
            Overwritten by the next one.
        """
        sums = np.empty((len(strengths), self.size), dtype=np.complex64)
        # FINUFFT numbers the modes from -size // 2: shift by the frequency of mode 0
        turned = strengths * _phasors(self._times, start + (self.size // 2) * self.spacing)
        for band in range(n_bands):
            if band:
                turned *= self._onwards
            self._plan.execute(np.ascontiguousarray(turned, dtype=np.complex64), out=sums)
            yield sums


def single_band_size(n_frequencies: int, n_points: int) -> int:
    """Return the fastest band of :func:`cosine_bands` for a grid and a number of points.

    Points are spread anew onto every band: where they are many, longer bands are cheaper.
    """
    longer = min(1 << (32 * n_points).bit_length(), _LONGEST_SINGLE_BAND)
    return min(n_frequencies, max(SINGLE_BAND, longer))


def cosine_bands(
    lags: Floats,
    strengths: Floats,
    start: float,
    spacing: float,
    size: int,
    which: range,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    r"""Yield sums of cosines, two bands of an equidistant grid at a time, in single precision.

    With real strengths c, ``sum c cos(2 pi f x)`` is real, and one complex transform holds two
    bands centred on f and g: that of the strengths
    ``c (exp(-2 pi i f x) + i exp(-2 pi i g x)) / 2`` at x and
    ``c (exp(2 pi i f x) + i exp(2 pi i g x)) / 2`` at -x.

    Parameters
    ----------
    lags : ndarray, shape (n,)
        Lags x.  The phases are products of float64 numbers: good to 1e-7 turns up to 1e9 cycles.
    strengths : ndarray, shape (n,)
        Real strengths c.
    start, spacing : float
        First frequency and step of the grid.
    size : int
        Frequencies per band.
    which : range
        Pairs of bands to evaluate: pair k holds the bands 2 k and 2 k + 1.

    Yields
    ------
    k : int
        Number of the pair.
    sums : ndarray of float32, shape (size, 2)
        Frequency ``start + ((2 k + b) size + j) spacing`` at [j, b]; overwritten by the next one.
    """
    if not len(which):
        return
    plan = finufft.Plan(
        1,
        (size,),
        eps=SINGLE_TOLERANCE,
        isign=-1,
        dtype="complex64",
        upsampfac=_UPSAMPLING,
        nthreads=1,
    )
    n = len(lags)
    position = np.empty(2 * n, dtype=np.float32)
    position[:n] = 2 * math.pi * phase.wrap(spacing * lags)
    np.negative(position[:n], out=position[n:])
    plan.setpts(position)
    # FINUFFT numbers the modes from -size // 2: the phase is that of the frequency of mode 0
    centre = start + (2 * which.start * size + size // 2) * spacing
    half = 0.5 * strengths
    first = half * _turned(centre * lags, np.float32)
    second = half * _turned((centre + size * spacing) * lags, np.float32)
    # this one is used many times over
    onwards = _turned(2 * which.step * size * spacing * lags, np.float64)
    packed = np.empty(2 * n, dtype=np.complex64)
    sums = np.empty(size, dtype=np.complex64)
    for k in which:
        np.subtract(first.real, second.imag, out=packed.real[:n], casting="same_kind")
        np.add(first.imag, second.real, out=packed.imag[:n], casting="same_kind")
        np.add(first.real, second.imag, out=packed.real[n:], casting="same_kind")
        np.subtract(second.real, first.imag, out=packed.imag[n:], casting="same_kind")
        plan.execute(packed, out=sums)
        yield k, sums.view(np.float32).reshape(size, 2)
        first *= onwards
        second *= onwards


def _turned(turns: Floats, dtype: type) -> Complexes:
    """Return exp(-2 pi i turns), its parts as good as a data type holds them."""
    angle: NDArray[np.floating] = ((-2 * math.pi) * phase.wrap(turns)).astype(dtype)
    factors = np.empty(len(angle), dtype=np.complex128)
    np.cos(angle, out=factors.real, casting="same_kind")
    np.sin(angle, out=factors.imag, casting="same_kind")
    return factors
