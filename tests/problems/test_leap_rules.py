"""Rules with exceptions: they are read off sequences, and told on."""

import calendar

import numpy as np
import pytest

from epicycle.problems.leap_rules import Rule, find_round, find_rule

ALL = np.ones(10_000, dtype=bool)


def februaries(first: int, last: int) -> np.ndarray:
    return np.array([calendar.monthrange(year, 2)[1] for year in range(first, last)])


def test_the_rule_of_leap_years_is_found_and_holds_afterwards() -> None:
    # three cycles of 400 years: that every 4th exception is none was seen more than once
    rule = find_rule(februaries(2000, 3200), ALL[:1200])
    assert rule is not None
    assert (rule.every, rule.but.every, rule.but.but.every) == (4, 25, 4)
    assert (rule.value, rule.but.value) == (28, 29)
    assert rule.period == 400
    assert not rule.is_open
    assert rule.parameters == 10
    np.testing.assert_array_equal(rule.show(np.arange(-1999, 7999)), februaries(1, 9999))


def test_an_exception_seen_once_is_open_and_comes_as_soon_as_it_may() -> None:
    rule = find_rule(februaries(2000, 2400), ALL[:400])
    assert rule.is_open
    assert rule.open_every == 4
    np.testing.assert_array_equal(rule.show(np.arange(400)), februaries(2000, 2400))
    later = rule.with_every(7)
    assert later.open_every == 7
    np.testing.assert_array_equal(later.show(np.arange(400)), februaries(2000, 2400))
    assert later.show(np.array([400]))[0] == 28
    # of 1800, 1900, 2000, 2100 only 2000 is a leap year: it might be every third
    assert find_rule(februaries(1800, 2200), ALL[:400]).open_every == 3


def test_places_that_were_not_seen_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    seen = rng.random(1200) < 0.5
    seen[::400] = True  # what is seen once less may be another rule
    values = np.where(seen, februaries(2000, 3200), 99)
    rule = find_rule(values, seen)
    np.testing.assert_array_equal(rule.show(np.arange(1200)), februaries(2000, 3200))


def test_noise_has_no_rule() -> None:
    rng = np.random.default_rng(1)
    assert find_rule(rng.integers(0, 2, 400), ALL[:400]) is None
    assert find_round(rng.integers(0, 5, 400), ALL[:400], 50) is None


def test_rules_take_turns() -> None:
    year = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    months = np.tile(year, 1200)
    months[1::12] = februaries(2000, 3200)
    found = find_round(months, np.ones(len(months), dtype=bool), 40)
    assert len(found.rules) == 12
    assert found.period == 12 * 400
    np.testing.assert_array_equal(found.show(np.arange(len(months))), months)
    assert found.parameters == 1 + 11 + 10


@pytest.mark.parametrize("period", [1, 2, 7])
def test_a_sequence_that_repeats_is_a_round_of_values(period: int) -> None:
    values = np.tile(np.random.default_rng(period).permutation(period), 60)
    found = find_round(values, np.ones(len(values), dtype=bool), 20)
    assert found.rules == tuple(Rule(v) for v in values[:period].tolist()) or period == 2
    np.testing.assert_array_equal(found.show(np.arange(len(values))), values)
