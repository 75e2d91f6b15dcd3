"""The column of times: formats, zones, counts since 1970, and words for a refusal."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from epicycle.files.conventions import Conventions
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows


def test_offsets_that_change_are_read_as_instants(write):
    texts = ["2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T04:00:00+02:00"]
    table = read_table(write(rows("date,y", *(f"{t},1" for t in texts))))
    assert str(table.t.tz) == "UTC"
    assert (np.diff(table.t) == np.timedelta64(1, "h")).all()
    assert "+01:00 and +02:00" in table.remarks[0]
    assert "--zone" in table.remarks[1]


def test_a_format_is_obeyed(write):
    path = write(rows("when,y", "01/05/2024,1", "02/05/2024,2", "03/05/2024,3"))
    for told in (Conventions(date_format="%d/%m/%Y"), Conventions(dayfirst=True)):
        assert read_table(path, told=told).t[1] == pd.Timestamp("2024-05-02")
    with pytest.raises(ReadError, match=r"3 entries not a date.*write all of them as %Y-%m"):
        read_table(path, time="when", told=Conventions(date_format="%Y-%m"))


def test_times_of_day_alone(write):
    path = write(rows("Time,y", "22:00,1", "23:00,2", "0:00,3", "1:00,4"))
    table = read_table(path)
    np.testing.assert_array_equal(np.diff(table.t), np.timedelta64(1, "h"))
    assert "1 midnight passed" in table.guesses[0]


@pytest.mark.parametrize(
    ("name", "first", "unit"),
    [
        ("timestamp", 1_714_521_600, "s"),
        ("timestamp", 1_714_521_600_000, "ms"),
        ("time", 1_714_521_600_000_000, "us"),
        ("Date", 45_413.0, "d"),
        ("datenum_date", 739_373.5, "d"),
        ("time", 45_413.0, None),
        ("x", 1_714_521_600, None),
    ],
)
def test_the_unit_of_counts_that_computers_write(write, name, first, unit):
    table = read_table(write(rows(f"{name},y", *(f"{first + k},{k % 3}" for k in range(5)))))
    assert table.unit == unit
    assert table.t[0] == first


@pytest.mark.parametrize("form", ["%Y%m%d", "%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"])
def test_dates_in_one_number(write, form):
    days = [dt.datetime(2023, 12, 28) + dt.timedelta(days=k, hours=7 * k % 24) for k in range(9)]
    texts = [day.strftime(form) for day in days]
    expected = [dt.datetime.strptime(text, form) for text in texts]
    for header in (["MESS_DATUM,v"], []):
        path = write(rows(*header, *(f"{text},{k % 4}" for k, text in enumerate(texts))))
        assert list(read_table(path).t.to_pydatetime()) == expected
    # as many digits, but no dates
    counts = [1_714_521_600 + 3600 * k for k in range(9)]
    table = read_table(write(rows("time,v", *(f"{n},{n % 5}" for n in counts))))
    np.testing.assert_array_equal(table.t, counts)


def test_a_gap_of_a_telescope_is_left_out_and_told(write):
    table = read_table(write(rows("time,flux", "1,2", ",", "nan,", "3,4", "4,5", "5,1", ",2"[:1])))
    np.testing.assert_array_equal(table.t, [1, 3, 4, 5])
    many = rows("time,flux,q", "1,2,0", ",,1", "3,4,0", "4,5,0")
    table = read_table(write(many))
    np.testing.assert_array_equal(table.t, [1, 3, 4])
    assert table.remarks == ("1 rows without time and value left out",)


def test_a_word_for_a_time_names_the_option(write):
    with pytest.raises(ReadError, match=r"neither numbers nor dates, but 'soon'.*--date-format"):
        read_table(write(rows("time,y", "soon,1", "later,2", "never,3")))


def test_local_times_of_a_zone_stay_as_they_are(write):
    text = rows("date,y", *(f"2024-05-0{k}T00:00:00+02:00,{k}" for k in range(1, 5)))
    assert read_table(write(text)).t[0].utcoffset() == dt.timedelta(hours=2)


def test_months_in_one_number(write):
    months = [201000 + 100 * (k // 12) + k % 12 + 1 for k in range(30)]
    for name in ("Month", "yyyymm", "date"):
        table = read_table(write(rows(f"{name},sales", *(f"{m},{m % 7}" for m in months))))
        assert [(t.year, t.month, t.day) for t in table.t] == [
            (m // 100, m % 100, 1) for m in months
        ]
    table = read_table(write(rows("month,v", *(f"{k},{k % 5}" for k in range(1, 13)))))
    np.testing.assert_array_equal(table.t, range(1, 13))


@pytest.mark.parametrize("day", ["2024/03/31", "31.03.2024"])
def test_offsets_of_dates_of_other_forms(write, day):
    texts = [f"{day} 01:00+01:00", f"{day} 03:00+02:00", f"{day} 04:00+02:00"]
    table = read_table(write(rows("date,y", *(f"{t},1" for t in texts))))
    assert (np.diff(table.t) == np.timedelta64(1, "h")).all()
    assert "+01:00 and +02:00 read as instants" in table.remarks[0]
    same = read_table(write(rows("date,y", *(f"{t},1" for t in texts[1:]), f"{day} 05:00+02:00,2")))
    assert same.t[0].utcoffset() == dt.timedelta(hours=2)
    assert same.t[0].hour == 3


def test_zeitgeber_times_are_hours(write):
    table = read_table(write(rows("time,y", "ZT0,1", "ZT04,2", "zt 8.5,3", "CT12h,1")))
    np.testing.assert_array_equal(table.t, [0, 4, 8.5, 12])
    assert table.unit == "h"
    with pytest.raises(ReadError, match="neither numbers nor dates, but 'ZT0'"):
        read_table(write(rows("time,y", "ZT0,1", "ZT4 or so,2", "ZT8,3")))
