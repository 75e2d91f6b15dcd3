"""The parts of evidence/forgetting.py, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from epicycle.evidence.forgetting import Series
from generators import quasi_periodic, regression


def test_noise_without_a_period_is_at_least_white() -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        t = np.sort(rng.uniform(0, 100, 60))
        data = regression(t, rng.normal(size=60))
        series = Series(data, data.y[:, 0], 0, 0.0, 256)
        white = -0.5 * 60 * (1 + math.log(float(np.mean(data.y**2))))
        # three parameters more are seldom worth more than half a chi-square of 16
        assert white <= series.swings() < white + 8.0
    # and much more where it has swings
    swing = quasi_periodic(1, t, 1e9, 20.0, 0.3)
    data = regression(t, swing)
    white = -0.5 * 60 * (1 + math.log(float(np.mean(data.y**2))))
    assert Series(data, data.y[:, 0], 0, 0.0, 256).swings() > white + 10.0


def test_a_peak_is_as_likely_where_it_was_found() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 300, 400))
    data = regression(t, quasi_periodic(1, t, 11.0, 60.0, 0.5))
    series = Series(data, data.y[:, 0] - data.y.mean(), 0, 1 / 11, 256)
    found = series.forgetting()
    assert found is not None
    # a maximum of the same likelihood, begun from another place
    assert series.near(found) == pytest.approx(found.likelihood, abs=0.05)
