"""Delimited text -> a pandas frame in which every value stands under its own name.

Any common delimiter, comments at the top, quotation marks.  Every record is counted against the
header before pandas sees it: pandas would take surplus fields for an index and shift all columns
by one without a word.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.layout import ISO_DATE, MISSING, Header, ReadError, Text, lay_out
from epicycle.limits import INPUTS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ISO_DATE", "Header", "ReadError", "Text", "listed", "read_delimited"]

_DELIMITER_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", None: "spaces"}


def read_delimited(
    raw: bytes, name: str, least_columns: int = 2, labels: Collection[str] = ()
) -> tuple[pd.DataFrame, Header, Text]:
    """Return the table in a file of delimited text; columns in `labels` stay the text they are.

    Raises
    ------
    ReadError
        If it is not such a file, or a record does not fit the header.
    """
    if b"\r" in raw:  # lines of Windows, of old Macintoshes, and of both mixed
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text, header = lay_out(raw, name, least_columns)
    if len(header.columns) < least_columns:
        raise ReadError(
            f"{name} has only one column ({header.columns[0]!r}): expected times and values. "
            f"To fix this, separate the columns by commas, semicolons, tabs or spaces, or pass "
            f"--events if they are the times of events."
        )
    check_width(len(header.columns), name)
    check_names(header.columns, name)
    n_rows = _plain_rows(text, header)
    if n_rows is None:
        n_rows = 0
        for line, fields in islice(text.records(), header.n_records, None):
            if len(fields) != len(header.columns):
                raise _shape_error(text, line, len(fields), header)
            n_rows += 1
    if n_rows == 0:
        raise ReadError(
            f"{name} has a header ({listed(header.columns)}) but no rows: expected at least 3 "
            f"samples."
        )
    frame = _parse(text, header, labels)
    if len(frame) != n_rows:
        raise ReadError(
            f"{name} can be read in two ways, as {len(frame)} or as {n_rows} rows. "
            f"To fix this, remove form feeds and stray quotation marks."
        )
    return frame, header, text


def _plain_rows(text: Text, header: Header) -> int | None:
    """Return the number of rows of a plain table, None where records must be read to count them.

    In a plain table every line is a record, with as many delimiters as the header has: it is ASCII
    without quotation marks, blank lines or lines so long that the reader of records refuses them.
    """
    raw = text.raw
    if text.delimiter is None or b'"' in raw or b"\0" in raw or not raw.isascii():
        return None
    codes = np.frombuffer(raw, dtype=np.uint8)[text.offset :]
    ends = np.flatnonzero(codes == ord("\n"))
    if not len(codes) or codes[-1] != ord("\n"):
        ends = np.append(ends, len(codes))
    between = len(header.columns) - 1
    marks = np.flatnonzero(codes == ord(text.delimiter))
    if not between or len(marks) != between * len(ends):
        return None
    begins = np.append(0, ends[:-1] + 1)
    if (ends - begins).max() > csv.field_size_limit():
        return None
    first, last = marks[::between], marks[between - 1 :: between]
    if (first < begins).any() or (last > ends).any():
        return None
    return len(ends) - header.n_records


def check_width(n_columns: int, name: str) -> None:
    """Refuse more columns than a table has.

    Raises
    ------
    ReadError
        If there are more.
    """
    if n_columns > INPUTS.columns:
        raise ReadError(
            f"{name} has {n_columns:,} columns: expected at most {INPUTS.columns:,}. "
            f"To fix this, leave out those that are not needed, or put series below each other."
        )


def check_names(columns: Sequence[str], name: str) -> None:
    """Refuse names that occur twice.

    Raises
    ------
    ReadError
        If one does.
    """
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            raise ReadError(
                f"{name} names the column {column!r} twice: expected different names. "
                f"To fix this, rename one of them."
            )
        seen.add(column)


def listed(names: Sequence[str], limit: int = 12) -> str:
    """Return names for a message, the first few of many."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown}, ... ({len(names) - limit} more)"


def _shape_error(text: Text, line: int, n_fields: int, header: Header) -> ReadError:
    more = (
        "quote fields that contain the separator, or name every column in the header"
        if n_fields > len(header.columns)
        else "complete the line, or leave nothing between two separators"
    )
    between = _DELIMITER_NAMES.get(text.delimiter, text.delimiter)
    return ReadError(
        f"{text.name}: line {line} has {n_fields} field{'s' * (n_fields != 1)} separated by "
        f"{between}, but the header has {len(header.columns)} "
        f"({listed(header.columns)}). To fix this, {more}."
    )


def _parse(text: Text, header: Header, labels: Collection[str]) -> pd.DataFrame:
    import pandas as pd

    stream = io.BytesIO(text.raw)
    stream.seek(text.offset)
    for _ in range(text.line_of(header.n_records) - text.skipped - 1):
        stream.readline()
    options: dict[str, Any] = {}
    if tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1):
        # the default was once wrong in the last bit, which is 40 microseconds of a Julian date
        options["float_precision"] = "round_trip"
    try:
        frame: pd.DataFrame = pd.read_csv(
            stream,
            sep=r"\s+" if text.delimiter is None else text.delimiter,
            header=None,
            names=list(header.columns),
            index_col=False,
            skipinitialspace=True,
            na_values=MISSING,
            # a label is its text: 007 is not 7, 2.10 not 2.1, and True not TRUE
            dtype={column: "str" for column in header.columns if column in labels},
            quoting=csv.QUOTE_NONE if text.delimiter is None else csv.QUOTE_MINIMAL,
            encoding="utf-8",
            low_memory=False,  # one type per column, whatever its length
            **options,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        if "out of memory" in str(error):  # which is no fault of the table
            raise MemoryError from None
        raise ReadError(
            f"{text.name} cannot be read as a table ({str(error).splitlines()[0]}). To fix this, "
            f"check its quotation marks."
        ) from None
    return frame
