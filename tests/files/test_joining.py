"""Times in several columns become one; no column that tells a part of the time is dropped."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from epicycle.files.ahead import read_times
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows

HOURS = [dt.datetime(2023, 12, 25) + dt.timedelta(hours=k) for k in range(200)]
MONTHS = [(1990 + k // 12, k % 12 + 1) for k in range(40)]


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("Date,Time,level", "%Y-%m-%d,%H:%M:%S"),
        ("Time,Date,level", "%H:%M,%Y/%m/%d"),
        ("Date,Hour,level", "%Y-%m-%d,%H"),
        ("DATE,HHMM,level", "%Y%m%d,%H%M"),
        ("Date,Time,level", "%d.%m.%Y,%I:%M %p"),
        ("Year,Month,Day,Hour,level", "%Y,%m,%d,%H"),
        ("YY,MM,DD,hh,mm,level", "%Y,%m,%d,%H,%M"),
        ("year,doy,hour,level", "%Y,%j,%H"),
        ("year,period,day,hour,level", "%Y,M%m,%d,%H"),
    ],
)
def test_dates_and_times_of_day(write, header, form):
    lines = [f"{t.strftime(form)},{k % 7}" for k, t in enumerate(HOURS)]
    table = read_table(write(rows(header, *lines)))
    assert list(pd.DatetimeIndex(table.t).to_pydatetime()) == HOURS
    assert table.value_columns == ("level",)
    assert set(table.time_column.split(" + ")) == set(header.split(",")[:-1])
    assert "joined" in table.guesses[0]
    assert table.ignored == ()


def test_years_and_weeks(write):
    days = [dt.datetime(2019, 12, 30) + dt.timedelta(weeks=k) for k in range(60)]
    lines = [f"{d.isocalendar().year},{d.isocalendar().week},{k % 7}" for k, d in enumerate(days)]
    assert list(read_table(write(rows("Year,Week,v", *lines))).t.to_pydatetime()) == days


@pytest.mark.parametrize("form", ["{d},{h}", "{d},{h:02d}:30"])
def test_days_of_an_experiment_and_hours(write, form):
    lines = [form.format(d=k // 24 + 1, h=k % 24) + f",{k % 5}" for k in range(100)]
    table = read_table(write(rows("Day,Hour,counts", *lines)))
    np.testing.assert_allclose(table.t, 24 + np.arange(100) + 0.5 * (":" in form))
    assert (table.time_column, table.unit) == ("Day + Hour", "h")


def test_numbers_of_days_and_clocks_are_hours_whatever_they_are_called(write):
    lines = [f"{346 + k // 144},{k // 6 % 24 * 100 + k % 6 * 10},{k % 5}" for k in range(300)]
    table = read_table(write(rows("day,time,temp", *lines)))
    np.testing.assert_allclose(table.t, 24 * 346 + np.arange(300) / 6)
    assert table.unit == "h"


def test_a_table_without_header(write):
    lines = [f"{t:%Y,%m,%d},{t.hour},{k % 7}" for k, t in enumerate(HOURS)]
    table = read_table(write(rows(*lines)))
    assert list(table.t.to_pydatetime()) == HOURS
    assert table.value_columns == ("5",)
    monthly = [f"{y};{m:02d};{y + (m - 0.5) / 12:.3f};{m * 1.5};-1.0" for y, m in MONTHS]
    table = read_table(write(rows(*monthly)))
    assert (table.time_column, table.value_columns) == ("1 + 2", ("4",))


def test_numbers_that_are_no_calendar_stay_numbers(write):
    lines = [f"{1990 + k},{k % 12 + 1},{k % 5}" for k in range(30)]
    assert read_table(write(rows(*lines))).time_column == "1"
    lines = [f"{k},{k % 9 + 1},{k % 5}" for k in range(1990, 2020)]
    table = read_table(write(rows("Year,Min,level", *lines)))
    assert (table.time_column, table.unit, table.value_columns) == ("Year", "y", ("Min",))


def test_years_with_decimals_come_before_years_and_months(write):
    lines = [f"{y},{m},{y + (m - 1) / 12:.3f},{m}" for y, m in MONTHS]
    table = read_table(write(rows("YEAR,MON,Dec year,INDEX", *lines)))
    assert (table.time_column, table.unit, table.value_columns) == ("Dec year", "y", ("INDEX",))
    assert table.guesses == ("time: Dec year (guessed)", "value: INDEX (guessed)")
    # to all their digits: an even raster
    np.testing.assert_allclose(np.diff(table.t), 1 / 12, rtol=1e-9)


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("Date,Time,y", "2024-05-0{k},{clock},1", r"'Date \+ Time' .* 1 time missing, .* line 4"),
        ("Year,Month,y", "2024,{month},1", r"'Year \+ Month' .* 1 time missing, .* line 4"),
        ("Date,Hour,y", "2024-05-01,{hour},1", r"'Hour' .* part of the time, has 27 in line 6"),
        ("Year,Month,y", "2024,{big},1", r"'Month' .* has 13 in line 2: expected 1 to 12"),
    ],
)
def test_a_part_that_cannot_be_is_never_dropped(write, header, line, message):
    lines = [
        line.format(
            k=k,
            clock="" if k == 3 else "12:00",
            month="" if k == 3 else k,
            hour=27 if k == 5 else k,
            big=14 - k,
        )
        for k in range(1, 9)
    ]
    with pytest.raises(ReadError, match=message):
        read_table(write(rows(header, *lines)))


def test_a_named_part_is_joined_and_a_named_value_kept(write):
    lines = [f"{t:%Y-%m-%d},{t:%H:%M},{t.hour}" for t in HOURS]
    path = write(rows("Date,Time,Hour", *lines))
    for time in ("Date", "Time"):
        table = read_table(path, time=time, values=["Hour"])
        assert list(table.t.to_pydatetime()) == HOURS
        np.testing.assert_array_equal(table.y, [t.hour for t in HOURS])


def test_times_to_predict_at_are_joined_alike(write):
    lines = [f"{t:%Y-%m-%d},{t:%H:%M}" for t in HOURS]
    times, name, _ = read_times(write(rows("Date,Time", *lines)), None, "Date + Time")
    assert list(times.to_pydatetime()) == HOURS
    assert name == "Date + Time"
