"""From a coarse frequency to a fine one: power added over segments of the data.

A survivor of a rung is known to a fraction of 1/W, a coherent line is 1/T wide, and T/W may be
1e6.  Power added over segments of length L has lines of width 1/L, so that segments growing by a
constant factor narrow a frequency down in a few steps of some twenty frequencies each.  It uses
all pairs within a segment, at the cost of one sum over the samples; where there are hardly any
samples in a segment, the pairs themselves are cheaper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import LADDER
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times
from epicycle.search.pairs import pairs_with_followers

#: Grid points per 1/L, L the length of a segment: the best one has lost at most 5 % of the power.
_POINTS = 4

#: The length of the segments of a step relative to the step before: only time depends on it.
_GROWTH = 8.0

#: Candidates that are left at the last step.
LOOKED = 4

#: Candidates that are followed beyond the first step.
FOLLOWED = 8

#: Up to this many pairs for each sample, pairs are cheaper than sums.
_PAIRS = 4

#: Pairs that are worked on at the same time.
_BLOCK = 1 << 14


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
        half_width = LADDER.segment_reach / length
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
        power = _power(times, values, starts, centres, spacing, count)
        best = power.argmax(axis=1)
        found = (centres - (count // 2) * spacing) + best * spacing
        order = np.argsort(-power.max(axis=1), kind="stable")[:FOLLOWED]
        centres = found[order]
        half_width = LADDER.segment_reach / length
        narrowed = True
    return (centres[:LOOKED] if narrowed else centres), half_width


def _power(
    times: Times,
    values: Floats,
    starts: NDArray[np.intp],
    centres: Floats,
    spacing: float,
    count: int,
) -> Floats:
    """Return the power added over segments, but for a constant, shape (k, count).

    The segments begin at the samples `starts`; the frequencies are `count` around each of k
    centres.
    """
    n = len(values)
    ends = np.append(starts[1:], n)
    followers = np.repeat(ends, ends - starts) - np.arange(n) - 1
    if followers.sum() > _PAIRS * n:
        return _by_sums(times, values, starts, centres, spacing, count)
    i, j = pairs_with_followers(followers)
    lags = (times.hi[j] - times.hi[i]) + (times.lo[j] - times.lo[i])
    products = np.einsum("kd,kd->k", values[i], values[j])
    return _by_pairs(lags, products, centres, spacing, count)


def _by_sums(
    times: Times,
    values: Floats,
    starts: NDArray[np.intp],
    centres: Floats,
    spacing: float,
    count: int,
) -> Floats:
    """Return the power from one sum over the samples for each frequency."""
    # single precision: the phases are reduced before, and the steps are few
    forward = np.exp((-2j * np.pi) * phase.turns(spacing, times)).astype(np.complex64)
    powers = np.empty((len(centres), count))
    for c, centre in enumerate(centres):
        phasors = np.exp((-2j * np.pi) * phase.turns(centre - (count // 2) * spacing, times))
        turned = (values.T * phasors).astype(np.complex64)
        for k in range(count):
            sums = np.add.reduceat(turned, starts, axis=1)
            powers[c, k] = float((sums.real**2 + sums.imag**2).sum())
            turned *= forward
    return powers


def _by_pairs(
    lags: Floats, products: Floats, centres: Floats, spacing: float, count: int
) -> Floats:
    """Return the same from the products of pairs: cos(a + b) = cos a cos b - sin a sin b."""
    offsets = (np.arange(count) - count // 2) * spacing
    powers = np.zeros((len(centres), count))
    for first in range(0, len(lags), _BLOCK):
        block = slice(first, first + _BLOCK)
        centre = _angles(centres, lags[block])
        offset = _angles(offsets, lags[block])
        product = products[block].astype(np.float32)
        powers += (np.cos(centre) * product) @ np.cos(offset).T
        powers -= (np.sin(centre) * product) @ np.sin(offset).T
    return powers


def _angles(frequencies: NDArray[np.floating], lags: Floats) -> NDArray[np.float32]:
    """Return phases in radians, shape (k, n), as good as those of the rung before."""
    turns = phase.wrap(np.asarray(np.multiply.outer(frequencies, lags), dtype=np.float64))
    return ((2 * np.pi) * turns).astype(np.float32)
