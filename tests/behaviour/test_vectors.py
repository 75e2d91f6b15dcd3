"""Cycles that agree on a phase, and cycles that do not."""

import numpy as np
import pytest
from scipy.signal import lfilter

from epicycle.behaviour.periods import lomb_scargle_scan
from epicycle.behaviour.vectors import agreement_p, cycle_vectors, second_order_p
from tests.behaviour.wrists import wrist


def test_hotelling_by_hand():
    # mean (3/2, 1/2); variances 1/3, covariance 0: T^2 = 4 (9/4 + 1/4) 3 = 30
    # F = 30 2 / (2 3) = 10
    # with 2 and 2 degrees of freedom the tail of F is 1 / (1 + F)
    vectors = np.array([[1.0, 0], [1, 1], [2, 0], [2, 1]])
    assert second_order_p(vectors) == pytest.approx(1 / 11, abs=1e-9)
    assert second_order_p(vectors - vectors.mean(axis=0)) == pytest.approx(1, abs=1e-9)


def test_the_vectors_of_cycles_by_hand():
    # two cycles of four epochs, in the middle of which cos and sin are +-1/sqrt(2)
    values = np.array([1.0, 0, 0, 0, 3, 3, 5, 5, 7])
    root = np.sqrt(0.5)
    # first: 1/4 of (root, root); second: a mean of 4, and -1 -1 1 1 times cos and sin
    expected = [
        [root / 4, root / 4],
        [(-root + root - root + root) / 4, (-root - root - root - root) / 4],
    ]
    np.testing.assert_allclose(cycle_vectors(values, 1.0, 4.0), expected, atol=1e-12)
    # half of the second cycle missing: it has no vector
    values[4:6] = np.nan
    np.testing.assert_allclose(cycle_vectors(values, 1.0, 4.0), expected[:1], atol=1e-12)
    assert agreement_p(values, 1.0, 4.0) is None


def test_slow_noise_is_no_rhythm_though_it_exceeds_the_line():
    rng = np.random.default_rng(8)
    keep = np.exp(-1 / 4)  # of two hours, in epochs of half an hour
    scans = [
        lomb_scargle_scan(lfilter([1.0], [1.0, -keep], rng.normal(size=14 * 48)), 0.5)
        for _ in range(40)
    ]
    assert sum(scan.best is not None for scan in scans) > 30
    # of 40 at 5 %, more than six have a probability of 0.6 %
    assert sum(scan.is_rhythm for scan in scans) <= 6


def test_days_of_a_person_agree():
    _, counts, _, _ = wrist(7, jitter=1.0)
    scan = lomb_scargle_scan(counts.astype(float), 1 / 6)
    assert scan.is_rhythm
    assert scan.p_value < 0.01
