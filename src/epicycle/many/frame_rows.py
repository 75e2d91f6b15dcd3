"""The rows of a frame, series by series, with its columns as :func:`find_cycles` calls them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FrameColumns:
    """The names of the columns by the part that they play."""

    id: str
    time: str
    value: str
    error: str | None = None
    weight: str | None = None
    group: str | None = None


#: How the library calls them.
_ARGUMENTS = {"time": "t", "value": "y", "error": "dy", "weight": "weights", "group": "group"}


@dataclass(frozen=True, eq=False)
class FrameRows:
    """The rows of a frame, one series below the other.

    Attributes
    ----------
    ids : Series, shape (S,)
        The series, by first appearance, of the type that they have in the frame.
    ends : ndarray of int, shape (S + 1,)
        Where each begins, and the end.
    columns : dict
        Times, values and the rest, sorted by series, otherwise in the order of the frame.
    time_type : Any
        What times of results are: float64, or dates of microseconds.
    """

    ids: pd.Series
    ends: NDArray[np.intp]
    columns: dict[str, Any]
    time_type: Any

    @staticmethod
    def of(df: pd.DataFrame, names: FrameColumns) -> FrameRows:
        """Return the rows of a frame.

        Raises
        ------
        TypeError, ValueError
            If a column is missing, is named twice, or holds what cannot be used.
        """
        import pandas as pd

        df = _checked(df, names)
        labels = df[names.id]
        if isinstance(labels.dtype, pd.CategoricalDtype):
            labels = labels.astype(labels.cat.categories.dtype)
        missing = int(labels.isna().sum())
        if missing:
            raise ValueError(
                f"column {names.id!r} has {missing:,} of {len(df):,} ids missing: expected the "
                f"series of every row. To fix this, drop those rows with "
                f"df.dropna(subset=[{names.id!r}])."
            )
        codes, _ = pd.factorize(labels)
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.intp)
        ends = np.append(0, np.cumsum(counts)).astype(np.intp)
        columns = {}
        for part, argument in _ARGUMENTS.items():
            name = getattr(names, part)
            given = None if name is None else df[name].iloc[order]
            columns[argument] = None if given is None else _plain(given, part)
        time_type = _type_of_results(columns["t"])
        return FrameRows(labels.iloc[order[ends[:-1]]], ends, columns, time_type)

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.ids)

    def between(self, first: int, last: int) -> tuple[dict[str, Any], NDArray[np.intp]]:
        """Return the columns of some series that are there, and the number of each row's."""
        last = min(last, len(self))
        rows = slice(self.ends[first], self.ends[last])
        columns = {
            name: column if column is None else column[rows]
            for name, column in self.columns.items()
            if name != "group" or column is not None
        }
        counts = np.diff(self.ends[first : last + 1])
        return columns, np.repeat(np.arange(last - first), counts)

    def some_times(self) -> Any:
        """Return some times of the kind that is here, or numbers."""
        import pandas as pd

        if isinstance(self.columns["t"], pd.DatetimeIndex):
            return pd.to_datetime(["2000-01-01", "2000-01-02"]).tz_localize(self.columns["t"].tz)
        return np.arange(2.0)


def _type_of_results(t: Any) -> Any:
    """Return the type that times of results have: float64, or dates in the zone of the times."""
    import pandas as pd

    if not isinstance(t, pd.DatetimeIndex):
        return np.dtype("float64")
    return np.dtype("datetime64[us]") if t.tz is None else pd.DatetimeTZDtype("us", t.tz)


def _checked(df: Any, names: FrameColumns) -> pd.DataFrame:
    """Return the frame with the columns that are named, or say which of them is not there."""
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise TypeError(
            f"df must be a pandas DataFrame, got {type(df).__name__}. To fix this, pass a "
            f"partition of it, as with map_partitions, or convert it."
        )
    if names.id not in df.columns and names.id in df.index.names:
        df = df.reset_index(names.id)
    frame: pd.DataFrame = df
    taken: dict[str, str] = {}
    for field in fields(FrameColumns):
        name = getattr(names, field.name)
        if name is None:
            continue
        if not isinstance(name, str):
            raise TypeError(
                f"{field.name} must be the name of one column, got {name!r}. To fix this, pass a "
                f"string."
            )
        if name in taken:
            raise ValueError(
                f"column {name!r} is named twice ({taken[name]} and {field.name}). To fix this, "
                f"name a different column for each."
            )
        taken[name] = field.name
        if name not in frame.columns:
            there = [str(column) for column in frame.columns]
            close = difflib.get_close_matches(name.lower(), there, n=1, cutoff=0.5)
            meant = f"Did you mean {close[0]!r}? " if close else ""
            raise ValueError(
                f"df has no column {name!r}. {meant}To fix this, name one of its columns with "
                f"{field.name}=: {', '.join(there[:20])}."
            )
        if isinstance(frame[name], pd.DataFrame):
            raise ValueError(
                f"df has several columns {name!r}. To fix this, rename all of them but one."
            )
    return frame


def _plain(column: pd.Series, part: str) -> Any:
    """Return a column as numbers, or as dates where it holds times; labels as they are.

    Raises
    ------
    TypeError
        If it is of another type: what a text means would depend on what else is there.
    """
    import pandas as pd
    from pandas.api import types

    if part == "group":
        return column.to_numpy(dtype=object)
    kind = column.dtype
    if part == "time" and types.is_datetime64_any_dtype(kind):
        return pd.DatetimeIndex(column)
    if part == "time" and types.is_timedelta64_dtype(kind):
        return pd.TimedeltaIndex(column).to_numpy()
    if not types.is_numeric_dtype(kind) or types.is_complex_dtype(kind):
        expected = "numbers or dates" if part == "time" else "numbers"
        fix = "pd.to_datetime" if part == "time" else "pd.to_numeric"
        raise TypeError(
            f"column {column.name!r} has the type {kind}: expected {expected} for {part}. To fix "
            f"this, convert it with {fix}, or name another column with {part}=."
        )
    if types.is_integer_dtype(kind) and part == "time" and not column.isna().any():
        return column.to_numpy(dtype=np.uint64 if kind.kind == "u" else np.int64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
