r"""Hierarchical search: cost that does not grow with the number of independent frequencies.

A grid over the baseline T and the bandwidth B has about T B points.  But the product of two
samples taken a lag x apart carries every line of constant frequency at that lag,

.. math:: E[y_i y_j] = \tfrac12 A^2 \cos 2\pi f (t_j - t_i) + \ldots,

and among lags shorter than a window W a line is as wide as 1/(2W): only W B frequencies need a
try.  A *rung* sums the products of all pairs closer than W on that coarse grid, keeps the highest
frequencies, and looks at the coherent power of all samples only around these.  A line with the
share rho of the variance stands at rho sqrt(n_pairs / 2) standard deviations, so rungs with W
growing by a constant factor reach ever weaker lines; the search stops at the first rung whose
best candidate is significant over the whole band.  Significance is always that of the coherent
power, so a rung can overlook a line but not invent one.

References
----------
W. B. Atwood et al. (2006), ApJ 652, L49 (time differencing); H. J. Pletsch & C. J. Clark (2014),
ApJ 795, 75 (semicoherent sensitivity).
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle._data import Data
from epicycle._times import Times
from epicycle._twofloat import Floats
from epicycle.plan import POINTS_PER_PEAK, SearchPlan, grid
from epicycle.search import Candidates, DenseSearch, Progress, distinct_maxima
from epicycle.sums import BAND, TrigSums

#: The first rung has about this many pairs: 150 / rho^2 for a line with two thirds of the variance.
_FIRST_PAIRS = 340

#: Each rung has a window, and about a cost, this many times that of the rung before.
_GROWTH = 4.0

#: More pairs than this are thinned: further ones cost memory, a longer window serves better.
_MOST_PAIRS = 1 << 21

#: Frequencies kept by a rung, and those of them whose coherent power is looked at.
_SURVIVORS = 16

#: Once a line was found, further ones are looked for with this share of the effort that it took.
FURTHER_EFFORT = 1.01

#: Standard deviations at which a line survives a rung among all frequencies tried.
_VISIBLE = 7.0


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
    times: Floats, window: float, most: int = _MOST_PAIRS
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices (i, j), i < j, of all pairs of sorted times at most `window` apart.

    No more than `most` pairs are listed: beyond that, every sample keeps its nearest followers.
    """
    followers = np.searchsorted(times, times + window, side="right") - np.arange(len(times)) - 1
    if followers.sum() > most:
        followers = np.minimum(followers, max(1, most // len(times)))
    first = np.repeat(np.arange(len(times)), followers)
    rank = np.arange(len(first)) - np.repeat(np.cumsum(followers) - followers, followers)
    return first, first + rank + 1


def count_pairs(times: Floats, window: float) -> int:
    """Return the number of pairs of sorted times at most `window` apart."""
    upto = np.searchsorted(times, times + window, side="right")
    return int((upto - np.arange(len(times)) - 1).sum())


def window_with_pairs(times: Floats, n_pairs: int) -> float:
    """Return the shortest window, to 1 %, that holds at least `n_pairs` pairs of sorted times."""
    low, high = 0.0, float(times[-1] - times[0])
    while high - low > 0.01 * high:
        middle = 0.5 * (low + high)
        if count_pairs(times, middle) >= n_pairs:
            high = middle
        else:
            low = middle
    return high


class LadderSearch:
    """Search of a band by rungs of growing windows, within a budget of frequencies.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    plan : SearchPlan
        The band; its grid is that of the coherent search, which is never laid out.
    budget : float
        Largest number of frequencies that all rungs together may evaluate.
    keep : int
        Number of maxima to return.
    threads : int, optional
        Bands evaluated at the same time; by default one per processor.
    progress : callable, optional
        Called with (frequencies done, budget).

    Attributes
    ----------
    rungs : list of Rung
        The rungs of the latest search.
    spent : float
        Frequencies that they evaluated.
    """

    def __init__(
        self,
        data: Data,
        plan: SearchPlan,
        budget: float,
        *,
        keep: int = 16,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._data = data
        self._plan = plan
        self._budget = budget
        self._keep = keep
        self._threads = threads or os.cpu_count() or 1
        self._progress = progress
        self._order = np.argsort(data.times.to_float(), kind="stable")
        self._sorted = data.times[self._order]
        self._times = self._sorted.to_float()
        self.rungs: list[Rung] = []
        self.spent = 0.0

    def maxima(self, residual: Floats, scale: Floats, enough: float) -> Candidates:
        """Return the strongest coherent maxima among the survivors of the rungs.

        Parameters
        ----------
        residual : ndarray, shape (n, d)
            What is left of the outputs.
        scale : ndarray, shape (d,)
            Variance by which the chi-square of each output is divided before they are added.
        enough : float
            Coherent power (reduction of chi-square) that is significant over the whole band;
            the search ends with the first rung that shows it.

        Returns
        -------
        Candidates
            Power is the reduction of chi-square, as in a dense search.
        """
        self.rungs = []
        values = (residual * self._data.weights / np.sqrt(scale))[self._order]
        values /= np.sqrt((self._data.weights**2).mean())
        self.spent = 0.0
        window = self._first_window()
        longest = 0.5 * self._data.baseline
        while True:
            rung = self._climb(values, window)
            self.rungs.append(rung)
            self.spent += self._cost(window)
            if self._progress is not None:
                self._progress(int(min(self.spent, self._budget)), int(self._budget))
            longer = min(_GROWTH * window, longest)
            last = window >= longest or self.spent + self._cost(longer) > self._budget
            frequency, power = self._coherent(rung, residual, scale, everything=last)
            if last or power.max(initial=0.0) > enough:
                break
            window = longer
        order = np.argsort(-power, kind="stable")[: self._keep]
        return Candidates(frequency[order], power[order], frequency[order], power[order])

    @property
    def depth(self) -> float:
        """Share of the variance from which on a line would have survived the last rung."""
        return min(1.0, _VISIBLE / math.sqrt(self.rungs[-1].n_pairs / 2))

    def _first_window(self) -> float:
        # with fewer than 100 resolved frequencies a rung would let nearly everything survive
        band = self._plan.maximum_frequency - self._plan.minimum_frequency
        return max(window_with_pairs(self._times, _FIRST_PAIRS), 100.0 / band)

    def _cost(self, window: float) -> float:
        plan = self._plan
        return POINTS_PER_PEAK * window * (plan.maximum_frequency - plan.minimum_frequency)

    def _climb(self, values: Floats, window: float) -> Rung:
        """Return the highest maxima of the sum of products over one window."""
        i, j = close_pairs(self._times, window)
        # differences of exact times: the lag keeps the digits that the times themselves lack
        lags = Times(
            (self._sorted.hi[j] - self._sorted.hi[i]) + (self._sorted.lo[j] - self._sorted.lo[i]),
            np.zeros(len(i)),
        )
        products = (values[i] * values[j]).sum(axis=1)
        deviation = math.sqrt(float((products**2).sum()) / 2) or 1.0
        plan = grid(
            self._plan.minimum_frequency,
            self._plan.maximum_frequency,
            1.0 / (POINTS_PER_PEAK * window),
        )
        # spreading the pairs costs as much as transforming a band: longer bands for many pairs
        size = min(plan.n_frequencies, max(BAND, 1 << (2 * len(i)).bit_length()))
        n_bands = math.ceil(plan.n_frequencies / size)
        threads = min(self._threads, n_bands)

        def work(worker: int) -> list[tuple[Floats, Floats]]:
            sums = TrigSums(lags, plan.spacing, size)
            return [
                self._highest(sums, products / deviation, plan, band * size)
                for band in range(worker, n_bands, threads)
            ]

        with ThreadPoolExecutor(threads) as pool:
            found = [part for parts in pool.map(work, range(threads)) for part in parts]
        frequency = np.concatenate([f for f, _ in found])
        height = np.concatenate([h for _, h in found])
        chosen = distinct_maxima(frequency, height, 0.75 / window, _SURVIVORS)
        return Rung(window, len(i), frequency[chosen], height[chosen])

    @staticmethod
    def _highest(
        sums: TrigSums, products: Floats, plan: SearchPlan, first: int
    ) -> tuple[Floats, Floats]:
        start = plan.minimum_frequency + first * plan.spacing
        height = sums.band(products[np.newaxis, :], start)[0].real[: plan.n_frequencies - first]
        most = 4 * _SURVIVORS
        at = np.arange(len(height))
        if len(at) > most:
            at = np.argpartition(height, -most)[-most:]
        return start + at.astype(np.float64) * plan.spacing, height[at]

    def _coherent(
        self, rung: Rung, residual: Floats, scale: Floats, *, everything: bool
    ) -> tuple[Floats, Floats]:
        """Return the coherent maxima near each survivor that may be more than noise.

        Where a longer window follows, what does not exceed the highest of so many frequencies of
        pure noise is left to it; `everything` looks at every survivor.
        """
        noise = math.sqrt(2 * math.log(max(self._cost(rung.window), 2.0)))
        promising = rung.frequency[(rung.deviation > noise) | everything]
        # the semicoherent maximum lies within a fraction of 1/(2W) of the line
        half = 0.35 / rung.window

        def look(centre: float) -> tuple[float, float]:
            plan = grid(
                max(centre - half, self._plan.minimum_frequency),
                min(centre + half, self._plan.maximum_frequency),
                self._plan.spacing,
            )
            best = DenseSearch(self._data, plan, keep=1, threads=1).maxima(residual, scale)
            return float(best.frequency[0]), float(best.power[0])

        with ThreadPoolExecutor(self._threads) as pool:
            found = list(pool.map(look, promising))
        frequency = np.array([f for f, _ in found], dtype=np.float64)
        return frequency, np.array([p for _, p in found], dtype=np.float64)
