"""One series: dense least squares, the F-test, its period in a range, and what is no rhythm."""

import numpy as np
import pytest
from scipy import stats

from epicycle.experiments.cosinor_series import Plan, fit_series

T = np.array([0.0, 3.5, 8, 12, 17, 20, 25, 31, 36, 40.5, 44, 48, 53, 60, 66, 71])
DAY = Plan(1 / 24, 1 / 24, 34.0)


def values(seed: int, period: float = 24.0, amplitude: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 5 + amplitude * np.cos(2 * np.pi * (T - 9) / period) + 0.3 * rng.normal(size=len(T))


def test_a_held_period_is_ordinary_least_squares() -> None:
    y = values(1)
    fit = fit_series(T, y, DAY)
    angle = 2 * np.pi * (T - 34) / 24
    x = np.stack([np.ones(len(T)), np.cos(angle), np.sin(angle)], axis=1)
    c = np.linalg.solve(x.T @ x, x.T @ y)
    left = ((y - x @ c) ** 2).sum()
    assert fit.value[0] == pytest.approx(c[0])
    assert fit.value[1] == pytest.approx(np.hypot(c[1], c[2]))
    assert fit.value[2] * 24 == pytest.approx(-1.0, abs=0.5)
    covariance = np.linalg.inv(x.T @ x) * left / (len(T) - 3)
    direction = c[1:] / np.hypot(c[1], c[2])
    assert fit.covariance[1, 1] == pytest.approx(direction @ covariance[1:, 1:] @ direction)
    f = (((y - y.mean()) ** 2).sum() - left) / 2 / (left / (len(T) - 3))
    assert fit.p_value == pytest.approx(stats.f.sf(f, 2, len(T) - 3), rel=1e-6)


def test_a_fitted_period_is_found_with_its_error() -> None:
    times = np.arange(0, 240, 2.0)
    pulls = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y = np.cos(2 * np.pi * (times - 9) / 22.8) + rng.normal(size=len(times))
        fit = fit_series(times, y, Plan(1 / 30, 1 / 18, 120.0))
        assert fit.rhythmic
        pulls.append((fit.value[3] - 22.8) / np.sqrt(fit.covariance[3, 3]))
    # the mean square of 60 standard normal numbers has a standard deviation of 0.18
    assert np.mean(np.square(pulls)) == pytest.approx(1.0, abs=0.7)


def test_an_end_of_the_range_is_no_period() -> None:
    times = np.arange(0, 240, 2.0)
    y = np.cos(2 * np.pi * times / 24) + 0.1 * np.random.default_rng(1).normal(size=len(times))
    fit = fit_series(times, y, Plan(1 / 23.5, 1 / 18, 120.0))
    assert fit.at_edge
    assert not fit.rhythmic


def test_noise_is_no_rhythm_more_often_than_said() -> None:
    rng = np.random.default_rng(2)
    plan = Plan(1 / 33, 1 / 17, 34.0)
    below = sum(fit_series(T, rng.normal(size=len(T)), plan).p_value < 0.05 for _ in range(80))
    # binomial with 0.05: more than 11 of 80 have a probability of 1e-3
    assert below <= 11


def test_noise_that_is_louder_beside_the_rhythm_widens_errors() -> None:
    times = np.arange(0, 240, 1.0)
    rng = np.random.default_rng(3)
    white = rng.normal(size=len(times))
    slow = np.convolve(rng.normal(size=len(times) + 11), np.ones(12) / np.sqrt(12), "valid")
    wave = np.cos(2 * np.pi * times / 24)
    plain, louder = (fit_series(times, wave + n, DAY).covariance[1, 1] for n in (white, slow))
    # a mean of twelve hours has most of its power at such periods
    assert louder > 3 * plain


def test_times_that_do_not_tell_are_refused() -> None:
    times = np.arange(0, 120, 12.0)
    with pytest.raises(ValueError, match="do not tell the parameters"):
        fit_series(times, np.arange(10.0), DAY)


def test_a_constant_has_no_rhythm_and_a_cosine_no_noise() -> None:
    assert fit_series(T, np.full(len(T), 1.1), DAY).p_value > 0.9
    exact = fit_series(T, np.cos(2 * np.pi * T / 24), DAY)
    assert exact.p_value < 1e-10
    assert exact.value[1] == pytest.approx(1.0)


def test_what_changes_along_the_record_is_seen() -> None:
    times = np.arange(0, 120, 1.0)
    noise = 0.1 * np.random.default_rng(4).normal(size=len(times))
    drift, error = fit_series(times, np.cos(2 * np.pi * times / 23) + noise, DAY).drift
    assert drift > 10 * error
    fading, error = fit_series(
        times, np.exp(-times / 80) * np.cos(2 * np.pi * times / 24) + noise, DAY
    ).fading
    assert fading < -10 * error
    steady = fit_series(times, np.cos(2 * np.pi * times / 24) + noise, DAY)
    assert abs(steady.drift[0]) < 4 * steady.drift[1]
    assert abs(steady.fading[0]) < 4 * steady.fading[1]
