"""Many series in one table: the cycles of each, in several processes, resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.find import find_cycles
from epicycle.many.parts import Parts
from epicycle.many.rows import columns_of, numbered, take_rows
from epicycle.many.workers import Workers, run_jobs

if TYPE_CHECKING:
    from epicycle.files.reading import Table

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


class Searches:
    """The full search of every series of a table, some of which `parts` may hold already.

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
    """

    def __init__(self, table: Table, options: dict[str, Any], parts: Parts) -> None:
        self._table = table
        self._options = options
        self._parts = parts
        self._codes, self._ids = numbered(table.ids)

    @property
    def done(self) -> int:
        """Number of series that are done."""
        return len(self._parts)

    def run(self, workers: Workers, progress: Callable[[int, int], None]) -> None:
        """Find the cycles of all series that are not done yet.

        Parameters
        ----------
        workers : Workers
            The processes, of :func:`epicycle.many.workers.started`.
        progress : callable
            Called with (series done, series in all).

        Raises
        ------
        OutputError
            If a worker is killed, for example for want of memory.
        """
        run_jobs(
            _jobs(self._table, self._codes, self._ids, self._options, self._parts),
            run_job,
            self._parts,
            workers,
            lambda: self.done,
            len(self._ids),
            progress,
            f"{{done}} of {len(self._ids)} series",
        )


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
