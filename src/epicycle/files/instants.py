"""Times to predict at, as a user names them: a range, or the times of a table."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from epicycle.samples.times import UNIT_SECONDS, TimeScale, canonical_unit

#: A range has at most this many times, a year of minutes: as JSON they take 0.5 GB and seconds.
LARGEST_RANGE = 600_000

#: Number of times in a range without a step.
_DEFAULT_COUNT = 201


def in_zone(times: Any, scale: TimeScale, name: str) -> Any:
    """Return times of a table as they stand on the scale of a model.

    Dates without a zone are taken to be in the zone of the model.

    Raises
    ------
    ValueError
        If one has dates and the other has numbers, one has a zone and the other has none, or a
        year is none of the calendar.
    """
    import pandas as pd

    is_calendar = isinstance(times, pd.DatetimeIndex)
    if is_calendar != scale.calendar:
        want, got = ("dates", "numbers") if scale.calendar else ("numbers", "dates")
        raise ValueError(
            f"{name} must be {want}, as in the data that were fitted, got {got}. "
            f"To fix this, write {want}."
        )
    if not is_calendar:
        return times
    if scale.timezone is None and times.tz is not None:
        raise ValueError(
            f"{name} has the time zone {times.tz}, the data that were fitted had none. "
            f"To fix this, leave the zone out."
        )
    _check_years(times, name)
    if scale.timezone is None:
        return times
    try:
        if times.tz is not None:
            moved = times.tz_convert(scale.timezone)
        else:
            moved = times.tz_localize(scale.timezone)
    except ValueError as problem:
        raise ValueError(
            f"{name} holds a local time that the zone {scale.timezone} has twice or never "
            f"({str(problem).partition('. ')[0]}). To fix this, write times with their offset, "
            f"such as +01:00."
        ) from None
    _check_years(moved, name)  # hours later it may be another year
    return moved


def _check_years(times: Any, name: str) -> None:
    """Refuse years that pandas has and Python's calendar, which tells them, has not."""
    if ((times.year < 1) | (times.year > 9999)).any():
        raise ValueError(
            f"{name} must be in the years 1 to 9999 of the calendar. To fix this, write the year "
            f"with four digits."
        )


def in_named_zone(times: Any, name: str) -> Any:
    """Return dates in the time zone of a name; those without a zone are taken to be in it.

    Raises
    ------
    ValueError
        If there is no such zone, times are no dates, or a local time is there twice or never.
    """
    import pandas as pd

    if not isinstance(times, pd.DatetimeIndex):
        raise ValueError("--zone needs dates, the times are numbers. To fix this, leave it out.")
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError(
            f"--zone {name} is not a time zone. To fix this, name one such as Europe/Berlin or UTC."
        ) from None
    return in_zone(times, TimeScale("d", calendar=True, timezone=zone), "the column of times")


def regular(first: str, last: str, step: str | None, scale: TimeScale) -> Any:
    """Return the times from `first` to `last`, both included, `step` apart.

    Parameters
    ----------
    first, last : str
        Numbers, or dates in ISO 8601; dates without a zone are in the zone of the model.
    step : str, optional
        A number in the unit of the model, or with a unit of its own: "0.5", "15min", "1 h".  By
        default a 200th of the range.
    scale : TimeScale
        Unit and calendar of the model.

    Returns
    -------
    ndarray or DatetimeIndex

    Raises
    ------
    ValueError
        If one of them cannot be read, or the range is empty or too long.
    """
    ends = [instant_on(first, "--from", scale), instant_on(last, "--to", scale)]
    span = ends[1] - ends[0]
    length = float(span.total_seconds() if scale.calendar else span)
    if not np.isfinite(length):
        raise ValueError(
            f"--from {first} and --to {last} are too far apart for a floating-point number. "
            f"To fix this, take a shorter range."
        )
    if length < 0:
        raise ValueError(f"--to {last} comes before --from {first}. To fix this, exchange the two.")
    width = _step(step, scale) if step is not None else length / (_DEFAULT_COUNT - 1) or 1.0
    # a margin of rounding, so that the last time is there where steps fit
    steps = length / width * (1 + 1e-12) + 1e-9
    if not steps < LARGEST_RANGE:
        raise ValueError(
            f"--step {step} gives {steps:.3g} times from --from to --to: expected at most "
            f"{LARGEST_RANGE:,}. To fix this, take longer steps."
        )
    offsets = width * np.arange(int(steps) + 1)
    if not scale.calendar:
        return ends[0] + offsets
    import pandas as pd

    return pd.DatetimeIndex(ends[0] + pd.to_timedelta(np.rint(offsets * 1e6), unit="us"))


def instant_on(text: str, option: str, scale: TimeScale) -> Any:
    """Return the time that a text names on a scale; `option` is who asks.

    Raises
    ------
    ValueError
        If it is no number where times are numbers, or no date where they are dates.
    """
    if not scale.calendar:
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise ValueError(
                f"{option} must be a number, as the times that were fitted, got {text!r}. "
                f"To fix this, write it in the unit of the model."
            )
        return value
    import pandas as pd

    try:
        moment = pd.DatetimeIndex(pd.to_datetime([text], format="ISO8601"))
    except (ValueError, OverflowError):
        moment = pd.DatetimeIndex([pd.NaT])
    if moment.isna().any():
        raise ValueError(
            f"{option} must be a date, as the times that were fitted, got {text!r}. "
            f"To fix this, write it as 2024-03-31 or 2024-03-31T18:00:00."
        )
    # microseconds reach over all years that a calendar has, nanoseconds from 1677 to 2262 only
    return in_zone(moment, scale, option).as_unit("us")[0]


def _step(text: str, scale: TimeScale) -> float:
    """Return a step in seconds for a calendar, else in the unit of the model."""
    match = re.fullmatch(r"\s*([0-9.eE+-]+)\s*([A-Za-z]*)\s*", text)
    try:
        number = float(match[1]) if match else 0.0
    except ValueError:
        number = 0.0
    named = (match and match[2]) or ""
    unit = canonical_unit(named) or scale.unit
    if not (np.isfinite(number) and number > 0) or (named and unit not in UNIT_SECONDS):
        raise ValueError(
            f"--step must be a length of time above 0, such as 0.5, 15min or 1h, got {text!r}. "
            f"To fix this, write a number, alone or with one of {', '.join(UNIT_SECONDS)}."
        )
    if scale.calendar:
        return number * float(UNIT_SECONDS[unit])
    if unit == scale.unit:
        return number
    if scale.unit not in UNIT_SECONDS:
        raise ValueError(
            f"--step {text} has a unit, but that of the times that were fitted is not known. "
            f"To fix this, write the step as a number in the unit of the model."
        )
    return number * float(UNIT_SECONDS[unit] / UNIT_SECONDS[scale.unit])
