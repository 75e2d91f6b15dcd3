"""Small matrices against NumPy."""

import numpy as np

from epicycle.compiled import matrices


def test_a_matrix_is_factorised_solved_inverted_and_traced() -> None:
    rng = np.random.default_rng(1)
    root, right = rng.normal(size=(5, 7)), rng.normal(size=5)
    whole = root @ root.T
    factor, inverse = whole.copy(), np.zeros((5, 5))
    assert matrices.factorise(factor)
    np.testing.assert_allclose(np.tril(factor), np.linalg.cholesky(whole), rtol=1e-12)
    expected = np.linalg.solve(whole, right)
    matrices.solve(factor, right, right)
    np.testing.assert_allclose(right, expected, rtol=1e-9)
    matrices.invert(factor, inverse)
    np.testing.assert_allclose(inverse, np.tril(np.linalg.inv(whole)), rtol=1e-9)
    assert np.isclose(matrices.trace(inverse, np.tril(whole)), 5.0)


def test_what_is_not_positive_definite_has_no_factor() -> None:
    assert not matrices.factorise(np.array([[1.0, 0.0], [2.0, 1.0]]))
    assert not matrices.factorise(np.full((1, 1), np.nan))
