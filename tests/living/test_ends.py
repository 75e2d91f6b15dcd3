"""Forecasts against the conditional distribution of dense covariances."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.living.chain import Strengths
from epicycle.living.choose import Choice
from epicycle.living.ends import Living, living_of
from epicycle.living.nodes import build_nodes
from epicycle.living.regression import solve
from epicycle.living.strengths import Fitted
from tests.living.dense import covariance

KINDS = {
    "walk": Strengths(walk=0.3),
    "slope": Strengths(slope=0.02, damping=0.1),
    "error": Strengths(error=2.0, rate=0.4),
    "all": Strengths(walk=0.3, slope=0.02, damping=0.1, error=2.0, rate=0.4),
    "none": Strengths(),
}


def made(strengths: Strengths) -> tuple[Living, np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(1)
    t = np.cumsum(rng.uniform(0.5, 1.5, 40))
    y = rng.normal(size=40).cumsum()
    nodes = build_nodes(t, np.column_stack([y, rows(t)]), np.ones(40))
    solution = solve(nodes, strengths, np.zeros(3))
    choice = Choice(Fitted((), solution, 0.0), np.arange(3), nodes)
    living = living_of(choice, 1, np.empty(0, dtype=np.intp), np.ones(1))
    return living, t, y, nodes.unit


def rows(t: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(t)), np.cos(t), np.sin(t)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_forecast_is_the_conditional_distribution(kind: str) -> None:
    living, t, y, unit = made(KINDS[kind])
    later = t[-1] + np.array([0.1, 1.0, 5.0, 40.0])
    mean, variance = living.at(later, np.ones((4, 1)), rows(later)[:, 1:])
    every = np.concatenate([t, later]) / unit
    own = covariance(KINDS[kind], every, every)
    v = own[:40, :40] + np.eye(40)
    x, ahead = rows(t), rows(later)
    inner = np.linalg.inv(x.T @ np.linalg.solve(v, x))
    c = inner @ x.T @ np.linalg.solve(v, y)
    weights = np.linalg.solve(v, own[:40, 40:])
    assert_allclose(mean, ahead @ c + weights.T @ (y - x @ c), rtol=1e-4, atol=1e-5)
    left = ahead - weights.T @ x
    spread = own[40:, 40:] - own[40:, :40] @ weights + left @ inner @ left.T
    assert_allclose(variance, living.scatter[0] * np.diag(spread), rtol=1e-4)


def test_backwards_it_is_the_forecast_of_the_reversed_series() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(60.0)
    y = rng.normal(size=60).cumsum()

    def of(values: np.ndarray) -> Living:
        nodes = build_nodes(t, np.column_stack([values, np.ones(60)]), np.ones(60))
        solution = solve(nodes, Strengths(walk=0.5, error=1.0, rate=0.2), np.zeros(1))
        choice = Choice(Fitted((), solution, 0.0), np.arange(1), nodes)
        return living_of(choice, 1, np.empty(0, dtype=np.intp), np.ones(1))

    nothing = np.empty((3, 0))
    ahead, one = np.array([1.0, 4.0, 20.0]), np.ones((3, 1))
    back = of(y).at(-ahead, one, nothing)
    forth = of(y[::-1]).at(59.0 + ahead, one, nothing)
    assert_allclose(back, forth, rtol=1e-5)


def test_a_document_says_the_same() -> None:
    living, t, _, _ = made(KINDS["all"])
    lines = np.array([1.0, 2.0])
    document = json.loads(
        json.dumps(living.to_dict(), default=lambda x: x.tolist() if hasattr(x, "tolist") else x)
    )
    again = Living.from_dict(document)
    later = t[-1] + np.arange(1.0, 4.0)
    one, waves = np.ones((3, 1)), np.tile(lines, (3, 1))
    # factors have six digits
    assert_allclose(again.at(later, one, waves), living.at(later, one, waves), rtol=1e-4)
