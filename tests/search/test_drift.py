"""Frequencies that change linearly: the trial map against direct sums, and honest errors."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.samples.times import Times
from epicycle.search.drift import scan_drift
from epicycle.spectra.transforms import TOLERANCE
from generators import sample_times

BASELINE = 100.0


def direct_power(
    t: np.ndarray, strengths: np.ndarray, frequency: np.ndarray, drift: float
) -> np.ndarray:
    """Return |sum c exp(-2 pi i (f t + drift t^2 / 2))|^2, added over outputs."""
    turns = np.outer(frequency, t) + 0.5 * drift * t**2
    sums = np.exp(-2j * np.pi * turns) @ strengths.T
    return (np.abs(sums) ** 2).sum(axis=1)


def as_times(t: np.ndarray) -> Times:
    return Times(t, np.zeros(len(t)))


# ---- The map -------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "nightly"])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("drift_units", [0.0, 7.3, -21.6])
def test_the_highest_power_is_that_of_a_direct_map(
    sampling: str, outputs: int, drift_units: float
) -> None:
    rng = np.random.default_rng([1, outputs])
    t = sample_times(rng, 250, BASELINE, sampling) - 0.5 * BASELINE
    frequency, drift = 5.123, drift_units / BASELINE**2
    turns = frequency * t + 0.5 * drift * t**2
    phases = np.array([0.1, 0.4])[:outputs, None]
    strengths = np.cos(2 * np.pi * (turns + phases)) + 0.5 * rng.normal(size=(outputs, 250))
    half, largest = 0.2, 30.0 / BASELINE**2
    peak = scan_drift(as_times(t), strengths, 5.1, half, largest)

    drifts = np.arange(-largest, largest, 1.0 / BASELINE**2)
    grid = np.arange(5.1 - half, 5.1 + half, 0.1 / BASELINE)
    power = np.array([direct_power(t, strengths, grid, d) for d in drifts])
    best = np.unravel_index(power.argmax(), power.shape)
    # its own steps, five to a peak and 1 / T^2, lose at most 3.3 % and 0.2 %; the map is finer
    assert peak.power > 0.95 * power.max()
    assert abs(peak.frequency - grid[best[1]]) < 0.2 / BASELINE
    assert abs(peak.drift - drifts[best[0]]) < 2.5 / BASELINE**2
    assert abs(peak.frequency - frequency) < 0.2 / BASELINE
    # and the power it states is the power that is there
    stated = direct_power(t, strengths, np.array([peak.frequency]), peak.drift)[0]
    possible = (np.abs(strengths).sum(axis=1) ** 2).sum()
    assert peak.power == pytest.approx(stated, abs=20 * TOLERANCE * possible)


def test_the_power_without_the_drift_is_far_lower() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(-50, 50, 400))
    drift = 40.0 / BASELINE**2
    strengths = np.cos(2 * np.pi * (7 * t + 0.5 * drift * t**2))[None, :]
    free = scan_drift(as_times(t), strengths, 7.0, 0.3, 1.2 * drift)
    held = scan_drift(as_times(t), strengths, 7.0, 0.3, 0.0)
    assert abs(free.drift - drift) < 1.0 / BASELINE**2
    assert abs(held.drift) < 10.0 / BASELINE**2  # a step of the coarse grid to either side
    assert held.power < 0.2 * free.power


# ---- Fits ------------------------------------------------------------------------------------


class Fitted(NamedTuple):
    pull_frequency: float
    pull_drift: float
    misfit: float
    misfit_beyond: float


SIGMA, N = 0.5, 250
#: A drift that smears the line over 2.5 widths: the search still sees it at constant frequency.
DRIFT = 2.5 / BASELINE**2


def drifting(seed: int, drift: float = DRIFT) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return times (from 1000 on), values, and frequency and phase at the time 1000."""
    rng = np.random.default_rng([seed, 21])
    t = 1000.0 + np.sort(rng.uniform(0, BASELINE, N))
    frequency, phase = rng.uniform(1.0, 2.0), rng.uniform()
    x = t - 1000.0
    y = 2.0 + np.cos(2 * np.pi * (frequency * x + 0.5 * drift * x**2 - phase))
    return t, y + SIGMA * rng.normal(size=N), frequency, phase


def test_pulls_and_predictions_are_honest() -> None:
    fitted = []
    for seed in range(30):
        t, y, frequency, phase = drifting(seed)
        result = find_cycles(
            t, y, minimum_period=0.4, drift=True, max_cycles=1, harmonics=1, trend=0
        )
        (cycle,) = result.cycles
        assert cycle.frequency_drift is not None
        assert cycle.frequency_drift_error is not None
        there = result.reference_time - 1000.0
        pulls = (
            (cycle.frequency - (frequency + DRIFT * there)) / cycle.frequency_error,
            (cycle.frequency_drift - DRIFT) / cycle.frequency_drift_error,
        )
        x = np.linspace(0, BASELINE, 2000)
        truth = 2.0 + np.cos(2 * np.pi * (frequency * x + 0.5 * DRIFT * x**2 - phase))
        error = result.predict(1000.0 + x) - truth
        beyond = BASELINE * np.array([-0.05, 1.05])
        late = 2.0 + np.cos(2 * np.pi * (frequency * beyond + 0.5 * DRIFT * beyond**2 - phase))
        fitted.append(
            Fitted(
                *pulls,
                N * float(np.mean(error**2)) / SIGMA**2,
                float(np.abs(result.predict(1000.0 + beyond) - late).max()),
            )
        )
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], 30)
    for name in ("pull_frequency", "pull_drift"):
        squares = sum(getattr(f, name) ** 2 for f in fitted)
        assert low < squares < high, name
    # Five parameters: the mean square error over the span is sigma^2 chi2_5 / N.  Uniform test
    # points weigh the ends as the samples do, so the law is not exact: bound the mean only.
    mean = np.mean([f.misfit for f in fitted])
    assert abs(mean - 5) < 5 * math.sqrt(2 * 5 / 30)
    assert max(f.misfit for f in fitted) < stats.chi2.ppf(1 - 1e-6, 5) * 1.5
    assert np.median([f.misfit_beyond for f in fitted]) < 0.5


def test_without_drift_the_model_runs_out_of_phase() -> None:
    t, y, _, _ = drifting(1)
    common = {"minimum_period": 0.4, "max_cycles": 1, "harmonics": 1, "trend": 0}
    with_it = find_cycles(t, y, drift=True, **common)
    without = find_cycles(t, y, **common)
    assert without.residual_std > 1.1 * with_it.residual_std
    assert with_it.residual_std == pytest.approx(SIGMA, rel=5 / math.sqrt(2 * N))


def test_drift_is_none_where_it_was_not_fitted() -> None:
    t, y, _, _ = drifting(2)
    cycle = find_cycles(t, y, minimum_period=0.4, max_cycles=1).cycles[0]
    assert cycle.frequency_drift is None
    assert cycle.frequency_drift_error is None


def test_a_constant_frequency_has_a_drift_near_zero() -> None:
    pulls = []
    for seed in range(20):
        t, y, _, _ = drifting(seed, drift=0.0)
        (cycle,) = find_cycles(
            t, y, minimum_period=0.4, drift=True, max_cycles=1, harmonics=1
        ).cycles
        assert cycle.frequency_drift is not None
        assert cycle.frequency_drift_error is not None
        pulls.append(cycle.frequency_drift / cycle.frequency_drift_error)
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], 20)
    assert low < np.square(pulls).sum() < high


def test_harmonics_drift_in_proportion() -> None:
    rng = np.random.default_rng(30)
    t = np.sort(rng.uniform(0, BASELINE, 400))
    drift = 3.0 / BASELINE**2
    turns = 2 * np.pi * (0.83 * t + 0.5 * drift * t**2)
    y = np.cos(turns) + 0.6 * np.cos(2 * turns + 1) + 0.2 * rng.normal(size=400)
    result = find_cycles(t, y, minimum_period=0.3, drift=True)
    (cycle,) = result.cycles
    assert cycle.frequency_drift is not None
    assert cycle.frequency_drift_error is not None
    assert abs(cycle.frequency_drift - drift) < 4 * cycle.frequency_drift_error
    assert {h.order for h in cycle.harmonics} >= {1, 2}
    np.testing.assert_allclose(result.predictor.drift[:2], cycle.frequency_drift * np.array([1, 2]))
    assert result.residual_std == pytest.approx(0.2, rel=5 / math.sqrt(2 * 400))


@pytest.mark.parametrize("widths", [-28.0, -8.0, 5.0, 16.0])
def test_a_line_smeared_over_many_widths_is_one_cycle(widths: float) -> None:
    """At constant frequency such a line would fall apart into several."""
    right = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        t = rng.uniform(0, 100.0, 250)
        x = t - t.mean()
        drift = widths / 100.0**2
        y = np.cos(2 * np.pi * (1.234 * x + 0.5 * drift * x**2)) + 0.3 * rng.normal(size=250)
        model = find_cycles(t, y, drift=True)
        cycle = model.cycles[0]
        assert abs(cycle.frequency_drift - drift) < 4 * cycle.frequency_drift_error
        right += len(model.cycles) == 1
    # a false alarm of 1 % in each
    assert right >= 8


# ---- Against a map of chi-square ---------------------------------------------------------------


def direct_chi2(t: np.ndarray, y: np.ndarray, frequency: float, drift: float) -> float:
    """Return the least chi-square of a constant and a sinusoid of this frequency and drift."""
    turns = frequency * t + 0.5 * drift * t**2
    columns = np.column_stack(
        [np.ones_like(t), np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)]
    )
    return float(np.linalg.lstsq(columns, y, rcond=None)[1][0])


@pytest.mark.parametrize("drift_units", [0.0, 6.0, -14.0])
def test_frequency_and_drift_are_the_minimum_of_a_direct_chi_square_map(
    drift_units: float,
) -> None:
    rng = np.random.default_rng([41, round(drift_units) % 100])
    n, drift = 150, drift_units / BASELINE**2
    t = np.sort(rng.uniform(0, BASELINE, n))
    y = 1.0 + np.cos(2 * np.pi * (0.7321 * t + 0.5 * drift * t**2)) + 0.4 * rng.normal(size=n)
    result = find_cycles(t, y, minimum_period=1.0, drift=True, max_cycles=1, harmonics=1, trend=0)
    (cycle,) = result.cycles
    assert cycle.frequency_drift is not None
    assert cycle.frequency_drift_error is not None
    x = t - result.reference_time
    found = direct_chi2(x, y, cycle.frequency, cycle.frequency_drift)
    assert n * result.residual_std**2 == pytest.approx(found, rel=1e-9)

    # nowhere on a map of 30 widths by 60 units of 1/T^2, half a unit fine, is it lower
    middle = 0.7321 + drift * result.reference_time
    frequencies = middle + np.arange(-15, 15, 0.2) / BASELINE
    drifts = np.arange(-30, 30, 0.5) / BASELINE**2
    chart = np.array([[direct_chi2(x, y, f, d) for f in frequencies] for d in drifts])
    assert found <= chart.min()
    at = np.unravel_index(chart.argmin(), chart.shape)
    assert abs(frequencies[at[1]] - cycle.frequency) <= 0.2 / BASELINE
    assert abs(drifts[at[0]] - cycle.frequency_drift) <= 1.5 / BASELINE**2

    # the errors are those of the map's curvature, in units of the residual variance
    steps = np.array([2e-3 / BASELINE, 2e-2 / BASELINE**2])
    centre = np.array([cycle.frequency, cycle.frequency_drift])
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            corners = [
                si
                * sj
                * direct_chi2(
                    x,
                    y,
                    *(centre + si * steps * (np.arange(2) == i) + sj * steps * (np.arange(2) == j)),
                )
                for si in (1, -1)
                for sj in (1, -1)
            ]
            hessian[i, j] = sum(corners) / (4 * steps[i] * steps[j])
    white = np.sqrt(np.diag(np.linalg.inv(0.5 * hessian)) * found / (n - 5))
    level = np.sqrt(result.lines[0].noise_level)
    # a fit's own covariance leaves out second derivatives, which the noise makes: of the order of
    # the relative error of the amplitude, sqrt(2 / 150) * 0.4 = 5 %
    assert cycle.frequency_error / level == pytest.approx(white[0], rel=0.15)
    assert cycle.frequency_drift_error / level == pytest.approx(white[1], rel=0.15)
