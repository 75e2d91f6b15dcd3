"""The regression problem of chunks is the one in memory: columns, weights and scatter."""

from typing import Any

import numpy as np
import pytest

from epicycle.chunks.moments import look
from epicycle.chunks.pieces import Reader
from epicycle.chunks.problem import Problem
from epicycle.chunks.sources import Columns, source_of
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

COUNT = 900
RNG = np.random.default_rng(6)
TIMES = np.sort(RNG.uniform(0, 40, COUNT))
GROUP = np.where(RNG.random(COUNT) < 0.3, "a", "b")
DY = RNG.uniform(0.5, 1.5, COUNT)
VALUES = np.where(GROUP == "a", 50.0, -2.0) + 0.3 * TIMES + 1.5 * RNG.normal(size=COUNT)


def problem_of(dy: Any, weights: Any, group: Any) -> Problem:
    chunks = [
        tuple(None if a is None else a[part] for a in (TIMES, VALUES, dy, weights, group))
        for part in np.array_split(np.arange(COUNT), 4)
    ]
    reader = Reader(source_of(chunks, Columns()), Columns())
    return Problem.of(reader, look(reader), 1)


@pytest.mark.parametrize("what", ["plain", "weights", "dy", "group", "dy group"])
def test_weights_and_start_are_those_of_least_squares(what: str) -> None:
    """Errors of about the same size are taken together for the jitter alone, to 4 % of them."""
    dy = DY if "dy" in what else None
    group = GROUP if "group" in what else None
    weights = DY**-2 if what == "weights" else None
    problem = problem_of(dy, weights, group)
    samples = check_samples(TIMES, VALUES, dy, weights=weights, group=group)
    data, noise = build_data(samples, 1), NoiseModel.of(samples)
    w = data.weights[:, 0]
    for _ in range(3):
        root = np.sqrt(w)[:, np.newaxis]
        fit = np.linalg.lstsq(data.nuisance * root, VALUES * root[:, 0], rcond=None)[0]
        jitter = noise.fit_jitter((VALUES - data.nuisance @ fit)[:, np.newaxis], len(fit))
        w = noise.weights(jitter)[:, 0] if noise.absolute else w
    assert problem.absolute == noise.absolute
    rows = next(iter(problem.rows()))
    np.testing.assert_allclose(rows.weight, w, rtol=2e-3)
    np.testing.assert_allclose(rows.times.to_float(), TIMES - problem.reference, atol=1e-12)
    residual = VALUES - problem.start @ rows.columns
    start = residual - (VALUES - data.nuisance @ fit)
    assert np.abs(start).max() < 0.02


def test_rows_come_in_blocks() -> None:
    problem = problem_of(None, None, None)
    assert [len(rows.y) for rows in problem.rows(400)] == [400, 400, 100]


def test_weights_that_stay_are_told() -> None:
    problem = problem_of(DY, None, None)
    squares = problem.overview.table.squares(problem.start[:1], 0.0)
    _, same = problem.with_jitter(squares, 2)
    assert not same
    again, _ = problem.with_jitter(squares, 2)
    assert again.with_jitter(squares, 2)[1]
