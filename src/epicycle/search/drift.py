"""The drift of one frequency, by trial: power over a grid of frequency and drift.

A drift of ``8 / T^2`` moves the phase at either end of the baseline as far as a frequency off by
``1/T``; a line whose drift is not in the model is smeared over its neighbours.  The grid is
searched twice: coarsely, adding the powers of a few segments of the data, which forgives small
errors of the drift; then finely, coherently, around the best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.limits import SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times
from epicycle.spectra.bands import distinct_maxima
from epicycle.spectra.sums import TrigSums

#: Fewest and most segments of the coarse search, and how many of its maxima are looked at finely.
_SEGMENTS = (8, 64)

_SURVIVORS = 4

#: Fine steps of the drift per 8 / T^2: the power lost between two of them is below 2 %.
_STEPS_PER_UNIT = 8.0


@dataclass(frozen=True)
class DriftingPeak:
    """The highest coherent power near a frequency.

    Attributes
    ----------
    frequency, drift : float
        Where it stands.
    power : float
        ``|sum c exp(-2 pi i (f t + drift t^2 / 2))|^2``, added over the sets of strengths.
    """

    frequency: float
    drift: float
    power: float


def scan_drift(
    times: Times, strengths: Floats, centre: float, half_width: float, largest: float
) -> DriftingPeak:
    """Return the highest power within `half_width` of a frequency and up to a largest drift.

    Parameters
    ----------
    times : Times, shape (n,)
        Times from the reference, at which the frequency is quoted.
    strengths : ndarray, shape (m, n)
        Weighted values of m outputs, or weights of events.
    centre, half_width : float
        Frequencies to try.
    largest : float
        Largest drift to try, of either sign.

    Returns
    -------
    DriftingPeak
    """
    coarse, width, step = _by_segments(times, strengths, centre, half_width, largest)
    fine = [_coherently(times, strengths, f, width, drift, step) for f, drift in coarse]
    return max(fine, key=lambda peak: peak.power)


def _by_segments(
    times: Times, strengths: Floats, centre: float, half_width: float, largest: float
) -> tuple[list[tuple[float, float]], float, float]:
    """Return (frequency, drift) of the highest summed powers, and the steps of the grid."""
    offset = times.to_float()
    first, baseline = float(offset.min()), float(np.ptp(offset))
    # within a segment the largest drift may turn the phase at the ends by a quarter
    needed = math.ceil(math.sqrt(largest * baseline**2 / 2))
    count = min(max(needed, _SEGMENTS[0]), _SEGMENTS[1])
    segment = np.minimum((offset - first) / baseline * count, count - 1).astype(int)
    middle = first + (np.arange(count) + 0.5) * baseline / count
    spacing = count / (SEARCH.points_per_peak * baseline)
    inner = int(np.ceil(half_width / spacing))
    # a drift shifts the line in the outer segments by up to this many steps
    margin = int(np.ceil(largest * np.abs(middle).max() / spacing)) + 1
    size = 2 * (inner + margin) + 1
    start = centre - (inner + margin) * spacing
    spectra = [
        (
            np.abs(
                TrigSums(times[segment == s], spacing, size).band(strengths[:, segment == s], start)
            )
            ** 2
        ).sum(axis=0)
        for s in range(count)
        if (segment == s).any()
    ]
    used = [float(middle[s]) for s in range(count) if (segment == s).any()]
    step = spacing / (0.5 * baseline)
    steps = int(np.ceil(largest / step))
    found = []
    for k in range(-steps, steps + 1):
        total = np.zeros(2 * inner + 1)
        for spectrum, at in zip(spectra, used, strict=True):
            shift = margin + round(k * step * at / spacing)
            total += spectrum[shift : shift + 2 * inner + 1]
        best = int(total.argmax())
        found.append((float(total[best]), centre + (best - inner) * spacing, k * step))
    power = np.array([p for p, _, _ in found])
    drifts = np.array([d for _, _, d in found])
    chosen = distinct_maxima(drifts, power, 1.5 * step, _SURVIVORS)
    return [found[k][1:] for k in chosen], spacing, step


def _coherently(
    times: Times, strengths: Floats, centre: float, width: float, drift: float, reach: float
) -> DriftingPeak:
    """Return the highest coherent power within one coarse step of a frequency and a drift."""
    offset = times.to_float()
    baseline = float(np.ptp(offset))
    spacing = 1.0 / (SEARCH.points_per_peak * baseline)
    half = int(np.ceil(width / spacing))
    start = centre - half * spacing
    sums = TrigSums(times, spacing, 2 * half + 1)
    shifts = sums.shifts(start)
    step = 8.0 / (_STEPS_PER_UNIT * baseline**2)
    count = int(np.ceil(reach / step))
    best = DriftingPeak(centre, drift, -1.0)
    for k in range(-count, count + 1):
        trial = drift + k * step
        chirp = np.exp((-1j * np.pi * trial) * offset**2)
        power = (np.abs(sums.band_at(strengths, shifts * chirp)) ** 2).sum(axis=0)
        at = int(power.argmax())
        if power[at] > best.power:
            best = DriftingPeak(start + at * spacing, trial, float(power[at]))
    return best
