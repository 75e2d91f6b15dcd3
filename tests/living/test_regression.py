"""Regressions beside a chain against dense algebra."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.living.chain import Strengths
from epicycle.living.nodes import build_nodes
from epicycle.living.regression import solve
from tests.living.dense import covariance

STRENGTHS = Strengths(walk=0.2, error=1.5, rate=0.5)


def test_the_fit_is_generalised_least_squares() -> None:
    rng = np.random.default_rng(1)
    time = np.cumsum(rng.uniform(0.5, 1.5, 40))
    columns = rng.normal(size=(40, 3))
    values = columns @ [1.0, 2.0, 3.0] + rng.normal(size=40)
    nodes = build_nodes(time, np.column_stack([values, columns]), np.ones(40))
    penalty = np.array([0.0, 0.0, 4.0])
    told = solve(nodes, STRENGTHS, penalty)
    v = covariance(STRENGTHS, nodes.time, nodes.time) + np.eye(40)
    inner = columns.T @ np.linalg.solve(v, columns) + np.diag(penalty)
    c = np.linalg.solve(inner, columns.T @ np.linalg.solve(v, values))
    # the ridge is a billionth of each column's information
    assert_allclose(told.coefficients, c, rtol=1e-6)
    assert_allclose(told.inverse, np.linalg.inv(inner), rtol=1e-6, atol=1e-8)
    quadratic = values @ np.linalg.solve(v, values - columns @ c)
    assert told.variance == pytest.approx(quadratic / 38, rel=1e-6)
    expected = -0.5 * (
        38 * (np.log(quadratic / 38) + 1)
        + np.linalg.slogdet(v)[1]
        + np.linalg.slogdet(inner)[1]
        - np.log(4.0)
    )
    assert told.likelihood == pytest.approx(expected, abs=1e-5)


def test_evidence_pays_for_columns_as_the_information_criterion_does() -> None:
    rng = np.random.default_rng(2)
    time, n = np.arange(400.0), 400
    columns = np.column_stack([np.ones(n), rng.normal(size=(n, 4))])
    values = rng.normal(size=n)

    def evidence(m: int) -> float:
        nodes = build_nodes(time, np.column_stack([values, columns[:, :m]]), np.ones(n))
        return solve(nodes, Strengths(), np.zeros(m)).evidence

    def criterion(m: int) -> float:
        left = values - columns[:, :m] @ np.linalg.lstsq(columns[:, :m], values)[0]
        return -0.5 * (n * np.log(left @ left) + m * np.log(n))

    # the restricted variance, and n for n - k, make less than half a unit of difference
    assert evidence(5) - evidence(1) == pytest.approx(criterion(5) - criterion(1), abs=0.5)
