"""A column of a table -> numbers, whatever its decimals, missing values and units look like.

What is passed over or taken off is told; what cannot be read is refused with the option that helps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from epicycle.files.conventions import NOTHING_SAID, Conventions
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable
from epicycle.files.kinds import NO_VALUE, kind_of, to_numbers
from epicycle.files.labels import shown
from epicycle.limits import INPUTS
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")

#: 1,234 or 1.234: a thousand and more, or a number with three decimals.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")

_BETWEEN_THOUSANDS = r"(?<=\d)[\u00a0\u202f](?=\d)"

#: Both marks in one number tell which is which: 1.234,5 and 1,234.5.
_BOTH_MARKS = (
    (",", re.compile(r"[+-]?\d{1,3}(\.\d{3})*(,\d+)?")),
    (".", re.compile(r"[+-]?\d{1,3}(,\d{3})*(\.\d+)?")),
)

_WITH_UNIT = re.compile(
    r"(?P<before>[$€£¥]?)\s*(?P<number>[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)"
    r"\s*(?P<after>[^\d\s.,*?<>~()+\-][^\d*?<>~]{0,11})"
)

#: Numbers that computers write where there is no value: whole ones of nines, fills of netCDF.
_FILLS = (1e20, 1e30, 1e32, 9.969209968386869e36, -32768.0, -2147483648.0)


@dataclass(frozen=True, eq=False)
class Column:
    """A column of numbers, NaN where a value is missing, and how it was read, in words."""

    numbers: Floats
    remarks: tuple[str, ...] = ()


def read_numbers(
    table: RawTable, column: str, role: str = "values", told: Conventions = NOTHING_SAID
) -> Column:
    """Return a column as float64.

    Raises
    ------
    ReadError
        If it holds dates, words that are no numbers, infinite numbers, or nothing.
    """
    series = table.frame[column]
    kind = kind_of(series)
    if kind in ("date", "duration", "clock"):
        holds = "dates" if kind == "date" else "times"
        first = series.dropna().iloc[0]
        raise ReadError(
            f"column {column!r} of {table.name} holds {holds}, such as {shown(first)}: "
            f"expected numbers as {role}. To fix this, name another column."
        )
    numbers = to_numbers(series)
    remarks: list[str] = []
    unread = (numbers.isna() & series.notna()).to_numpy()
    if unread.any():
        numbers = _from_words(table, series, numbers, told, remarks)
        unread = (numbers.isna() & series.notna() & ~_says_missing(series, told)).to_numpy()
    if unread.any():
        raise _refusal(table, series, unread)
    result: Floats = numbers.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    infinite = np.flatnonzero(np.isinf(result))
    if infinite.size:
        fix = "delete those rows" if role == "times" else "leave the field empty"
        n = infinite.size
        raise ReadError(
            f"column {column!r} of {table.name} has {n} {'entry' if n == 1 else 'entries'} "
            f"infinite, the first in {table.at(infinite[0])}: expected finite {role}. "
            f"To fix this, {fix}."
        )
    if role != "times":
        _leave_out(result, column, told, remarks)
    if np.isnan(result).all() and not table.is_part:
        raise ReadError(
            f"column {column!r} of {table.name} is empty: expected {role}. "
            f"To fix this, name another column."
        )
    return Column(result, tuple(remarks))


def _says_missing(series: pd.Series, told: Conventions) -> pd.Series:
    """Return which entries are words that say that there is no value."""
    words = NO_VALUE.union(word.lower() for word in told.missing)
    return series.map(lambda entry: isinstance(entry, str) and entry.strip().lower() in words)


def _from_words(
    table: RawTable, series: pd.Series, numbers: pd.Series, told: Conventions, remarks: list[str]
) -> pd.Series:
    """Return the numbers of a column in which some entries are not plain ones."""
    absent = _says_missing(series, told)
    if absent.any():
        counts = Counter(str(entry).strip() for entry in series[absent])
        said = ", ".join(f"{n} {word!r}" for word, n in counts.most_common(3))
        remarks.append(f"{series.name}: {said} taken as missing")
    text = series[~absent & series.notna()].astype(str).str.strip()
    # the minus sign of typesetters, and blanks that do not break, between thousands
    text = text.str.replace("\u2212", "-").str.replace(
        r"(?<=\d)[\u00a0\u202f](?=\d)", "", regex=True
    )
    for mark in told.strip:
        text = text.str.replace(mark, "", regex=False).str.strip()
    if not told.strip and (found := _common_unit(text)) is not None:
        text, unit = found
        remarks.append(f"{series.name}: the unit {unit} taken off")
    decimal = told.decimal or decimal_of(table, text)
    if decimal == ",":
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        if told.decimal is None:
            remarks.append(f"{series.name}: decimal commas")
    elif decimal == ".":
        text = text.str.replace(",", "", regex=False)
    return to_numbers(text.astype(object)).astype(float).reindex(series.index)


def decimal_of(table: RawTable, text: pd.Series) -> str:
    """Return the mark of decimals of a column of text, "" where no mark needs to be changed."""
    with_comma = text[text.str.contains(",", regex=False)]
    both = with_comma.str.contains(".", regex=False).any()
    for mark, form in _BOTH_MARKS:
        if both and text.map(lambda entry, form=form: form.fullmatch(entry) is not None).all():
            return mark
    if with_comma.empty or text.str.contains(".", regex=False).any():
        return ""
    if not with_comma.map(lambda entry: _COMMA.fullmatch(entry) is not None).all():
        return ""
    if with_comma.map(lambda entry: _GROUPED.fullmatch(entry) is not None).all() and len(text) > 1:
        raise ReadError(
            f"column {text.name!r} of {table.name} has numbers such as {with_comma.iloc[0]!r}, "
            f"whose comma may be that of decimals or of thousands. To fix this, pass "
            f"--decimal ',' or --decimal '.'."
        )
    return ","


def _common_unit(text: pd.Series) -> tuple[pd.Series, str] | None:
    """Return the numbers before a unit that all entries have, and the unit."""
    first = _WITH_UNIT.fullmatch(text.iloc[0]) if len(text) else None
    if first is None:
        return None
    before, after = first["before"], first["after"].strip()
    rest = text.str.removeprefix(before).str.strip()
    if not rest.str.endswith(after).all():
        return None
    rest = rest.str.removesuffix(after).str.strip()
    return (
        (rest, f"{before}{after}")
        if rest.str.fullmatch(r"[+-]?[\d.,]+([eE][+-]?\d+)?").all()
        else None
    )


def _refusal(table: RawTable, series: pd.Series, unread: np.ndarray) -> ReadError:
    where = np.flatnonzero(unread)
    content = series.iloc[where[0]]
    text = str(content).strip()
    fix = "correct it, or leave the field empty"
    if isinstance(content, str):
        with_unit = _WITH_UNIT.fullmatch(text)
        if re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?", text):
            fix = "take out the blanks between thousands with --strip ' '"
        elif re.fullmatch(r"[+-]?[\d.]*,[\d,.]*\d", text):
            fix = "say what its comma is with --decimal ',' or --decimal '.'"
        elif with_unit:
            units = _units_of(series[unread])
            fix = f"take the unit off with --strip {units[0]!r}"
            if len(units) > 1:
                fix = f"write all of them in one unit (they have {', '.join(units[:4])})"
        elif len(text) <= 20:
            fix = f"correct it, pass --missing {text!r} if it stands for a missing value"
    n = where.size
    return ReadError(
        f"column {str(series.name)!r} of {table.name} has {n} {'entry' if n == 1 else 'entries'} "
        f"not a number, the first in {table.at(where[0])} ({shown(content)}). "
        f"To fix this, {fix}, or name another column."
    )


def _units_of(entries: pd.Series) -> list[str]:
    """Return the units after numbers, each once."""
    found = (_WITH_UNIT.fullmatch(str(entry).strip()) for entry in entries)
    return list(dict.fromkeys(one["after"].strip() for one in found if one is not None))


def _leave_out(result: Floats, column: str, told: Conventions, remarks: list[str]) -> None:
    """Make numbers that stand for a missing value missing, as the user or the numbers say."""
    for word in told.missing:
        try:
            result[result == float(word)] = np.nan
        except ValueError:
            continue
    if "none" in (word.lower() for word in told.missing):
        return
    while (fill := _sentinel(result)) is not None:
        n = int((result == fill).sum())
        result[result == fill] = np.nan
        remarks.append(
            f"{column}: {n} value{'s' * (n > 1)} of {fill:g} taken as missing (--missing none "
            f"keeps them)"
        )
    present = result[~np.isnan(result)]
    below = present[present < 0]
    if 2 < below.size < 0.5 * present.size and (below == -1.0).all():
        remarks.append(
            f"{column}: {below.size} values are -1 and no other is below 0 (--missing -1 if they "
            f"stand for none)"
        )


def _sentinel(values: Floats) -> float | None:
    """Return a number that stands for a missing value, where one stands far off all others."""
    present = values[~np.isnan(values)]
    if present.size < 4:
        return None
    for end in (float(present.min()), float(present.max())):
        if not is_fill(end):
            continue
        others = present[present != end]
        if others.size < 3:
            continue
        spread = float(np.ptp(others)) or abs(float(others[0]))
        gap = float(np.abs(others - end).min())
        repeated = present.size - others.size > 1
        if gap > spread * (INPUTS.fill_gap if repeated else INPUTS.single_fill_gap):
            return end
    return None


def is_fill(value: float) -> bool:
    """Return whether a number is one that computers write where there is no value."""
    if value in _FILLS or any(abs(value / fill - 1) < 1e-6 for fill in _FILLS):
        return True
    digits = f"{abs(value):.6f}".rstrip("0").rstrip(".").replace(".", "").lstrip("0")
    return len(digits) > 1 and set(digits) == {"9"} and abs(value) >= 90


def all_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the remarks on several columns."""
    return tuple(remark for column in columns for remark in column.remarks)
