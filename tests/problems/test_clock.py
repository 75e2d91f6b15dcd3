"""Digits of any clock, against fractions; the clocks, instants and labels that are drawn."""

from fractions import Fraction
from math import floor, prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epicycle.problems import Clock, exact_match
from epicycle.problems.clock import YEAR


def digits_by_fractions(t, clock: Clock) -> list[list[int]]:
    """Digits as they are defined: floor(fmod(t, D)·Π r / D), digit by digit, in fractions."""
    day = Fraction(clock.day_length)
    rows = []
    for instant in np.asarray(t).tolist():
        tick = floor((Fraction(instant) % day) * prod(clock.radices) / day)
        row = []
        for radix in reversed(clock.radices):
            tick, digit = divmod(tick, radix)
            row.append(digit)
        rows.append(row[::-1])
    return rows


RADICES = st.lists(st.integers(2, 100), min_size=1, max_size=4).map(tuple)
DAYS = st.one_of(
    st.integers(1, 2**53).map(float),
    st.floats(1e-100, 1e100),
    st.floats(3e3, 3e6),
    st.sampled_from([0.1, 1 / 3, 86164.0905, 1e-100, 1e100]),
)
INSTANTS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1).map(lambda v: np.array(v, np.int64)),
    st.lists(st.integers(0, 2**64 - 1), min_size=1).map(lambda v: np.array(v, np.uint64)),
    st.lists(st.integers(-(10**10), 10**10), min_size=1).map(lambda v: np.array(v, np.int64)),
    st.lists(st.floats(-1e12, 1e12), min_size=1).map(np.array),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1).map(np.array),
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1).map(lambda v: np.array(v, np.float32)),
)


@given(DAYS, RADICES, INSTANTS)
@example(86400.0, (24, 60, 60), np.array([-5e-324, 5e-324, -1e-300]))
@example(1e100, (100, 100, 100, 100), np.array([-5e-324, 1.7e308, -1.7e308]))
@example(86400.0, (24, 60, 60), np.array([2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]))
@example(1.0, (2, 2), np.array([2**53 + 1, -(2**53) - 1]))
@example(2.0**52, (2, 100), np.array([2**53 + 1, -(2**53) - 1]))
@example(1e-100, (100, 100, 100, 100), np.array([-5e-324, 1.7e308, 1e-101, 3e-108]))
def test_digits_are_those_of_fractions(day, radices, t) -> None:
    clock = Clock(day, radices)
    assert clock.digits(t).tolist() == digits_by_fractions(t, clock)


@given(DAYS, RADICES, st.integers(0, 2**40), st.integers(-2, 2))
def test_digits_at_the_edges_of_ticks(day, radices, tick, step) -> None:
    # the float nearest to an edge, and its neighbours: the hardest instants there are
    clock = Clock(day, radices)
    t = tick / clock.ticks_per_day * day
    for _ in range(abs(step)):
        t = np.nextafter(t, np.copysign(np.inf, step))
    for instants in (np.array([t, -t]), np.array([tick, -tick])):
        assert clock.digits(instants).tolist() == digits_by_fractions(instants, clock)


def test_earths_clock() -> None:
    clock = Clock()
    assert clock.digits(-1).tolist() == [23, 59, 59]
    t = np.arange(-86400, 86400)
    expected = np.stack([t // 3600 % 24, t // 60 % 60, t % 60], axis=-1)
    for instants in (t, t.astype(float), t + 0.999999999):
        np.testing.assert_array_equal(clock.digits(instants), expected)
    np.testing.assert_array_equal(clock.digits(t.reshape(2, -1)), expected.reshape(2, -1, 3))


def test_the_obvious_formula_in_float64_is_wrong_on_half_of_the_whole_seconds() -> None:
    # Why `digits` takes such care.  frac(t / D) inherits the rounding of t / D, which is as often
    # below as above, and at a whole second the truth lies on the edge of the tick.
    clock = Clock()
    t = clock.sample(100_000, rng=np.random.default_rng(0))
    fraction = t / clock.day_length % 1.0
    naive = np.floor(fraction * clock.ticks_per_day).astype(int)
    wrong = (naive != clock.ticks(t)).mean()
    assert 0.4 < wrong < 0.6  # measured 0.49; an unbiased coin would stay within 0.005 of a half
    np.testing.assert_array_equal(clock.ticks(t), t % 86400)


@pytest.mark.parametrize("seed", range(20))
def test_random_clocks_keep_the_rules(seed: int) -> None:
    clock = Clock.random(seed)
    assert clock == Clock.random(seed)
    assert 3e3 <= clock.day_length <= 3e6
    assert clock.day_length != round(clock.day_length)
    assert 2 <= len(clock.radices) <= 4
    assert all(5 <= radix <= 100 for radix in clock.radices)
    assert prod(clock.radices) <= clock.day_length
    t = np.concatenate(
        [clock.sample(300, rng=np.random.default_rng(seed), beyond=b) for b in (0, 1200)]
    )
    assert clock.digits(t).tolist() == digits_by_fractions(t, clock)


def test_random_clocks_differ_in_every_respect() -> None:
    clocks = [Clock.random(seed) for seed in range(20)]
    logs = np.log([clock.day_length for clock in clocks])
    # log-uniform: the mean of 20 is within four standard errors of the middle
    middle, width = np.log([3e3 * 3e6, 3e6 / 3e3])
    assert abs(logs.mean() - middle / 2) < 4 * width / np.sqrt(12 * 20)
    assert {len(clock.radices) for clock in clocks} == {2, 3, 4}


@pytest.mark.parametrize("continuous", [False, True])
def test_samples_fill_their_range(continuous: bool) -> None:
    rng = np.random.default_rng(1)
    n = 20_000
    inside = Clock().sample(n, rng=rng, years=10, continuous=continuous)
    assert inside.dtype == (np.float64 if continuous else np.int64)
    assert 0 <= inside.min() < 0.01 * YEAR < 9.99 * YEAR < inside.max() < 10 * YEAR
    around = Clock().sample(n, rng=rng, years=10, beyond=100, continuous=continuous)
    before, after = around[around < 0], around[around >= 10 * YEAR]
    assert len(before) + len(after) == n
    assert abs(len(before) - n / 2) < 5 * np.sqrt(n) / 2  # five standard deviations
    assert -100 * YEAR <= before.min() < -99.5 * YEAR
    assert 109.5 * YEAR < after.max() < 110 * YEAR
    assert before.max() > -0.5 * YEAR
    assert after.min() < 10.5 * YEAR
    if continuous:
        assert (around != np.rint(around)).mean() > 0.99


def test_replaced_labels() -> None:
    clock, rng = Clock(), np.random.default_rng(2)
    n = 40_000
    digits = clock.digits(clock.sample(n, rng=rng))
    original = digits.copy()
    replaced = clock.replace_labels(digits, 0.05, rng=rng)
    np.testing.assert_array_equal(digits, original)
    changed = (replaced != digits).any(axis=1)
    # five standard deviations of a binomial; one of 86,400 draws is the old label by chance
    assert abs(changed.mean() - 0.05) < 5 * np.sqrt(0.05 * 0.95 / n)
    assert (replaced >= 0).all()
    assert (replaced < clock.radices).all()
    # a reading is replaced as a whole, by any other
    assert (replaced[changed] != digits[changed]).mean(axis=0) == pytest.approx(
        [23 / 24, 59 / 60, 59 / 60], abs=0.03
    )
    assert exact_match(replaced, digits) == 1 - changed.mean()
    np.testing.assert_array_equal(clock.replace_labels(digits, 0.0, rng=rng), digits)


def test_exact_match_counts_whole_readings() -> None:
    digits = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 0, 0]])
    predicted = digits.copy()
    predicted[1, 2] = 0
    predicted[2] = 0
    assert exact_match(predicted, digits) == 0.5
    with pytest.raises(ValueError, match=r"shapes \(4, 2\) and \(4, 3\)"):
        exact_match(predicted[:, :2], digits)


def test_text() -> None:
    assert Clock().text([3, 4, 5]) == "03:04:05"
    assert Clock(1e4, (7, 100, 11)).text([6, 9, 10]) == "6:09:10"


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"day_length": 0}, ValueError, "day_length is 0: expected a positive real"),
        ({"day_length": -1.0}, ValueError, "day_length is -1.0"),
        ({"day_length": float("nan")}, ValueError, "day_length is nan"),
        ({"day_length": float("inf")}, ValueError, "day_length is inf"),
        ({"day_length": 2**53 + 1}, ValueError, "that a float64 can hold"),
        ({"day_length": "day"}, TypeError, "day_length is 'day'"),
        ({"day_length": [86400]}, TypeError, r"day_length is \[86400\]"),
        ({"radices": ()}, TypeError, r"radices is \(\)"),
        ({"radices": 24}, TypeError, "radices is 24"),
        ({"radices": "24"}, TypeError, "radices is '24'"),
        ({"radices": (24, 60.5)}, TypeError, "whole numbers"),
        ({"radices": (24, 1)}, ValueError, "each at least 2"),
        ({"radices": (2**25, 2**25)}, ValueError, "product at most"),
    ],
)
def test_what_makes_no_clock_is_refused(arguments, error, match) -> None:
    with pytest.raises(error, match=match):
        Clock(**arguments)


@pytest.mark.parametrize(
    ("t", "error", "match"),
    [
        ([1.0, np.nan], ValueError, "t is not finite"),
        (["now"], TypeError, "expected instants in seconds"),
        (np.array(["2000-01-01"], "datetime64[s]"), TypeError, "subtract the time origin"),
        ([True], TypeError, "t is of type bool"),
    ],
)
def test_what_is_no_instant_is_refused(t, error, match) -> None:
    with pytest.raises(error, match=match):
        Clock().digits(t)


def test_impossible_samples_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="years and beyond are 0 and 0"):
        Clock().sample(3, rng=rng, years=0)
    with pytest.raises(ValueError, match="share is 5"):
        Clock().replace_labels([[1, 2, 3]], 5, rng=rng)


def test_a_clock_is_hashable_and_takes_lists() -> None:
    assert Clock(86400, [24, 60, 60]) == Clock()
    assert len({Clock(), Clock(86400, np.array([24, 60, 60]))}) == 1
