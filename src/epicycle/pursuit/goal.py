"""What the user asked the pursuit for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import Structure
from epicycle.limits import CYCLES
from epicycle.samples.budget import Budget
from epicycle.samples.data import Data, independent_share
from epicycle.samples.options import Options, check_known
from epicycle.search.planner import Effort


@dataclass(frozen=True)
class Goal:
    """What the user asked the pursuit for.

    Attributes
    ----------
    max_cycles : int
        Number of cycles at which to stop.
    max_order : int
        Highest harmonic tried.
    false_alarm : float
        Largest false-alarm probability of a line that stays.
    effort : Effort
        What the search may cost, and how weak a line it should see.
    known : tuple of float
        Frequencies to fit first and to hold.
    drift : bool
        Whether the cycles' frequencies may change linearly with time.
    slow_limit : float
        Frequency below which a line is slow variation and does not count as a cycle.
    red_noise : bool
        Whether noise may be stronger at some frequencies than at others.
    budget : Budget
        Time and memory that all of it may take.
    asked : tuple of float, or None
        Lowest and highest frequency of the one rhythm that is asked about, alike where it is
        held; nothing else is then looked for.
    unit : str
        Unit of time, for sentences.
    """

    max_cycles: int
    max_order: int
    false_alarm: float
    effort: Effort
    known: tuple[float, ...]
    drift: bool
    slow_limit: float
    red_noise: bool = False
    budget: Budget = field(default_factory=Budget)
    asked: tuple[float, float] | None = None
    unit: str = ""


def known_fundamentals(structure: Structure, goal: Goal) -> NDArray[np.bool_]:
    """Return which fundamentals were given by the user."""
    return np.isin(structure.frequency, goal.known)


def asked_fundamentals(structure: Structure, goal: Goal) -> NDArray[np.bool_]:
    """Return which fundamental is the rhythm that the user asks about."""
    if goal.asked is None:
        return np.zeros(len(structure.frequency), dtype=bool)
    lowest, highest = goal.asked
    within = (structure.frequency >= lowest) & (structure.frequency <= highest)
    result: NDArray[np.bool_] = within & ~known_fundamentals(structure, goal)
    return result


def count_cycles(structure: Structure, goal: Goal) -> int:
    """Return how many fundamentals count as cycles: not what was given, and no slow variation."""
    counted = ~known_fundamentals(structure, goal) & (structure.frequency >= goal.slow_limit)
    return int(np.count_nonzero(counted))


def with_drift_set(structure: Structure, goal: Goal) -> Structure:
    """Return the structure with the drift of its cycles set free, where the user asked for it."""
    if not goal.drift:
        return structure
    return structure.with_drift(~structure.fixed & (structure.frequency >= goal.slow_limit))


def goal_of_values(
    options: Options, highest: float, data: Data, budget: Budget | None = None
) -> Goal:
    """Return what is asked of the pursuit of values, given the end of the band and the data.

    Raises
    ------
    ValueError
        If a known period cannot be told in that band.
    """
    ratio = _signal_to_noise(options)
    baseline = data.baseline
    return _goal(
        options,
        budget,
        share=None if ratio is None else ratio**2 / (ratio**2 + 2),
        known=check_known(
            options.known,
            highest if options.asked is None else math.inf,
            baseline,
            partial(independent_share, data),
        ),
        slow_limit=_slow_limit(options, baseline),
    )


def _slow_limit(options: Options, baseline: float) -> float:
    """Return the frequency below which a line is slow variation; 0 where one is asked about."""
    if options.period is not None:
        return 0.0
    longest = options.maximum_period
    return CYCLES.minimum / baseline if longest is None else 1.0 / longest


def goal_of_events(options: Options, budget: Budget | None = None) -> Goal:
    """Return what is asked of the search in events, which know no slow variation."""
    ratio = _signal_to_noise(options)
    # the share of a modulation is that of the variance of products of pairs
    share = None if ratio is None else 0.5 * ratio**2
    return _goal(options, budget, share=share, known=(), slow_limit=0.0)


def _goal(
    options: Options,
    budget: Budget | None,
    *,
    share: float | None,
    known: tuple[float, ...],
    slow_limit: float,
) -> Goal:
    return Goal(
        max_cycles=options.max_cycles,
        max_order=options.harmonics,
        false_alarm=options.false_alarm,
        effort=Effort(options.strategy, options.max_frequencies, share),
        known=known,
        drift=options.drift,
        slow_limit=slow_limit,
        red_noise=options.red_noise,
        budget=budget or options.budget()[0],
        asked=None if options.asked is None else (1 / options.asked[1], 1 / options.asked[0]),
    )


def _signal_to_noise(options: Options) -> float | None:
    ratio = options.signal_to_noise
    # no search sees a weaker cycle than that, and its share would be 0
    return None if ratio is None else max(ratio, 1e-30)
