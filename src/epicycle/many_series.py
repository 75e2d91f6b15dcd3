"""Many series in one table: the cycles of each, in several processes, resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import epicycle
from epicycle._parts import Parts
from epicycle._workers import run_jobs, started
from epicycle.find import find_cycles

if TYPE_CHECKING:
    from epicycle.reading import Table

#: Series and samples handed to a worker at once: about a quarter of a second of work.
_JOB_SERIES, _JOB_SAMPLES = 16, 20_000


@dataclass(frozen=True, eq=False)
class Job:
    """Some series, one below the other.

    Attributes
    ----------
    numbers : list of int
        Place of each series in the order of the table.
    ids : list
        Their names.
    edges : ndarray, shape (len(numbers) + 1,)
        Where each series begins and ends.
    columns : dict
        Times, values and the rest, as :func:`find_cycles` calls them.
    options : dict
        All its other arguments.
    """

    numbers: list[int]
    ids: list[Any]
    edges: NDArray[np.intp]
    columns: dict[str, Any]
    options: dict[str, Any]


def fingerprint(table: Table, ids: str, options: dict[str, Any]) -> str:
    """Return a digest of all that the results depend on."""
    facts = {
        "table": table.sha256,
        "columns": [table.time_column, *table.value_columns, *table.error_columns],
        "labels": [table.group_column, ids],
        "options": options,
        "version": epicycle.__version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def find_in_each(
    table: Table,
    options: dict[str, Any],
    parts: Parts,
    workers: int,
    progress: Callable[[int, int], None],
) -> None:
    """Find the cycles of every series of a table that `parts` does not hold yet.

    A part is the document of :meth:`CycleModel.to_dict` with the name of the series as "id" and
    no "seconds", which no two runs have in common; or "id" and "error" where a series cannot be
    used.

    Parameters
    ----------
    table : Table
        Samples with ids.
    options : dict
        Arguments of :func:`find_cycles`.
    parts : Parts
        Where results are kept; its numbers count the series in the order of the table.
    workers : int
        Number of processes.
    progress : callable
        Called with (series done, series in all).

    Raises
    ------
    OutputError
        If a worker is killed, for example for want of memory.
    """
    codes, ids = numbered(table.ids)
    jobs = _jobs(table, codes, ids, options, parts)
    progress(len(parts), len(ids))
    if len(parts) == len(ids):
        return
    with started(workers) as started_ones:
        run_jobs(
            jobs,
            run_job,
            parts,
            started_ones,
            lambda: progress(len(parts), len(ids)),
            f"{{done}} of {len(ids)} series",
        )


def numbered(ids: Any) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the number of each sample's series, by first appearance, and their names."""
    import pandas as pd

    codes, names = pd.factorize(ids)
    return np.asarray(codes, dtype=np.intp), [_plain(name) for name in names]


def _plain(name: Any) -> Any:
    name = name.item() if isinstance(name, np.generic) else name
    return name if isinstance(name, (str, int, float, bool)) else str(name)


def columns_of(table: Table) -> dict[str, Any]:
    """Return the columns of a table as :func:`find_cycles` calls them."""
    return {
        "t": table.t,
        "y": table.y,
        "dy": table.dy,
        "weights": table.weights,
        "group": table.group,
    }


def _jobs(
    table: Table, codes: NDArray[np.intp], ids: list[Any], options: dict[str, Any], parts: Parts
) -> Iterator[Job]:
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(ids)))
    columns = columns_of(table)
    batch: list[int] = []
    size = 0

    def job() -> Job:
        rows = [order[(ends[k - 1] if k else 0) : ends[k]] for k in batch]
        edges = np.append(0, np.cumsum([len(r) for r in rows]))
        chosen = np.concatenate(rows)
        taken = {key: take_rows(column, chosen) for key, column in columns.items()}
        return Job(list(batch), [ids[k] for k in batch], edges, taken, options)

    for k in range(len(ids)):
        if k in parts:
            continue
        batch.append(k)
        size += int(ends[k] - (ends[k - 1] if k else 0))
        if len(batch) == _JOB_SERIES or size >= _JOB_SAMPLES:
            yield job()
            batch, size = [], 0
    if batch:
        yield job()


def take_rows(column: Any, rows: Any) -> Any:
    """Return some rows of a column, which may be None."""
    if column is None:
        return None
    return column.iloc[rows] if hasattr(column, "iloc") else column[rows]


def run_job(job: Job) -> list[tuple[int, dict[str, Any]]]:
    """Return the document of every series of a job, with its number."""
    results = []
    for k, (number, name) in enumerate(zip(job.numbers, job.ids, strict=True)):
        rows = slice(int(job.edges[k]), int(job.edges[k + 1]))
        columns = {key: take_rows(column, rows) for key, column in job.columns.items()}
        try:
            model = find_cycles(**columns, **job.options)
        except (TypeError, ValueError) as problem:
            results.append((number, {"id": name, "error": " ".join(str(problem).split())}))
        else:
            results.append((number, {"id": name, **model.to_dict(), "seconds": None}))
    return results
