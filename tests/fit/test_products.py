"""Products kept for each line against the same products computed all at once."""

import numpy as np
import pytest

from epicycle.fit.linearised import QUICK, Linearised
from epicycle.fit.lines import Fundamental, Structure, line_columns
from epicycle.fit.products import REACH, Products
from epicycle.fit.refine import fit_lines
from epicycle.samples.data import Data
from generators import sinusoids

LINES = [(0.3137, 2.0), (0.4142, 1.0), (1.7321, 3.0)]


def structure_of(*frequency: float, orders: tuple[int, ...] = (1,), drift: float = 0.0):
    drifting = drift != 0
    return Structure.of([Fundamental(f, orders, drift=drift, drifting=drifting) for f in frequency])


def check(data: Data, structure: Structure, products: Products, powers: int = 3) -> None:
    """Compare the products of a structure with dense sums over its columns."""
    rows = products.select(structure, np.zeros(len(structure.order))).rows
    columns = np.hstack([data.nuisance, line_columns(structure, data)])
    u = data.times.to_float() / (data.baseline / 2)
    total = float(np.abs(data.weights).sum())
    for k, w in enumerate(data.weights.T):
        gram = products.gram(k, rows)
        assert len(gram) == powers
        for power, part in enumerate(gram):
            expected = columns.T @ (columns * (w * u**power)[:, np.newaxis])
            # sums of n terms below w: rounding of another order of summation
            np.testing.assert_allclose(part, expected, rtol=0, atol=1e-14 * total)
    for j in range(data.y.shape[1]):
        weighted = data.weights_of(j) * data.y[:, j]
        expected = np.stack([columns.T @ weighted, columns.T @ (weighted * u)])
        np.testing.assert_allclose(
            products.moment(j, rows), expected, rtol=0, atol=1e-14 * float(np.abs(weighted).sum())
        )
    c = np.random.default_rng(1).normal(size=(len(rows), 2))
    np.testing.assert_allclose(products.sum_of(c, rows), (columns @ c).T, rtol=0, atol=1e-12)
    values = np.stack([u, u**2])
    np.testing.assert_allclose(
        products.along(values, rows), (values @ columns).T, rtol=0, atol=1e-14 * len(u)
    )


@pytest.mark.parametrize("options", [{}, {"errors": True}, {"groups": 3}], ids=str)
def test_products_line_by_line_are_those_of_all_columns(options: dict) -> None:
    # more than two blocks of samples
    problem = sinusoids(1, 9000, 100.0, LINES, **options)
    data = problem.data(1)
    products = Products(data)
    structure = Structure.empty()
    for frequency, orders in [(0.3, (1, 2)), (1.7, (1,)), (0.4, (1, 3)), (2.9, (1,))]:
        structure = structure.plus(frequency, orders)
        check(data, structure, products)
    # without the second: its place is taken by other lines, those that stay are where they were
    kept = Structure.of([structure.fundamentals()[k] for k in (0, 2, 3)])
    for frequency in (3.1, 3.2, 3.3, 3.4):
        check(data, kept.plus(frequency), products)
    check(data, structure, products)


def test_drifts_need_higher_powers_and_get_them() -> None:
    problem = sinusoids(2, 500, 100.0, LINES)
    data = problem.data(1)
    products = Products(data)
    check(data, structure_of(0.3, 0.4), products)
    check(data, structure_of(0.3, 0.4, drift=1e-4), products, powers=5)
    check(data, structure_of(0.3, 0.4), products, powers=5)


def test_several_outputs_have_weights_of_their_own() -> None:
    rng = np.random.default_rng(3)
    problem = sinusoids(3, 300, 100.0, LINES)
    y = np.column_stack([problem.y, rng.normal(size=300)])
    from generators import regression

    data = regression(problem.t, y, rng.uniform(0.5, 2.0, y.shape), degree=1)
    check(data, structure_of(0.3, 0.4, 1.7), Products(data))


def test_neighbouring_columns_serve_within_reach_only() -> None:
    problem = sinusoids(4, 400, 100.0, LINES)
    data = problem.data(1)
    products = Products(data)
    first = products.select(structure_of(0.3, 0.4), np.zeros(2))
    step = 0.001 / 100.0
    near = products.select(structure_of(0.3 + step, 0.4), np.full(2, REACH))
    np.testing.assert_array_equal(near.rows, first.rows)
    # the phase turns by 2 pi * step * t, t from -50 to 50
    np.testing.assert_allclose(near.turn, [2 * np.pi * step * 50.0, 0.0], rtol=1e-9)
    exact = products.select(structure_of(0.3 + step, 0.4), np.zeros(2))
    assert not exact.turn.any()
    assert exact.rows[2] != first.rows[2]
    # a line of another order, or with a drift, is another line
    other = structure_of(0.3, orders=(2,))
    assert not products.select(other, np.full(1, REACH)).turn.any()


def test_a_state_with_turned_columns_is_the_fit_at_its_frequencies() -> None:
    """Within the reach, chi-square is that of exact columns to a tenth of what is futile."""
    problem = sinusoids(5, 2000, 100.0, LINES, noise=0.3)
    data = problem.data(1)
    at = structure_of(*(f for f, _ in LINES))
    Linearised(data, at, absolute=False)
    reach = Linearised(data, at, absolute=False, futile=QUICK).reach()
    assert (reach <= REACH).all()
    moved = at.frequency + 0.9 * reach / (np.pi * data.baseline)
    structure = structure_of(*moved)
    quick = Linearised(data, structure, absolute=False, futile=QUICK)
    fresh = problem.data(1)
    exact = Linearised(fresh, structure, absolute=False)
    quick_chi2, exact_chi2 = float(quick.chi2[0]), float(exact.chi2[0])
    assert quick_chi2 != exact_chi2
    # the curvature left out is z r^4 / 20 per line, in units of the variance, and its product
    # with the residual: sqrt of that times the residual's share along it, of order one
    assert abs(quick_chi2 - exact_chi2) < 0.1 * np.sqrt(QUICK) * exact.scale[0] * 3
    gradient, expected = (s.normal_equations(np.arange(3)) for s in (quick, exact))
    error = np.sqrt(np.diag(np.linalg.inv(expected[0])))
    # slopes of second order in the turn are left out of the matrix: r^2 / 2 for each of the two in
    # a product, as much again through the coefficients, and both in what the columns take of it
    bound = 4 * REACH**2 * expected[0].max()
    np.testing.assert_allclose(gradient[0], expected[0], rtol=0, atol=bound)
    step = [np.linalg.solve(m, g) for m, g in (gradient, expected)]
    assert (np.abs(step[0] - step[1]) < 0.1 * error).all()


def test_a_quick_fit_that_grew_line_by_line_is_the_fit_from_nothing() -> None:
    problem = sinusoids(6, 3000, 100.0, LINES, noise=0.5)
    data = problem.data(1)
    structure = Structure.empty()
    for frequency, _ in LINES[::-1]:
        structure = fit_lines(
            data, structure.plus(frequency + 1e-3), absolute=False, futile=QUICK
        ).structure
    grown = fit_lines(data, structure, absolute=False)
    fresh = fit_lines(problem.data(1), structure, absolute=False)
    # converged to far below the error of a frequency, 0.01 / T
    np.testing.assert_allclose(
        grown.structure.frequency, fresh.structure.frequency, rtol=0, atol=1e-9 / 100.0
    )
    np.testing.assert_allclose(grown.residual, fresh.residual, rtol=0, atol=1e-8)
