"""Options and records that cannot be used are refused with the reason."""

import numpy as np
import pytest

from epicycle import track

GOOD = np.linspace(0, 240, 100)


def call(t=GOOD, y=None, **options):
    y = np.cos(2 * np.pi * t / 24) if y is None else y
    return track(t, y, **({"period": 24} | options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "day"}, "period must be a"),
        ({"period": -3}, "period must be a finite number above 0"),
        ({"period": (18, 24, 30)}, "a number or a range of two, got 3"),
        ({"period": (30, 18)}, "a range upwards"),
        ({"shifts": "none"}, "'auto', None or a list of times"),
        ({"shifts": 100.0}, "single time as a list of one"),
        ({"shifts": [500.0]}, "fewer than four samples before or after"),
        ({"harmonics": 0}, "harmonics must be an integer of at least 1"),
        ({"trend": 9}, "trend must be at most"),
        ({"trend": -1}, "trend must be an integer of at least 0"),
        ({"noise": "red"}, "noise must be 'auto' or 'white'"),
        ({"amplitude": "damped"}, "amplitude must be one of"),
        ({"rhythms": 9}, "rhythms must be at most"),
        ({"rhythms": 2, "shifts": [100.0]}, "do not go together"),
        ({"clock": "sun"}, "clock must be"),
    ],
)
def test_options(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call(**options)


@pytest.mark.parametrize(
    ("t", "y", "message"),
    [
        (GOOD[:30], None, r"spans 3.7 cycles .* needs at least 4"),
        (np.linspace(0, 2400, 250), None, r"has 3.1 samples|2.\d samples per cycle"),
        (GOOD, np.ones(100), "y is constant"),
        (GOOD, np.zeros((100, 2)) + GOOD[:, None], "y has 2 columns: expected one"),
        (GOOD, np.full(100, np.nan), "no usable value"),
        (GOOD[:0], np.empty(0), "t is empty"),
        (GOOD, np.cos(GOOD[:50]), "to match t"),
    ],
)
def test_records(t, y, message):
    with pytest.raises(ValueError, match=message):
        call(t, y)


def test_a_cycle_with_too_few_samples_is_refused_after_it_is_found():
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 480, 55))
    y = np.cos(2 * np.pi * t / 24) + 0.1 * rng.normal(size=55)
    with pytest.raises(ValueError, match=r"2\.\d+ samples per cycle"):
        track(t, y, period=(18, 32))


def test_hours_meant_for_dates_counted_in_days_are_named() -> None:
    t = np.datetime64("2026-03-01") + np.arange(480) * np.timedelta64(1, "h")
    y = np.cos(2 * np.pi * np.arange(480) / 24)
    with pytest.raises(ValueError, match="with unit 'h' the period is in hours"):
        track(t, y, period=(18, 32))
    with pytest.raises(ValueError, match=r"or a range with shorter periods\.$"):
        track(t[:24], y[:24], period=(18, 32))
