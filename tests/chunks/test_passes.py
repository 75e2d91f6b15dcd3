"""Passes over chunks: sums of a residual, and what lines leave, are those of all rows at once."""

import numpy as np
import pytest

from epicycle.chunks.passes import left_by, residual_of, sums_of
from tests.chunk_problems import COUNT, GROUP, MODES, TIMES, WEIGHTS, exact, lines_of, problem_of


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
