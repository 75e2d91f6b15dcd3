"""Nonuniform transforms: plans, and sums over scattered frequencies."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import finufft
import numpy as np

from epicycle.samples import phase
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times

#: Relative tolerance of the transforms; the cheap upsampling factor of 1.25 allows no less.
TOLERANCE = 1e-9

_UPSAMPLING = 1.25

SINGLE_TOLERANCE = 1e-3

#: Modes of all plans that are kept for later: 40 MB.
_MOST_IDLE = 1 << 20

#: A power of 2 times these has factors of 2, 3 and 5 alone.
_QUICK = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 32)

#: Samples at a time whose phases are formed.
_PIECE = 1 << 14


def _new_plan(modes: tuple[int] | None, count: int, *, single: bool = False) -> finufft.Plan:
    """Return a plan for a number of modes, or for frequencies anywhere where that is None."""
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


class IdlePlans:
    """Plans that nobody uses at the moment, kept for the next series: a bounded number.

    To make one takes as long as to use it several times.  A plan that is lent is in no other hands.
    """

    def __init__(self) -> None:
        self._idle: dict[tuple[int, int], list[finufft.Plan]] = {}
        self._lock = threading.Lock()

    @staticmethod
    def rounded(size: int) -> int:
        """Return a number of modes that serves for this one: at most a fifth, or 15, more.

        Its transform is as long as those are that take least time.
        """
        unit = 1 << max(math.ceil(_UPSAMPLING * size).bit_length() - 5, 4)
        length = next(k * unit for k in _QUICK if k * unit >= _UPSAMPLING * size)
        return int(length / _UPSAMPLING)

    def lend(self, size: int, count: int) -> finufft.Plan:
        """Return a plan of exactly `size` modes and `count` sets of strengths."""
        with self._lock:
            idle = self._idle.get((size, count))
            if idle:
                return idle.pop()
        return _new_plan((size,), count)

    def take_back(self, size: int, lent: list[tuple[int, finufft.Plan]]) -> None:
        """Keep plans of `size` modes, each with its number of sets, if there is room for them."""
        with self._lock:
            for count, plan in lent:
                kept = sum(s * c * len(p) for (s, c), p in self._idle.items())
                if kept + size * count > _MOST_IDLE:
                    self._idle.clear()
                if size * count <= _MOST_IDLE:
                    self._idle.setdefault((size, count), []).append(plan)


#: Of the whole process: what is lent to one is hidden from all others.
IDLE_PLANS = IdlePlans()


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


def synthesis(size: int, turns: Floats, count: int) -> Callable[[Complexes], Complexes]:
    """Return the way from modes back to points: sums of ``c_k exp(2 pi i k x)`` at every x.

    Parameters
    ----------
    size : int
        Number of modes, odd: k = -(size // 2) ... size // 2.
    turns : ndarray, shape (m,)
        The points, in turns.
    count : int
        Sets of modes at a time: shape (count, size) gives (count, m).
    """
    plan = finufft.Plan(
        2,
        (size,),
        n_trans=count,
        eps=TOLERANCE,
        isign=1,
        dtype="complex128",
        upsampfac=_UPSAMPLING,
        nthreads=1,
    )
    plan.setpts((2 * np.pi) * phase.wrap(turns))

    def back(modes: Complexes) -> Complexes:
        values: Complexes = np.asarray(plan.execute(np.ascontiguousarray(modes)))
        return values

    return back


def _phasors(times: Times, frequency: float) -> Complexes:
    """Return exp(-2 pi i f t)."""
    factors = np.empty(len(times), dtype=np.complex128)
    for piece in pieces(len(times)):
        cosine, sine = phase.unit_phasors(phase.turns(frequency, times[piece]))
        factors.real[piece] = cosine
        np.negative(sine, out=factors.imag[piece])
    return factors


def pieces(n_samples: int) -> list[slice]:
    """Return consecutive pieces of the samples whose intermediate results stay in cache.

    None but an only one is shorter than ``_PIECE``, so that each takes the same way through
    :func:`epicycle.samples.phase.unit_phasors`, whatever their number.
    """
    starts = list(range(0, max(n_samples - _PIECE + 1, 1), _PIECE))
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], n_samples], strict=True)]
