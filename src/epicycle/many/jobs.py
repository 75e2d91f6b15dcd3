"""Each series of a table, job by job: what is done with each is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.files.writing import MachineError
from epicycle.many.parts import Parts
from epicycle.many.rows import columns_of
from epicycle.many.workers import WorkerKilled, Workers, run_jobs
from epicycle.samples.given import take_rows
from epicycle.samples.labels import numbered

if TYPE_CHECKING:
    from epicycle.files.reading import Table


@dataclass(frozen=True, eq=False)
class Job:
    """Consecutive series of a table, one below the other.

    Attributes
    ----------
    number : int
        Number of the job, and of the part that keeps its result.
    ids : list
        Names of the series.
    counts : ndarray of int, shape (len(ids),)
        Number of rows of each.
    columns : dict
        Times, values and the rest, as :func:`epicycle.find_cycles` calls them.
    options : dict
        What is asked of every series.
    """

    number: int
    ids: list[Any]
    counts: NDArray[np.intp]
    columns: dict[str, Any]
    options: dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What is done with each series of a table.

    Attributes
    ----------
    run : callable
        Makes the document of a job, in a process that imports the module of this function.
    most_series, most_samples : int
        How large a job may be; one series may have more samples.
    unused : tuple of str
        Columns that `run` does not take.
    """

    run: Callable[[Job], dict[str, Any]]
    most_series: int
    most_samples: int
    unused: tuple[str, ...] = ()

    def part(self, job: Job) -> tuple[int, dict[str, Any]]:
        """Return the number and the document of a job."""
        return job.number, self.run(job)


class Jobs:
    """The jobs of a table, each made when it is asked for.

    Parameters
    ----------
    table : Table
        Samples with ids.
    task : Task
        What is done with each series.
    options : dict
        What is asked of every series.
    """

    def __init__(self, table: Table, task: Task, options: dict[str, Any]) -> None:
        codes, self._ids = numbered(table.ids)
        self._order = np.argsort(codes, kind="stable")
        self._counts = np.bincount(codes, minlength=len(self._ids))
        self._ends = np.append(0, np.cumsum(self._counts))
        self._columns = {k: v for k, v in columns_of(table).items() if k not in task.unused}
        self._options = options
        self._edges = divide(self._counts, task.most_series, task.most_samples)

    def __len__(self) -> int:
        """Return the number of jobs."""
        return len(self._edges) - 1

    @property
    def n_series(self) -> int:
        """Number of series of all jobs."""
        return len(self._ids)

    @property
    def first_rows(self) -> NDArray[np.intp]:
        """The first row of each series."""
        rows: NDArray[np.intp] = self._order[self._ends[:-1]]
        return rows

    def size(self, number: int) -> int:
        """Return the number of series of a job."""
        return self._edges[number + 1] - self._edges[number]

    def __getitem__(self, number: int) -> Job:
        first, last = self._edges[number], self._edges[number + 1]
        rows = self._order[self._ends[first] : self._ends[last]]
        columns = {key: take_rows(column, rows) for key, column in self._columns.items()}
        ids, counts = self._ids[first:last], self._counts[first:last]
        return Job(number, ids, counts, columns, self._options)


class EachSeries:
    """One task for every series of a table; `parts` may hold some results already.

    Parameters
    ----------
    table : Table
        Samples with ids.
    task : Task
        What is done with each series.
    options : dict
        What is asked of every series.
    parts : Parts
        Where results are kept, one part a job.
    """

    def __init__(self, table: Table, task: Task, options: dict[str, Any], parts: Parts) -> None:
        self._jobs = Jobs(table, task, options)
        self._task = task
        self._parts = parts

    @property
    def done(self) -> int:
        """Number of series that are done."""
        return sum(self._jobs.size(k) for k in range(len(self._jobs)) if k in self._parts)

    def run(self, workers: Workers, progress: Callable[[int, int], None]) -> None:
        """Do all series that are not done yet.

        Parameters
        ----------
        workers : Workers
            The processes, of :func:`epicycle.many.workers.started`.
        progress : callable
            Called with (series done, series in all), to begin with and after every job.

        Raises
        ------
        MachineError
            If a worker is killed, for example for want of memory.
        """
        total, done = self._jobs.n_series, self.done
        progress(done, total)
        if done == total:
            return
        try:
            for number, document in run_jobs(self._left(), self._task.part, workers):
                self._parts.add([(number, document)])
                done += self._jobs.size(number)
                progress(done, total)
        except WorkerKilled:
            raise MachineError(
                f"a worker was killed, perhaps for want of memory; {done} of {total} series "
                f"are kept. To fix this, run the same command again, with fewer --workers."
            ) from None

    def _left(self) -> Iterator[Job]:
        """Yield the jobs that are not done, each made when it is asked for."""
        return (self._jobs[k] for k in range(len(self._jobs)) if k not in self._parts)


def divide(counts: NDArray[np.intp], most_series: int, most_samples: int) -> list[int]:
    """Return the first series of each job, and the end.

    The division depends on nothing else: the parts of a killed run fit into the next one.
    """
    edges, size = [0], 0
    for k, count in enumerate(counts.tolist()):
        if k > edges[-1] and (k - edges[-1] == most_series or size + count > most_samples):
            edges.append(k)
            size = 0
        size += count
    return [*edges, len(counts)]
