"""The model as something to ask: predictions, residuals, and what they mean outside the data."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from tests.models import LINES, MODEL, fitted


def test_times_to_predict_are_of_the_kind_of_the_data() -> None:
    problem, model = fitted()
    with pytest.raises(TypeError, match=r"t must be numbers, as in the data that were fitted"):
        model.predict(np.array(["2024-01-01"], dtype="M8[D]"))
    with pytest.raises(ValueError, match=r"t has 1 values that are NaN or infinite"):
        model.predict([1.0, np.nan])
    start = np.datetime64("2024-01-01", "ns")
    dates = start + (problem.t * 86400e9).astype("m8[ns]")
    of_dates = find_cycles(dates, problem.y)
    with pytest.raises(TypeError, match=r"t must be datetimes, as in the data that were fitted"):
        of_dates.predict([1.0])
    # other kinds of datetime are as good; nanoseconds of rounding are 1e-14 d
    for same in (pd.DatetimeIndex(dates), pd.Series(dates), pd.DatetimeIndex(dates, tz="UTC")):
        np.testing.assert_allclose(of_dates.predict(same), of_dates.predict(dates), atol=1e-9)
    np.testing.assert_allclose(of_dates.predict(dates), model.predict(problem.t), atol=1e-6)


def test_the_time_of_maximum_is_one() -> None:
    for cycle in MODEL.cycles:
        top = cycle.time_of_maximum
        assert MODEL.reference_time <= top < MODEL.reference_time + cycle.period
        assert top == pytest.approx(MODEL.reference_time + cycle.phase * cycle.period, abs=1e-9)
        assert abs(cycle.time_of_maximum_error - cycle.phase_error * cycle.period) < (
            0.2 * cycle.time_of_maximum_error
        )
    true = LINES[0]
    cycle = MODEL.cycles[0]
    # A cos 2 pi (f t - phase) is highest where f t - phase is an integer
    off = (true[0] * cycle.time_of_maximum - true[2] + 0.5) % 1 - 0.5
    assert abs(off) / true[0] < 4 * cycle.time_of_maximum_error


def test_times_come_back_in_the_zone_of_the_data() -> None:
    t = pd.date_range("2024-01-01", periods=24 * 40, freq="h", tz="Europe/Berlin")
    y = np.cos(2 * np.pi * np.arange(len(t)) / 12.42) + 0.1 * np.random.default_rng(6).normal(
        size=len(t)
    )
    model = find_cycles(t, y, unit="h")
    cycle = model.cycles[0]
    assert cycle.period == pytest.approx(12.42, abs=4 * cycle.period_error)
    assert str(model.reference_time.tzinfo) == "Europe/Berlin"
    assert isinstance(cycle.time_of_maximum, dt.datetime)
    hours = (cycle.time_of_maximum - t[0].to_pydatetime()).total_seconds() / 3600
    off = (hours / 12.42 + 0.5) % 1 - 0.5
    assert abs(off) * 12.42 < 4 * cycle.time_of_maximum_error
    naive = find_cycles(t.tz_localize(None), y)
    assert naive.reference_time.tzinfo is None
