"""The rhythm of a sampling, such as one visit a night, and what its jitter resolves.

Times that follow a rhythm s no more than loosely show the spectral window a maximum at 1/s.  Gaps
are then all about as long as s or its multiples, and say nothing about how well fast cycles are
seen: the offsets from the rhythm do, which differ from sample to sample.
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.limits import RHYTHM, SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times
from epicycle.spectra.maxima import inner_maxima
from epicycle.spectra.window import window_on_grid

#: Points per 1/T of the window; points at least, where visits keep a rhythm and few of them take
#: place, and at most.
_POINTS, _LEAST, _MOST = 4, 1 << 15, 1 << 18

#: Offsets of this many samples at most are compared with those of others.
_SAMPLES = 4096


def resolved_by_jitter(times: Times, typical_gap: float) -> float | None:
    """Return the typical small offset between visits, whole steps of a rhythm left out.

    It is the same quantile of the offsets between two visits, modulo the rhythm, as `typical_gap`
    is of the gaps; the smallest one where there are several rhythms, and None where none is sure.
    """
    t = np.sort(times.to_float())
    baseline = float(t[-1] - t[0])
    gaps = np.diff(t)
    mean = baseline / max(len(gaps), 1)
    visits = t[np.concatenate([[True], gaps > RHYTHM.visit * mean])]
    lowest = 1.0 / (RHYTHM.longest * mean)
    spacing = 1.0 / (_POINTS * baseline)
    size = math.ceil((1.0 / (RHYTHM.shortest * typical_gap) - lowest) / spacing)
    size = min(max(size, _LEAST), _MOST)
    power = window_on_grid(times, np.ones((1, len(t))), spacing, size, lowest)[0]
    at = inner_maxima(power)
    sure = len(visits) * power[at] > math.log(size / _POINTS + 1.0) + RHYTHM.sure
    at = at[sure & (power[at] > RHYTHM.power)]
    at = at[np.argsort(-power[at], kind="stable")[: RHYTHM.tried]]
    found = [_typical_offset(visits, lowest + k * spacing) for k in at.tolist()]
    return min(found, default=None)


def _typical_offset(t: Floats, frequency: float) -> float:
    """Return that quantile of the offsets between visits, modulo one over a frequency."""
    phase = np.mod(t * frequency, 1.0)
    if len(phase) > _SAMPLES:
        phase = phase[:: math.ceil(len(phase) / _SAMPLES)]
    # every sample against those some places on: pairs enough, all of them alike
    shifts = np.unique(np.geomspace(1, max(len(phase) - 1, 1), 32).astype(int))
    offset = np.concatenate([phase[s:] - phase[:-s] for s in shifts.tolist()])
    offset = np.abs(offset - np.rint(offset))
    return float(np.quantile(offset, SEARCH.typical_gap)) / frequency
