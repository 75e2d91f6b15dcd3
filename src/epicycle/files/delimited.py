"""Delimited text -> a pandas frame in which every value stands under its own name.

Any common delimiter, comments at the top, quotation marks.  Every record is counted against the
header before pandas sees it: pandas would take surplus fields for an index and shift all columns
by one without a word.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.limits import INPUTS

if TYPE_CHECKING:
    import pandas as pd

#: A date as it may stand in a table: ISO 8601, with or without a time of day.
ISO_DATE = re.compile(r"[+-]?\d{4}(-\d{2}(-\d{2})?([T ].*)?|\d{4}T.*)$")

#: Written for a missing value, besides what pandas knows ("", "NA", "NaN", "null", "None", ...).
_MISSING = ["-", "--", "---", "?", ".", "NAN", "Na", "none", "Null", "missing"]

#: Delimiters, likeliest first; None stands for runs of blanks.
_DELIMITERS = (",", "\t", ";", None)

_DELIMITER_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", None: "spaces"}

#: Records inspected to tell the delimiter.
_SNIFFED = 50

_BOM = b"\xef\xbb\xbf"


class ReadError(ValueError):
    """A file cannot be used as a table of samples; the message is one line that says why."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


@dataclass(frozen=True, eq=False)
class Text:
    """Delimited text: where its records begin, and how their fields are separated.

    Attributes
    ----------
    raw : bytes
        The whole file.
    name : str
        How messages call it.
    offset, skipped : int
        Where the first record begins, in bytes and in lines: comments may stand above it.
    delimiter : str or None
        None stands for runs of blanks.
    comment : bytes
        The last comment above the first record.
    """

    raw: bytes
    name: str
    offset: int
    skipped: int
    delimiter: str | None
    comment: bytes = b""

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of the first line, and the fields, of each record."""
        buffer = io.BytesIO(self.raw)
        buffer.seek(self.offset)
        lines = io.TextIOWrapper(buffer, encoding="utf-8", newline="")
        line = self.skipped + 1
        try:
            if self.delimiter is None:
                for line, text in enumerate(lines, self.skipped + 1):
                    if not text.isspace():
                        yield line, text.split()
                return
            reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)
            for fields in reader:
                if len(fields) > 1 or "".join(fields).strip():
                    yield line, fields
                line = self.skipped + reader.line_num + 1
        except csv.Error as error:
            raise ReadError(
                f"{self.name}: the record that begins in line {line} cannot be read ({error}). "
                f"To fix this, check its quotation marks."
            ) from None
        except UnicodeDecodeError:
            raise _encoding_error(self.raw, self.name) from None

    def line_of(self, record: int) -> int:
        """Return the number of the line in which a record begins."""
        return next(islice(self.records(), record, None))[0]

    def split(self, line: str) -> tuple[str, ...]:
        """Return the fields of a line without quotation marks."""
        return tuple(field.strip() for field in line.split(self.delimiter))


@dataclass(frozen=True, eq=False)
class Header:
    """The names of the columns, and whether the first record holds them."""

    columns: tuple[str, ...]
    in_file: bool
    n_records: int


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
    text = _open(raw, name)
    header = _header(text)
    if len(header.columns) < least_columns:
        raise ReadError(
            f"{name} has only one column ({header.columns[0]!r}): expected times and values. "
            f"To fix this, separate the columns by commas, semicolons, tabs or spaces."
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


def _open(raw: bytes, name: str) -> Text:
    """Skip comments at the top, and find the delimiter."""
    stream = io.BytesIO(raw)
    stream.seek(len(_BOM) if raw.startswith(_BOM) else 0)
    skipped, comment = 0, b""
    while True:
        offset = stream.tell()
        line = stream.readline()
        if not line:
            raise ReadError(f"{name} holds nothing but comments: expected a header line and rows.")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
        comment = line if line.strip() else comment
        skipped += 1
    text = Text(raw, name, offset, skipped, None, comment)

    def agreement(delimiter: str | None) -> tuple[bool, int]:
        counts: list[int] = []
        with suppress(ReadError):  # what came before the damage still tells
            for _, fields in islice(replace(text, delimiter=delimiter).records(), _SNIFFED):
                counts.append(len(fields))
        return bool(counts) and counts[0] > 1, sum(n == counts[0] for n in counts)

    return replace(text, delimiter=max(_DELIMITERS, key=agreement))  # the first of equals


def _header(text: Text) -> Header:
    record = next(text.records(), None)
    if record is None:
        raise ReadError(f"{text.name} holds nothing but blanks: expected a header line and rows.")
    first = [" ".join(field.split()) for field in record[1]]
    if not all(_is_datum(field) for field in first):
        return Header(tuple(f or f"column {i + 1}" for i, f in enumerate(first)), True, 1)
    # astronomers write the header as the last comment
    above = text.split(text.comment.decode("utf-8", "replace").strip().lstrip("# \t"))
    if len(above) == len(first) and all(above) and not any(_is_datum(name) for name in above):
        return Header(above, True, 0)
    return Header(tuple(str(i + 1) for i in range(len(first))), False, 0)


def _is_datum(field: str) -> bool:
    """Return whether a field can only be a value, not the name of a column."""
    try:
        float(field)
    except ValueError:
        return bool(ISO_DATE.match(field))
    return True


def _shape_error(text: Text, line: int, n_fields: int, header: Header) -> ReadError:
    more = (
        "quote fields that contain the separator, or name every column in the header"
        if n_fields > len(header.columns)
        else "complete the line, or leave nothing between two separators"
    )
    return ReadError(
        f"{text.name}: line {line} has {n_fields} field{'s' * (n_fields != 1)} separated by "
        f"{_DELIMITER_NAMES[text.delimiter]}, but the header has {len(header.columns)} "
        f"({listed(header.columns)}). To fix this, {more}."
    )


def _encoding_error(raw: bytes, name: str) -> ReadError:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{raw[error.start]:02X} in line {line}"
    else:
        what = "a character is cut in two"
    return ReadError(
        f"{name} is not UTF-8 text ({what}). To fix this, save it as UTF-8, for example with "
        f"iconv -f LATIN1 -t UTF-8."
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
            na_values=_MISSING,
            # a label is its text: 007 is not 7, 2.10 not 2.1, and True not TRUE
            dtype={column: "str" for column in header.columns if column in labels},
            quoting=csv.QUOTE_NONE if text.delimiter is None else csv.QUOTE_MINIMAL,
            encoding="utf-8",
            low_memory=False,  # one type per column, whatever its length
            **options,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ReadError(
            f"{text.name} cannot be read as a table ({str(error).splitlines()[0]}). To fix this, "
            f"check its quotation marks."
        ) from None
    return frame
