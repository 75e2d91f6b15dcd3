"""A file, or standard input -> a table as it stands there, with the place of every record.

CSV, Parquet, Excel, FITS, VOTable, and any of them compressed with gzip: what a file is, is
decided by its content, not by its name.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import re
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.files.delimited import ReadError, check_names, check_width, read_delimited
from epicycle.files.encodings import as_utf8
from epicycle.files.workbooks import Foreign, read_foreign
from epicycle.limits import INPUTS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Bytes read at a time: Python sets aside what it is asked for.
_CHUNK = 1 << 20

#: Bytes inspected to tell text from other things.
_HEAD = 1 << 16


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as it stands in a file.

    Attributes
    ----------
    name : str
        How messages call the file.
    frame : DataFrame
        Its columns.  The index numbers the records from 0, those without any value left out.
    has_header : bool
        Whether the file names its columns; if not, they are called "1", "2" and so on.
    line_of : callable, optional
        Gives the line in which a record begins, in a file that has lines.
    sha256 : str
        Digest of the file as it stood there, in hexadecimal digits.
    units : mapping
        Units of columns that the file states, by their names.
    remarks : tuple of str
        How the file was read, where that is not plain.
    is_part : bool
        Whether more of its rows are elsewhere.
    """

    name: str
    frame: pd.DataFrame
    has_header: bool
    line_of: Callable[[int], int] | None = None
    sha256: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    is_part: bool = False

    def at(self, position: int | np.intp) -> str:
        """Return where the record at a position of the frame stands in the file."""
        return self.where(int(self.frame.index[int(position)]))

    def where(self, record: int) -> str:
        """Return where a record stands in the file, such as "line 17"."""
        return f"row {record + 1}" if self.line_of is None else f"line {self.line_of(record)}"


def load(
    source: str | Path,
    least_columns: int = 2,
    labels: Iterable[str | None] = (),
    max_table: float | None = None,
) -> RawTable:
    """Return the table in a file, or in standard input where `source` is "-".

    Parameters
    ----------
    source : str or Path
        The file; "-" is standard input.
    least_columns : int
        Number of columns that are needed.
    labels : iterable of str
        Columns that are kept as they stand there: in a file of text they are text.
    max_table : float, optional
        Largest size of the table in GB, once it is unpacked; by default ``INPUTS.table``, and of
        gzipped text 200 times the size of its file, for tables are packed to a tenth or so.

    Raises
    ------
    ReadError
        If there is no file, or what it holds is not a table.
    """
    name = "standard input" if str(source) == "-" else str(source)
    if max_table is not None and not 0 < max_table < float("inf"):
        raise ReadError(
            f"--max-table must be a number of GB above 0, got {max_table:g}. To fix this, leave it "
            f"out."
        )
    most = round(1e9 * (INPUTS.table if max_table is None else max_table))
    raw = _read_bytes(source, name, most)
    if len(raw) > most:
        raise too_large(name, most)
    digest = hashlib.sha256(raw).hexdigest()
    if raw[:2] == b"\x1f\x8b":
        likely = max(INPUTS.unpacked, INPUTS.unpacked_times * len(raw))
        raw = _decompress(raw, name, most if max_table is not None else min(most, likely))
    if not re.search(rb"\S", raw):
        raise ReadError(f"{name} is empty: expected a table with a header line and rows.")
    named = {form for label in labels if label for form in (label, " ".join(label.split()))}
    if raw[:4] == b"PAR1":
        return replace(_read_parquet(raw, name, named, most), sha256=digest)
    foreign = read_foreign(raw, name, most)
    if foreign is not None and foreign.frame is not None:
        return _of_frame(foreign, name, digest)
    said: tuple[str, ...] = ()
    if foreign is not None and foreign.text is not None:
        raw, said = foreign.text, foreign.remarks
    raw, decoded = as_utf8(raw, name)
    _refuse_binary(raw, name)
    frame, header, text = read_delimited(raw, name, least_columns, named)

    def line_of(record: int) -> int:
        return text.line_of(record + header.n_records)

    units = dict(zip(header.columns, header.units, strict=False))
    told = frame.dropna(how="all")
    remarks = (*said, *decoded, *header.remarks)
    return RawTable(name, told, header.in_file, line_of, digest, units, remarks)


def _of_frame(foreign: Foreign, name: str, digest: str) -> RawTable:
    """Return a table of a format that names its columns."""
    frame = foreign.frame
    assert frame is not None
    check_width(len(frame.columns), name)
    if frame.empty:
        raise ReadError(f"{name} has no rows: expected at least 3 samples.")
    told = frame.dropna(how="all")
    return RawTable(name, told, True, None, digest, foreign.units, foreign.remarks)


def too_large(name: str, most: int) -> ReadError:
    """Return the refusal of a table of more than `most` bytes."""
    return ReadError(
        f"{name} holds more than {most / 1e9:.3g} GB once it is unpacked: expected a table. To fix "
        f"this, check where it comes from, or allow more with --max-table (of find, fit, report "
        f"and predict)."
    )


def _read_bytes(source: str | Path, name: str, most: int) -> bytes:
    if str(source) == "-":
        if sys.stdin is None:
            raise ReadError("standard input is closed. To fix this, name a file, or pipe one in.")
        return _at_most(sys.stdin.buffer.read, most)
    try:
        with Path(source).open("rb") as file:
            return _at_most(file.read, most)
    except IsADirectoryError:
        raise ReadError(
            f"{name} is a directory: expected a file. To fix this, name one file in it."
        ) from None
    except FileNotFoundError:
        raise ReadError(
            f"there is no file {name}. To fix this, check the name, or pass - to read standard "
            f"input."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        hint = "allow yourself to read it" if _is_forbidden(error) else "name a readable file"
        raise ReadError(f"{name} cannot be read ({reason}). To fix this, {hint}.") from None


def _at_most(read: Callable[[int], bytes], most: int) -> bytes:
    """Return what a file holds, or somewhat more than `most` bytes of it: it may have no end."""
    chunks: list[bytes] = []
    left = most
    while left >= 0 and (chunk := read(_CHUNK)):
        chunks.append(chunk)
        left -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _is_forbidden(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM)


def _decompress(raw: bytes, name: str, most: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            unpacked = _at_most(file.read, most)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(
            f"{name} begins like a gzip file, but is damaged or cut short ({error}). "
            f"To fix this, copy it again."
        ) from None
    if len(unpacked) > most:
        raise too_large(name, most)
    return unpacked


def _read_parquet(raw: bytes, name: str, labels: Collection[str], most: int) -> RawTable:
    import pandas as pd

    try:
        columns = _columns(raw, name, most)
        columns.validate(full=True)  # damaged text would be noticed much later
        frame = columns.to_pandas()
    except ReadError:
        raise
    except ImportError:
        raise ReadError(
            f"{name} is a Parquet file, which needs pyarrow to be read. "
            f"To fix this, pip install 'epicycle[parquet]'."
        ) from None
    except Exception as error:  # pyarrow has a family of exceptions of its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReadError(
            f"{name} begins like a Parquet file, but cannot be read as one ({reason}). "
            f"To fix this, write it again."
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        # an index that somebody saved is a column like any other, often the time
        frame = frame.reset_index()
    frame.columns = pd.Index([" ".join(str(column).split()) for column in frame.columns])
    frame.index = pd.RangeIndex(len(frame))
    check_width(len(frame.columns), name)
    check_names(list(frame.columns), name)
    frame = _usable(frame, columns, labels)
    if frame.empty:
        raise ReadError(f"{name} has no rows: expected at least 3 samples.")
    return RawTable(name, frame.dropna(how="all"), has_header=True)


def _usable(frame: pd.DataFrame, columns: Any, labels: Collection[str]) -> pd.DataFrame:
    """Return the frame of some Arrow columns with types that can be worked with."""
    for column in columns.column_names:
        if (called := " ".join(column.split())) in labels:
            # a row without a label would make floats of all the whole numbers beside it
            whole = columns.column(column).to_pandas(integer_object_nulls=True)
            frame[called] = whole.to_numpy(dtype=object)
    # pandas cannot sort or compare half precision in all ways
    texts = [column for column, kind in frame.dtypes.items() if kind == "category"]
    frame = frame.astype(dict.fromkeys(texts, object))
    halves = [column for column, kind in frame.dtypes.items() if kind == "float16"]
    return frame.astype(dict.fromkeys(halves, "float32"))


def some_rows(columns: Any, name: str, labels: Collection[str], numbers: Any) -> RawTable:
    """Return some rows of a table whose others are elsewhere.

    Parameters
    ----------
    columns : pyarrow.Table
        The rows.
    name : str
        How messages call the table.
    labels : collection of str
        Columns that are kept as they stand there.
    numbers : ndarray of int
        The place of each row in the whole table.
    """
    frame = _usable(columns.to_pandas(), columns, labels)
    frame.index = numbers
    return RawTable(name, frame.dropna(how="all"), has_header=True, is_part=True)


def _columns(raw: bytes, name: str, most: int) -> Any:
    """Return the columns of a Parquet file; text that repeats is there once.

    Entries that repeat take next to nothing in the file: what it will take in memory are its pages,
    and 8 bytes for each entry.
    """
    from pyarrow import parquet, types

    file = parquet.ParquetFile(io.BytesIO(raw))
    groups = [file.metadata.row_group(k) for k in range(file.metadata.num_row_groups)]
    parts = [group.column(j) for group in groups for j in range(group.num_columns)]
    if sum(part.total_uncompressed_size + 8 * part.num_values for part in parts) > most:
        raise too_large(name, most)
    texts = [
        one.name
        for one in file.schema_arrow
        if types.is_string(one.type) or types.is_large_string(one.type)
    ]
    return parquet.ParquetFile(io.BytesIO(raw), read_dictionary=texts).read()


def _refuse_binary(raw: bytes, name: str) -> None:
    if re.search(rb"[\x00-\x08\x0e-\x1b\x7f]", raw[:_HEAD]):
        raise ReadError(
            f"{name} holds binary data: expected CSV or Parquet. "
            f"To fix this, export the data as CSV."
        )
