"""Nodes keep all that a regression needs of the samples."""

import numpy as np
from numpy.testing import assert_allclose

from epicycle.limits import AHEAD
from epicycle.living.nodes import build_nodes


def test_few_samples_are_nodes_and_equal_times_one() -> None:
    rng = np.random.default_rng(1)
    time = np.array([3.0, 1.0, 2.0, 2.0, 5.0])
    values, weights = rng.normal(size=(5, 2)), np.array([1.0, 2.0, 1.0, 3.0, 0.0])
    nodes = build_nodes(time, values, weights)
    assert_allclose(nodes.time * nodes.unit, [1.0, 2.0, 3.0])
    assert_allclose(nodes.values[1], (values[2] + 3 * values[3]) / 4)
    # weights of 2, 1 + 3 and 1, beside a typical one of 1.5
    assert_allclose(nodes.noise, [0.75, 0.375, 1.5])
    assert nodes.n_within == 1


def test_means_and_deviations_make_up_all_sums_of_products() -> None:
    rng = np.random.default_rng(2)
    n = AHEAD.nodes + 2000
    time, values = rng.permutation(np.arange(n) * 1.0), rng.normal(size=(n, 3))
    nodes = build_nodes(time, values, np.ones(n))
    assert len(nodes.time) == AHEAD.nodes
    assert nodes.n_values == n
    both = (nodes.values / nodes.noise[:, np.newaxis]).T @ nodes.values + nodes.within
    assert_allclose(both, values.T @ values, rtol=1e-10, atol=1e-9)
    # the latest values stand alone
    assert (nodes.length[-AHEAD.nodes // 2 :] == 0).all()
    assert (nodes.length[: AHEAD.nodes // 2] > 0).any()


def test_columns_times_coefficients_are_taken_off() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(50, 3))
    nodes = build_nodes(np.arange(50.0) // 2, values, np.ones(50)).less(np.array([2.0, 0.0]))
    plain = np.column_stack([values[:, 0] - 2 * values[:, 1], values[:, 1:]])
    twin = build_nodes(np.arange(50.0) // 2, plain, np.ones(50))
    assert_allclose(nodes.values, twin.values)
    assert_allclose(nodes.within, twin.within, atol=1e-12)
    assert_allclose(nodes.of_columns(np.array([1])).values, twin.values[:, [0, 2]])
