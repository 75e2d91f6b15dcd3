"""A rhythm that was asked about -> what the user is told of it, significant or not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from epicycle.evidence.held import HeldTest
from epicycle.fit.lines import Structure
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.pursuit import Pursuit, Said
from epicycle.results.cycles import Asked, Cycle
from epicycle.results.unseen import claimed_noncentrality
from epicycle.samples.arrays import Floats
from epicycle.samples.units import in_unit


def as_held(cycle: Cycle) -> Cycle:
    """Return a cycle whose period was given: nothing was measured that could have an error."""
    return replace(cycle, period_error=math.nan, frequency_error=math.nan)


def asked_notes(said: Said, asked: Asked, false_alarm: float, unit: str = "") -> list[str]:
    """Return what is to be said of the rhythm, and of the design, in words.

    Parameters
    ----------
    said : Said
        The verdict.
    asked : Asked
        The answer.
    false_alarm : float
        Largest probability at which a rhythm is claimed.
    unit : str
        Unit of time.
    """
    notes = list(said.notes)
    cycle, chance = asked.cycle, asked.false_alarm_probability
    if cycle is not None and chance > false_alarm:
        notes.append(
            f"a rhythm of the period {in_unit(cycle.period, unit, 4)} is in the fit, but is not "
            f"claimed: noise explains it with the probability {chance:.2g}, and at most "
            f"{false_alarm:g} was asked for"
        )
    return notes


def asked_limit(found: Pursuit, goal: Goal) -> list[float]:
    """Return the amplitude from which on a rhythm would have been claimed, with 95 % probability.

    It is that of the least favourable phase, given the scatter that the fit leaves: the power of an
    F-test, by the noncentral F distribution.  NaN of several outputs, which are judged together;
    of a range, at whose ends no period is measured, however strong a rhythm is; and where no
    rhythm could be judged.
    """
    data, fit = found.data, found.fit
    n_outputs = data.y.shape[1]
    assert goal.asked is not None
    assert found.asked is not None
    known = [one for one in fit.structure.fundamentals() if one.frequency in goal.known]
    test = HeldTest(data, Structure.of(known))
    lowest, highest = goal.asked
    if n_outputs > 1 or lowest < highest or not math.isfinite(found.asked.condition):
        return [math.nan] * n_outputs
    information = float(test.share(np.array([lowest]))[0])
    noncentrality = claimed_noncentrality(np.ones(1), test.dof, 0.0, goal)
    if information <= 0 or not math.isfinite(noncentrality):
        return [math.nan]
    return [math.sqrt(noncentrality * _variance(found) / information)]


def _variance(found: Pursuit) -> float:
    """Return the variance of a value of weight 1."""
    fit = found.fit
    free = found.data.n_values - fit.n_parameters
    own: Floats = fit.chi2 / max(free, 1)
    return float(own[0])
