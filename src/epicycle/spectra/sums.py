r"""Trigonometric sums over a frequency grid: the only module that talks to FINUFFT.

Everything in epicycle rests on

.. math:: S_k = \sum_i c_i \exp(-2\pi i\, f_k x_i), \qquad f_k = f_0 + k\,\delta f .

The grid is cut into bands of bounded size, so memory does not grow with the number of
frequencies; all bands of one grid share one plan, because a shift of the whole band is a factor
on the strengths.  Phases of that factor are exact (:mod:`epicycle.samples.phase`), so a band far
from zero frequency is as accurate as the first one.

References
----------
A. H. Barnett, J. Magland, L. af Klinteberg (2019), SIAM J. Sci. Comput. 41, C479 (FINUFFT).
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import finufft
import numpy as np
from numpy.typing import NDArray

from epicycle.samples import phase
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.direct import DirectSums, is_faster
from epicycle.spectra.narrow import FEWEST, WIDEST, NarrowSums
from epicycle.spectra.transforms import IDLE_PLANS, _new_plan, _phasors, pieces

#: Frequencies per band.  2**16 is fastest on every machine tried: the fine grid stays in cache.
BAND = 1 << 16

#: Bands of at least 16,384 frequencies, of at least 8,192 samples, are summed one set of strengths
#: at a time: at once they take as long, and a plan of their own.
_ALONE, _MANY = 1 << 14, 1 << 13

#: To give a plan one other point takes as long as a quarter of a frequency takes in a new plan.
#: With fewer than 8,192 points it takes no time at all.
_CHANGE = 0.25

#: From this many samples on, turns are computed anew for each multiple.
_KEPT_TURNS = 1 << 17

#: A transform of fewer samples takes as long as one of 1024.
_FEWEST = 1024

#: Direct sums of fewer than 128 samples take as long as those of 128, on a band of 33 frequencies,
#: the usual size around a line.
_FEWEST_DIRECT, _TYPICAL = 128, 33

#: The plan of a transform takes as long as this number of samples.
_PLAN = 4096


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
        self._is_large = size >= _ALONE and len(times) >= _MANY
        #: Modes of a plan: more than there are frequencies, where it may serve other grids.
        self._modes = size if self._is_large else IDLE_PLANS.rounded(size)
        self._first = self._modes // 2 - size // 2
        self._lent: list[tuple[int, finufft.Plan]] = []
        # what was lent is given back when this is not used any more
        weakref.finalize(self, IDLE_PLANS.take_back, self._modes, self._lent).atexit = False
        self._changes = 0
        self._points: dict[int, Floats] = {}
        self._turns: Floats | None = None
        self._shifted: Complexes | None = None
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
        self,
        strengths: NDArray[np.number] | Sequence[NDArray[np.number]],
        shifts: Complexes,
        multiple: int = 1,
    ) -> Complexes:
        """Return the sums of :meth:`band` for given factors (of `multiple` times the centre)."""
        n_samples = len(shifts)
        narrow = multiple * self._reach <= WIDEST and n_samples >= FEWEST
        direct = is_faster(n_samples, self.size)
        if not narrow and not direct and self._is_large:
            return self._one_by_one(strengths, shifts, multiple)
        shifted = np.ascontiguousarray(np.asarray(strengths) * shifts, dtype=np.complex128)
        if narrow:
            if multiple not in self._narrow:
                step = multiple * self.spacing
                self._narrow[multiple] = NarrowSums(self.times.to_float(), step, self.size)
            return self._narrow[multiple].sums(shifted)
        if direct:
            if multiple not in self._direct:
                self._direct[multiple] = DirectSums(self.step(multiple), self.size)
            return self._direct[multiple].sums(shifted)
        plan = self._plan(shifted.shape[0], multiple)
        modes = np.asarray(plan.execute(shifted)).reshape(shifted.shape[0], self._modes)
        return modes[:, self._first : self._first + self.size]

    def _one_by_one(
        self,
        strengths: NDArray[np.number] | Sequence[NDArray[np.number]],
        shifts: Complexes,
        multiple: int,
    ) -> Complexes:
        """Return the sums by one plan for all sets of strengths."""
        plan = self._plan(1, multiple)
        sums = np.empty((len(strengths), self.size), dtype=np.complex128)
        if self._shifted is None:
            self._shifted = np.empty(len(shifts), dtype=np.complex128)
        shifted = self._shifted
        for one, row in zip(strengths, sums, strict=True):
            if np.iscomplexobj(one):
                np.multiply(one, shifts, out=shifted)
            else:  # three times as fast as to make complex numbers of them first
                np.multiply(one, shifts.real, out=shifted.real)
                np.multiply(one, shifts.imag, out=shifted.imag)
            plan.execute(shifted, out=row)
        return sums

    def _plan(self, count: int, multiple: int) -> finufft.Plan:
        """Return a plan that has the points of a multiple: its own, or one that is passed on."""
        key = (count, multiple)
        if key in self._plans:
            return self._plans[key]
        others = [k for k in self._plans if k[0] == count]
        # a long band is often the only one, and the sums at twice its frequencies the last
        cheaper = self._changes * _CHANGE * len(self.times) < self.size
        if others and (cheaper if self._is_large else len(self.times) < _MANY):
            plan = self._plans.pop(others[-1])
            self._changes += 1
        else:
            plan = self._new(count)
        if multiple not in self._points:
            self._points[multiple] = self.step(multiple)
            self._points[multiple] *= 2 * np.pi
        plan.setpts(self._points[multiple])
        self._plans[key] = plan
        return plan

    def forget(self) -> None:
        """Give the memory of plans and points back; they are made anew when they are needed."""
        self._plans.clear()
        IDLE_PLANS.take_back(self._modes, self._lent)
        self._lent.clear()
        self._points.clear()
        self._narrow.clear()
        self._shifted = None

    def _new(self, count: int) -> finufft.Plan:
        if self._is_large:
            return _new_plan((self.size,), count)
        plan = IDLE_PLANS.lend(self._modes, count)
        self._lent.append((count, plan))
        return plan

    def step(self, multiple: int) -> Floats:
        """Return the phase from one frequency of the grid to the next, in turns, shape (n,)."""
        step = np.empty(len(self.times))
        if len(step) > _KEPT_TURNS:
            for piece in pieces(len(step)):
                turns = phase.turns(self.spacing, self.times[piece])
                step[piece] = phase.wrap(multiple * turns)
            return step
        if self._turns is None:
            self._turns = np.empty(len(self.times))
            for piece in pieces(len(self.times)):
                self._turns[piece] = phase.turns(self.spacing, self.times[piece])
        for piece in pieces(len(step)):
            step[piece] = phase.wrap(multiple * self._turns[piece])
        return step


def is_worth_scattering(n_samples: int, cycles: float, n_places: int) -> bool:
    """Return whether :func:`scattered_sums` is quicker than band after band.

    It spreads all samples once, and takes as long as two more of them for each of `cycles`, those
    over the samples at the highest frequency; and its plan takes as long as many samples do.  Each
    of `n_places` bands takes some passes over the samples, and never less time than `least` samples
    take: fewer where no plan is made for them.
    """
    least = _FEWEST_DIRECT if is_faster(n_samples, _TYPICAL) else _FEWEST
    return n_samples + 2.0 * cycles + _PLAN <= n_places * max(n_samples, least)
