"""The fit of a line against dense least squares on a fine grid."""

import numpy as np
import pytest
import torch

from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual, fit_line, fit_lines


def sample(seed, n=200, span=100.0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, span, n)
    return rng, x, Coordinates.of(torch.tensor(x)[:, None])


def share(x, y, null, frequency):
    """Return the share of chi-square that a sinusoid removes, by plain least squares."""
    phase = 2 * np.pi * frequency * x
    with_line = np.column_stack([null, np.cos(phase), np.sin(phase)])
    chi2 = [
        np.sum((y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]) ** 2)
        for columns in (null, with_line)
    ]
    return 1 - chi2[1] / chi2[0]


def test_power_and_maximum_are_those_of_least_squares():
    rng, x, coordinates = sample(1)
    null = np.column_stack([np.ones_like(x), x, np.sin(x)])
    y = np.cos(2 * np.pi * 0.7312 * x + 1) + 0.02 * x + rng.normal(size=len(x))
    residual = Residual.of(coordinates, y[:, None], null)
    for frequency in (0.4, 0.73):
        fit = fit_line(residual, np.array([frequency]), 0)
        assert fit.power == pytest.approx(share(x, y, null, frequency), abs=1e-10)
    grid = np.linspace(0.725, 0.737, 4001)  # in steps of 3e-6
    best = grid[np.argmax([share(x, y, null, f) for f in grid])]
    fit = fit_line(residual, np.array([0.7290]))
    assert fit.frequency[0] == pytest.approx(best, abs=2e-6)


def test_errors_are_those_of_repeated_noise():
    pulls = []
    for seed in range(200):
        rng, x, coordinates = sample(seed)
        y = np.cos(2 * np.pi * 0.7312 * x + seed) + 0.5 * rng.normal(size=len(x))
        residual = Residual.of(coordinates, y[:, None], np.ones((len(x), 1)))
        fit = fit_line(residual, np.array([0.732]))
        pulls.append((fit.frequency[0] - 0.7312) / fit.error[0])
    # of 200 normal numbers the standard deviation is good to 1/20; the level around a line, never
    # below 1, makes errors somewhat larger
    assert 0.8 < np.std(pulls) < 1.15


def test_lines_fitted_together_do_not_disturb_each_other():
    _, x, coordinates = sample(3, n=120)
    true = (0.3, 0.731, 1.9)
    y = sum(np.cos(2 * np.pi * f * x + k) for k, f in enumerate(true))
    residual = Residual.of(coordinates, y[:, None], np.ones((len(x), 1)))
    alone = fit_line(residual, np.array([0.3005])).frequency[0]
    together, _ = fit_lines(residual, [np.array([f + 5e-4]) for f in true])
    assert abs(alone - 0.3) > 1e-5
    assert together[:, 0] == pytest.approx(true, abs=1e-12)


def test_red_noise_is_no_evidence():
    rng, x, coordinates = sample(4, n=400)
    order = np.argsort(x)
    walk = np.empty_like(x)
    walk[order] = np.cumsum(rng.normal(size=len(x)))
    residual = Residual.of(coordinates, walk[:, None], np.ones((len(x), 1)))
    slow = [fit_line(residual, np.array([f])) for f in np.arange(0.03, 0.08, 0.005)]
    fit = max(slow, key=lambda fit: fit.power)
    bandwidth = 100.0
    # against white noise it would be beyond doubt
    white = fit.power / (1 - fit.power) * residual.dof / 2
    assert white > 15
    assert fit.false_alarm(residual, bandwidth) > 1e-3
