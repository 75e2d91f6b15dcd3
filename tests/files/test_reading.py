"""A file becomes the samples that it holds, or is refused in one line that says where and why."""

import datetime as dt
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epicycle.files.reading import ReadError, read_table
from tests.files.tables import SIMPLE, rows

CO2 = Path(__file__).parents[2] / "data" / "co2_mlo_weekly_nan.csv"


def test_nanoseconds_stay_integers(write):
    ticks = 1_577_836_800_000_000_001 + np.arange(5)
    text = rows("timestamp,y", *(f"{tick},{i}" for i, tick in enumerate(ticks)))
    np.testing.assert_array_equal(read_table(write(text)).t, ticks)


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


def test_an_error_may_be_missing_where_its_value_is(write):
    table = read_table(write(rows("t,y,dy", "1,2,.1", "2,,", "3,,0", "4,1,.2")))
    np.testing.assert_array_equal(table.dy, [0.1, np.nan, 0.0, 0.2])


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
    (b"t,y\n1,2\n2,\x81\n", {}, r"is not UTF-8 text \(byte 0x81 in line 3\).*iconv -f LATIN1"),
    ("t,y\n1,2\n".encode("utf-16")[:-1], {}, r"begins as UTF-16 text, and is not.*UTF-8"),
    (b"\x89HDF\r\n\x1a\n\x00\x01" * 20, {}, r"holds binary data: expected CSV or Parquet"),
    (
        b"PK\x03\x04" + bytes(50),
        {},
        r"zip archive or an Excel workbook, but is damaged.*sheet as CSV",
    ),
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
    ("t;y\n1;2,525\n2;3,515\n", {"values": ["y"]}, r"'2,525'.*thousands.*--decimal ','"),
    ('t,y\n1,"1,2,3"\n2,"3,5"\n3,1\n', {}, r"line 2 \('1,2,3'\).*--decimal ','"),
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
        "date,y\n01.03.2024,1\n01.04.2024,2\n",
        {},
        r"'date' of .* such as '01\.03\.2024': nothing .* --dayfirst or --monthf.*--date-format",
    ),
    (
        "date,y\n2024-03-31,1\n2024-02-30,2\n",
        {},
        r"has 1 entry not a date, the first in line 3 \('2024-02-30'\)",
    ),
    ("date,y\n19580329,1\n19581301,2\n", {}, r"1 entry not a date.* line 3 \(19581301\)"),
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


def test_events_may_have_one_column(write):
    table = read_table(write("t\n1.5\n2.5\n4\n"), time="t", events=True)
    np.testing.assert_array_equal(table.t, [1.5, 2.5, 4.0])
    assert table.y is None
    bare = read_table(write("1.5\n2.5\n4\n"), events=True)
    np.testing.assert_array_equal(bare.t, [1.5, 2.5, 4.0])


#: Labels that pandas would take for the same number, or the same truth.
ALIKE = (
    ("007", "7", "0007"),
    ("2.1", "2.10", "2.100"),
    ("1e5", "100000", "10e4"),
    ("True", "TRUE", "true"),
    ("+5", "5", "5.0"),
    ("9007199254740993", "9007199254740992", "1.5"),
    ("123456789012345678901", "123456789012345678902", "-1"),
    ("2024-01-01", "2024-01-01T00:00", "20240101"),
    ("0x10", "16", "1_6"),
    ("inf", "Infinity", "1e999"),
)


@pytest.mark.parametrize("labels", ALIKE, ids=lambda v: v[0])
@pytest.mark.parametrize("part", ["series", "group"])
@pytest.mark.parametrize("delimiter", [",", "\t", " "], ids=["comma", "tab", "blank"])
def test_a_label_is_the_text_in_the_file(write, labels, part, delimiter):
    rows = [f"{label},{k},{k % 3}" for k in range(4) for label in labels]
    path = write(
        "\n".join(["the id,time,v", *rows, ""]).replace(",", delimiter).replace("the id", "the_id")
    )
    table = read_table(path, **{part: "the_id"})
    given = table.ids if part == "series" else table.group
    assert given.tolist() == list(labels) * 4


def test_labels_of_a_parquet_file_keep_their_type(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "t.parquet"
    big = 2**53
    ids = [big, big + 1, None] * 3
    frame = pd.DataFrame({"id": pd.array(ids, dtype="Int64"), "time": np.arange(9.0)})
    frame["v"] = frame["time"] % 4
    frame.loc[frame["id"].isna(), ["time", "v"]] = np.nan  # a row with nothing in it
    frame.to_parquet(path)
    assert read_table(path, series="id").ids.tolist() == [big, big + 1] * 3
    frame.dropna().astype({"id": "float64"}).to_parquet(path)
    assert read_table(path, series="id").ids.tolist() == [float(big)] * 6


@pytest.mark.parametrize("nested", [[[1, 2]], [{"a": 1}]])
def test_labels_that_are_lists_or_records_are_refused(tmp_path, nested):
    pytest.importorskip("pyarrow")
    path = tmp_path / "t.parquet"
    pd.DataFrame({"id": nested * 4, "time": np.arange(4.0), "v": np.arange(4.0)}).to_parquet(path)
    with pytest.raises(ReadError, match="holds lists or records"):
        read_table(path, series="id")


def test_labels_between_which_the_values_differ_are_told(write):
    def told(step: float, lengths: tuple[int, int] = (8, 8)) -> str:
        labels = ["HARPS"] * lengths[0] + ["HIRES"] * lengths[1]
        lines = [
            f"{k},{(-1) ** k + step * (label == 'HIRES')},{label}" for k, label in enumerate(labels)
        ]
        return " ".join(read_table(write(rows("bjd,rv,instrument", *lines))).remarks)

    assert "--group instrument gives each a level of its own" in told(50.0)
    # levels as far apart as the values scatter: a quarter of the variance is between
    assert "--group" not in told(1.0)
    assert "--group" not in told(50.0, (12, 4))


def test_an_hour_that_is_there_twice_hides_no_stations(write):
    times = [f"2013-11-0{d} {h:02d}:00" for d in range(1, 9) for h in range(24)]
    times += ["2013-11-09 01:00"] * 2
    lines = [f"{t},{s},{k % 9}" for k, t in enumerate(times) for s in ("EWR", "JFK")]
    said = " ".join(read_table(write("\n".join(["time,origin,temp", *lines]))).remarks)
    assert "times repeat: origin tells 2 series apart" in said
    mixed = [f"{t},{s},{k % 9}" for k, t in enumerate(times) for s in ("EWR", "JFK", "JFK")]
    said = " ".join(read_table(write("\n".join(["time,origin,temp", *mixed]))).remarks)
    assert "times repeat" not in said


def test_dates_of_six_digits(write):
    def read(numbers):
        lines = [f"{number},{k % 5}" for k, number in enumerate(numbers)]
        return read_table(write("\n".join(["date,v", *lines])))

    for first, last in (("1980-01-02", "1981-02-03"), ("2019-12-28", "2020-11-01")):
        days = np.arange(first, last, dtype="datetime64[D]")
        short = [str(day).replace("-", "")[2:] for day in days]
        table = read(short)
        assert list(table.t.to_numpy().astype("datetime64[D]")) == list(days)
        assert table.guesses[0] == "time: date (guessed, read as YYMMDD)"
    assert read(short[:3]).t.dtype.kind in "iuf"  # too few to tell
    # days of a spreadsheet, and days that are counted, are none
    for first in (40_179, 10_150):
        assert read(range(first, first + 40)).t.dtype.kind in "iuf"
