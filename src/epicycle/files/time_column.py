"""The column of times of a table -> numbers, dates or durations, and how it was read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files import dates
from epicycle.files.columns import unit_of
from epicycle.files.conventions import NOTHING_SAID, Conventions
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable
from epicycle.files.kinds import kind_of
from epicycle.files.labels import shown
from epicycle.files.layout import ISO_DATE
from epicycle.files.numbers import read_numbers
from epicycle.limits import INPUTS
from epicycle.samples.times import UNIT_SECONDS, canonical_unit

if TYPE_CHECKING:
    import pandas as pd

#: Whole numbers in a column of such a name may be dates: 19580329.
_DATE_NAME = re.compile(r"date|datum|ymd|^day$", re.IGNORECASE)

#: Names under which large numbers count from 1970, and numbers of days are those of spreadsheets.
_COUNT_NAME = re.compile(r"time|epoch|unix|^ts$|utc|date|datum|stamp|when|last_", re.IGNORECASE)

#: Whole numbers in a column of such a name may be months: 202405.
_MONTH_NAME = re.compile(r"date|month|period|yyyymm|^ym$|time", re.IGNORECASE)

#: Hours of zeitgeber or circadian time, as ZT04 and CT16.5.
_ZEITGEBER = re.compile(r"\s*[ZC]T[ _.-]?(\d+(?:\.\d+)?)\s*(?:h|hrs?|hours?)?\s*", re.IGNORECASE)

#: Seconds since 1970 of the years 2001 and 2100, in the units in which computers count.
_COUNTED = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

_FIRST_COUNT, _LAST_COUNT = 1e9, 4.1e9

#: Days of spreadsheets since 1900, and of Matlab since the year 0, in the years 1927 to 2119.
_SERIAL_DAYS = ((10_000, 80_000), (703_700, 774_000))

_SAY_HOW = (
    "write dates as 2024-03-31 or 2024-03-31T18:00:00Z, say how they are written with "
    "--date-format, such as '%d/%m/%Y %H:%M', or name another column with --time"
)


@dataclass(frozen=True, eq=False)
class Instants:
    """Times of a table.

    Attributes
    ----------
    values : ndarray or DatetimeIndex
        Numbers, dates, or durations.
    note : str
        How they were read where that is not plain: ", read as YYYYMMDD".
    remarks : tuple of str
        What else there is to know of it.
    offsets : ndarray of timedelta64, shape (n,), or None
        How far the clocks were ahead of UTC, where that changes.
    """

    values: Any
    note: str = ""
    remarks: tuple[str, ...] = ()
    offsets: Any = None


def read_instants(table: RawTable, column: str, told: Conventions = NOTHING_SAID) -> Instants:
    """Return a column as times.

    Raises
    ------
    ReadError
        If a time is missing, or is neither a number nor a date that can be read.
    """
    series = table.frame[column]
    missing = np.flatnonzero(series.isna().to_numpy())
    if missing.size:
        n = missing.size
        raise ReadError(
            f"column {column!r} of {table.name} has {n} {'time' if n == 1 else 'times'} missing, "
            f"the first in {table.at(missing[0])}: a sample without its time cannot be used. "
            f"To fix this, delete those rows, or name another column with --time."
        )
    kind = kind_of(series)
    if told.date_format is not None and kind in ("date", "clock", "text", "number"):
        days = dates.by_format(series, told.date_format, _called(table, column))
        _refuse_unread(table, series, days.isna(), f"write all of them as {told.date_format}")
        return Instants(days)
    if kind == "date":
        return _dates(table, series, told)
    if kind == "clock":
        return _clock(table, series)
    if kind == "duration":
        return Instants(series.to_numpy())
    if kind == "text" and (hours := _zeitgeber(series)) is not None:
        return Instants(hours)
    if kind != "number":
        raise ReadError(
            f"column {column!r} of {table.name} holds neither numbers nor dates, but "
            f"{shown(series.iloc[0])} in {table.at(0)}. To fix this, {_SAY_HOW}."
        )
    if series.dtype.kind in "iu":  # 64 bits of nanoseconds do not fit into a float
        if _DATE_NAME.search(column) and series.between(1000_00_00, 9999_99_99).all():
            return Instants(_compact_dates(table, series), ", read as YYYYMMDD")
        if _MONTH_NAME.search(column) and (days := _months(series.to_numpy())) is not None:
            return Instants(days, ", read as YYYYMM")
        if _DATE_NAME.search(column) and (days := _short_dates(series.to_numpy())) is not None:
            return Instants(days, ", read as YYMMDD")
        if not table.has_header or _COUNT_NAME.search(column):
            days, how = _in_one_number(series.to_numpy(), _ONE_NUMBER[table.has_header :])
            if days is not None:
                return Instants(days, f", read as {how}")
        return Instants(series.to_numpy())
    numbers = read_numbers(table, column, "times", told)
    return Instants(numbers.numbers, remarks=numbers.remarks)


def unit_of_times(table: RawTable, column: str, times: Any) -> str | None:
    """Return the unit of time that a table states, or that its numbers can only have."""
    if hasattr(times, "tz"):  # for dates a unit is no label: periods would be counted in it
        return None
    named = "h" if _zeitgeber(table.frame[column].iloc[:1]) is not None else unit_of(column)
    if named is not None or np.asarray(times).dtype.kind not in "iuf":
        return named
    stated = canonical_unit(re.sub(r"[\[\]()]", "", table.units.get(column, "")).strip())
    if stated in UNIT_SECONDS:
        return stated
    if not _COUNT_NAME.search(column):
        return None
    low, high = float(times.min()), float(times.max())
    for unit, count in _COUNTED.items():
        if _FIRST_COUNT * count <= low and high <= _LAST_COUNT * count:
            return unit
    days = any(first <= low and high <= last for first, last in _SERIAL_DAYS)
    return "d" if days and _DATE_NAME.search(column) else None


def _zeitgeber(series: pd.Series) -> Any:
    """Return hours of zeitgeber time, or None where an entry is none."""
    found = [_ZEITGEBER.fullmatch(str(entry)) for entry in series]
    hours = [float(one[1]) for one in found if one is not None]
    return np.array(hours) if found and len(hours) == len(found) else None


def _compact_dates(table: RawTable, series: pd.Series) -> Any:
    import pandas as pd

    days = pd.to_datetime(series.astype(str), format="%Y%m%d", errors="coerce")
    _refuse_unread(table, series, days.isna().to_numpy())
    return pd.DatetimeIndex(days)


def _months(numbers: Any) -> Any:
    """Return months that are one number, such as 202405, or None where they are not so."""
    import pandas as pd

    if not 1700_01 <= numbers.min() <= numbers.max() <= 2199_12:
        return None
    days = dates.from_days(numbers // 100, numbers % 100, np.ones_like(numbers))
    return None if np.isnat(days).any() else pd.DatetimeIndex(days.astype("datetime64[s]"))


#: Numbers that may be YYMMDD; years 2000 and 2001 would have fewer digits.
_SHORT_DATES = (10_101, 991_231)


def _short_dates(numbers: Any) -> Any:
    """Return the dates that YYMMDD tells, or None where the numbers are not all in the calendar.

    Days of spreadsheets have no month of 13 either, but those of a few months do not all avoid it.
    """
    import pandas as pd

    low, high = _SHORT_DATES
    distinct = np.unique(numbers)
    if distinct[0] < low or distinct[-1] > high or len(distinct) < INPUTS.short_dates:
        return None
    year = numbers // 10_000
    year = year + np.where(year < dates.PIVOT, 2000, 1900)
    days = dates.from_days(year, numbers // 100 % 100, numbers % 100)
    return None if np.isnat(days).any() else pd.DatetimeIndex(days.astype("datetime64[us]"))


#: Dates in one number; days alone need a name that says so, or a table without names.
_ONE_NUMBER = ("YYYYMMDD", "YYYYMMDDHH", "YYYYMMDDHHMM", "YYYYMMDDHHMMSS")


def _in_one_number(numbers: Any, forms: tuple[str, ...]) -> tuple[Any, str]:
    """Return dates that are one whole number with the time of day, or None where they are not so.

    All of them must be in the calendar, in the years 1700 to 2199: counts since 1970 are not.
    """
    import pandas as pd

    for how in forms:
        if not 17 <= numbers.min() / 10.0 ** (len(how) - 2) < 22:
            continue
        if not 17 <= numbers.max() / 10.0 ** (len(how) - 2) < 22:
            continue
        clock = numbers % 10 ** (len(how) - 8) * 10 ** (14 - len(how))
        days = numbers // 10 ** (len(how) - 8)
        read = dates.from_days(days // 10_000, days // 100 % 100, days % 100)
        hours, minutes, seconds = clock // 10_000, clock // 100 % 100, clock % 100
        if (
            np.isnat(read).any()
            or (hours > 24).any()
            or (minutes > 59).any()
            or (seconds > 60).any()
        ):
            continue
        passed = (3600 * hours + 60 * minutes + seconds).astype("timedelta64[s]")
        return pd.DatetimeIndex(read.astype("datetime64[s]") + passed), how
    return None, ""


def _dates(table: RawTable, series: pd.Series, told: Conventions) -> Instants:
    import pandas as pd

    if series.dtype.kind == "M" or isinstance(series.dtype, pd.DatetimeTZDtype):
        return Instants(pd.DatetimeIndex(series))
    text = series.map(lambda v: v.isoformat() if hasattr(v, "isoformat") else str(v).strip())
    if not ISO_DATE.match(text.iloc[0]):
        read, note = dates.read_dates(text, told, _called(table, str(series.name)))
        _refuse_unread(table, series, read.isna())
        return Instants(read, note) if read.tz is None else _with_offsets(read, note, text)
    zones = text.str.extract(r"\d(Z|[+-]\d\d:?\d\d|[+-]\d\d)?$", expand=False)
    # the day of a bare date looks like an offset
    zones = zones.where(text.str.contains(":|T", regex=True)).fillna("none")
    zones = zones.replace({"Z": "UTC", "+00:00": "UTC", "+0000": "UTC", "+00": "UTC"})
    other = np.flatnonzero((zones != zones.iloc[0]).to_numpy())
    if other.size and (zones == "none").any():
        raise ReadError(
            f"column {series.name!r} of {table.name} mixes time zones: {zones.iloc[0]} in "
            f"{table.at(0)} ({text.iloc[0]}), {zones.iloc[other[0]]} in "
            f"{table.at(other[0])} ({text.iloc[other[0]]}). "
            f"To fix this, write all times in one zone, best in UTC."
        )
    try:
        read = pd.DatetimeIndex(pd.to_datetime(text, format="ISO8601", utc=bool(other.size)))
    except (ValueError, OverflowError) as error:
        read, note = dates.read_dates(text, told, _called(table, str(series.name)))
        if not read.isna().any():
            return Instants(read, note)
        unread = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True).isna()
        _refuse_unread(table, series, (unread & read.isna()).to_numpy())
        raise ReadError(
            f"column {series.name!r} of {table.name} cannot be read as dates ({error}). "
            f"To fix this, write all of them as 2024-03-31T18:00:00Z."
        ) from None
    if not other.size:
        return Instants(read)
    offsets = " and ".join(dict.fromkeys(zones))
    said = f"offsets {offsets[:60]} read as instants"
    return Instants(read, remarks=(said,), offsets=dates.offsets_of(zones.replace({"UTC": "+00"})))


def _with_offsets(read: Any, note: str, text: pd.Series) -> Instants:
    """Return dates, read in UTC, as their offsets tell them: one for all, or instants."""
    zones = text.str.extract(r"(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)\s*$", expand=False)
    ahead = dates.offsets_of(zones.replace({"Z": "+00", "UTC": "+00", "GMT": "+00"}))
    if (ahead == ahead[0]).all():
        minutes = int(ahead[0] / np.timedelta64(1, "m"))
        return Instants(read.tz_convert(dt.timezone(dt.timedelta(minutes=minutes))), note)
    said = f"offsets {' and '.join(dict.fromkeys(zones))[:60]} read as instants"
    return Instants(read, note, (said,), ahead)


def _clock(table: RawTable, series: pd.Series) -> Instants:
    read, midnights = dates.read_times_of_day(series.astype(str))
    _refuse_unread(table, series, np.isnat(read))
    passed = "no midnight" if not midnights else f"{midnights} midnight{'s' * (midnights > 1)}"
    return Instants(read, f", hours and minutes without a date: {passed} passed, row by row")


def _called(table: RawTable, column: str) -> str:
    return f"column {column!r} of {table.name}"


def _refuse_unread(table: RawTable, series: pd.Series, unread: Any, fix: str = _SAY_HOW) -> None:
    where = np.flatnonzero(unread)
    if where.size:
        n = where.size
        raise ReadError(
            f"{_called(table, str(series.name))} has {n} {'entry' if n == 1 else 'entries'} "
            f"not a date, the first in {table.at(where[0])} "
            f"({shown(series.iloc[where[0]])}). To fix this, {fix}."
        )
