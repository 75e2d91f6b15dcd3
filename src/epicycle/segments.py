"""From a coarse frequency to a fine one: power added over segments of the data.

A survivor of a rung is known to a fraction of 1/W, a coherent line is 1/T wide, and T/W may be
1e6.  Power added over segments of length L has lines of width 1/L, so that segments growing by a
constant factor narrow a frequency down in a few steps of some twenty frequencies each.  It uses
all pairs within a segment, at the cost of one sum over the samples.
"""

from __future__ import annotations

import numpy as np

from epicycle import phase
from epicycle._times import Times
from epicycle._twofloat import Floats

#: Each step has segments this many times as long as the last.
_GROWTH = 8.0

#: Grid points per 1/L: the best one has lost at most 5 % of the power.
_POINTS = 4

#: The maximum of the power lies within this distance of the line, in units of 1/L.
_REACH = 0.3

#: Candidates that are followed beyond the first step.
FOLLOWED = 8

#: Those of them that are left at the end.
LOOKED = 4


def steps(window: float, half_width: float, target: float) -> list[tuple[float, int]]:
    """Return segment length and number of frequencies of each step.

    `target` is the length of the segments at which to stop, at the latest.
    """
    result = []
    length = window
    while _GROWTH * length <= target:
        length *= _GROWTH
        half = int(np.ceil(half_width * _POINTS * length))
        result.append((length, 2 * half + 1))
        half_width = _REACH / length
    return result


def narrow(
    times: Times,
    values: Floats,
    centres: Floats,
    window: float,
    half_width: float,
    target: float,
) -> tuple[Floats, float]:
    """Return finer positions of the lines near some frequencies, and the half width of each.

    Parameters
    ----------
    times : Times, shape (n,)
        Sorted times.
    values : ndarray, shape (n, d)
        Weighted values.
    centres : ndarray, shape (k,)
        Frequencies, each known to `half_width`.
    window : float
        Length over which they were found.
    half_width : float
        How well they are known.
    target : float
        Longest segments to use.

    Returns
    -------
    centres : ndarray, shape (m,)
        The best of them by descending power: no more than ``LOOKED`` if there was a step.
    half_width : float
        How well they are known now.
    """
    offset = times.to_float()
    narrowed = False
    for length, count in steps(window, half_width, target):
        spacing = 1.0 / (_POINTS * length)
        segment = np.floor((offset - offset[0]) / length)
        starts = np.flatnonzero(np.diff(segment, prepend=-1.0))
        # single precision: the phases are reduced before, and the steps are few
        forward = np.exp((-2j * np.pi) * phase.turns(spacing, times)).astype(np.complex64)
        found = np.empty(len(centres))
        power = np.empty(len(centres))
        for c, centre in enumerate(centres):
            lowest = centre - (count // 2) * spacing
            phasors = np.exp((-2j * np.pi) * phase.turns(lowest, times))
            turned = (values.T * phasors).astype(np.complex64)
            powers = np.empty(count)
            for k in range(count):
                sums = np.add.reduceat(turned, starts, axis=1)
                powers[k] = float((sums.real**2 + sums.imag**2).sum())
                turned *= forward
            best = int(powers.argmax())
            found[c], power[c] = lowest + best * spacing, powers[best]
        order = np.argsort(-power, kind="stable")[:FOLLOWED]
        centres = found[order]
        half_width = _REACH / length
        narrowed = True
    return (centres[:LOOKED] if narrowed else centres), half_width
