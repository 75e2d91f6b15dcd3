"""Dates as people and loggers write them -> datetime64, and what they may mean is never guessed.

A column is of one form, that of its first entry.  Whether 01/05/2024 is a day of May or of January
is told by the others, by the user, or refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.files.conventions import Conventions
from epicycle.files.layout import ISO_DATE, ReadError

if TYPE_CHECKING:
    import pandas as pd

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_CLOCK = (
    r"(?P<h>\d{1,3})"
    r"(?:[:.h](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?P<f>[.,:]\d+)?)?|(?=\s*[AaPp]\.?\s?[Mm]))"
    r"\s*(?P<ap>[AaPp]\.?\s?[Mm]\.?)?"
)

_ZONE = r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"

#: Forms of a date, day and month by numbers or names; a time of day may follow each of them.
_DAYS = (
    r"(?P<a>\d{1,4})(?P<x>[/.\-])(?P<b>\d{1,2}|[A-Za-z]{3,9})(?P=x)(?P<c>\d{1,4})\.?",
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<a>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?P<b>[A-Za-z]{3,9})\.?,?\s+"
    r"(?P<c>\d{4})",
    r"(?:[A-Za-z]{3,9},\s+)?(?P<b>[A-Za-z]{3,9})\.?\s+(?P<a>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?P<c>\d{4})",
    r"(?P<a>\d{4})\s+(?P<b>[A-Za-z]{3,9}|\d{1,2})\s+(?P<c>\d{1,2})",
    r"(?P<y>\d{4})-(?P<doy>\d{3})",
)

#: Forms of months, quarters and weeks, which are told by their beginnings.
_SPANS = (
    r"(?P<y>\d{4})[-/. ]?[Qq](?P<q>[1-4])",
    r"[Qq](?P<q>[1-4])[-/. ]?(?P<y>\d{4})",
    r"(?P<q>[1-4])[Qq][-/. ]?(?P<y>\d{4})",
    r"(?P<y>\d{4})(?:[/.]|-?[Mm]|-)(?P<m>\d{1,2})",
    r"(?P<m>\d{1,2})[/.\-](?P<y>\d{4})",
    r"(?P<m>[A-Za-z]{3,9})\.?[ \-/](?P<y>\d{4})",
    r"(?P<y>\d{4})[ \-/]?(?P<m>[A-Za-z]{3,9})\.?",
    r"(?P<y>\d{4})-?[Ww](?P<w>\d{2})(?:-?(?P<wd>[1-7]))?",
)

_FORMS = [re.compile(rf"\s*{day}(?:[T,;_:\s]\s*{_CLOCK}{_ZONE})?\s*") for day in _DAYS]
_FORMS += [re.compile(rf"\s*{span}\s*") for span in _SPANS]

_TIME_OF_DAY = re.compile(rf"\s*{_CLOCK}\s*")

#: A time of day that spreadsheets add to a day.
MIDNIGHT = r"[T ]0?0:00(:00(\.0+)?)?$"

#: Entries that are looked at before all of them are.
_LOOKED_AT = 50

#: Years of two digits: below this they are of this century, as POSIX has it.
PIVOT = 69


def looks_like_date(entry: Any) -> bool:
    """Return whether an entry is a date in any form that is read, or a date as an object."""
    if hasattr(entry, "isoformat"):
        return True
    text = str(entry).strip()
    return bool(ISO_DATE.match(text)) or _form_of(text) is not None


def looks_like_time_of_day(entry: Any) -> bool:
    """Return whether an entry is a time of day, or hours and minutes: 18:00, 6:00 PM, 130:15:00."""
    found = _TIME_OF_DAY.fullmatch(str(entry))
    return found is not None and ":" in str(entry)


def has_time_of_day(text: pd.Series) -> bool:
    """Return whether any date of a column has a time of day that is not midnight."""
    for part in (text.iloc[:_LOOKED_AT], text):  # mostly the first few tell
        bare = part.astype(str).str.replace(MIDNIGHT, "", regex=True)
        if bare.str.contains(r"\d:\d\d|T\d\d|\d\s*[AaPp]\.?\s?[Mm]", regex=True).any():
            return True
    return False


def by_format(text: pd.Series, how: str, what: str) -> Any:
    """Return dates as the user says that they are written; not a time where one is not so.

    Raises
    ------
    ReadError
        If that is no format.
    """
    import pandas as pd

    try:
        return pd.DatetimeIndex(
            pd.to_datetime(
                text.astype(str).str.strip(), format=how, errors="coerce", utc="%z" in how
            )
        )
    except ValueError as problem:
        raise ReadError(
            f"--date-format {how} cannot be used for {what} ({problem}). To fix this, write it in "
            f"the codes of strptime, such as '%d/%m/%Y %H:%M'."
        ) from None


def read_dates(text: pd.Series, told: Conventions, what: str) -> tuple[Any, str]:
    """Return dates that are not ISO 8601, NaT where one cannot be read, and how they were read.

    Parameters
    ----------
    text : Series of str
        The entries, none missing.
    told : Conventions
        What the user says.
    what : str
        The column, for messages.

    Returns
    -------
    dates : DatetimeIndex, shape (n,)
        In UTC where the entries have a zone.
    remark : str
        How they were read, "" if nothing had to be decided.

    Raises
    ------
    ReadError
        If day and month cannot be told apart.
    """
    import pandas as pd

    form = _form_of(str(text.iloc[0]))
    if form is None:
        return pd.DatetimeIndex([pd.NaT] * len(text)), ""
    parts = text.str.extract(rf"^{form.pattern}$", expand=True)
    unread = parts.isna().all(axis=1).to_numpy()
    if "a" in parts:
        days, remark = _days(parts, unread, text, told, what)
    else:
        days, remark = _spans(parts), ""
    moments = days.astype("datetime64[us]")
    if "h" in parts and parts["h"].notna().any():
        moments = moments + _clock(parts)
    moments[unread] = np.datetime64("NaT")
    if "z" not in parts or parts["z"].isna().all():
        return pd.DatetimeIndex(moments), remark
    moments = moments - offsets_of(parts["z"])
    return pd.DatetimeIndex(moments).tz_localize("UTC"), remark


def read_times_of_day(text: pd.Series) -> tuple[NDArray[np.timedelta64], int]:
    """Return hours and minutes as durations, counted on over midnight, and the midnights passed.

    The order of the rows is that of time: where a time of day is earlier than that of the row
    before, a day has passed.  Hours above 24 are durations as they stand.
    """
    passed = plain_times_of_day(text)
    day = np.timedelta64(1, "D").astype("timedelta64[us]")
    if (passed > day).any():
        return passed, 0
    turns = np.concatenate([[0], np.cumsum(np.diff(passed) < np.timedelta64(0, "us"))])
    return passed + turns * day, int(turns[-1]) if len(turns) else 0


def plain_times_of_day(text: pd.Series) -> NDArray[np.timedelta64]:
    """Return times of day as they stand, as durations since midnight; NaT where one is none."""
    return _clock(text.astype(str).str.extract(rf"^{_TIME_OF_DAY.pattern}$", expand=True))


def month_number(entry: Any) -> float:
    """Return the number of a month by its number or English name, NaN where it is none."""
    text = str(entry).strip().lower()
    if re.fullmatch(r"m\d\d?", text):  # M01, as offices of statistics write
        return float(text[1:])
    if text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1.0
    try:
        return float(text)
    except ValueError:
        return float("nan")


def from_days(year: Any, month: Any, day: Any) -> NDArray[np.datetime64]:
    """Return days of the calendar, NaT where there is no such day."""
    year, month, day = (np.asarray(part, dtype=np.float64) for part in (year, month, day))
    whole = np.isfinite(year) & (np.abs(year) < 1e5) & (month >= 1) & (month <= 12) & (day >= 1)
    whole &= (day <= 31) & (year % 1 == 0) & (month % 1 == 0) & (day % 1 == 0)
    year, month, day = (np.where(whole, part, 1.0).astype(np.int64) for part in (year, month, day))
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days: NDArray[np.datetime64] = months.astype("datetime64[D]") + (day - 1)
    days[~whole | (days.astype("datetime64[M]") != months)] = np.datetime64("NaT")
    return days


def from_day_of_year(year: Any, number: Any) -> NDArray[np.datetime64]:
    """Return days by their number in the year, from 1 on; NaT where there is no such day."""
    year, number = (np.asarray(part, dtype=np.float64) for part in (year, number))
    first = from_days(year, np.ones_like(year), np.ones_like(year))
    whole = (number >= 1) & (number <= 366) & (number % 1 == 0)
    days = first + np.where(whole, number - 1, 0).astype(np.int64)
    days[~whole | (days.astype("datetime64[Y]") != first.astype("datetime64[Y]"))] = "NaT"
    return days


def from_weeks(year: Any, week: Any, day: Any) -> NDArray[np.datetime64]:
    """Return days by their number in weeks of ISO 8601; NaT where there is no such week."""
    year, week, day = (np.asarray(part, dtype=np.float64) for part in (year, week, day))
    # the week of 4 January is the first of a year
    fourth = from_days(year, np.ones_like(year), np.full_like(year, 4.0))
    monday = fourth - (fourth.astype(np.int64) + 3) % 7
    there = (week >= 1) & (week <= 53) & np.isfinite(day)
    shift = np.where(there, 7 * (week - 1) + day - 1, 0).astype(np.int64)
    days: NDArray[np.datetime64] = np.where(there, monday + shift, np.datetime64("NaT"))
    return days


def _form_of(text: str) -> re.Pattern[str] | None:
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        words = [found[key] for key in ("b", "m") if key in form.groupindex and found[key]]
        if all(w.isdigit() or w[:3].lower() in _MONTHS for w in words):
            return form
    return None


def _days(
    parts: pd.DataFrame, unread: NDArray[np.bool_], text: pd.Series, told: Conventions, what: str
) -> tuple[NDArray[np.datetime64], str]:
    """Return the days that three numbers, or two and the name of a month, tell."""
    a, b, c = (parts[key] for key in "abc")
    first, last = (np.array(pd_part, dtype=np.float64) for pd_part in (a, c))
    middle = b.map(month_number).to_numpy(dtype=np.float64)
    named = not b.dropna().str.isdigit().all()
    mark = parts["x"].dropna().iloc[0] if "x" in parts and parts["x"].notna().any() else " "
    month, short = ("Mon", "MM")[not named], bool(c.dropna().str.len().max() <= 2)
    if a.dropna().str.len().max() > 2 or (short and np.nanmax(first, initial=0) > 31):
        told_as = f"YYYY{mark}{month}{mark}DD"
        return from_days(_full(first, a), middle, last), f", read as {told_as}"
    year = _full(last, c)
    how = "YY" if short else "YYYY"
    day_first = from_days(year, middle, first), f", read as DD{mark}{month}{mark}{how}"
    if named:
        return day_first
    month_first = from_days(year, first, middle), f", read as MM{mark}DD{mark}{how}"
    if told.dayfirst is not None:
        return day_first if told.dayfirst else month_first
    wrong = [int((np.isnat(days) & ~unread).sum()) for days, _ in (day_first, month_first)]
    same = bool(np.array_equal(day_first[0], month_first[0], equal_nan=True))
    if not any(wrong) and not same:
        raise ReadError(
            f"{what} has dates such as {text.iloc[0]!r}: nothing in it tells whether the day or "
            f"the month comes first. To fix this, pass --dayfirst or --monthfirst, or say how they "
            f"are written, as in --date-format '{_code_of(str(text.iloc[0]).strip())}'."
        )
    return day_first if wrong[0] <= wrong[1] else month_first


def _code_of(entry: str) -> str:
    """Return how a date whose day comes first is written, in the codes of strptime."""
    form = _form_of(entry)
    found = None if form is None else form.fullmatch(entry)
    if found is None:
        return "%d/%m/%Y"
    parts = {k: v for k, v in found.groupdict().items() if v}
    codes = {"a": "%d", "b": "%m", "c": "%y" if len(parts.get("c", "")) <= 2 else "%Y"}
    codes |= {"h": "%I" if "ap" in parts else "%H", "mi": "%M", "s": "%S", "ap": "%p"}
    codes["f"] = f"{parts.get('f', ' ')[0]}%f"
    if parts.get("z", "U")[0] in "+-Z":
        codes["z"] = "%z"
    for key in sorted(codes.keys() & parts.keys(), key=lambda key: -found.start(key)):
        entry = f"{entry[: found.start(key)]}{codes[key]}{entry[found.end(key) :]}"
    return entry


def _full(years: NDArray[np.float64], text: pd.Series) -> NDArray[np.float64]:
    """Return years with all four digits."""
    short = (text.str.len() <= 2).fillna(False).to_numpy(dtype=bool)
    full: NDArray[np.float64] = np.where(short, years + np.where(years < PIVOT, 2000, 1900), years)
    return full


def _spans(parts: pd.DataFrame) -> NDArray[np.datetime64]:
    """Return the first days of months, quarters and weeks, or days by their number in a year."""
    year = parts["y"].astype(float).to_numpy()
    one = np.ones_like(year)
    if "doy" in parts:
        return from_day_of_year(year, parts["doy"].astype(float))
    if "q" in parts:
        return from_days(year, 3 * parts["q"].astype(float).to_numpy() - 2, one)
    if "w" in parts:
        day = parts["wd"].astype(float).fillna(1.0)
        return from_weeks(year, parts["w"].astype(float), day)
    return from_days(year, parts["m"].map(month_number).to_numpy(dtype=np.float64), one)


def _clock(parts: pd.DataFrame) -> NDArray[np.timedelta64]:
    """Return the time of day as microseconds; NaT where it is none, 0 where there is none."""
    hours, minutes, seconds = (parts[k].astype(float).to_numpy() for k in ("h", "mi", "s"))
    fraction = ("0." + parts["f"].str[1:]).astype(float).fillna(0.0).to_numpy()
    half = parts["ap"].str[0].str.lower()
    wrong = (minutes > 59) | (seconds > 60)
    if half.notna().any():
        wrong |= (hours < 1) | (hours > 12) | (half.isna() & parts["h"].notna()).to_numpy()
        hours = hours % 12 + 12 * (half == "p").to_numpy()
    total = 3600 * hours + 60 * np.nan_to_num(minutes) + np.nan_to_num(seconds) + fraction
    if len(parts.columns) > 5:  # after a date: an hour of the day, 24:00 is its end
        wrong |= total > 86401
        total = np.nan_to_num(total)
    micro = np.rint(np.nan_to_num(total) * 1e6).astype("timedelta64[us]")
    passed: NDArray[np.timedelta64] = np.where(
        wrong | np.isnan(total), np.timedelta64("NaT", "us"), micro
    )
    return passed


def offsets_of(zones: pd.Series) -> NDArray[np.timedelta64]:
    """Return how far zones such as +02:00 are ahead of UTC."""
    told = zones.str.extract(r"^([+-])(\d\d):?(\d\d)?$")
    minutes = 60 * told[1].astype(float).fillna(0) + told[2].astype(float).fillna(0)
    ahead = np.where(told[0] == "-", -minutes, minutes)
    # where others have a zone, an entry without one names no instant
    there = zones.notna().to_numpy()
    return np.where(there, ahead.astype("timedelta64[m]"), np.timedelta64("NaT", "m"))
