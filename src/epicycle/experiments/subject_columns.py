"""Columns of a table that look like labels of subjects, and were not named as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

#: What a column of subjects is called.
_NAMES = re.compile(
    r"subject|animal|mouse|mice|rat|fly|fish|bird|individual|person|patient|participant|donor|dish|"
    r"well|culture|tube|plant|worm|^id$|_id$|^id_|replicate|^rep$",
    re.IGNORECASE,
)

#: Values of each subject that make a series.
_FEWEST_VALUES = 3


def unused_subjects(frame: pd.DataFrame, group: str, used: set[str]) -> list[str]:
    """Return the columns that look like subjects within groups.

    A label occurs in several rows, and so that each group has two subjects or more; it is text, or
    the column is called like one of subjects.

    Parameters
    ----------
    frame : DataFrame
        The table, a row for each value.
    group : str
        Its column of groups.
    used : set of str
        Columns that have another purpose.
    """
    found = []
    for column in frame.columns:
        if column in used or column == group:
            continue
        labels = frame[column]
        named = _NAMES.search(str(column)) is not None
        if labels.isna().all() or (labels.dtype.kind in "iufb" and not named):
            continue
        if labels.dtype.kind == "f" and bool((labels.dropna() % 1 != 0).any()):
            continue
        counts = frame.groupby([group, column], observed=True).size()
        of_groups = counts.groupby(level=0).size()
        if of_groups.min() >= 2 and float(np.median(counts)) >= _FEWEST_VALUES:
            found.append(str(column))
    return found


def pooled_hint(frame: pd.DataFrame, group: str, columns: list[str], option: str) -> str:
    """Return the sentence that says what was pooled, and how it is not."""
    column = columns[0]
    counts = frame.groupby(group, observed=True)[column].nunique().to_dict()
    told = ", ".join(f"{n} of {label}" for label, n in counts.items())
    return (
        f"column {column} looks like the subjects: {told} were pooled, and their samples counted "
        f"as if each were of another one; {option} {column} counts subjects instead"
    )
