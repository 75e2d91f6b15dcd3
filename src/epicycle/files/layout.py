"""Where the table stands in a text: its delimiter, its header, and what is no part of it.

Loggers write more than a table: a line ``sep=;``, lines about the instrument, units, a rule.  A row
is one of data where it has values in all the columns in which those below do.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

#: A date as it may stand in a table: ISO 8601, with or without a time of day.
ISO_DATE = re.compile(r"[+-]?\d{4}(-\d{2}(-\d{2})?([T ].*)?|\d{4}T.*)$")

#: What only a value can be, besides numbers and ISO dates: 31/12/2024, 5-Jan-24, 18:00, 2,5.
_DATUM = re.compile(
    r"\d{1,4}([/.\-])(\d{1,2}|[A-Za-z]{3,9})\1\d{1,4}\b.*|\d{1,3}:\d\d\b.*|[+-]?\d+,\d+"
    r"|\d{4}[ -]?[QqMmWw]\d{1,2}|\d{4}[/-]\d{1,3}"
)

#: Written for a missing value, besides what pandas knows ("", "NA", "NaN", "null", "None", ...).
MISSING = ["-", "--", "---", "?", ".", "NAN", "Na", "none", "Null", "missing", "MM"]

_ABSENT = frozenset({"", "na", "n/a", "nan", "null", "unavailable", "unknown"}.union(MISSING))

#: Delimiters, likeliest first; None stands for runs of blanks.
_DELIMITERS = (",", "\t", ";", None)

#: Records inspected to tell the delimiter and the header.
_SNIFFED = 100

#: Rows between the names of columns and the data: units, formats, a rule.
_MOST_EXTRA = 3
_BOM = b"\xef\xbb\xbf"

_SEPARATOR = re.compile(rb'"?sep=(.|\\t)"?[ \t]*\n', re.IGNORECASE)

_RULE = re.compile(r"[-=_+|:]{2,}$")

#: Names of columns have no such digits; measured numbers do.
_MEASURED = re.compile(r"[+-]?\d+\.\d{2,}")


#: A day, and a time of day, as blanks cut them apart.
_DAY = re.compile(r"\d{1,4}([/.\-])(\d{1,2}|[A-Za-z]{3,9})\1\d{1,4}")

_TIME = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?")


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
    comments : tuple of bytes
        The comments above the first record.
    """

    raw: bytes
    name: str
    offset: int
    skipped: int
    delimiter: str | None
    comments: tuple[bytes, ...] = ()

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
            raise encoding_error(self.raw, self.name) from None

    def line_of(self, record: int) -> int:
        """Return the number of the line in which a record begins."""
        return next(islice(self.records(), record, None))[0]

    def split(self, line: str) -> tuple[str, ...]:
        """Return the fields of a line without quotation marks."""
        return tuple(field.strip() for field in line.split(self.delimiter))

    def from_line(self, line: int) -> Text:
        """Return the same text, read from another line on."""
        offset = self.offset
        for _ in range(line - self.skipped - 1):
            offset = self.raw.index(b"\n", offset) + 1
        return replace(self, offset=offset, skipped=line - 1)


@dataclass(frozen=True, eq=False)
class Header:
    """The names of the columns, and which records are no data.

    Attributes
    ----------
    columns : tuple of str
        Their names; "1", "2" and so on in a file without.
    in_file : bool
        Whether the file has them.
    n_records : int
        Number of records before the first row of data.
    units : tuple of str
        What a row of units says of each column; nothing in a file without.
    remarks : tuple of str
        What was passed over, in words.
    """

    columns: tuple[str, ...]
    in_file: bool
    n_records: int
    units: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def lay_out(raw: bytes, name: str, least_columns: int = 2) -> tuple[Text, Header]:
    """Return where the records of a text begin, and its header.

    Raises
    ------
    ReadError
        If there is nothing but comments, or the text is no UTF-8.
    """
    text, forced = _without_comments(raw, name)
    delimiters = _DELIMITERS if forced is None else (forced,)
    if least_columns == 1 and forced is None and _is_one_column(text):
        delimiters = (",",)
    sniffed = [_Sniffed.of(replace(text, delimiter=d)) for d in delimiters]
    best = max(sniffed, key=lambda one: one.rank)  # the first of equals
    text, remarks = best.text, [] if forced is None else [f"a line sep={forced} obeyed"]
    if best.preamble:
        first = best.records[best.preamble][0]
        shown = " ".join(" ".join(best.records[0][1]).split())
        remarks.append(
            f"{best.preamble} line{'s' * (best.preamble > 1)} before the table passed over "
            f"({shown[:40]}{'...' * (best.preamble > 1 or len(shown) > 40)})"
        )
        text = text.from_line(first)
    header = _header(text, [fields for _, fields in best.records[best.preamble :]])
    return text, replace(header, remarks=(*remarks, *header.remarks))


def encoding_error(raw: bytes, name: str) -> ReadError:
    """Return the refusal of bytes that are no UTF-8."""
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


def _without_comments(raw: bytes, name: str) -> tuple[Text, str | None]:
    """Skip comments at the top; return the delimiter, too, that the first line may name."""
    stream = io.BytesIO(raw)
    stream.seek(len(_BOM) if raw.startswith(_BOM) else 0)
    forced = None
    skipped, comments = 0, []
    if told := _SEPARATOR.match(raw, stream.tell()):
        forced = "\t" if told[1] == rb"\t" else told[1].decode("latin-1")
        skipped = 1
        stream.seek(told.end())
    while True:
        offset = stream.tell()
        line = stream.readline()
        if not line:
            raise ReadError(f"{name} holds nothing but comments: expected a header line and rows.")
        if line.strip() and not line.lstrip().startswith((b"#", b"%")):
            break
        if line.strip():
            comments.append(line)
        skipped += 1
    return Text(raw, name, offset, skipped, None, tuple(comments[-3:])), forced


def _is_one_column(text: Text) -> bool:
    """Return whether each line is one date with its time of day, which blanks would cut in two."""
    lines = [fields for _, fields in islice(replace(text, delimiter=",").records(), 1, _SNIFFED)]
    return bool(lines) and all(len(f) == 1 and re.match(r"\d+\D\d+.* \d", f[0]) for f in lines)


@dataclass(frozen=True, eq=False)
class _Sniffed:
    """The first records of a text under one delimiter, and how well they make a table."""

    text: Text
    records: list[tuple[int, list[str]]]
    preamble: int
    rank: tuple[float, ...]

    @classmethod
    def of(cls, text: Text) -> _Sniffed:
        """Return what the first records look like."""
        records: list[tuple[int, list[str]]] = []
        with suppress(ReadError):  # what came before the damage still tells
            records.extend(islice(text.records(), _SNIFFED))
        counts = [len(fields) for _, fields in records]
        if not counts:
            return cls(text, records, 0, (0.0,))
        rows = [fields for _, fields in records]
        if counts[0] > 1 and len(set(counts)) == 1:
            preamble = _text_before(records)
            return cls(text, records, preamble, (3.0, _share_of_data(rows), len(rows)))
        preamble = _shorter_before(rows)
        if preamble:
            left = rows[preamble:]
            return cls(text, records, preamble, (2.0, _share_of_data(left), len(left)))
        agree = sum(n == counts[0] for n in counts)
        return cls(text, records, 0, (float(counts[0] > 1), 0.0, agree))


def _share_of_data(rows: Sequence[Sequence[str]]) -> float:
    """Return which part of the fields, in tenths, can only be values; the header is left out."""
    fields = [field for row in rows[1:] for field in row]
    return round(10 * sum(is_datum(f) or is_absent(f) for f in fields) / max(len(fields), 1))


def _shorter_before(rows: list[list[str]]) -> int:
    """Return how many records stand before a table of more columns than they have, or 0."""
    width = len(rows[-1])
    first = len(rows)
    while first and len(rows[first - 1]) == width:
        first -= 1
    left = rows[first:]
    if width < 2 or not first or len(left) < 4 or max(map(len, rows[:first])) > 2 * width + 6:
        return 0
    columns = _columns_of_data(left)
    if not columns:
        return 0
    if not any(is_datum(left[0][k]) for k in columns):
        return first
    # without names of columns: what stands before must not be these names, written otherwise
    words = [re.split(r"[\s,;]+", " ".join(row).strip()) for row in rows[:first]]
    return (
        0
        if any(
            (len(w) in (width, len(row)) and len(row) > 1) or len(w) == width
            for w, row in zip(words, rows[:first], strict=True)
        )
        else first
    )


def _text_before(records: list[tuple[int, list[str]]]) -> int:
    """Return how many records of the width of the table stand before it.

    An empty line below them, or values among their words, tell them from names and units.
    """
    lines = [line for line, _ in records]
    rows = [fields for _, fields in records]
    for k in range(1, min(len(rows) - 3, _SNIFFED // 2)):
        columns = _columns_of_data(rows[k:])
        if not columns or not all(is_datum(rows[k + 1][j]) for j in columns):
            continue
        if any(is_datum(rows[k][j]) or is_absent(rows[k][j]) for j in columns):
            return 0  # data stand here already
        apart = lines[k] - lines[k - 1] > 1 and lines[k + 1] - lines[k] == 1
        kinds = [{is_datum(row[j]) for j in columns} for row in rows[:k]]
        return k if apart or {True, False} in kinds else 0
    return 0


def _columns_of_data(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns in which most records, after the first few, have numbers or dates."""
    below = rows[min(len(rows) // 2, 1 + _MOST_EXTRA) :]
    chosen = []
    for k in range(len(rows[0])):
        present = [row[k] for row in below if k < len(row) and not is_absent(row[k])]
        if present and sum(map(is_datum, present)) > 0.5 * len(present):
            chosen.append(k)
    return chosen


def _header(text: Text, rows: list[list[str]]) -> Header:
    if not rows:
        next(text.records(), None)  # which says what is wrong with it, if anything is
        raise ReadError(f"{text.name} holds nothing but blanks: expected a header line and rows.")
    first = [" ".join(field.split()) for field in rows[0]]
    if text.delimiter is None and (names := _with_time_of_day(rows)):
        return Header(names, True, 1)
    rows = [row for row in rows if len(row) == len(first)]
    columns = _columns_of_data(rows)
    is_data = all(is_datum(f) or is_absent(f) for f in first) and any(map(is_datum, first))
    if not is_data and not _is_row_of_data(rows, columns):
        names = tuple(f or f"column {i + 1}" for i, f in enumerate(first))
        extra = _extra_rows(rows, columns)
        units = next((tuple(f.strip() for f in row) for row in extra if not _is_rule(row)), ())
        said = (f"a row of units passed over ({', '.join(units)[:60]})",) if units else ()
        return Header(names, True, 1 + len(extra), units, said)
    # astronomers and buoys write the header as a comment, and the units in the one below it
    above = [
        text.split(comment.decode("utf-8", "replace").strip().lstrip("#% \t"))
        for comment in text.comments
    ]
    above = [names for names in above if len(names) == len(first) and all(names)]
    above = [names for names in above if not any(is_datum(name) for name in names)]
    if above and len(set(above[0])) == len(first):
        return Header(above[0], True, 0, above[1] if len(above) > 1 else ())
    if above:
        return Header(above[-1], True, 0)
    return Header(tuple(str(i + 1) for i in range(len(first))), False, 0)


def _with_time_of_day(rows: list[list[str]]) -> tuple[str, ...]:
    """Return names of columns where blanks cut each date in two, a day and a time of day."""
    names, below = rows[0], rows[1:]
    if not below or any(len(row) != len(names) + 1 for row in below) or any(map(is_datum, names)):
        return ()
    for k in range(len(names)):
        if all(_DAY.fullmatch(row[k]) and _TIME.fullmatch(row[k + 1]) for row in below):
            return (*names[: k + 1], f"{names[k]} of day", *names[k + 1 :])
    return ()


def _is_row_of_data(rows: list[list[str]], columns: list[int]) -> bool:
    """Return whether the first record is one like those below, though it has words in it.

    Names of columns may be numbers (hours, doses); a label that comes again, or numbers with the
    digits of a measurement, are none.
    """
    first = rows[0]
    if len(rows) < 3 or len(columns) < 2 or not all(is_datum(first[k]) for k in columns):
        return False
    words = [k for k in range(len(first)) if k not in columns and not is_absent(first[k])]
    again = [k for k in words if any(row[k] == first[k] for row in rows[1:])]
    measured = sum(bool(_MEASURED.fullmatch(first[k].strip())) for k in columns)
    return bool(words) and (again == words or measured > 1)


def _extra_rows(rows: list[list[str]], columns: list[int]) -> list[list[str]]:
    """Return the rows of units and the like between the names of columns and the data."""
    extra: list[list[str]] = []
    for row in rows[1 : 1 + _MOST_EXTRA]:
        words = [row[k] for k in columns if row[k].strip()]
        is_words = bool(words) and not any(is_datum(w) or is_absent(w) for w in words)
        if not (_is_rule(row) or (is_words and len(columns) > 1)):
            return extra
        extra.append(row)
    return []  # words all the way: no row of units, but wrong data


def _is_rule(row: Sequence[str]) -> bool:
    return all(_RULE.match(field.strip()) for field in row)


def is_absent(field: str) -> bool:
    """Return whether a field says that there is no value."""
    return field.strip() in _ABSENT or field.strip().lower() in _ABSENT


def is_datum(field: str) -> bool:
    """Return whether a field can only be a value, not the name of a column."""
    field = field.strip()
    try:
        float(field)
        return "_" not in field  # 12345_00060 is a number to Python only
    except ValueError:
        return bool(ISO_DATE.match(field) or _DATUM.fullmatch(field))
