"""IS, IV, RA, M10 and L5 against tables worked out by hand."""

import numpy as np
import pytest

from epicycle.behaviour import regularity

#: Three days of four hours: N = 12, p = 4, sum 36, mean 3.
#: Squares about the mean: 9+1+1+1, 9+1+25+9, 9+9+9+49 = 12 + 44 + 76 = 132.
TABLE = np.array([[0, 2, 4, 2], [0, 4, 8, 0], [0, 0, 6, 10]], dtype=float)

#: The second hour of the second day missing: N = 11, sum 32, squares about 32/11: 224 - 1024/11.
GAP = TABLE.copy()
GAP[1, 1] = np.nan


def test_interdaily_stability_by_hand():
    # means by hour 0, 2, 6, 4; squares about 3: 9 + 1 + 9 + 1 = 20; IS = 12 20 / (4 132)
    assert regularity.interdaily_stability(TABLE) == pytest.approx(5 / 11, abs=1e-9)
    # means by hour 0, 1, 6, 4 of 3, 2, 3, 3 days: 0 + 2 + 108 + 48 - 11 (32/11)^2 = 714/11
    # IS = (714/11) / (1440/11)
    assert regularity.interdaily_stability(GAP) == pytest.approx(714 / 1440, abs=1e-9)


def test_days_that_are_alike_have_a_stability_of_one_whatever_is_missing():
    days = np.tile(TABLE[1], (5, 1))
    days[0, :2] = days[3, 2] = np.nan
    assert regularity.interdaily_stability(days) == pytest.approx(1, abs=1e-12)


def test_intradaily_variability_by_hand():
    # steps 2 2 -2 -2 4 4 -8 0 0 6 4: squares 164; IV = 12 164 / (11 132) = 164/121
    assert regularity.intradaily_variability(TABLE) == pytest.approx(164 / 121, abs=1e-9)
    # the steps to and from the gap are left out: 9 of them, squares 132
    # IV = 11 132 / (9 (1440/11)) = 1331/1080
    assert regularity.intradaily_variability(GAP) == pytest.approx(1331 / 1080, abs=1e-9)


def test_extremes_by_hand():
    day = np.array([1.0] * 5 + [2, 2, 4] + [10.0] * 10 + [2.0] * 6)
    for shift in (0, 20):
        moved = np.roll(day, shift)
        high = regularity.extreme_window(moved, 10, highest=True)
        low = regularity.extreme_window(moved, 5, highest=False)
        assert high == (pytest.approx(10, abs=1e-9), (8 + shift) % 24)
        assert low == (pytest.approx(1, abs=1e-9), shift % 24)
        assert regularity.relative_amplitude(high[0], low[0]) == pytest.approx(9 / 11, abs=1e-9)


def test_the_windows_of_each_day_are_not_cut_by_midnight():
    hours = np.arange(24 * 6)
    night = (hours % 24 >= 20) | (hours % 24 < 6)  # a mouse: ten hours about midnight
    grid = np.where(night, 5.0 + hours // 24, 1.0).reshape(6, 24)
    grid[3, 0:12] = np.nan
    found = regularity.daily_windows(grid, 10, 20.0, highest=True)
    begins = [begin for _, begin in found]
    # from 20 h of each day; the night of the gap and the last one, which is cut, are not told
    np.testing.assert_allclose(begins, [20, 44, np.nan, 92, 116, np.nan])
    # four hours of one day and six of the next
    assert found[0][0] == pytest.approx((4 * 5 + 6 * 6) / 10, abs=1e-9)


def test_noise_is_about_two_and_one_over_the_days():
    noise = np.random.default_rng(3).normal(size=(200, 24))
    # mean of squared differences over the variance: 2, with a standard error of about
    # 2 sqrt(3 / N) / 2
    assert abs(regularity.intradaily_variability(noise) - 2) < 4 * np.sqrt(3 / noise.size)
    # a chi-square of 23 over 24 times the days
    expected, error = 23 / 24 / 200, np.sqrt(2 * 23) / 24 / 200
    assert abs(regularity.interdaily_stability(noise) - expected) < 4 * error
