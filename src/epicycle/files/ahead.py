"""A table of times to predict at, with the covariates that are known there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.files.columns import choose
from epicycle.files.conventions import NOTHING_SAID, Conventions
from epicycle.files.covariates import read_covariates
from epicycle.files.frames import load
from epicycle.files.joining import join_times
from epicycle.files.time_column import read_instants

if TYPE_CHECKING:
    import pandas as pd


def read_times(
    source: str | Path,
    time: str | None,
    usual: str,
    max_table: float | None = None,
    told: Conventions = NOTHING_SAID,
    covariates: Sequence[str] = (),
) -> tuple[Any, str, pd.DataFrame | None]:
    """Read times, and covariates if there are any, from a table that needs no other column.

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
    told : Conventions
        How the table is written, as far as the user says so.
    covariates : sequence of str
        Columns of covariates, each of which must have a number in every row.

    Returns
    -------
    times : ndarray or DatetimeIndex, shape (n,)
    name : str
        The column.
    covariates : DataFrame, shape (n, q), or None

    Raises
    ------
    ReadError
        If the file, or the column, cannot be used.
    """
    table = load(source, least_columns=1, max_table=max_table)
    if time is None and usual in table.frame.columns:
        time = usual
    joined = join_times(table, time, set(covariates), told)
    table, time = joined.table, joined.time or time
    if time is None and len(table.frame.columns) == 1:
        time = str(table.frame.columns[0])
    choice = choose(table, time, covariates=covariates, events=True)
    times = read_instants(table, choice.time, told).values
    return times, choice.time, read_covariates(table, choice.covariates, told)
