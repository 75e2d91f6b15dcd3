"""Time as people have it: clocks that change, any index of pandas, stamps in any order."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles
from epicycle.results.local_time import clock_changes
from epicycle.samples.times import TimeScale, parse_times

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"

#: The rhythm of somebody who is most active at 14:32 by the clock, all year round.
PEAK = 14 + 32 / 60


def activity(
    start: str, days: int, zone: str, seed: int = 1, noise: float = 1.0
) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Return half-hourly activity that follows the clocks of a zone."""
    index = pd.date_range(start, periods=48 * days, freq="30min", tz=zone)
    hour = index.hour + index.minute / 60
    rng = np.random.default_rng(seed)
    values = 5 + 2 * np.cos(2 * np.pi * (hour - PEAK) / 24)
    return index, values.to_numpy() + noise * rng.normal(size=len(index))


def minutes(moment: dt.time) -> float:
    return 60 * moment.hour + moment.minute + moment.second / 60


def peak(index: pd.DatetimeIndex, y: np.ndarray, clock: str) -> tuple[float, CycleModel]:
    """Return when the daily rhythm is highest, in minutes after midnight."""
    model = find_cycles(index, y, clock=clock, known=1.0)
    (times,) = (c for c in model.clock_times if c is not None)
    # sqrt(2 / 2880) * 0.5 / 2 radians are 1.5 minutes; the noise around the line adds a fifth
    assert times[0].error < 2.0
    return minutes(times[0].time), model


@pytest.mark.parametrize(
    ("zone", "change", "moved"),
    [
        (BERLIN, "2024-03-31", -60),
        (BERLIN, "2024-10-27", 60),
        (NEW_YORK, "2024-03-10", -60),
        ("Australia/Lord_Howe", "2024-04-07", 30),
    ],
)
def test_a_human_rhythm_across_a_change_of_clocks(zone: str, change: str, moved: int) -> None:
    """The acrophase stays within 5 minutes by the clock; in elapsed time it moves along."""
    day = pd.Timestamp(change)
    before = activity(str(day - pd.Timedelta(days=60)), 60, zone, 1, 0.5)
    after = activity(str(day + pd.Timedelta(days=1)), 60, zone, 2, 0.5)
    peaks = {c: [peak(*part, c)[0] for part in (before, after)] for c in ("local", "elapsed")}
    # 2 minutes are the error of each; 5 is the bar
    assert_allclose(peaks["local"], 60 * PEAK, atol=5)
    shift = (peaks["elapsed"][1] - peaks["elapsed"][0] + 720) % 1440 - 720
    assert_allclose(shift, moved, atol=5)


def test_over_the_change_only_local_time_keeps_the_rhythm_sharp() -> None:
    index, y = activity("2024-03-01", 60, BERLIN)
    local, elapsed = (find_cycles(index, y, clock=c, unit="h") for c in ("local", "elapsed"))
    assert abs(local.cycles[0].period - 24) < 4 * local.cycles[0].period_error
    # an hour's jump in the middle looks like a shorter period
    assert elapsed.cycles[0].period < 24 - 4 * elapsed.cycles[0].period_error
    assert local.residual_std < elapsed.residual_std
    assert_allclose(minutes(local.clock_times[0][0].time), 60 * PEAK, atol=8)


def test_each_choice_is_labelled_everywhere() -> None:
    index, y = activity("2024-03-01", 60, BERLIN)
    local, elapsed = (find_cycles(index, y, clock=c) for c in ("local", "elapsed"))
    assert (local.clock, elapsed.clock) == ("local", "elapsed")
    for model, zone in ((local, BERLIN), (elapsed, "UTC")):
        document = model.to_dict()
        assert document["clock"] == model.clock
        (written,) = document["cycles"][0]["clock_times"]
        assert (written["clock"], written["timezone"]) == (model.clock, zone)
        assert written["time"][:3] in ("14:", "13:", "12:")
    text = local.table()
    assert "min local time (Europe/Berlin)" in text
    assert "clock: local, through 1 change(s) of the clocks in Europe/Berlin" in text
    text = elapsed.table()
    assert "min UTC (elapsed time)" in text
    assert "for rhythms of people, clock='local' follows the clocks" in text


def test_numbers_and_far_periods_have_no_clock_times() -> None:
    index, y = activity("2024-03-01", 30, BERLIN)
    hours = np.arange(len(y)) / 2
    model = find_cycles(hours, y, unit="h")
    assert model.clock is None
    assert model.to_dict()["clock"] is None
    assert model.clock_times == (None,)
    weekly = find_cycles(index, np.cos(2 * np.pi * hours / 168) + 0.1 * y)
    assert weekly.clock_times[0] is None


def test_a_free_running_rhythm_says_how_it_moves() -> None:
    index = pd.date_range("2024-01-01", periods=24 * 20, freq="h")
    hours = np.arange(len(index))
    y = np.cos(2 * np.pi * (hours - 5) / 24.6) + np.random.default_rng(1).normal(size=len(index))
    model = find_cycles(index, y, unit="h")
    ((one,),) = (c for c in model.clock_times if c is not None)
    assert_allclose(one.later_each_cycle, 36, atol=4 * 60 * model.cycles[0].period_error)
    assert "by the stamps (elapsed time) on 2024-01-1" in model.table()
    assert "min later" in model.table()


def test_the_clock_times_are_those_of_the_maximum_of_each_output() -> None:
    index, y = activity("2024-01-01", 20, BERLIN)
    other = activity("2024-01-01", 20, BERLIN, 2)[1]
    model = find_cycles(index, pd.DataFrame({"u": y, "v": np.roll(other, 6)}), clock="local")
    u, v = model.clock_times[0]
    assert_allclose([minutes(u.time), minutes(v.time)], [60 * PEAK, 60 * (PEAK + 3)], atol=15)
    assert "peaks at u 14:" in model.table()


# ---- Local time back and forth ---------------------------------------------------------------


@pytest.mark.parametrize("form", ["index", "series", "list"])
def test_local_stamps_are_what_the_clocks_show(form: str) -> None:
    index = pd.date_range("2024-03-30 12:00", periods=48, freq="h", tz=BERLIN)
    forms = {"index": index, "series": index.to_series(), "list": list(index.to_pydatetime())}
    times, scale = parse_times(forms[form], unit="h", clock="local")
    shown = index.tz_localize(None)
    assert_allclose(times.to_float(), (shown - pd.Timestamp(0)) / pd.Timedelta(hours=1), rtol=0)
    # predicted at the same moments, told in any zone
    for same in (index, index.tz_convert("UTC"), index.tz_convert(NEW_YORK), shown):
        assert_allclose(scale.parse(same).to_float(), times.to_float(), rtol=0)


def test_local_times_come_back_with_their_zone() -> None:
    zone = ZoneInfo(BERLIN)
    scale = TimeScale("h", True, zone, "local")
    for hour in (0, 1, 3, 12):
        moment = dt.datetime(2024, 3, 31, hour, tzinfo=zone)
        stamp = (moment.replace(tzinfo=None) - dt.datetime(1970, 1, 1)) / dt.timedelta(hours=1)
        assert scale.to_user(stamp) == moment
        assert scale.to_user(stamp).utcoffset() == moment.utcoffset()
    # 02:30 was on no clock that night
    skipped = dt.datetime(2024, 3, 31, 2, 30) - dt.datetime(1970, 1, 1)
    assert scale.to_user(skipped / dt.timedelta(hours=1)).strftime("%H:%M%z") == "03:30+0200"


def test_a_local_model_predicts_the_same_from_its_document() -> None:
    index, y = activity("2024-03-01", 60, BERLIN)
    model = find_cycles(index, y, clock="local")
    back = CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))
    later = pd.date_range("2024-10-25", periods=120, freq="h", tz="UTC")
    assert_allclose(back.predict(later), model.predict(later), rtol=0)
    assert back.clock_times == model.clock_times
    # the rhythm goes on by the clock when these are put back
    highest = later[model.predict(later).argmax()].tz_convert(BERLIN)
    assert highest.hour in (14, 15)


def test_changes_of_clocks_are_counted() -> None:
    def days(text: str) -> float:
        return (dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).days

    zoned = TimeScale("d", True, ZoneInfo(BERLIN))
    assert clock_changes(zoned, days("2024-01-01"), days("2024-03-01")) == 0
    assert clock_changes(zoned, days("2024-01-01"), days("2024-07-01")) == 1
    assert clock_changes(zoned, days("2020-01-01"), days("2025-01-01")) == 10
    assert clock_changes(TimeScale("d", True), 0.0, 1e4) == 0
    assert clock_changes(TimeScale("d", True, dt.UTC), 0.0, 1e4) == 0


@pytest.mark.parametrize(
    ("t", "clock", "error", "message"),
    [
        (np.arange(20.0), "local", TypeError, "clock='local' needs t to be datetimes, got float64"),
        (pd.timedelta_range("0h", periods=20, freq="h"), "local", TypeError, "clock='local' needs"),
        (np.arange(20.0), "wall", ValueError, "clock must be 'elapsed' or 'local', got 'wall'"),
    ],
)
def test_bad_clocks(t: object, clock: str, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        find_cycles(t, np.arange(20.0), clock=clock)


# ---- Any index -------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, BERLIN])
def test_any_resolution_gives_the_same(resolution: str, zone: str | None) -> None:
    index, y = activity("2024-01-01", 20, BERLIN)
    index = index.tz_convert(zone) if zone else index.tz_localize(None)
    fine, coarse = (find_cycles(index.as_unit(u), y).cycles for u in ("ns", resolution))
    assert fine == coarse


def test_periods_begin_where_they_begin() -> None:
    months = pd.period_range("1990-01", periods=360, freq="M")
    y = np.cos(2 * np.pi * np.arange(360) / 12) + np.random.default_rng(1).normal(size=360)
    stamps = find_cycles(months.to_timestamp(), y, unit="y")
    for form in (months, months.to_series()):
        assert find_cycles(form, y, unit="y").cycles == stamps.cycles
    assert abs(stamps.cycles[0].period - 1) < 0.01
    with pytest.raises(ValueError, match="t has 1 NaT of 3"):
        find_cycles(pd.PeriodIndex(["2024-01", None, "2024-03"], freq="M"), [1.0, 2.0, 3.0])


def test_durations_are_numbers_in_the_unit() -> None:
    _, y = activity("2024-01-01", 20, BERLIN)
    passed = pd.timedelta_range("0h", periods=len(y), freq="30min")
    hours = np.arange(len(y)) / 2
    expected = find_cycles(hours, y, unit="h")
    for form in (passed, passed.to_series(), passed.to_numpy()):
        model = find_cycles(form, y, unit="h")
        assert model.clock is None
        assert_allclose(model.cycles[0].period, expected.cycles[0].period, rtol=1e-12)


def test_arrow_columns_are_times_too() -> None:
    pytest.importorskip("pyarrow")
    index, y = activity("2024-01-01", 20, BERLIN)
    for zone in (None, BERLIN):
        moments = index.tz_localize(None).tz_localize(zone)
        plain = moments.to_series().reset_index(drop=True)
        arrow = plain.astype(f"timestamp[ns{f', tz={zone}' if zone else ''}][pyarrow]")
        mine, other = find_cycles(arrow, y), find_cycles(plain, y)
        assert mine.cycles == other.cycles


def test_order_and_repetition_are_reported() -> None:
    index, y = activity("2024-01-01", 20, BERLIN)
    shuffled = np.random.default_rng(1).permutation(len(y))
    again = np.append(shuffled, [3, 5, 5])
    # (in their last digit they differ: exact copies would count once)
    values = y[again] * (1 + 1e-15 * np.arange(len(again)))
    model = find_cycles(index[again], values)
    assert (model.n_repeated, model.is_sorted) == (3, False)
    assert "3 at times that others have too, not in the order of time" in model.table()
    document = model.to_dict()
    assert (document["n_repeated"], document["is_sorted"]) == (3, False)
    back = CycleModel.from_dict(document)
    assert (back.n_repeated, back.is_sorted) == (3, False)
    tidy = find_cycles(index, y)
    assert (tidy.n_repeated, tidy.is_sorted) == (0, True)
    assert "others have" not in tidy.table()
    assert "order of time" not in tidy.table()


def test_neighbouring_nanoseconds_are_not_repeated() -> None:
    start = np.datetime64("2024-01-01", "ns")
    t = start + np.array([0, 1, 2, 2] + [10**9 * k for k in range(1, 20)], dtype="m8[ns]")
    assert find_cycles(t, np.arange(23.0) % 3).n_repeated == 1
