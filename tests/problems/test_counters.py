"""Counters that are reset: calendars that nobody here is told of."""

import numpy as np
import pytest

from epicycle.problems import Calendar
from epicycle.problems.counters import find_counter

CYCLE = 146_097


def gregorian(tick: np.ndarray) -> np.ndarray:
    return Calendar().digits(tick * 86400)[:, 1:]


@pytest.mark.parametrize("first_year", [0, -200, -370])
def test_400_years_of_a_calendar_tell_those_before_and_after(first_year: int) -> None:
    first = int(first_year * 365.2425)
    tick = first + np.random.default_rng(0).integers(0, CYCLE, 1 << 15)
    counter = find_counter(tick, gregorian(tick), [7])
    assert counter.ticks == CYCLE
    assert counter.items == 4800
    assert counter.undecided  # whether every 4th century is a leap year was seen once
    assert counter.parameters < 250
    everyday = first + np.arange(-CYCLE, 2 * CYCLE, 3)
    np.testing.assert_array_equal(counter.read(everyday), gregorian(everyday))


def islamic(tick: np.ndarray) -> np.ndarray:
    """The tabular calendar of 30 years, 11 of which have a day more: month and day."""
    leap = {2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29}
    months = [
        (m, 29 + (m % 2 == 0) + (m == 11 and y + 1 in leap)) for y in range(30) for m in range(12)
    ]
    days = [(m, d) for m, n in months for d in range(n)]
    return np.array(days)[tick % len(days)]


def test_a_calendar_of_other_lengths_is_learned_as_well() -> None:
    tick = np.random.default_rng(1).integers(0, 200 * 354, 1 << 14)
    counter = find_counter(tick, islamic(tick), [])
    assert counter is not None
    assert not counter.undecided
    assert counter.ticks == 10_631
    everyday = np.arange(-50_000, 300_000, 7)
    np.testing.assert_array_equal(counter.read(everyday), islamic(everyday))


def test_digits_that_count_nothing_have_no_counter() -> None:
    rng = np.random.default_rng(2)
    tick = rng.integers(0, 5000, 4000)
    assert find_counter(tick, rng.integers(0, 12, (4000, 2)), [7]) is None
    assert find_counter(tick * 100, gregorian(tick * 100), [7]) is None  # no two ticks are near
