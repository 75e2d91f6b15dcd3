"""Groups have waveforms of their own where they differ, at a cycle that is there."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.effects.groups import spread
from epicycle.evidence.own_waveforms import chance_of_equality
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

T = np.tile(np.arange(0, 72, 4.0), 6)
GROUP = np.repeat([0, 1], 54)
PLACES = np.array([1 / 24.5, 1 / 24, 1 / 23, 0.06, 0.1])


def chance(y: np.ndarray, dy: np.ndarray | None = None) -> float:
    samples = spread(check_samples(T, y, dy, group=GROUP))
    data = build_data(samples, 1)
    return chance_of_equality(data, data.y, NoiseModel.of(samples), PLACES, 0.125, 39)


def clocks(seed: int, late: float, noise: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 10 + np.cos(2 * np.pi * (T - late * GROUP) / 24) + noise * rng.normal(size=108)


@pytest.mark.parametrize("late", [3, 6, 12])
def test_a_difference_of_phase_is_seen(late: float) -> None:
    assert max(chance(clocks(seed, late)) for seed in range(4)) < 1e-3


def test_alike_groups_are_told_apart_as_seldom_as_said() -> None:
    found = np.array([chance(clocks(seed, 0)) for seed in range(100)])
    # binomial: more than 12 of 100 at 0.05 have a probability of 1e-3
    assert np.count_nonzero(found < 0.05) <= 12
    assert 0.3 < np.median(found) < 0.7


def test_without_a_cycle_nothing_differs() -> None:
    assert [chance(clocks(seed, 0, noise=40.0)) for seed in range(4)] == [1.0] * 4


def test_an_outlier_takes_no_groups_apart() -> None:
    y = clocks(1, 0, noise=0.2)
    y[7] += 30
    assert chance(y) > 0.01
    y = clocks(1, 6, noise=0.2)
    y[7] += 30
    assert chance(y) < 1e-6


def test_the_default_call_shares_and_splits() -> None:
    for late in (0, 12):
        model = find_cycles(T, clocks(5, late), group=GROUP, unit="h", maximum_period=30)
        assert model.cycles[0].period == pytest.approx(24, abs=1)
        assert (model.output_names is not None) == (late > 0)
