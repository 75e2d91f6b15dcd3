import math

import numpy as np
import pytest

from epicycle import scalogram
from epicycle.changing.tiles import between, frequencies
from epicycle.limits import SCALOGRAM

RNG = np.random.default_rng(4)
T = np.sort(RNG.uniform(0, 100, 200))
Y = np.cos(2 * np.pi * T / 6)


def test_a_period_is_a_number_or_two() -> None:
    assert between(None, 2.0, 9.0) == (2.0, 9.0)
    assert between((3, 5), 2.0, 9.0) == (3.0, 5.0)
    low, high = between(6, 2.0, 9.0)
    assert high / low == pytest.approx(2.0)
    assert low * high == pytest.approx(36.0)


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ((5, 3), "the shortest first"),
        ((0, 3), "must be positive"),
        (-1, "must be positive"),
        (math.nan, "must be positive"),
        ((1, 2, 3), "a number or two, got 3"),
        ("day", "a number or two, got 'day'"),
        ((1, 200), "the samples span"),
        ((1e-7, 1e-6), "expected at most 1e\\+05 cycles"),
    ],
)
def test_other_periods_are_refused(period: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        scalogram(T, Y, period=period)


def test_between_two_periods_little_power_is_lost() -> None:
    # a noise-free sinusoid in the middle between two periods of the picture
    f = frequencies(4.0, 9.0, 2.0)
    middle = math.sqrt(f[3] * f[4])
    t = np.arange(0, 200, 0.5)
    picture = scalogram(
        t, np.cos(2 * np.pi * middle * t), period=(4.0, 9.0), times=[100.0], trend=0
    )
    highest = float(picture.power.max())
    assert 1 - SCALOGRAM.lost == pytest.approx(highest, abs=0.003)  # the band ends on a point


def test_windows_lie_within_the_samples() -> None:
    picture = scalogram(T, Y, unit="h")
    assert picture.time[0] == pytest.approx(T[0])
    assert picture.time[-1] == pytest.approx(T[-1])
    # two windows in each width of the shortest
    assert np.diff(picture.time).max() <= picture.window[0] / 2 + 1e-9
    assert len(scalogram(T, Y, times=31).time) == 31
    for times, message in (
        ([-5.0, 1.0], "before the first"),
        ([3.0, 2.0], "increasing"),
        (1, "2 to"),
    ):
        with pytest.raises(ValueError, match=message):
            scalogram(T, Y, times=times)


def test_few_samples_have_no_default_picture_but_a_named_one() -> None:
    t = np.arange(12.0)
    with pytest.raises(ValueError, match=r"12 samples are too few for a picture"):
        scalogram(t, np.cos(t))
    assert np.isfinite(scalogram(t, np.cos(t), period=(3, 6), cycles=1).power).any()


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs [\d,]+ periods: expected at most 5,000"):
        scalogram(T, Y, period=(2, 20), cycles=500)
