"""The columns of frames of results, with types that depend on nothing that was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: A time of the user's own: a number, or a date where the times are dates.
TIME = "time"

TEXT = "str"

#: What is told of the strongest sinusoid of each series.
SCREENED = {
    "n_samples": "int64",
    "period": "float64",
    "period_error": "float64",
    "frequency": "float64",
    "frequency_error": "float64",
    "amplitude": "float64",
    "amplitude_error": "float64",
    "time_of_maximum": TIME,
    "time_of_maximum_error": "float64",
    "power": "float64",
    "false_alarm_probability": "float64",
    "significant": "bool",
    "note": TEXT,
    "error": TEXT,
}

#: What is told of each cycle of each series.
FOUND = {
    "n_samples": "int64",
    "cycle": "int64",
    "period": "float64",
    "period_error": "float64",
    "frequency": "float64",
    "frequency_error": "float64",
    "amplitude": "float64",
    "amplitude_error": "float64",
    "time_of_maximum": TIME,
    "time_of_maximum_error": "float64",
    "n_harmonics": "int64",
    "n_alternatives": "int64",
    "false_alarm_probability": "float64",
    "error": TEXT,
}


def frame_of(
    ids: Any, name: str, columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], time: Any
) -> pd.DataFrame:
    """Return results as a frame of the types that `kinds` says, whatever its length.

    Parameters
    ----------
    ids : Series or array
        The series of each row, of the type that the ids were given in.
    name : str
        What the column of ids is called.
    columns : mapping
        The results by their names; None is missing.
    kinds : mapping
        The type of each.
    time : Any
        The type of times: float64, or a type of dates.
    """
    import pandas as pd

    made = {
        key: _times(columns[key], time) if kind == TIME else pd.Series(columns[key], dtype=kind)
        for key, kind in kinds.items()
    }
    return pd.DataFrame({name: pd.Series(ids).reset_index(drop=True), **made})


def _times(moments: Sequence[Any], kind: Any) -> pd.Series:
    """Return times, numbers or dates, as a column."""
    import pandas as pd

    if str(kind) == "float64":
        return pd.Series(moments, dtype="float64")
    known: Any = [None if m is None or m != m else m for m in moments]
    zone = getattr(kind, "tz", None)
    dates = pd.DatetimeIndex(pd.to_datetime(known, utc=zone is not None))
    return pd.Series(dates if zone is None else dates.tz_convert(zone)).astype(kind)
