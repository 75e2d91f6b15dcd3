"""Wheels: which class a phase shows."""

import numpy as np
import pytest

from epicycle.problems.wheels import Wheel, WheelNetwork

WHEEL = Wheel(0.1, 0.25, np.array([0.0, 0.5, 0.75]), np.array([4, 2, 4]), 4)


def test_a_phase_shows_the_class_of_its_sector() -> None:
    # the turn begins at 2.5 s; sectors begin at 2.5, 7.5 and 10.0 s
    t = np.array([2.5, 7.4, 7.6, 9.9, 10.1, 12.4, 2.4, -7.6])
    assert WHEEL.read(t + 1e-9).tolist() == [4, 4, 2, 2, 4, 4, 4, 4]


def test_before_the_first_edge_the_last_sector_goes_on() -> None:
    wheel = Wheel(1.0, 0.0, np.array([0.2, 0.6]), np.array([7, 5]))
    assert wheel.read(np.array([0.1, 0.3, 0.7, 1.1])).tolist() == [5, 7, 5, 5]


def test_ticks_are_counted_through_all_turns() -> None:
    t = np.arange(-400, 400) * 0.5 + 0.1
    expected = np.floor((0.1 * t - 0.25) * 4)
    np.testing.assert_array_equal(WHEEL.tick_numbers(t), expected)


def test_a_network_reads_each_digit_and_counts_what_was_learned() -> None:
    still = Wheel(0.0, 0.0, np.zeros(1), np.array([3]))
    network = WheelNetwork((WHEEL, still, None), (5, 4, 2), origin=100)
    assert network.read([102.6, 107.6]).tolist() == [[4, 3, 0], [2, 3, 0]]
    np.testing.assert_array_equal(network.frequencies, [0.1, 0.0, np.nan])
    # offset, 3 edges, 3 classes; offset, edge, class; one frequency
    assert network.learned == 7 + 3 + 1
    assert network.dials.gears is None
    with pytest.raises(TypeError, match="seconds"):
        network.read(["noon"])
