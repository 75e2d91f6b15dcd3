"""Many samples of a cycle as few: means over cells of time and phase, for what bends its clock.

Where a clock bends, it does so over windows that are a part of the baseline, and a waveform has a
few dozen harmonics.  Samples that are near each other in time, to a small part of a window, and in
phase, to a small part of the highest harmonic's turn, say the same of it.  Their weighted mean
stands for them, at the time nearest to their mean time that has their mean phase.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.clocks import Wave
from epicycle.samples.arrays import Floats

#: More samples than this are taken together; there are at most so many cells.
_MOST = 1 << 17

#: Slices of the baseline: 64 for each of the eight windows in which phases are measured.
_SLICES = 512

#: Cells for each turn of the highest harmonic: a mean loses pi^2 / 6 / 48^2, or 0.07 %, of it.
_PER_TURN = 48


class Cells(Wave):
    """A wave of means over cells; what the values scatter within these stays in chi-square."""

    def __init__(self, wave: Wave) -> None:
        t, w = wave.t, wave.w
        place = wave.frequency * t
        per_turn = _PER_TURN * int(wave.orders.max(initial=1))
        slices = min(_SLICES, max(_MOST // per_turn, 1))
        first, last = float(t.min()), float(t.max())
        slot = np.minimum(((t - first) * (slices / (last - first))).astype(np.intp), slices - 1)
        turn = place - np.floor(place)
        slot *= per_turn
        slot += np.minimum((turn * per_turn).astype(np.intp), per_turn - 1)

        total = _total(slot, w, slices * per_turn)
        kept = total > 0

        def mean(values: Floats) -> Floats:
            result: Floats = _total(slot, w * values, len(total))[kept] / total[kept]
            return result

        phase, time = mean(turn), mean(t)
        self.t = (np.rint(wave.frequency * time - phase) + phase) / wave.frequency
        self.w, self.y = total[kept], mean(wave.y)
        self.times, self.frequency, self.orders = wave.times, wave.frequency, wave.orders
        self._basis = np.column_stack([mean(column) for column in wave._basis.T])
        self.count = wave.count
        self.within = wave.within + float((w * wave.y**2).sum() - (self.w * self.y**2).sum())


def in_cells(wave: Wave) -> Wave:
    """Return few values that say of a bent clock what many do; a wave of few as it is."""
    return Cells(wave) if len(wave.t) > _MOST else wave


def _total(slot: NDArray[np.intp], values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(slot, values, minlength=count), dtype=np.float64)
