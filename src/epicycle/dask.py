"""Each series of a table of any size, on the workers of a Dask cluster.

Rows are gathered into buckets of whole series on a disk that all workers see, then each bucket is a
task that writes its own part of the results: nothing is gathered anywhere else.  A part is there
whole or not at all, so a worker that is killed loses and doubles nothing, and a run that was killed
continues when it is called again.  Of two runs into one folder, the second is refused.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from epicycle._version import __version__
from epicycle.files.parquet_rows import ParquetFiles, head_of, parquet_files
from epicycle.files.writing import MachineError, OutputError, not_written
from epicycle.many import frame_parts
from epicycle.many.clusters import advice, local_client, need_dask
from epicycle.many.folders import WorkFolder
from epicycle.many.frame_parts import FramePlan
from epicycle.many.frame_rows import FrameColumns
from epicycle.many.spills import n_buckets

__all__ = ["Written", "find"]


@dataclass(frozen=True)
class Written:
    """Results of many series, written to a folder.

    Attributes
    ----------
    out : Path
        The folder: ``pandas.read_parquet(out)`` or ``dask.dataframe.read_parquet(out)``.
    n_parts : int
        How many files it has.
    counts : dict
        How many series there are, with cycles, without, unusable; of a screening also how many
        have slow variation or power at the edge of the band ("to_look_at").
    """

    out: Path
    n_parts: int
    counts: dict[str, int]


def find(
    source: Any,
    *,
    out: str | Path,
    id: str = "id",
    time: str = "time",
    value: str = "value",
    error: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    screen: bool = False,
    whole: bool = False,
    documents: bool = False,
    client: Any = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Written:
    """Find the cycles of each series of a table, on many machines, and write them to a folder.

    Parameters
    ----------
    source : str, Path or dask.dataframe.DataFrame
        A Parquet file, a folder of them, or a Dask frame.  Files must be seen by all workers under
        the same name, and so must `out`.
    out : str or Path
        Folder of the results, one Parquet file for each bucket; made where there is none.
    id, time, value, error, weight, group : str
        Names of columns, as :func:`epicycle.find_frame` takes them.
    screen : bool
        Whether to look for the strongest sinusoid of each series only, as
        :func:`epicycle.screen_frame` does.
    whole : bool
        Whether each file, or each partition, holds every row of each of its series.  Rows are
        then not gathered, and each of them is a bucket.
    documents : bool
        Whether to keep the whole result of each series, see :func:`epicycle.find_frame`.
    client : dask.distributed.Client, optional
        The cluster.  By default the client of this process, if there is one, or else processes of
        this machine for the time of the call; a script then needs ``if __name__ == "__main__":``.
    progress : callable, optional
        Called with (steps done, steps in all), to begin with and after every piece and bucket.
    **options
        What to look for, as the frame functions take it.

    Returns
    -------
    Written

    Raises
    ------
    TypeError, ValueError
        If the source, a column or an option cannot be used.
    OutputError
        If the folder cannot be written, holds something else, or another run is at work on it.
    RuntimeError
        If the workers have another version of this package.
    """
    columns = FrameColumns(id, time, value, error, weight, None if screen else group)
    if screen and (group is not None or documents):
        raise ValueError(
            "screen looks for one sinusoid: group and documents do not apply. To fix this, leave "
            "them out, or leave out screen."
        )
    table = _table(source)
    folder = Path(out)
    if isinstance(source, str | Path) and Path(source).resolve() in folder.resolve().parents:
        raise OutputError(
            f"output {folder} is in the folder that is read, and would be read as more of it. To "
            f"fix this, name a folder elsewhere."
        )
    plan = FramePlan(folder, folder, columns, 0, 0, screen, documents, options)
    # refuses a column or an option that cannot be used
    plan.answer(table.empty(plan.names))
    _make(folder)
    facts = {
        "table": table.token,
        "columns": asdict(columns),
        "asked": [screen, whole, documents, options],
        "version": __version__,
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=repr).encode()).hexdigest()
    with WorkFolder(folder / "_epicycle", digest, str(out)) as work, _client(client) as there:
        for sentence in advice(there):
            warnings.warn(sentence, stacklevel=2)
        run = _Run(there, table, whole, progress or (lambda done, total: None))
        return run.into(plan, work)


def _make(folder: Path) -> None:
    """Make the folder of the results, or see that it holds nothing else."""
    refused = None
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        refused = "is no folder"
    elif not folder.parent.is_dir():
        refused = f"cannot be made, for there is no folder {folder.parent}"
    elif folder.is_dir() and not (folder / "_epicycle").exists() and any(folder.iterdir()):
        refused = "holds something else"
    if refused:
        raise OutputError(
            f"output {folder} {refused}. To fix this, name a folder that is new or empty."
        )
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        raise not_written(f"output {folder}", problem) from None


@contextmanager
def _client(given: Any) -> Iterator[Any]:
    """Yield the client that is given, that of this process, or one of processes of our own."""
    distributed = need_dask()
    if given is None:
        try:
            given = distributed.default_client()
        except ValueError:
            with local_client() as client:
                yield client
            return
    yield given


# ---- Tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Files:
    """A table in Parquet files."""

    files: ParquetFiles

    @property
    def token(self) -> str:
        return self.files.sha256

    def empty(self, names: list[str]) -> Any:
        return head_of(self.files).slice(0, 0).to_pandas()

    def n_rows(self, client: Any) -> int:
        return self.files.n_rows

    @property
    def n_pieces(self) -> int:
        return len(self.files.pieces)

    @property
    def n_whole(self) -> int:
        return len(self.files.paths)

    def gathering(self, client: Any, plan: FramePlan, left: list[int]) -> list[Any]:
        pieces = [self.files.pieces[k] for k in left]
        return list(client.map(partial(frame_parts.gather_piece, plan), pieces, pure=False))

    def answering(self, client: Any, plan: FramePlan, left: list[int]) -> list[Any]:
        paths = [str(Path(self.files.paths[k]).absolute()) for k in left]
        run = partial(frame_parts.answer_file, plan)
        return list(client.map(run, left, paths, pure=False))


@dataclass(frozen=True, eq=False)
class _Frame:
    """A frame of Dask's."""

    frame: Any

    @property
    def token(self) -> str:
        from dask.base import tokenize

        return str(tokenize(self.frame))

    def empty(self, names: list[str]) -> Any:
        return self.frame._meta

    def n_rows(self, client: Any) -> int:
        return int(client.compute(self.frame.map_partitions(len).sum()).result())

    @property
    def n_pieces(self) -> int:
        return int(self.frame.npartitions)

    n_whole = n_pieces

    def gathering(self, client: Any, plan: FramePlan, left: list[int]) -> list[Any]:
        return self._each(client, frame_parts.gather_frame, plan, left)

    def answering(self, client: Any, plan: FramePlan, left: list[int]) -> list[Any]:
        return self._each(client, frame_parts.answer_frame, plan, left)

    def _each(self, client: Any, run: Any, plan: FramePlan, left: list[int]) -> list[Any]:
        from dask.delayed import delayed

        index = [] if plan.columns.id in self.frame.columns else [plan.columns.id]
        wanted = self.frame[[name for name in plan.names if name not in index]]
        partitions = wanted.to_delayed()
        each = delayed(run, pure=False)
        return list(client.compute([each(plan, k, partitions[k]) for k in left]))


def _table(source: Any) -> _Files | _Frame:
    if isinstance(source, str | Path):
        return _Files(parquet_files(source))
    if hasattr(source, "to_delayed") and hasattr(source, "_meta"):
        return _Frame(source)
    raise TypeError(
        f"source must be a path or a Dask frame, got {type(source).__name__}. To fix this, pass "
        f"the folder of its Parquet files, or dask.dataframe.from_pandas(source, npartitions=...)."
    )


# ---- Runs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Run:
    """One run on a cluster."""

    client: Any
    table: _Files | _Frame
    whole: bool
    progress: Callable[[int, int], None]

    def into(self, plan: FramePlan, work: WorkFolder) -> Written:
        """Do what is left to do, and count what there is then."""
        n = self.table.n_whole if self.whole else self._n_buckets(work)
        rows = work.part("rows").absolute()
        plan = FramePlan(
            plan.out.absolute(),
            rows,
            plan.columns,
            self.table.n_pieces,
            n,
            plan.screen,
            plan.documents,
            plan.options,
        )
        left = [k for k in range(n) if not plan.part(k).exists()]
        pieces = [] if self.whole or not left else range(self.table.n_pieces)
        ungathered = [k for k in pieces if not plan.piece(k).exists()]
        steps = _Steps(len(ungathered) + len(left), self.progress)
        if ungathered:
            self._wait(self.table.gathering(self.client, plan, ungathered), steps)
        if left and self.whole:
            self._wait(self.table.answering(self.client, plan, left), steps)
        elif left:
            run = partial(frame_parts.answer_bucket, plan)
            self._wait(list(self.client.map(run, left, pure=False)), steps)
        counts: dict[str, int] = {}
        for k in range(n):
            for name, count in frame_parts.counts_of(plan.part(k)).items():
                counts[name] = counts.get(name, 0) + count
        for k in range(self.table.n_pieces):
            plan.piece(k).unlink(missing_ok=True)
        return Written(plan.out, n, counts)

    def _n_buckets(self, work: WorkFolder) -> int:
        """Return the number of buckets: rows that are counted once, for it must not change."""
        noted = work.path / "buckets"
        if noted.exists():
            return int(noted.read_text())
        n = n_buckets(self.table.n_rows(self.client))
        work.note("buckets", str(n))
        return n

    def _wait(self, futures: list[Any], steps: _Steps) -> None:
        distributed = need_dask()
        try:
            for future in distributed.as_completed(futures):
                future.result()
                future.release()
                steps.one_more()
        except distributed.scheduler.KilledWorker:
            raise MachineError(
                "workers were killed again and again, perhaps for want of memory; what is done is "
                "kept. To fix this, give them more memory, and call this again."
            ) from None
        finally:
            self.client.cancel(futures)


class _Steps:
    """Steps that are done, as they are told."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._done, self._total, self._progress = 0, total, progress
        progress(0, total)

    def one_more(self) -> None:
        self._done += 1
        self._progress(self._done, self._total)
