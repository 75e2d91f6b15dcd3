"""Workbooks and tables of astronomers are read by those who know them, or name the extra."""

import builtins
import datetime as dt
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from epicycle.files.reading import ReadError, read_table

HOURS = [dt.datetime(2024, 5, 1) + dt.timedelta(hours=k) for k in range(30)]
LEVELS = [float(f"{np.sin(k):.4f}") for k in range(30)]


def workbook(*sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def test_a_sheet_with_lines_above_its_table(write):
    rows = [
        ["Logger 7"],
        [],
        ["When", None, "Level"],
        *([t, None, v] for t, v in zip(HOURS, LEVELS, strict=True)),
    ]
    raw = workbook(("About", [["made by hand"]]), ("Data", rows))
    table = read_table(write(raw, "book.xlsx"))
    assert list(table.t.to_pydatetime()) == HOURS
    np.testing.assert_array_equal(table.y, LEVELS)
    assert table.remarks[0] == "sheet 'Data', the first of 2 with a table"


def test_dates_and_times_of_day_in_cells_of_their_own(write):
    rows = [["Date", "Time", "y"], *([t.date(), t.time(), 1.5] for t in HOURS)]
    table = read_table(write(workbook(("Data", rows)), "book.xlsx"))
    assert list(pd.DatetimeIndex(table.t).to_pydatetime()) == HOURS


def test_a_workbook_without_a_table_and_other_archives(write):
    with pytest.raises(ReadError, match="no sheet with a table"):
        read_table(write(workbook(("Empty", [["nothing"]]))))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("data.csv", "t,y\n1,2\n")
    with pytest.raises(ReadError, match=r"zip archive, but no Excel workbook.*unpack"):
        read_table(write(raw.getvalue()))
    with pytest.raises(ReadError, match="Excel of before 2007"):
        read_table(write(b"\xd0\xcf\x11\xe0" + bytes(600)))


def test_a_table_of_fits_with_gaps_and_units(write):
    table = pytest.importorskip("astropy.table").Table
    times = np.array([1.5, np.nan, 3.5, 4.5, 5.5])
    flux = np.array([10.0, np.nan, 30.0, 40.0, 20.0], dtype=">f4")
    made = table({"TIME": times, "TIMECORR": 0 * times, "SAP_FLUX": flux, "PIX": np.ones((5, 2))})
    made["TIME"].unit = "h"
    raw = io.BytesIO()
    made.write(raw, format="fits")
    read = read_table(write(raw.getvalue(), "curve.fits"))
    np.testing.assert_array_equal(read.t, [1.5, 3.5, 4.5, 5.5])
    np.testing.assert_array_equal(read.y, [10, 30, 40, 20])
    assert (read.time_column, read.value_columns, read.unit) == ("TIME", ("SAP_FLUX",), "h")
    assert read.ignored == ("TIMECORR",)


def test_a_votable(write):
    table = pytest.importorskip("astropy.table").Table
    made = table(
        {"hjd": [1.5, 2.5, 4.0, 5.0], "mag": np.ma.array([1.0, 2, 3, 4], mask=[0, 1, 0, 0])}
    )
    raw = io.BytesIO()
    made.write(raw, format="votable")
    read = read_table(write(raw.getvalue(), "table.vot"))
    np.testing.assert_array_equal(read.y, [1, np.nan, 3, 4])
    assert read.time_column == "hjd"


def test_an_image_is_refused(write):
    fits = pytest.importorskip("astropy.io.fits")
    raw = io.BytesIO()
    fits.PrimaryHDU(np.ones((3, 3))).writeto(raw)
    with pytest.raises(ReadError, match="FITS file without a table"):
        read_table(write(raw.getvalue()))


@pytest.mark.parametrize(
    ("raw", "package", "extra"),
    [
        (b"SIMPLE  =                    T", "astropy", "fits"),
        (b"<?xml version='1.0'?><VOTABLE>", "astropy", "fits"),
        ("workbook", "openpyxl", "excel"),
    ],
)
def test_what_is_not_installed_is_named(write, monkeypatch, raw, package, extra):
    raw = workbook(("Data", [["a"]])) if raw == "workbook" else raw
    usual = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith(package):
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ReadError, match=rf"needs {package} .*pip install 'epicycle\[{extra}\]'"):
        read_table(write(raw))


@pytest.mark.parametrize("raw", [b"SIMPLE  =   T", b"<?xml?><VOTABLE><nothing", b"PK\x03\x04 no"])
def test_damaged_files_are_refused_in_a_line(write, raw):
    pytest.importorskip("astropy")
    with pytest.raises(ReadError, match=r"but (cannot be read|is damaged|without a table)|without"):
        read_table(write(raw))
