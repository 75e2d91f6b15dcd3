"""Cycles beside values that carry most of the variance: found, and told how."""

import numpy as np
import pytest

from epicycle import find_cycles


def hourly(n: int = 500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    t = np.arange(float(n))
    return t, np.sin(2 * np.pi * t / 24) + 0.3 * rng.normal(size=n)


def notes(model) -> list[str]:
    return [text for text in model.undecided if "far off" in text]


@pytest.mark.parametrize(
    "far", [{137: 5e3}, {3: 1e6}, {40: 900.0, 41: -700.0, 300: 1e3}], ids=["one", "huge", "three"]
)
def test_a_rhythm_that_values_far_off_hide_is_found_and_told(far) -> None:
    t, y = hourly()
    clean = find_cycles(t, y).cycles[0]
    y[list(far)] = list(far.values())
    assert not find_cycles(t, y, loss="squares").cycles
    model = find_cycles(t, y)
    [cycle] = model.cycles
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    # a bound costs 2.6 % of the error (Huber 1964), and a few values lost cost less
    assert cycle.period_error < 1.2 * clean.period_error
    assert set(far) <= set(model.outliers)
    [note] = notes(model)
    assert "nothing is found beside so much" in note
    assert "loss='squares'" in note
    # errors, forecasts and what is made again are those of the bounded loss
    assert max(np.abs(model.predict(t) - np.sin(2 * np.pi * t / 24))) < 0.3


def test_the_value_is_named_with_its_time() -> None:
    t, y = hourly(200)
    y[150] = 4321.0
    dates = np.datetime64("2024-03-01") + t.astype("timedelta64[h]")
    [note] = notes(find_cycles(dates, y))
    assert note.startswith("1 value (4321 at 2024-03-07 06:00:00) lies far off and carries 9")


def test_noise_beside_a_value_far_off_is_told_to_show_nothing_either_way() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=200)
    y[50] = 1e4
    model = find_cycles(np.arange(200.0), y)
    assert not model.cycles
    [note] = notes(model)
    assert "nothing is found, also where the influence of such values is bounded" in note


def test_features_that_are_far_off_are_left_as_least_squares_find_them() -> None:
    """Dips of 2 % of the samples carry nearly all of the variance, and are the signal."""
    rng = np.random.default_rng(4)
    t = np.arange(1200.0)
    y = 0.01 * rng.normal(size=1200) - (t % 50 < 1.0)
    model = find_cycles(t, y)
    assert model.cycles[0].period == pytest.approx(50, rel=1e-3)
    assert max(h.order for h in model.cycles[0].harmonics) > 10
    squares = find_cycles(t, y, loss="squares")
    assert [c.period for c in squares.cycles] == [c.period for c in model.cycles]
    assert not any("nothing is found" in note for note in notes(model))


def test_a_cycle_of_few_turns_that_is_found_is_no_reason_to_look_again() -> None:
    """Rain: many values lie far off, and a year is seen four times."""
    rng = np.random.default_rng(1)
    t = np.arange(1461.0)
    y = 4 * np.cos(2 * np.pi * t / 365.25) + rng.standard_t(1.3, size=1461).clip(-60, 60)
    model = find_cycles(t, y, unit="d")
    assert model.cycles[0].period == pytest.approx(365, rel=0.03)
    assert not any("nothing is found" in note for note in notes(model))


def test_what_is_asked_about_keeps_its_exact_test() -> None:
    t, y = hourly()
    y[137] = 5e3
    asked = find_cycles(t, y, period=24.0)
    alone = find_cycles(t, y, period=24.0, loss="squares")
    assert asked.asked.false_alarm_probability == alone.asked.false_alarm_probability
    assert "loss='huber'" in notes(asked)[0]
    assert find_cycles(t, y, period=24.0, loss="huber").cycles
