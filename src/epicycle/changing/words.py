"""A rhythm in words: the table that a person reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from epicycle.look.human import (
    friendly_unit,
    human_number,
    human_odds,
    human_period,
    human_time,
)
from epicycle.samples.times import UNIT_SECONDS

if TYPE_CHECKING:
    from epicycle.changing.rhythm import Rhythm, Shift

#: What each verdict means.
_PERIOD = {
    "constant": "constant",
    "drifting": "drifts steadily",
    "shifted": "shifts suddenly",
    "wandering": "wanders smoothly",
    "diffusing": "scatters from cycle to cycle",
}

_AMPLITUDE = {
    "constant": "constant",
    "decaying": "decays",
    "growing": "grows",
    "varying": "varies",
}

#: Cycles of a table: so many, evenly spread.
_ROWS = 12


def table(rhythm: Rhythm) -> str:
    """Return a rhythm as plain text: verdicts, shifts, and its cycles."""
    lines = [*summary(rhythm), ""]
    maxima = rhythm.maxima
    if maxima:
        step = max(1, math.ceil(len(maxima) / _ROWS))
        rows = [("maximum", "period", "amplitude")]
        for one in maxima[::step]:
            rows.append(
                (
                    _moment(rhythm, one.time, one.time_error),
                    human_period(one.period, one.period_error, rhythm.unit),
                    human_number(one.amplitude, one.amplitude_error),
                )
            )
        width = [max(len(row[k]) for row in rows) for k in range(3)]
        lines += ["  ".join(c.rjust(w) for c, w in zip(row, width, strict=True)) for row in rows]
        if step > 1:
            lines.append(f"(one in {step} of {len(maxima)} maxima)")
    return "\n".join(lines).rstrip()


def summary(rhythm: Rhythm) -> list[str]:
    """Return what there is to say of a rhythm, in sentences."""
    unit = rhythm.unit
    mean = human_period(rhythm.mean_period, rhythm.mean_period_error, unit)
    lines = [
        f"period     {mean} in the mean; {_PERIOD[rhythm.verdict.period]}"
        f"{_odds(rhythm.odds['period'], rhythm.verdict.period)}",
        f"amplitude  {_AMPLITUDE[rhythm.verdict.amplitude]}"
        f"{_odds(rhythm.odds['amplitude'], rhythm.verdict.amplitude)}",
    ]
    if rhythm.verdict.period == "constant":
        lines[0] += f", to within ± {_limit(rhythm)} (95 %)"
    if rhythm.lifetime is not None:
        lines.append(f"lifetime   {human_period(rhythm.lifetime, rhythm.lifetime_error, unit)}")
    if rhythm.coherence_time is not None:
        told = human_period(rhythm.coherence_time, rhythm.coherence_time_error, unit)
        lines.append(f"coherence  {told}")
    lines += [_shift(rhythm, one) for one in rhythm.shifts]
    return lines + [f"undecided  {text}" for text in rhythm.undecided]


def _limit(rhythm: Rhythm) -> str:
    """Return how far the period may vary, in the unit in which the period is told."""
    unit, value = rhythm.unit, rhythm.variation_limit
    chosen = friendly_unit(rhythm.mean_period, unit)
    if chosen != unit:
        value *= float(UNIT_SECONDS[unit] / UNIT_SECONDS[chosen])
    return f"{value:.2g} {chosen}".rstrip()


def _odds(odds: dict[str, Any], verdict: str) -> str:
    return "" if verdict == "constant" else f" (odds {human_odds(odds[verdict])} against constant)"


def _shift(rhythm: Rhythm, one: Shift) -> str:
    """Return a shift as one line."""
    size = human_period(abs(one.duration), one.duration_error, rhythm.unit)
    sense = "later" if one.duration < 0 else "earlier"
    before = human_period(one.period_before, one.period_before_error, rhythm.unit)
    after = human_period(one.period_after, one.period_after_error, rhythm.unit)
    moment = _moment(rhythm, one.time, one.time_error)
    return f"shift      at {moment}: {size} {sense}; period {before} before, {after} after"


def _moment(rhythm: Rhythm, time: Any, error: float) -> str:
    if error <= 0:
        return f"{time}"
    return human_time(time, error, rhythm.unit)
