"""A file of samples -> the arrays that :func:`epicycle.find_cycles` takes, and where they stood.

Every refusal names the file and the column, what was expected, what came, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.columns import Choice, choose, other_values
from epicycle.files.conventions import NOTHING_SAID, Conventions
from epicycle.files.covariates import read_covariates
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable, load
from epicycle.files.joining import join_times
from epicycle.files.kinds import kind_of
from epicycle.files.labels import read_labels, shown
from epicycle.files.months import months_below
from epicycle.files.numbers import Column, all_of, read_numbers
from epicycle.files.offsets import keeps_to_clocks, zone_of
from epicycle.files.time_column import Instants, read_instants, unit_of_times
from epicycle.limits import INPUTS
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReadError", "Table", "read_table"]


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
    remarks : tuple of str
        How the file was read where that is not plain: what was passed over, taken as missing.
    ignored : tuple of str
        Columns that play no part.
    others : tuple of str
        Those of them that could be values.
    covariates : DataFrame or None
        What else the values depend on, a column each.
    clock : str or None
        "local" where offsets change and the values keep to the clocks, see
        :mod:`epicycle.files.offsets`.
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
    remarks: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    covariates: Any = None
    clock: str | None = None

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
    covariates: Sequence[str] = (),
    events: bool = False,
    max_table: float | None = None,
    told: Conventions = NOTHING_SAID,
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
        ``["all"]`` means every column of numbers that is not told to be something else.
    errors : sequence of str
        Columns of standard errors, one or as many as `values`; by default one that is named
        like the error of the value.  ``["none"]`` means that there are none.
    group : str, optional
        Column of labels; never guessed.
    weight : str, optional
        Column of weights; never guessed.
    series : str, optional
        Column of ids, where the table holds many series one below the other; never guessed.
    covariates : sequence of str
        Columns of what else the values depend on; never guessed.
    events : bool
        Whether the times are those of events, without values.
    max_table : float, optional
        Largest size of the table in GB, see :func:`epicycle.files.frames.load`.
    told : Conventions
        How the table is written, as far as the user says so.

    Raises
    ------
    ReadError
        If the file, or a column, cannot be used; one line that says why and how to mend it.
    """
    table = load(source, 1 if events else 2, (group, series), max_table)
    columns = {"values": values, "errors": errors, "group": group, "weight": weight}
    return chosen_samples(
        table,
        {**columns, "time": time, "series": series, "covariates": covariates, "events": events},
        told,
    )


def chosen_samples(table: RawTable, columns: dict[str, Any], told: Conventions) -> Table:
    """Return the samples of a table, with columns chosen as :func:`read_table` describes.

    Raises
    ------
    ReadError
        If a column cannot be used.
    """
    one = ("group", "weight", "series")
    several = ("values", "errors", "covariates")
    named = {*(columns[name] for name in one), *(c for s in several for c in columns.get(s, ()))}
    if not named - {None} and columns["time"] is None and not columns["events"]:
        table = months_below(table)
    joined = join_times(table, columns["time"], named, told)
    was_joined = joined.time is not None and " + " in joined.time
    time = columns["time"]
    chosen = (
        () if was_joined or joined.time in (None, time) else (f"time: {joined.time} (guessed)",)
    )
    columns = {**columns, "time": joined.time or time}
    choice = choose(joined.table, **columns)
    samples = as_samples(joined.table, choice, told, was_joined=was_joined)
    samples = replace(samples, guesses=(*chosen, *samples.guesses))
    if columns["values"]:
        return samples
    return replace(samples, others=tuple(other_values(joined.table, _used(choice))))


def as_samples(
    table: RawTable, choice: Choice, told: Conventions = NOTHING_SAID, *, was_joined: bool = False
) -> Table:
    """Return the samples of a table whose columns are chosen.

    Raises
    ------
    ReadError
        If a column cannot be used.
    """
    read = [read_numbers(table, column, told=told) for column in choice.values]
    table, columns, dropped = _with_times(table, choice, read)
    instants = read_instants(table, choice.time, told)
    note = f"{', joined' * was_joined}{instants.note}"
    times, clock, told_in = _by_clocks(instants, columns)
    return Table(
        t=times,
        y=_as_values(columns, choice.values),
        dy=_errors(table, choice, columns, told),
        weights=(
            None
            if choice.weight is None
            else read_numbers(table, choice.weight, "weights", told).numbers
        ),
        group=None if choice.group is None else read_labels(table, choice.group),
        ids=None if choice.series is None else read_labels(table, choice.series),
        unit=None if instants.note else unit_of_times(table, choice.time, instants.values),
        name=table.name,
        time_column=choice.time,
        value_columns=choice.values,
        error_columns=choice.errors,
        group_column=choice.group,
        weight_column=choice.weight,
        id_column=choice.series,
        guesses=_guesses(table, choice, note),
        sha256=table.sha256,
        remarks=(
            *table.remarks,
            *instants.remarks,
            *told_in,
            *all_of(read),
            *dropped,
            *_mixed(table, choice),
            *_levels(table, choice, columns),
        ),
        clock=clock,
        covariates=read_covariates(table, choice.covariates, told, columns),
        ignored=_ignored(table, choice),
    )


def _with_times(
    table: RawTable, choice: Choice, read: Sequence[Column]
) -> tuple[RawTable, list[Floats], tuple[str, ...]]:
    """Leave out rows that have neither a time nor a value, as gaps in the data of telescopes."""
    columns = [column.numbers for column in read]
    gone = table.frame[choice.time].isna().to_numpy()
    if not columns or not gone.any():
        return table, columns, ()
    empty = gone & np.all([np.isnan(column) for column in columns], axis=0)
    if not empty.any() or empty.all():
        return table, columns, ()
    kept = replace(table, frame=table.frame[~empty])
    said = f"{int(empty.sum())} rows without time and value left out"
    return kept, [column[~empty] for column in columns], (said,)


def _by_clocks(
    instants: Instants, columns: list[Floats]
) -> tuple[Any, str | None, tuple[str, ...]]:
    """Return times, in a zone where their offsets change, and which clock the values keep to."""
    if instants.offsets is None:
        return instants.values, None, ()
    zone = zone_of(instants.values, instants.offsets)
    if zone is None or not columns:
        return instants.values, None, ("told in UTC (--zone tells them by the clocks of a place)",)
    if not keeps_to_clocks(instants.values, instants.offsets, columns[0]):
        return instants.values, None, (f"told in UTC (--zone {zone} tells them by its clocks)",)
    said = f"clock: local, of {zone} (guessed: the values keep to it; --zone UTC for elapsed time)"
    return instants.values.tz_convert(zone), "local", (said,)


def _mixed(table: RawTable, choice: Choice) -> tuple[str, ...]:
    """Return a word on a column that tells apart what is there at the same times."""
    times = table.frame[choice.time]
    if choice.group is not None or choice.series is not None or not times.duplicated().any():
        return ()
    for column in table.frame.columns:
        labels = table.frame[column]
        if column in _used(choice) or kind_of(labels) != "text" or labels.isna().any():
            continue
        n = int(labels.nunique())
        if n < 2 or 3 * n > len(labels):
            continue
        # (an hour of autumn is there twice by the clock)
        if table.frame.duplicated([choice.time, column]).mean() > INPUTS.repeated_within:
            continue
        return (f"times repeat: {column} tells {n} series apart (--group {column}, --id {column})",)
    return ()


def _levels(table: RawTable, choice: Choice, columns: list[Floats]) -> tuple[str, ...]:
    """Return a word on a column of labels between which the values differ more than within."""
    if choice.group is not None or choice.series is not None or len(columns) != 1:
        return ()
    y = columns[0]
    for column in table.frame.columns:
        labels = table.frame[column]
        if column in _used(choice) or kind_of(labels) != "text" or labels.isna().any():
            continue
        known = y[np.isfinite(y)]
        number = np.unique(labels[np.isfinite(y)].to_numpy(dtype=str), return_inverse=True)[1]
        count = np.bincount(number)
        if not 1 < len(count) <= INPUTS.most_levels or count.min() < INPUTS.level_values:
            continue
        level = np.bincount(number, known) / count
        if np.var(known - level[number]) < INPUTS.within_levels * np.var(known):
            return (
                f"the values differ by {column} more than within it (--group {column} gives each "
                f"a level of its own)",
            )
    return ()


def _ignored(table: RawTable, choice: Choice) -> tuple[str, ...]:
    used = _used(choice)
    return tuple(str(c) for c in table.frame.columns if c not in used)


def _used(choice: Choice) -> set[str | None]:
    several = {choice.time, *choice.values, *choice.errors, *choice.covariates}
    return {*several, choice.group, choice.weight, choice.series}


def _guesses(table: RawTable, choice: Choice, note: str) -> tuple[str, ...]:
    parts = [("time", choice.time)]
    parts += [("value", value) for value in choice.values]
    parts += [("error", error) for error in choice.errors]
    parts += [("group", choice.group)] if choice.group is not None else []
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


def _errors(
    table: RawTable, choice: Choice, values: list[Floats], told: Conventions
) -> Floats | None:
    if not choice.errors:
        return None
    errors = [
        read_numbers(table, column, "standard errors", told).numbers for column in choice.errors
    ]
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
                f"{table.at(bad[0])} ({content}). To fix this, correct it, leave the value "
                f"beside it empty, or pass --error none to have the scatter estimated."
            )
    return errors[0] if len(errors) == 1 else np.stack(errors, axis=1)


def _count(n: int, one: str, many: str = "") -> str:
    return f"1 {one}" if n == 1 else f"{n} {many or one + 's'}"
