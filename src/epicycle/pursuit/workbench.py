"""The data with their present weights, and the tools of the pursuit that depend on them."""

from __future__ import annotations

from copy import copy

import numpy as np

from epicycle.evidence.significance import effective_bandwidth, power_threshold
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.red_noise import continuum
from epicycle.fit.refine import fit_lines
from epicycle.pursuit.harmonics import HarmonicTest
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.search.dense import Worth
from epicycle.search.planner import Effort
from epicycle.search.searcher import Searcher
from epicycle.spectra.bands import Candidates, Progress
from epicycle.spectra.plan import SearchPlan


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
    searcher : Searcher
        What searches the residuals, with the same weights.
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
        self.data = data
        self.searcher = Searcher(data, plan, effort, progress=progress)
        self.red_noise = False

    def copy(self) -> Workbench:
        """Return another workbench at the same point, to try something out."""
        other = copy(self)
        other.searcher = copy(self.searcher)
        return other

    @property
    def noise(self) -> NoiseModel:
        """How the weights follow from errors and jitter."""
        return self._noise

    @property
    def plan(self) -> SearchPlan:
        """Band and grid, as given."""
        return self._plan

    @property
    def test(self) -> HarmonicTest:
        """Tests at single frequencies with the present weights."""
        return HarmonicTest(self.data, self._plan.highest_line, self._glance)

    def search(self, fit: Fit) -> Candidates:
        """Return the strongest maxima of the residual's spectrum."""

        def worth() -> Worth:
            low, high = self._plan.minimum_frequency, self._plan.maximum_frequency
            return continuum(self.data, fit, low, high).evidence

        return self.searcher.search(
            fit.residual,
            fit.scale,
            self.significant_power(fit),
            worth=worth if self.red_noise else None,
        )

    def _glance(self, fit: Fit, frequency: float) -> float:
        """Return the highest power near a frequency from the spectrum of the fit's residual.

        Infinite where that spectrum is not known, and takes longer than it spares.
        """
        if self.red_noise:
            return np.inf
        if not self.searcher.knows(fit.residual, fit.scale):
            if not self.searcher.is_quick:
                return np.inf
            self.search(fit)
        return self.searcher.highest_near(fit.residual, frequency)

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
        centre = self._plan.maximum_frequency / 2
        if len(candidates.frequency):
            centre = float(candidates.frequency[0])
        if len(final.structure.order):
            strength = np.abs(final.coefficients[final.n_nuisance :]).sum(axis=1)
            line = int((strength[0::2] + strength[1::2]).argmax())
            centre = float(final.structure.line_frequency[line])
        variance = np.maximum(fit.chi2, 1e-200) * len(fit.chi2)
        return self.searcher.portrait(fit.residual, variance, centre)

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
            self.data = self.data.with_weights(weights)
            self.searcher.use(self.data)
            fit = self._fit(fit.structure, tight)
        return fit, jitter

    def _fit(self, structure: Structure, tight: bool) -> Fit:
        absolute = self._noise.absolute
        if tight:
            return fit_lines(self.data, structure, absolute=absolute)
        # the next line will move all others again: a few steps towards the optimum are enough
        return fit_lines(self.data, structure, absolute=absolute, futile=QUICK, max_steps=3)
