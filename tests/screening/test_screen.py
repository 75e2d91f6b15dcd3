"""The strongest sinusoid of each of many series, against slow twins that take one at a time."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.screening.screen import Screening, screen
from tests.screening.series import stacked


def test_a_clear_cycle_is_that_of_a_full_search():
    # What the full search adds (the noise level around the line, jitter) may change its errors by
    # some tens of per cent and its weights a little; the line is the same to a hundredth of them.
    rng = np.random.default_rng(8)
    parts = {}
    for k in range(6):
        t = np.sort(rng.uniform(0, 60, 80 + 10 * k))
        y = 3 * np.cos(2 * np.pi * t / rng.uniform(1.5, 9.0)) + rng.normal(size=len(t))
        parts[f"s{k}"] = (t, y)
    t, y, names = stacked(parts)
    found = screen(t, y, series=names)
    for k, (own_t, own_y) in enumerate(parts.values()):
        cycle = find_cycles(own_t, own_y, harmonics=1, max_cycles=1).cycles[0]
        assert abs(found.period[k] - cycle.period) < 0.01 * cycle.period_error
        assert abs(found.amplitude[k] - cycle.amplitude) < 0.01 * cycle.amplitude_error
        late = abs(found.time_of_maximum[k] - cycle.time_of_maximum)
        assert late < 0.01 * cycle.time_of_maximum_error
        assert 0.6 < found.period_error[k] / cycle.period_error < 1.1
        # the probability of the full search is that against the noise around the line: compared
        # in its logarithm, which for one in 1e20 is 46
        ours, theirs = np.log([found.false_alarm_probability[k], cycle.false_alarm_probability])
        assert abs(ours - theirs) < 0.2 * abs(theirs)


def test_dates_are_counted_and_told_as_dates():
    rng = np.random.default_rng(4)
    hours = np.sort(rng.choice(24 * 60, 200, replace=False))
    y = np.cos(2 * np.pi * (hours - 5) / 24.0) + 0.3 * rng.normal(size=200)
    dates = pd.Timestamp("2024-05-01", tz="Europe/Berlin") + pd.to_timedelta(hours, unit="h")
    found = screen(pd.DatetimeIndex(dates), y, series=["a"] * 200, unit="h")
    cycle = find_cycles(pd.DatetimeIndex(dates), y, unit="h", harmonics=1, max_cycles=1).cycles[0]
    assert abs(found.period[0] - 24) < 4 * found.period_error[0]
    assert abs((found.time_of_maximum[0] - cycle.time_of_maximum).total_seconds()) < 60
    assert found.time_of_maximum[0].tzinfo is not None


def test_power_at_the_edge_of_the_band_is_said():
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 100, 200)
    # half a line width beyond the shortest period: the power rises to the end of the band
    y = np.cos(2 * np.pi * t * (1 / 2.0 + 0.004)) + 0.1 * rng.normal(size=200)
    found = screen(t, y, series=np.zeros(200, dtype=int), minimum_period=2.0)
    assert found.note == ("edge",)
    assert found.frequency[0] == 0.5
    assert found.significant[0]


def test_a_longest_period_says_what_is_slow():
    rng = np.random.default_rng(6)
    t = rng.uniform(0, 100, 200)
    y = np.cos(2 * np.pi * t / 30.0) + 0.3 * rng.normal(size=200)
    one = np.zeros(200, dtype=int)
    assert screen(t, y, series=one).note == ("slow",)
    assert screen(t, y, series=one, maximum_period=50.0).note == ("",)
    assert screen(t, y, series=one, maximum_period=20.0).note == ("slow",)


def test_too_many_frequencies_are_refused_for_the_series():
    rng = np.random.default_rng(10)
    t = rng.uniform(0, 100, 100)
    found = screen(
        t, rng.normal(size=100), series=[0] * 100, minimum_period=1e-4, max_frequencies=1e5
    )
    assert "max_frequencies=100000" in found.error[0]
    assert np.isnan(found.period[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"false_alarm": 0.0}, "false_alarm must be"),
        ({"trend": -1}, "trend must be an integer of at least 0"),
        ({"trend": "piecewise"}, "trend must be an integer"),
        ({"minimum_period": 3, "maximum_period": 2}, "minimum_period must be below"),
        ({"y": [[1.0, 2.0]] * 20}, "y must have shape"),
        ({"dy": [1.0] * 3}, "dy must have shape"),
        ({"series": 1}, "series must be one label per sample"),
        ({"series": []}, "series must be one label per sample"),
    ],
)
def test_what_is_refused(arguments, words):
    usual = {"t": np.arange(20.0), "y": np.arange(20.0), "series": np.zeros(20)}
    with pytest.raises(ValueError, match=words):
        screen(**{**usual, **arguments})


def test_nothing_is_mutable():
    found = screen(np.arange(3.0), np.arange(3.0), series=["a", "a", "b"])
    assert isinstance(found, Screening)
    assert found.n_samples.tolist() == [0, 0]
    assert all(e is not None for e in found.error)
    with pytest.raises(AttributeError):
        found.note = ()
    assert {f.name for f in fields(found)} >= {"period", "note", "error"}
