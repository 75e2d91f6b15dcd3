"""The parts of evidence/phases.py, one by one."""

import numpy as np
import pytest
from scipy import stats

from epicycle.evidence.clocks import Wave
from epicycle.evidence.phases import Phases, phases_in_windows
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

PERIOD, WINDOWS = 24.0, 6


def wave_of(t: np.ndarray, y: np.ndarray) -> tuple[Wave, np.ndarray]:
    """Return a wave of the known period, and what its fit to all values leaves."""
    wave = Wave(build_data(check_samples(t, y), 0), y, 0, 1 / PERIOD, np.array([1]))
    return wave, wave.solve(wave.columns(t / PERIOD))[1]


def late(t: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Return the shift of each time whose window is late by so many turns."""
    which = np.minimum((t - t.min()) / (np.ptp(t) * (1 + 1e-12)) * len(shifts), len(shifts) - 1e-9)
    return shifts[which.astype(int)]


@pytest.mark.parametrize("order", [1, 2])
def test_phases_are_turns_of_the_cycle_whichever_order_tells_them(order: int) -> None:
    t = np.arange(0, 480.0, 1.5)
    shifts = np.array([0.05, -0.03, 0.02, -0.05, 0.01, 0.0])
    turns = t / PERIOD + late(t, shifts)
    y = np.cos(2 * np.pi * turns) + 0.5 * np.cos(4 * np.pi * turns + 1)
    wave = Wave(build_data(check_samples(t, y), 0), y, 0, 1 / PERIOD, np.array([1, 2]))
    found = phases_in_windows(wave, order, WINDOWS)
    assert found is not None
    # without noise each window tells its own exactly, from the zero of time that waves have
    np.testing.assert_allclose(np.diff(found.phase), np.diff(shifts), atol=1e-9)


def test_the_variance_of_a_slope_is_the_mean_over_what_may_scatter() -> None:
    rng = np.random.default_rng(8)
    time = np.sort(rng.uniform(0, 30, 9))
    phase, error = rng.normal(0, 0.02, 9), rng.uniform(0.01, 0.03, 9)
    # by dense normal distributions, with the line marginalised over: a flat prior is a broad one
    t = (time - time.mean()) / np.ptp(time)
    most = np.var(np.diff(phase)) + np.mean(error**2)
    shares = np.concatenate([[0.0], np.geomspace(1e-3, 2.0, 12)]) * most
    elapsed = t - t.min() + 1 / 9
    likelihood, variance = [], []
    columns = np.stack([np.ones(9), t], axis=1)
    flat = np.gradient(np.sqrt(shares))  # standard deviations as probable as each other
    for step, first in zip(shares, flat, strict=True):
        for scatter, second in zip(shares, flat, strict=True):
            v = np.diag(error**2 + scatter) + step * 9 * np.minimum.outer(elapsed, elapsed)
            broad = v + 1e4 * columns @ columns.T
            likelihood.append(first * second * stats.multivariate_normal(cov=broad).pdf(phase))
            variance.append(np.linalg.inv(columns.T @ np.linalg.inv(v) @ columns)[1, 1])
    expected = np.average(variance, weights=likelihood)
    found = Phases(time, phase, error, 1.0).slope_error()
    assert found == pytest.approx(np.sqrt(expected) / np.ptp(time), rel=1e-4)


@pytest.mark.parametrize(("n", "tells"), [(5, False), (6, True)])
def test_a_fit_to_a_window_needs_twice_as_many_values_as_it_has_parameters(
    n: int, tells: bool
) -> None:
    # cosine, sine and a mean; the second of six windows of 80 has a few values only
    t = np.concatenate(
        [np.arange(0, 80.0, 2), 85.0 + 11.3 * np.arange(n), np.arange(160, 480.0, 2)]
    )
    y = np.cos(2 * np.pi * t / PERIOD) + np.random.default_rng(9).normal(0, 0.1, len(t))
    found = phases_in_windows(wave_of(t, y)[0], 1, WINDOWS)
    assert found is not None
    assert len(found.time) == (6 if tells else 5)
