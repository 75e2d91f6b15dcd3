"""Phases in windows are those of the signal, with errors that hold."""

import numpy as np
import pytest

from epicycle.evidence.clocks import Wave
from epicycle.evidence.phases import Phases, phases_in_windows, shifts_in_windows
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


@pytest.mark.parametrize("night", [False, True])
def test_shifts_have_honest_errors_whatever_a_window_sees(night: bool) -> None:
    """At night only, a fit to each window cannot tell a phase from a mean: shifts can."""
    rng = np.random.default_rng(4)
    pulls = []
    for _ in range(60):
        t = np.sort(rng.uniform(0, 480, 200))
        if night:
            t = np.sort(24 * rng.integers(0, 20, 200) + rng.uniform(0, 8, 200))
        y = np.cos(2 * np.pi * (t / PERIOD + 0.1)) + rng.normal(0, 0.5, len(t))
        found = shifts_in_windows(*wave_of(t, y), WINDOWS)
        assert found is not None
        pulls.append(found.phase / found.error)
    # of six shifts the fit to all values takes two or so; the rest are 60 x 4 normal deviates
    assert np.mean(np.square(pulls)) == pytest.approx(4 / 6, abs=4 * np.sqrt(2 / 240))


@pytest.mark.parametrize("of", [phases_in_windows, shifts_in_windows])
def test_windows_that_are_late_are_told_from_a_steady_clock(of) -> None:
    rng = np.random.default_rng(5)
    t = np.arange(0, 480.0, 2)
    shifts = np.array([0.05, -0.05, 0.05, -0.05, 0.05, -0.05])
    steady = np.cos(2 * np.pi * t / PERIOD) + rng.normal(0, 0.3, len(t))
    moved = np.cos(2 * np.pi * (t / PERIOD + late(t, shifts))) + rng.normal(0, 0.3, len(t))
    chances = []
    for y in (steady, moved):
        wave, rest = wave_of(t, y)
        found = of(wave, 1, WINDOWS) if of is phases_in_windows else of(wave, rest, WINDOWS)
        chances.append(found.straight())
    assert chances[0] > 1e-3
    # errors of .3 (2 / 40)^(1/2) / 2 pi = .011 turns: 4.7 errors each
    assert chances[1] < 1e-12
    np.testing.assert_allclose(found.phase, shifts - shifts.mean(), atol=4 * 0.012)


def test_a_window_with_two_values_tells_nothing() -> None:
    t = np.concatenate([np.arange(0, 200.0, 2), [300.0, 301.0], np.arange(400, 480.0, 2)])
    wave, rest = wave_of(t, np.cos(2 * np.pi * t / PERIOD))
    found = shifts_in_windows(wave, rest, WINDOWS)
    assert found is not None
    assert len(found.time) == 4


@pytest.mark.parametrize(("scatter", "walk"), [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03)])
def test_the_error_of_a_slope_is_that_of_what_scatters(scatter: float, walk: float) -> None:
    rng = np.random.default_rng([6, round(1e3 * scatter), round(1e3 * walk)])
    time, errors = np.arange(24.0), []
    for _ in range(60):
        phase = rng.normal(0, np.hypot(0.01, scatter), 24) + np.cumsum(rng.normal(0, walk, 24))
        errors.append(Phases(time, phase, np.full(24, 0.01), 1.0).slope_error())
    # of a walk, the variance of a step over their number, and 6/5 of it; else far less
    exact = walk / np.sqrt(23) if walk else np.hypot(0.01, scatter) * np.sqrt(12 / 24**3)
    assert exact / 1.5 < np.median(errors) < (1.6 if walk else 6) * exact
