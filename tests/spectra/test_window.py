"""The spectral window, on grids and at any frequencies, of one series and of several weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.samples.times import Times
from epicycle.spectra.transforms import TOLERANCE
from epicycle.spectra.window import window_at, window_on_grid, window_power
from tests import oracles

RNG = np.random.default_rng(3)
T = np.sort(RNG.uniform(0, 50, 300))
TIMES = Times(T, np.zeros_like(T))
WEIGHTS = RNG.uniform(0.5, 2.0, (3, 300))


def test_a_grid_is_that_of_direct_sums_for_each_set_of_weights():
    power = window_on_grid(TIMES, WEIGHTS, 0.004, 500, 0.1)
    for one, weights in zip(power, WEIGHTS, strict=True):
        true = oracles.window(T, weights, 0.1 + 0.004 * np.arange(500))
        # amplitudes up to 1 are good to 5 tolerances, their squares to twice that
        assert_allclose(one, true, rtol=0, atol=2 * 5 * TOLERANCE)


# few places are summed directly, many in one transform
@pytest.mark.parametrize("count", [2, 60])
def test_amplitudes_at_frequencies_anywhere(count):
    frequency = RNG.uniform(-3, 3, (count, 4))
    found = window_at(TIMES, WEIGHTS, frequency)
    assert found.shape == (3, count, 4)
    for one, weights in zip(found, WEIGHTS, strict=True):
        true = oracles.direct_sums(T, weights, frequency.ravel()) / weights.sum()
        assert_allclose(one.ravel(), true, rtol=0, atol=5 * TOLERANCE)


def test_a_constant_is_all_at_zero():
    assert_allclose(window_at(TIMES, WEIGHTS, np.zeros(1)), 1.0, rtol=1e-14)
    assert_allclose(window_on_grid(TIMES, WEIGHTS, 0.1, 4)[:, 0], 1.0, rtol=2 * 5 * TOLERANCE)


def test_each_series_has_its_own_total():
    sums = np.array([[3.0 + 4.0j, 0.0], [1.0j, 2.0]])
    assert_allclose(window_power(sums, np.array([5.0, 2.0])), [[1.0, 0.0], [0.25, 1.0]])
    assert_allclose(window_power(sums[0], 10.0), [0.25, 0.0])
