"""Workbooks of Excel, and tables of FITS and VOTable -> frames, by the packages that know them."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.layout import ReadError

if TYPE_CHECKING:
    import pandas as pd

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, eq=False)
class Foreign:
    """A table of another format: as text with delimiters, or as a frame.

    Attributes
    ----------
    text : bytes or None
        CSV of a sheet.
    frame : DataFrame or None
        Columns of a table that names them.
    units : dict
        Units of columns, as the file states them.
    remarks : tuple of str
        Which of several tables it is.
    """

    text: bytes | None = None
    frame: pd.DataFrame | None = None
    units: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def read_foreign(raw: bytes, name: str, most: int) -> Foreign | None:
    """Return the table in a file of another format, None where it is none of these.

    Raises
    ------
    ReadError
        If the package that reads it is missing, or there is no table in it.
    """
    if raw[:4] == b"PK\x03\x04":
        return _of_excel(raw, name, most)
    if raw[:4] == _OLD_EXCEL:
        raise ReadError(
            f"{name} is a workbook of the Excel of before 2007. To fix this, save it as .xlsx, or "
            f"the sheet as CSV."
        )
    if raw[:9] == b"SIMPLE  =":
        return _of_fits(raw, name)
    if raw.lstrip()[:5] == b"<?xml" and b"<VOTABLE" in raw[:4096]:
        return _of_votable(raw, name)
    return None


def _of_excel(raw: bytes, name: str, most: int) -> Foreign:
    """Return the first sheet with a table, as text: dates in ISO 8601, numbers to all digits."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, OSError) as problem:
        raise ReadError(
            f"{name} begins like a zip archive or an Excel workbook, but is damaged ({problem}). "
            f"To fix this, save the sheet as CSV."
        ) from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise ReadError(
            f"{name} is a zip archive, but no Excel workbook: expected CSV, Parquet or .xlsx. "
            f"To fix this, save the sheet as CSV, or unpack the archive."
        )
    if sum(part.file_size for part in parts) > most:
        raise ReadError(
            f"{name} holds more than {most / 1e9:.3g} GB once it is unpacked: expected a table. To "
            f"fix this, save the sheet as CSV, or allow more with --max-table."
        )
    try:
        import openpyxl
    except ImportError:
        raise _missing(name, "an Excel workbook", "openpyxl", "excel") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like, which are not read
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheets = [(sheet.title, list(sheet.values)) for sheet in book.worksheets]
    except Exception as problem:  # whatever a damaged file makes of the package
        raise ReadError(
            f"{name} cannot be read as an Excel workbook ({str(problem)[:80]}). To fix this, save "
            f"the sheet as CSV."
        ) from None
    for title, rows in sheets:
        if sum(any(cell is not None for cell in row) for row in rows) > 2:
            said = (f"sheet {title!r}, the first of {len(sheets)} with a table",)
            return Foreign(text=_as_csv(rows), remarks=said if len(sheets) > 1 else ())
    raise ReadError(f"{name} has no sheet with a table: expected times and values in one.")


def _as_csv(rows: list[tuple[Any, ...]]) -> bytes:
    """Return the cells of a sheet as CSV, without columns and rows that are empty at its edges."""
    widest = max(map(len, rows))
    filled = np.zeros(widest, dtype=bool)
    for row in rows:
        filled[: len(row)] |= [cell is not None for cell in row]
    used = np.flatnonzero(filled).tolist()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        cells = [_cell(row[k]) if k < len(row) else "" for k in used]
        if len([c for c in cells if c]) > 1 or len(used) == 1:
            writer.writerow(cells)
        else:  # a line about the table, or an empty one
            text.write(" ".join(c.replace(",", " ") for c in cells if c) + "\n")
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, float):
        return repr(value)
    return " ".join(str(value).split())


def _of_fits(raw: bytes, name: str) -> Foreign:
    """Return the first table of a FITS file, columns with one number a row only."""
    try:
        from astropy.io import fits
    except ImportError:
        raise _missing(name, "a FITS file", "astropy", "fits") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(io.BytesIO(raw), memmap=False) as file:
                tables = [unit for unit in file if hasattr(unit, "columns")]
                found = [(t.name, _columns(t.data, t.columns.names)) for t in tables]
                units = [dict(zip(t.columns.names, t.columns.units, strict=True)) for t in tables]
    except Exception as problem:
        raise ReadError(
            f"{name} begins like a FITS file, but cannot be read as one ({str(problem)[:80]}). "
            f"To fix this, copy it again."
        ) from None
    if not found:
        raise ReadError(
            f"{name} is a FITS file without a table, perhaps an image: expected times and values "
            f"in a table. To fix this, name a file with one."
        )
    title, frame = found[0]
    said = (f"table {title or 1!r}, the first of {len(found)}",) if len(found) > 1 else ()
    stated = {key: str(unit) for key, unit in units[0].items() if unit}
    return Foreign(frame=frame, units=stated, remarks=said)


def _of_votable(raw: bytes, name: str) -> Foreign:
    """Return the first table of a VOTable."""
    try:
        from astropy.io import votable
    except ImportError:
        raise _missing(name, "a VOTable", "astropy", "fits") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = votable.parse_single_table(io.BytesIO(raw))
            names = [str(one.name or one.ID) for one in table.fields]
            ids = list(table.array.dtype.names)
            columns = {name: table.array[own] for name, own in zip(names, ids, strict=True)}
            frame = _columns(columns, names)
            units = {str(f.name or f.ID): str(f.unit) for f in table.fields if f.unit is not None}
    except Exception as problem:
        raise ReadError(
            f"{name} begins like a VOTable, but cannot be read as one ({str(problem)[:80]}). "
            f"To fix this, save it as CSV."
        ) from None
    return Foreign(frame=frame, units=units)


def _columns(data: Any, names: list[str]) -> pd.DataFrame:
    """Return the columns that have one entry a row, as pandas has them."""
    import pandas as pd

    columns = {}
    for name in names:
        values = np.ma.asarray(data[name])
        if values.ndim != 1:
            continue
        mask = np.ma.getmaskarray(values)
        plain = np.asarray(values.data)
        if plain.dtype.kind in "iuf":
            plain = plain.astype(plain.dtype.newbyteorder("="))
            columns[name] = np.where(mask, np.nan, plain) if mask.any() else plain
        elif plain.dtype.kind == "b":
            columns[name] = plain.astype(bool)
        else:
            texts = [_text(v) for v in plain]
            columns[name] = np.array(
                [None if m or not v else v for v, m in zip(texts, mask, strict=True)], dtype=object
            )
    return pd.DataFrame(columns)


def _text(entry: Any) -> str:
    told = entry.decode("utf-8", "replace") if isinstance(entry, bytes) else str(entry)
    return told.strip()


def _missing(name: str, what: str, package: str, extra: str) -> ReadError:
    return ReadError(
        f"{name} is {what}, which needs {package} to be read. To fix this, pip install "
        f"'epicycle[{extra}]', or save the table as CSV."
    )
