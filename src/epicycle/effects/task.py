"""What a search works on: samples, band, goal and noise, from which any values can be pursued.

Every effect beyond constant cycles in white noise is found by pursuing, or refitting, slightly
other values of the same samples: with outliers drawn in, divided by gains, less a bent trend or a
variation of amplitudes.  What all of these share stands here, and is handed from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from epicycle.effects.outliers import pursue_robustly
from epicycle.evidence.told_by_weights import Lines, as_told
from epicycle.evidence.waveforms import Ranking
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.limits import CYCLES, INPUTS, NOISE
from epicycle.pursuit.asked import judge_asked
from epicycle.pursuit.goal import Goal, goal_of_values
from epicycle.pursuit.pursuit import Pursuit, pursue, refitted, whole
from epicycle.samples.budget import GIGABYTE, Budget, OutOfTimeError
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data
from epicycle.samples.options import HUBER, Options, check_exposure
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan

#: Times that what weights leave is told anew by what was found with the share before.
_TELLINGS = 3


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
    weighted : bool
        Whether samples have unequal weights.
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
    weighted: bool = False

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
        goal = replace(goal, unit=samples.scale.unit)
        # (degrees of freedom decide whether a rhythm that is asked about can be judged)
        weighted = samples.weights is not None and bool(np.ptp(samples.weights) > 0)
        data = as_told(data) if weighted else data  # (for whatever is decided before a search)
        task = cls(options, samples, data, plan, goal, NoiseModel.of(samples))
        task = replace(task, weighted=weighted)
        least = _fewest(data)
        if goal.asked is not None or len(samples.times) >= least:
            return task
        return task.without_claims(
            f"too few samples: {len(samples.times)}, and a period is claimed from {least} upwards"
        )

    def without_claims(self, why: str) -> Task:
        """Return the task with no cycle to be looked for, and a note that says why."""
        return replace(self, goal=replace(self.goal, max_cycles=0), notes=(*self.notes, why))

    def pursue(self, data: Data, progress: Progress | None = None) -> Pursuit:
        """Return the pursuit of a regression problem of these samples, by the loss asked for."""

        def first(values: Data) -> Pursuit:
            if self.goal.asked is not None:
                return judge_asked(values, self.noise, self.plan, self.goal, progress=progress)
            goal = self.goal
            if self.weighted and values.told * len(values.times) < _fewest(values):
                goal = replace(goal, max_cycles=0)
            return pursue(
                values, self.noise, self.plan, goal, ranking=self.ranking, progress=progress
            )

        def once(values: Data) -> Pursuit:
            return self._as_weights_tell(values, first) if self.weighted else first(values)

        return pursue_robustly(data, once) if self.options.loss == HUBER else once(data)

    def pursue_again(self, data: Data, progress: Progress | None = None) -> Pursuit:
        """Return a pursuit that may take the place of one that there is.

        Raises
        ------
        OutOfTimeError
            Unless there is time for all of it: what was found before is more than a part.
        """
        return whole(self.pursue(data, progress))

    def _as_weights_tell(self, values: Data, first: Callable[[Data], Pursuit]) -> Pursuit:
        """Return a pursuit that counts as many values as its weights leave.

        Weights are believed to begin with: what they leave is told by the noise, which only the
        lines show that were found.
        """
        data = replace(values, told=1.0)
        band = self.plan.minimum_frequency, self.plan.maximum_frequency
        found = first(data)
        for _ in range(_TELLINGS):
            structure = found.fit.structure
            clearer = as_told(values, Lines(structure, *band, self.goal.false_alarm))
            if abs(clearer.told / data.told - 1.0) <= NOISE.told_alike:
                break
            if not structure.frequency.size:  # with fewer values there is no more to be found
                if data.told == 1.0:
                    found = self.refit(replace(found, data=clearer))
                break
            try:
                data, found = clearer, whole(first(clearer))
            except OutOfTimeError:
                note = self.goal.budget.note(
                    f"false alarms and errors count {data.told:.0%} of the values, where what was "
                    f"found says that their weights leave {clearer.told:.0%}"
                )
                return replace(found, notes=(*found.notes, note))
        return self._with_told(found)

    def refit(
        self, found: Pursuit, *, data: Data | None = None, structure: Structure | None = None
    ) -> Pursuit:
        """Return a pursuit with its lines, or others, fitted anew to its data, or to others."""
        if data is not None:
            data = replace(data, told=found.data.told)
        return refitted(
            found, noise=self.noise, plan=self.plan, goal=self.goal, data=data, structure=structure
        )

    def _with_told(self, found: Pursuit) -> Pursuit:
        """Return a pursuit that says where weights leave much fewer values than there are."""
        data = found.data
        left, least = data.told * len(data.times), _fewest(data)
        if data.told >= NOISE.weights_leave:
            return found
        if left < least and self.goal.asked is None:
            note = (
                f"too few samples: weights as unequal as these leave {left:.2g} of "
                f"{len(data.times)}, where the scatter of the values does not go with them, and a "
                f"period is claimed from {least} upwards; errors that are known are believed as dy"
            )
        else:
            note = (
                f"the scatter of the values does not go with their weights, which leave as much "
                f"as {left:.2g} of {len(data.times)} samples for errors and false alarms; errors "
                f"that are known are believed as dy"
            )
        return replace(found, notes=(*found.notes, note))


def _fewest(data: Data) -> int:
    """Return the number of samples from which upwards a period is claimed."""
    return int(CYCLES.minimum_samples + data.nuisance.shape[1])
