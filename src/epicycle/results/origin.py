"""Origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epicycle.effects.gains import Gains
from epicycle.fit.noise import NoiseModel
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.checks import Samples
from epicycle.spectra.plan import SearchPlan


@dataclass(frozen=True, eq=False)
class Origin:
    """What a result was made from, so that it can be refitted.

    Attributes
    ----------
    samples : Samples
        The checked samples.
    noise : NoiseModel
        How their weights follow from errors and jitter.
    plan : SearchPlan
        Where it was searched.
    goal : Goal
        What the user asked for.
    exposure : float
        Length of the exposure of each sample.
    notes : tuple of str
        What was undecided before the search.
    found : Pursuit
        Where the search ended.
    raw : tuple
        Times, values and groups as the user gave them.
    options : dict
        All other arguments of :func:`epicycle.find_cycles`.
    by_group : bool
        Whether the outputs are the groups of one series.
    gains : Gains or None
        The gains by which `samples` have been divided.
    """

    samples: Samples
    noise: NoiseModel
    plan: SearchPlan
    goal: Goal
    exposure: float
    notes: tuple[str, ...]
    found: Pursuit
    raw: tuple[Any, Any, Any]
    options: dict[str, Any]
    by_group: bool = False
    gains: Gains | None = None
