"""Means of subjects: Student, Welch, Hartung and Knapp, Fieller, and the circle."""

import numpy as np
import pytest
from scipy import stats

from epicycle.experiments.group_means import (
    Estimate,
    circular_mean_of,
    difference,
    interval,
    mean_of,
    p_value,
    ratio_interval,
    variance_between,
)

RNG = np.random.default_rng(1)


def test_equal_errors_are_students_t() -> None:
    x = RNG.normal(3, 1, 6)
    found = mean_of(x, np.full(6, 0.2))
    expected = stats.ttest_1samp(x, 0.0)
    assert found.value == pytest.approx(x.mean())
    assert p_value(found) == pytest.approx(expected.pvalue)
    low, high = expected.confidence_interval(0.95)
    assert interval(found, 0.95) == pytest.approx((low, high))


def test_groups_of_unequal_size_are_nearly_welchs_test() -> None:
    a, b = RNG.normal(0, 1, 40), RNG.normal(0.5, 2, 60)
    found = difference(mean_of(b, np.zeros(60)), mean_of(a, np.zeros(40)))
    expected = stats.ttest_ind(b, a, equal_var=False)
    assert p_value(found) == pytest.approx(expected.pvalue, rel=0.02)
    assert found.freedom == pytest.approx(expected.df, rel=0.05)


@pytest.mark.parametrize(("few", "many"), [(2, 3), (2, 6), (3, 8)])
def test_unequal_sizes_keep_their_level(few: int, many: int) -> None:
    x = np.random.default_rng(few).normal(size=(2500, few + many))
    chances = [p_value(difference(_mean(r[:few]), _mean(r[few:]))) for r in x]
    # Satterthwaite's freedom has 0.013, 0.038 and 0.029; the standard error of the share is 0.003
    assert np.mean(np.array(chances) < 0.02) == pytest.approx(0.019, abs=0.005)


def _mean(x: np.ndarray) -> Estimate:
    return Estimate(x.mean(), x.var(ddof=1) / len(x), len(x) - 1.0, len(x))


def test_three_against_three_keep_their_level() -> None:
    x = RNG.normal(size=(2500, 6))
    chances = [
        p_value(difference(mean_of(r[:3], np.ones(3)), mean_of(r[3:], np.ones(3)))) for r in x
    ]
    # Satterthwaite's freedom has 0.0100; the standard error of the share is 0.0024
    assert np.mean(np.array(chances) < 1 / 60) == pytest.approx(0.0151, abs=0.005)


def test_freedom_of_equal_sizes_goes_from_the_smaller_to_the_sum() -> None:
    def freedom(v1: float, v2: float, n: int = 3) -> float:
        one, two = Estimate(0.0, v1, n - 1.0, n), Estimate(0.0, v2, n - 1.0, n)
        return difference(one, two).freedom

    assert freedom(1, 1) == 4
    assert freedom(1, 0) == 2
    assert freedom(9, 1) == pytest.approx(2 / (0.9**6 + 0.1**6))
    # with many subjects it is Satterthwaite's
    assert freedom(9, 1, 101) == pytest.approx(100 / (0.81 + 0.01), rel=0.001)


def test_a_vague_subject_counts_less() -> None:
    x, s2 = np.array([1.0, 1.2, 9.0]), np.array([0.01, 0.01, 4.0])
    found = mean_of(x, s2)

    # the twin: the variance between subjects on a fine grid
    def q(between: float) -> float:
        w = 1 / (s2 + between)
        return float(w @ (x - w @ x / w.sum()) ** 2)

    grid = np.linspace(0, 30, 300_001)
    between = grid[np.argmin([abs(q(b) - 2) for b in grid[::100]]) * 100]
    assert variance_between(x, s2) == pytest.approx(between, abs=0.01)
    w = 1 / (s2 + variance_between(x, s2))
    assert found.value == pytest.approx(w @ x / w.sum())
    assert 1.2 < found.value < x.mean()
    assert found.variance == pytest.approx(w @ (x - found.value) ** 2 / (2 * w.sum()))


def test_errors_that_explain_all_leave_no_variance_between() -> None:
    x, s2 = np.array([1.0, 1.2, 3.0]), np.array([0.04, 0.04, 4.0])
    assert variance_between(x, s2) == 0.0
    assert mean_of(x, s2).value == pytest.approx((x / s2).sum() / (1 / s2).sum())


def test_one_subject_tells_no_error() -> None:
    found = mean_of(np.array([2.0]), np.array([0.1]))
    assert found.value == 2.0
    assert np.isnan(found.error)
    assert np.isnan(p_value(difference(found, mean_of(RNG.normal(size=4), np.ones(4)))))


def test_phases_are_averaged_on_the_circle() -> None:
    found = circular_mean_of(np.array([0.48, -0.48, 0.47, -0.45]), np.full(4, 1e-4))
    assert abs(found.value) == pytest.approx(0.495, abs=1e-9)
    expected = np.std([0.48, 0.52, 0.47, 0.55], ddof=1) / 2
    assert found.error == pytest.approx(expected)
    assert np.isnan(circular_mean_of(np.array([0.0, 0.3, -0.35]), np.ones(3)).value)


@pytest.mark.parametrize(
    ("second", "first", "covariance"),
    [((1, 0.01), (1, 0.01), 0.0), ((0.5, 0.04), (1, 0.02), 0.01), ((1, 0.01), (0.2, 0.02), 0.0)],
)
def test_ratios_are_fiellers(second, first, covariance) -> None:
    found = ratio_interval(
        Estimate(*second, 5.0, 3), Estimate(*first, 5.0, 3), covariance, 5.0, 0.95
    )
    ratio = np.linspace(0, 40, 400_001)
    apart = (second[0] - ratio * first[0]) ** 2
    variance = second[1] - 2 * ratio * covariance + ratio**2 * first[1]
    inside = ratio[apart <= stats.t.ppf(0.975, 5) ** 2 * variance]
    assert found[0] == pytest.approx(inside[0], abs=1e-3)
    assert min(found[1], 40.0) == pytest.approx(inside[-1], abs=1e-3)
