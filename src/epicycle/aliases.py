"""Aliases of a cycle: how they are listed, what they are called, and where the sampling puts them.

How likely each of them is against the cycle is judged in :mod:`epicycle.alias_odds`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from epicycle._data import Data
from epicycle._times import UNIT_SECONDS, Times
from epicycle._twofloat import Floats
from epicycle.periodogram import Periodogram
from epicycle.plan import SearchPlan
from epicycle.search import Candidates

#: Aliases are listed from this power ratio upwards, and at most so many.
POWER_RATIO = 0.2
_MOST = 5

#: Peaks of the spectral window below this share of that ratio lead to no alias worth naming.
_WINDOW_SHARE = 0.5

#: An alias is sought within a line width, in steps of this fraction of it.
_STEPS = 8

#: From these odds upwards a cycle and its alias are not told apart; a fraction of the frequency
#: must be likelier, as any power that is not explained counts for it.
_UNDECIDED = 0.01

#: Mean tropical and sidereal year alike, as far as a label goes, in days.
_YEAR = 365.25

#: Simple fractions and multiples of a frequency, by name: (numerator, denominator).
MULTIPLES = {"half": (1, 2), "double": (2, 1), "third": (1, 3), "triple": (3, 1)}


@dataclass(frozen=True)
class Alias:
    """A frequency at which a cycle may stand as well.

    Attributes
    ----------
    frequency, period : float
        Where the alias stands.
    power_ratio : float
        Power there over power at the cycle (of its strongest line), with all other cycles
        removed.
    window_frequency : float
        Distance of the two: a peak of the spectral window, where one links them.
    odds : float
        Posterior odds of the alias against the cycle; below 1 the cycle is likelier.
    kind : str
        "day" (a peak of the spectral window at one or more cycles a day, sidereal days and the
        seasons' sidelobes included), "year", "window" (any other peak), "half", "third" (of the
        cycle's frequency), "double", "triple", or "rival" (another high maximum of the search).
    probability : float
        The odds normalised over the cycle and all aliases listed with it.
    """

    frequency: float
    period: float
    power_ratio: float
    window_frequency: float
    odds: float = 0.0
    kind: str = "window"
    probability: float = 0.0


class Appearance(NamedTuple):
    """A place where a cycle appears again; `log_odds` is the logarithm of its odds."""

    frequency: float
    power_ratio: float
    distance: float
    log_odds: float
    kind: str


def as_aliases(found: Iterable[Appearance]) -> list[Alias]:
    """Return the likeliest appearances, of each fraction or multiple the likeliest one."""
    chosen: list[Appearance] = []
    for one in sorted(found, key=lambda one: (-one.log_odds, -one.power_ratio)):
        if one.kind not in MULTIPLES or all(one.kind != other.kind for other in chosen):
            chosen.append(one)
    chosen = chosen[:_MOST]
    odds = [math.exp(min(one.log_odds, 700.0)) for one in chosen]
    total = 1.0 + sum(odds)
    return [
        Alias(
            frequency=one.frequency,
            period=1.0 / one.frequency,
            power_ratio=one.power_ratio,
            window_frequency=one.distance,
            odds=its_odds,
            kind=one.kind,
            probability=its_odds / total,
        )
        for one, its_odds in zip(chosen, odds, strict=True)
    ]


def alias_notes(cycles: Iterable[tuple[float, Sequence[Alias]]]) -> list[str]:
    """Return a sentence for each cycle, given as (period, aliases), that an alias may explain."""
    notes = []
    for period, aliases in cycles:
        likely = [
            a for a in aliases if a.odds >= (1.0 if a.kind in ("half", "third") else _UNDECIDED)
        ]
        if likely:
            words = " or ".join(f"{a.period:.6g} ({a.kind}, odds {a.odds:.2g})" for a in likely)
            notes.append(f"period {period:.6g}: the data hardly tell it from its alias {words}")
    return notes


def window_offsets(
    data: Data, window: Candidates, day: float | None, weakest: float
) -> list[tuple[float, str]]:
    """Return the distances at which the sampling repeats a line, with what each is called.

    They are the peaks of the window; and one, two and three cycles a day, a sidereal day and a
    year, where the unit of time is known (`day` is one day) and the window has as much power
    there, be it beside a higher peak.
    """
    width = 1.0 / data.baseline
    least = _WINDOW_SHARE * weakest
    peaks = zip(window.frequency, window.power, strict=True)
    offsets = [float(f) for f, power in peaks if power >= least and f >= 2 * width]
    if day is not None:
        named = np.array([1.0, 2.0, 3.0, 1 + 1 / _YEAR, 2 + 2 / _YEAR, 1 / _YEAR]) / day
        weights = data.weights.sum(axis=1)
        turns = np.outer(named, data.times.to_float())
        power = np.abs(np.exp(-2j * np.pi * turns) @ weights / weights.sum()) ** 2
        offsets += [float(f) for f, p in zip(named, power, strict=True) if p >= least]
    return [(f, label(f, day, width)) for f in offsets if f >= 2 * width]


def label(offset: float, day: float | None, width: float) -> str:
    """Return what a peak of the spectral window is called: "day", "year" or "window".

    Seasons and sidereal days put sidelobes one or two cycles a year beside each multiple of one
    cycle a day.
    """
    if day is None:
        return "window"
    a_day = offset * day
    if round(a_day) >= 1 and abs(a_day - round(a_day)) <= max(2.2 / _YEAR, width * day):
        return "day"
    a_year, line = a_day * _YEAR, width * day * _YEAR
    if 1 <= round(a_year) <= 3 and abs(a_year - round(a_year)) <= min(line, 0.4):
        return "year"
    return "window"


def day_length(unit: str) -> float | None:
    """Return one day in a unit of time, or None where the unit is unknown."""
    return 86400.0 / float(UNIT_SECONDS[unit]) if unit in UNIT_SECONDS else None


def nearby_aliases(
    data: Data,
    values: Floats,
    scale: Floats,
    own: float,
    window: Candidates,
    plan: SearchPlan,
    *,
    drift: float = 0.0,
    weakest: float = POWER_RATIO,
    unit: str = "",
) -> list[Alias]:
    """Return where the power of a single line appears again, by the window alone.

    Parameters
    ----------
    data : Data
        The regression problem.
    values : ndarray, shape (n, d)
        The residual with the line put back.
    scale : ndarray, shape (d,)
        Variance of each output: half the power over it is a logarithm of likelihood.
    own, drift : float
        Frequency of the line, and its change per unit of time.
    window, plan
        The spectral window, and the band.
    weakest : float
        Smallest share of the line's power that is listed.
    unit : str
        Unit of time, where known.
    """
    if drift:
        # seen from a clock that drifts along, the line stands still
        times = data.times
        bent = times.lo + 0.5 * drift / own * times.to_float() ** 2
        data = replace(data, times=Times(times.hi, bent))
    width = 1.0 / data.baseline
    engine = Periodogram(data, width / _STEPS, 2 * _STEPS + 1)

    def near(frequency: float) -> tuple[float, float]:
        spectrum = (engine.reduction(values, frequency - width) / scale[:, np.newaxis]).sum(axis=0)
        best = int(spectrum.argmax())
        return float(spectrum[best]), frequency + (best - _STEPS) * (width / _STEPS)

    here, _ = near(own)
    found: dict[int, Appearance] = {}
    for offset, kind in window_offsets(data, window, day_length(unit), weakest):
        for frequency in (own + offset, abs(own - offset)):
            inside = plan.minimum_frequency <= frequency <= plan.maximum_frequency
            if not inside or abs(frequency - own) < 2 * width or here <= 0:
                continue
            there, at = near(frequency)
            if there >= weakest * here:
                at = max(at, plan.minimum_frequency)  # the maximum nearby may be at zero
                log_odds = 0.5 * (there - here)
                found[round(at / width)] = Appearance(at, there / here, offset, log_odds, kind)
    return as_aliases(found.values())
