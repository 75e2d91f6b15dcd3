"""Groups share one scatter unless it differs by more than chance."""

import numpy as np
import pytest
from scipy import stats

from epicycle.fit.noise import NoiseModel
from epicycle.fit.scatter import equal_variances, with_shared_scatter


def noise(n: int, groups: int = 2, dy=None) -> NoiseModel:
    present = np.ones((groups * n, 1), dtype=bool)
    return NoiseModel(dy, np.ones(groups * n), present, np.repeat(np.arange(groups), n), groups)


def test_it_is_bartletts_test():
    rng = np.random.default_rng(1)
    parts = [s * rng.normal(size=n) for s, n in ((1, 9), (1.5, 14), (2, 7))]
    squares = np.array([((p - p.mean()) ** 2).sum() for p in parts])
    free = np.array([len(p) - 1.0 for p in parts])
    assert equal_variances(squares, free) == pytest.approx(stats.bartlett(*parts).pvalue)


def test_groups_alike_share_and_others_do_not():
    residual = np.random.default_rng(2).normal(size=(24, 1))
    assert with_shared_scatter(noise(12), residual, 3).n_groups == 1
    residual[12:] *= 20
    assert with_shared_scatter(noise(12), residual, 3).n_groups == 2


def test_errors_that_were_given_are_believed():
    given = noise(12, dy=np.ones((24, 1)))
    assert with_shared_scatter(given, np.ones((24, 1)), 3) is given


def test_groups_of_a_few_values_share():
    residual = np.random.default_rng(3).normal(size=(8, 1))
    residual[4:] *= 1000
    assert with_shared_scatter(noise(4), residual, 1).n_groups == 1
