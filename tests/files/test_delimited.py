"""Delimited text of every kind: each value stands under its own name."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.files import delimited, layout
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import SIMPLE, assert_simple, rows

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


def test_numbers_come_back_to_the_last_bit(write):
    # a Julian date in float64 has steps of 40 microseconds: a parser off by one bit shows
    rng = np.random.default_rng(5)
    t = 2_450_000 + np.sort(rng.uniform(0, 1e4, 5000))
    y = rng.normal(size=5000) * 10.0 ** rng.integers(-20, 20, 5000)
    text = "\n".join(f"{a!r},{b!r}" for a, b in zip(t.tolist(), y.tolist(), strict=True))
    table = read_table(write("jd,y\n" + text))
    np.testing.assert_array_equal(table.t, t)
    np.testing.assert_array_equal(table.y, y)


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


def test_rows_longer_than_the_header_are_never_shifted(write):
    # pandas would make the first field an index and read y from the third column
    text = rows("time,value", *(f"{i},{10 * i},{100 * i}" for i in range(1, 9)))
    with pytest.raises(ReadError, match="line 2 has 3 fields"):
        read_table(write(text))


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
    monkeypatch.setattr(layout, "_SNIFFED", 2)
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
