"""Times in several columns -> one: date and time of day, year and month, day of the year.

A column that tells a part of the time is never dropped in silence, nor taken for a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.conventions import Conventions
from epicycle.files.dates import (
    MIDNIGHT,
    from_day_of_year,
    from_days,
    from_weeks,
    has_time_of_day,
    month_number,
    plain_times_of_day,
)
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable
from epicycle.files.kinds import kind_of, to_numbers
from epicycle.files.labels import shown

if TYPE_CHECKING:
    import pandas as pd

#: How the parts of a time are called, in small letters without what is no letter.
_PARTS = {
    "year": "year years yyyy yr yy jahr annee ano",
    "month": "month months mon mo mm monat mois mes period",
    "week": "week weeks wk woche isoweek",
    "day": "day days dd dy dom tag jour dia",
    "doy": "doy dayofyear yday yearday jday ddd dayno daynumber julianday",
    "quarter": "quarter qtr",
    "hour": "hour hours hh hr stunde heure hora",
    "minute": "minute minutes min mn mi nn",
    "second": "second seconds sec ss",
    "decimal": "decyear decimalyear decimaldate yeardec yeardecimal fractionalyear fracyear dyear",
}

_PART_OF = {name: part for part, names in _PARTS.items() for name in names.split()}

_DATE_NAMES = re.compile(r"date|datum|fecha|^day$|^data$|ymd", re.IGNORECASE)

_CLOCK_NAMES = re.compile(r"time|zeit|hora|heure|hour|clock|hhmm|hms", re.IGNORECASE)

#: Which numbers each part may have.
_RANGES = {
    "year": (1000, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "doy": (1, 366),
    "quarter": (1, 4),
    "week": (1, 53),
    "hour": (0, 24),
    "minute": (0, 59),
    "second": (0, 60.999999),
}

#: Years with three decimals differ by this from those with all digits, at most.
_ROUNDED = 0.00101

#: Seconds in what may follow a day.
_LENGTHS = (("hour", 3600), ("minute", 60), ("second", 1))


#: Parts that tell a day; "min" and the like may be values where no hour is told.
_OF_DAYS = ("year", "month", "day", "doy", "quarter", "week")


@dataclass(frozen=True, eq=False)
class Joined:
    """A table in which the time is one column; `time` names it, None where nothing was joined."""

    table: RawTable
    time: str | None = None


def join_times(
    table: RawTable, time: str | None, others: Collection[str | None], told: Conventions
) -> Joined:
    """Return the table with the columns that tell parts of its time joined to one.

    Parameters
    ----------
    table : RawTable
        A table as it stands in a file.
    time : str or None
        The column of times that the user names; the others are joined to it where it is a part.
    others : collection of str
        Columns with another part, as the user says.
    told : Conventions
        What the user says of dates.
    """
    names = [str(c) for c in table.frame.columns if c not in others]
    if not table.has_header:
        found = None if time is not None else _numbered(table, names)
    else:
        found = _date_and_clock(table, names, time) or _calendar(table, names, time)
    hours = None if found or not table.has_header else _days_and_hours(table, names, time)
    if found is None and hours is None:
        return Joined(table)
    parts, values, unused = found or hours or ([], None, [])
    name = " + ".join(parts)
    if hours is not None:
        table = replace(table, units={**table.units, name: "h"})
    frame = table.frame.drop(columns=[c for c in (*parts, *unused) if c not in others])
    frame.insert(0, name, values)
    return Joined(replace(table, frame=frame), name)


def _in_one(date: pd.Series, clock: pd.Series) -> pd.Series:
    """Return dates and times of day in one, as text."""
    joined: pd.Series = date.map(_day_text) + " " + clock.astype(str).str.strip()
    return joined


def _day_text(entry: Any) -> str:
    if hasattr(entry, "date"):
        return str(entry.date())
    text = re.sub(MIDNIGHT, "", str(entry).strip())
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else text


def _date_and_clock(
    table: RawTable, names: list[str], time: str | None
) -> tuple[list[str], Any, list[str]] | None:
    """Return a column of dates and one of times of day, joined as text or numbers."""
    frame = table.frame
    dates = [n for n in names if _is_day(frame[n], n)]
    dates = [n for n in dates if _DATE_NAMES.search(n)] or dates
    clocks = [n for n in names if n not in dates and _is_clock(frame[n], n)]
    if dates and not clocks and time is None:
        _refuse_hours(table, [n for n in names if _part_of(n) == "hour"])
    if not dates or not clocks or time not in (None, dates[0], clocks[0]):
        return None
    date, clock = dates[0], clocks[0]
    there = frame[date].notna() & frame[clock].notna()
    told = frame[clock][there]
    if kind_of(told) == "number":
        told = _from_numbers(to_numbers(told))
    # where either is missing, the time is
    return [date, clock], _in_one(frame[date][there], told).reindex(frame.index), []


def _part_of(name: str) -> str | None:
    """Return which part of a time a column is called, its unit in brackets left out."""
    return _PART_OF.get(re.sub(r"[^a-z]", "", re.sub(r"[\[(].*[\])]", "", name.lower())))


def _refuse_hours(table: RawTable, names: list[str]) -> None:
    for name in names:
        if kind_of(table.frame[name]) == "number" and table.frame[name].nunique() > 1:
            raise _out_of_range(table, name, "hour")


def _out_of_range(table: RawTable, name: str, part: str) -> ReadError:
    """Return the refusal of a part of the time that no calendar or clock has."""
    low, high = _RANGES[part]
    series = table.frame[name]
    numbers = series.map(month_number) if part == "month" else to_numbers(series)
    wrong = np.flatnonzero(~numbers.between(low, high).to_numpy() & series.notna().to_numpy())
    first = wrong[0] if wrong.size else 0
    return ReadError(
        f"column {name!r} of {table.name}, which looks like a part of the time, has "
        f"{shown(series.iloc[first])} in {table.at(first)}: expected {low:g} to {int(high)}. To "
        f"fix this, correct it, or name the column of times with --time."
    )


def _is_day(series: pd.Series, name: str) -> bool:
    """Return whether a column holds days, and no times of day."""
    kind = kind_of(series)
    if kind == "number" and _DATE_NAMES.search(name) and series.dtype.kind in "iu":
        return bool(series.between(1000_01_01, 9999_12_31).all())
    if kind != "date":
        return False
    if series.dtype.kind == "M":
        return bool((series.dropna() == series.dropna().dt.normalize()).all())
    return not has_time_of_day(series.dropna())


def _is_clock(series: pd.Series, name: str) -> bool:
    """Return whether a column holds times of day: 18:00, or hours and 1800 under such a name."""
    kind = kind_of(series)
    if kind == "clock":
        passed = plain_times_of_day(series.dropna())
        return not np.isnat(passed).any() and bool((passed <= np.timedelta64(24, "h")).all())
    if kind != "number" or not _CLOCK_NAMES.search(name):
        return False
    numbers = to_numbers(series.dropna())
    if not (numbers.notna().all() and numbers.between(0, 2400).all() and numbers.nunique() > 1):
        return False
    if numbers.max() <= 24:
        return True
    # 25 is no hour; 59, where there are hours, stands for 00:59
    return bool(numbers.max() >= 100 and (numbers % 100 < 60).all() and (numbers % 1 == 0).all())


def _from_numbers(numbers: pd.Series) -> pd.Series:
    """Return hours, 0 to 24, or numbers such as 1830, as times of day."""
    as_hhmm = 60 * (numbers // 100) + numbers % 100
    minutes = as_hhmm if numbers.max() > 24 else 60 * numbers
    seconds = np.rint(60 * minutes).astype(int)
    told: pd.Series = seconds.map(lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}")
    return told


def _calendar(
    table: RawTable, names: list[str], time: str | None
) -> tuple[list[str], Any, list[str]] | None:
    """Return columns of years, months and the rest, joined to days and times of day."""
    columns: dict[str, str] = {}
    for name in names:
        part = _part_of(name)
        if name == "mm" and "month" in columns and "hour" in columns:
            part = "minute"  # buoys write YY MM DD hh mm
        if part is not None:
            columns.setdefault(part, name)
    if time is not None and time not in columns.values():
        return None
    numbers = {p: _part(table.frame[c], p) for p, c in columns.items() if p != "decimal"}
    fitting = {p: v for p, v in numbers.items() if v is not None}
    if "year" not in fitting:
        return None
    year = fitting["year"]
    decimal = columns.get("decimal")
    unused = [columns[p] for p in fitting if p in _OF_DAYS]
    if decimal is not None and time in (None, decimal):
        # of two tellings of the same time the one is taken that is a number already
        exact = _all_digits(table.frame[decimal], fitting)
        return [decimal], table.frame[decimal] if exact is None else exact, unused
    used = _of_days(fitting)
    if used is None and time is None and (np.diff(year) == 0).any():
        for part in ("month", "doy"):
            if part in columns:
                raise _out_of_range(table, columns[part], part)
    if used is None or not len(np.unique(year)) < len(year):
        return None
    days, parts = used
    left = [columns[p] for p in fitting if p not in parts and p in _OF_DAYS]
    left += [decimal] if decimal is not None else []
    moments, parts = _with_hours(days, parts, fitting)
    joined = [columns[p] for p in parts]
    return joined, moments, [c for c in left if c not in joined]


def _days_and_hours(
    table: RawTable, names: list[str], time: str | None
) -> tuple[list[str], Any, list[str]] | None:
    """Return numbers of days and hours of the day, as an experiment counts them, as hours."""
    frame = table.frame
    day = next((n for n in names if _part_of(n) == "day" and kind_of(frame[n]) == "number"), None)
    if day is None or time not in (None, day) or any(_part_of(n) == "year" for n in names):
        return None
    days = to_numbers(frame[day])
    if (days % 1 != 0).any() or days.isna().any() or not days.duplicated().any():
        return None
    for name in names:
        if name != day and _is_clock(frame[name], name) and frame[name].notna().all():
            clock = frame[name]
            if kind_of(clock) == "number":
                clock = _from_numbers(to_numbers(clock))
            hours = plain_times_of_day(clock) / np.timedelta64(1, "h")
            return [day, name], 24 * days.to_numpy(dtype=np.float64) + hours, []
    return None


def _all_digits(decimal: pd.Series, parts: dict[str, Any]) -> Any:
    """Return years with decimals to all their digits, if they are those of whole months.

    Rounded to 1900.083 they would make an even raster uneven, with a pattern of a year.
    """
    if "month" not in parts or "day" in parts or "doy" in parts:
        return None
    told = to_numbers(decimal).to_numpy(dtype=np.float64, na_value=np.nan)
    months = parts["year"] + (parts["month"] - 1) / 12
    ahead = told - months
    if np.isnan(told).any() or np.ptp(ahead) > _ROUNDED:
        return None
    return months + np.rint(24 * np.median(ahead)) / 24  # of the beginning or the middle


def _of_days(parts: dict[str, Any]) -> tuple[Any, list[str]] | None:
    """Return the days that the parts tell, and which of them do."""
    year = parts["year"]
    one = np.ones_like(year)
    if "month" in parts:
        chosen = ["year", "month"] + ["day"] * ("day" in parts)
        return from_days(year, parts["month"], parts.get("day", one)), chosen
    for doy in ("doy", "day"):
        if doy in parts and (doy == "doy" or parts["day"].max() > 31):
            return from_day_of_year(year, parts[doy]), ["year", doy]
    if "quarter" in parts:
        return from_days(year, 3 * parts["quarter"] - 2, one), ["year", "quarter"]
    if "week" in parts:
        return from_weeks(year, parts["week"], one), ["year", "week"]
    return None


def _with_hours(days: Any, chosen: list[str], parts: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return days with the time of day, if the parts have one that belongs to a day."""
    moments = days.astype("datetime64[us]")
    if chosen[-1] not in ("day", "doy"):
        return moments, chosen
    for part, seconds in _LENGTHS:
        if part not in parts:
            break
        passed = np.rint(np.nan_to_num(parts[part]) * seconds * 1e6).astype("timedelta64[us]")
        moments = np.where(np.isnan(parts[part]), np.datetime64("NaT"), moments + passed)
        chosen = [*chosen, part]
    return moments, chosen


def _part(series: pd.Series, part: str) -> Any:
    """Return the numbers of a part of the time, or None if they cannot be such."""
    if part == "month" and kind_of(series) == "text":
        numbers = series.map(month_number).to_numpy(dtype=np.float64)
    else:
        numbers = to_numbers(series).to_numpy(dtype=np.float64, na_value=np.nan)
    low, high = _RANGES[part]
    if part == "day" and np.nanmax(numbers, initial=0) > 31:
        high = 366
    if part == "year" and np.nanmax(numbers, initial=0) < 100:
        numbers = numbers + np.where(numbers < 69, 2000, 1900)
    there = numbers[~np.isnan(numbers)]
    if not there.size or (numbers < low).any() or (numbers > high).any():
        return None
    if len(there) < series.notna().sum():  # words
        return None
    whole = part not in ("second", "hour")
    return None if whole and (there % 1 != 0).any() else numbers


def _numbered(table: RawTable, names: list[str]) -> tuple[list[str], Any, list[str]] | None:
    """Return the first columns of a table without header, if they are dates in parts.

    They are where the numbers are those of a calendar and the times that they make rise; no more
    of them are taken than that needs.
    """
    if len(names) < 3:
        return None
    if _is_day(table.frame[names[0]], "date") and _is_clock(table.frame[names[1]], ""):
        return _date_and_clock(table, names[:2], None)
    order = ("year", "month", "day", "hour", "minute", "second")
    parts: dict[str, Any] = {}
    for name, part in zip(names, order, strict=False):
        if kind_of(table.frame[name]) != "number" or len(parts) == len(names) - 1:
            break
        numbers = _part(table.frame[name], part)
        if numbers is None or np.isnan(numbers).any() or (part == "year" and numbers.max() > 2200):
            break
        parts[part] = numbers
        if len(parts) < 2:
            if (np.diff(numbers) > 0).all():
                break  # a value a year
            continue
        days, chosen = _of_days(parts) or (None, [])
        if days is None or np.isnat(days).any():
            break
        moments, chosen = _with_hours(days, chosen, parts)
        if (np.diff(moments) > np.timedelta64(0, "us")).all():
            chosen = names[: len(parts)]
            return chosen, moments, _same_years(table, names[len(parts) :], parts["year"])
    return None


def _same_years(table: RawTable, names: list[str], year: Any) -> list[str]:
    """Return columns that tell the same years with decimals."""
    same = []
    for name in names:
        if kind_of(table.frame[name]) == "number":
            numbers = to_numbers(table.frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
            if (np.abs(numbers - year - 0.5) <= 0.51).all() and (numbers % 1 > 0).any():
                same.append(name)
    return same
