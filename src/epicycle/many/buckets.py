"""Each series of a table larger than memory: rows gathered into buckets on disk, bucket by bucket.

First every piece of the table is sorted into buckets of whole series (:mod:`epicycle.many.spills`),
then every bucket is worked on, and its results are a file.  Both are there whole or not at all, and
neither depends on what else was done: a run that was killed anywhere continues, and ends with the
same bytes.  In memory are, for each process, the rows read at once or one bucket.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.columns import Choice, choose
from epicycle.files.conventions import Conventions
from epicycle.files.delimited import ReadError
from epicycle.files.frames import RawTable, some_rows
from epicycle.files.instants import in_named_zone
from epicycle.files.parquet_rows import ParquetFiles, Piece, head_of, rows_of
from epicycle.files.reading import Table, as_samples, chosen_samples
from epicycle.files.writing import MachineError, text_written_whole
from epicycle.many.folders import WorkFolder
from epicycle.many.jobs import Jobs, Task
from epicycle.many.spills import ROW, bucket, n_buckets, spill
from epicycle.many.workers import WorkerKilled, Workers, run_jobs

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

#: Characters that are read at once of the results of each bucket.
_BLOCK = 1 << 15


@dataclass(frozen=True)
class Columns:
    """Which columns of the table are read, and as what.

    Attributes
    ----------
    name : str
        How messages call the table.
    choice : Choice
        The columns by the part that they play.
    zone : str or None
        Time zone of the dates.
    dates : str or None
        The zone of the dates that the first rows have, "none" without one; None for numbers.
    told : Conventions
        How the table is written, as far as the user says so.
    """

    name: str
    choice: Choice
    zone: str | None
    dates: str | None
    told: Conventions

    @property
    def names(self) -> list[str]:
        """All columns that are needed, each once."""
        one = self.choice
        given = [one.series, one.time, *one.values, *one.errors, one.weight, one.group]
        return list(dict.fromkeys(name for name in given if name is not None))

    def samples(
        self, rows: Any, numbers: Any, choice: Choice | None = None
    ) -> tuple[RawTable, Table]:
        """Return some rows, as they stand there and as samples."""
        chosen = self.choice if choice is None else choice
        labels = {name for name in (chosen.series, chosen.group) if name is not None}
        raw = some_rows(rows, self.name, labels, numbers)
        table = as_samples(raw, chosen, self.told)
        if _dates(table) != self.dates:
            raise ReadError(
                f"column {chosen.time!r} of {self.name} holds times of several kinds or zones: "
                f"{_in_words(self.dates)} in its first rows, {_in_words(_dates(table))} near row "
                f"{int(numbers[0]) + 1:,}. To fix this, write all of them alike, best in UTC."
            )
        return raw, _in_zone(table, self.zone)


def _in_zone(table: Table, zone: str | None) -> Table:
    return table if zone is None else replace(table, t=in_named_zone(table.t, zone))


def _dates(table: Table) -> str | None:
    return str(table.t.tz or "none") if hasattr(table.t, "tz") else None


def _in_words(dates: str | None) -> str:
    return "numbers" if dates is None else f"dates of the zone {dates}"


def first_rows(
    files: ParquetFiles, zone: str | None, columns: dict[str, Any], told: Conventions
) -> tuple[Columns, Table]:
    """Return the columns to read, as the user names them or by the first rows; and these.

    Parameters
    ----------
    files : ParquetFiles
        The table.
    zone : str or None
        Time zone of the dates.
    columns : dict
        What the user says of columns, as :func:`epicycle.files.columns.choose` calls it.
    told : Conventions
        How the table is written, as far as the user says so.

    Raises
    ------
    ReadError
        If a column does not exist or cannot be used.
    """
    raw = _raw(files, head_of(files), columns)
    choice = choose(raw, **columns)
    table = replace(as_samples(raw, choice, told), sha256=files.sha256)
    return Columns(files.name, choice, zone, _dates(table), told), _in_zone(table, zone)


def all_rows(
    files: ParquetFiles, zone: str | None, columns: dict[str, Any], told: Conventions
) -> Table:
    """Return all rows of a table that fits into memory, see :func:`first_rows`."""
    import pyarrow as pa

    names = head_of(files).column_names
    parts = [part for piece in files.pieces for part in rows_of(piece, names)]
    try:
        rows = pa.concat_tables(parts, promote_options="permissive")
    except pa.ArrowException as problem:
        raise ReadError(
            f"files of {files.name} have columns of several types ({problem}). To fix this, write "
            f"them alike."
        ) from None
    raw = replace(_raw(files, rows, columns), is_part=False)
    return _in_zone(replace(chosen_samples(raw, columns, told), sha256=files.sha256), zone)


def _raw(files: ParquetFiles, rows: Any, columns: dict[str, Any]) -> RawTable:
    labels = {name for name in (columns.get("series"), columns.get("group")) if name}
    return some_rows(rows, files.name, labels, np.arange(len(rows)))


@dataclass(frozen=True)
class Plan:
    """What a process has to know to do its share.

    Attributes
    ----------
    rows, parts : Path
        Folders of the sorted pieces, and of the results of buckets.
    columns : Columns
        What is read.
    n_pieces, n_buckets : int
        How many of each there are.
    task : Task
        What is done with each series.
    options : dict
        What is asked of every series.
    """

    rows: Path
    parts: Path
    columns: Columns
    n_pieces: int
    n_buckets: int
    task: Task
    options: dict[str, Any]

    def piece(self, number: int) -> Path:
        """Return the file of a sorted piece."""
        return self.rows / f"{number:06d}.arrow"

    def part(self, number: int) -> Path:
        """Return the file of the results of a bucket."""
        return self.parts / f"{number:06d}.jsonl"


def gather(plan: Plan, piece: Piece) -> None:
    """Sort the rows of one piece into buckets, and check them."""

    def checked() -> Iterator[Any]:
        numbers_alone = replace(plan.columns.choice, series=None, group=None)
        first = piece.first_row
        for rows in rows_of(piece, plan.columns.names):
            plan.columns.samples(rows, np.arange(first, first + len(rows)), numbers_alone)
            first += len(rows)
            yield rows

    ids = plan.columns.choice.series
    assert ids is not None
    spill(checked(), ids, piece.first_row, plan.n_buckets, plan.piece(piece.number))


def work(plan: Plan, number: int) -> None:
    """Do all series of one bucket: a line for each, its first row and its document."""
    pieces = (plan.piece(k) for k in range(plan.n_pieces))
    rows = bucket(pieces, number, plan.n_buckets)
    with text_written_whole(plan.part(number), "--output") as file:
        if not len(rows):
            return
        numbers = rows.column(ROW).to_numpy()
        raw, table = plan.columns.samples(rows.drop_columns([ROW]), numbers)
        del rows
        jobs = Jobs(table, plan.task, plan.options)
        firsts = iter(raw.frame.index.to_numpy()[jobs.first_rows].tolist())
        del raw, table
        for k in range(len(jobs)):
            for document in series_of(plan.task.run(jobs[k])):
                file.write(f"{next(firsts)}\t{json.dumps(document, allow_nan=False)}\n")


def series_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the document of each series of that of a job, as a job of it alone would have it.

    A search has a document for each series, under "series"; a screening has columns.
    """
    if list(document) == ["series"]:
        yield from ({"series": [one]} for one in document["series"])
        return
    for row in zip(*document.values(), strict=True):
        yield {name: [value] for name, value in zip(document, row, strict=True)}


class EachBucket:
    """One task for every series of a table larger than memory.

    Parameters
    ----------
    files : ParquetFiles
        The table.
    columns : Columns
        What is read of it.
    task : Task
        What is done with each series.
    options : dict
        What is asked of every series.
    folder : WorkFolder
        Where rows and results are kept; some may be there already.
    """

    def __init__(
        self,
        files: ParquetFiles,
        columns: Columns,
        task: Task,
        options: dict[str, Any],
        folder: WorkFolder,
    ) -> None:
        rows, parts, n = folder.part("rows"), folder.part("parts"), len(files.pieces)
        self._plan = Plan(rows, parts, columns, n, n_buckets(files.n_rows), task, options)
        self._pieces = files.pieces

    @property
    def done(self) -> int:
        """Number of buckets that are done."""
        return self._plan.n_buckets - len(self._left())

    def _left(self) -> list[int]:
        plan = self._plan
        return [k for k in range(plan.n_buckets) if not plan.part(k).exists()]

    def gather(
        self, workers: AbstractContextManager[Workers], progress: Callable[[int, int], None]
    ) -> None:
        """Sort all pieces that are not sorted yet, unless all buckets are done."""
        plan = self._plan
        left = [piece for piece in self._pieces if not plan.piece(piece.number).exists()]
        self._run(left if self._left() else [], partial(gather, plan), workers, progress)

    def run(
        self, workers: AbstractContextManager[Workers], progress: Callable[[int, int], None]
    ) -> None:
        """Do all buckets that are not done yet."""
        self._run(self._left(), partial(work, self._plan), workers, progress)

    def _run(
        self,
        jobs: list[Any],
        run: Callable[[Any], None],
        workers: AbstractContextManager[Workers],
        progress: Callable[[int, int], None],
    ) -> None:
        if not jobs:
            return
        progress(0, len(jobs))
        try:
            with workers as pool:
                for done, _ in enumerate(run_jobs(iter(jobs), run, pool), 1):
                    progress(done, len(jobs))
        except WorkerKilled:
            raise MachineError(
                "a worker was killed, perhaps for want of memory; what is done is kept. To fix "
                "this, run the same command again, with fewer --workers."
            ) from None

    def in_order(self) -> Iterator[dict[str, Any]]:
        """Yield the documents of all series, in the order in which they first appear."""
        parts = [_lines(self._plan.part(k)) for k in range(self._plan.n_buckets)]
        for _, document in heapq.merge(*parts, key=_first_row):
            yield json.loads(document)


def _first_row(line: tuple[int, str]) -> int:
    return line[0]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that is open only while some of them are read."""
    place = 0
    while True:
        with path.open("rb") as file:
            file.seek(place)
            lines = file.readlines(_BLOCK)
            place = file.tell()
        if not lines:
            return
        for line in lines:
            number, _, document = line.decode().partition("\t")
            yield int(number), document
