"""Products kept for each line against the same products computed all at once."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.fit.linearised import QUICK, Linearised
from epicycle.fit.lines import Fundamental, Structure, line_columns
from epicycle.fit.multiples import are_many
from epicycle.fit.products import REACH, Products
from epicycle.fit.refine import fit_lines
from epicycle.samples import phase
from epicycle.samples.data import Data
from generators import regression, sinusoids

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


#: Orders enough for a unit, without gaps and with them.
MANY, OTHERS = tuple(range(1, 25)), (*range(1, 14), *range(15, 40, 2))


def direct(data: Data, structure: Structure) -> np.ndarray:
    """Return nuisance columns, and cosine and sine of each line by itself."""
    columns = [data.nuisance]
    turns = phase.turns(structure.frequency, data.times)
    drift = 0.5 * structure.drift[:, np.newaxis] * data.times.to_float() ** 2
    for k, order in zip(structure.parent, structure.order, strict=True):
        angle = 2 * np.pi * phase.wrap(order * (turns[k] + drift[k]))
        columns.append(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return np.hstack(columns)


def test_these_are_units() -> None:
    for orders in (MANY, OTHERS, MANY[1:]):
        assert are_many(np.array(orders))


def check_directly(data: Data, structure: Structure, products: Products, reach: float = 0.0):
    """Compare all that is kept for a structure with sums over its columns; return the rows."""
    selected = products.select(structure, np.full(len(structure.order), reach))
    rows = selected.rows
    # at the frequencies where the columns were computed, the same for all lines of a fundamental
    off = selected.turn / (np.pi * data.baseline * structure.order)
    for k in range(len(structure.frequency)):
        np.testing.assert_allclose(off[structure.parent == k], off[structure.parent == k][0])
    at = [off[structure.parent == k][0] for k in range(len(structure.frequency))]
    columns = direct(data, replace(structure, frequency=structure.frequency - at))
    u = data.times.to_float() / (data.baseline / 2)
    for k, w in enumerate(data.weights.T):
        for power, part in enumerate(products.gram(k, rows)):
            expected = columns.T @ (columns * (w * u**power)[:, np.newaxis])
            # phases are rounded, some 1e-14 at order 35
            np.testing.assert_allclose(part, expected, rtol=0, atol=1e-13 * w.sum())
    for j in range(data.y.shape[1]):
        weighted = data.weights_of(j) * data.y[:, j]
        expected = np.stack([columns.T @ weighted, columns.T @ (weighted * u)])
        atol = 1e-13 * float(np.abs(weighted).sum())
        np.testing.assert_allclose(products.moment(j, rows), expected, rtol=0, atol=atol)
    c = np.random.default_rng(1).normal(size=(len(rows), 2))
    np.testing.assert_allclose(products.sum_of(c, rows), (columns @ c).T, rtol=0, atol=1e-11)
    along = products.along(np.stack([u, u**2]), rows)
    np.testing.assert_allclose(along.T, np.stack([u, u**2]) @ columns, rtol=0, atol=1e-13 * len(u))
    return rows


def two_units(first: float, second: float, single: float, missing: int = 0) -> Structure:
    orders = tuple(o for o in MANY if o != missing)
    return Structure.empty().plus(first, orders).plus(single).plus(second, OTHERS).plus(1.9, (1, 2))


@pytest.mark.parametrize("options", [{}, {"errors": True}, {"groups": 3}], ids=str)
def test_units_of_many_orders_are_never_mixed(options: dict) -> None:
    # frequencies move in turn and together, steps are refused and repeated, orders are missing
    problem = sinusoids(7, 1500, 100.0, LINES, **options)
    data = problem.data(1)
    products = Products(data)
    for first, second, single, missing in [
        (0.03, 0.041, 0.77, 0),
        (0.0301, 0.041, 0.77, 0),
        (0.03, 0.0411, 0.77, 0),
        (0.0301, 0.0411, 0.78, 0),
        (0.0302, 0.0412, 0.78, 24),
        (0.0301, 0.0412, 0.77, 7),
        (0.0303, 0.0413, 0.79, 0),
        (0.0302, 0.0413, 0.79, 3),
    ]:
        check_directly(data, two_units(first, second, single, missing), products)
    check_directly(data, Structure.empty().plus(0.041, MANY).plus(0.0413, OTHERS), products)


def test_several_outputs_weigh_units_each_in_its_way() -> None:
    rng = np.random.default_rng(8)
    problem = sinusoids(8, 600, 100.0, LINES)
    y = np.column_stack([problem.y, rng.normal(size=600)])
    data = regression(problem.t, y, rng.uniform(0.5, 2.0, y.shape), degree=1)
    products = Products(data)
    check_directly(data, two_units(0.03, 0.041, 0.77), products)
    check_directly(data, two_units(0.0301, 0.041, 0.77), products)


def test_units_beside_a_drift_have_its_higher_powers() -> None:
    data = sinusoids(9, 800, 100.0, LINES).data(1)
    products = Products(data)
    before = two_units(0.03, 0.041, 0.77)
    check_directly(data, before, products)
    drift = np.array([0.0, 1e-4, 0.0, 0.0])
    structure = replace(before, drift=drift, drifting=drift != 0)
    assert len(products.gram(0, check_directly(data, structure, products))) == 5
    check_directly(data, replace(structure, frequency=structure.frequency + 1e-4), products)
    # what drifts itself is computed line by line
    whole = replace(structure, drift=drift[::-1] + drift, drifting=np.ones(4, dtype=bool))
    check_directly(data, whole, products)


def test_a_unit_stays_while_all_of_its_lines_are_within_reach() -> None:
    data = sinusoids(10, 600, 100.0, LINES).data(1)
    products = Products(data)
    at, step = two_units(0.03, 0.041, 0.77), REACH / (np.pi * data.baseline)
    rows = check_directly(data, at, products)
    # order 24 turns by just less than the reach
    near = replace(at, frequency=at.frequency + np.eye(4)[0] * step / 25)
    np.testing.assert_array_equal(check_directly(data, near, products, REACH), rows)
    # ... or by more: none of the others keeps its columns, although they are within reach
    far = replace(at, frequency=at.frequency + np.eye(4)[0] * step / 23)
    moved = check_directly(data, far, products, REACH)
    n_fixed, n_unit = data.nuisance.shape[1], 2 * len(MANY)
    assert not np.isin(moved[n_fixed : n_fixed + n_unit], rows).any()
    np.testing.assert_array_equal(moved[n_fixed + n_unit :], rows[n_fixed + n_unit :])
    # between them, the nearer one serves
    for share, kept in ((30, moved), (60, rows)):
        between = replace(at, frequency=at.frequency + np.eye(4)[0] * step / share)
        np.testing.assert_array_equal(check_directly(data, between, products, 2 * REACH), kept)
    # the step is refused
    np.testing.assert_array_equal(check_directly(data, at, products), rows)
    # a line less: the columns of the others are there
    less = check_directly(data, two_units(0.03, 0.041, 0.77, missing=5), products)
    assert set(less) < set(rows)


def test_two_fundamentals_at_one_frequency_do_not_share_a_unit() -> None:
    data = sinusoids(11, 600, 100.0, LINES).data(1)
    products = Products(data)
    for apart in (1e-9, 1e-10):
        # the second time, the first unit is nearest to both
        twice = Structure.empty().plus(0.03, MANY).plus(0.03 + apart, MANY).plus(0.03)
        rows = products.select(twice, np.full(len(twice.order), REACH)).rows
        assert len(np.unique(rows)) == len(rows)


def test_products_of_many_orders_take_few_multiplications(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sinusoids(12, 600, 100.0, LINES).data(1)
    products = Products(data)
    taken: list[int] = []
    multiply = Products._multiply

    def counted(self: Products, rows: np.ndarray, others: slice) -> None:
        taken.append(len(rows) * (others.stop - others.start))
        multiply(self, rows, others)

    monkeypatch.setattr(Products, "_multiply", counted)
    single = Structure.empty().plus(0.77)
    for step in range(6):
        # at most one copy is kept beside that in use
        check_directly(data, single.plus(0.03 + 1e-4 * step, MANY), products)
    n_fixed = data.nuisance.shape[1]
    # nuisance and the single line with each of six copies, and the line with nuisance and itself
    assert sum(taken) == 6 * (n_fixed + 2) * 2 * len(MANY) + 2 * (n_fixed + 2)
    assert products._used == n_fixed + 2 + 2 * 2 * len(MANY)
    # a line that is in no structure with a unit has no products with any
    taken.clear()
    check_directly(data, single.plus(0.78), products)
    assert sum(taken) == 2 * (n_fixed + 2 + 2)
    # ... until it is
    taken.clear()
    check_directly(data, single.plus(0.78).plus(0.03 + 5e-4, MANY), products)
    assert sum(taken) == 2 * 2 * len(MANY)
