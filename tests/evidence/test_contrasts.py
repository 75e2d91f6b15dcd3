"""Vectors of groups compared, each with its own noise: against closed tests and against chance."""

import numpy as np
import pytest
from scipy import stats

from epicycle.evidence.contrasts import equal_vectors


def test_one_number_and_two_groups_are_welchs_test() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(0, 1, 7), rng.normal(1, 3, 12)
    means = np.array([[a.mean()], [b.mean()]])
    variances = np.array([[[a.var(ddof=1) / 7]], [[b.var(ddof=1) / 12]]])
    found = equal_vectors(means, variances, np.array([6.0, 11.0]))
    expected = stats.ttest_ind(a, b, equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.freedom[1] == pytest.approx(expected.df, rel=1e-9)


def test_much_freedom_is_chi_square() -> None:
    rng = np.random.default_rng(2)
    estimate, root = rng.normal(size=(2, 3)), rng.normal(size=(2, 3, 3))
    covariance = root @ np.swapaxes(root, 1, 2)
    found = equal_vectors(estimate, covariance, np.full(2, 1e9))
    apart = estimate[0] - estimate[1]
    chi2 = apart @ np.linalg.solve(covariance.sum(axis=0), apart)
    assert found.p_value == pytest.approx(stats.chi2.sf(chi2, 3), rel=1e-4)


def test_small_groups_of_unlike_noise_are_taken_apart_as_often_as_told() -> None:
    rng = np.random.default_rng(3)
    t, n, trials = np.arange(12) / 5.0, 12, 1000
    x = np.stack([np.ones(n), np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)], axis=1)
    inverse = np.linalg.inv(x.T @ x)
    below = 0
    for _ in range(trials):
        y = np.array([[1.0], [2.5]]) * rng.normal(size=(2, n))
        c = y @ x @ inverse
        scale = ((y - c @ x.T) ** 2).sum(axis=1) / (n - 3)
        p = equal_vectors(c, scale[:, None, None] * inverse, np.full(2, n - 3.0)).p_value
        below += p < 0.05
    # four standard deviations of a count; chi-square with these variances has more than 0.1
    assert below / trials == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / trials))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="two groups"):
        equal_vectors(np.zeros((1, 2)), np.eye(2)[np.newaxis], np.ones(1))


@pytest.mark.parametrize("groups", [3, 4])
def test_of_several_groups_each_is_held_against_their_mean(groups: int) -> None:
    rng = np.random.default_rng(4)
    estimate, root = rng.normal(size=(groups, 2)), rng.normal(size=(groups, 2, 2))
    covariance = root @ np.swapaxes(root, 1, 2) + 0.1 * np.eye(2)
    weight = np.linalg.inv(covariance)
    mean = np.linalg.solve(weight.sum(axis=0), np.einsum("gij,gj->i", weight, estimate))
    chi2 = float(np.einsum("gi,gij,gj->", estimate - mean, weight, estimate - mean))
    found = equal_vectors(estimate, covariance, np.full(groups, 1e9))
    assert found.freedom[0] == 2 * (groups - 1)
    assert found.statistic == pytest.approx(chi2 / found.freedom[0], rel=1e-6)
    assert found.p_value == pytest.approx(stats.chi2.sf(chi2, 2 * (groups - 1)), rel=1e-4)


def test_several_groups_of_one_scatter_are_the_classical_f_test() -> None:
    # as many values in each, and so much freedom that one variance or several are alike
    rng = np.random.default_rng(5)
    y = rng.normal(size=(3, 400)) + np.array([[0.0], [0.05], [0.1]])
    variance = y.var(axis=1, ddof=1)[:, None, None] / 400
    found = equal_vectors(y.mean(axis=1)[:, None], variance, np.full(3, 399.0))
    expected = stats.f_oneway(*y)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.2)
