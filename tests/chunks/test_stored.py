"""Sums between the points of a grid, moments of time, and sums shifted by a frequency."""

import numpy as np
import pytest

from epicycle.chunks.stored import REACH, StoredSums, taps

SPAN, MODES, OFFSET = 40.0, 400, 3.3
SPACING = 1.0 / (5 * SPAN)
RNG = np.random.default_rng(1)
TIMES = RNG.uniform(-SPAN / 2, SPAN / 2, 60)
STRENGTHS = RNG.normal(size=(2, 60))


def direct(frequency: np.ndarray, offset: float, power: int = 0) -> np.ndarray:
    times = TIMES + offset
    waves = np.exp(-2j * np.pi * np.multiply.outer(frequency, times)) * times**power
    return np.moveaxis(waves @ STRENGTHS.T, -1, 0)


@pytest.fixture(scope="module")
def stored() -> StoredSums:
    grid = SPACING * np.arange(MODES + 1)
    return StoredSums(SPACING, direct(grid, 0.0), OFFSET)


FREQUENCY = np.array([[0.0, 0.0123, -0.3], [1.7, -1.9, 1.0 / 3]])


def test_sums_anywhere(stored: StoredSums) -> None:
    """The window leaves e^-25 of each sum; there are 60 strengths of order 1."""
    np.testing.assert_allclose(
        stored.at(FREQUENCY), direct(FREQUENCY, OFFSET), rtol=0, atol=60 * 1e-10
    )


def test_moments_of_time(stored: StoredSums) -> None:
    """Differences of eighth order: (2 pi .04 |s| / T)^8 / 630 of the norm, |s| < .6 T."""
    moments = stored.moments(FREQUENCY, 3)
    for power, moment in enumerate(moments):
        exact = direct(FREQUENCY, OFFSET, power)
        norm = 8.0 * (0.6 * SPAN) ** power
        np.testing.assert_allclose(moment, exact, rtol=0, atol=1e-7 * norm)


@pytest.mark.parametrize("by", [0.0, 0.0123, 1.5001, -0.77, SPACING * 7])
def test_sums_shifted_by_a_frequency(stored: StoredSums, by: float) -> None:
    count = 60
    shifted = stored.shifted(by, count)
    exact = direct(SPACING * np.arange(count) - by, 0.0)[0]
    np.testing.assert_allclose(shifted, exact, rtol=0, atol=60 * 1e-10)


def test_taps_leave_points_of_the_grid_alone() -> None:
    distance = np.arange(-REACH, REACH + 1).astype(float)
    np.testing.assert_allclose(taps(distance), distance == 0, atol=1e-15)
