"""Sums of chunks that were spread one after the other are those of all samples."""

import numpy as np
import pytest

from epicycle.chunks.spreading import Spreader, apart

SPAN, COUNT, MODES = 40.0, 400, 300
SPACING = 1.0 / (5 * SPAN)


@pytest.fixture(scope="module")
def samples() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(-SPAN / 2, SPAN / 2, COUNT))
    times[[0, -1]] = -SPAN / 2, SPAN / 2
    return times, *rng.normal(size=(2, COUNT))


def direct(times: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    modes = np.arange(MODES + 1)
    return np.asarray(np.exp(-2j * np.pi * np.outer(SPACING * modes, times)) @ strengths)


#: The transform's tolerance is 1e-9 of the norm, and aliases of the kernel add to it.
TOLERANCE = 3e-8 * COUNT**0.5


def test_two_sets_of_real_strengths_at_once(
    samples: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    times, a, b = samples
    spreader = Spreader(SPACING, MODES, SPAN)
    for part in np.array_split(np.arange(COUNT), [3, 4, 170]):
        spreader.add(times[part], a[part] + 1j * b[part])
    first, second = apart(spreader.sums())
    np.testing.assert_allclose(first, direct(times, a), rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(second, direct(times, b), rtol=0, atol=TOLERANCE)


def test_one_set_in_any_order(samples: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    times, a, _ = samples
    order = np.random.default_rng(2).permutation(COUNT)
    spreader = Spreader(SPACING, MODES, SPAN)
    for part in np.array_split(order, 4):
        spreader.add(times[part], a[part].astype(complex), is_sorted=False)
    np.testing.assert_allclose(spreader.real_sums(), direct(times, a), rtol=0, atol=TOLERANCE)


def test_the_grid_is_as_long_as_the_samples_reach() -> None:
    """Five frequencies a line width: a fifth of the period, with some points beside it."""
    spreader = Spreader(SPACING, 10_000, SPAN)
    assert len(spreader._grid) < 0.21 * spreader._points
