"""Columns of text that stand for numbers or dates -> these, as the user or the table says."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from epicycle.experiments.columns import IDS, TIMES, column_named, is_number
from epicycle.experiments.names import names_a_time
from epicycle.files.conventions import NOTHING_SAID, Conventions
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable
from epicycle.files.kinds import NO_VALUE, kind_of
from epicycle.files.numbers import decimal_of, is_fill, read_numbers
from epicycle.files.time_column import read_instants

if TYPE_CHECKING:
    import pandas as pd

#: A number with either mark of decimals, and of thousands.
_MARKED = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?")


def read_columns(
    table: RawTable,
    told: Conventions = NOTHING_SAID,
    *,
    time: str | None = None,
    id: str | None = None,
    ignore: Collection[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the columns of a table with numbers and dates for text, and how they were read.

    What is neither stays as it is: a label, or what a later message is about.

    Parameters
    ----------
    table : RawTable
        As it stands in its file.
    told : Conventions
        How it is written, as far as the user says so.
    time, id : str, optional
        Columns of times and of ids, where they are named.  Ids are left alone.
    ignore : collection of str
        Columns that play no part.

    Raises
    ------
    ReadError
        If the times, or numbers whose comma may mean two things, cannot be read.
    """
    frame = table.frame.copy(deep=False)
    times = time if time in frame.columns else column_named(frame, TIMES)
    labels = {id, column_named(frame, IDS), *ignore}
    if times is None and len(frame.columns):
        labels.add(str(frame.columns[0]))  # ids of a table whose other columns are samples
    remarks: list[str] = []
    numbers: list[str] = []
    # of thousands of plain columns, only those that may hold numbers for missing values
    plain = frame.select_dtypes(["number"])
    ends = zip(plain.columns, plain.min().tolist(), plain.max().tolist(), strict=True)
    clear = {c for c, low, high in ends if not told.missing and not (is_fill(low) or is_fill(high))}
    for column in frame.columns:
        if column == times:
            remarks += _read_times(table, frame, column, told)
        elif column not in labels | clear:
            present = _present(frame[column], told)
            if _stands_for_numbers(present):
                numbers.append(column)
            elif len(present) == 0 and frame[column].notna().any():
                frame[column] = np.nan
    told = _with_decimal(table, numbers, told)
    of_columns = {}
    for column in numbers:
        found = read_numbers(table, column, told=told)
        frame[column] = found.numbers
        of_columns[column] = [said.removeprefix(f"{column}: ") for said in found.remarks]
    return frame, (*remarks, *_together(of_columns))


def _with_decimal(table: RawTable, columns: list[str], told: Conventions) -> Conventions:
    """Return the conventions with the mark of decimals that all columns of text together tell.

    A column whose numbers all look like 1,234 is told by the others of its table.
    """
    import pandas as pd

    texts = [table.frame[c].dropna().astype(str) for c in columns if not is_number(table.frame[c])]
    if told.decimal is not None or len(texts) < 2:
        return told
    try:
        mark = decimal_of(table, pd.concat(texts).str.strip())
    except ReadError:
        return told
    return replace(told, decimal=mark) if mark == "," else told


def _together(of_columns: dict[str, list[str]]) -> list[str]:
    """Return what was said of columns, what is the same for several in one phrase."""
    columns: dict[str, list[str]] = {}
    for column, said in of_columns.items():
        for remark in said:
            columns.setdefault(remark, []).append(column)
    phrases = []
    for remark, names in columns.items():
        more = f" and {len(names) - 2} more" if len(names) > 3 else ""
        phrases.append(f"{', '.join(names[:2] if more else names)}{more}: {remark}")
    return phrases


def _read_times(
    table: RawTable, frame: pd.DataFrame, column: str, told: Conventions
) -> tuple[str, ...]:
    """Put numbers or dates in place of times that are text, and return how they were read."""
    series = frame[column]
    if series.isna().any():
        return ()
    if told.date_format is None:
        # names of samples are read together, numbers are no dates unless that is said
        plain = is_number(series) or all(names_a_time(str(entry)) for entry in series)
        if plain or kind_of(series) not in ("date", "number"):
            return ()
    found = read_instants(table, column, told)
    frame[column] = found.values
    return (f"{column}{found.note}".strip(), *found.remarks) if found.note else found.remarks


def _present(series: pd.Series, told: Conventions) -> pd.Series:
    """Return the entries of a column that are no words for a missing value."""
    if is_number(series):
        return series.dropna()
    words = NO_VALUE.union(word.lower() for word in told.missing)
    present = series.dropna()
    return present[~present.astype(str).str.strip().str.lower().isin(words)]


def _stands_for_numbers(present: pd.Series) -> bool:
    """Return whether there are entries that are numbers, plain or as text."""
    if present.empty:
        return False
    return kind_of(present) == "number" or bool(
        present.astype(str).str.strip().map(_is_number).all()
    )


def _is_number(text: str) -> bool:
    return _MARKED.fullmatch(text) is not None
