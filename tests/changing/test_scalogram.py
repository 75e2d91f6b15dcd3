import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle import scalogram
from epicycle.limits import SCALOGRAM

RNG = np.random.default_rng(8)
T = np.sort(RNG.uniform(0, 480, 250))
Y = 3.0 + 2.0 * np.cos(2 * np.pi * (T / 24.0 + 0.3)) + RNG.normal(size=250)
DY = RNG.uniform(0.5, 2.0, 250)


def dense(t: np.ndarray, y: np.ndarray, w: np.ndarray, tau: float, f: float, s: float) -> tuple:
    """Return power, amplitude and phase by dense weighted least squares: the slow twin."""
    u = t - tau
    q = w * np.exp(-0.5 * (u / s) ** 2)
    X = np.stack([np.ones_like(u), np.cos(2 * np.pi * f * u), np.sin(2 * np.pi * f * u)], axis=1)
    root = np.sqrt(q)
    (_, a, b), *_ = np.linalg.lstsq(X * root[:, np.newaxis], y * root, rcond=None)
    m = np.average(y, weights=q)
    whole = (q * (y - m) ** 2).sum()
    rest = (
        q * (y - X @ np.linalg.lstsq(X * root[:, np.newaxis], y * root, rcond=None)[0]) ** 2
    ).sum()
    return 1 - rest / whole, math.hypot(a, b), (math.atan2(-b, a) / (2 * math.pi)) % 1


@pytest.mark.parametrize("dy", [None, DY], ids=["plain", "errors"])
def test_every_point_is_a_weighted_fit(dy: np.ndarray | None) -> None:
    picture = scalogram(T, Y, dy, period=(18, 32), trend=0, times=9)
    w = np.ones(250) if dy is None else dy**-2.0
    for k, j in ((0, 0), (5, 4), (10, 8), (15, 2)):
        power, amplitude, phase = dense(
            T, Y, w, picture.time[j], picture.frequency[k], picture.window[k]
        )
        # transforms good to 1e-9 of all samples, of which a window holds a tenth or more
        assert picture.power[k, j] == pytest.approx(power, abs=1e-7)
        assert picture.amplitude[k, j] == pytest.approx(amplitude, rel=1e-7)
        assert math.sin(math.pi * (picture.phase[k, j] - phase)) == pytest.approx(0, abs=1e-7)


def test_amplitude_and_phase_are_those_of_the_rhythm() -> None:
    # noise-free: exact at the true frequency, also at the ends, where a wavelet loses half of it
    picture = scalogram(
        T, 2.0 * np.cos(2 * np.pi * (T / 24.0 + 0.3)), period=24.0, trend=0, times=5
    )
    k = int(np.abs(picture.period - 24.0).argmin())
    exact = scalogram(
        T,
        2.0 * np.cos(2 * np.pi * (T / picture.period[k] + 0.3)),
        period=24.0,
        trend=0,
        times=5,
    )
    assert exact.amplitude[k] == pytest.approx(2.0, abs=1e-6)
    assert exact.power[k] == pytest.approx(1.0, abs=1e-6)
    expected = picture.time / picture.period[k] + 0.3
    assert np.abs(np.sin(np.pi * (exact.phase[k] - expected))).max() < 1e-6


def test_missing_values_repeated_rows_and_order_do_not_matter() -> None:
    plain = scalogram(T, Y, period=(18, 32), times=11)
    missing = np.append(Y, [np.nan, np.nan])
    more = scalogram(np.append(T, [5.0, 7.0]), missing, period=(18, 32), times=11)
    assert more.n_dropped == 2
    assert more.n_samples == 250
    np.testing.assert_allclose(more.power, plain.power, rtol=1e-9)
    twice = scalogram(np.concatenate([T, T]), np.concatenate([Y, Y]), period=(18, 32), times=11)
    assert twice.n_samples == 250
    np.testing.assert_allclose(twice.power, plain.power, rtol=1e-9)
    turned = scalogram(T[::-1], Y[::-1], period=(18, 32), times=11)
    np.testing.assert_allclose(turned.power, plain.power, rtol=1e-7, atol=1e-9)


def test_measurements_at_one_time_are_measurements() -> None:
    t = np.repeat(np.arange(0.0, 480.0, 4.0), 2)
    y = np.cos(2 * np.pi * t / 24) + np.tile([0.1, -0.1], 120)
    once = scalogram(t[::2], y[::2], period=(18, 32), times=5)
    both = scalogram(t, y, period=(18, 32), times=5)
    assert both.n_samples == 240
    assert both.n_effective == pytest.approx(2 * once.n_effective, rel=1e-6)


def test_windows_without_samples_near_their_middle_show_nothing() -> None:
    t = T[(T < 150) | (T > 330)]
    y = np.cos(2 * np.pi * t / 8)
    picture = scalogram(t, y, period=(6, 12), times=np.arange(10.0, 470.0, 10.0))
    nearest = np.abs(t[:, np.newaxis] - picture.time).min(axis=0)
    for k, width in enumerate(picture.window):
        seen = np.isfinite(picture.power[k])
        # half a Gaussian from one width on has a mean square of 2.5 widths, the limit is 1.6^2
        assert not seen[nearest > 1.5 * width].any()
        assert seen[nearest < 0.3 * width].all()
    for name in ("amplitude", "phase"):
        np.testing.assert_array_equal(np.isnan(getattr(picture, name)), np.isnan(picture.power))
    assert np.isfinite(picture.n_effective).all()


def test_windows_with_few_samples_show_nothing() -> None:
    t = np.concatenate([np.arange(0, 200, 1.0), np.arange(200, 400, 6.0)])
    picture = scalogram(t, np.cos(t), period=(4, 8), cycles=1, times=[100.0, 350.0])
    assert np.isfinite(picture.power[:, 0]).all()
    few = picture.n_effective[:, 1] < SCALOGRAM.fewest_samples
    assert few.any()
    assert np.isnan(picture.power[few, 1]).all()


def test_samples_at_one_phase_show_no_rhythm_of_that_period() -> None:
    # one sample a day, at a period of a day: a constant
    picture = scalogram(np.arange(0.0, 100.0), RNG.normal(size=100), period=(0.9, 1.1), times=5)
    row = int(np.abs(picture.period - 1.0).argmin())
    assert np.isnan(picture.power[row, 1:-1]).all()


def test_constant_values_have_no_power() -> None:
    picture = scalogram(np.arange(100.0), np.full(100, 7.0))
    assert (picture.power == 0).all()
    assert (picture.amplitude == 0).all()
    halves = scalogram(
        np.arange(200.0), np.where(np.arange(200) < 100, 0.0, RNG.normal(size=200)), trend=0
    )
    assert (halves.power[0, :20] == 0).all()


def test_datetimes_come_back_as_datetimes() -> None:
    t = pd.date_range("2021-03-01", periods=400, freq="h", tz="Europe/Berlin")
    hours = np.arange(400.0)
    dated = scalogram(t, np.cos(2 * np.pi * hours / 24), unit="h", period=(18, 32), times=7)
    plain = scalogram(hours, np.cos(2 * np.pi * hours / 24), unit="h", period=(18, 32), times=7)
    np.testing.assert_allclose(dated.power, plain.power, atol=1e-9)
    assert isinstance(dated.times[0], dt.datetime)
    assert dated.times[0] == t[0].to_pydatetime()
    named = scalogram(t, hours, unit="h", period=(18, 32), times=t[[50, 90]])
    assert named.times[1] == t[90].to_pydatetime()


def test_the_cone_is_where_a_window_leaves_the_samples() -> None:
    picture = scalogram(T, Y, period=(18, 60), times=101)
    middle = 50
    assert picture.edge[0] == pytest.approx(0.0, abs=1e-9)
    expected = (T[-1] - T[0]) / 2 / (math.sqrt(2) * picture.cycles)
    assert picture.edge[middle] == pytest.approx(expected, rel=1e-6)
    assert picture.inside[:, middle].tolist() == (picture.period <= expected).tolist()


def test_what_it_says_can_be_kept_as_json() -> None:
    picture = scalogram(T[T < 100], Y[T < 100], period=(5, 30), unit="hours")
    document = json.loads(json.dumps(picture.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.scalogram/1"
    assert document["unit"] == "h"
    got = np.array(document["power"], dtype=float)
    np.testing.assert_array_equal(got, picture.power)
    assert got.shape == (len(document["period"]), len(document["time"]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cycles": 0.1}, "cycles must be between 0.5 and 1000"),
        ({"cycles": "2"}, "cycles must be a number"),
        ({"trend": 9}, "trend must be 0, 1, 2 or 3"),
        ({"clock": "wall"}, "clock must be"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        scalogram(T, Y, **options)


def test_one_column_at_a_time() -> None:
    with pytest.raises(ValueError, match="one column, got 2"):
        scalogram(T, np.stack([Y, Y], axis=1))
    assert "scalogram" in epicycle.__all__
