"""Which column of a table holds ids, times, values: as the user says, or by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.experiments.names import names_a_time
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Names of a column of times, in lower case and without a unit; that of values; that of ids.
TIMES = frozenset(
    {"time", "times", "t", "zt", "ct", "hour", "hours", "hr", "h", "date", "datetime", "timestamp"}
)

VALUES = frozenset(
    {"value", "values", "expression", "expr", "y", "count", "counts", "signal", "level"}
)

ERRORS = frozenset({"error", "err", "se", "sem", "stderr", "dy", "sigma"})

IDS = frozenset(
    {"id", "gene", "geneid", "gene_id", "symbol", "name", "probe", "transcript", "protein"}
)


@dataclass(frozen=True, eq=False)
class Wishes:
    """What a user says of a table; None is guessed.

    Attributes
    ----------
    id, time, value, error : str, optional
        Names of columns: of the ids of series, of times, of values and of their standard errors.
    times : sequence or mapping, optional
        The time of each sample, in the order of the samples, or by their names.
    ignore : sequence of str
        Columns that are neither ids nor samples.
    samples : str, optional
        Only samples whose name holds this text.
    unit : str, optional
        Unit of time.
    """

    id: str | None = None
    time: str | None = None
    value: str | None = None
    error: str | None = None
    times: Sequence[float] | Mapping[str, float] | None = None
    ignore: Sequence[str] = ()
    samples: str | None = None
    unit: str | None = None


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its index as the first column, where that says something."""
    import pandas as pd

    if isinstance(frame.columns, pd.MultiIndex):
        raise ValueError(
            "the table has columns of several levels. To fix this, join the levels to one name, "
            "such as ZT04_rep2."
        )
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    if not len(frame.columns):
        raise ValueError("the table is empty. To fix this, pass one with names, times and values.")
    names = [str(c) for c in frame.columns]
    if len(set(names)) < len(names):
        twice = next(n for k, n in enumerate(names) if n in names[:k])
        raise ValueError(
            f"the table has two columns {twice!r}. To fix this, tell replicates apart by their "
            f"names, such as {twice}_1 and {twice}_2."
        )
    return frame.set_axis(names, axis=1)


def column_named(frame: pd.DataFrame, known: frozenset[str]) -> str | None:
    """Return the first column that is called by one of some names, a unit aside."""
    for column in frame.columns:
        if names_a_time(str(column)):
            continue
        words = str(column).lower().replace("(", " ").replace("[", " ").split()
        first = words[0].partition("_")[0] if words else ""
        if str(column).lower() in known or (words and (words[0] in known or first in known)):
            return str(column)
    return None


def text_column(frame: pd.DataFrame, taken: set[Any]) -> str | None:
    """Return a column of ids: by its name, or the only one that holds text."""
    free = frame.loc[:, [c for c in frame.columns if c not in taken]]
    if (by_name := column_named(free, IDS)) is not None:
        return by_name
    texts = [str(c) for c in free.columns if not is_number(free[c])]
    return texts[0] if len(texts) == 1 else None


def is_number(column: pd.Series) -> bool:
    """Return whether a column holds numbers, missing ones aside."""
    import pandas as pd

    if column.dtype.kind in "iufb":
        return True
    if column.dtype.kind in "Mm" or hasattr(column.dtype, "tz"):
        return False
    present = column.dropna()
    return bool(pd.to_numeric(present, errors="coerce").notna().all())


def numbers_of(column: pd.Series, what: str) -> Floats:
    """Return a column as numbers, NaN where it is empty."""
    import pandas as pd

    if column.dtype.kind in "iuf":
        plain = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(plain), plain, np.nan)
    numbers = pd.to_numeric(column, errors="coerce")
    bad = column[numbers.isna() & column.notna()]
    if len(bad):
        raise ValueError(
            f"column {column.name!r} ({what}) holds {str(bad.iloc[0])!r}, which is no number. To "
            f"fix this, mend it, leave the field empty, or leave the column out with "
            f"ignore=[{str(column.name)!r}]."
        )
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def listed(names: Any) -> str:
    """Return names for a message, the first few of many."""
    shown = [str(name) for name in names]
    more = f", ... ({len(shown) - 12} more)" if len(shown) > 12 else ""
    return ", ".join(shown[:12]) + more
