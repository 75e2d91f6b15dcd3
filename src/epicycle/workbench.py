"""The data with their present weights, and the tools of the pursuit that depend on them."""

from __future__ import annotations

import numpy as np

from epicycle._data import Data
from epicycle._twofloat import Floats
from epicycle.harmonics import HarmonicTest
from epicycle.ladder import FURTHER_EFFORT, LadderSearch
from epicycle.lines import Structure
from epicycle.noise import NoiseModel
from epicycle.periodogram import effective_bandwidth, power_threshold
from epicycle.plan import SearchPlan, portrait_plan
from epicycle.refine import QUICK, Fit, fit_lines
from epicycle.search import Candidates, DenseSearch, Progress

#: A dense search takes three transforms per frequency, a rung of the ladder one.
_DENSE_COST = 3.0

#: Where the dense search is affordable, the ladder before it may cost this share of it.
_LADDER_SHARE = 0.25


class Workbench:
    """Search, fit and weights, kept in step with each other.

    Parameters
    ----------
    data : Data
        The regression problem.
    noise : NoiseModel
        How the weights follow from errors and jitter.
    plan : SearchPlan
        Band, grid and strategy.
    false_alarm : float
        False-alarm probability at which the ladder is content.
    max_frequencies : float
        Largest number of frequencies that one search may evaluate.
    dense_after_ladder : bool
        Whether the dense search follows where the ladder finds nothing and the budget allows it.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Attributes
    ----------
    data : Data
        The data with their present weights.
    test : HarmonicTest
        Tests at single frequencies with these weights.
    depth : float or None
        Share of the variance that a line needed to be seen by the latest search.
    """

    def __init__(
        self,
        data: Data,
        noise: NoiseModel,
        plan: SearchPlan,
        false_alarm: float,
        max_frequencies: float,
        dense_after_ladder: bool,
        progress: Progress | None,
    ) -> None:
        self._noise = noise
        self._plan = plan
        self._false_alarm = false_alarm
        self._budget = max_frequencies
        self._dense_after_ladder = dense_after_ladder
        self._progress = progress
        self._highest = plan.maximum_frequency if plan.regular else np.inf
        self.depth: float | None = None
        self._use(data)

    def _use(self, data: Data) -> None:
        self.data = data
        self.test = HarmonicTest(data, self._highest)
        self._dense: DenseSearch | None = None

    def search(self, fit: Fit) -> Candidates:
        """Return the strongest maxima of the residual's spectrum."""
        if self._plan.strategy == "dense":
            return self._search_densely(fit)
        return self._search_by_ladder(fit)

    def _search_densely(self, fit: Fit) -> Candidates:
        if self._dense is None:
            self._dense = DenseSearch(self.data, self._plan, progress=self._progress)
        self.depth = None
        return self._dense.maxima(fit.residual, fit.scale)

    def _search_by_ladder(self, fit: Fit) -> Candidates:
        dense_cost = _DENSE_COST * self._plan.n_frequencies
        affordable = (
            self._dense_after_ladder
            and dense_cost <= self._budget
            and len(fit.structure.order) == 0
        )
        budget = min(self._budget, _LADDER_SHARE * dense_cost) if affordable else self._budget
        ladder = LadderSearch(self.data, self._plan, budget, progress=self._progress)
        enough = self.significant_power(fit)
        found = ladder.maxima(fit.residual, fit.scale, enough)
        if found.power.max(initial=0.0) > enough:
            # what remains is searched as deep as it took to find this one, not deeper
            self._budget = min(self._budget, FURTHER_EFFORT * ladder.spent)
        elif affordable:
            # the dense search sees lines that are too weak for pairs of samples
            return self._search_densely(fit)
        self.depth = ladder.depth
        return found

    def significant_power(self, fit: Fit) -> float:
        """Return the reduction of chi-square that is significant anywhere in the band."""
        n_outputs = self.data.y.shape[1]
        dof = self.data.n_values - fit.n_parameters * n_outputs
        plan = self._plan
        width = effective_bandwidth(self.data, plan.minimum_frequency, plan.maximum_frequency)
        return float(dof * power_threshold(self._false_alarm, dof, width, 2 * n_outputs))

    def null(self, structure: Structure) -> Fit:
        """Return the fit without any line but `structure`, with the present weights."""
        return fit_lines(self.data, structure, absolute=False, max_steps=0)

    def portrait(self, fit: Fit, final: Fit, candidates: Candidates) -> Candidates:
        """Return the spectrum of one fit's residual for the eye, in shares of its variance.

        A band that only the ladder can search is shown around its strongest line, as found by
        `final`, or else around the best candidate.
        """
        centre = self._plan.maximum_frequency / 2
        if len(candidates.frequency):
            centre = float(candidates.frequency[0])
        if len(final.structure.order):
            strength = np.abs(final.coefficients[final.n_nuisance :]).sum(axis=1)
            line = int((strength[0::2] + strength[1::2]).argmax())
            centre = float(final.structure.line_frequency[line])
        plan = portrait_plan(self._plan, self.data.baseline, centre)
        search = self._dense
        if search is None or plan is not self._plan:
            search = DenseSearch(self.data, plan)
        return search.maxima(fit.residual, np.maximum(fit.chi2, 1e-200) * len(fit.chi2))

    def settle(self, structure: Structure, *, tight: bool = False) -> tuple[Fit, Floats]:
        """Return the fit of `structure`, with jitter and weights brought into agreement."""
        absolute = self._noise.absolute
        fit = self._fit(structure, tight)
        if not absolute:
            return fit, np.sqrt(fit.scale)[np.newaxis, :]
        for _ in range(8 if tight else 3):
            jitter = self._noise.fit_jitter(fit.residual, fit.n_parameters)
            weights = self._noise.weights(jitter)
            change = np.abs(weights / np.maximum(self.data.weights, 1e-300) - 1).max(initial=0.0)
            if weights.shape == self.data.weights.shape and change < (1e-6 if tight else 1e-2):
                break
            self._use(self.data.with_weights(weights))
            fit = self._fit(fit.structure, tight)
        return fit, jitter

    def _fit(self, structure: Structure, tight: bool) -> Fit:
        absolute = self._noise.absolute
        if tight:
            return fit_lines(self.data, structure, absolute=absolute)
        # the next line will move all others again: a few steps towards the optimum are enough
        return fit_lines(self.data, structure, absolute=absolute, futile=QUICK, max_steps=3)
