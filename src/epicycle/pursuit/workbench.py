"""The data with their present weights, and the tools of the pursuit that depend on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.evidence.significance import effective_bandwidth, power_threshold
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.red_noise import continuum
from epicycle.fit.refine import fit_lines
from epicycle.pursuit.goal import Effort
from epicycle.pursuit.harmonics import HarmonicTest
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.search.ladder import LadderSearch, further_budget
from epicycle.search.planner import DENSE_COUNT, Decision, decide, remedies, report
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan, portrait_plan

#: A grid of at most this many frequencies per sample is searched as fast as a few harmonics are
#: tested.
_WORTH_A_SEARCH = 16


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
    effort : Effort
        What the search may cost, and how weak a line it should see.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Attributes
    ----------
    data : Data
        The data with their present weights.
    depth : float or None
        Share of the variance that a line needed to be seen by the latest search.
    red_noise : bool
        Whether the search ranks frequencies by their power over a smooth noise spectrum.
    """

    def __init__(
        self,
        data: Data,
        noise: NoiseModel,
        plan: SearchPlan,
        false_alarm: float,
        effort: Effort,
        progress: Progress | None,
    ) -> None:
        self._noise = noise
        self._plan = plan
        self._false_alarm = false_alarm
        self._effort = effort
        self._progress = progress
        self._decision: Decision | None = None
        self._budget = effort.max_frequencies
        self._window = 0.0
        self._densely = plan.strategy == "dense"
        self._used: set[str] = set()
        self._spent = 0.0
        self._highest = plan.highest_line
        self.depth: float | None = None
        self.red_noise = False
        self._use(data)

    @property
    def noise(self) -> NoiseModel:
        """How the weights follow from errors and jitter."""
        return self._noise

    @property
    def plan(self) -> SearchPlan:
        """Band and grid, as given."""
        return self._plan

    def _use(self, data: Data) -> None:
        self.data = data
        self._dense: DenseSearch | None = None
        # the first and the latest dense search with these weights
        self._searched: list[tuple[Fit, Candidates]] = []

    @property
    def test(self) -> HarmonicTest:
        """Tests at single frequencies with the present weights."""
        return HarmonicTest(self.data, self._highest, self._glance)

    def search(self, fit: Fit) -> Candidates:
        """Return the strongest maxima of the residual's spectrum."""
        if self._decision is None:
            effort, enough = self._effort, self.significant_power(fit)
            self._decision = decide(
                self.data, self._plan, effort.strategy, effort.max_frequencies, enough, effort.share
            )
            self._budget = self._decision.budget
            self._densely = self._decision.strategy == "dense"
        if self._densely:
            return self._search_densely(fit)
        return self._search_by_ladder(fit, self.significant_power(fit), self._decision)

    def _search_densely(self, fit: Fit) -> Candidates:
        if self._dense is None:
            self._dense = DenseSearch(self.data, self._plan, progress=self._progress)
        if self._searched and self._searched[-1][0] is fit:
            return self._searched[-1][1]
        self._used.add("dense")
        self._spent += DENSE_COUNT * self._plan.n_frequencies
        self.depth = None
        if self.red_noise:
            noise = continuum(
                self.data, fit, self._plan.minimum_frequency, self._plan.maximum_frequency
            )
            return self._dense.maxima(fit.residual, fit.scale, noise.evidence)
        found = self._dense.maxima(fit.residual, fit.scale)
        self._searched = [*self._searched[:1], (fit, found)]
        return found

    def _glance(self, fit: Fit, frequency: float) -> float:
        """Return the highest power near a frequency from the spectrum of the fit's residual.

        Infinite where that spectrum is not known, and takes longer than it spares.
        """
        if not self._densely or self.red_noise:
            return np.inf
        if self._dense is None or not self._searched or self._searched[-1][0] is not fit:
            if self._plan.n_frequencies > _WORTH_A_SEARCH * len(self.data.times):
                return np.inf
            self.search(fit)
        if self._dense is None:
            return np.inf
        return self._dense.highest_near(fit.residual, frequency, 1.0 / self.data.baseline)

    def _search_by_ladder(self, fit: Fit, enough: float, decision: Decision) -> Candidates:
        ladder = LadderSearch(
            self.data,
            self._plan,
            self._budget,
            share=decision.share,
            start=self._window,
            thorough=decision.strategy != "both" or self._window > 0.0,
            progress=self._progress,
        )
        found = ladder.maxima(fit.residual, fit.scale, enough)
        self._used.add("ladder")
        self._spent += ladder.spent
        # a line must stand out among the pairs, and its coherent power be significant
        self.depth = max(ladder.depth, decision.coherent_depth)
        if found.power.max(initial=0.0) > enough:
            # what remains is searched about as deep as it took to find this one, not deeper
            self._budget = further_budget(ladder.spent, self._effort.max_frequencies)
            self._window = ladder.rungs[-1].window
        elif (
            decision.strategy == "both"
            and self._window == 0.0
            and decision.coherent_depth < ladder.depth
        ):
            # the dense search sees lines that are too weak for pairs of samples
            self._densely = True
            return self._search_densely(fit)
        return found

    @property
    def undecided(self) -> bool:
        """Whether a line may be significant and yet have been overlooked."""
        return (
            self.depth is not None
            and self._decision is not None
            and self.depth > self._decision.coherent_depth
        )

    def remedies(self) -> str | None:
        """Return what would let a line with half of :attr:`depth` be seen, if it was not."""
        if self.depth is None or self._decision is None or not self.undecided:
            return None
        return remedies(
            self._decision,
            len(self.data.times),
            self.depth,
            self.depth / 2,
            self._effort.max_frequencies,
            "samples",
        )

    def report(self) -> SearchPlan:
        """Return the plan with what was decided, and what it took."""
        if self._decision is None:
            return self._plan
        strategy = "both" if len(self._used) > 1 else min(self._used)
        return report(
            self._plan, self._decision, strategy, self._effort.max_frequencies, self._spent
        )

    def significant_power(self, fit: Fit) -> float:
        """Return the reduction of chi-square that is significant anywhere in the band."""
        n_outputs = self.data.y.shape[1]
        dof = self.data.n_values - fit.n_parameters * n_outputs
        plan = self._plan
        width = effective_bandwidth(self.data, plan.minimum_frequency, plan.maximum_frequency)
        return float(dof * power_threshold(self._false_alarm, dof, width, n_outputs=n_outputs))

    def null(self, structure: Structure) -> Fit:
        """Return the fit without any line but `structure`, with the present weights."""
        return fit_lines(self.data, structure, absolute=False, max_steps=0)

    def portrait(self, fit: Fit, final: Fit, candidates: Candidates) -> Candidates:
        """Return the spectrum of one fit's residual for the eye, in shares of its variance.

        A band that only the ladder can search is shown around its strongest line, as found by
        `final`, or else around the best candidate.
        """
        variance = np.maximum(fit.chi2, 1e-200) * len(fit.chi2)
        if self._densely:
            for searched, found in self._searched:
                ratio = searched.scale / variance
                if np.array_equal(searched.residual, fit.residual) and np.ptp(ratio) == 0:
                    factor = float(ratio[0])
                    return replace(
                        found,
                        power=factor * found.power,
                        thinned_power=factor * found.thinned_power,
                    )
            if self._dense is None:
                self._dense = DenseSearch(self.data, self._plan)
            return self._dense.maxima(fit.residual, variance)
        centre = self._plan.maximum_frequency / 2
        if len(candidates.frequency):
            centre = float(candidates.frequency[0])
        if len(final.structure.order):
            strength = np.abs(final.coefficients[final.n_nuisance :]).sum(axis=1)
            line = int((strength[0::2] + strength[1::2]).argmax())
            centre = float(final.structure.line_frequency[line])
        plan = portrait_plan(self._plan, self.data.baseline, centre)
        return DenseSearch(self.data, plan).maxima(fit.residual, variance)

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
