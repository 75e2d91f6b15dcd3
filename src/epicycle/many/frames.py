"""``screen_frame`` and ``find_frame``: a frame of whole series in, a frame of results out.

This is all that an engine for many machines has to know: both take every row of each of their
series, keep nothing, import no engine, and answer with the same columns and types whatever was
found, an empty frame included.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.many.frame_rows import FrameColumns, FrameRows
from epicycle.many.schemas import FOUND, SCREENED, TEXT, frame_of
from epicycle.samples.options import BY_EVIDENCE, Options
from epicycle.samples.times import parse_times

if TYPE_CHECKING:
    import pandas as pd

    from epicycle.model import CycleModel

#: Series that are screened at once: the memory needed does not grow with the frame.
_AT_ONCE = 256


def screen_frame(
    df: pd.DataFrame,
    *,
    id: str = "id",
    time: str = "time",
    value: str = "value",
    error: str | None = None,
    weight: str | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Return the strongest sinusoid of each series of a frame, one row each.

    Parameters
    ----------
    df : DataFrame
        Samples, in any order, with every row of each of its series.
    id, time, value : str
        Its columns of ids (or level of its index), of times and of values.
    error, weight : str, optional
        Its column of standard errors, or of weights.
    **options
        What to look for, as :func:`epicycle.screening.screen` calls it.

    Returns
    -------
    DataFrame
        A row for each series, in the order in which they first appear: its id, and the columns of
        :class:`epicycle.screening.Screening`; `note` and `error` are empty where there is nothing
        to say.  The types depend on those of `df` alone: ``screen_frame(df[:0])`` has them.

    Raises
    ------
    TypeError, ValueError
        If a column or an option cannot be used.  What is wrong with the samples of one series
        stands in its `error`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> df = pd.DataFrame({"star": np.repeat(["a", "b"], 200), "time": rng.uniform(0, 100, 400)})
    >>> df["mag"] = rng.normal(size=400) + 2 * np.sin(2 * np.pi * df.time / 7) * (df.star == "b")
    >>> found = screen_frame(df, id="star", value="mag")
    >>> found.loc[found.significant, ["star", "period"]].round(1)
      star  period
    1    b     7.0
    """
    from epicycle.screening.screen import Limits, screen

    names = ("minimum_period", "maximum_period", "false_alarm", "trend", "max_frequencies")
    _refuse_unknown("screen_frame", options, (*names, "unit", "clock"))
    # a screening has no forecast: a trend by evidence is the line that it is inside the data
    if options.get("trend") == BY_EVIDENCE:
        options = {**options, "trend": 1}
    default = replace(Options(), trend=1)
    Limits.checked(*(options.get(name, getattr(default, name)) for name in names))
    rows = FrameRows.of(df, FrameColumns(id, time, value, error, weight))
    _check_times(rows, options)
    found: dict[str, list[Any]] = {name: [] for name in SCREENED}
    for first in range(0, len(rows), _AT_ONCE):
        columns, series = rows.between(first, first + _AT_ONCE)
        part = screen(**columns, series=series, **options)
        for name, kind in SCREENED.items():
            told = getattr(part, name)
            found[name] += [v or "" for v in told] if kind == TEXT else list(told)
    return frame_of(rows.ids, id, found, SCREENED, rows.time_type)


def find_frame(
    df: pd.DataFrame,
    *,
    id: str = "id",
    time: str = "time",
    value: str = "value",
    error: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    documents: bool = False,
    **options: Any,
) -> pd.DataFrame:
    """Return the cycles of each series of a frame, one row for each cycle.

    Parameters
    ----------
    df : DataFrame
        Samples, in any order, with every row of each of its series.
    id, time, value : str
        Its columns of ids (or level of its index), of times and of values.
    error, weight, group : str, optional
        Its column of standard errors, of weights, or of groups, such as instruments or bands.
    documents : bool
        Whether to add a column `document`: the whole result of a series as JSON, in its first
        row; ``CycleModel.from_dict(json.loads(document))`` has it back.
    **options
        What to look for, as :func:`epicycle.find_cycles` calls it.

    Returns
    -------
    DataFrame
        Rows in the order in which the series first appear: the id, `n_samples`, the number
        `cycle` of the cycle, from 1, and what was found of it; amplitude and time of maximum are
        those of the output that varies most, where the result has several.  `n_alternatives`
        counts the other places where the cycle may stand.  A series without cycles has one row
        with `cycle` 0, and says in `error` where it could not be searched.  The types depend on
        those of `df` alone: ``find_frame(df[:0])`` has them.

    Raises
    ------
    TypeError, ValueError
        If a column or an option cannot be used.  What is wrong with the samples of one series
        stands in its `error`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> df = pd.DataFrame({"id": np.repeat([1, 2], 100), "time": rng.uniform(0, 100, 200)})
    >>> df["value"] = rng.normal(size=200) + 3 * np.sin(2 * np.pi * df.time / 7) * (df.id == 2)
    >>> find_frame(df)[["id", "cycle", "period"]].round(1)
       id  cycle  period
    0   1      0     NaN
    1   2      1     7.0
    """
    names = [field.name for field in fields(Options)]
    _refuse_unknown("find_frame", options, names)
    Options(**options).checked(of_events=False)
    rows = FrameRows.of(df, FrameColumns(id, time, value, error, weight, group))
    _check_times(rows, options)
    kinds = {**FOUND, "document": TEXT} if documents else FOUND
    found: dict[str, list[Any]] = {name: [] for name in kinds}
    which: list[int] = []
    for k, told in enumerate(_searched(rows, options, documents=documents)):
        for row in told:
            which.append(k)
            for name in kinds:
                found[name].append(row.get(name, _MISSING.get(kinds[name])))
    ids = rows.ids.iloc[which]
    return frame_of(ids, id, found, kinds, rows.time_type)


#: What stands where a series has nothing to tell; elsewhere None.
_MISSING = {"int64": 0, TEXT: ""}


def _searched(
    rows: FrameRows, options: dict[str, Any], *, documents: bool
) -> Iterable[list[dict[str, Any]]]:
    """Yield the rows of each series."""
    from epicycle.many.searches import searched

    for k in range(len(rows)):
        columns, _ = rows.between(k, k + 1)
        found = searched(columns, options)
        if isinstance(found, str):
            yield [{"error": found}]
            continue
        told = [_told(found, n) for n in range(len(found.cycles))] or [{}]
        if documents:
            told[0]["document"] = json.dumps({**found.to_dict(), "seconds": None})
        yield [{**row, "n_samples": found.n_samples} for row in told]


def _told(model: CycleModel, number: int) -> dict[str, Any]:
    """Return what is told of one cycle, of the output that varies most."""
    cycle = model.cycles[number]
    several = isinstance(cycle.amplitude, tuple)
    at = int(np.argmax(cycle.amplitude))
    own = {
        name: getattr(cycle, name)[at] if several else getattr(cycle, name)
        for name in ("amplitude", "amplitude_error", "time_of_maximum", "time_of_maximum_error")
    }
    same = ("period", "period_error", "frequency", "frequency_error", "false_alarm_probability")
    return {
        "cycle": number + 1,
        **{name: getattr(cycle, name) for name in same},
        **own,
        "n_harmonics": len(cycle.harmonics),
        "n_alternatives": len(cycle.alternatives),
    }


def _refuse_unknown(what: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that there are not, before every series has refused them."""
    known = list(known)
    for name in options:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"Did you mean {close[0]!r}? " if close else ""
            raise TypeError(
                f"{what} has no option {name!r}. {meant}To fix this, pass one of "
                f"{', '.join(known)}."
            )


def _check_times(rows: FrameRows, options: dict[str, Any]) -> None:
    """Refuse a unit or a clock that cannot be, as every series would."""
    unit, clock = options.get("unit"), options.get("clock", "elapsed")
    parse_times(rows.some_times(), unit=unit, clock=clock)
