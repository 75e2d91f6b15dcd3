"""Tables as experiments have them, long or wide, as one matrix: series by samples.

Three layouts are told apart: *rows*, each series (gene) a row and each sample a column whose name
carries its time; *columns*, each sample a row with its time or its name in the first column; and
*long*, a row for each value, with columns of ids, times and values.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.experiments.columns import (
    ERRORS,
    TIMES,
    VALUES,
    Wishes,
    column_named,
    is_number,
    listed,
    numbers_of,
    text_column,
    with_index,
)
from epicycle.experiments.names import EXAMPLES, SampleName, names_a_time
from epicycle.experiments.sample_times import hours_in, sample_names, times_of
from epicycle.samples.arrays import Floats
from epicycle.samples.times import canonical_unit

if TYPE_CHECKING:
    import pandas as pd

#: Cells of a matrix that a long table may ask for: times that differ from series to series make
#: a matrix that is nearly empty.
_MOST_CELLS = 200_000_000


@dataclass(frozen=True, eq=False)
class Layout:
    """Series by samples.

    Attributes
    ----------
    ids : tuple, length S
        What the series are called.
    times : ndarray, shape (N,)
        Time of each sample, in `unit`; those of dates are counted from the midnight before the
        first of them.
    values : ndarray, shape (S, N)
        NaN where a value is missing.
    errors : ndarray, shape (S, N), or None
        Standard errors of the values.
    samples, replicates, conditions : tuple of str, length N
        Name of each sample, and what it says besides the time; "" where it says nothing.
    unit : str or None
        Unit of time, None where nothing tells it.
    layout : str
        "rows", "columns" or "long".
    guesses : tuple of str
        What was guessed, a phrase each.
    """

    ids: tuple[Any, ...]
    times: Floats
    values: Floats
    errors: Floats | None
    samples: tuple[str, ...]
    replicates: tuple[str, ...]
    conditions: tuple[str, ...]
    unit: str | None
    layout: str
    guesses: tuple[str, ...] = ()


def lay_out(frame: pd.DataFrame, wishes: Wishes | None = None) -> Layout:
    """Return a table as one matrix, series by samples.

    Parameters
    ----------
    frame : DataFrame
        Long or wide, see the module.  An index that was given names is a column like any other.
    wishes : Wishes, optional
        What the user says of the table: it wins over what would be guessed.

    Raises
    ------
    ValueError
        If a column that is named does not exist, or times or values cannot be read: the message
        names the column and what would mend it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"gene": ["Per1", "Alb"], "ZT0_1": [1.0, 3.0], "ZT6_1": [2.0, None]})
    >>> found = lay_out(table)
    >>> found.ids, found.times.tolist(), found.values.shape
    (('Per1', 'Alb'), [0.0, 6.0], (2, 2))
    """
    wishes = wishes or Wishes()
    frame = with_index(frame)
    for option in ("id", "time", "value", "error"):
        column = getattr(wishes, option)
        if column is not None and column not in frame.columns:
            raise ValueError(
                f"there is no column {column!r}. To fix this, name one of the columns with "
                f"{option}=: {listed(frame.columns)}."
            )
    ignored = set(wishes.ignore)
    if strays := sorted(ignored.difference(frame.columns)):
        raise ValueError(
            f"ignore names {strays[0]!r}, which is no column. To fix this, name columns of the "
            f"table: {listed(frame.columns)}."
        )
    frame = frame.drop(columns=list(ignored))
    if _is_long(frame, wishes):
        return _of_long(frame, wishes)
    if wishes.time is None and _are_samples(frame, wishes):
        return _of_rows(frame, wishes)
    return _of_columns(frame, wishes)


# ---- Which layout ----------------------------------------------------------------------------


def _is_long(frame: pd.DataFrame, wishes: Wishes) -> bool:
    """Return whether each row is one value: there are times, and ids that occur again."""
    if wishes.value is not None:
        return True
    time = wishes.time or column_named(frame, TIMES)
    column = wishes.id or text_column(frame, {time})
    if time is None or column is None or column == time:
        return False
    numbers = [c for c in frame.columns if c not in (time, column) and is_number(frame[c])]
    if sum(names_a_time(str(c)) for c in numbers) > 2:
        return False
    return bool(numbers) and bool(frame[column].duplicated().any())


def _are_samples(frame: pd.DataFrame, wishes: Wishes) -> bool:
    """Return whether the columns are samples: most that hold numbers have a time in their name."""
    if wishes.times is not None:
        return len(wishes.times) != len(frame) or column_named(frame, TIMES) is None
    if str(frame.columns[0]) == column_named(frame, TIMES):
        return False
    rest = [c for c in list(frame.columns) if c != wishes.id]
    numbers = [c for c in rest if is_number(frame[c])]
    # m1, m2, ... beside a column of times are animals; "0", "4", ... are times
    named = sum(names_a_time(str(c)) for c in numbers)
    return named >= 2 and 2 * named > len(numbers)


# ---- Each layout -----------------------------------------------------------------------------


def _of_rows(frame: pd.DataFrame, wishes: Wishes) -> Layout:
    """Return a table whose rows are series and whose columns are samples."""
    first = str(frame.columns[0])
    column = wishes.id
    guesses = []
    if column is None and not (is_number(frame[first]) and names_a_time(first)):
        column = first
        guesses.append(f"ids in column {first}")
    rest = [str(c) for c in frame.columns if c != column]
    texts = [c for c in rest if not is_number(frame[c]) and not names_a_time(c)]
    if texts:
        guesses.append(f"left out, for they hold text: {listed(texts)}")
    samples = [c for c in rest if c not in texts]
    if wishes.samples is not None:
        samples = [c for c in samples if wishes.samples in c]
    if len(samples) < 2:
        raise ValueError(
            f"only {len(samples)} column{'s' * (len(samples) != 1)} of samples: expected names "
            f"such as {EXAMPLES}. To fix this, check samples=, or name the column of times with "
            f"time=."
        )
    named = sample_names(samples, wishes)
    values = np.column_stack([numbers_of(frame[c], "a sample") for c in samples])
    ids = tuple(frame[column].tolist()) if column is not None else tuple(range(len(frame)))
    guesses.append("each row a series")
    return _layout(ids, values, None, named, wishes, "rows", guesses)


def _of_columns(frame: pd.DataFrame, wishes: Wishes) -> Layout:
    """Return a table whose rows are samples and whose columns are series."""
    first = str(frame.columns[0])
    column = wishes.time or column_named(frame, TIMES) or first
    guesses = [] if wishes.time else [f"times in column {column}"]
    ids = [str(c) for c in frame.columns if c != column and is_number(frame[c])]
    texts = [str(c) for c in frame.columns if c != column and c not in ids]
    if texts:
        guesses.append(f"left out, for they hold text: {listed(texts)}")
    if not ids:
        raise ValueError(
            f"no column holds numbers besides the times in {column!r}. To fix this, name the "
            f"column of times with time=, or write samples as {EXAMPLES}."
        )
    values = np.vstack([numbers_of(frame[c], "a series") for c in ids])
    named, unit = times_of(frame[column], wishes)
    if wishes.samples is not None:
        keep = np.array([wishes.samples in one.name for one in named])
        values, named = values[:, keep], [o for o, k in zip(named, keep, strict=True) if k]
    guesses.append("each column a series")
    return _layout(tuple(ids), values, None, named, wishes, "columns", guesses, unit)


def _of_long(frame: pd.DataFrame, wishes: Wishes) -> Layout:
    """Return a table with a row for each value."""
    import pandas as pd

    time = wishes.time or column_named(frame, TIMES)
    if time is None:
        raise ValueError(
            f"no column is called like a time. To fix this, name it with time=: "
            f"{listed(frame.columns)}."
        )
    column = wishes.id or text_column(frame, {time, wishes.value})
    taken = {time, column, wishes.error}
    numbers = [c for c in frame.columns if c not in taken and is_number(frame[c])]
    value = wishes.value or column_named(frame[numbers], VALUES) or str(numbers[0])
    error = wishes.error or column_named(frame[[c for c in numbers if c != value]], ERRORS)
    told = {
        "ids": (column, wishes.id),
        "times": (time, wishes.time),
        "values": (value, wishes.value),
    }
    guesses = [f"{what} in column {c}" for what, (c, own) in told.items() if own is None and c]
    if error is not None and wishes.error is None:
        guesses.append(f"errors in column {error}")
    named, unit = times_of(frame[time], wishes)
    moments = np.array([one.time for one in named])
    labels = frame[column] if column is not None else pd.Series("all", index=frame.index)
    codes, ids = pd.factorize(labels, use_na_sentinel=True)
    if (codes < 0).any():
        raise ValueError(
            f"column {column!r} (ids) is empty in row {int(np.argmax(codes < 0)) + 1}. To fix "
            f"this, fill it, or leave the row out."
        )
    at, distinct, occurrence = _places(codes, moments)
    if len(ids) * len(distinct) > _MOST_CELLS:
        raise ValueError(
            f"the {len(ids)} series have {len(distinct)} times between them: expected samples at "
            f"times that series share. To fix this, search each on its own with find_cycles or "
            f"epicycle find --id."
        )
    values = np.full((len(ids), len(distinct)), np.nan)
    values[codes, at] = numbers_of(frame[value], "values")
    errors = None
    if error is not None:
        errors = np.full(values.shape, np.nan)
        errors[codes, at] = numbers_of(frame[error], "errors")
    units = {sample.unit for sample in named}
    own = units.pop() if len(units) == 1 else None
    one = [
        SampleName(f"{t:g}", float(t), own, str(k + 1) if occurrence.max() else "")
        for t, k in zip(distinct, occurrence, strict=True)
    ]
    return _layout(tuple(ids.tolist()), values, errors, one, wishes, "long", guesses, unit)


def _places(
    codes: NDArray[np.intp], moments: Floats
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Return the column of each row of a long table, and time and count of each column.

    Values of one series at one time are its replicates, in the order of the table.
    """
    order = np.lexsort((np.arange(len(codes)), moments, codes))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(codes[order]) != 0) | (np.diff(moments[order]) != 0)
    begin = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    count = np.empty(len(order), dtype=np.intp)
    count[order] = np.arange(len(order)) - begin
    pairs, at = np.unique(np.column_stack([moments, count]), axis=0, return_inverse=True)
    return at.ravel(), pairs[:, 0], pairs[:, 1].astype(np.intp)


# ---- The matrix ------------------------------------------------------------------------------


def _layout(
    ids: tuple[Hashable, ...],
    values: Floats,
    errors: Floats | None,
    named: Sequence[SampleName],
    wishes: Wishes,
    layout: str,
    guesses: list[str],
    unit: str | None = None,
) -> Layout:
    """Return a layout whose times are in one unit."""
    units = {one.unit for one in named}
    if len(units) > 1 and None not in units:
        named = [
            SampleName(o.name, o.time * hours_in(o.unit), "h", o.replicate, o.condition)
            for o in named
        ]
        units = {"h"}
    own = units.pop() if len(units) == 1 else None
    if wishes.times is None and layout == "rows":
        numbers = sorted({one.time for one in named})
        guesses.append(
            f"times {numbers[0]:g} to {numbers[-1]:g} {own or ''}".rstrip()
            + " in the names of samples"
        )
    return Layout(
        ids=ids,
        times=np.array([one.time for one in named], dtype=np.float64),
        values=values,
        errors=errors,
        samples=tuple(one.name for one in named),
        replicates=tuple(one.replicate for one in named),
        conditions=tuple(one.condition for one in named),
        unit=canonical_unit(wishes.unit) or unit or own,
        layout=layout,
        guesses=tuple(guesses),
    )
