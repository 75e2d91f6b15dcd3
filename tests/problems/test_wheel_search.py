"""Wheels found from labels: unequal sectors, classes that recur."""

import numpy as np
import pytest

from epicycle.problems.wheel_search import changes, find_wheel, fundamentals

EDGES, CLASSES = np.array([0.0, 0.1, 0.15, 0.5, 0.8]), np.array([2, 0, 1, 0, 1])
PERIOD = 7654.321


def shown(t: np.ndarray) -> np.ndarray:
    phase = t / PERIOD + 0.3
    return CLASSES[np.searchsorted(EDGES, phase - np.floor(phase), side="right") - 1]


def test_unequal_sectors_whose_classes_recur_are_learned() -> None:
    rng = np.random.default_rng(0)
    t = rng.uniform(-1e8, 1e8, 4096)
    wheel = find_wheel(t, shown(t), 3, 0.05)
    assert abs(1 / wheel.frequency / PERIOD - 1) < 1e-7
    assert len(wheel.edges) == 5
    assert (wheel.read(t) == shown(t)).all()
    unseen = rng.uniform(-3e8, 3e8, 20_000)
    # five edges, each right to about 1 / 4096 of a turn, and a little more outside
    assert (wheel.read(unseen) == shown(unseen)).mean() > 1 - 5 * 3 / 4096
    assert wheel.ticks in (0, 20)


def test_wrong_labels_are_no_sectors() -> None:
    rng = np.random.default_rng(1)
    t = rng.uniform(-1e8, 1e8, 8192)
    classes = np.where(rng.random(8192) < 0.05, rng.integers(0, 3, 8192), shown(t))
    wheel = find_wheel(t, classes, 3, 0.05)
    assert len(wheel.edges) == 5
    assert (wheel.read(t) == shown(t)).mean() > 0.995


def test_a_digit_that_never_changes_is_a_wheel_that_does_not_turn() -> None:
    wheel = find_wheel(np.arange(100.0), np.full(100, 2), 3, 0.5)
    assert wheel.frequency == 0
    assert (wheel.read(np.array([1e9, -5.0])) == 2).all()


def test_noise_is_no_wheel() -> None:
    rng = np.random.default_rng(2)
    assert find_wheel(rng.uniform(0, 1e6, 2000), rng.integers(0, 3, 2000), 3, 0.1) is None


def test_equal_parts_of_a_turn_are_found() -> None:
    rng = np.random.default_rng(3)
    t = rng.uniform(0, 1e7, 8192)
    classes = np.array([1, 1, 0, 1, 0, 0, 0, 1])[np.floor(t / 50).astype(int) % 8]
    wheel = find_wheel(t, classes, 2, 0.05)
    assert wheel.ticks == 8
    assert 1 / wheel.frequency == pytest.approx(400, rel=1e-7)


def test_the_right_frequency_changes_least() -> None:
    t = np.random.default_rng(4).uniform(0, 1e7, 2000)
    counts = [changes(t, shown(t), f / PERIOD) for f in (1.0, 1.01, 2.0, 0.5)]
    assert counts[0] == 5
    assert counts[3] == 10
    assert min(counts[1:3]) > 300
    best = fundamentals(t, shown(t), 3, 0.05)[0]
    assert abs(best * PERIOD - 1) < 1e-4
