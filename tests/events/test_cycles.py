"""Sums, statistics and refinement of one cycle of events."""

import numpy as np
import pytest

import oracles
from epicycle import find_cycles
from epicycle.events.cycles import (
    _derivatives,
    _phase,
    h_test,
    harmonic_sums,
    refine_event_cycle,
)
from tests.events.trains import BAND, constant_rate, events_as_data, pulsar, slow_h


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("drift", [0.0, 3e-4])
def test_the_sums_are_direct_sums(weighted: bool, drift: float) -> None:
    rng = np.random.default_rng(1)
    t = 1e6 + np.sort(rng.uniform(0, 100, 80))
    weights = rng.uniform(0.1, 1, 80) if weighted else np.ones(80)
    data = events_as_data(t, weights)
    assert data.reference == pytest.approx(np.average(t, weights=weights), abs=1e-9)
    sums = harmonic_sums(data.times, data.y[:, 0], 1.7, drift, 5)
    for h in range(1, 6):
        x = t - data.reference
        turns = oracles.exact_turns(1.7, x) + 0.5 * drift * x**2
        direct = np.sum(weights * np.exp(-2j * np.pi * h * turns))
        direct -= weights.sum() * constant_rate(x, h * 1.7)
        # 80 phases of at most 5 * 200 turns in the drift, each to a few units in the last place
        assert abs(sums[h - 1] - direct) < 80 * 1e-12


def test_the_h_test_is_a_slow_loop() -> None:
    rng = np.random.default_rng(2)
    chosen = set()
    for _ in range(200):
        power = rng.exponential(1.0, 8) * rng.choice([1.0, 3.0], 8)
        statistic, orders = h_test(power)
        expected = slow_h(power)
        assert statistic == pytest.approx(expected[0], rel=1e-13)
        assert orders == expected[1]
        chosen.add(orders)
    assert len(chosen) == 8  # each number of orders was the answer once


@pytest.mark.parametrize("orders", [1, 3])
def test_derivatives_are_those_of_finite_differences(orders: int) -> None:
    t, weights = pulsar(np.random.default_rng(4), 200, 50.0, 1.3, 0.6, weighted=True)
    data = events_as_data(t, weights)
    w, x = data.y[:, 0], data.times.to_float()
    norm = float((w**2).sum())
    slopes = np.stack([x, 0.5 * x**2])
    at, steps = np.array([1.303, 2e-5]), np.array([1e-5, 4e-7])

    def objective(p: np.ndarray) -> np.ndarray:
        base = _phase(data.times, float(p[0]), float(p[1]))
        sums = [np.sum(w * np.exp(-2j * np.pi * h * base)) for h in range(1, orders + 1)]
        return np.array([np.sum(np.abs(sums) ** 2) / norm])

    def slope(p: np.ndarray) -> np.ndarray:
        base = _phase(data.times, float(p[0]), float(p[1]))
        return _derivatives(base, w, slopes, orders, norm)[0]

    gradient, hessian = _derivatives(_phase(data.times, *at), w, slopes, orders, norm)
    # differences of fourth order: the phase moves by h * 2 pi * 25 * 1e-5 per step, to the fourth
    np.testing.assert_allclose(
        gradient, oracles.jacobian(objective, at, steps)[0], rtol=1e-6, atol=1e-6
    )
    differences = oracles.jacobian(slope, at, steps)
    np.testing.assert_allclose(hessian, differences, rtol=1e-6, atol=1e-8 * np.abs(hessian).max())
    assert hessian[0, 1] == pytest.approx(hessian[1, 0], rel=1e-12)


def test_the_refined_frequency_is_a_maximum() -> None:
    t, weights = pulsar(np.random.default_rng(5), 400, 200.0, 1.3, 0.6, drift=1e-4)
    data = events_as_data(t, weights)
    middle = 1.3 + 1e-4 * data.reference
    cycle = refine_event_cycle(
        data, data.y[:, 0], middle + 0.2 / 200, 9e-5, with_drift=True, bandwidth=100.0, most=1
    )

    def power(df: float, dd: float) -> float:
        sums = harmonic_sums(data.times, data.y[:, 0], cycle.frequency + df, cycle.drift + dd, 1)
        return float(np.abs(sums[0]))

    error, drift_error = np.sqrt(np.diag(cycle.covariance))
    for df, dd in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        assert power(0.1 * df * error, 0.1 * dd * drift_error) < power(0.0, 0.0)
    assert abs(cycle.frequency - middle) < 5 * error
    assert abs(cycle.drift - 1e-4) < 5 * drift_error


def test_a_cycle_states_its_tests() -> None:
    t, weights = pulsar(np.random.default_rng(32), 500, 100.0, 1.0, 0.8, weighted=True)
    (cycle,) = find_cycles(t, weights=weights, **BAND, max_cycles=1, harmonics=5).cycles
    tests = cycle.statistics
    assert tests is not None
    assert len(tests.power) == len(tests.z_squared) == len(tests.z_squared_false_alarm) == 5
    data = events_as_data(t, weights)
    sums = harmonic_sums(data.times, data.y[:, 0], cycle.frequency, 0.0, 5)
    direct = np.abs(sums) ** 2 / np.sum(weights**2)
    np.testing.assert_allclose(tests.power, direct, rtol=1e-9)
    np.testing.assert_allclose(tests.z_squared, 2 * np.cumsum(direct), rtol=1e-9)
    assert tests.h == pytest.approx(slow_h(direct)[0])
    assert tests.h_false_alarm == cycle.false_alarm_probability
    # one order is all there is here, and to try more makes it less significant
    assert tests.z_squared_false_alarm[0] < tests.h_false_alarm < 0.01
    assert np.argmin(tests.z_squared_false_alarm) == 0
    # values have none of these
    y = np.cos(2 * np.pi * t)
    assert find_cycles(t, y, max_cycles=1).cycles[0].statistics is None
