"""What stands around a table is passed over and told, and never taken for a part of it."""

import re

import numpy as np
import pytest

from epicycle.files.layout import is_datum, lay_out
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows

DATA = ("0,1.5", "1,2.5", "2,0.5", "3,1.0")


def laid_out(*lines, **options):
    return lay_out(rows(*lines).encode(), "t.csv", **options)


@pytest.mark.parametrize(
    ("above", "remark"),
    [
        (["sep=,"], "a line sep=, obeyed"),
        (["Animal: 12", "Start: 2024-05-01 00:00", "Bin: 60 min", ""], r"3 lines before .*Animal"),
        (["Station,7", "Height,12", ""], r"2 lines before"),
        (["Animal,12", "Bin,60 min"], r"2 lines before .*Animal 12"),
        (["a report, of the weather, in three parts"], r"1 line before"),
    ],
)
def test_lines_before_the_table_are_passed_over_and_told(write, above, remark):
    table = read_table(write(rows(*above, "time_s,level", *DATA)))
    assert (table.time_column, table.value_columns) == ("time_s", ("level",))
    np.testing.assert_array_equal(table.y, [1.5, 2.5, 0.5, 1.0])
    (said,) = table.remarks
    assert re.search(remark, said)


def test_a_refusal_counts_the_lines_of_the_preamble(write):
    lines = ["Logger 7", "made by hand", "", "time,level", *DATA, "4,bad"]
    with pytest.raises(ReadError, match=r"first in line 9 \('bad'\)"):
        read_table(write(rows(*lines)))


def test_a_header_that_is_too_short_is_no_preamble(write):
    with pytest.raises(ReadError, match="line 2 has 3 fields"):
        read_table(write(rows("time,value", *(f"{k},{k},{k}" for k in range(9)))))
    with pytest.raises(ReadError, match="header has 2"):
        read_table(write(rows("time value", *DATA)))


def test_a_row_of_units_and_a_rule_are_passed_over(write):
    told = read_table(write(rows("time,level", "h,m", *DATA)))
    assert told.unit == "h"
    assert told.remarks == ("a row of units passed over (h, m)",)
    vizier = rows(
        "#INFO", "HJD\tVmag", "d\tmag", "-----\t----", *(d.replace(",", "\t") for d in DATA)
    )
    np.testing.assert_array_equal(read_table(write(vizier)).t, [0, 1, 2, 3])


def test_words_in_every_row_are_no_row_of_units(write):
    with pytest.raises(ReadError, match=r"first in line 2 \('x'\)"):
        read_table(write(rows("t,y", "1,x", "2,2", "3,3", "4,4")))


def test_rows_with_a_label_are_no_header():
    lines = [f"24580{k}.000 1.9{k} 0.05 SITE1" for k in range(6)]
    _, header = laid_out(*lines)
    assert not header.in_file
    assert header.n_records == 0
    _, header = laid_out("gene,0,4,8", "Per1,1.5,2.5,3.5", "Per2,2.5,1.5,3.0", "Cry1,1.0,2.0,3.0")
    assert header.columns == ("gene", "0", "4", "8")


def test_the_first_of_two_comments_names_the_columns():
    lines = ["#YY MM WTMP", "#yr mo degC", *(f"2024 {k} {k}.5" for k in range(1, 9))]
    _, header = laid_out(*lines)
    assert header.columns == ("YY", "MM", "WTMP")
    assert header.units == ("yr", "mo", "degC")


def test_a_delimiter_is_preferred_under_which_fields_are_data():
    text, _ = laid_out("0;1,5", "1;2,5", "2;0,5")
    assert text.delimiter == ";"


@pytest.mark.parametrize(
    ("field", "is_one"),
    [
        *((field, True) for field in ("1e5", "2,5", "31/12/2024", "18:00", "2000Q1", "5-Jan-24")),
        *((field, False) for field in ("h", "ZT04", "level", "5s", "Animal: 12")),
    ],
)
def test_what_can_only_be_a_value(field, is_one):
    assert is_datum(field) == is_one


def test_blanks_that_cut_dates_in_two(write):
    lines = [f"2024-05-0{k} 12:{k}0 {k}.5" for k in range(1, 6)]
    table = read_table(write(rows("time level", *lines)))
    assert str(table.t[0]) == "2024-05-01 12:10:00"
    assert table.value_columns == ("level",)


def test_missing_values_in_the_first_row_make_no_header():
    _, header = laid_out("2024 1 MM", "2024 2 3.5", "2024 3 4.5", "2024 4 4.0")
    assert not header.in_file
