"""How wrong predictions beyond the data may be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle import find_cycles
from epicycle.results.prediction import Spread
from generators import sinusoids
from tests.results.forecasts import LINES


def test_slow_variation_widens_what_comes_after_it() -> None:
    rng = np.random.default_rng(6)
    t = np.arange(600.0)
    y = np.cumsum(rng.normal(size=600)) + 10 * np.cos(2 * np.pi * t / 12.3) + rng.normal(size=600)
    model = find_cycles(t, y)
    assert model.predictor.slow.any()
    after = model.predict([600.0, 700.0, 1200.0], return_std=True)[1]
    # one step ahead: noise of 1, a step of 1, and a level known to about 0.6
    assert 1.3 < after[0] < 2.5
    # 101 and 601 steps of a walk, whose rate is known to a quarter
    assert 6.0 < after[1] < 14.0
    assert after[0] < after[1] < after[2]


def test_intervals_with_bends_to_come_hold_for_such_values() -> None:
    rng = np.random.default_rng(8)
    expected, variance, bend = np.array([0.0, 0.3, 2.0, 100.0]), 1.0, 9.0
    spread = Spread(np.full((4, 1), variance), np.full((4, 1), bend), expected)
    bends = rng.poisson(expected, size=(200_000, 4))
    values = rng.normal(size=bends.shape) * np.sqrt(variance + bends * bend)
    for coverage in (0.5, 0.8, 0.95):
        half = spread.half_width(coverage, np.array([1e9]))
        # 200,000 values: 0.1 points
        assert_allclose((np.abs(values) < half[:, 0]).mean(axis=0), coverage, atol=0.005)
    assert_allclose(spread.std(np.zeros((4, 1)))[:, 0], np.sqrt(variance + expected * bend))


@pytest.mark.parametrize("sampling", ["random", "regular", "gappy"])
def test_intervals_hold_what_they_promise(sampling: str) -> None:
    """Of new values, within and one half baseline beyond, 80 and 95 % within 5 points."""
    hits: dict[tuple[str, float], list[float]] = {}
    for seed in range(12):
        full = sinusoids(seed, 450, 150.0, LINES, 1.0, sampling=sampling, trend=[2.0])
        rng = np.random.default_rng(seed)
        fitted = (full.t < 100.0) & (rng.uniform(size=len(full.t)) < 0.7)
        model = find_cycles(full.t[fitted], full.y[fitted])
        for where, rows in (("in", (full.t < 100.0) & ~fitted), ("after", full.t >= 100.0)):
            for coverage in (0.8, 0.95):
                lower, upper = model.predict_interval(full.t[rows], coverage)
                inside = (lower <= full.y[rows]) & (full.y[rows] <= upper)
                hits.setdefault((where, coverage), []).append(inside.mean())
    for (_, coverage), shares in hits.items():
        assert abs(np.mean(shares) - coverage) < 0.05
