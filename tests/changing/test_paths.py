"""Paths and their errors against dense covariances, and draws of the process beyond the record."""

import numpy as np
import pytest

from changing.simulated import batch, numbers, posterior
from epicycle.changing.chain import Chain
from epicycle.changing.fit import finish
from epicycle.changing.paths import (
    difference,
    linear,
    means,
    seen,
    seen_rate,
    tell,
    value,
    variance,
)


def row_of(models, k: int, one) -> np.ndarray:
    """Return a linear function of all numbers of one model as rows of a dense matrix."""
    design = models.design
    rows = np.zeros((len(one.knot), design.chain.width + design.width))
    rows[:, design.chain.width :] = one.border[k]
    if one.channel is not None:
        channel = design.chain.channels[one.channel]
        for g in range(len(one.knot)):
            for a in range(2):
                for i in range(channel.size):
                    at = (one.knot[g] + a) * design.chain.size + channel.first + i
                    rows[g, at] += one.weight[g, a * channel.size + i]
    return rows


@pytest.mark.parametrize("what", ["turns", "rate", "swell", "level"])
@pytest.mark.parametrize("wander", ["none", "path"])
def test_values_and_variances_are_those_of_dense_matrices(what, wander):
    models = batch(3, wander=wander, varies=wander == "path")
    solved = finish(models)
    blocks = solved.factor.covariances()
    half = models.design.record.half
    t = np.linspace(-half, half, 13)
    one = linear(models, 0, t, what)
    for k in range(2):
        covariance, _, _ = posterior(models, k)
        rows = row_of(models, k, one)
        assert value(models, one)[k] == pytest.approx(rows @ numbers(models, k), abs=1e-10)
        spread = np.einsum("gi,ij,gj->g", rows, covariance, rows) + one.extra[k]
        found = variance(models, solved, blocks, [one])[k]
        assert found == pytest.approx(spread, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("wander", ["none", "path"])
def test_means_of_the_amplitude_are_those_of_dense_matrices(wander):
    models = batch(3, wander=wander, varies=wander == "path")
    solved = finish(models)
    centres = np.array([-2.0, 0.1, 1.5])
    values, spread = means(models, solved, 0, centres, 1.0)
    t = centres[:, np.newaxis] + (np.arange(12) + 0.5) / 12 - 0.5
    one = linear(models, 0, t.ravel(), "swell")
    for k in range(2):
        covariance, _, _ = posterior(models, k)
        rows = row_of(models, k, one).reshape(3, 12, -1).mean(axis=1)
        assert values[k] == pytest.approx(rows @ numbers(models, k), abs=1e-10)
        assert spread[k] == pytest.approx(rows @ covariance @ rows.T, rel=1e-4, abs=1e-7)


def test_the_mean_rate_over_a_cycle_knows_what_its_ends_share():
    models = batch(3)
    solved = finish(models)
    blocks = solved.factor.covariances(5)
    t = np.array([-2.0, -0.4, 1.3])
    ends = [linear(models, 0, t + side, "turns") for side in (0.5, -0.5)]
    parts = list(difference(*ends, np.ones(3)))
    covariance, _, _ = posterior(models, 0)
    rows = row_of(models, 0, ends[0]) - row_of(models, 0, ends[1])
    spread = np.einsum("gi,ij,gj->g", rows, covariance, rows) + ends[0].extra[0] + ends[1].extra[0]
    assert variance(models, solved, blocks, parts)[0] == pytest.approx(spread, rel=1e-4)


@pytest.mark.parametrize("kind", ["walk", "path", "noise"])
@pytest.mark.parametrize("memory", [1.5, np.inf])
def test_between_knots_there_is_a_bridge(kind, memory):
    if kind == "noise" and np.isinf(memory):
        return
    # the variance given both knots, from a chain with a knot in the middle as well
    fine = Chain(np.array([0.0]), (kind,), 0.0, 0.4, 5)
    from changing.simulated import dense

    covariance = np.linalg.inv(dense(fine.prior(0, memory)[0]))
    size = fine.channels[0].size
    ends = np.concatenate([np.arange(2 * size, 3 * size), np.arange(4 * size, 5 * size)])
    middle = 3 * size
    cross = covariance[middle, ends]
    left = covariance[middle, middle] - cross @ np.linalg.solve(
        covariance[np.ix_(ends, ends)], cross
    )
    coarse = Chain(np.array([0.0]), (kind,), 0.0, 0.4, 3)
    _, _, extra = seen(coarse, 0, np.array([0.3]), memory)
    # steps are short against the memory: the formula is the leading order
    assert extra[0] == pytest.approx(left, rel=0.15)


@pytest.mark.parametrize("side", [-1, 1])
def test_beyond_the_record_a_path_goes_on_as_its_process_does(side):
    memory, ahead = 2.0, 1.7
    chain = Chain(np.array([0.0]), ("path",), -1.0, 1.0, 5)
    slope = 0.3
    numbers_ = np.tile([0.5, slope * chain.step], 5)
    t = np.array([side * (1.0 + ahead)])
    knot, weight, extra = seen(chain, 0, t, memory)
    pair = numbers_[[2 * knot[0], 2 * knot[0] + 1, 2 * knot[0] + 2, 2 * knot[0] + 3]]
    assert weight[0] @ pair == pytest.approx(
        0.5 + side * slope * memory * (1 - np.exp(-ahead / memory))
    )
    x = ahead / memory
    assert extra[0] == pytest.approx(memory**2 * (2 * x - 3 + 4 * np.exp(-x) - np.exp(-2 * x)))
    rate, spread = seen_rate(chain, 0, t, memory)
    assert rate[0] @ pair == pytest.approx(slope * np.exp(-x))
    assert spread[0] == pytest.approx(1 - np.exp(-2 * x))


def test_all_is_told_with_errors_that_grow_beyond_the_record():
    models = batch(3)
    half = models.design.record.half
    t = np.array([0.0, half, 1.5 * half])
    for over_cycle in (False, True):
        told = tell(models, finish(models), 0, t, over_cycle=over_cycle)
        for name in ("turns", "rate", "swell", "level"):
            spread = getattr(told, f"{name}_variance")
            assert spread.shape == (2, 3)
            assert (spread > 0).all()
        assert (told.turns_variance[:, 2] > told.turns_variance[:, 1]).all()
    assert told.rate[:, 0] == pytest.approx(1.0, abs=0.5)
