"""A file, or standard input -> a table as it stands there, with the place of every record.

CSV, Parquet, and either of them compressed with gzip: what a file is, is decided by its content,
not by its name.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import re
import sys
import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from epicycle.files.delimited import ReadError, check_names, read_delimited

if TYPE_CHECKING:
    import pandas as pd

#: What a gzipped file may unpack to, in bytes, or if that is more, times its own length: tables are
#: packed to a tenth or so, and a file that holds a thousandth of what it unpacks to is no table.
_UNPACKED, _UNPACKED_TIMES = 1 << 26, 200

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
    """

    name: str
    frame: pd.DataFrame
    has_header: bool
    line_of: Callable[[int], int] | None = None
    sha256: str = ""

    def where(self, record: int) -> str:
        """Return where a record stands in the file, such as "line 17"."""
        return f"row {record + 1}" if self.line_of is None else f"line {self.line_of(record)}"


def load(source: str | Path, least_columns: int = 2, labels: Iterable[str | None] = ()) -> RawTable:
    """Return the table in a file, or in standard input where `source` is "-".

    Columns in `labels` are kept as they stand there: in a file of text they are text.

    Raises
    ------
    ReadError
        If there is no file, or what it holds is not a table.
    """
    name = "standard input" if str(source) == "-" else str(source)
    raw = _read_bytes(source, name)
    digest = hashlib.sha256(raw).hexdigest()
    if raw[:2] == b"\x1f\x8b":
        raw = _decompress(raw, name)
    if not re.search(rb"\S", raw):
        raise ReadError(f"{name} is empty: expected a table with a header line and rows.")
    named = {form for label in labels if label for form in (label, " ".join(label.split()))}
    if raw[:4] == b"PAR1":
        return replace(_read_parquet(raw, name, named), sha256=digest)
    _refuse_binary(raw, name)
    frame, header, text = read_delimited(raw, name, least_columns, named)

    def line_of(record: int) -> int:
        return text.line_of(record + header.n_records)

    return RawTable(name, frame.dropna(how="all"), header.in_file, line_of, digest)


def _read_bytes(source: str | Path, name: str) -> bytes:
    if str(source) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
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


def _is_forbidden(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM)


def _decompress(raw: bytes, name: str) -> bytes:
    most = max(_UNPACKED, _UNPACKED_TIMES * len(raw))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            unpacked = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(
            f"{name} begins like a gzip file, but is damaged or cut short ({error}). "
            f"To fix this, copy it again."
        ) from None
    if len(unpacked) > most:
        raise ReadError(
            f"{name} unpacks to more than {_UNPACKED_TIMES} times its size: expected a table. "
            f"To fix this, check where it comes from, or unpack it yourself."
        )
    return unpacked


def _read_parquet(raw: bytes, name: str, labels: Collection[str]) -> RawTable:
    import pandas as pd

    try:
        from pyarrow import parquet

        columns = parquet.read_table(io.BytesIO(raw))
        columns.validate(full=True)  # damaged text would be noticed much later
        frame = columns.to_pandas()
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
    check_names(list(frame.columns), name)
    for column in columns.column_names:
        if (called := " ".join(column.split())) in labels:
            # a row without a label would make floats of all the whole numbers beside it
            whole = columns.column(column).to_pandas(integer_object_nulls=True)
            frame[called] = whole.to_numpy(dtype=object)
    # pandas cannot sort or compare half precision in all ways
    halves = [column for column, kind in frame.dtypes.items() if kind == "float16"]
    frame = frame.astype(dict.fromkeys(halves, "float32"))
    if frame.empty:
        raise ReadError(f"{name} has no rows: expected at least 3 samples.")
    return RawTable(name, frame.dropna(how="all"), has_header=True)


def _refuse_binary(raw: bytes, name: str) -> None:
    head = raw[:_HEAD]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ReadError(
            f"{name} is UTF-16 text: expected UTF-8. To fix this, save it as UTF-8, for example "
            f"with iconv -f UTF-16 -t UTF-8."
        )
    if head[:4] == b"PK\x03\x04":
        raise ReadError(
            f"{name} is a zip archive or an Excel workbook: expected CSV or Parquet. "
            f"To fix this, save the sheet as CSV, or unpack the archive."
        )
    if re.search(rb"[\x00-\x08\x0e-\x1b\x7f]", head):
        raise ReadError(
            f"{name} holds binary data: expected CSV or Parquet. "
            f"To fix this, export the data as CSV."
        )
