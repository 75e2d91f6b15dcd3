"""Rows of Parquet files of any size, a bounded number at a time: one file, or all in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.files.delimited import ReadError, listed
from epicycle.limits import INPUTS

if TYPE_CHECKING:
    from pyarrow import Table as Rows

#: Rows that are read at once: some 20 MB.
_AT_ONCE = 1 << 19

#: Rows of a piece: what is read anew where a run was killed.  A group of rows is never divided.
_PIECE = 1 << 22

#: Rows in which columns are guessed.
_HEAD = 1 << 16


@dataclass(frozen=True)
class Piece:
    """Consecutive groups of rows of one file.

    Attributes
    ----------
    number : int
        Its place among all pieces.
    path : str
        The file.
    groups : tuple of int
        Its groups of rows.
    first_row, n_rows : int
        The first row, counted over all files, and how many there are.
    """

    number: int
    path: str
    groups: tuple[int, ...]
    first_row: int
    n_rows: int


@dataclass(frozen=True)
class ParquetFiles:
    """Files that hold one table together.

    Attributes
    ----------
    name : str
        How messages call them.
    paths : tuple of str
        The files, in the order of their names.
    pieces : tuple of Piece
        All rows.
    n_rows, n_bytes : int
        Their number, and how many bytes they have unpacked.
    sha256 : str
        Digest of names, sizes, dates and footers.
    """

    name: str
    paths: tuple[str, ...]
    pieces: tuple[Piece, ...]
    n_rows: int
    n_bytes: int
    sha256: str


def is_large(source: str | Path) -> bool:
    """Return whether a source is a Parquet file, or a folder, too long to be read at once."""
    path = Path(source)
    try:
        if str(source) == "-" or not path.exists():
            return False
        if path.is_dir():
            return parquet_files(path).n_rows > INPUTS.rows
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return False
        from pyarrow import parquet

        return int(parquet.read_metadata(path).num_rows) > INPUTS.rows
    except Exception:  # the reader of the whole file says what is wrong with it
        return False


def parquet_files(source: str | Path) -> ParquetFiles:
    """Return the files of a table: the one named, or all ``*.parquet`` in a folder and below.

    Names that begin with a dot or an underscore are passed over, as is usual.

    Raises
    ------
    ReadError
        If there is none, or one cannot be read.
    """
    parquet = _parquet(source)
    top = Path(source)
    paths = (
        [top] if top.is_file() else sorted(p for p in top.rglob("*.parquet") if _is_data(p, top))
    )
    if not top.exists():
        raise ReadError(f"there is no file or folder {source}. To fix this, check the name.")
    if not paths:
        raise ReadError(
            f"{source} holds no file *.parquet: expected a folder of Parquet files. To fix this, "
            f"name another folder, or one file."
        )
    digest, first, n_bytes = hashlib.sha256(), 0, 0
    pieces: list[Piece] = []
    for path in paths:
        try:
            about = parquet.read_metadata(path)
            status = path.stat()
        except Exception as error:  # pyarrow has a family of exceptions of its own
            raise ReadError(_unreadable(path, error)) from None
        facts = (path.relative_to(top).as_posix(), status.st_size, status.st_mtime_ns)
        groups = [about.row_group(k) for k in range(about.num_row_groups)]
        sizes = [(group.num_rows, group.total_byte_size) for group in groups]
        digest.update(repr((facts, sizes, str(about.schema.to_arrow_schema()))).encode())
        n_bytes += sum(size for _, size in sizes)
        for chosen in _divided([n for n, _ in sizes]):
            n_rows = sum(sizes[k][0] for k in chosen)
            pieces.append(Piece(len(pieces), str(path), chosen, first, n_rows))
            first += n_rows
    if not first:
        raise ReadError(f"{source} has no rows: expected at least 3 samples.")
    names = tuple(map(str, paths))
    return ParquetFiles(str(source), names, tuple(pieces), first, n_bytes, digest.hexdigest())


def _parquet(source: str | Path) -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise ReadError(
            f"{source} is of Parquet, which needs pyarrow to be read. "
            f"To fix this, pip install 'epicycle[parquet]'."
        ) from None
    return parquet


def _is_data(path: Path, top: Path) -> bool:
    parts = path.relative_to(top).parts
    return path.is_file() and not any(part.startswith((".", "_")) for part in parts)


def _divided(sizes: list[int]) -> list[tuple[int, ...]]:
    """Return the groups of rows of each piece of a file."""
    pieces: list[list[int]] = []
    held = 0
    for k, size in enumerate(sizes):
        if not pieces or held + size > _PIECE:
            pieces.append([])
            held = 0
        pieces[-1].append(k)
        held += size
    return [tuple(piece) for piece in pieces]


def rows_of(piece: Piece, columns: list[str]) -> Iterator[Rows]:
    """Yield the rows of a piece, some at a time, with these columns as messages call them.

    Raises
    ------
    ReadError
        If the file is damaged, or lacks a column.
    """
    yield from _read(piece.path, columns, list(piece.groups), _AT_ONCE)


def head_of(files: ParquetFiles) -> Rows:
    """Return the first rows of the first file that has any, with all columns."""
    first = next(piece for piece in files.pieces if piece.n_rows)
    return next(_read(first.path, None, list(first.groups), _HEAD))


def _read(path: str, columns: list[str] | None, groups: list[int], at_once: int) -> Iterator[Rows]:
    import pyarrow as pa

    try:
        # a group of rows may be as large as the file: it is not read ahead
        with _parquet(path).ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            there = {" ".join(name.split()): name for name in file.schema_arrow.names}
            wanted = list(there) if columns is None else columns
            missing = [name for name in wanted if name not in there]
            if missing:
                raise ReadError(
                    f"{path} has no column {missing[0]!r}, which other files of the table have. To "
                    f"fix this, write it there, or move the file away. It has: "
                    f"{listed(list(there))}."
                )
            raw = [there[name] for name in wanted]
            for batch in file.iter_batches(at_once, groups, raw, use_threads=False):
                table = pa.Table.from_batches([batch]).select(raw).rename_columns(wanted)
                yield table.replace_schema_metadata(None)
    except (pa.ArrowException, OSError) as error:
        raise ReadError(_unreadable(path, error)) from None


def _unreadable(path: object, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{path} cannot be read as Parquet ({reason}). To fix this, write it again."
