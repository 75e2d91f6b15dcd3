"""Checked samples become a regression problem: reference time, weights, nuisance columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.samples.background import Background, group_offsets
from epicycle.samples.data import independent_share, orthonormal_basis
from generators import regression

EPS = np.finfo(float).eps


def nuisance_columns(
    scaled: np.ndarray, group: np.ndarray, n_groups: int, degree: int
) -> np.ndarray:
    return Background.plain(n_groups, degree).columns(scaled, group_offsets(group, n_groups), None)


def test_the_reference_is_the_weighted_middle() -> None:
    t = np.array([0.0, 1.0, 2.0, 10.0])
    assert regression(t, np.ones(4)).reference == pytest.approx(3.25, rel=4 * EPS)
    weighted = regression(t, np.ones(4), weights=[1, 1, 1, 5])
    assert weighted.reference == pytest.approx(53 / 8, rel=4 * EPS)
    by_errors = regression(t, np.ones(4), [1.0, 1.0, 1.0, 0.5])
    assert by_errors.reference == pytest.approx(43 / 7, rel=4 * EPS)


def test_times_are_counted_from_the_reference_exactly() -> None:
    t = 1e9 + np.arange(16) / 2.0**20
    data = regression(t, np.arange(16.0))
    # all numbers here are multiples of 2**-23 below 2**30: they are exact in 53 bits
    np.testing.assert_array_equal(data.times.to_float() + (data.reference - 1e9), t - 1e9)
    assert data.baseline == 15 / 2.0**20


def test_the_baseline_does_not_depend_on_the_order() -> None:
    t = np.array([5.0, 1.0, 9.0, 3.0])
    assert regression(t, np.ones(4)).baseline == 8.0


def test_the_baseline_of_ticks_beyond_two_to_the_53() -> None:
    # nanoseconds of this century: neighbouring float64 are 256 apart, the whole of the data 990
    ticks = 1_780_000_000_000_000_100 + 10 * np.arange(100)
    data = regression(ticks, np.arange(100.0))
    assert data.baseline == 990.0
    assert np.ptp(data.times.to_float()) == 990.0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1.0, 1.0, 1.0, 1.0]),
        ({"dy": [1.0, 2.0, 4.0, 0.5]}, [1.0, 0.25, 0.0625, 4.0]),
        ({"dy": 2.0}, [0.25, 0.25, 0.25, 0.25]),
        ({"weights": [1.0, 2.0, 3.0, 4.0]}, [1.0, 2.0, 3.0, 4.0]),
    ],
    ids=["none", "dy", "one dy", "weights"],
)
def test_weights(options: dict, expected: list[float]) -> None:
    data = regression(np.arange(4.0), np.arange(4.0), **options)
    np.testing.assert_allclose(data.weights, np.array(expected)[:, None], rtol=4 * EPS)
    assert data.n_values == 4


def test_missing_values_have_no_weight() -> None:
    y = np.arange(10.0).reshape(5, 2)
    y[1, 0] = np.nan
    data = regression(np.arange(5.0), y)
    np.testing.assert_array_equal(data.weights_of(0), [1, 0, 1, 1, 1])
    np.testing.assert_array_equal(data.weights_of(1), [1, 1, 1, 1, 1])
    assert data.n_values == 9
    assert np.isfinite(data.y).all()


def test_outputs_share_one_column_of_weights_where_they_are_alike() -> None:
    y = np.arange(10.0).reshape(5, 2)
    data = regression(np.arange(5.0), y)
    assert data.weights.shape == (5, 1)
    assert data.n_values == 10
    np.testing.assert_array_equal(data.weights_of(1), np.ones(5))
    other = data.with_weights(2 * data.weights)
    np.testing.assert_array_equal(other.weights_of(0), 2 * np.ones(5))
    assert other.times is data.times


def test_nuisance_columns_span_offsets_and_trend() -> None:
    t = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    group = np.array(["a", "b", "a", "b", "a"])
    data = regression(t, np.ones(5), group=group, degree=2)
    assert data.nuisance.shape == (5, 4)
    expected = np.column_stack([group == "a", group == "b", t, t**2]).astype(float)
    # the same space: each holds the other without remainder
    for one, other in ((data.nuisance, expected), (expected, data.nuisance)):
        remainder = one - other @ np.linalg.lstsq(other, one, rcond=None)[0]
        assert np.abs(remainder).max() < 1e-12 * np.abs(one).max()
    # and well scaled, whatever the unit of time
    assert np.abs(data.nuisance).max() <= 4.0
    assert np.linalg.cond(data.nuisance) < 100


def test_nuisance_columns_of_degree_zero_are_offsets_alone() -> None:
    columns = nuisance_columns(np.linspace(-0.5, 0.5, 4), np.array([0, 1, 1, 0]), 2, 0)
    np.testing.assert_array_equal(columns, [[1, 0], [0, 1], [0, 1], [1, 0]])


@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_the_basis_is_orthonormal_under_the_weights(seed: int, degree: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    columns = nuisance_columns(rng.uniform(-0.5, 0.5, n), rng.integers(0, 3, n), 3, degree)
    weights = rng.uniform(0.1, 10, n) * (rng.random(n) > 0.2)
    basis = orthonormal_basis(columns, weights)
    product = basis.T @ (basis * weights[:, None])
    # a product of unitary columns commits about n roundings
    np.testing.assert_allclose(product, np.eye(basis.shape[1]), atol=4 * n * EPS)
    assert basis.shape[1] == np.linalg.matrix_rank(columns * np.sqrt(weights)[:, None])
    # nothing of the columns lies outside of the basis, where there is weight
    remainder = columns - basis @ (basis.T @ (weights[:, None] * columns))
    size = np.sqrt((weights[:, None] * columns**2).sum(axis=0)).max(initial=1.0)
    assert np.abs(np.sqrt(weights)[:, None] * remainder).max() < 1e-12 * size


def test_the_basis_leaves_out_what_is_dependent_or_empty() -> None:
    ones = np.ones(6)
    columns = np.column_stack([ones, 2 * ones, np.arange(6.0), np.zeros(6)])
    assert orthonormal_basis(columns, ones).shape == (6, 2)


def test_what_the_background_leaves_of_a_sinusoid() -> None:
    t = np.arange(0, 24, 4.0)
    # six samples spread over one turn: cosine and sine are orthogonal to a constant
    flat = regression(t, np.zeros(6), degree=0)
    assert independent_share(flat, 1 / 24) == pytest.approx(1.0)
    # a straight line takes r^2 of the sine: computed by least squares
    sloped = regression(t, np.zeros(6), degree=1)
    wave = np.column_stack([np.cos(2 * np.pi * t / 24), np.sin(2 * np.pi * t / 24)])
    trend = np.vander(t, 2)
    left = wave - trend @ np.linalg.lstsq(trend, wave, rcond=None)[0]
    expected = np.linalg.eigvalsh(left.T @ left)[0] / 3
    assert independent_share(sloped, 1 / 24) == pytest.approx(expected)
    assert 0.1 < expected < 0.5
    # half a turn is nearly a parabola, of which a straight line and a constant leave little
    assert independent_share(sloped, 1 / 48) < 0.03
