"""The parts of search/pairs.py, one by one."""

import numpy as np
import pytest

from epicycle.limits import LADDER
from epicycle.samples.times import Times
from epicycle.search.pairs import (
    SURVIVORS,
    climb,
)


@pytest.mark.parametrize("highest", [0.9, 2.0, 9.0])
def test_of_a_narrow_band_everything_may_survive(highest: float) -> None:
    rng = np.random.default_rng(12)
    t = np.sort(rng.uniform(0, 100, 60))
    values = np.cos(2 * np.pi * 0.71 * t)[:, None]
    rung = climb(Times(t, np.zeros(60)), values, 5.0, 0.5, highest, 1)
    # from so few frequencies no height is left out beforehand
    assert LADDER.points_per_window * 5.0 * 0.4 < 8 * SURVIVORS
    assert rung.frequency[0] == pytest.approx(0.71, abs=0.5 / 5.0)
    assert len(rung.frequency) >= 3 * (highest - 0.5)
    assert (np.diff(rung.deviation) <= 0).all()
