"""Where chunks come from: a function, a list, a Parquet data set, or a dask collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: Rows of a Parquet file that are read at a time.
_ROWS = 1 << 18

#: Bytes of a column that are buffered: a row group may be as large as the file.
_BUFFER = 1 << 20

#: What a chunk may hold, in the order in which a tuple has it.
FIELDS = ("t", "y", "dy", "weights", "group")

_ARGUMENTS = {"t": "time", "y": "value", "dy": "error", "weights": "weight", "group": "group"}


@dataclass(frozen=True)
class Columns:
    """What the columns of tables are called; None where there is none, or the name is usual.

    Attributes
    ----------
    time, value, error, weight, group : str or None
        By default "t" and "y", and "dy", "weights" and "group" where a table has these.
    """

    time: str | None = None
    value: str | None = None
    error: str | None = None
    weight: str | None = None
    group: str | None = None

    def wanted(self, names: Iterable[str]) -> dict[str, str]:
        """Return the column of each field that a table with these columns has.

        Raises
        ------
        ValueError
            If a column that was named, or the time or the value, is not there.
        """
        there = [str(name) for name in names]
        asked = dict(
            zip(FIELDS, (self.time, self.value, self.error, self.weight, self.group), strict=True)
        )
        if asked["t"] is None and asked["y"] is None and "t" not in there and len(there) == 2:
            return dict(zip(FIELDS, there, strict=False))
        chosen = {}
        for field, name in asked.items():
            if name is None and field not in there and field not in ("t", "y"):
                continue
            column = field if name is None else name
            if column not in there:
                argument = _ARGUMENTS[field]
                raise ValueError(
                    f"{argument}={column!r} is not a column of the chunks: expected one of "
                    f"{', '.join(map(repr, there[:12]))}. To fix this, pass {argument}= the name "
                    f"of the column."
                )
            chosen[field] = column
        return chosen


@dataclass(frozen=True, eq=False)
class Source:
    """Chunks that can be read again and again.

    Attributes
    ----------
    read : callable
        Returns an iterator of chunks, from the first one on.
    n_rows : int or None
        Number of rows, where that is known beforehand.
    """

    read: Callable[[], Iterator[Any]]
    n_rows: int | None = None


def source_of(source: Any, columns: Columns) -> Source:
    """Return the chunks of whatever a user has.

    Raises
    ------
    TypeError
        If it is none of what can be read again and again.
    """
    if isinstance(source, (str, Path)):
        return _parquet(Path(source), columns)
    if callable(source) and not hasattr(source, "to_delayed"):
        return Source(lambda: _called(source))
    if hasattr(source, "to_delayed"):
        return _dask(source, columns)
    if _is_table(source):
        return Source(lambda: iter([source]), len(source))
    if isinstance(source, (list, tuple)):
        return Source(lambda: iter(source))
    if isinstance(source, Iterator):
        raise TypeError(
            "source is an iterator, which can be read once: chunks are read several times. To fix "
            "this, pass a function that returns a new iterator each time it is called."
        )
    raise TypeError(
        f"source must be a function that returns chunks, a list of them, the path of a Parquet "
        f"file or folder, or a dask collection, got {type(source).__name__}. To fix this, pass one "
        f"of these."
    )


def _called(source: Callable[[], Any]) -> Iterator[Any]:
    chunks = source()
    if not isinstance(chunks, Iterable):
        raise TypeError(
            f"source() must return chunks one after the other, got {type(chunks).__name__}. To fix "
            f"this, pass a function that yields tuples (t, y), or a generator function."
        )
    return iter(chunks)


def _is_table(source: Any) -> bool:
    return hasattr(source, "columns") and hasattr(source, "iloc")


def _parquet(path: Path, columns: Columns) -> Source:
    """Return the chunks of a Parquet file, or of all those in a folder, by their names."""
    if not path.exists():
        raise FileNotFoundError(
            f"source: there is no file or folder {path}. To fix this, check the name."
        )
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ImportError(
            "source: a Parquet file needs pyarrow. To fix this, pip install pyarrow."
        ) from None
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    files = [f for f in files if not f.name.startswith((".", "_"))]
    if not files:
        raise ValueError(
            f"source: the folder {path} holds no file *.parquet. To fix this, name another."
        )
    try:
        # (the tail of each file only)
        rows = sum(pq.ParquetFile(file).metadata.num_rows for file in files)
    except pa.ArrowInvalid as error:
        raise ValueError(
            f"source: {path} is no Parquet data set ({error}). To fix this, name one, or pass a "
            f"function that yields chunks."
        ) from None

    def read() -> Iterator[Any]:
        for file in files:
            table = pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
            wanted = columns.wanted(table.schema_arrow.names)
            names = list(wanted.values())
            for batch in table.iter_batches(_ROWS, columns=names, use_threads=False):
                yield {field: _array(batch.column(name)) for field, name in wanted.items()}

    return Source(read, rows)


def _array(column: Any) -> Any:
    """Return a column of Arrow as NumPy, or pandas where it has a time zone or labels."""
    kind = str(column.type)
    if column.null_count == 0 and not kind.startswith(("timestamp", "dictionary", "decimal")):
        return column.to_numpy(zero_copy_only=False)
    return column.to_pandas()


def _dask(source: Any, columns: Columns) -> Source:
    """Return the partitions of a dask dataframe, or the blocks of an array, as chunks."""
    if hasattr(source, "columns"):
        wanted = columns.wanted(source.columns)
        source = source[list(dict.fromkeys(wanted.values()))]
    elif getattr(source, "ndim", None) == 2 and getattr(source, "numblocks", (1, 1))[1] > 1:
        source = source.rechunk({1: -1})

    def read() -> Iterator[Any]:
        for part in np.asarray(source.to_delayed(), dtype=object).ravel():
            chunk = part.compute()
            if isinstance(chunk, np.ndarray) and chunk.ndim == 2:
                chunk = tuple(chunk.T)
            yield chunk

    return Source(read)


def fields_of(chunk: Any, columns: Columns, number: int) -> dict[str, Any]:
    """Return what a chunk holds, by field.

    Raises
    ------
    TypeError
        If it is neither a tuple of arrays nor a table.
    """
    if isinstance(chunk, (tuple, list)):
        if not 2 <= len(chunk) <= len(FIELDS):
            raise ValueError(
                f"chunk {number} has {len(chunk)} part(s): expected (t, y), or (t, y, dy), "
                f"(t, y, dy, weights), (t, y, dy, weights, group). To fix this, yield one of "
                f"these, None for what there is not."
            )
        return {f: part for f, part in zip(FIELDS, chunk, strict=False) if part is not None}
    if isinstance(chunk, Mapping) or hasattr(chunk, "columns"):
        names = chunk.keys() if isinstance(chunk, Mapping) else chunk.columns
        if set(names) <= set(FIELDS) and {"t", "y"} <= set(names):
            return {field: chunk[field] for field in names}
        return {field: chunk[name] for field, name in columns.wanted(names).items()}
    raise TypeError(
        f"chunk {number} is a {type(chunk).__name__}: expected a tuple (t, y), a mapping or a "
        f"table. To fix this, yield one of these."
    )
