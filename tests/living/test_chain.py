"""Chains against the dense covariances that they stand for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.living.chain import Chain, Steps, Strengths, seen, transitions
from tests.living.dense import covariance

TIME = np.cumsum(np.random.default_rng(1).uniform(0.01, 3.0, 30))

KINDS = {
    "walk": Strengths(walk=0.3),
    "slope": Strengths(slope=0.02, damping=0.1),
    "error": Strengths(error=2.0, rate=0.4),
    "all": Strengths(walk=0.3, slope=0.02, damping=0.1, error=2.0, rate=0.4),
    "none": Strengths(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_has_the_covariance_of_its_components(kind: str) -> None:
    strengths, rng = KINDS[kind], np.random.default_rng(2)
    noise = rng.uniform(0.5, 2.0, 30)
    dense = covariance(strengths, TIME, TIME) + np.diag(noise)
    chain = Chain(strengths, Steps.of(TIME), noise, np.zeros(30, dtype=bool))
    columns = rng.normal(size=(30, 3))
    # 1e-8, the variance to which a walk is pinned, is the difference; steps have nine decimals
    assert_allclose(chain.weighted(columns), np.linalg.solve(dense, columns), atol=1e-6)
    assert chain.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1], abs=1e-6)


@pytest.mark.parametrize("kind", ["walk", "slope", "error", "all"])
def test_numbers_of_a_node_are_expected_given_all_values(kind: str) -> None:
    strengths, rng = KINDS[kind], np.random.default_rng(3)
    values, noise = rng.normal(size=(30, 1)), np.full(30, 0.7)
    chain = Chain(strengths, Steps.of(TIME), noise, np.zeros(30, dtype=bool))
    told = chain.states(values) * seen(strengths)[:, np.newaxis]
    own = covariance(strengths, TIME, TIME)
    expected = own @ np.linalg.solve(own + np.diag(noise), values)
    assert_allclose(told.sum(axis=1), expected, atol=1e-6)
    last = chain.covariance_at(-1)
    spread = own[-1, -1] - own[-1] @ np.linalg.solve(own + np.diag(noise), own[-1])
    assert seen(strengths) @ last @ seen(strengths) == pytest.approx(spread, rel=1e-5)


def test_one_long_step_is_many_short_ones() -> None:
    for strengths in KINDS.values():
        if not strengths.size:
            continue
        carry, innovation, _ = transitions(strengths, np.array([0.001, 1.0]))
        total, spread = np.eye(strengths.size), np.zeros((strengths.size, strengths.size))
        for _ in range(1000):
            total = carry[0] @ total
            spread = carry[0] @ spread @ carry[0].T + innovation[0]
        assert_allclose(total, carry[1], rtol=1e-9)
        assert_allclose(spread, innovation[1], rtol=1e-7, atol=1e-15)


def test_strengths_in_other_units_are_the_same() -> None:
    hours, days = KINDS["all"], KINDS["all"].in_time(24.0)
    carry, innovation, _ = transitions(hours, np.array([48.0]))
    in_days, new_in_days, _ = transitions(days, np.array([2.0]))
    # a slope is counted per day
    scale = np.array([1, 1, 24, 1])
    assert_allclose(carry[0] * scale[:, np.newaxis] / scale, in_days[0], rtol=1e-9)
    assert_allclose(innovation[0] * np.outer(scale, scale), new_in_days[0], rtol=1e-9)
