"""What is no time, or no unit of time, is refused in words that help; and the names of units."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from epicycle.samples.times import canonical_unit, parse_times

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("t", "error", "message"),
    [
        (
            ["1 January 2024"],
            TypeError,
            r"t must be numbers or datetimes, got strings such as '1 January",
        ),
        (np.array(["a"], dtype=object), TypeError, r"got objects of type str.* convert them to"),
        (pd.Series(["1/1/2024"]), TypeError, r"t must be numbers or datetimes, got .*str"),
        ([True, False], TypeError, r"t must be real numbers or datetimes, got dtype bool"),
        (np.array([True], dtype=object), TypeError, r"got objects of type bool"),
        ([1j, 2.0], TypeError, r"t must be real numbers or datetimes, got dtype complex128"),
        ([dt.time(12, 30)], TypeError, r"got objects of type time\. To fix this"),
        (list(pd.period_range("2024", periods=3)), TypeError, r"got objects of type Period"),
        ([1.0, np.nan, np.inf], ValueError, r"t has 2 values .* first at position 1.* drop those"),
        ([1.0, None], ValueError, r"t has 1 missing of 2 values.* drop those rows"),
        ([1.0, pd.NA, 2.0], ValueError, r"t has 1 missing of 3 values.* drop those rows"),
        ([dt.datetime(2024, 1, 1), None], ValueError, r"t has 1 missing of 2 values"),
        (np.array(["2024", "NaT"], dtype="M8[s]"), ValueError, r"t has 1 NaT of 2 values"),
        (pd.DatetimeIndex(["2024", pd.NaT]), ValueError, r"t has 1 NaT of 2 values"),
        (pd.DatetimeIndex(["2024", pd.NaT], tz="UTC"), ValueError, r"t has 1 NaT of 2 values"),
        ([pd.Timestamp("2024"), pd.NaT], ValueError, r"t has 1 missing of 2 values"),
        (pd.Series([1, None], dtype="Int64"), ValueError, r"t has 1 .* drop those rows"),
        (
            [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1)],
            ValueError,
            r"t mixes time zones \(None, UTC\)\. To fix this, convert all times to one zone",
        ),
        (
            [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, tzinfo=BERLIN)],
            ValueError,
            r"t mixes time zones \(Europe/Berlin, UTC\)",
        ),
        (3.0, ValueError, r"t must be one-dimensional, got shape \(\)\. To fix this, pass one"),
        (np.zeros((4, 2)), ValueError, r"t must be one-dimensional, got shape \(4, 2\)"),
        (None, (TypeError, ValueError), r"t .*"),
    ],
    ids=lambda v: None if not isinstance(v, str) else v[:40],
)
def test_what_is_not_a_time_is_refused(t: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        parse_times(t)


def test_masked_times_are_refused_rather_than_used() -> None:
    # what stands under a mask is no time at all
    for values in ([1.0, -999.0, 3.0], [1, -999, 3]):
        with pytest.raises(ValueError, match=r"t has 1 .*drop those rows"):
            parse_times(np.ma.masked_array(values, mask=[0, 1, 0]))
    times, _ = parse_times(np.ma.masked_array([1.0, 2.0], mask=[0, 0]))
    assert times.hi.tolist() == [1, 2]


def test_the_message_names_the_argument() -> None:
    with pytest.raises(TypeError, match=r"^times_to_predict must be"):
        parse_times(["x"], name="times_to_predict")


def test_units_are_checked() -> None:
    t = np.array(["2024"], dtype="M8[D]")
    with pytest.raises(ValueError, match=r"unit='parsec' is not a unit of time.* use one of ns"):
        parse_times(t, unit="parsec")
    with pytest.raises(TypeError, match=r"unit must be a string such as 'd' or 'h', got int"):
        parse_times([1.0], unit=3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("d", "d"),
        ("day", "d"),
        ("Days", "d"),
        (" hours ", "h"),
        ("hr", "h"),
        ("hrs", "h"),
        ("minute", "min"),
        ("min", "min"),
        ("seconds", "s"),
        ("sec", "s"),
        ("weeks", "w"),
        ("years", "y"),
        ("yr", "y"),
        ("milliseconds", "ms"),
        ("nanosecond", "ns"),
        ("orbit", "orbit"),
        (None, None),
    ],
)
def test_names_of_units(given: str | None, short: str | None) -> None:
    assert canonical_unit(given) == short
