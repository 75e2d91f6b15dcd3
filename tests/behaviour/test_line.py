"""A line that some wrong onsets do not spoil, with an error that holds."""

import numpy as np
import pytest

from epicycle.behaviour.line import line_through


def test_a_perfect_line_is_known_to_its_resolution():
    x = np.array([0, 1, 2, 4, 5, 6])
    found = line_through(x, 7 + 23.5 * x, 0.1)
    assert found.slope == pytest.approx(23.5, abs=1e-9)
    assert found.start == pytest.approx(7, abs=1e-9)
    assert found.scatter == pytest.approx(0.1 / np.sqrt(12))
    assert found.slope_error > 0


def test_without_outliers_it_is_nearly_least_squares():
    rng = np.random.default_rng(4)
    x = np.arange(200)
    y = 3 + 24.2 * x + rng.normal(size=200)
    found = line_through(x, y, 0.01)
    slope, _ = np.polyfit(x, y, 1)
    error = np.sqrt(12 / 200.0**3)
    # an efficiency of 95 % keeps it within a quarter of the error of least squares
    assert abs(found.slope - slope) < 3 * np.sqrt(1 / 0.95 - 1) * error
    assert 0.8 < found.slope_error / error < 1.5


def test_two_wrong_onsets_move_it_by_less_than_its_error():
    rng = np.random.default_rng(5)
    x = np.arange(14)
    y = 8 + 23.7 * x + 0.3 * rng.normal(size=14)
    clean = line_through(x, y, 0.1)
    y[[1, 12]] += [7.0, -6.0]
    found = line_through(x, y, 0.1)
    assert abs(found.slope - clean.slope) < 1.5 * clean.slope_error
    assert abs(np.polyfit(x, y, 1)[0] - clean.slope) > 5 * clean.slope_error
    assert found.off[[1, 12]].all()


def test_errors_hold_with_outliers_and_memory():
    rng = np.random.default_rng(6)
    x = np.arange(20)
    for memory in (0.0, 0.5):
        off = []
        for _ in range(120):
            noise = rng.normal(size=20)
            for k in range(1, 20):
                noise[k] = memory * noise[k - 1] + np.sqrt(1 - memory**2) * noise[k]
            noise[rng.uniform(size=20) < 0.05] += 8
            found = line_through(x, 24.0 * x + noise, 0.01)
            off.append((found.slope - 24) / found.slope_error)
        # rms of 120 has an error of 7 %; beyond that the memory is told from 20 residuals only
        assert 0.6 < np.sqrt(np.mean(np.square(off))) < 1.5
