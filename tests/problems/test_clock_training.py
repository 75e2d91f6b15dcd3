"""The clock learned by the whole loop."""

import numpy as np
import pytest

from epicycle.problems import Clock, exact_match
from epicycle.problems.clock_training import learn_clock
from tests.problems.lessons import SMALL, examples

# ---- The whole loop ------------------------------------------------------------------------


def test_earths_clock_is_learned_in_and_far_beyond_the_range() -> None:
    clock = Clock()
    rng = np.random.default_rng(8)
    t = clock.sample(1 << 15, rng=rng)
    lesson = learn_clock(t, clock.digits(t), clock.radices)
    assert lesson.gears is not None
    assert lesson.network.dials.gears == (1, 24, 1440)
    for beyond in (0.0, 1200.0):
        unseen = clock.sample(50_000, rng=rng, beyond=beyond)
        assert exact_match(lesson.network.read(unseen), clock.digits(unseen)) == 1.0
    assert lesson.moves >= 3
    assert lesson.distinct_samples == 1 << 15
    assert lesson.samples_seen > 1 << 15
    assert lesson.parameters <= 12


def test_any_other_clock_is_learned_with_wrong_labels_too() -> None:
    clock = Clock(54321.98765, (7, 31, 5))
    rng = np.random.default_rng(9)
    t = clock.sample(1 << 15, rng=rng, continuous=True)
    digits = clock.replace_labels(clock.digits(t), 0.05, rng=rng)
    lesson = learn_clock(t, digits, clock.radices, seed=1)
    unseen = clock.sample(50_000, rng=rng, continuous=True)
    # a scoring step is right to about 1 / sqrt(N K), K the steepness per class, which grows to
    # 1 / (3 errors): near N^(-2/3) or 1e-3 of a class at the worst
    assert exact_match(lesson.network.read(unseen), clock.digits(unseen)) > 0.998
    assert lesson.errors is not None
    day_error = lesson.errors.frequency[0] * clock.day_length**2
    assert abs(lesson.periods[0] - clock.day_length) < 5 * day_error


def test_a_dial_that_is_not_yet_aligned_does_not_cost_its_frequency() -> None:
    """The gradient at a frequency that is right is strong while its offset is wrong."""
    clock = Clock.random(18)
    t = clock.sample(1 << 16, rng=np.random.default_rng(13))
    lesson = learn_clock(t, clock.digits(t), clock.radices, seed=2)
    assert lesson.moves == len(clock.radices)  # none of them was taken for another line
    assert lesson.network.dials.gears == (1, clock.radices[0])


def test_without_gears_each_digit_keeps_its_own_frequency() -> None:
    t, digits = examples(SMALL, 1 << 13, 1.0, 10)
    lesson = learn_clock(t[:, 0], digits, SMALL.radices, geared=False)
    assert lesson.gears is None
    assert lesson.network.dials.gears is None
    assert len(lesson.periods) == 2


def test_a_seed_makes_a_lesson_repeatable() -> None:
    t, digits = examples(SMALL, 1 << 11, 0.1, 12)
    first, again, other = (
        learn_clock(t[:, 0], digits, SMALL.radices, seed=seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.network.frequencies, again.network.frequencies)
    assert not np.array_equal(first.network.frequencies, other.network.frequencies)


def test_labels_that_have_nothing_to_do_with_time_are_not_learned() -> None:
    rng = np.random.default_rng(11)
    t = rng.integers(0, 10**6, 2048)
    lesson = learn_clock(t, rng.integers(0, (10, 12), (2048, 2)), (10, 12))
    assert lesson.moves == 0
    assert lesson.gears is None


SECONDS, DIGITS = np.arange(100), np.zeros((100, 2), dtype=int)


@pytest.mark.parametrize(
    ("t", "digits", "message"),
    [
        (np.arange(5), np.zeros((5, 2)), r"\(5,\) and \(5, 2\).*at least 32"),
        (SECONDS, np.zeros((99, 2)), r"\(100,\) and \(99, 2\)"),
        (SECONDS, DIGITS[:, :1], "a column for each of the 2 sizes"),
        (SECONDS, DIGITS[:, 0], "a column for each of the 2 sizes"),
        (np.where(SECONDS == 3, np.nan, SECONDS), DIGITS, "t must be finite, got 1 values"),
        (SECONDS, DIGITS + 10, "Column 0 has 10 in row 0, and its size is 10"),
        (SECONDS, DIGITS - 1, "Column 0 has -1 in row 0"),
        (SECONDS, DIGITS + 0.5, "whole numbers from 0 to size - 1"),
        (SECONDS.astype("datetime64[s]"), DIGITS, "t must be numbers"),
        (SECONDS, DIGITS.astype(str), "digits must be numbers"),
        (0, DIGITS, "expected as many rows of both"),
    ],
)
def test_bad_examples_are_refused(t, digits, message) -> None:
    with pytest.raises(ValueError, match=message + r".*To fix this"):
        learn_clock(t, digits, (10, 12))
