"""The sinusoid of each series is the least-squares one, with its errors."""

import numpy as np
import pytest
from scipy import optimize

import oracles
from epicycle.screening.screen import screen
from tests.screening.series import plan_of, series_of_all_kinds, stacked


def best_by_scan(
    t: np.ndarray, y: np.ndarray, weights: np.ndarray, low: float, high: float, degree: int = 1
) -> tuple[float, float]:
    """Return frequency and reduction of chi-square of the best sinusoid, by brute force."""
    nuisance = oracles.polynomial(t, degree)
    t = t - t.mean()

    def loss(frequency: float) -> float:
        columns = np.hstack([nuisance, oracles.sinusoid_columns(t, frequency)])
        return oracles.chi_square(columns, y, weights)

    without = oracles.chi_square(nuisance, y, weights)
    # eight points per 1/baseline: a maximum is at most 1/16 from one, and has lost at most 4 %
    # there, even where all samples are at both ends and peaks are as narrow as cos^2(pi f T)
    n = int(np.ceil((high - low) * 8 * np.ptp(t))) + 1
    grid = np.linspace(low, high, n)
    losses = np.array([loss(f) for f in grid])
    best = (np.nan, np.inf)
    for k in np.flatnonzero(losses <= losses.min() + 0.05 * (without - losses.min())):
        around = (max(low, grid[max(k - 1, 0)]), min(high, grid[min(k + 1, n - 1)]))
        found = optimize.minimize_scalar(loss, bounds=around, options={"xatol": 1e-13})
        best = min([best, (found.x, found.fun), (grid[k], losses[k])], key=lambda one: one[1])
    return best[0], without - best[1]


@pytest.mark.parametrize(("seed", "scatter"), [(0, "alike"), (1, "dy"), (2, "weights")])
def test_the_line_is_the_best_sinusoid_of_the_band(seed, scatter):
    rng = np.random.default_rng(seed)
    parts = series_of_all_kinds(rng)
    t, y, names = stacked(parts)
    w = rng.uniform(0.2, 4.0, len(t)) if scatter != "alike" else np.ones(len(t))
    given = {"dy": {"dy": w**-0.5}, "weights": {"weights": w}, "alike": {}}[scatter]
    found = screen(t, y, series=names, **given)
    assert found.series.tolist() == list(parts)
    assert found.error == (None,) * len(parts)
    for k, name in enumerate(parts):
        own = names == name
        if found.note[k] == "too few":
            assert name == "few"
            assert len(parts[name][0]) < 13
            assert np.isnan(found.frequency[k])
            continue
        _, plan = plan_of(t[own], y[own])
        f, reduction = best_by_scan(
            t[own] - t[own].min(), y[own], w[own], plan.minimum_frequency, plan.maximum_frequency
        )
        without = oracles.chi_square(oracles.polynomial(t[own], 1), y[own], w[own])
        # chi-square of the twin is good to 1e-13, and its minimum is flat: a bracket that ends at
        # the square root of this, 1e-6 line widths, is all that it can tell; the powers agree
        assert found.power[k] == pytest.approx(reduction / without, rel=1e-9)
        assert abs(found.frequency[k] - f) * np.ptp(t[own]) < 1e-5
        assert found.note[k] == ("slow" if f * np.ptp(t[own]) < 5 else "")


@pytest.mark.parametrize("scatter", ["alike", "dy", "weights"])
def test_errors_are_those_of_the_joint_fit(scatter):
    # the inverse of the information of all parameters at once, by a dense design
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 40, 70)
    y = 2 * np.cos(2 * np.pi * (t / 3.7 - 0.3)) + 0.1 * t + rng.normal(size=70)
    w = np.ones(70) if scatter == "alike" else rng.uniform(0.5, 2.0, 70)
    given = {"dy": {"dy": w**-0.5}, "weights": {"weights": w}, "alike": {}}[scatter]
    found = screen(t, y, series=np.zeros(70, dtype=int), **given)
    x = t - np.average(t, weights=w)
    f = float(found.frequency[0])
    pair = oracles.sinusoid_columns(x, f)
    columns = np.column_stack([pair, oracles.polynomial(x, 1)])
    a, b = np.linalg.lstsq(columns * w[:, None] ** 0.5, y * w**0.5, rcond=None)[0][:2]
    slope = 2 * np.pi * x * (b * pair[:, 0] - a * pair[:, 1])
    full = np.column_stack([pair, slope, columns[:, 2:]])
    left = oracles.chi_square(columns, y, w) / (70 - 5)
    scale = max(left, 1.0) if scatter == "dy" else left
    covariance = scale * np.linalg.inv(full.T @ (w[:, None] * full))
    amplitude = np.hypot(a, b)
    assert found.amplitude[0] == pytest.approx(amplitude, rel=1e-9)
    assert found.frequency_error[0] == pytest.approx(covariance[2, 2] ** 0.5, rel=1e-7)
    assert found.period_error[0] == pytest.approx(covariance[2, 2] ** 0.5 / f**2, rel=1e-7)
    along = np.array([a, b, 0, 0, 0]) / amplitude
    assert found.amplitude_error[0] == pytest.approx((along @ covariance @ along) ** 0.5, rel=1e-7)
    turn = np.arctan2(b, a) / (2 * np.pi) % 1.0
    assert found.time_of_maximum[0] == pytest.approx(t.mean() + turn / f, rel=1e-9) or w[0] != 1
    late = np.array([-b, a, 0, 0, 0]) / (2 * np.pi * amplitude**2)
    late[2] = -turn / f
    error = (late @ covariance @ late) ** 0.5 / f
    assert found.time_of_maximum_error[0] == pytest.approx(error, rel=1e-7)


def test_a_trend_of_any_degree_is_refitted():
    rng = np.random.default_rng(7)
    t = rng.uniform(0, 40, 90)
    y = 1e3 * (t / 20 - 1) ** 3 + np.cos(2 * np.pi * t / 4.1) + rng.normal(size=90)
    for degree in (0, 2, 3, 5):
        found = screen(t, y, series=np.zeros(90, dtype=int), trend=degree)
        _, plan = plan_of(t, y, degree)
        f, reduction = best_by_scan(
            t, y, np.ones(90), plan.minimum_frequency, plan.maximum_frequency, degree
        )
        without = oracles.chi_square(oracles.polynomial(t, degree), y, np.ones(90))
        assert found.power[0] == pytest.approx(reduction / without, rel=1e-9)
        assert abs(found.frequency[0] - f) * np.ptp(t) < 1e-5
