r"""Hierarchical search: cost that does not grow with the number of independent frequencies.

A grid over the baseline T and the bandwidth B has about T B points.  Among pairs of samples
closer than a window W a line is as wide as 1/(2W) (:mod:`epicycle.search.pairs`), so only W B
frequencies need a try.  A *rung* sums the products of all pairs closer than W on that coarse grid
and keeps the highest frequencies; around these alone, segments of growing length
(:mod:`epicycle.search.segments`) lead to the coherent power of all samples.  A line with the share
rho of the variance stands at rho sqrt(n_pairs / 2) standard deviations, so rungs with W growing by
a constant factor reach ever weaker lines; the search stops at the first rung whose best candidate
is significant over the whole band, or at the end of its budget.  Significance is always that of the
coherent power, so a rung can overlook a line but not invent one.

References
----------
W. B. Atwood et al. (2006), ApJ 652, L49 (time differencing); H. J. Pletsch & C. J. Clark (2014),
ApJ 795, 75 (semicoherent sensitivity).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import special

from epicycle.limits import LADDER
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.search.pairs import MOST_PAIRS, SURVIVORS, Rung, climb, count_pairs, window_with_pairs
from epicycle.search.segments import FOLLOWED, LOOKED, narrow, steps
from epicycle.spectra.bands import Candidates, Progress, processors
from epicycle.spectra.plan import SearchPlan, grid
from epicycle.spectra.single import single_band_size

#: Bisections for the longest window: from 1e4 times the shortest one on, to 4 %.
_BISECTIONS = 8

#: The window, and the cost, of a rung relative to the rung before.
_GROWTH = 3.0

#: Once a line was found, further ones are looked for from its window on, with this share of the
#: effort that it took, and always with this many frequencies, some hundredths of a second.
_FURTHER_EFFORT, _FURTHER_LEAST = 2.0, 2.0**24

#: Deviations above the lowest survivor of pure noise at which 95 % of lines survive, and the
#: height that a line has in the mean of its offsets from the grid.
_MARGIN, _ON_GRID = 1.65, 0.94


#: Costs in frequencies of a rung: a pair of samples, the same on each further band, a term of a
#: direct sum, a sample of a coherent look (as measured: a frequency takes 2 ns of one processor).
_PAIR_COST, _POINT_COST, _TERM_COST, _LOOK_COST = 120.0, 4.0, 1.5, 75.0

#: The same for what each rung and each look take whatever their size.
_FIXED_RUNG_COST, _FIXED_LOOK_COST = 1e6, 3e5


@dataclass(frozen=True)
class Step:
    """One rung as it is planned.

    Attributes
    ----------
    window : float
        Longest lag.
    n_pairs : int
        Pairs of samples closer than that.
    depth : float
        Share of the variance from which on a line survives it.
    cost : float
        Its cost, in frequencies, the looks at its survivors included.
    """

    window: float
    n_pairs: int
    depth: float
    cost: float


def visible(n_frequencies: float) -> float:
    """Return the standard deviations at which 95 % of lines survive among `n_frequencies`.

    About 5 among 1e4, and 7 among 1e8.
    """
    lowest = -float(special.ndtri(min(0.5, SURVIVORS / n_frequencies)))
    return (lowest + _MARGIN) / _ON_GRID


def depth_of(n_pairs: float, n_frequencies: float) -> float:
    """Return the share of the variance from which on a line survives a rung."""
    return min(1.0, visible(n_frequencies) / math.sqrt(max(n_pairs, 1) / 2))


def further_budget(spent: float, budget: float) -> float:
    """Return what the search after a find may cost: half of the first one's budget at most."""
    return min(0.5 * budget, max(_FURTHER_EFFORT * spent, _FURTHER_LEAST))


def rungs_within(
    times: Floats,
    plan: SearchPlan,
    budget: float,
    share: float | None = None,
    start: float = 0.0,
    *,
    thorough: bool = True,
) -> list[Step]:
    """Return the rungs that a budget allows, at least one.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Sorted times.
    plan : SearchPlan
        The band.
    budget : float
        Largest cost of all rungs together.
    share : float, optional
        Share of the variance of the weakest line expected: no rung beyond the one that shows it.
    start : float
        No window shorter than this, if the budget allows one as long.
    thorough : bool
        Whether to look at every survivor of the last rung.
    """
    band = plan.maximum_frequency - plan.minimum_frequency
    baseline = float(times[-1] - times[0])
    # with fewer than 100 resolved frequencies a rung would let nearly everything survive
    lowest = max(window_with_pairs(times, LADDER.first_pairs), 100.0 / band, start)
    longest = max(lowest, min(0.5 * baseline, window_with_pairs(times, MOST_PAIRS)))
    if share is not None:
        wanted = lowest
        for _ in range(3):  # the longer the window, the more frequencies there are
            pairs = 2 * (visible(LADDER.points_per_window * wanted * band) / share) ** 2
            wanted = max(lowest, window_with_pairs(times, pairs))
        longest = min(longest, wanted)
    planned = _geometric(times, plan, lowest, longest, thorough=thorough)
    if _total(planned) <= budget:
        return planned
    # costs grow with the longest window: bisect its logarithm
    low, high = lowest, longest
    planned = _geometric(times, plan, lowest, lowest, thorough=thorough)
    if _total(planned) > budget:  # and longer windows cost more
        return rungs_within(times, plan, budget, share, thorough=thorough) if start > 0 else planned
    for _ in range(_BISECTIONS):
        middle = math.sqrt(low * high)
        trial = _geometric(times, plan, lowest, middle, thorough=thorough)
        if _total(trial) <= budget:
            low, planned = middle, trial
        else:
            high = middle
    return planned


def _geometric(
    times: Floats,
    plan: SearchPlan,
    lowest: float,
    longest: float,
    *,
    thorough: bool,
) -> list[Step]:
    count = 1 + round(math.log(longest / lowest) / math.log(_GROWTH))
    windows = np.geomspace(lowest, longest, count) if count > 1 else np.array([longest])
    return [_step(times, plan, float(w), everything=thorough and w == windows[-1]) for w in windows]


def _total(steps_: list[Step]) -> float:
    return sum(step.cost for step in steps_)


def _step(times: Floats, plan: SearchPlan, window: float, *, everything: bool) -> Step:
    band = plan.maximum_frequency - plan.minimum_frequency
    n_pairs = min(count_pairs(times, window), MOST_PAIRS)
    n_frequencies = math.ceil(LADDER.points_per_window * window * band) + 1
    n_bands = math.ceil(n_frequencies / single_band_size(n_frequencies, n_pairs))
    cost = n_frequencies + n_pairs * (_PAIR_COST + _POINT_COST * n_bands) + _FIXED_RUNG_COST
    target = LADDER.coherent_from * float(times[-1] - times[0])
    followed, terms = SURVIVORS if everything else LADDER.doubtful, 0
    for _, count in steps(window, LADDER.reach / window, target):
        terms += followed * count
        followed = min(followed, FOLLOWED)
    looks = min(followed, LOOKED) if terms else followed
    cost += len(times) * _TERM_COST * terms
    cost += looks * (_LOOK_COST * len(times) + _FIXED_LOOK_COST)
    return Step(window, n_pairs, depth_of(n_pairs, n_frequencies), cost)


@dataclass(frozen=True)
class Reach:
    """How far a ladder is to go, within its budget.

    Attributes
    ----------
    share : float or None
        Share of the variance of the weakest line expected.
    start : float
        Shortest window.
    thorough : bool
        Whether to look at every survivor of the last rung, and not only at those that stand out.
    """

    share: float | None = None
    start: float = 0.0
    thorough: bool = True


class LadderSearch:
    """Search of a band by rungs of growing windows, within a budget of frequencies.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    plan : SearchPlan
        The band; its grid is that of the coherent search, which is never laid out.
    budget : float
        Largest cost of all rungs together, in frequencies evaluated; other work counts as the
        frequencies that would take its time.
    reach : Reach
        How far to go within it.
    keep : int
        Number of maxima to return.
    threads : int, optional
        Bands evaluated at the same time; by default one per processor.
    progress : callable, optional
        Called with (frequencies done, budget).

    Attributes
    ----------
    planned : list of Step
        The rungs that the budget allows.
    rungs : list of Rung
        The rungs of the latest search.
    spent : float
        Their cost, in frequencies.
    """

    def __init__(
        self,
        data: Data,
        plan: SearchPlan,
        budget: float,
        reach: Reach = Reach(),
        *,
        keep: int = 16,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._data = data
        self._plan = plan
        self._budget = budget
        self._keep = keep
        self._threads = threads or processors()
        self._progress = progress
        self._order = np.argsort(data.times.to_float(), kind="stable")
        self._times = data.times[self._order]
        self._thorough = reach.thorough
        times = self._times.to_float()
        self.planned = rungs_within(
            times, plan, budget, reach.share, reach.start, thorough=reach.thorough
        )
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
        values = (residual * self._data.weights / np.sqrt(scale))[self._order]
        values /= np.sqrt((self._data.weights**2).mean())
        self.rungs = []
        self.spent = 0.0
        for step in self.planned:
            everything = self._thorough and step is self.planned[-1]
            rung = climb(
                self._times,
                values,
                step.window,
                self._plan.minimum_frequency,
                self._plan.maximum_frequency,
                self._threads,
            )
            self.rungs.append(rung)
            self.spent += step.cost
            if self._progress is not None:
                self._progress(int(min(self.spent, self._budget)), int(self._budget))
            frequency, power = self._look(rung, values, residual, scale, everything=False)
            if everything and power.max(initial=0.0) <= enough:
                frequency, power = self._look(rung, values, residual, scale, everything=True)
            if power.max(initial=0.0) > enough:
                break
        order = np.argsort(-power, kind="stable")[: self._keep]
        return Candidates(frequency[order], power[order], frequency[order], power[order])

    @property
    def depth(self) -> float:
        """Share of the variance from which on a line would have survived the last rung."""
        return self.planned[len(self.rungs) - 1].depth

    def _look(
        self, rung: Rung, values: Floats, residual: Floats, scale: Floats, *, everything: bool
    ) -> tuple[Floats, Floats]:
        """Return the coherent maxima near each survivor that may be more than noise.

        Only the highest are looked at, and what stays below the maximum of pure noise at `tried`
        frequencies by half a deviation is left to a longer window; `everything` looks at every
        survivor.
        """
        band = self._plan.maximum_frequency - self._plan.minimum_frequency
        tried = max(LADDER.points_per_window * rung.window * band, 2.0)
        noise = math.sqrt(2 * math.log(tried)) - 0.5
        promising = rung.frequency
        if not everything:
            promising = promising[rung.deviation > noise][:FOLLOWED]
        target = LADDER.coherent_from * self._data.baseline
        centres, half = narrow(
            self._times, values, promising, rung.window, LADDER.reach / rung.window, target
        )

        def look(centre: float) -> tuple[float, float]:
            plan = grid(
                max(centre - half, self._plan.minimum_frequency),
                min(centre + half, self._plan.maximum_frequency),
                self._plan.spacing,
            )
            best = DenseSearch(self._data, plan, keep=1, threads=1).maxima(residual, scale)
            return float(best.frequency[0]), float(best.power[0])

        with ThreadPoolExecutor(self._threads) as pool:
            found = list(pool.map(look, centres))
        frequency = np.array([f for f, _ in found], dtype=np.float64)
        return frequency, np.array([p for _, p in found], dtype=np.float64)
