"""What a column of a table holds: numbers, dates, times of day, durations, flags or text."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from epicycle.files.dates import looks_like_date, looks_like_time_of_day

if TYPE_CHECKING:
    import pandas as pd

#: Words for a missing value, in small letters, that are counted and told.
_WORDS = "unavailable unknown n/a na none null nan nodata #n/a #value! #div/0! #num!"

NO_VALUE = frozenset([*_WORDS.split(), "", "no data", "not available"])

#: What begins as numbers do, whose comma or unit is read later: 2,5 and 17.5 °C.
_BEGINS_AS_NUMBER = re.compile(
    r"\s*[$€£¥]?\s*[+-]?(\d+[.,]?\d*|[.,]\d+)(?![\d:/\-])\s*(?P<unit>[^\d]{0,12})$"
)

#: Entries that are looked at to tell what a column holds.
_LOOKED_AT = 200


def kind_of(series: pd.Series) -> str:
    """Return "number", "flag", "date", "clock", "duration" or "text": what most of a column holds.

    A "clock" is text such as 18:00; a "number" may have a decimal comma or a unit.
    """
    from pandas.api import types

    if types.is_bool_dtype(series.dtype):
        return "flag"
    if types.is_numeric_dtype(series.dtype):
        return "number"
    if types.is_datetime64_any_dtype(series.dtype):
        return "date"
    if types.is_timedelta64_dtype(series.dtype):
        return "duration"

    present = series.dropna()
    if present.empty:
        return "number"
    head = present.iloc[:_LOOKED_AT]
    if to_numbers(head).isna().all():  # of long columns, the first entries tell if they agree
        if all(map(looks_like_time_of_day, head)):
            return "clock"
        if all(map(looks_like_date, head)):
            return "date"
    if to_numbers(present).notna().mean() > 0.5:
        return "number"
    first = present.iloc[0]
    if looks_like_time_of_day(first):
        return "clock"
    if looks_like_date(first):
        return "date"
    return "number" if _is_written_as_number(present) else "text"


def _is_written_as_number(present: pd.Series) -> bool:
    """Return whether most entries begin as numbers do, words for missing values apart."""
    head = present.iloc[:_LOOKED_AT].astype(str)
    words = head[~head.str.strip().str.lower().isin(NO_VALUE)]
    if words.empty:
        return False
    found = [_BEGINS_AS_NUMBER.match(entry) for entry in words]
    units = Counter(one["unit"].strip() for one in found if one is not None)
    # what most numbers are followed by is a unit, else they begin labels: "2nd floor", "3rd floor"
    return bool(units) and units.most_common(1)[0][1] > 0.5 * len(words)


def to_numbers(series: pd.Series) -> pd.Series:
    """Return a column as numbers, missing where an entry is none."""
    import pandas as pd

    try:
        return pd.to_numeric(series, errors="coerce")
    except OverflowError:  # a whole number of hundreds of digits, as no float64 is
        return series.map(_to_number)


def _to_number(entry: object) -> float:
    try:
        return float(entry)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")
    except OverflowError:
        return float("inf")
