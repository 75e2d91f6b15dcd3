"""Near pairs of samples lead to a wave vector far beyond what can be tried whole."""

import numpy as np
import pytest

from epicycle.optim.near_pairs import climb


@pytest.mark.parametrize("vector", [(700.3, -411.2), (-230.0, 12.6, 199.9)])
def test_a_far_wave_is_found_with_noise_of_its_own_power(vector):
    rng = np.random.default_rng(2)
    vector = np.array(vector)
    points = rng.uniform(-0.5, 0.5, (len(vector), 1000))
    y = np.sqrt(2) * np.cos(2 * np.pi * (vector @ points)) + rng.normal(size=1000)
    cycles = np.full(len(vector), 1.1 * np.abs(vector).max())
    found = climb(points, y[:, None], cycles, 1e6, 5)
    away = [min(np.abs(k - vector).max(), np.abs(k + vector).max()) for k in found]
    assert min(away) < 0.51
    assert len(found) <= 5


def test_too_few_near_pairs_are_said_to_be_too_few():
    points = np.random.default_rng(3).uniform(-0.5, 0.5, (3, 60))
    assert climb(points, np.ones((60, 1)), np.full(3, 1000.0), 1e6, 5) is None
