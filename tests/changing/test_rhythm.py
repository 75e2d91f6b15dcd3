"""What a rhythm tells: phases, maxima and predictions that agree with each other."""

import datetime as dt

import numpy as np
import pytest

from changing.tables import example


def test_turns_are_whole_at_the_maxima():
    one = example()
    times = np.array([m.time for m in one.maxima])
    assert len(times) == 10
    turns, error = one.turns(times)
    assert turns == pytest.approx(np.round(turns), abs=1e-9)
    assert [m.time_error for m in one.maxima] == pytest.approx(error * 24)
    assert one.maxima[0].amplitude == pytest.approx(2.0)
    assert one.maxima[0].period_error == pytest.approx(1e-4 * 24**2)


def test_a_leap_over_a_maximum_has_none():
    # at 0 the phase would be whole; an advance of half a turn comes just before
    plain, leaping = example(), example(jump=0.5)
    assert any(abs(m.time - 1000.0) < 1 for m in plain.maxima)
    turns = np.array([m.time for m in leaping.maxima])
    assert np.abs(turns - 1000.0).min() > 6


def test_the_expected_wave_is_the_mean_over_phases():
    one = example(error=0.12)
    rng = np.random.default_rng(1)
    x = np.array([-7.0, 0.5, 31.0])
    turns = x / 24 + 0.12 * rng.normal(size=(200_000, 1))
    height = 2.0 * (1 + 0.05 * rng.normal(size=(200_000, 1)))
    angle = 2 * np.pi * turns
    drawn = height * (np.cos(angle) + 0.3 * np.cos(2 * angle) + 0.1 * np.sin(2 * angle))
    mean, std = one.predict(1000.0 + x, return_std=True)
    # 200,000 draws: means to 0.004; the variance leaves out what harmonics share
    assert mean == pytest.approx(5 + drawn.mean(axis=0), abs=0.02)
    expected = np.sqrt(drawn.var(axis=0) + 0.1**2 + 0.5**2)
    assert std == pytest.approx(expected, rel=0.25)


def test_times_too_far_away_are_refused():
    one = example()
    one.turns([1000.0 + 240])
    with pytest.raises(ValueError, match="half the length of the data"):
        one.turns([1000.0 + 241])
    with pytest.raises(TypeError, match="must be numbers"):
        one.period([dt.datetime(2020, 1, 1)])


def test_datetimes_go_in_and_come_out():
    one = example(calendar=True)
    assert isinstance(one.reference_time, dt.datetime)
    value, _ = one.turns([one.reference_time])
    assert value[0] == pytest.approx(0.0, abs=1e-9)
    assert isinstance(one.maxima[0].time, dt.datetime)
