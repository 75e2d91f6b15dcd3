"""What a result was made from: kept with it, to refit, to forecast held-out ends, and to draw."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.effects.gains import Gains
from epicycle.effects.task import Task
from epicycle.pursuit.pursuit import Pursuit
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
