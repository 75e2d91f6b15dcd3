"""Columns beside each other become series one below the other."""

import numpy as np

from epicycle.files.reading import read_table
from epicycle.files.wide import one_below_the_other
from tests.files.tables import rows


def test_each_value_keeps_its_time_and_error(write):
    lines = ["0,1,.1,5,.5", "1,,.1,6,.5", "2,3,.3,7,.6", "3,4,.4,,.7"]
    table = read_table(write(rows("time,a,a_err,b,b_err", *lines)), values=["all"])
    assert table.value_columns == ("a", "b")
    long = one_below_the_other(table)
    assert long.ids.tolist() == ["a"] * 3 + ["b"] * 3
    np.testing.assert_array_equal(long.t, [0, 2, 3, 0, 1, 2])
    np.testing.assert_array_equal(long.y, [1, 3, 4, 5, 6, 7])
    np.testing.assert_array_equal(long.dy, [0.1, 0.3, 0.4, 0.5, 0.5, 0.6])
    assert long.value_columns == ("value",)


def test_dates_and_a_single_column(write):
    table = read_table(write(rows("date,a,id", *(f"2024-05-0{k},{k},7" for k in range(1, 6)))))
    long = one_below_the_other(table)
    assert (long.t == table.t).all()
    assert set(long.ids) == {"a"}


def test_a_column_that_is_called_all_is_one_column(write):
    table = read_table(write(rows("t,all,b", "1,2,3", "2,3,4", "3,1,1")), values=["all"])
    np.testing.assert_array_equal(table.y, [2, 3, 1])
