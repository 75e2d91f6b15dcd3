"""Outputs that share their noise give the evidence of fewer outputs."""

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.evidence.shared_noise import (
    as_shared,
    shared_noise,
    shared_power,
    unshared,
    unshared_power,
)
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data


def eigenvalues(y: np.ndarray) -> np.ndarray:
    data = build_data(check_samples(np.arange(len(y), dtype=np.float64), y), 0)
    return shared_noise(data, y)


def test_correlations_are_those_of_numpy_but_for_chance() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=(4000, 3)) + 1.5 * rng.normal(size=(4000, 1))
    y -= y.mean(axis=0)
    exact = np.linalg.eigvalsh(np.corrcoef(y.T))
    # shrinking takes (1 - r^2)^2 / (n r^2) of r: 2e-4 at r = .7
    np.testing.assert_allclose(eigenvalues(y), exact, atol=1e-3)


def test_missing_values_are_left_out_in_pairs() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(900, 1)) @ np.ones((1, 2))
    y[::3, 0] = np.nan
    y[1::3, 1] = np.nan
    # the values that both have are the same
    np.testing.assert_allclose(eigenvalues(np.where(np.isnan(y), np.nan, y)), [0, 2], atol=1e-12)


def test_independent_outputs_share_next_to_nothing() -> None:
    values = [eigenvalues(np.random.default_rng(k).normal(size=(200, 2))) for k in range(200)]
    largest = np.array([one.max() for one in values]) - 1
    # |r| sqrt(n) is a half-normal deviate z, of which max(z - 1/z, 0) stays: its mean is
    # 2 phi(1) - E1(1/2) / sqrt(2 pi) = .261, give or take .03 for 200 of them
    assert largest.mean() == pytest.approx(0.261 / np.sqrt(200), rel=0.35)
    assert (largest == 0).mean() > 0.5


@pytest.mark.parametrize("pairs", [1, 4])
def test_nothing_changes_where_nothing_is_shared(pairs: int) -> None:
    for evidence in (0.0, 3.0, 50.0, 4e4):
        assert unshared(evidence, pairs, np.ones(3)) == evidence


@pytest.mark.parametrize("pairs", [1, 3])
@pytest.mark.parametrize("evidence", [12.0, 60.0, 900.0])
def test_an_output_given_twice_is_one_output(pairs: int, evidence: float) -> None:
    """Eigenvalues 2 and 0: half the evidence, and half the degrees of freedom."""
    found = unshared(2 * evidence, pairs, np.array([0.0, 2.0]))
    exact = stats.chi2.isf(stats.chi2.sf(evidence, 2 * pairs), 4 * pairs)
    if np.isfinite(exact):
        # the saddlepoint's errors in both tails, which nearly cancel: 1/(12 k) of Stirling's
        # formula for k pairs, as a share of the tail, and a chi-square moves by twice as much
        assert found == pytest.approx(exact, abs=2 * (1 / 12 - 1 / 24) + 0.02)
    assert evidence < found < 2 * evidence


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_tails_are_those_of_the_sum(rho: float) -> None:
    """Against the exact tail of exponentials with two rates (Feller II, I.13, problem 12)."""
    large, small = 1 + rho, 1 - rho
    for evidence in (8.0, 30.0, 200.0):
        a, b = np.exp(-evidence / 2 / large), np.exp(-evidence / 2 / small)
        exact = (large * a - small * b) / (large - small)
        found = stats.chi2.sf(unshared(evidence, 1, np.array([small, large])), 4)
        assert found == pytest.approx(exact, rel=0.1)


def test_a_level_among_shared_noise_and_back() -> None:
    values = np.array([0.2, 0.5, 2.3])
    for evidence in (2.0, 25.0, 3e3):
        assert unshared(as_shared(evidence, 2, values), 2, values) == pytest.approx(evidence)
    assert unshared_power(shared_power(0.3, 90, 2, values), 90, 2, values) == pytest.approx(0.3)
    assert unshared_power(1.0, 90, 2, values) == 1.0
    assert unshared_power(0.0, 90, 2, values) == 0.0


def test_false_alarms_of_outputs_that_share_their_noise() -> None:
    """Three outputs of correlation .9: 37 of 40 had a cycle that was none, at the level of .01."""
    hits = 0
    for seed in range(20):
        rng = np.random.default_rng([seed, 9])
        t = np.sort(rng.uniform(0, 1000, 60))
        common = rng.normal(size=(60, 1))
        y = np.sqrt(0.9) * common + np.sqrt(0.1) * rng.normal(size=(60, 3))
        hits += len(find_cycles(t, y, minimum_period=10.0).cycles) > 0
    # 20 draws of .01: three or more have the chance .001
    assert hits <= 2


def test_a_cycle_that_outputs_share_is_still_found() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 1000, 80))
    wave = np.cos(2 * np.pi * t / 37.0)[:, np.newaxis]
    common = rng.normal(size=(80, 1))
    y = 1.2 * wave + np.sqrt(0.5) * common + np.sqrt(0.5) * rng.normal(size=(80, 3))
    model = find_cycles(t, y, minimum_period=10.0)
    assert model.cycles[0].period == pytest.approx(37.0, rel=0.01)
    alone = find_cycles(t, y[:, 0], minimum_period=10.0)
    assert model.cycles[0].false_alarm_probability < 1e3 * alone.cycles[0].false_alarm_probability
