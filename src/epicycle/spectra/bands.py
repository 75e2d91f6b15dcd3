"""A grid, a bounded number of frequencies at a time."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import BAND

#: A thinned spectrum has at most this many points.
THINNED = 1 << 13

#: Frequencies per band where samples are many: 8 MB of sums.
LONG_BAND = 1 << 19

#: The same where the samples take more memory than a longer band: 1.5 frequencies for each
#: sample, up to 64 MB of sums: a whole default band.
LONGEST_BAND = 1 << 22

#: Progress is reported as (frequencies done, frequencies in all).
Progress = Callable[[int, int], None]


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Candidates:
    """Local maxima of a spectrum, strongest first, and the spectrum itself, thinned.

    Attributes
    ----------
    frequency, power : ndarray, shape (k,)
        The maxima on the grid; power is in the units of what was searched.
    thinned_frequency, thinned_power : ndarray, shape (m,)
        Middle and highest power of each of m equal pieces of the band.
    """

    frequency: Floats
    power: Floats
    thinned_frequency: Floats = field(repr=False)
    thinned_power: Floats = field(repr=False)


#: Neighbouring bands share two points, so that every local maximum is inside one of them.
_OVERLAP = 2


def cut(n_frequencies: int, most: int) -> tuple[int, int]:
    """Return number and size of the equal bands, of at most `most`, that cover a grid."""
    if n_frequencies <= most:
        return 1, n_frequencies
    inner = n_frequencies - _OVERLAP
    n_bands = math.ceil(inner / (most - _OVERLAP))
    return n_bands, math.ceil(inner / n_bands) + _OVERLAP


def band_size(n_samples: int) -> int:
    """Return the longest band of a search among `n_samples` samples.

    Each band spreads all samples anew: where they are many, fewer and longer bands are cheaper.
    """
    longer = 1 << (8 * n_samples).bit_length()
    return max(BAND, min(longer, LONG_BAND), min(3 * n_samples // 2, LONGEST_BAND))


def fold_grid(
    plan: SearchPlan,
    evaluate: Callable[[int, int, float], Floats],
    threads: int,
    keep: int,
    progress: Progress | None,
    most: int,
) -> Candidates:
    """Evaluate the grid band by band, in several threads, and keep a summary.

    `evaluate` gets the number of the worker, and index and frequency of the first point of a band
    of at most `most`.
    """
    n_bands, size = cut(plan.n_frequencies, most)
    edges = _piece_edges(plan)
    folds = [_Fold(plan, keep, edges) for _ in range(threads)]

    stop = threading.Event()

    def work(worker: int) -> None:
        for band in range(worker, n_bands, threads):
            if stop.is_set():
                return
            first = band * (size - _OVERLAP)
            start = plan.minimum_frequency + first * plan.spacing
            folds[worker].add(first, evaluate(worker, first, start))
            if progress is not None and worker == 0:
                progress(min(first + threads * size, plan.n_frequencies), plan.n_frequencies)

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            try:
                list(pool.map(work, range(threads)))
            except BaseException:
                stop.set()  # an interrupt must not wait for the rest of the band
                raise
    return _merge(folds, plan, keep, edges)


def _piece_edges(plan: SearchPlan) -> NDArray[np.int64]:
    """Return the first grid point of each piece of the thinned spectrum, and the end.

    Half of the pieces are equal in frequency and half are equal in its logarithm, so that a
    spectrum of many decades shows its long periods as well.
    """
    n = plan.n_frequencies
    if n <= THINNED:
        return np.arange(n + 1)
    even = np.linspace(0, n, THINNED // 2)
    ratio = np.geomspace(plan.minimum_frequency, plan.maximum_frequency, THINNED // 2)
    from_lowest = (ratio - plan.minimum_frequency) / plan.spacing
    # (of so many numbers, sorted but for one place, this is much quicker than np.unique)
    both = np.sort(np.concatenate([even, from_lowest]).astype(np.int64), kind="stable")
    return both[np.diff(both, prepend=-1) > 0]


class _Fold:
    """What is remembered of the bands seen so far: an additive summary of bounded size."""

    def __init__(self, plan: SearchPlan, keep: int, edges: NDArray[np.int64]) -> None:
        self._n = plan.n_frequencies
        self._keep = keep
        self._edges = edges
        self.highest = np.zeros(len(edges) - 1)
        self.index = np.empty(0, dtype=np.int64)
        self.power = np.empty(0)

    def add(self, first: int, power: Floats) -> None:
        power = power[: self._n - first]
        peak = np.ones(len(power), dtype=bool)
        peak[1:] &= power[1:] > power[:-1]
        peak[:-1] &= power[:-1] >= power[1:]
        # the ends of a band are inside its neighbours, but for the ends of the grid
        peak[0] &= first == 0
        peak[-1] &= first + len(power) == self._n
        at = np.flatnonzero(peak)
        if len(at) > self._keep:
            at = at[np.argpartition(power[at], -self._keep)[-self._keep :]]
        self.index = np.concatenate([self.index, at + first])
        self.power = np.concatenate([self.power, power[at]])
        if len(self.index) > 4 * self._keep:
            best = np.argpartition(self.power, -self._keep)[-self._keep :]
            self.index, self.power = self.index[best], self.power[best]
        self._thin(first, power)

    def _thin(self, first: int, power: Floats) -> None:
        start = int(np.searchsorted(self._edges, first, side="right")) - 1
        stop = int(np.searchsorted(self._edges, first + len(power), side="left"))
        highest = np.maximum.reduceat(power, np.maximum(self._edges[start:stop] - first, 0))
        self.highest[start:stop] = np.maximum(self.highest[start:stop], highest)


def distinct_maxima(
    position: NDArray[np.number], height: Floats, separation: float, most: int
) -> list[int]:
    """Return indices by descending height, leaving out those too close to a higher one."""
    order = np.argsort(-height, kind="stable")
    if len(order) < 2 or np.diff(np.sort(position)).min() >= separation:
        return [int(k) for k in order[:most]]
    chosen: list[int] = []
    for k in order:
        if all(abs(position[k] - position[other]) >= separation for other in chosen):
            chosen.append(int(k))
        if len(chosen) == most:
            break
    return chosen


def _merge(folds: list[_Fold], plan: SearchPlan, keep: int, edges: NDArray[np.int64]) -> Candidates:
    index = np.concatenate([f.index for f in folds])
    power = np.concatenate([f.power for f in folds])
    # stable order whatever the number of threads: by power, then by frequency
    order = np.lexsort((index, -power))[: 4 * keep]
    index, power = index[order], power[order]
    chosen = distinct_maxima(index, power, 1.5, keep)
    highest = np.max([f.highest for f in folds], axis=0)
    middle = 0.5 * (edges[:-1] + edges[1:] - 1).astype(np.float64)
    return Candidates(
        frequency=plan.minimum_frequency + index[chosen] * plan.spacing,
        power=power[chosen],
        thinned_frequency=plan.minimum_frequency + middle * plan.spacing,
        thinned_power=highest,
    )
