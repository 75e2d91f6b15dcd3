"""Lines of labels, of classes in any order."""

import numpy as np
import pytest

from epicycle.problems import Clock
from epicycle.problems.label_lines import highest_frequency, label_lines

YEAR = 365.25 * 86400


def test_a_minute_is_found_in_a_century_by_few_samples() -> None:
    rng = np.random.default_rng(0)
    t = Clock().sample(1024, rng=rng)
    [line, *_] = label_lines(t.astype(float), Clock().digits(t)[:, 2], 60, 0.5)
    # a tenth of a turn over 120 years
    assert abs(line.frequency - 1 / 60) * 120 * YEAR < 0.1


def test_the_order_of_classes_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    t = rng.uniform(0, 1e6, 2048)
    classes = rng.permutation(7)[np.floor(t / 100).astype(int) % 7]
    lines = label_lines(t, classes, 7, 0.1)
    orders = np.array([line.frequency for line in lines]) * 700
    np.testing.assert_allclose(orders, np.rint(orders), atol=1e-3)
    assert lines[0].height == max(line.height for line in lines)


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_lines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert label_lines(rng.uniform(0, 1e5, 1000), rng.integers(0, 4, 1000), 4, 0.1) == []
    assert label_lines(np.arange(100.0), np.zeros(100, dtype=int), 4, 0.1) == []


def test_the_band_ends_where_the_raster_or_the_samples_do() -> None:
    even = 10 * np.random.default_rng(0).integers(0, 1000, 100)
    assert highest_frequency(even, 100) == pytest.approx(0.05)
    spread = np.linspace(0, 1e12, 100)
    assert highest_frequency(spread, 100) < 0.05
