"""The calendar, held against Python's own."""

import calendar
import datetime as dt
import re

import numpy as np
import pytest

from epicycle.problems import Calendar

EPOCH = dt.date(2000, 1, 1)


def by_python(day: dt.date) -> list[int]:
    leap = calendar.isleap(day.year)
    return [day.weekday(), day.month - 1, day.day - 1, day.year % 4, int(leap)]


def test_every_day_around_the_exceptions_is_that_of_pythons_calendar() -> None:
    days = [
        dt.date(year, month, day)
        for year in (1, 4, 100, 400, 1582, 1600, 1700, 1900, 2000, 2023, 2024, 2100, 2400, 9999)
        for month in range(1, 13)
        for day in (1, 15, 28, calendar.monthrange(year, month)[1])
    ]
    since = np.array([(day - EPOCH).days for day in days])
    found = Calendar().digits(since * 86400 + 86399)
    np.testing.assert_array_equal(found, [by_python(day) for day in days])


def test_it_repeats_after_400_years_and_no_day_of_them_is_amiss() -> None:
    everyday = np.arange(146_097)
    found = Calendar().digits(everyday * 86400)
    first = EPOCH.toordinal()
    truth = [by_python(dt.date.fromordinal(first + n)) for n in everyday[::97].tolist()]
    np.testing.assert_array_equal(found[::97], truth)
    assert found[:, 4].sum() == 97 * 366
    np.testing.assert_array_equal(found, Calendar().digits((everyday - 146_097) * 86400))
    assert Calendar.year * 400 == 146_097 * 86400


def test_another_epoch_is_another_day_at_0() -> None:
    there = Calendar("1970-01-01")
    assert there.text(there.digits(0)) == "Thu 1 Jan, year 2 of 4"
    np.testing.assert_array_equal(there.digits(946684800), Calendar().digits(0))


def test_the_last_moment_of_a_day_belongs_to_it() -> None:
    just_before = np.nextafter(86400.0, 0.0)
    days = Calendar().days([-1e-300, 0.0, just_before, 86400.0, -86400.0])
    assert days.tolist() == [-1, 0, 0, 1, -1]


def test_samples_lie_in_the_range_or_on_either_side_of_it() -> None:
    rng = np.random.default_rng(0)
    end = 400 * Calendar.year
    inside = Calendar().sample(1000, rng=rng)
    assert inside.min() >= 0
    assert inside.max() < end
    around = Calendar().sample(1000, rng=rng, beyond=400)
    assert ((around < 0) | (around >= end)).all()
    assert (around < 0).sum() > 400
    assert around.min() >= -end
    assert around.max() < 2 * end


@pytest.mark.parametrize("epoch", ["yesterday", "2000-13-01", "NaT", 5, "2000-01-01T12"])
def test_no_epoch_is_refused(epoch: object) -> None:
    with pytest.raises(ValueError, match=re.escape(f"epoch is {epoch!r}") + ".*To fix this"):
        Calendar(epoch)


def test_instants_that_no_date_reaches_are_refused() -> None:
    with pytest.raises(ValueError, match="3e9 years"):
        Calendar().digits(1e300)
    with pytest.raises(ValueError, match="not finite"):
        Calendar().digits([np.nan])
