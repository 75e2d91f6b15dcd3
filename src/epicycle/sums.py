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

import finufft
import numpy as np
from numpy.typing import NDArray

from epicycle import phase
from epicycle._times import Times

Complexes = NDArray[np.complex128]

#: Frequencies per band.  2**16 is fastest on every machine tried: the fine grid stays in cache.
BAND = 1 << 16

#: Relative tolerance of the transforms; the cheap upsampling factor of 1.25 allows no less.
TOLERANCE = 1e-9
_UPSAMPLING = 1.25


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
        centre = start + (self.size // 2) * self.spacing
        cosine, sine = phase.unit_phasors(phase.turns(centre, self.times))
        factors = np.empty(len(cosine), dtype=np.complex128)
        factors.real = cosine
        factors.imag = -sine
        return factors

    def band_at(
        self, strengths: NDArray[np.number], shifts: Complexes, multiple: int = 1
    ) -> Complexes:
        """Return the sums of :meth:`band` for given factors (of `multiple` times the centre)."""
        shifted = np.ascontiguousarray(strengths * shifts, dtype=np.complex128)
        plan = self._plan(shifted.shape[0], multiple)
        return np.asarray(plan.execute(shifted)).reshape(shifted.shape[0], self.size)

    def _plan(self, count: int, multiple: int) -> finufft.Plan:
        key = (count, multiple)
        if key not in self._plans:
            plan = finufft.Plan(
                1,
                (self.size,),
                n_trans=count,
                eps=TOLERANCE,
                isign=-1,
                dtype="complex128",
                upsampfac=_UPSAMPLING,
                nthreads=1,  # bands run side by side instead, see epicycle.search
            )
            step = phase.wrap(multiple * phase.turns(self.spacing, self.times))
            plan.setpts((2 * np.pi) * step)
            self._plans[key] = plan
        return self._plans[key]
