"""The banded chain is the dense one: precision, factor, solutions and selected inverse."""

import time

import numpy as np
import pytest

from changing.simulated import dense
from epicycle.changing import chain as chains

KINDS = ("path", "noise", "walk")


def example(count: int = 9, memory: float = 2.0) -> tuple[chains.Chain, np.ndarray]:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(-3, 3, 40))
    one = chains.Chain(t, KINDS, -3.0, 3.0, count)
    band = sum(one.prior(j, memory)[0] for j in range(3))
    seen = rng.uniform(1, 2, 40)
    for product in one.products.values():
        band = band + (product @ seen).reshape(band.shape) * 0.1
    return one, band[:, :, np.newaxis]


@pytest.mark.parametrize("memory", [0.05, 1.0, 40.0, 1e4, np.inf])
def test_a_path_is_the_integral_of_its_process(memory):
    # by steps a thousand times finer: slope' = -slope / memory + white noise
    step, fine = 0.7, 1000
    d = step / fine
    if np.isinf(memory):
        kept, new = 1.0, d
    else:
        kept, new = np.exp(-d / memory), -np.expm1(-2 * d / memory)
    move = np.array([[1.0, d * 0.5 * (1 + kept)], [0.0, kept]])
    one, covariance = np.eye(2), np.zeros((2, 2))
    edge = np.array([0.5 * d, 1.0])
    for _ in range(fine):
        one, covariance = move @ one, move @ covariance @ move.T + new * np.outer(edge, edge)
    carry, innovation, _ = chains.transition("path", step, memory)
    scale = np.array([1.0, step])  # slopes are counted per step
    assert carry == pytest.approx(one * scale[:, None] / scale, rel=1e-3, abs=1e-6)
    assert innovation == pytest.approx(covariance * np.outer(scale, scale), rel=4e-3)


def test_a_chain_of_many_knots_has_the_covariance_of_the_process():
    one = chains.Chain(np.array([0.0]), ("noise",), 0.0, 4.0, 9)
    covariance = np.linalg.inv(dense(one.prior(0, 1.5)[0]))
    knots = np.linspace(0, 4, 9)
    expected = np.exp(-np.abs(knots[:, None] - knots) / 1.5)
    assert covariance == pytest.approx(expected, abs=1e-12)


def test_the_log_determinant_of_the_prior_is_that_of_the_dense_matrix():
    one, _ = example()
    for j, channel in enumerate(one.channels):
        band, log_det = one.prior(j, 2.0)
        rows = [k * one.size + channel.first + i for k in range(9) for i in range(channel.size)]
        own = dense(band)[np.ix_(rows, rows)]
        assert log_det == pytest.approx(np.linalg.slogdet(own)[1], rel=1e-10)


def test_values_between_knots_are_the_expected_ones():
    # the mean of an integrated walk between two knots is the cubic through both, with their slopes
    one = chains.Chain(np.linspace(0, 1, 11), ("path",), 0.0, 1.0, 3)
    knots = np.array([0.0, 0.5, 1.0])
    numbers = np.stack([knots**3, 3 * knots**2 * one.step], axis=1).ravel()
    assert one.maps[0] @ numbers == pytest.approx(np.linspace(0, 1, 11) ** 3, abs=1e-14)


def test_products_of_samples_are_those_of_the_dense_map():
    one, _ = example()
    rng = np.random.default_rng(2)
    slope = rng.normal(size=(3, 40))
    band = sum(
        (one.products[a, b] @ (slope[a] * slope[b])).reshape(2 * one.size, one.width)
        for b in range(3)
        for a in range(b + 1)
    )
    whole = sum(slope[j][:, None] * one.maps[j].toarray() for j in range(3))
    assert dense(band) == pytest.approx(whole.T @ whole, abs=1e-12)


def test_factor_solution_and_determinant_are_those_of_the_dense_matrix():
    one, band = example()
    both = np.concatenate([band, 2 * band], axis=2)
    factor = chains.factor(both, one.count)
    right = np.random.default_rng(3).normal(size=(2, one.width, 2))
    matrix = dense(band[:, :, 0])
    for k in range(2):
        expected = np.linalg.solve((k + 1) * matrix, right[k])
        assert factor.solve(right)[k] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    expected = [np.linalg.slogdet((k + 1) * matrix)[1] for k in range(2)]
    assert factor.log_det == pytest.approx(expected, rel=1e-12)
    x = right[0]
    assert chains.times(band, x) == pytest.approx(matrix @ x, rel=1e-12)


def test_selected_inverse_is_the_inverse_near_the_diagonal():
    one, band = example()
    blocks = chains.factor(band, one.count).covariances(3)
    inverse, m = np.linalg.inv(dense(band[:, :, 0])), one.size
    for lag, block in enumerate(blocks):
        for k in range(one.count - lag):
            part = inverse[(k + lag) * m : (k + lag + 1) * m, k * m : (k + 1) * m]
            assert block[0, k] == pytest.approx(part, abs=1e-10)
    lower = chains.lower_band(blocks)[:, :, 0]
    mask = dense(np.ones_like(lower))[:, :] > 0
    near = np.abs(np.subtract.outer(np.arange(one.width) // m, np.arange(one.width) // m)) <= 1
    assert dense(lower)[near & mask] == pytest.approx(inverse[near & mask], abs=1e-10)


def test_the_cost_grows_with_the_knots_and_not_with_their_square():
    def seconds(count: int) -> float:
        t = np.linspace(0, count, 2 * count)
        one = chains.Chain(t, ("path", "noise"), 0.0, float(count), count)
        band = (one.prior(0, 4.0)[0] + one.prior(1, 0.3)[0])[:, :, np.newaxis]
        best = np.inf
        for _ in range(3):
            start = time.process_time()
            chains.factor(band, count).covariances()
            best = min(best, time.process_time() - start)
        return best

    # eight times the knots: 8 if linear, 64 if quadratic
    assert seconds(4000) < 20 * seconds(500)
