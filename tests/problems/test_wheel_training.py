"""Digits learned by wheels: displays, calendars, and what dials can do by themselves."""

import numpy as np
import pytest

from epicycle.problems import Calendar, Clock, DecimalDigits, SevenSegments, exact_match
from epicycle.problems.wheel_training import best_dial, learn_wheels, needs_wheels

SMALL = Clock(3600.0, (12, 30))


def learned(problem, n: int, seed: int, years: float = 1.0, **options):
    rng = np.random.default_rng(seed)
    t = problem.sample(n, rng=rng, years=years)
    network = learn_wheels(t, problem.digits(t), problem.radices, **options)
    shares = []
    for beyond in (0.0, 2 * years):
        unseen = problem.sample(20_000, rng=rng, years=years, beyond=beyond)
        shares.append(exact_match(network.read(unseen), problem.digits(unseen)))
    return network, shares


def test_decimal_digits_are_read_in_and_beyond_the_range() -> None:
    network, shares = learned(DecimalDigits(SMALL), 1 << 13, 0)
    assert shares == [1.0, 1.0]
    # hours 00 to 11, minutes 00 to 29, of one and ten parts each
    assert network.gears == (1, 1, 12, 36)
    assert network.locked


def test_segments_are_read_in_and_beyond_the_range() -> None:
    network, shares = learned(SevenSegments(Clock(600.0, (10, 10))), 1 << 12, 1, geared=False)
    assert shares == [1.0, 1.0]
    assert not network.locked


def test_the_calendar_is_read_beyond_its_400_years() -> None:
    network, shares = learned(Calendar(), 1 << 15, 2, years=400.0)
    assert network.counted.digits == (1, 2, 3, 4)
    assert network.counted.counter.ticks == 146_097
    # a day is told to 1 / 2^15 of the weekday's 7 sectors, and somewhat worse outside
    assert min(shares) > 0.999
    assert network.learned < 300


def test_regular_clocks_and_noise_need_no_wheels() -> None:
    rng = np.random.default_rng(3)
    t = SMALL.sample(4096, rng=rng, years=1.0)
    assert not needs_wheels(t, SMALL.digits(t), SMALL.radices)
    assert not needs_wheels(t, rng.integers(0, 5, (4096, 1)), (5,))
    assert needs_wheels(t, SevenSegments(SMALL).digits(t)[:, :7], (2,) * 7)


def test_the_best_dial_may_turn_backwards() -> None:
    t = np.random.default_rng(4).uniform(-1e4, 1e4, 500)
    classes = np.floor((-0.01 * t - 0.2) % 1.0 * 5).astype(int)
    share, frequency, offset = best_dial(0.01, t, classes, 5)
    assert frequency == -0.01
    assert share > 0.97
    assert offset % 1.0 == pytest.approx(0.2, abs=0.02)


def test_the_best_dial_reads_all_that_a_dial_can_read() -> None:
    # the mean phase of so few is off by .03 of a sector, and would misread some of most sets
    for seed in range(8):
        t = np.random.default_rng(seed).uniform(-1e4, 1e4, 100)
        classes = np.floor((0.01 * t - 0.2) % 1.0 * 5).astype(int)
        share, frequency, offset = best_dial(0.01, t, classes, 5)
        assert (share, frequency) == (1.0, 0.01)
        # between the two edges that the samples leave gaps of a few hundredths around
        assert offset % 1.0 == pytest.approx(0.2, abs=0.02)
