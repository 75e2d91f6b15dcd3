"""A file of samples -> the arrays that :func:`epicycle.find_cycles` takes, and where they stood.

Every refusal names the file and the column, what was expected, what came, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.columns import Choice, choose, kind_of, to_numbers, unit_of
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable, load
from epicycle.files.labels import read_labels, shown
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReadError", "Table", "read_table", "read_times"]

#: Whole numbers in a column of such a name may be dates: 19580329.
_DATE_NAME = re.compile(r"date|ymd|^day$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Table:
    """Samples read from a file.

    Attributes
    ----------
    t : ndarray or DatetimeIndex, shape (n,)
        Times; dates keep their time zone.
    y : ndarray, shape (n,), or DataFrame, shape (n, d), or None
        Values, NaN where missing; a frame of the columns' names where there are several; None
        for events.
    dy : ndarray, shape (n,) or (n, d), or None
        Standard errors.
    weights : ndarray, shape (n,), or None
        Weights of samples or events.
    group : ndarray of object, shape (n,), or None
        Labels.
    ids : ndarray of object, shape (n,), or None
        Which series each sample belongs to, of a table that holds many.
    unit : str or None
        Unit of time that the name of the time column states ("time_h", "jd").
    name : str
        The file.
    time_column : str
        Name of the column of times.
    value_columns, error_columns : tuple of str
        Names of the columns of values, and of errors.
    group_column, weight_column, id_column : str or None
        Names of the columns of labels, of weights, and of ids.
    guesses : tuple of str
        What the user did not say: "time: jd (guessed)", and so on.
    sha256 : str
        Digest of the file as it stood there, in hexadecimal digits.
    """

    t: Any
    y: Any
    dy: Floats | None
    weights: Floats | None
    group: Any
    ids: Any
    unit: str | None
    name: str
    time_column: str
    value_columns: tuple[str, ...]
    error_columns: tuple[str, ...]
    group_column: str | None
    guesses: tuple[str, ...]
    sha256: str
    weight_column: str | None = None
    id_column: str | None = None

    @property
    def roles(self) -> dict[str, Any]:
        """The column, or columns, of each part that a table plays."""
        return {
            "time": self.time_column,
            "values": list(self.value_columns),
            "errors": list(self.error_columns),
            "group": self.group_column,
            "weight": self.weight_column,
            "id": self.id_column,
        }


def read_table(
    source: str | Path,
    *,
    time: str | None = None,
    values: Sequence[str] = (),
    errors: Sequence[str] = (),
    group: str | None = None,
    weight: str | None = None,
    series: str | None = None,
    events: bool = False,
    max_table: float | None = None,
) -> Table:
    """Read samples from CSV or Parquet, either of them gzipped or not.

    Parameters
    ----------
    source : str or Path
        The file; "-" is standard input.
    time : str, optional
        Column of times; by default one of a common name, or else the first that holds dates or
        is monotonic.
    values : sequence of str
        Columns of values; by default one of a common name, or else the first other numbers.
    errors : sequence of str
        Columns of standard errors, one or as many as `values`; by default one that is named
        like the error of the value.  ``["none"]`` means that there are none.
    group : str, optional
        Column of labels; never guessed.
    weight : str, optional
        Column of weights; never guessed.
    series : str, optional
        Column of ids, where the table holds many series one below the other; never guessed.
    events : bool
        Whether the times are those of events, without values.
    max_table : float, optional
        Largest size of the table in GB, see :func:`epicycle.files.frames.load`.

    Raises
    ------
    ReadError
        If the file, or a column, cannot be used; one line that says why and how to mend it.
    """
    table = load(source, 1 if events else 2, (group, series), max_table)
    choice = choose(table, time, values, errors, group, weight, series, events=events)
    t, note = _times(table, choice.time)
    columns = [_numbers(table, column) for column in choice.values]
    return Table(
        t=t,
        y=_as_values(columns, choice.values),
        dy=_errors(table, choice, columns),
        weights=None if choice.weight is None else _numbers(table, choice.weight, "weights"),
        group=None if choice.group is None else read_labels(table, choice.group),
        ids=None if choice.series is None else read_labels(table, choice.series),
        unit=None if note or hasattr(t, "tz") else unit_of(choice.time),
        name=table.name,
        time_column=choice.time,
        value_columns=choice.values,
        error_columns=choice.errors,
        group_column=choice.group,
        weight_column=choice.weight,
        id_column=choice.series,
        guesses=_guesses(table, choice, note),
        sha256=table.sha256,
    )


def read_times(
    source: str | Path, time: str | None, usual: str, max_table: float | None = None
) -> tuple[Any, str]:
    """Read times alone, from a table that may have no other column.

    Parameters
    ----------
    source : str or Path
        The file; "-" is standard input.
    time : str, optional
        Its column of times; by default that called `usual`, or else guessed as by
        :func:`read_table`.
    usual : str
        How the column was called before.
    max_table : float, optional
        Largest size of the table in GB, see :func:`epicycle.files.frames.load`.

    Returns
    -------
    times : ndarray or DatetimeIndex, shape (n,)
    name : str
        The column.

    Raises
    ------
    ReadError
        If the file, or the column, cannot be used.
    """
    table = load(source, least_columns=1, max_table=max_table)
    if time is None and usual in table.frame.columns:
        time = usual
    if time is None and len(table.frame.columns) == 1:
        time = str(table.frame.columns[0])
    choice = choose(table, time, events=True)
    return _times(table, choice.time)[0], choice.time


def _guesses(table: RawTable, choice: Choice, note: str) -> tuple[str, ...]:
    parts = [("time", choice.time)]
    parts += [("value", value) for value in choice.values]
    parts += [("error", error) for error in choice.errors]
    said = [
        f"{part}: {column} (guessed{note if part == 'time' else ''})"
        for part, column in parts
        if column in choice.guessed
    ]
    if note and choice.time not in choice.guessed:
        said.insert(0, f"time: {choice.time} ({note.lstrip(', ')})")
    if not table.has_header:
        said.insert(0, "no header line: columns are called 1, 2, ...")
    return tuple(said)


def _as_values(columns: list[Floats], names: tuple[str, ...]) -> Any:
    if not columns:
        return None
    return columns[0] if len(columns) == 1 else _as_frame(columns, names)


def _as_frame(columns: list[Floats], names: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _numbers(table: RawTable, column: str, role: str = "values") -> Floats:
    """Return a column as float64, NaN where a value is missing."""
    series = table.frame[column]
    if kind_of(series) in ("date", "duration"):
        raise ReadError(
            f"column {column!r} of {table.name} holds dates, such as {shown(series.iloc[0])}: "
            f"expected numbers as {role}. To fix this, name another column."
        )
    numbers = to_numbers(series)
    unread = np.flatnonzero((numbers.isna() & series.notna()).to_numpy())
    if unread.size:
        content = series.iloc[unread[0]]
        comma = isinstance(content, str) and re.fullmatch(r"\s*[+-]?\d+,\d+\s*", content)
        fix = "write a decimal point" if comma else "correct it, or leave the field empty"
        raise ReadError(
            f"column {column!r} of {table.name} has {_count(unread.size, 'entry', 'entries')} not "
            f"a number, the first in {_where(table, unread[0])} ({shown(content)}). "
            f"To fix this, {fix}, or name another column."
        )
    result: Floats = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.flatnonzero(np.isinf(result))
    if infinite.size:
        fix = "delete those rows" if role == "times" else "leave the field empty"
        raise ReadError(
            f"column {column!r} of {table.name} has {_count(infinite.size, 'entry', 'entries')} "
            f"infinite, the first in {_where(table, infinite[0])}: expected finite {role}. "
            f"To fix this, {fix}."
        )
    if np.isnan(result).all():
        raise ReadError(
            f"column {column!r} of {table.name} is empty: expected {role}. "
            f"To fix this, name another column."
        )
    return result


def _errors(table: RawTable, choice: Choice, values: list[Floats]) -> Floats | None:
    if not choice.errors:
        return None
    errors = [_numbers(table, column, "standard errors") for column in choice.errors]
    present = [~np.isnan(value) for value in values]
    if len(errors) < len(values):
        present = [np.any(present, axis=0)]  # one column of errors serves all values
    for column, error, needed in zip(choice.errors, errors, present, strict=True):
        bad = np.flatnonzero(needed & ~(error > 0))
        if bad.size:
            content = shown(table.frame[column].iloc[bad[0]])
            raise ReadError(
                f"column {column!r} of {table.name}, the standard errors, has "
                f"{_count(bad.size, 'entry', 'entries')} not above 0, the first in "
                f"{_where(table, bad[0])} ({content}). To fix this, correct it, leave the value "
                f"beside it empty, or pass --error none to have the scatter estimated."
            )
    return errors[0] if len(errors) == 1 else np.stack(errors, axis=1)


def _times(table: RawTable, column: str) -> tuple[Any, str]:
    """Return a column as numbers or dates, and a remark on how it was read."""
    series = table.frame[column]
    missing = np.flatnonzero(series.isna().to_numpy())
    if missing.size:
        raise ReadError(
            f"column {column!r} of {table.name} has {_count(missing.size, 'time')} missing, the "
            f"first in {_where(table, missing[0])}: a sample without its time cannot be used. "
            f"To fix this, delete those rows, or name another column with --time."
        )
    kind = kind_of(series)
    if kind == "date":
        return _dates(table, series), ""
    if kind == "duration":
        return series.to_numpy(), ""
    if kind != "number":
        raise ReadError(
            f"column {column!r} of {table.name} holds neither numbers nor dates, but "
            f"{shown(series.iloc[0])} in {_where(table, 0)}. To fix this, write dates as "
            f"2024-03-31 or 2024-03-31T18:00:00Z, or name another column with --time."
        )
    if series.dtype.kind in "iu":  # 64 bits of nanoseconds do not fit into a float
        if _DATE_NAME.search(column) and series.between(1000_00_00, 9999_99_99).all():
            return _compact_dates(table, series), ", read as YYYYMMDD"
        return series.to_numpy(), ""
    return _numbers(table, column, "times"), ""


def _compact_dates(table: RawTable, series: pd.Series) -> Any:
    import pandas as pd

    dates = pd.to_datetime(series.astype(str), format="%Y%m%d", errors="coerce")
    _refuse_unread(table, series, dates.isna().to_numpy())
    return pd.DatetimeIndex(dates)


def _dates(table: RawTable, series: pd.Series) -> Any:
    import pandas as pd

    if series.dtype.kind == "M" or isinstance(series.dtype, pd.DatetimeTZDtype):
        return pd.DatetimeIndex(series)
    text = series.map(lambda v: v.isoformat() if hasattr(v, "isoformat") else str(v).strip())
    zones = text.str.extract(r"\d(Z|[+-]\d\d:?\d\d|[+-]\d\d)?$", expand=False)
    # the day of a bare date looks like an offset
    zones = zones.where(text.str.contains(":|T", regex=True)).fillna("none")
    zones = zones.replace({"Z": "UTC", "+00:00": "UTC", "+0000": "UTC", "+00": "UTC"})
    other = np.flatnonzero((zones != zones.iloc[0]).to_numpy())
    if other.size:
        raise ReadError(
            f"column {series.name!r} of {table.name} mixes time zones: {zones.iloc[0]} in "
            f"{_where(table, 0)} ({text.iloc[0]}), {zones.iloc[other[0]]} in "
            f"{_where(table, other[0])} ({text.iloc[other[0]]}). "
            f"To fix this, write all times in one zone, best in UTC."
        )
    try:
        return pd.DatetimeIndex(pd.to_datetime(text, format="ISO8601"))
    except (ValueError, OverflowError) as error:
        unread = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True).isna()
        _refuse_unread(table, series, unread.to_numpy())
        raise ReadError(
            f"column {series.name!r} of {table.name} cannot be read as dates ({error}). "
            f"To fix this, write all of them as 2024-03-31T18:00:00Z."
        ) from None


def _refuse_unread(table: RawTable, series: pd.Series, unread: Any) -> None:
    where = np.flatnonzero(unread)
    if where.size:
        raise ReadError(
            f"column {series.name!r} of {table.name} has {_count(where.size, 'entry', 'entries')} "
            f"not a date, the first in {_where(table, where[0])} "
            f"({shown(series.iloc[where[0]])}). To fix this, write dates as 2024-03-31 or "
            f"2024-03-31T18:00:00Z, or name another column with --time."
        )


def _where(table: RawTable, position: int | np.intp) -> str:
    return table.where(int(table.frame.index[int(position)]))


def _count(n: int, one: str, many: str = "") -> str:
    return f"1 {one}" if n == 1 else f"{n} {many or one + 's'}"
