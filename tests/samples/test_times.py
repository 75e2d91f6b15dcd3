"""Times of every kind become the same exact numbers, and go back to the reader."""

import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.samples.times import UNIT_SECONDS, Times, TimeScale, parse_times

BERLIN = ZoneInfo("Europe/Berlin")

#: Seconds in one tick of each resolution of numpy.
NUMPY_TICK = {
    "W": Fraction(7 * 86400),
    "D": Fraction(86400),
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 10**3),
    "us": Fraction(1, 10**6),
    "ns": Fraction(1, 10**9),
    "ps": Fraction(1, 10**12),
    "fs": Fraction(1, 10**15),
    "as": Fraction(1, 10**18),
}

# _twofloat.scale promises about 104 bits; a plain float64 has 53.
PRECISION = Fraction(1, 2**102)


def exact(times: Times) -> list[Fraction]:
    pairs = zip(times.hi.tolist(), times.lo.tolist(), strict=True)
    return [Fraction(hi) + Fraction(lo) for hi, lo in pairs]


def parse(t: object, unit: str | None = None) -> list[Fraction]:
    return exact(parse_times(t, unit=unit)[0])


def assert_equal_to_precision(got: list[Fraction], true: list[Fraction]) -> None:
    assert len(got) == len(true)
    for g, x in zip(got, true, strict=True):
        assert abs(g - x) <= abs(x) * PRECISION, (float(g), float(x))


# ---- Numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        [0.1, -2.5, 1e12],
        (0.1, 2.0, 3.0),
        np.array([0.1, 0.2, 1e300]),
        np.array([0.1, 1e9], dtype=np.float32),
        np.array([0.1, 2.5], dtype=np.float16),
        np.array([1, 2, 3], dtype=np.int8),
        np.array([1, 2, 3], dtype=np.uint32),
        np.array([2**53 + 1, -(2**63), 2**63 - 1], dtype=np.int64),
        np.array([2**64 - 1, 2**53 + 1], dtype=np.uint64),
        np.array([1.0, 2.0, 3.0], dtype=">f8"),
        np.array([1, 2**60 + 1], dtype=">i8"),
        [2**62 + 1, 3],
        [2**63 + 1, 2**63 + 3],
        pd.Series([0.1, 0.2, 0.3]),
        pd.Series([2**53 + 1, 5]),
        pd.Series([2**53 + 1, 5], dtype="Int64"),
        pd.Index([1.5, 2.5]),
        pd.Series([0.1, 0.2], index=[7, 3]),
    ],
    ids=lambda v: f"{type(v).__name__}-{getattr(v, 'dtype', '')}-{len(v)}",
)
def test_numbers_keep_every_bit(values: object) -> None:
    times, scale = parse_times(values)
    true = [Fraction(v if isinstance(v, int) else float(v)) for v in np.asarray(values).tolist()]
    assert exact(times) == true
    assert scale == TimeScale(unit="", calendar=False)


def test_integers_in_an_array_of_objects_keep_every_bit() -> None:
    # Python integers of mixed size, and integers next to floats, arrive as objects
    assert parse(np.array([2**53 + 1, 4], dtype=object)) == [2**53 + 1, 4]
    assert parse(np.array([2**53 + 1, 0.5], dtype=object)) == [2**53 + 1, Fraction(1, 2)]
    assert parse([2**64 + 2**12 + 1, -5]) == [2**64 + 2**12 + 1, -5]


def test_a_longdouble_keeps_its_lower_half() -> None:
    if np.finfo(np.longdouble).eps == np.finfo(np.float64).eps:
        pytest.skip("longdouble is no longer than float64 here")
    value = np.longdouble(1) + np.longdouble(2) ** -60
    times, _ = parse_times(np.array([value, value * 3]))
    assert times.lo[0] == 2.0**-60
    assert exact(times)[0] == 1 + Fraction(1, 2**60)


def test_a_column_is_as_good_as_a_vector() -> None:
    assert parse(np.array([[1.0], [2.0]])) == [1, 2]
    assert parse(pd.DataFrame({"t": [1.0, 2.0]})) == [1, 2]


def test_unit_of_numbers_is_a_label() -> None:
    times, scale = parse_times([1.0, 2.0], unit="days")
    assert exact(times) == [1, 2]
    assert scale == TimeScale(unit="d", calendar=False)
    assert parse_times([1.0], unit="orbits")[1].unit == "orbits"


# ---- Datetimes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resolution", "unit"),
    [
        (resolution, unit)
        for resolution in NUMPY_TICK
        for unit in UNIT_SECONDS
        # a year has more attoseconds than _twofloat.scale can take; they only reach 9 seconds
        if not (resolution in ("fs", "as") and unit in ("w", "y"))
    ],
)
def test_every_resolution_in_every_unit(resolution: str, unit: str) -> None:
    ticks = np.array([0, 1, -1, 12345, 86399, -(2**40) + 1])
    if resolution in ("W", "D", "h", "m"):
        ticks = ticks % 10**6  # within the calendar of datetime64
    ratio = NUMPY_TICK[resolution] / UNIT_SECONDS[unit]
    true = [int(k) * ratio for k in ticks]
    for kind in ("datetime64", "timedelta64"):
        times, scale = parse_times(ticks.astype(f"{kind}[{resolution}]"), unit=unit)
        assert_equal_to_precision(exact(times), true)
        assert scale == TimeScale(unit=unit, calendar=kind == "datetime64")


def test_nanoseconds_beyond_a_float_survive() -> None:
    # 2026 in nanoseconds has 61 bits: two neighbours are one and the same float64
    ticks = np.array([1_780_000_000_000_000_001, 1_780_000_000_000_000_002])
    assert float(ticks[0]) == float(ticks[1])
    assert parse(ticks.astype("datetime64[ns]"), unit="ns") == ticks.tolist()
    in_days = parse(ticks.astype("datetime64[ns]"), unit="d")
    nanosecond = Fraction(1, 86400 * 10**9)
    assert abs(in_days[1] - in_days[0] - nanosecond) < nanosecond / 10**6


@pytest.mark.parametrize(("code", "days"), [("Y", [0, 366, 1461]), ("M", [0, 31, 1461])])
def test_calendar_units_count_real_days(code: str, days: list[int]) -> None:
    # from 2000: leap years count, and so do the lengths of months
    texts = {"Y": ["2000", "2001", "2004"], "M": ["2000-01", "2000-02", "2004-01"]}[code]
    t = np.array(texts, dtype=f"datetime64[{code}]")
    got = parse(t, unit="d")
    assert [g - got[0] for g in got] == days


def test_resolutions_with_a_multiple() -> None:
    assert parse(np.array([1, 2], dtype="datetime64[15m]"), unit="min") == [15, 30]
    assert parse(np.array([3], dtype="timedelta64[25s]"), unit="s") == [75]


@pytest.mark.parametrize(
    "t",
    [
        np.array(["2024-01-01T00:00", "2024-01-03T12:00"], dtype="datetime64[m]"),
        pd.DatetimeIndex(["2024-01-01T00:00", "2024-01-03T12:00"]),
        pd.Series(pd.DatetimeIndex(["2024-01-01T00:00", "2024-01-03T12:00"])),
        [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 3, 12)],
        [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-03T12:00")],
        [np.datetime64("2024-01-01"), np.datetime64("2024-01-03T12:00")],
        np.array([dt.datetime(2024, 1, 1), np.datetime64("2024-01-03T12:00")], dtype=object),
        pd.DataFrame({"t": pd.DatetimeIndex(["2024-01-01T00:00", "2024-01-03T12:00"])}),
    ],
    ids=[
        "datetime64",
        "DatetimeIndex",
        "Series",
        "datetime",
        "Timestamp",
        "list of datetime64",
        "objects",
        "DataFrame",
    ],
)
def test_naive_datetimes_of_every_kind(t: object) -> None:
    times, scale = parse_times(t)
    assert exact(times) == [19723, Fraction("19725.5")]
    assert scale == TimeScale(unit="d", calendar=True, timezone=None)


@pytest.mark.parametrize("resolution", ["s", "ms", "us", "ns"])
def test_every_resolution_of_pandas(resolution: str) -> None:
    index = pd.DatetimeIndex(["2024-01-01", "2024-01-03T12:00"]).as_unit(resolution)
    for t in (index, pd.Series(index), index.tz_localize("UTC"), pd.Series(index, dtype=object)):
        assert parse(t) == [19723, Fraction("19725.5")]


def test_time_differences_of_pandas() -> None:
    t = pd.to_timedelta([1, 36, 240], unit="h")
    for values in (t, pd.Series(t)):
        times, scale = parse_times(values, unit="h")
        assert exact(times) == [1, 36, 240]
        assert not scale.calendar


def test_a_zone_with_a_change_of_clocks_runs_evenly() -> None:
    # Clocks go forward on 2024-03-31 and back on 2024-10-27; an hour stays an hour.
    t = pd.date_range("2024-03-30", periods=6000, freq="h", tz="Europe/Berlin")
    wall = np.diff(t.tz_localize(None).to_numpy()) / np.timedelta64(1, "h")
    assert set(wall) == {0.0, 1.0, 2.0}  # what the clocks on the wall would say
    for values in (t, pd.Series(t), pd.Series(t, index=range(6000, 0, -1)), t.tolist()):
        times, scale = parse_times(values, unit="h")
        hours = exact(times)
        assert [h - hours[0] for h in hours] == list(range(6000))
        assert scale.calendar
        assert str(scale.timezone) == "Europe/Berlin"


def test_the_repeated_hour_is_told_apart_by_fold() -> None:
    t = [dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1)]
    first, second = parse(t, unit="h")
    assert second - first == 1


def test_zones_are_counted_from_utc() -> None:
    utc = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
    east = dt.timezone(dt.timedelta(hours=5, minutes=30))
    assert parse([utc.astimezone(east)]) == parse([utc]) == parse([utc.astimezone(BERLIN)])
    index = pd.DatetimeIndex([utc])
    assert parse(index.tz_convert("America/New_York")) == parse([utc])


@pytest.mark.parametrize("zone", [None, dt.UTC], ids=["naive", "UTC"])
@pytest.mark.parametrize("year", [1, 1610, 2500, 9999])
def test_centuries_beyond_nanoseconds(year: int, zone: dt.tzinfo | None) -> None:
    # datetime64[ns] ends in 1677 and 2262; sunspots were first drawn in 1610
    moment = dt.datetime(year, 6, 1, 6, tzinfo=zone)
    days = moment.date().toordinal() - dt.date(1970, 1, 1).toordinal()
    assert parse([moment]) == [days + Fraction(1, 4)]


def test_the_order_is_kept() -> None:
    t = pd.DatetimeIndex(["2024-01-02", "2024-01-01", "2024-01-02"])
    assert parse(t) == [19724, 19723, 19724]


# ---- Arithmetic, and back ------------------------------------------------------------------


@given(
    st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=5),
    st.integers(-(2**62), 2**62),
)
def test_minus_is_exact_to_a_hundred_bits(ticks: list[int], reference: int) -> None:
    times, _ = parse_times(np.array(ticks, dtype=np.int64))
    hi = float(reference)
    lo = float(reference - int(hi))
    got = exact(times.minus(hi, lo))
    for g, k in zip(got, ticks, strict=True):
        # one rounding of a low part of at most 2**63 * 2**-53, that is 2**-43, for each of two sums
        assert abs(g - (k - reference)) <= Fraction(1, 2**42)


def test_selection_keeps_both_halves() -> None:
    times, _ = parse_times(np.array([2**53 + 1, 7, 2**60 + 1]))
    assert exact(times[[2, 0]]) == [2**60 + 1, 2**53 + 1]
    assert len(times[np.array([True, False, True])]) == 2
    assert times.to_float().tolist() == [float(2**53 + 1), 7.0, float(2**60 + 1)]


def test_a_scale_reads_only_its_own_kind() -> None:
    numbers = TimeScale(unit="d", calendar=False)
    calendar = TimeScale(unit="d", calendar=True)
    with pytest.raises(TypeError, match=r"t must be numbers, as in the data.* got datetimes"):
        numbers.parse(np.array(["2024"], dtype="M8[D]"))
    with pytest.raises(TypeError, match=r"t must be datetimes, as in the data.* got numbers"):
        calendar.parse([1.0, 2.0])
    assert exact(calendar.parse(np.array(["1970-01-02"], dtype="M8[D]"))) == [1]


def test_back_to_the_reader() -> None:
    numbers = TimeScale(unit="d", calendar=False)
    assert numbers.to_user(2.5) == 2.5
    naive = TimeScale(unit="h", calendar=True)
    assert naive.to_user(36.5) == dt.datetime(1970, 1, 2, 12, 30)
    assert naive.to_user(36.5).isoformat() == "1970-01-02T12:30:00"
    zoned = TimeScale(unit="d", calendar=True, timezone=BERLIN)
    summer = zoned.to_user(20000.0)
    assert summer == dt.datetime(2024, 10, 4, tzinfo=dt.UTC)
    assert summer.utcoffset() == dt.timedelta(hours=2)
    assert zoned.to_user(20000.0).isoformat() == "2024-10-04T02:00:00+02:00"


@given(
    st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1)),
    st.sampled_from(["d", "h", "min", "s"]),
)
def test_there_and_back(moment: dt.datetime, unit: str) -> None:
    times, scale = parse_times([moment], unit=unit)
    back = scale.to_user(float(times.hi[0]))
    # a float64 of 230 years, 7.3e9 s, has a step of 2**-20 s (0.95 us); then whole microseconds
    assert abs(back - moment) <= dt.timedelta(microseconds=2)


def test_a_pair_is_an_integer_and_a_fractional_part() -> None:
    # modified Julian dates of pulsar timing: 2**-53 of 60000 d is 1 us, the pair keeps 1e-9 ns
    whole, rest = np.array([60000, 60001]), np.array([0.1, 0.2])
    times, scale = parse_times((whole, rest), unit="d")
    assert_equal_to_precision(
        exact(times), [Fraction(60000) + Fraction(0.1), Fraction(60001) + Fraction(0.2)]
    )
    assert scale == TimeScale(unit="d", calendar=False)
    with pytest.raises(ValueError, match=r"t as a pair must be two arrays .* of one length"):
        parse_times((whole, rest[:1]))
    with pytest.raises(ValueError, match=r"t as a pair must be two arrays of numbers"):
        parse_times((whole.astype("M8[D]"), rest))


class PytzLike(dt.tzinfo):
    """A zone as pytz makes them: bare, it stands for the local mean time of long ago."""

    zone = "Europe/Berlin"

    def localize(self, moment: dt.datetime) -> dt.datetime:
        return moment.replace(tzinfo=BERLIN)

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(minutes=53)

    def fromutc(self, moment: dt.datetime) -> dt.datetime:
        return moment.replace(tzinfo=dt.UTC).astimezone(BERLIN)


def test_zones_of_pytz_are_told_by_the_clocks_of_each_date() -> None:
    summer = dt.datetime(2024, 7, 1, 12, tzinfo=PytzLike())
    _, scale = parse_times([summer, summer], clock="local")
    assert scale.timezone == BERLIN


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5), st.floats(-1e9, 1e9), st.booleans())
def test_times_since_another_are_the_nearest_numbers(
    values: list[float], first: float, split: bool
) -> None:
    times = Times(np.array(values), np.full(len(values), 1e-20 if split else 0.0))
    assert times.since(first).tolist() == times.minus(first).to_float().tolist()
