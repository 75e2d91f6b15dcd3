"""The array-first cosinor beside dense least squares, one frequency and one series at a time."""

import numpy as np
import pytest

from epicycle.fit.cosinor import explained, freed, turned, waves

T = np.sort(np.random.default_rng(1).uniform(0, 60, 17))
FREQUENCIES = np.array([1 / 33.0, 1 / 24.0, 1 / 9.0])


def test_waves_are_cosines_and_sines_and_turn_as_their_differences_say():
    turns, orders = np.multiply.outer(FREQUENCIES, T), (1, 3)
    columns = waves(turns, orders)
    assert columns.shape == (3, 17, 4)
    np.testing.assert_allclose(columns[1, :, 2], np.cos(6 * np.pi * T / 24), atol=1e-12)
    np.testing.assert_allclose(columns[1, :, 3], np.sin(6 * np.pi * T / 24), atol=1e-12)
    step = 1e-6
    change = (waves(turns + step, orders) - waves(turns - step, orders)) / (2 * step)
    # the third derivative is (2 pi 3)^3: times the square of the step over 6, 1e-9
    np.testing.assert_allclose(turned(columns, orders), change, atol=1e-7)


@pytest.mark.parametrize("orders", [(1,), (1, 2)])
def test_what_is_explained_is_what_two_dense_fits_leave(orders):
    rng = np.random.default_rng(2)
    background = np.column_stack([np.ones(17), T])
    basis = np.linalg.qr(background)[0]
    series = rng.normal(size=(4, 17))
    free = series - (series @ basis) @ basis.T
    found = explained(freed(waves(np.multiply.outer(FREQUENCIES, T), orders), basis), free)
    for i, frequency in enumerate(FREQUENCIES):
        x = np.hstack([background, waves(frequency * T, orders)])
        for j, y in enumerate(series):
            left = [
                ((y - b @ np.linalg.lstsq(b, y, rcond=None)[0]) ** 2).sum() for b in (background, x)
            ]
            assert found[i, j] == pytest.approx(left[0] - left[1], rel=1e-9)


def test_a_sine_at_the_nyquist_frequency_explains_nothing():
    t = np.arange(8.0)
    basis = np.full((8, 1), 8**-0.5)
    y = np.random.default_rng(3).normal(size=(1, 8))
    free = y - (y @ basis) @ basis.T
    both = explained(freed(waves(np.array([0.5 * t]), (1,)), basis), free)[0, 0]
    cosine = (free[0] @ np.cos(np.pi * t)) ** 2 / 8
    assert both == pytest.approx(cosine, rel=1e-9)
