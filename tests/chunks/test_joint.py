"""The joint refinement finds the least-squares fit of all lines, and its Gauss-Newton matrix."""

import numpy as np
import pytest

from epicycle.chunks.joint import JointFit, normal_matrix, refined, stepped
from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Lines, left_by, sums_of
from epicycle.fit.lines import Structure
from tests.chunk_problems import COUNT, MODES, exact, problem_of


@pytest.fixture(scope="module")
def products() -> Products:
    problem = problem_of(grouped=False)
    nothing = Lines(np.empty(0), problem.start)
    return Products(sums_of(problem, nothing, MODES), nothing)


def start() -> JointFit:
    problem = problem_of(grouped=False)
    structure = Structure.empty().plus(0.3, (1, 3)).plus(2.2, fixed=True)
    waves = np.array([1.0, 0.5, -0.3, 0.4, 0.2, 0.9])
    coefficients = np.concatenate([problem.start, waves])
    return JointFit(structure, coefficients, np.empty((0, 0)), np.inf)


def test_the_matrix_is_that_of_all_derivatives(products: Products) -> None:
    """A frequency by central differences of the model; its own error is 1e-6 of it."""
    problem, fit = problem_of(grouped=False), start()
    matrix = normal_matrix(products, fit.structure, fit.coefficients)
    _, columns, w = exact(problem, fit.lines)
    slopes, step = [], 1e-5
    for k in range(2):
        ends = []
        for sign in (1, -1):
            frequency = fit.structure.frequency.copy()
            frequency[k] += sign * step
            lines = frequency[fit.structure.parent] * fit.structure.order
            ends.append(exact(problem, Lines(lines, fit.coefficients))[0])
        slopes.append((ends[1] - ends[0]) / (2 * step))
    wanted = np.concatenate([columns[: len(fit.coefficients)], slopes])
    expected = (w * wanted) @ wanted.T
    size = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(
        matrix / np.outer(size, size), expected / np.outer(size, size), rtol=0, atol=1e-5
    )


def test_at_the_end_the_residual_knows_no_column_and_no_slope(products: Products) -> None:
    problem = problem_of(grouped=False)
    fit = refined(products, start(), 1.0, 30.0)
    assert fit.structure.frequency[1] == 2.2
    left = left_by(problem, fit.lines)
    again = stepped(products, fit, left.pull, np.array([0]), 1.0)
    assert again.step < 5e-3
    error = np.sqrt(np.diag(np.linalg.pinv(fit.normal)))[: len(fit.coefficients)]
    assert np.abs((again.coefficients - fit.coefficients) / error).max() < 1e-4


def test_a_line_lowers_chi_square_by_what_it_is_told_to(products: Products) -> None:
    problem = problem_of(grouped=False)
    fit = refined(products, start(), 1.0, 30.0)
    _, columns, w = exact(problem, fit.lines)
    y = exact(problem, Lines(np.empty(0), np.zeros(len(problem.start))))[0]

    def chi2(rows: list[int]) -> float:
        root = np.sqrt(w)
        chosen = (columns[rows] * root).T
        solved = np.linalg.lstsq(chosen, y * root, rcond=None)[0]
        return float(((y * root - chosen @ solved) ** 2).sum())

    p, count = len(problem.start), len(fit.coefficients)
    without = [k for k in range(count) if k not in (p + 4, p + 5)]
    gain = chi2(without) - chi2(list(range(count)))
    assert fit.reduction(2) == pytest.approx(gain, rel=1e-5)
    assert fit.frequency_errors(2.0)[0] == pytest.approx(2**0.5 * fit.frequency_errors(1.0)[0])
    assert count < COUNT
