"""What a search works on: samples, band, goal and noise, from which any values can be pursued.

Every effect beyond constant cycles in white noise is found by pursuing, or refitting, slightly
other values of the same samples: with outliers drawn in, divided by gains, less a bent trend or a
variation of amplitudes.  What all of these share stands here, and is handed from one to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.effects.outliers import pursue_robustly
from epicycle.evidence.waveforms import Ranking
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.limits import CYCLES, INPUTS
from epicycle.pursuit.asked import judge_asked
from epicycle.pursuit.goal import Goal, goal_of_values
from epicycle.pursuit.pursuit import Pursuit, pursue, refitted
from epicycle.samples.budget import GIGABYTE, Budget
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.samples.options import Options, check_exposure
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan


def needed_memory(shape: tuple[int, ...], *, own_weights: bool) -> float:
    """Return about how many bytes a search takes, given the shape of its values.

    Parameters
    ----------
    shape : tuple of int
        Samples and outputs.
    own_weights : bool
        Whether each output has weights of its own, as it has where values are missing.
    """
    plain, own = INPUTS.value_memory
    values = float(np.prod(shape, dtype=np.float64))
    return GIGABYTE * INPUTS.search_memory + values * (own if own_weights else plain)


@dataclass(frozen=True, eq=False)
class Task:
    """What a search works on.

    Attributes
    ----------
    options : Options
        What the user asked for, checked.
    samples : Samples
        The samples, in the units in which they are searched.
    data : Data
        Their regression problem.
    plan : SearchPlan
        The band.
    goal : Goal
        What follows from the options for the pursuit.
    noise : NoiseModel
        How weights follow from errors and jitter.
    ranking : Ranking or None
        Frequencies compared as waveforms beforehand.
    by_group : bool
        Whether the outputs are the groups of one series.
    notes : tuple of str
        What is undecided before the search.
    """

    options: Options
    samples: Samples
    data: Data
    plan: SearchPlan
    goal: Goal
    noise: NoiseModel
    ranking: Ranking | None = None
    by_group: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        samples: Samples,
        data: Data,
        plan: SearchPlan,
        options: Options,
        budget: Budget | None = None,
    ) -> Task:
        """Return the task of some samples; too few of them are fitted, but claim no cycle.

        Raises
        ------
        ValueError
            If known periods or the exposure do not fit the band, or if the search would take more
            memory than it may.
        """
        budget = budget or options.budget()[0]
        budget.admit(
            needed_memory(data.y.shape, own_weights=data.weights.shape[1] > 1),
            f"a search of {len(samples.times):,} samples of {data.y.shape[1]:,} outputs",
            "search fewer of them at once",
        )
        check_exposure(options.exposure, 1.0 / plan.maximum_frequency)
        goal = goal_of_values(options, plan.maximum_frequency, data, budget)
        # (degrees of freedom decide whether a rhythm that is asked about can be judged)
        task = cls(options, samples, data, plan, goal, NoiseModel.of(samples))
        least = CYCLES.minimum_samples + data.nuisance.shape[1]
        if len(samples.times) >= least or goal.asked is not None:
            return task
        return task.without_claims(
            f"too few samples: {len(samples.times)}, and a period is claimed from {least} upwards"
        )

    def without_claims(self, why: str) -> Task:
        """Return the task with no cycle to be looked for, and a note that says why."""
        return replace(self, goal=replace(self.goal, max_cycles=0), notes=(*self.notes, why))

    def pursue(self, data: Data, progress: Progress | None = None) -> Pursuit:
        """Return the pursuit of a regression problem of these samples, by the loss asked for."""

        def once(values: Data) -> Pursuit:
            if self.goal.asked is not None:
                return judge_asked(values, self.noise, self.plan, self.goal, progress=progress)
            return pursue(
                values, self.noise, self.plan, self.goal, ranking=self.ranking, progress=progress
            )

        return once(data) if self.options.loss == "squares" else pursue_robustly(data, once)

    def refit(
        self, found: Pursuit, *, data: Data | None = None, structure: Structure | None = None
    ) -> Pursuit:
        """Return a pursuit with its lines, or others, fitted anew to its data, or to others."""
        return refitted(
            found, noise=self.noise, plan=self.plan, goal=self.goal, data=data, structure=structure
        )
