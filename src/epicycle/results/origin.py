"""What a result was made from: kept with it, to refit, to forecast held-out ends, and to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle.effects.gains import Gains
from epicycle.effects.groups import gathered
from epicycle.effects.task import Task
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.arrays import Floats
from epicycle.samples.given import Given


@dataclass(frozen=True, eq=False)
class Origin:
    """What a result of values was made from.

    Attributes
    ----------
    given : Given
        The data as the user gave them.
    task : Task
        What was searched: checked options and samples, band, goal and noise.
    found : Pursuit
        Where the search ended.
    gains : Gains or None
        The gains by which the samples of `task` have been divided.
    """

    given: Given
    task: Task
    found: Pursuit
    gains: Gains | None = None

    def own_residual(self) -> Floats:
        """Return what the model leaves of the samples, shape (n, d), on the scale of cycles.

        It is of the values as they were given, not as a robust loss has bounded them, and in units
        of the reference where groups have gains.
        """
        given, found = self.task.samples.y, self.found
        if found.variation is not None:
            given = given - found.variation
        result: Floats = found.fit.residual + (given - found.data.y)
        return result

    def linear_residual(self) -> Floats:
        """Return the same in the order given, of the shape of y, NaN where there is no value."""
        samples = self.task.samples
        by = np.ones(len(samples.group_labels)) if self.gains is None else self.gains.value
        own = self.own_residual() * by[samples.group][:, np.newaxis]
        result = np.full((samples.n_input, own.shape[1]), np.nan)
        result[samples.kept] = np.where(samples.present, own, np.nan)
        return gathered(result) if samples.output_names is None or self.task.by_group else result
