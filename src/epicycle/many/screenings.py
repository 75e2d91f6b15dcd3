"""Many series in one table: the strongest sinusoid of each, in several processes, resumable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.many.parts import Parts
from epicycle.many.rows import columns_of, numbered, take_rows
from epicycle.many.workers import Workers, run_jobs
from epicycle.screening.screen import Screening, screen

if TYPE_CHECKING:
    from epicycle.files.reading import Table

#: Series and samples of one job, which is one part.  The division is always the same: parts of a
#: killed run fit into the next one.
_JOB_SERIES, _JOB_SAMPLES = 256, 100_000

#: What is told of each series, by these names.
COLUMNS = (
    "period",
    "period_error",
    "frequency",
    "frequency_error",
    "amplitude",
    "amplitude_error",
    "time_of_maximum",
    "time_of_maximum_error",
    "power",
    "false_alarm_probability",
    "significant",
    "note",
    "error",
)


@dataclass(frozen=True, eq=False)
class _Job:
    """Consecutive series, one below the other.

    Attributes
    ----------
    number : int
        Number of the part.
    ids : list
        Names of the series.
    counts : ndarray of int
        Number of rows of each.
    columns : dict
        Times, values and the rest, as :func:`epicycle.screening.screen` calls them.
    options : dict
        All its other arguments.
    """

    number: int
    ids: list[Any]
    counts: NDArray[np.intp]
    columns: dict[str, Any]
    options: dict[str, Any]


class Screenings:
    """The screening of a table, part by part.

    Parameters
    ----------
    table : Table
        Samples with ids.
    options : dict
        Arguments of :func:`epicycle.screening.screen`.
    parts : Parts
        Where results are kept: a part is a document of lists, "id" and :data:`COLUMNS`, with one
        entry for each of its series.
    """

    def __init__(self, table: Table, options: dict[str, Any], parts: Parts) -> None:
        codes, self._ids = numbered(table.ids)
        self._order = np.argsort(codes, kind="stable")
        self._counts = np.bincount(codes, minlength=len(self._ids))
        self._columns = {k: v for k, v in columns_of(table).items() if k != "group"}
        self._options = options
        self._parts = parts
        self._edges = _edges(self._counts)

    @property
    def done(self) -> int:
        """Number of series that are done."""
        size = np.diff(self._edges)
        return int(sum(size[k] for k in range(len(size)) if k in self._parts))

    def run(self, workers: Workers, progress: Callable[[int, int], None]) -> None:
        """Screen all series that are not done yet.

        Parameters
        ----------
        workers : Workers
            The processes, of :func:`epicycle.many.workers.started`.
        progress : callable
            Called with (series done, series in all).

        Raises
        ------
        OutputError
            If a worker is killed.
        """
        run_jobs(
            self._jobs(),
            _run_job,
            self._parts,
            workers,
            lambda: self.done,
            len(self._ids),
            progress,
            f"{{done}} parts of {len(self._edges) - 1}",
        )

    def _jobs(self) -> Iterator[_Job]:
        ends = np.append(0, np.cumsum(self._counts))
        for number in range(len(self._edges) - 1):
            if number in self._parts:
                continue
            first, last = self._edges[number], self._edges[number + 1]
            rows = self._order[ends[first] : ends[last]]
            columns = {key: take_rows(column, rows) for key, column in self._columns.items()}
            ids, counts = self._ids[first:last], self._counts[first:last]
            yield _Job(number, ids, counts, columns, self._options)


def _edges(counts: NDArray[np.intp]) -> list[int]:
    """Return the first series of each job, and the end."""
    edges, size = [0], 0
    for k, count in enumerate(counts.tolist()):
        if k > edges[-1] and (k - edges[-1] == _JOB_SERIES or size + count > _JOB_SAMPLES):
            edges.append(k)
            size = 0
        size += count
    return [*edges, len(counts)]


def _run_job(job: _Job) -> list[tuple[int, dict[str, Any]]]:
    """Return the part of a job, with its number."""
    series = np.repeat(np.arange(len(job.ids)), job.counts)
    found = screen(**job.columns, series=series, **job.options)
    return [(job.number, {"id": job.ids, "n_samples": found.n_samples.tolist(), **_told(found)})]


def _told(found: Screening) -> dict[str, list[Any]]:
    return {name: [_plain(v) for v in _as_list(getattr(found, name))] for name in COLUMNS}


def _as_list(values: Any) -> list[Any]:
    return list(values.tolist() if isinstance(values, np.ndarray) else values)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; None where there is none."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return None if value != value or value == "" else value
