"""One search after the other of the same band: dense, by the ladder or both, as decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch, Worth
from epicycle.search.ladder import LadderSearch, Reach, further_budget
from epicycle.search.planner import DENSE_COUNT, Decision, Effort, decide, remedies, report
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan, portrait_plan

#: A grid of at most this many frequencies per sample is searched as fast as a few harmonics are
#: tested.
_WORTH_A_SEARCH = 16


@dataclass(frozen=True)
class _Searched:
    """A dense search of the past."""

    residual: Floats
    scale: Floats
    found: Candidates

    def is_of(self, residual: Floats, scale: Floats) -> bool:
        """Return whether it was the search of this very array."""
        return self.residual is residual and np.array_equal(self.scale, scale)


class Searcher:
    """The strongest maxima of residuals over a band; what the searches took, how deep they saw.

    The first search decides on the strategy.  No state is shared with a shallow copy, which may
    therefore go another way.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    plan : SearchPlan
        The band and the dense grid.
    effort : Effort
        What a search may cost, and how weak a line it should see.
    drift : bool
        Whether a line may change its frequency so much that it has no coherent power.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Attributes
    ----------
    densely : bool
        Whether every frequency is searched, as far as it is decided.
    window : float
        Longest lag of the pairs in the latest search by the ladder; 0 before.
    survivors : ndarray
        What its last rung passed on, in the order of the rung.
    pair_depth : float or None
        Share of the variance from which on a line stood out among these pairs; None where the
        latest search was of every frequency.
    """

    def __init__(
        self,
        data: Data,
        plan: SearchPlan,
        effort: Effort,
        *,
        drift: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._plan = plan
        self._effort = effort
        self._drift = drift
        self._progress = progress
        self._decision: Decision | None = None
        self._budget = effort.max_frequencies
        # the window that showed the latest line
        self._start = 0.0
        self._used: frozenset[str] = frozenset()
        self._spent = 0.0
        self.densely = plan.strategy == "dense"
        self.window = 0.0
        self.survivors: Floats = np.empty(0)
        self.pair_depth: float | None = None
        self._dense: DenseSearch | None = None
        self._former: DenseSearch | None = None
        self.use(data)

    def use(self, data: Data) -> None:
        """Search with other weights from now on."""
        self._data = data
        # other weights need other sums, but by the same transforms
        self._former = self._dense or self._former
        self._dense = None
        # the first and the latest dense search with these weights
        self._searched: tuple[_Searched, ...] = ()

    def search(
        self,
        residual: Floats,
        scale: Floats,
        enough: float,
        *,
        start: float | None = None,
        worth: Callable[[], Worth] | None = None,
    ) -> Candidates:
        """Return the strongest maxima of a residual's spectrum.

        Parameters
        ----------
        residual : ndarray, shape (n, d)
            What is left of the outputs.
        scale : ndarray, shape (d,)
            Variance by which the chi-square of each output is divided before they are added.
        enough : float
            Reduction of chi-square that is significant over the whole band.
        start : float, optional
            Shortest window of a ladder; by default the one that showed the latest line.
        worth : callable, optional
            Returns what reductions of chi-square are worth; called where every frequency is
            searched, as the ladder ranks by the reductions themselves.
        """
        if self._decision is None:
            effort = self._effort
            self._decision = decide(
                self._data,
                self._plan,
                effort.strategy,
                effort.max_frequencies,
                enough,
                effort.share,
                drift=self._drift,
            )
            self._budget = self._decision.budget
            self.densely = self._decision.strategy == "dense"
        if not self.densely:
            start = self._start if start is None else start
            found = self._by_ladder(residual, scale, enough, self._decision, start)
            if found is not None:
                return found
            # the dense search sees lines that are too weak for pairs of samples
            self.densely = True
        return self._every_frequency(residual, scale, worth)

    def _by_ladder(
        self, residual: Floats, scale: Floats, enough: float, decision: Decision, start: float
    ) -> Candidates | None:
        """Return what the ladder found; None where the dense search is to follow."""
        is_first = decision.strategy == "both" and start == 0.0
        ladder = LadderSearch(
            self._data,
            self._plan,
            self._budget,
            Reach(decision.share, start, thorough=not is_first),
            progress=self._progress,
        )
        found = ladder.maxima(residual, scale, enough)
        self._used |= {"ladder"}
        self._spent += ladder.spent
        last = ladder.rungs[-1]
        if found.power.max(initial=0.0) > enough:
            # what remains is searched about as deep as it took to find this one, not deeper
            self._budget = further_budget(ladder.spent, self._effort.max_frequencies)
            self._start = last.window
        elif is_first and decision.coherent_depth < ladder.depth:
            return None
        self.window, self.survivors, self.pair_depth = last.window, last.frequency, ladder.depth
        return found

    def _every_frequency(
        self, residual: Floats, scale: Floats, worth: Callable[[], Worth] | None
    ) -> Candidates:
        if self.knows(residual, scale):
            return self._searched[-1].found
        dense = self._engine(self._progress)
        self._used |= {"dense"}
        self._spent += DENSE_COUNT * self._plan.n_frequencies
        self.pair_depth = None
        if worth is not None:
            return dense.maxima(residual, scale, worth())
        found = dense.maxima(residual, scale)
        self._searched = (*self._searched[:1], _Searched(residual, scale, found))
        return found

    def _engine(self, progress: Progress | None) -> DenseSearch:
        if self._dense is None:
            self._dense = DenseSearch(
                self._data, self._plan, progress=progress, former=self._former
            )
            self._former = None
        return self._dense

    def knows(self, residual: Floats, scale: Floats) -> bool:
        """Return whether the latest dense search was of this residual."""
        return bool(self._searched) and self._searched[-1].is_of(residual, scale)

    @property
    def is_quick(self) -> bool:
        """Whether every frequency is searched in no time."""
        return self.densely and self._plan.n_frequencies <= _WORTH_A_SEARCH * len(self._data.times)

    def highest_near(self, residual: Floats, frequency: float) -> float:
        """Return the highest power within a line width of a frequency, in the latest search.

        Infinite where the latest search was not a dense one of this residual.
        """
        if self._dense is None:
            return np.inf
        return self._dense.highest_near(residual, frequency, 1.0 / self._data.baseline)

    def portrait(self, residual: Floats, variance: Floats, centre: float) -> Candidates:
        """Return the spectrum of a residual for the eye, in shares of a variance.

        A band that only the ladder can search is shown around a frequency.
        """
        if not self.densely:
            plan = portrait_plan(self._plan, self._data.baseline, centre)
            return DenseSearch(self._data, plan).maxima(residual, variance)
        for one in self._searched:
            ratio = one.scale / variance
            if np.array_equal(one.residual, residual) and np.ptp(ratio) == 0:
                factor = float(ratio[0])
                return replace(
                    one.found,
                    power=factor * one.found.power,
                    thinned_power=factor * one.found.thinned_power,
                )
        return self._engine(None).maxima(residual, variance)

    @property
    def depth(self) -> float | None:
        """Share of the variance that a line needed to be seen by the latest search.

        None where every frequency was searched.
        """
        if self.pair_depth is None or self._decision is None:
            return None
        # a line must stand out among the pairs, and its coherent power be significant
        return max(self.pair_depth, self._decision.coherent_depth)

    @property
    def undecided(self) -> bool:
        """Whether a line may be significant and yet have been overlooked."""
        return (
            self.depth is not None
            and self._decision is not None
            and self.depth > self._decision.coherent_depth
        )

    def remedies(self, part: float, what: str) -> str | None:
        """Return what would let a weaker line be seen; None where nothing was overlooked.

        Parameters
        ----------
        part : float
            Share of the variance of that line, in units of :attr:`depth`.  It goes with the
            square of the amplitude: a line of half the share has 1/2, one of half the amplitude,
            or modulation, 1/4.
        what : str
            "samples" or "events".
        """
        depth = self.depth
        if depth is None or self._decision is None or not self.undecided:
            return None
        budget = self._effort.max_frequencies
        n_samples = len(self._data.times)
        return remedies(self._decision, n_samples, depth, part * depth, budget, what)

    def report(self) -> SearchPlan:
        """Return the plan with what was decided, and what it took."""
        if self._decision is None:
            return self._plan
        strategy = "both" if len(self._used) > 1 else min(self._used)
        budget = self._effort.max_frequencies
        return report(self._plan, self._decision, strategy, budget, self._spent)
