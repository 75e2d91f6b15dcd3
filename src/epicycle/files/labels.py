"""Columns of labels and ids: each label is the text in the file, or keeps the type it has there."""

from __future__ import annotations

from typing import Any

import numpy as np

from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable
from epicycle.limits import INPUTS

#: What a Parquet file may hold that cannot tell samples apart.
_NESTED = (list, tuple, dict, set, np.ndarray)


def read_labels(table: RawTable, column: str) -> Any:
    """Return a column as labels: text, or numbers and flags of a Parquet file, that JSON can hold.

    Raises
    ------
    ReadError
        If one is missing, is a list or a record, or is too long.
    """
    series = table.frame[column]
    missing = np.flatnonzero(series.isna().to_numpy())
    if missing.size:
        raise ReadError(
            f"column {column!r} of {table.name} has no label in "
            f"{table.where(int(table.frame.index[missing[0]]))}: "
            f"expected the group of every sample. To fix this, give every sample one."
        )
    labels = series.to_numpy(dtype=object, copy=True)
    nested = next((v for v in labels if isinstance(v, _NESTED)), None)
    if nested is not None:
        raise ReadError(
            f"column {column!r} of {table.name} holds lists or records, such as {shown(nested)}: "
            f"expected labels. To fix this, name another column."
        )
    labels[:] = [v if _is_plain(v) else str(v) for v in labels]
    longest = max((len(v) for v in labels if isinstance(v, str)), default=0)
    if longest > INPUTS.label:
        raise ReadError(
            f"column {column!r} of {table.name} has a label of {longest:,} characters: expected at "
            f"most {INPUTS.label:,}. To fix this, write shorter ones, or name another column."
        )
    return labels


def _is_plain(label: Any) -> bool:
    """Return whether JSON can hold a label as it is."""
    return isinstance(label, (str, int)) or (isinstance(label, float) and np.isfinite(label))


def shown(content: Any) -> str:
    """Return an entry of a table for a message."""
    text = str(content)
    text = text if len(text) <= 40 else text[:37] + "..."
    return repr(text) if isinstance(content, str) else text
