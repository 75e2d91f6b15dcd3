"""A file becomes the samples that it holds, or is refused in one line that says where and why."""

import csv
import datetime as dt
import gzip
import io
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.files import delimited
from epicycle.files.reading import ReadError, Table, read_table

CO2 = Path(__file__).parents[2] / "data" / "co2_mlo_weekly_nan.csv"


@pytest.fixture
def write(tmp_path):
    """Write a file, and return its path."""

    def write_file(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


SIMPLE = rows("time,value", "0.5,1.25", "1.5,-2", "3,4e-3")


def assert_simple(table: Table) -> None:
    assert table.time_column in ("time", "1")
    np.testing.assert_array_equal(table.t, [0.5, 1.5, 3.0])
    np.testing.assert_array_equal(table.y, [1.25, -2.0, 0.004])


# ---- Formats -------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "   ", ", "])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(write, delimiter, line_end):
    assert_simple(read_table(write(SIMPLE.replace(",", delimiter).replace("\n", line_end))))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + SIMPLE,
        "\n\n" + SIMPLE.replace("\n", "\n\n"),
        "# made by hand, of 'odd\" things\n#\n" + SIMPLE,
        '"time","value"\n"0.5","1.25"\n"1.5","-2"\n"3","4e-3"\n',
        SIMPLE.rstrip("\n"),
        SIMPLE + ",\n,\n",
        'time, value\n0.5, "1.25"\n1.5, "-2"\n3, "4e-3"\n',
        " time , value \n 0.5 , 1.25 \n 1.5 , -2 \n 3 , 4e-3 \n",
        "# time value\n0.5 1.25\n1.5 -2\n3 4e-3\n",
        "time;a, b;value\n0.5;x, y;1.25\n1.5;x;-2\n3;;4e-3\n",
    ],
    ids=[
        "byte-order-mark",
        "blank-lines",
        "comments",
        "quotes",
        "no-end-of-line",
        "empty-rows",
        "blanks-before-quotes",
        "blanks-around",
        "commented-header",
        "commas-in-fields",
    ],
)
def test_text_as_people_write_it(write, text):
    assert_simple(read_table(write(text)))


def test_gzip_is_recognised_by_content(write):
    assert_simple(read_table(write(gzip.compress(SIMPLE.encode()), "table.csv.gz")))
    assert_simple(read_table(write(gzip.compress(SIMPLE.encode()), "table.csv")))


@pytest.mark.parametrize("compress", [False, True])
def test_parquet(write, compress):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"time": [0.5, 1.5, 3.0], "value": [1.25, -2.0, 0.004]})
    raw = frame.to_parquet()
    path = write(gzip.compress(raw) if compress else raw, "table.parquet" + ".gz" * compress)
    assert_simple(read_table(path))


def test_parquet_keeps_a_saved_index_and_its_zone(write):
    pytest.importorskip("pyarrow")
    index = pd.date_range("2024-03-30", periods=4, freq="12h", tz="Europe/Berlin")
    raw = pd.DataFrame({"level": [1.0, 2.0, np.nan, 4.0]}, index=index).to_parquet()
    table = read_table(write(raw, "table.parquet"))
    assert (table.t == index).all()
    assert str(table.t.tz) == "Europe/Berlin"
    np.testing.assert_array_equal(table.y, [1.0, 2.0, np.nan, 4.0])


def test_standard_input(monkeypatch):
    for raw in (SIMPLE.encode(), gzip.compress(SIMPLE.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        table = read_table("-")
        assert_simple(table)
        assert table.name == "standard input"


def test_numbers_come_back_to_the_last_bit(write):
    # a Julian date in float64 has steps of 40 microseconds: a parser off by one bit shows
    rng = np.random.default_rng(5)
    t = 2_450_000 + np.sort(rng.uniform(0, 1e4, 5000))
    y = rng.normal(size=5000) * 10.0 ** rng.integers(-20, 20, 5000)
    text = "\n".join(f"{a!r},{b!r}" for a, b in zip(t.tolist(), y.tolist(), strict=True))
    table = read_table(write("jd,y\n" + text))
    np.testing.assert_array_equal(table.t, t)
    np.testing.assert_array_equal(table.y, y)


def test_nanoseconds_stay_integers(write):
    ticks = 1_577_836_800_000_000_001 + np.arange(5)
    text = rows("timestamp,y", *(f"{tick},{i}" for i, tick in enumerate(ticks)))
    np.testing.assert_array_equal(read_table(write(text)).t, ticks)


@given(
    st.lists(
        st.tuples(
            st.floats(-1e9, 1e9),
            st.floats(-1e9, 1e9),
            st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
        ),
        min_size=3,
        max_size=20,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_csv_writer_wrote_comes_back(tmp_path_factory, records, delimiter):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow(["note", "time", "value"])
        writer.writerows([text, repr(t), repr(y)] for t, y, text in records)
    table = read_table(path)
    np.testing.assert_array_equal(table.t, [t for t, _, _ in records])
    np.testing.assert_array_equal(table.y, [y for _, y, _ in records])


def test_missing_markers_become_nan(write):
    marks = ["", "NaN", "nan", "NAN", "NA", "N/A", "null", "None", "none", "-", "--", "?", "."]
    text = rows("t,y", *(f"{i},{mark}" for i, mark in enumerate(marks)), "99,1.5")
    y = read_table(write(text)).y
    assert np.isnan(y[:-1]).all()
    assert y[-1] == 1.5


def test_co2_file_with_compact_dates_and_gaps():
    table = read_table(CO2)
    # the file by other means
    records = [line.split(",") for line in CO2.read_text().split()[1:]]
    expected = [dt.datetime.strptime(day, "%Y%m%d") for day, _ in records]
    assert list(table.t.to_pydatetime()) == expected
    missing = np.array([value.strip() in ("", "NaN", "nan") for _, value in records])
    assert missing.sum() == 59
    np.testing.assert_array_equal(np.isnan(table.y), missing)
    assert table.guesses == ("time: date (guessed, read as YYYYMMDD)", "value: co2 (guessed)")
    assert table.unit is None


# ---- Dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-31", "2024-03-31T00:00"),
        ("2024-03-31T18:30", "2024-03-31T18:30"),
        ("2024-03-31 18:30:15.25", "2024-03-31T18:30:15.25"),
        ("20240331T183015", "2024-03-31T18:30:15"),
        ("2024-03-31T18:30:15.123456789", "2024-03-31T18:30:15.123456789"),
    ],
)
def test_iso_dates(write, text, expected):
    others = ["1850-01-02", "2020-02-29T12:00"]
    table = read_table(write(rows("when,y", *(f"{date},1" for date in [text, *others]))))
    assert table.t[0] == pd.Timestamp(expected)
    assert table.t[1] == pd.Timestamp("1850-01-02")


@pytest.mark.parametrize(
    ("zone", "offset"), [("Z", 0), ("+00:00", 0), ("+02:00", 120), ("-0530", -330)]
)
def test_dates_keep_their_zone(write, zone, offset):
    text = rows("date,y", *(f"2024-03-31T18:{m}:00{zone},1" for m in ("00", "10", "50")))
    t = read_table(write(text)).t
    assert t[0].utcoffset() == dt.timedelta(minutes=offset)
    assert t[2].to_pydatetime().replace(tzinfo=None) == dt.datetime(2024, 3, 31, 18, 50)


def test_compact_numbers_are_dates_only_by_name(write):
    lines = ["20240101,1", "20240102,2", "20240103,3"]
    assert isinstance(read_table(write(rows("obs_date,y", *lines))).t, pd.DatetimeIndex)
    np.testing.assert_array_equal(
        read_table(write(rows("time,y", *lines))).t, [20240101, 20240102, 20240103]
    )


def test_dates_have_no_unit_by_name(write):
    # for dates a unit is no label: it would decide what periods are counted in
    text = rows("time_h,y", "2024-03-31T01:00,1", "2024-03-31T02:00,2", "2024-03-31T05:00,3")
    assert read_table(write(text)).unit is None


def test_a_date_column_of_day_numbers_stays_numbers(write):
    table = read_table(write(rows("date,y", "2450000,1", "2450001,2", "2450003,3")))
    np.testing.assert_array_equal(table.t, [2450000, 2450001, 2450003])


# ---- Guesses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "time", "value", "error", "unit"),
    [
        ("time,value,error", "time", "value", ("error",), None),
        ("jd_tdb,illuminated_fraction,distance_km", "jd_tdb", "illuminated_fraction", (), "d"),
        ("BJD,RV,e_RV", "BJD", "RV", ("e_RV",), "d"),
        ("error,mag,time_h", "time_h", "mag", ("error",), "h"),
        ("y,dy,t", "t", "y", ("dy",), None),
        ("Time [s],Flux [e/s],flux_err", "Time [s]", "Flux [e/s]", ("flux_err",), "s"),
        ("x,mag_error,mag,mjd", "mjd", "mag", ("mag_error",), "d"),
        ("id,time_s,speed,sigma_speed,mass", "time_s", "speed", ("sigma_speed",), "s"),
        ("jd,e_k2,k2", "jd", "k2", ("e_k2",), "d"),
        ("a,b,c", "a", "b", (), None),
        ("id,when,level", "when", "level", (), None),
        ("id,level,depth", "level", "depth", (), None),
        (",hours,temperature", "hours", "temperature", (), "h"),
        ("time,temperature,value,error", "time", "value", ("error",), None),
        ("time,temperature,error,pressure", "time", "temperature", ("error",), None),
        ("time,error,temperature,pressure", "time", "temperature", (), None),
    ],
)
def test_columns_are_guessed(write, header, time, value, error, unit):
    width = header.count(",") + 1
    lines = [",".join(str(10 * i + j + 1) for j in range(width)) for i in range(4)]
    table = read_table(write(rows(header, *lines)))
    assert (table.time_column, table.value_columns) == (time, (value,))
    assert table.error_columns == error
    assert table.unit == unit
    expected = [f"time: {time} (guessed)", f"value: {value} (guessed)"]
    assert list(table.guesses) == expected + [f"error: {e} (guessed)" for e in error]


def test_the_first_dates_or_rising_numbers_are_time(write):
    scattered = rows("a,b,c", "3,1.0,7", "1,2.0,8", "2,4.0,9", "5,4.5,11")
    assert read_table(write(scattered)).time_column == "b"
    dates = rows("a,b,c", "3,2.0,2024-01-01", "1,1.0,2024-01-05", "2,4.0,2024-01-02")
    assert read_table(write(dates)).time_column == "c"
    falling = rows("a,b", "1,9", "3,7", "2,5", "9,1")
    assert read_table(write(falling)).time_column == "b"


def test_named_columns_are_not_guesses(write):
    path = write(rows("time,a,b,ea,eb,g", "1,2,3,4,5,x", "2,3,4,5,6,y", "4,4,5,6,7,x"))
    table = read_table(path, time="a", values=["b"], errors=["eb"], group="g")
    np.testing.assert_array_equal(table.t, [2, 3, 4])
    np.testing.assert_array_equal(table.y, [3, 4, 5])
    np.testing.assert_array_equal(table.dy, [5, 6, 7])
    assert table.group.tolist() == ["x", "y", "x"]
    assert table.guesses == ()


def test_a_group_is_never_guessed(write):
    table = read_table(write(rows("time,value,group", "1,2,x", "2,3,x", "3,4,y")))
    assert table.group is None


def test_several_values_and_their_errors(write):
    path = write(rows("t,a,a_err,b,b_err", "1,2,.1,3,.2", "2,,.1,5,.2", "3,6,.3,7,.4"))
    table = read_table(path, values=["a", "b"])
    assert list(table.y.columns) == ["a", "b"]
    np.testing.assert_array_equal(table.y, [[2, 3], [np.nan, 5], [6, 7]])
    np.testing.assert_array_equal(table.dy, [[0.1, 0.2], [0.1, 0.2], [0.3, 0.4]])
    shared = read_table(path, values=["a", "b"], errors=["b_err"])
    np.testing.assert_array_equal(shared.dy, [0.2, 0.2, 0.4])
    assert read_table(path, values=["a", "b"], errors=["none"]).dy is None


def test_an_error_may_be_missing_where_its_value_is(write):
    table = read_table(write(rows("t,y,dy", "1,2,.1", "2,,", "3,,0", "4,1,.2")))
    np.testing.assert_array_equal(table.dy, [0.1, np.nan, 0.0, 0.2])


def test_a_file_without_header(write):
    table = read_table(write("0.5 1.25 9\n1.5 -2 8\n3 4e-3 7\n"))
    assert_simple(table)
    assert table.guesses == (
        "no header line: columns are called 1, 2, ...",
        "time: 1 (guessed)",
        "value: 2 (guessed)",
    )
    np.testing.assert_array_equal(
        read_table(write("1 2 9\n2 4 8\n3 1 7"), values=["3"]).y, [9, 8, 7]
    )


# ---- Refusals ------------------------------------------------------------------------------


REFUSED = [
    # The shape of the table.
    ("", {}, r"table\.csv is empty: expected a table with a header"),
    (" \n\t\n", {}, r"table\.csv is empty"),
    ("# nothing\n# at all\n", {}, r"holds nothing but comments"),
    ("time,value\n", {}, r"has a header \(time, value\) but no rows"),
    ("value\n1\n2\n", {}, r"has only one column \('value'\): expected times and values"),
    (
        "time,value\n1,2,3\n2,3,4\n",
        {},
        r"line 2 has 3 fields separated by commas, but the header has 2 \(time, value\)\. "
        r"To fix this, quote fields that contain the separator",
    ),
    ("time,value\n1,2\n\n2,3,4\n", {}, r"line 4 has 3 fields"),
    ("# x\n# y\ntime,value\n1,2\n2,3,\n", {}, r"line 5 has 3 fields"),
    ("time,value,error\n1,2,3\n2,3\n", {}, r"line 3 has 2 fields .*complete the line"),
    ('time,note,value\n1,"a\nb",2\n2,c,3\n3,1\n', {}, r"line 5 has 2 fields"),
    ("t y\n1 2\n2 3 4\n", {}, r"line 3 has 3 fields separated by spaces"),
    ("t;y\n1;2\n2;3;4\n", {}, r"line 3 has 3 fields separated by semicolons"),
    ("t,y,t\n1,2,3\n", {}, r"names the column 't' twice: expected different names"),
    ('t,y\n1,2\n2,"3\n4,5\n', {}, r"record that begins in line 3 cannot be read .*quotation"),
    # What is no text.
    (b"t,y\n1,2\n2,\xe9\n", {}, r"is not UTF-8 text \(byte 0xE9 in line 3\).*iconv -f LATIN1"),
    ("t,y\n1,2\n".encode("utf-16"), {}, r"is UTF-16 text: expected UTF-8.*iconv -f UTF-16"),
    (b"\x89HDF\r\n\x1a\n\x00\x01" * 20, {}, r"holds binary data: expected CSV or Parquet"),
    (b"PK\x03\x04" + bytes(50), {}, r"zip archive or an Excel workbook.*save the sheet as CSV"),
    (b"\x1f\x8b\x08\x00 not gzip", {}, r"begins like a gzip file, but is damaged"),
    # Without the time of day in its header, and in the name of the test: xdist asks for the same
    # names in every process.
    pytest.param(
        gzip.compress(SIMPLE.encode(), mtime=0)[:-9],
        {},
        r"begins like a gzip file, but is damaged or cut",
        id="gzip-cut-short",
    ),
    (b"PAR1 and no more", {}, r"begins like a Parquet file, but cannot be read as one"),
    # Columns.
    (
        SIMPLE,
        {"time": "tmie"},
        r"has no column 'tmie'\. Did you mean 'time'\? .*with --time: time, value\.$",
    ),
    (SIMPLE, {"values": ["VALUE"]}, r"no column 'VALUE'\. Did you mean 'value'\? .*--value"),
    (SIMPLE, {"errors": ["qqq"]}, r"no column 'qqq'\. To fix this, name one .*--error"),
    (SIMPLE, {"group": "inst"}, r"no column 'inst'\. .*with --group"),
    (SIMPLE, {"time": "value", "values": ["value"]}, r"'value' .*twice \(--time and --value\)"),
    (SIMPLE, {"values": ["value", "value"]}, r"'value' of .* is named twice \(--value\)"),
    (
        "t,a,b,c\n1,2,3,4\n",
        {"values": ["a"], "errors": ["b", "c"]},
        r"1 value columns have 2 error columns: expected one for each",
    ),
    ("a,b\nx,y\nx,z\n", {}, r"no column of .* looks like time"),
    ("a,b\n3,2\n1,4\n2,3\n", {}, r"no column of .* looks like time"),
    ("time,note\n1,a\n2,b\n", {}, r"has no column of numbers besides the time"),
    # Values.
    (
        "t,y\n1,2\n2,abc\n3,4\n",
        {},
        r"column 'y' of .* has 1 entry not a number, the first in line 3 \('abc'\)\. "
        r"To fix this, correct it",
    ),
    (
        "t,y\n\n1,x\n2,2\n3,3\n4,z\n5,5\n",
        {},
        r"has 2 entries not a number, the first in line 3 \('x'\)",
    ),
    ("t,y\n,\n1,2\n,\n2,abc\n3,4\n5,6\n", {}, r"not a number, the first in line 5"),
    ("t;y\n1;2,5\n2;3,5\n", {"values": ["y"]}, r"line 2 \('2,5'\).*write a decimal point"),
    ("t,y\n1,2\n2,inf\n3,-inf\n", {}, r"has 2 entries infinite, the first in line 3"),
    ("t,y\n1,\n2,NaN\n3,\n", {"values": ["y"]}, r"column 'y' of .* is empty: expected values"),
    ("t,y\n1,2024-01-01\n2,2024-01-02\n", {"values": ["y"]}, r"'y' .* holds dates, such as '2024-"),
    # Errors and groups.
    (
        "t,y,dy\n1,2,.1\n2,3,0\n3,4,-1\n",
        {},
        r"'dy' .*standard errors, has 2 entries not above 0, the first in line 3 \(0\.0\).*"
        r"--error none",
    ),
    ("t,y,dy\n1,2,.1\n2,3,\n3,4,.1\n", {}, r"1 entry not above 0, the first in line 3 \(nan\)"),
    (
        "t,a,b,dy\n1,2,3,.1\n2,3,,\n3,,,\n",
        {"values": ["a", "b"], "errors": ["dy"]},
        r"1 entry not above 0, the first in line 3 \(nan\)",
    ),
    ("t,y,g\n1,2,a\n2,3,\n", {"group": "g"}, r"'g' of .* has no label in line 3"),
    # Times.
    ("t,y\n1,2\n,3\n3,4\n", {}, r"'t' .* has 1 time missing, the first in line 3"),
    ("t,y\n1,2\ninf,3\n3,4\n", {}, r"'t' .*infinite, the first in line 3.*delete those rows"),
    (
        "t,y\n1,2\n2,2\n3 h,3\n",
        {},
        r"'t' of .* 1 entry not a number, the first in line 4 \('3 h'\)",
    ),
    (
        "date,y\n31.03.2024,1\n01.04.2024,2\n",
        {},
        r"'date' of .* neither numbers nor dates, but '31\.03\.2024' in line 2.*2024-03-31",
    ),
    (
        "date,y\n2024-03-31,1\n2024-02-30,2\n",
        {},
        r"has 1 entry not a date, the first in line 3 \('2024-02-30'\)",
    ),
    ("date,y\n19580329,1\n19581301,2\n", {}, r"1 entry not a date.* line 3 \(19581301\)"),
    (
        "date,y\n2024-03-31T01:00+01:00,1\n2024-03-31T03:00+02:00,2\n",
        {},
        r"mixes time zones: \+01:00 in line 2 .*, \+02:00 in line 3 .*best in UTC",
    ),
    (
        "date,y\n2024-03-31T01:00Z,1\n2024-03-31T03:00,2\n",
        {},
        r"mixes time zones: UTC in line 2 .*, none in line 3",
    ),
    (
        "date,y\n2024-03-30T01:00:00,1\n2024-03-31T03:00:00+0:00,2\n",
        {},
        r"'date' of .* cannot be read as dates",
    ),
]


@pytest.mark.parametrize(("content", "options", "message"), REFUSED)
def test_refused(write, content, options, message):
    with pytest.raises(ReadError, match=message) as refusal:
        read_table(write(content), **options)
    text = str(refusal.value)
    assert "\n" not in text
    assert "table.csv" in text or "value columns have" in text


def test_rows_longer_than_the_header_are_never_shifted(write):
    # pandas would make the first field an index and read y from the third column
    text = rows("time,value", *(f"{i},{10 * i},{100 * i}" for i in range(1, 9)))
    with pytest.raises(ReadError, match="line 2 has 3 fields"):
        read_table(write(text))


def test_refusals_about_the_file_itself(tmp_path, monkeypatch):
    with pytest.raises(ReadError, match=r"there is no file .*none\.csv\. To fix this, check"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ReadError, match="is a directory: expected a file"):
        read_table(tmp_path)
    with pytest.raises(ReadError, match="cannot be read"):
        read_table("nul\0byte.csv")

    def refuse(_):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ReadError, match=r"cannot be read \(Permission denied\).*allow yourself"):
        read_table(tmp_path / "secret.csv")


def test_standard_input_may_be_empty(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(ReadError, match="standard input is empty"):
        read_table("-")


def test_parquet_refusals_count_rows(write):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"t": [1.0, 2.0, 3.0], "y": ["1", "2", "bad"]})
    with pytest.raises(ReadError, match=r"1 entry not a number, the first in row 3 \('bad'\)"):
        read_table(write(frame.to_parquet()))
    with pytest.raises(ReadError, match="has no rows"):
        read_table(write(frame[:0].to_parquet()))


def test_parquet_without_its_reader(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ReadError, match=r"needs pyarrow.*pip install 'epicycle\[parquet\]'"):
        read_table(write(b"PAR1..."))


@given(st.binary(max_size=60), st.integers(0, len(SIMPLE)), st.booleans())
def test_damage_is_read_or_refused(tmp_path_factory, noise, position, replace):
    raw = SIMPLE.encode()
    path = tmp_path_factory.mktemp("damage") / "table.csv"
    path.write_bytes(raw[:position] + noise + raw[position + len(noise) * replace :])
    try:
        table, refusal = read_table(path), ""
    except ReadError as error:
        table, refusal = None, str(error)
    assert "\n" not in refusal
    assert table is None or len(table.t) == len(table.y)


@given(
    text=st.text(alphabet='1.,;\t "#a\n\r', max_size=60),
    columns=st.integers(1, 3),
    in_file=st.booleans(),
    delimiter=st.sampled_from([",", ";", "\t", None]),
)
def test_a_plain_table_has_the_rows_that_its_records_are(text, columns, in_file, delimiter):
    # what is counted line by line must be what the reader of records finds, or left to it
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    table = delimited.Text(raw, "t.csv", 0, 0, delimiter)
    header = delimited.Header(("x", "y", "z")[:columns], in_file, int(in_file))
    n_rows = delimited._plain_rows(table, header)
    if n_rows is not None:
        records = list(table.records())
        assert len(records) == n_rows + int(in_file)
        assert all(len(fields) == columns for _, fields in records)


def test_a_plain_table_is_counted_without_its_records(write, monkeypatch):
    monkeypatch.setattr(delimited, "_SNIFFED", 2)
    read = []
    records = delimited.Text.records

    def counted(text):
        for record in records(text):
            read.append(record)
            yield record

    monkeypatch.setattr(delimited.Text, "records", counted)
    lines = [f"{k},{k * k}" for k in range(500)]
    assert len(read_table(write(rows("time,value", *lines))).t) == 500
    assert len(read) < 50
