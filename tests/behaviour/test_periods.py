"""The chi-square periodogram by hand, and both at the right place."""

import numpy as np
import pytest
from scipy import stats

from epicycle.behaviour import periods
from tests.behaviour.wrists import wrist


def test_chi_square_by_hand():
    values = np.array([0, 2, 4, 2, 0, 4, 8, 0, 0, 0, 6, 10], dtype=float)
    # K = 3 rows, N = 12, means 0 2 6 4 about 3: squares 20; all squares 132: Q = 3 12 20 / 132
    assert periods.chi_square(values, 4) == pytest.approx(60 / 11, abs=1e-9)
    # what does not fill a row is left out
    assert periods.chi_square(np.r_[values, 99, -7], 4) == pytest.approx(60 / 11, abs=1e-9)
    assert periods.chi_square(np.ones(12), 4) == 0
    # one value missing: N = 11, mean 32/11, counts 3 2 3 3 of means 0 1 6 4:
    # sum n m^2 - N M^2 = 0 + 2 + 108 + 48 - 1024/11 = 714/11; squares 1440/11; Q = 11 714 / 1440
    values[5] = np.nan
    assert periods.chi_square(values, 4) == pytest.approx(11 * 714 / 1440, abs=1e-9)


def test_noise_is_chi_square_and_below_the_line():
    rng = np.random.default_rng(2)
    one = [periods.chi_square(rng.normal(size=24 * 20), 24) for _ in range(300)]
    assert stats.kstest(one, stats.chi2(23).cdf).pvalue > 0.001
    over = [periods.chi_square_scan(rng.normal(size=24 * 10), 1.0).best for _ in range(60)]
    # of 60 at 1 %, more than four have a probability of 0.04 %
    assert sum(best is not None for best in over) <= 4


@pytest.mark.parametrize("tau", [23.0, 24.0, 25.5])
def test_both_find_the_period(tau):
    _, counts, _, _ = wrist(12, tau=tau)
    values = counts.astype(float)
    values[200:260] = np.nan
    for scan in (periods.chi_square_scan(values, 1 / 6), periods.lomb_scargle_scan(values, 1 / 6)):
        assert scan.best == pytest.approx(tau, abs=0.5 * scan.resolution)
        assert scan.resolution == pytest.approx(0.5 * scan.best**2 / (12 * 24), rel=1e-6)
        assert (np.diff(scan.period) > 0).all()


def test_lomb_scargle_is_the_share_that_a_sinusoid_explains():
    t = np.arange(0, 12 * 24, 0.5)
    values = np.random.default_rng(0).normal(size=len(t)) + np.cos(2 * np.pi * t / 24.3)
    scan = periods.lomb_scargle_scan(values, 0.5)
    k = int(scan.statistic.argmax())
    angle = 2 * np.pi * t / scan.period[k]
    design = np.column_stack([np.ones(len(t)), np.cos(angle), np.sin(angle)])
    left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    assert scan.statistic[k] == pytest.approx(1 - left.var() / values.var(), abs=1e-6)
