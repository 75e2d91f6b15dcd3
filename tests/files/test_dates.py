"""Dates as people write them are what a calendar says, or refused with the option that helps."""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from epicycle.files import dates
from epicycle.files.conventions import Conventions
from epicycle.files.layout import ReadError


def read(*entries, **told):
    return dates.read_dates(pd.Series(list(entries)), Conventions(**told), "column 'when'")


@pytest.mark.parametrize(
    ("form", "remark"),
    [
        ("%d/%m/%Y %H:%M", "DD/MM/YYYY"),
        ("%m/%d/%Y %I:%M %p", "MM/DD/YYYY"),
        ("%d.%m.%Y %H:%M:%S", "DD.MM.YYYY"),
        ("%d.%m.%y", "DD.MM.YY"),
        ("%Y/%m/%d %H:%M", "YYYY/MM/DD"),
        ("%d-%b-%Y %H:%M", "DD-Mon-YYYY"),
        ("%b %d, %Y %H:%M", "DD Mon YYYY"),
        ("%a, %d %b %Y %H:%M", "DD Mon YYYY"),
        ("%Y %m %d", "YYYY MM DD"),
        ("%Y-%j", ""),
        ("%b %Y", ""),
        ("%G-W%V-%u", ""),
    ],
)
def test_every_form_is_read_as_the_calendar_writes_it(form, remark):
    days = [dt.datetime(2019, 12, 29) + dt.timedelta(hours=37.5 * k) for k in range(500)]
    text = [day.strftime(form) for day in days]
    read_dates, said = read(*text)
    expected = [dt.datetime.strptime(t, form) for t in text]
    assert list(read_dates.to_pydatetime()) == expected
    assert said == (f", read as {remark}" if remark else "")


def test_day_and_month_are_told_by_others_by_the_user_or_refused():
    assert read("01/05/2024", "13/05/2024")[0][0] == pd.Timestamp("2024-05-01")
    assert read("01/05/2024", "05/13/2024")[0][0] == pd.Timestamp("2024-01-05")
    for dayfirst, month in ((True, 5), (False, 1)):
        assert read("01/05/2024", dayfirst=dayfirst)[0][0].month == month
    with pytest.raises(
        ReadError, match=r"column 'when' .*'01/05/2024 00.*--dayfirst .*--date-form"
    ):
        read("01/05/2024 00:00", "02/05/2024 00:00")
    assert not read("01/01/2024", "02/02/2024")[0].isna().any()  # the same either way


@pytest.mark.parametrize("wrong", ["31/02/2024", "soon", "31/01/2024 25:00", "31/01/2024 10:61"])
def test_a_day_that_no_calendar_has_is_not_read(wrong):
    assert read("31/01/2024", wrong)[0].isna().tolist() == [False, True]


def test_the_end_of_a_day_and_offsets():
    assert read("2024/02/28 24:00")[0][0] == pd.Timestamp("2024-02-29")
    moved, _ = read("2024/03/31 01:30+01:00", "2024/03/31 03:30+02:00")
    assert str(moved.tz) == "UTC"
    assert (moved[1] - moved[0]) == pd.Timedelta("1h")
    assert read("2024/03/31 01:30+01:00", "2024/03/31 03:30")[0].isna()[1]


def test_quarters_begin_where_they_begin():
    for text in (
        ["2000Q1", "2000Q4"],
        ["Q1 2000", "Q4 2000"],
        ["1Q2000", "4Q2000"],
        ["2000-01", "2000-10"],
    ):
        assert [d.month for d in read(*text)[0]] == [1, 10]


def test_times_of_day_count_on_over_midnight():
    passed, midnights = dates.read_times_of_day(pd.Series(["23:30", "0:00", "12:00", "11:00"]))
    hours = passed / np.timedelta64(1, "h")
    np.testing.assert_allclose(hours, [23.5, 24, 36, 59])
    assert midnights == 2
    long, none = dates.read_times_of_day(pd.Series(["23:30:00.5", "25:30:00", "130:00:00"]))
    assert none == 0
    assert long[2] == np.timedelta64(130, "h")


def test_a_format_that_the_user_names():
    text = pd.Series(["05|2024|31", "06|2024|01"])
    assert dates.by_format(text, "%m|%Y|%d", "x")[0] == pd.Timestamp("2024-05-31")
    with pytest.raises(ReadError, match="--date-format %Q cannot be used"):
        dates.by_format(text, "%Q", "x")


def test_days_of_the_year_and_of_the_calendar_agree():
    year, number = np.array([2023, 2024, 2024, 2023]), np.array([365, 366, 60, 366])
    days = dates.from_day_of_year(year, number)
    assert days[:3].tolist() == [dt.date(2023, 12, 31), dt.date(2024, 12, 31), dt.date(2024, 2, 29)]
    assert np.isnat(days[3])
    assert np.isnat(dates.from_days([2023], [2], [29]))[0]
    assert dates.month_number("September") == 9
    assert np.isnan(dates.month_number("soon"))


@pytest.mark.parametrize("entry", ["12.5", "7", "high", "1,5", "10-20", "192.168.1.20"])
def test_numbers_and_words_are_no_dates(entry):
    assert not dates.looks_like_date(entry)
    assert not dates.looks_like_time_of_day(entry)


CLOCKS = (
    "01/02/2024 5 PM",
    "01/02/2024 5PM",
    "01/02/2024 17:30 +02:00",
    "01/02/2024 17:30:05.25Z",
    "01-02-24,17:30",
    "01/02/2024T17:30:01",
)


@pytest.mark.parametrize("entry", ["01/02/2024", "01.02.23 04:05", "01/02/23 12:00:00 AM", *CLOCKS])
def test_the_format_that_a_refusal_names_reads_the_date(entry: str) -> None:
    with pytest.raises(ReadError, match="--dayfirst") as refusal:
        read(entry, entry.replace("01", "03", 1))
    code = re.search(r"--date-format '([^']*)'", str(refusal.value))
    assert code is not None
    found = dt.datetime.strptime(entry, code[1])
    assert (found.month, found.day) == (2, 1)
    assert found.hour == (17 if entry in CLOCKS else found.hour)
    assert (found.tzinfo is not None) == entry.endswith(("Z", ":00"))  # a zone is not dropped


def test_hours_without_minutes_are_read() -> None:
    days, _ = read("13/02/2024 5 PM", "14/02/2024 12 am", "15/02/2024 11am")
    assert [str(day) for day in days] == [
        "2024-02-13 17:00:00",
        "2024-02-14 00:00:00",
        "2024-02-15 11:00:00",
    ]
