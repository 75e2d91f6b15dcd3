"""A table with a column for each series -> the same samples one below the other, with ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from epicycle.files.reading import Table
from epicycle.samples.given import take_rows


def one_below_the_other(table: Table) -> Table:
    """Return a table in which each column of values is a series of its own, told by its name.

    Times, groups and weights serve all of them.  Samples without a value are left out.

    Parameters
    ----------
    table : Table
        Samples of one or several columns of values, in columns beside each other.

    Returns
    -------
    Table
        With `ids`, and one column of values.
    """
    names = table.value_columns
    values = np.asarray(table.y, dtype=np.float64).reshape(len(table.t), -1)
    # series by series, as they stand in the file from left to right
    series, rows = np.nonzero(~np.isnan(values).T)
    errors = table.dy
    if errors is not None:
        errors = errors[rows] if errors.ndim == 1 else errors[rows, series]

    def taken(column: Any) -> Any:
        return None if column is None else take_rows(column, rows)

    return replace(
        table,
        t=taken(table.t),
        y=values[rows, series],
        dy=errors,
        weights=taken(table.weights),
        group=taken(table.group),
        ids=np.array(names, dtype=object)[series],
        value_columns=("value",),
        id_column="column",
    )
