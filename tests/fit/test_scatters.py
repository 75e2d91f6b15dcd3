"""Scatters of groups, shrunk to each other: against the integral over the variances themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from epicycle.fit.scatters import Alikeness, degrees_of_freedom

SQUARES = np.array([3.0, 12.0, 0.4, 7.0])
DOF = np.array([4.0, 6.0, 3.0, 5.0])


def by_integration(nu: float, common: float, squares: float, dof: float) -> tuple[float, float]:
    """Return the likelihood of a group, and its expected precision, over the variance's prior."""
    prior = stats.chi2(nu)  # of nu * common / variance

    def likelihood(precision: float, power: float) -> float:
        x = nu * common * precision
        density = prior.pdf(x) * nu * common
        return density * precision ** (dof / 2 + power) * np.exp(-0.5 * precision * squares)

    mass = integrate.quad(likelihood, 0, np.inf, args=(0.0,), epsabs=0, limit=200)[0]
    first = integrate.quad(likelihood, 0, np.inf, args=(1.0,), epsabs=0, limit=200)[0]
    return float(np.log(mass)), first / mass


@pytest.mark.parametrize("nu", [2.0, 8.0, 64.0])
def test_one_number_of_degrees_of_freedom_is_the_integral_over_variances(nu: float) -> None:
    alike = Alikeness(np.array([nu]), np.array([1.0]))

    def minus(logarithm: float) -> float:
        each = [
            by_integration(nu, np.exp(logarithm), q, d)[0]
            for q, d in zip(SQUARES, DOF, strict=True)
        ]
        return -sum(each)

    best = optimize.minimize_scalar(
        minus, bounds=(-3, 3), method="bounded", options={"xatol": 1e-7}
    )
    assert alike.log_likelihood(SQUARES, DOF) == pytest.approx(-best.fun, rel=1e-6)
    expected = [
        by_integration(nu, np.exp(best.x), q, d)[1] for q, d in zip(SQUARES, DOF, strict=True)
    ]
    np.testing.assert_allclose(1 / alike.variances(SQUARES, DOF), expected, rtol=1e-5)


def test_many_degrees_of_freedom_tend_to_one_variance() -> None:
    """The difference falls as 1 / nu: 1e-4 of it at 1e6, with sums of squares of order d."""
    one, many = (Alikeness(np.array([nu]), np.array([1.0])) for nu in (np.inf, 1e6))
    pooled = SQUARES.sum() / DOF.sum()
    np.testing.assert_allclose(one.variances(SQUARES, DOF), pooled)
    np.testing.assert_allclose(many.variances(SQUARES, DOF), pooled, rtol=1e-4)
    expected = -0.5 * DOF.sum() * (np.log(pooled) + 1)
    assert one.log_likelihood(SQUARES, DOF) == pytest.approx(expected)
    assert many.log_likelihood(SQUARES, DOF) == pytest.approx(expected, abs=1e-3)


def test_groups_that_scatter_alike_share_their_scatter() -> None:
    """Of 20 groups of 5, none has a variance more than twice off that of all."""
    rng = np.random.default_rng(5)
    dof = np.full(20, 4.0)
    for _ in range(20):
        squares = rng.chisquare(4.0, 20)
        variances = Alikeness.of(squares, dof).variances(squares, dof)
        assert variances.min() > 0.5
        assert variances.max() < 2.0


def test_large_groups_that_differ_keep_their_scatter() -> None:
    """Shrinking by nu / (nu + d) at nu = 1: 1 % of the variance at d = 100, times the ratio."""
    squares, dof = np.array([100.0, 2500.0]), np.array([100.0, 100.0])
    variances = Alikeness.of(squares, dof).variances(squares, dof)
    np.testing.assert_allclose(variances, squares / dof, rtol=0.03)


def test_an_exact_fit_of_few_values_claims_no_precision() -> None:
    """One group of 20 is fitted exactly: its weight is at most (nu + d) / nu of the others'."""
    rng = np.random.default_rng(6)
    squares, dof = rng.chisquare(4.0, 20), np.full(20, 4.0)
    squares[3] = 0.0
    variances = Alikeness.of(squares, dof).variances(squares, dof)
    assert variances[3] > np.median(variances) / 4


@given(st.floats(1e-6, 1e6), st.permutations(range(4)))
def test_scaling_and_order_of_groups_change_nothing(factor: float, order: list[int]) -> None:
    alike = Alikeness.of(SQUARES, DOF)
    other = Alikeness.of(factor * SQUARES[order], DOF[order])
    np.testing.assert_allclose(other.probability, alike.probability, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(
        other.variances(factor * SQUARES[order], DOF[order]),
        factor * alike.variances(SQUARES, DOF)[order],
        rtol=1e-6,
    )


def test_degrees_of_freedom_add_up_and_a_group_of_one_has_none() -> None:
    dof = degrees_of_freedom(np.array([1.0, 5.0, 9.0]), 10.0)
    assert dof[0] == 0
    assert dof.sum() == pytest.approx(10.0)
    alone = Alikeness.of(np.array([0.0, 4.0, 8.0]), dof)
    variances = alone.variances(np.array([0.0, 4.0, 8.0]), dof)
    assert variances[1:].min() / 2 < variances[0] < 2 * variances[1:].max()


@pytest.mark.parametrize("squares", [np.zeros(4), np.array([0.0, 1e-300, 0.0, 0.0])])
def test_next_to_no_scatter_is_no_failure(squares: np.ndarray) -> None:
    alike = Alikeness.of(squares, DOF)
    assert np.isfinite(alike.variances(squares, DOF)).all()
    assert np.isfinite(alike.log_likelihood(squares, DOF))
