r"""Chunks spread one after the other onto one grid, and one FFT for the sums of all of them.

A nonuniform transform of type 1 spreads its samples with a kernel onto a fine grid, transforms
that, and divides by the transform of the kernel (Dutt & Rokhlin 1993, SIAM J. Sci. Comput. 14,
1368).  The first step is additive: what all chunks have left on the grid gives the sums

.. math:: S_k = \sum_i c_i \exp(-2\pi i\, k\,\delta\,s_i), \qquad k = -K \dots K

of all samples.  As frequencies are a fifth of a line width apart, the samples reach a fifth of the
grid only, and no more than that part is kept.
"""

from __future__ import annotations

import math
from functools import cached_property

import finufft
import numpy as np
import scipy.fft

from epicycle.samples.arrays import Complexes, Floats
from epicycle.spectra.transforms import TOLERANCE

#: Points of the fine grid for each mode: the least that FINUFFT knows, with its widest kernel.
_UPSAMPLING = 1.25

#: Points beside the samples, which the kernel reaches.
_MARGIN = 64


class Spreader:
    """Sums of chunks on the modes -K ... K of a grid of frequencies.

    Parameters
    ----------
    spacing : float
        Step of the frequencies.
    modes : int
        K.
    span : float
        Last minus first time; times are counted from the middle of it.
    """

    def __init__(self, spacing: float, modes: int, span: float) -> None:
        self.modes = modes
        self._points = scipy.fft.next_fast_len(math.ceil(2 * modes * _UPSAMPLING) + _MARGIN)
        used = math.ceil(self._points * min(spacing * span, 1.0)) + _MARGIN
        #: (even, so that time 0 is a point of the grid)
        self._used = min(used + used % 2, self._points + self._points % 2)
        self._turns = spacing * self._points / self._used
        self._plan = self._new_plan(sort=False)
        self._sorting: finufft.Plan | None = None
        self._grid = np.zeros(self._used, dtype=np.complex128)
        self._part = np.empty(self._used, dtype=np.complex128)

    def _new_plan(self, *, sort: bool) -> finufft.Plan:
        return finufft.Plan(
            1,
            (self._used,),
            eps=TOLERANCE,
            isign=-1,
            dtype="complex128",
            upsampfac=_UPSAMPLING,
            nthreads=1,
            spreadinterponly=1,
            spread_sort=int(sort),
        )

    def add(self, times: Floats, strengths: Complexes, *, is_sorted: bool = True) -> None:
        """Add samples to the grid.

        Parameters
        ----------
        times : ndarray, shape (n,)
            Times from the middle of the span.
        strengths : ndarray of complex, shape (n,)
            Two sets of real strengths are summed at once, see :func:`apart`.
        is_sorted : bool
            Whether the times ascend, and need not be sorted to be spread quickly.
        """
        plan = self._plan
        if not is_sorted:
            if self._sorting is None:
                self._sorting = self._new_plan(sort=True)
            plan = self._sorting
        plan.setpts((2 * np.pi * self._turns) * times)
        plan.execute(strengths, out=self._part)
        self._grid += self._part

    @cached_property
    def _kernel(self) -> Floats:
        """The transform of the kernel at k = 0 ... K."""
        self._plan.setpts(np.zeros(1))
        shape = self._plan.execute(np.ones(1, dtype=np.complex128)).real
        whole = np.zeros(self._points)
        self._place(shape, whole)
        result: Floats = scipy.fft.rfft(whole)[: self.modes + 1].real.copy()
        return result

    def _place(self, part: Complexes | Floats, whole: Complexes | Floats) -> None:
        """Put the part of the grid that is used where it belongs, time 0 first."""
        half = self._used // 2
        whole[: self._used - half] = part[half:]
        whole[len(whole) - half :] += part[:half]

    def sums(self) -> Complexes:
        """Return the sums, shape (2 K + 1,), and give the grid back."""
        whole = np.zeros(self._points, dtype=np.complex128)
        self._place(self._grid, whole)
        self._grid = self._part = np.empty(0, dtype=np.complex128)
        whole = scipy.fft.fft(whole, overwrite_x=True)
        k = self.modes
        result = np.empty(2 * k + 1, dtype=np.complex128)
        np.divide(whole[: k + 1], self._kernel, out=result[k:])
        np.divide(whole[len(whole) - k :], self._kernel[:0:-1], out=result[:k])
        return result

    def real_sums(self) -> Complexes:
        """Return the sums of real strengths for k = 0 ... K, and give the grid back."""
        whole = np.zeros(self._points)
        self._place(self._grid.real, whole)
        self._grid = self._part = np.empty(0, dtype=np.complex128)
        result: Complexes = scipy.fft.rfft(whole, overwrite_x=True)[: self.modes + 1].copy()
        result /= self._kernel
        return result


def apart(sums: Complexes) -> tuple[Complexes, Complexes]:
    """Return the sums of a and of b, for k = 0 ... K, from those of strengths ``a + i b``."""
    k = len(sums) // 2
    positive, negative = sums[k:], sums[k::-1].conj()
    first, second = 0.5 * (positive + negative), -0.5j * (positive - negative)
    return first, second
