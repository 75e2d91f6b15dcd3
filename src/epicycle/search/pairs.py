r"""Pairs of close samples, and the spectrum of their products.

The product of two samples taken a lag x apart carries every line of constant frequency at that
lag,

.. math:: E[v_i v_j] = \tfrac12 A^2 \cos 2\pi f (t_j - t_i) + \ldots,

so the sum of ``v_i v_j cos 2 pi f (t_j - t_i)`` over all pairs closer than a window W shows it in
lines of width 1/(2W), however long the baseline is.  In units of its standard deviation under
noise, ``sqrt(sum (v_i v_j)^2 / 2)``, a line with the share rho of the variance stands at
rho sqrt(n_pairs / 2).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from epicycle.limits import LADDER
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times
from epicycle.spectra.bands import distinct_maxima
from epicycle.spectra.plan import grid
from epicycle.spectra.single import cosine_bands, single_band_size

#: Of more pairs than this a sample is drawn: further ones cost memory and add little.
MOST_PAIRS = 1 << 20

#: Frequencies that a rung passes on.
SURVIVORS = 32

#: Up to this many samples, pairs are counted rather than estimated.
_COUNTED = 50_000


@dataclass(frozen=True)
class Rung:
    """One semicoherent search.

    Attributes
    ----------
    window : float
        Longest lag W.
    n_pairs : int
        Pairs of samples closer than W.
    frequency, deviation : ndarray, shape (k,)
        Highest maxima, and their height in standard deviations.
    """

    window: float
    n_pairs: int
    frequency: Floats
    deviation: Floats


def close_pairs(
    times: Floats, window: float, most: int = MOST_PAIRS
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices (i, j), i < j, of all pairs of sorted times at most `window` apart.

    No more than `most` pairs are listed: where there are more, that many are drawn at random, with
    as many partners for each sample, whatever their distance.  The same call draws the same pairs.
    """
    samples = np.arange(len(times))
    followers = np.searchsorted(times, times + window, side="right") - samples - 1
    if followers.sum() <= most:
        return pairs_with_followers(followers)
    rng = np.random.default_rng(0)
    first = samples[followers > 0]
    if len(first) > most:
        first = np.sort(rng.choice(first, most, replace=False))
    first = np.repeat(first, most // len(first))
    return first, first + 1 + (rng.uniform(size=len(first)) * followers[first]).astype(np.intp)


def pairs_with_followers(followers: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices (i, j) of each sample i with the `followers[i]` samples after it."""
    first = np.repeat(np.arange(len(followers)), followers)
    rank = np.arange(len(first)) - np.repeat(np.cumsum(followers) - followers, followers)
    return first, first + rank + 1


def count_pairs(times: Floats, window: float) -> int:
    """Return the number of pairs of sorted times at most `window` apart.

    Of very many samples, every few are asked for their partners.
    """
    stride = 1 + len(times) // _COUNTED
    first = np.arange(0, len(times), stride)
    followers = np.searchsorted(times, times[first] + window, side="right") - first - 1
    return int(followers.sum()) * stride


def window_with_pairs(times: Floats, n_pairs: float) -> float:
    """Return the shortest window, to 1 %, that holds at least `n_pairs` pairs of sorted times."""
    low, high = 0.0, float(times[-1] - times[0])
    while high - low > 0.01 * high:
        middle = 0.5 * (low + high)
        if count_pairs(times, middle) >= n_pairs:
            high = middle
        else:
            low = middle
    return high


def climb(
    times: Times, values: Floats, window: float, lowest: float, highest: float, threads: int
) -> Rung:
    """Return the highest maxima of the sum of products over one window.

    Parameters
    ----------
    times : Times, shape (n,)
        Sorted times.
    values : ndarray, shape (n, d)
        Weighted values; of several outputs the inner product is taken.
    window : float
        Longest lag.
    lowest, highest : float
        The band.
    threads : int
        Bands evaluated at the same time.
    """
    i, j = close_pairs(times.to_float(), window)
    # differences of exact times: the lag keeps the digits that the times themselves lack
    lags = (times.hi[j] - times.hi[i]) + (times.lo[j] - times.lo[i])
    products = np.einsum("kd,kd->k", values[i], values[j])
    products /= math.sqrt(float((products**2).sum()) / 2) or 1.0
    plan = grid(lowest, highest, 1.0 / (LADDER.points_per_window * window))
    size = single_band_size(plan.n_frequencies, len(i))
    n_couples = math.ceil(plan.n_frequencies / (2 * size))
    threads = min(threads, n_couples)
    # heights that a few more points of pure noise exceed than can survive
    floor = float(-special.ndtri(min(1.0, 8 * SURVIVORS / plan.n_frequencies)))

    def work(worker: int) -> _Highest:
        kept = _Highest(floor)
        which = range(worker, n_couples, threads)
        for k, sums in cosine_bands(
            lags, products, plan.minimum_frequency, plan.spacing, size, which
        ):
            kept.add(sums, 2 * k * size, plan.n_frequencies)
        return kept

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(work, range(threads)))
    index = np.concatenate([kept.index for kept in found])
    height = np.concatenate([kept.height for kept in found])
    order = np.lexsort((index, -height))[: 8 * SURVIVORS]
    frequency = plan.minimum_frequency + index[order].astype(np.float64) * plan.spacing
    height = height[order]
    chosen = distinct_maxima(frequency, height, 0.75 / window, SURVIVORS)
    return Rung(window, len(i), frequency[chosen], height[chosen])


class _Highest:
    """The highest points of a grid seen so far."""

    def __init__(self, floor: float) -> None:
        self._floor = floor
        self.index = np.empty(0, dtype=np.int64)
        self.height = np.empty(0)

    def add(self, sums: NDArray[np.float32], first: int, n_frequencies: int) -> None:
        """Add a pair of bands that begins at grid point `first`, shape (size, 2)."""
        if sums.max() <= self._floor:
            return
        at = np.flatnonzero(sums.ravel() > self._floor)
        index = first + (at % 2) * len(sums) + at // 2
        inside = index < n_frequencies
        self.index = np.concatenate([self.index, index[inside]])
        self.height = np.concatenate([self.height, sums.ravel()[at[inside]].astype(np.float64)])
        most = 16 * SURVIVORS
        if len(self.index) > 4 * most:
            best = np.argpartition(self.height, -most)[-most:]
            self.index, self.height = self.index[best], self.height[best]
            self._floor = float(self.height.min())
