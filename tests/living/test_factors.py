"""Factors of covariances keep what they stand for."""

import numpy as np
from numpy.testing import assert_allclose

from epicycle.living.factors import packed_factor, unpacked_factor


def test_a_factor_gives_its_covariance_back() -> None:
    rng = np.random.default_rng(2)
    half = rng.normal(size=(5, 3)) * 10.0 ** np.arange(-6, 4, 2)[:, np.newaxis]
    covariance = half @ half.T  # of rank 3
    factor = unpacked_factor(packed_factor(covariance))
    size = np.sqrt(np.diag(covariance))
    # six digits of each entry
    assert_allclose(
        factor @ factor.T / np.outer(size, size), covariance / np.outer(size, size), atol=2e-5
    )
