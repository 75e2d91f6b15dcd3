"""Which column is which: named, or guessed."""

import numpy as np
import pandas as pd
import pytest

from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows


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
        ("time_h,t", "time_h", "t", (), "h"),
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


@pytest.mark.parametrize(
    ("header", "constant", "value"),
    [
        ("date,ELEVATION,TMAX", "2", "TMAX"),
        ("date,site,flow", "2", "flow"),
        ("date,TIMECORR,CADENCENO,SAP_FLUX,PDCSAP_FLUX", None, "PDCSAP_FLUX"),
        ("date,station_id,TT_TU", None, "TT_TU"),
        ("date,#,Temp (LGR)", None, "Temp (LGR)"),
        ("date,Month,sales", None, "sales"),
        ("timer,hr", None, "hr"),
    ],
)
def test_what_says_when_and_where_is_no_value(write, header, constant, value):
    columns = header.split(",")
    lines = []
    for k in range(1, 7):
        first = f"2024-05-0{k}" if columns[0] == "date" else str(k)
        middle = [constant or str(10 * k) for _ in columns[1:-1]]
        lines.append(",".join([first, *middle, str(k * k % 7)]))
    assert read_table(write(rows(header, *lines))).value_columns == (value,)


def test_labels_that_tell_series_apart_are_named(write):
    lines = [f"2024-05-0{k},{e},{k}" for k in range(1, 8) for e in ("TMAX", "TMIN")]
    (said,) = read_table(write(rows("date,element,v", *lines))).remarks
    assert "element tells 2 series apart (--group element, --id element)" in said
    assert read_table(write(rows("date,element,v", *lines)), group="element").remarks == ()


def test_a_gene_in_each_row_is_refused(write):
    lines = [f"g{k},1,2,3,{k}" for k in range(5)]
    with pytest.raises(ReadError, match=r"ZT00, ZT04.*epicycle rhythms .*table.csv --period 24"):
        read_table(write(rows("gene,ZT00,ZT04,ZT08,ZT12", *lines)))


@pytest.mark.parametrize(("negative", "taken"), [(1, True), (12, False)])
def test_changes_of_a_value_are_no_errors_by_their_name(write, negative, taken):
    lines = [f"{k},{k % 7},{-0.5 if k < negative else 0.5}" for k in range(30)]
    path = write("\n".join(["t,m,dm", *lines]))
    if taken:  # a mark of what is missing among errors
        with pytest.raises(ReadError, match="standard errors, has 1 entry not above 0"):
            read_table(path)
    else:
        table = read_table(path)
        assert (table.value_columns, table.dy) == (("m",), None)
        assert "dm" in table.ignored
