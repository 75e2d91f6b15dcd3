"""Normal equations and slopes against differences and dense algebra."""

import numpy as np
import pytest

import oracles
from epicycle.fit.linearised import QUICK, Linearised, LinearisedAmongFew
from epicycle.fit.lines import Fundamental, Structure, line_columns
from epicycle.fit.products import REACH
from generators import regression, sinusoids
from tests.fit.models import LINES, structure_of

# ---- Derivatives ---------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [0.0, 2e-5], ids=["steady", "drifting"])
def test_slopes_are_the_derivatives_of_the_model(drift: float) -> None:
    problem = sinusoids(1, 120, 100.0, LINES)
    data = problem.data(1)
    structure = Structure.of(
        [
            Fundamental(0.3137, (1, 2, 3), drift=drift, drifting=drift > 0),
            Fundamental(1.7321, (1,)),
        ]
    )
    state = Linearised(data, structure, absolute=True)
    t = data.times.to_float()
    coefficients = state.coefficients[data.nuisance.shape[1] :, 0].reshape(-1, 2)

    def model(parameters: np.ndarray) -> np.ndarray:
        frequency, rate = parameters.reshape(2, -1)
        result = np.zeros(len(t))
        for (a, b), k, o in zip(coefficients, structure.parent, structure.order, strict=True):
            angle = 2 * np.pi * o * (frequency[k] * t + 0.5 * rate[k] * t**2)
            result += a * np.cos(angle) + b * np.sin(angle)
        return result

    at = np.concatenate([structure.frequency, structure.drift])
    steps = np.concatenate([np.full(2, 1e-3 / 100.0), np.full(2, 1e-3 / 100.0**2)])
    numerical = oracles.jacobian(model, at, steps)
    vectors, power = state.slopes(0, np.arange(4))
    columns = np.hstack([data.nuisance, line_columns(structure, data)])
    got = columns @ vectors * (t / 50.0)[:, np.newaxis] ** power
    # Fourth order: the error is (2 pi o h t)^4 / 30 of the slope, (0.0094)^4 / 30 < 1e-9, and
    # differences of rounded phases lose 1e-15 * 2 pi * 500 turns / 0.0063 < 1e-9.
    assert np.abs(got - numerical).max(axis=0) == pytest.approx(
        0, abs=1e-8 * float(np.abs(numerical).max())
    )
    assert (np.abs(got - numerical).max(axis=0) <= 1e-7 * np.abs(numerical).max(axis=0)).all()
    # and the products of these slopes, put together from those of the columns
    w = data.weights[:, :1]
    np.testing.assert_allclose(
        state.cross(0, np.arange(4)),
        columns.T @ (w * got),
        rtol=0,
        atol=1e-12 * float(np.abs(w * got).sum()),
    )


@pytest.mark.parametrize("errors", [False, True], ids=["equal weights", "errors"])
def test_the_normal_equations_are_the_gradient_of_chi_square(errors: bool) -> None:
    problem = sinusoids(2, 120, 100.0, LINES, errors=errors)
    data = problem.data(1)
    nuisance = oracles.polynomial(problem.t, 1)
    frequency = np.array([0.3142, 0.4139, 1.7325])
    matrix, gradient = Linearised(data, structure_of(*frequency), absolute=True).normal_equations(
        np.arange(3)
    )

    def chi2(f: np.ndarray) -> np.ndarray:
        columns = [nuisance, *(oracles.sinusoid_columns(problem.t, x) for x in f)]
        return np.array([oracles.chi_square(np.hstack(columns), problem.y, data.weights[:, 0])])

    steps = np.full(3, 1e-3 / 100.0)
    numerical = oracles.jacobian(chi2, frequency, steps)[0]
    # the gradient of half of chi-square, with its sign turned: where to go
    np.testing.assert_allclose(gradient, -numerical / 2, rtol=1e-6)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_few_samples_have_the_normal_equations_of_many() -> None:
    rng = np.random.default_rng(3)
    t = rng.uniform(0, 100.0, 60)
    data = regression(t, rng.normal(size=(60, 2)), degree=1)
    structure = Structure.empty().plus(0.31, (1, 3)).plus(0.17)
    structure = structure.with_drift(np.array([True, False]))
    moving = np.array([0, 1, 2])
    many = Linearised(data, structure, absolute=False)
    few = LinearisedAmongFew(data, structure, absolute=False)
    for one, other in zip(few.normal_equations(moving), many.normal_equations(moving), strict=True):
        # sums of 60 products each, rounded in another order
        assert np.allclose(one, other, rtol=1e-11, atol=1e-11 * np.abs(other).max())
    for j in range(2):
        expected = many.cross(j, np.arange(4))
        close = 1e-11 * np.abs(expected).max()
        assert np.allclose(few.cross(j, np.arange(4)), expected, rtol=0, atol=close)


def test_columns_that_are_turned_lead_where_those_computed_anew_do() -> None:
    problem = sinusoids(4, 900, 100.0, LINES, errors=True)
    data, moving = problem.data(1), np.arange(3)
    near = np.array([0.3137, 0.4137, 1.7321]) + np.array([1.0, -1.0, 0.5]) * 1e-3 / 100.0
    away = near + np.array([1.0, 1.0, -1.0]) * 3e-4 / 100.0
    near_by = Linearised(data, structure_of(*near), absolute=True, futile=QUICK)
    turned = Linearised(data, structure_of(*away), absolute=True, futile=QUICK)
    anew = Linearised(problem.data(1), structure_of(*away), absolute=True, futile=QUICK)
    assert turned._turn.any()
    assert not anew._turn.any()
    # a turn of 1e-3 radians at the ends: what is left of it is of second order
    for of in (
        lambda one: one.normal_equations(moving)[1],
        lambda one: one.coefficients[2:, 0],
        lambda one: one.residual[:, 0],
        lambda one: one.chi2,
    ):
        before, after, expected = map(of, (near_by, turned, anew))
        assert np.abs(after - expected).max() < 0.02 * np.abs(before - expected).max()


def test_a_line_may_turn_less_the_more_it_is_worth() -> None:
    problem = sinusoids(5, 900, 100.0, LINES, 1e-3)
    frequencies = [f for f, _ in LINES]
    state = Linearised(problem.data(1), structure_of(*frequencies), absolute=False, futile=QUICK)
    for k, reach in enumerate(state.reach().tolist()):
        rest = structure_of(*(f for j, f in enumerate(frequencies) if j != k))
        without = Linearised(problem.data(1), rest, absolute=False, futile=QUICK)
        worth = float((without.chi2[0] - state.chi2[0]) / state.scale[0])
        # its curvature takes worth r^4 / 20 at the turn r: a tenth of what is futile
        assert reach == pytest.approx((2 * QUICK / worth) ** 0.25, rel=0.02)
        assert reach < REACH
    weak = sinusoids(5, 900, 100.0, LINES, 1.0).data(1)
    fit = Linearised(weak, structure_of(*frequencies), absolute=False, futile=QUICK)
    assert (fit.reach() == REACH).all()
