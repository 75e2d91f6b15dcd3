"""Phases as people tell them: at what time of day a rhythm near a day is highest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from epicycle.limits import HONESTY
from epicycle.results.cycles import Cycle
from epicycle.samples.times import UNIT_SECONDS, TimeScale


@dataclass(frozen=True)
class ClockTime:
    """When on the clock a rhythm near a day is highest.

    Attributes
    ----------
    time : datetime.time
        By the clock named in `timezone`, at `day`.
    error : float
        Standard error, in minutes.
    day : datetime.date
        Date of that maximum.
    later_each_cycle : float
        Minutes by which each maximum is later on the clock than the one before; 0 where the
        period cannot be told from 24 hours.
    clock : str
        "local" where a day is one of the local clocks, "elapsed" where it has 24 hours.
    timezone : str or None
        The zone for "local" time, "UTC" for elapsed time; None for datetimes without a zone.
    """

    time: dt.time
    error: float
    day: dt.date
    later_each_cycle: float
    clock: str
    timezone: str | None

    def words(self) -> str:
        """Return the time in words.

        Examples
        --------
        >>> noon = dt.time(14, 32), 4.0, dt.date(2024, 2, 3)
        >>> ClockTime(*noon, 0.0, "local", "Europe/Berlin").words()
        '14:32 ± 4 min local time (Europe/Berlin)'
        >>> ClockTime(*noon, 36.25, "elapsed", "UTC").words()
        '14:32 ± 4 min UTC (elapsed time) on 2024-02-03, each time 36.2 min later'
        """
        error = f"{self.error:.0f}" if self.error >= 1.5 else f"{self.error:.1g}"
        text = f"{self.time:%H:%M} ± {error} min "
        if self.timezone is None:
            text += f"by the stamps ({self.clock} time)"
        elif self.clock == "local":
            text += f"local time ({self.timezone})"
        else:
            text += f"{self.timezone} (elapsed time)"
        if self.later_each_cycle:
            direction = "later" if self.later_each_cycle > 0 else "earlier"
            text += f" on {self.day}, each time {abs(self.later_each_cycle):.3g} min {direction}"
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return the time as JSON can hold it."""
        return {
            **vars(self),
            "time": self.time.isoformat("seconds"),
            "day": self.day.isoformat(),
        }


def clock_time(cycle: Cycle, scale: TimeScale) -> tuple[ClockTime, ...] | None:
    """Return when a cycle is highest, one time per output; None if it is not near a day.

    Parameters
    ----------
    cycle : Cycle
        The cycle.
    scale : TimeScale
        How its times were counted; plain numbers have no clock.

    Notes
    -----
    In elapsed time a rhythm that people keep by their clocks moves by an hour when these are
    changed, so its time of day is told in UTC there; in local time it stands still.
    """
    if not scale.calendar:
        return None
    hours = float(UNIT_SECONDS[scale.unit] / 3600)
    shortest, longest = HONESTY.near_a_day
    if not shortest <= cycle.period * hours <= longest:
        return None
    maxima, errors = (
        value if isinstance(value, tuple) else (value,)
        for value in (cycle.time_of_maximum, cycle.time_of_maximum_error)
    )
    shift = 60 * (cycle.period * hours - 24)
    told_apart = cycle.known or abs(shift) > HONESTY.another_time * 60 * hours * cycle.period_error
    return tuple(
        _one(moment, 60 * hours * float(error), shift if told_apart else 0.0, scale)
        for moment, error in zip(maxima, errors, strict=True)
    )


def _one(moment: dt.datetime, error: float, shift: float, scale: TimeScale) -> ClockTime:
    zone = None if scale.timezone is None else str(scale.timezone)
    if zone is not None and scale.clock == "elapsed":
        moment, zone = moment.astimezone(dt.UTC), "UTC"
    return ClockTime(
        time=moment.time(),
        error=error,
        day=moment.date(),
        later_each_cycle=shift,
        clock=scale.clock,
        timezone=zone,
    )


def clock_changes(scale: TimeScale, first: float, last: float) -> int:
    """Return how often the clocks of the zone were changed between two times on the scale."""
    if not scale.calendar or scale.timezone is None:
        return 0
    start, end = scale.to_user(first), scale.to_user(last)
    days = min((end - start).days, 366 * 200)
    offsets = [(start + dt.timedelta(days=n)).utcoffset() for n in range(days + 1)]
    offsets.append(end.utcoffset())
    return sum(a != b for a, b in pairwise(offsets))
