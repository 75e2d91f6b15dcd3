"""Passes over chunks: sums of a residual, and what lines leave, are those of all rows at once."""

import numpy as np
import pytest

from epicycle.chunks.moments import look
from epicycle.chunks.passes import Lines, left_by, residual_of, sums_of
from epicycle.chunks.pieces import Reader
from epicycle.chunks.problem import Problem
from epicycle.chunks.sources import Columns, source_of

COUNT, MODES = 500, 600
RNG = np.random.default_rng(7)
TIMES = np.sort(RNG.uniform(0, 30, COUNT))
GROUP = RNG.integers(0, 2, COUNT)
WEIGHTS = RNG.uniform(0.5, 2, COUNT)
VALUES = RNG.normal(size=COUNT) + 5
VALUES += np.cos(2 * np.pi * 0.3 * TIMES) + 0.5 * np.cos(2 * np.pi * 0.9 * TIMES + 1)


def problem_of(*, grouped: bool, degree: int = 1) -> Problem:
    chunks = [
        (TIMES[p], VALUES[p], None, WEIGHTS[p], GROUP[p] if grouped else None)
        for p in np.array_split(np.arange(COUNT), 3)
    ]
    reader = Reader(source_of(chunks, Columns()), Columns())
    return Problem.of(reader, look(reader), degree)


def lines_of(problem: Problem) -> Lines:
    waves = np.array([0.4, -0.2, 0.1, 0.7])
    return Lines(np.array([0.31, 2.2]), np.concatenate([problem.start, waves]))


def exact(problem: Problem, lines: Lines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return residual, all columns and weights, without any help of the code that is tested."""
    rows = next(iter(problem.rows()))
    s = TIMES - problem.reference
    angle = 2 * np.pi * np.outer(lines.frequency, s)
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, COUNT)
    model = lines.background @ rows.columns + lines.waves @ waves
    return VALUES - model, np.concatenate([rows.columns, waves, waves * s]), rows.weight


@pytest.mark.parametrize(("grouped", "degree"), [(False, 1), (False, 0), (True, 2)])
def test_sums_of_a_residual(grouped: bool, degree: int) -> None:
    problem = problem_of(grouped=grouped, degree=degree)
    lines = lines_of(problem)
    residual, columns, w = exact(problem, lines)
    sums = sums_of(problem, lines, MODES)
    p = len(problem.start)
    frequency = sums.values.spacing * np.arange(0, MODES + 1, 7)
    waves = np.exp(-2j * np.pi * np.outer(frequency, TIMES - problem.reference))
    tolerance = 3e-8 * np.sqrt(COUNT)
    pairs = [(sums.values, [w * residual]), (sums.background, w * columns[:p]), (sums.window, [w])]
    for stored, strengths in pairs:
        expected = waves @ np.stack(strengths).T
        np.testing.assert_allclose(stored.at(frequency), expected.T, rtol=0, atol=tolerance)
    np.testing.assert_allclose(sums.gram, (w * columns[:p]) @ columns[:p].T)
    np.testing.assert_allclose(sums.pull, columns[:p] @ (w * residual), atol=1e-9)
    assert sums.chi2 == pytest.approx(float(w @ residual**2))


def test_what_lines_leave() -> None:
    problem = problem_of(grouped=True)
    lines = lines_of(problem)
    residual, columns, w = exact(problem, lines)
    told: list[int] = []
    left = left_by(problem, lines, told.append)
    assert sum(told) == COUNT
    np.testing.assert_allclose(left.pull, columns @ (w * residual), atol=1e-8)
    assert left.chi2 == pytest.approx(float(w @ residual**2))
    assert left.plain == pytest.approx(float(residual @ residual))
    by_group = np.bincount(GROUP, WEIGHTS * residual**2)
    # groups are numbered as they come
    assert sorted(left.squares.sum(axis=1)) == pytest.approx(sorted(by_group))
    rows = next(iter(problem.rows()))
    np.testing.assert_allclose(residual_of(rows, lines), residual, atol=1e-11)
