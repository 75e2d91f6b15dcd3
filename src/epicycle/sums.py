r"""Trigonometric sums over a frequency grid: the only module that talks to FINUFFT.

Everything in epicycle rests on

.. math:: S_k = \sum_i c_i \exp(-2\pi i\, f_k x_i), \qquad f_k = f_0 + k\,\delta f .

The grid is cut into bands of bounded size, so memory does not grow with the number of
frequencies; all bands of one grid share one plan, because a shift of the whole band is a factor
on the strengths.  Phases of that factor are exact (:mod:`epicycle.phase`), so a band far from
zero frequency is as accurate as the first one.

References
----------
A. H. Barnett, J. Magland, L. af Klinteberg (2019), SIAM J. Sci. Comput. 41, C479 (FINUFFT).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import finufft
import numpy as np
from numpy.typing import NDArray

from epicycle import phase
from epicycle._times import Times
from epicycle._twofloat import Floats
from epicycle.direct import DirectSums, is_faster
from epicycle.narrow import FEWEST, WIDEST, NarrowSums

Complexes = NDArray[np.complex128]

#: Frequencies per band.  2**16 is fastest on every machine tried: the fine grid stays in cache.
BAND = 1 << 16

#: Relative tolerance of the transforms; the cheap upsampling factor of 1.25 allows no less.
TOLERANCE = 1e-9
_UPSAMPLING = 1.25

#: The same for sums in single precision, which only decide where to look more closely.
SINGLE_BAND = 1 << 15
SINGLE_TOLERANCE = 1e-3

#: A transform of fewer samples takes as long as one of so many.
_FEWEST = 1024

#: Direct sums, on a band of the usual size around a line, as long as so many; and the plan of a
#: transform as so many.
_FEWEST_DIRECT, _TYPICAL = 128, 33
_PLAN = 4096

#: Longer bands lose digits: a position is known to 2**-24 of a turn of the first frequency.
_LONGEST_SINGLE_BAND = 1 << 18


def _new_plan(modes: tuple[int] | None, count: int, *, single: bool = False) -> finufft.Plan:
    """Return a plan for so many modes, or for frequencies anywhere."""
    return finufft.Plan(
        3 if modes is None else 1,
        1 if modes is None else modes,
        n_trans=count,
        eps=SINGLE_TOLERANCE if single else TOLERANCE,
        isign=-1,
        dtype="complex64" if single else "complex128",
        upsampfac=_UPSAMPLING,
        nthreads=1,  # bands run side by side instead, see epicycle.search
    )


class TrigSums:
    """Sums of strengths at given times, on bands of an equidistant frequency grid.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    spacing : float
        Step of the grid in cycles per unit of time.
    size : int
        Frequencies per band.
    """

    def __init__(self, times: Times, spacing: float, size: int) -> None:
        self.times = times
        self.spacing = spacing
        self.size = size
        self._plans: dict[tuple[int, int], finufft.Plan] = {}
        self._narrow: dict[int, NarrowSums] = {}
        self._direct: dict[int, DirectSums] = {}
        span = float(times.hi.max() - times.hi.min()) if len(times) else 0.0
        #: Cycles over all samples from the centre of the band to its end.
        self._reach = (size // 2) * spacing * span

    def band(self, strengths: NDArray[np.number], start: float, multiple: int = 1) -> Complexes:
        """Return the sums at ``multiple * (start + k * spacing)``, k = 0 ... size - 1.

        Parameters
        ----------
        strengths : ndarray, shape (m, n)
            m sets of real or complex strengths.
        start : float
            First frequency of the band.
        multiple : int
            2 gives the sums at twice the frequencies.

        Returns
        -------
        ndarray of complex, shape (m, size)
        """
        shifts = self.shifts(start)
        return self.band_at(strengths, shifts**multiple, multiple)

    def shifts(self, start: float) -> Complexes:
        """Return the factors exp(-2 pi i f t), shape (n,), at the centre of a band."""
        # FINUFFT numbers the modes from -size // 2: shift by the frequency of mode 0
        return _phasors(self.times, start + (self.size // 2) * self.spacing)

    def band_at(
        self, strengths: NDArray[np.number], shifts: Complexes, multiple: int = 1
    ) -> Complexes:
        """Return the sums of :meth:`band` for given factors (of `multiple` times the centre)."""
        shifted = np.ascontiguousarray(strengths * shifts, dtype=np.complex128)
        if multiple * self._reach <= WIDEST and shifted.shape[1] >= FEWEST:
            if multiple not in self._narrow:
                step = multiple * self.spacing
                self._narrow[multiple] = NarrowSums(self.times.to_float(), step, self.size)
            return self._narrow[multiple].sums(shifted)
        if is_faster(shifted.shape[1], self.size):
            if multiple not in self._direct:
                self._direct[multiple] = DirectSums(self._step(multiple), self.size)
            return self._direct[multiple].sums(shifted)
        plan = self._plan(shifted.shape[0], multiple)
        return np.asarray(plan.execute(shifted)).reshape(shifted.shape[0], self.size)

    def _plan(self, count: int, multiple: int) -> finufft.Plan:
        key = (count, multiple)
        if key not in self._plans:
            plan = _new_plan((self.size,), count)
            plan.setpts((2 * np.pi) * self._step(multiple))
            self._plans[key] = plan
        return self._plans[key]

    def _step(self, multiple: int) -> Floats:
        """Return the phase from one frequency of the grid to the next, in turns, shape (n,)."""
        return phase.wrap(multiple * phase.turns(self.spacing, self.times))


class Transform:
    """One transform that serves many sets of points; see :class:`SharedPlans`.

    Parameters
    ----------
    size : int
        Number of modes.
    count : int
        Sets of strengths at a time.

    Attributes
    ----------
    zero : int
        Index of the mode of frequency 0.
    """

    def __init__(self, size: int, count: int) -> None:
        self.zero = size // 2
        self._sums = np.empty((count, size), dtype=np.complex128)
        self._plan = _new_plan((size,), count)

    def set_points(self, turns: Floats) -> None:
        """Set the phases from one mode to the next, in turns between -0.5 and 0.5."""
        self._plan.setpts((2 * np.pi) * turns)

    def sums(self, strengths: Complexes) -> Complexes:
        """Return ``sum c exp(-2 pi i (k - zero) turns)``, shape (count, size).

        Overwritten by the next ones.
        """
        self._plan.execute(np.ascontiguousarray(strengths), out=self._sums)
        return self._sums


class SharedPlans:
    """Plans of transforms, kept for the next series of about the same length.

    To make one takes as long as to use it several times.
    """

    def __init__(self) -> None:
        self._plans: dict[tuple[int, int], Transform] = {}

    def of(self, size: int, count: int) -> Transform:
        """Return a transform of at least `size` modes, and at most a quarter, or 15, more."""
        unit = 1 << max(size.bit_length() - 3, 4)
        rounded = math.ceil(size / unit) * unit
        if (rounded, count) not in self._plans:
            self._plans[rounded, count] = Transform(rounded, count)
        return self._plans[rounded, count]


def is_worth_scattering(n_samples: int, cycles: float, n_places: int) -> bool:
    """Return whether :func:`scattered_sums` is quicker than band after band.

    It spreads all samples once, and takes as long as two more of them for each of `cycles`, those
    over the samples at the highest frequency; and its plan takes as long as many samples do.  Each
    of `n_places` bands takes some passes over the samples, and no less than over so many, which
    are fewer where no plan is made for them.
    """
    least = _FEWEST_DIRECT if is_faster(n_samples, _TYPICAL) else _FEWEST
    return n_samples + 2.0 * cycles + _PLAN <= n_places * max(n_samples, least)


def scattered_sums(times: Times, strengths: Floats, frequency: Floats) -> Complexes:
    """Return sums at frequencies anywhere, all in one transform.

    It takes as long as a grid of twice as many frequencies as the widest distance between two of
    these has cycles over the samples.  The phases are products of float64 numbers: good to 1e-9
    turns up to 1e6 cycles.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    strengths : ndarray, shape (m, n)
        m sets of real strengths.
    frequency : ndarray, shape (k,)
        Frequencies in any order.

    Returns
    -------
    ndarray of complex, shape (m, k)
    """
    plan = _new_plan(None, len(strengths))
    plan.setpts((2 * np.pi) * times.to_float(), s=np.ascontiguousarray(frequency))
    result = plan.execute(np.ascontiguousarray(strengths, dtype=np.complex128))
    return np.asarray(result).reshape(len(strengths), len(frequency))


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


def _phasors(times: Times, frequency: float) -> Complexes:
    """Return exp(-2 pi i f t)."""
    cosine, sine = phase.unit_phasors(phase.turns(frequency, times))
    factors = np.empty(len(cosine), dtype=np.complex128)
    factors.real = cosine
    factors.imag = -sine
    return factors
