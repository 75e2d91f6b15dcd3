"""Noise with a memory: white noise as ever, memory told where it is plain, errors that hold."""

import numpy as np
import pytest

from epicycle.behaviour.memory import remembered
from epicycle.limits import ACTIGRAPHY


def noise(rng: np.random.Generator, n: int, memory: float) -> np.ndarray:
    """Return noise of variance 1."""
    e = rng.normal(size=n)
    for k in range(1, n):
        e[k] = memory * e[k - 1] + np.sqrt(1 - memory**2) * e[k]
    return e


def of_line(x: np.ndarray, e: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    design = np.column_stack([np.ones(len(x)), x]).astype(float)
    beta = np.linalg.lstsq(design, e, rcond=None)[0]
    return design, beta, e - design @ beta


def test_white_noise_alone_has_the_covariance_of_least_squares(monkeypatch):
    monkeypatch.setattr("epicycle.behaviour.memory._MEMORIES", (1e-12,))
    x = np.array([0, 1, 2, 4, 5, 9, 10])
    design, _, residual = of_line(x, noise(np.random.default_rng(1), 7, 0.0))
    plain = np.linalg.inv(design.T @ design) * (residual @ residual) / 5
    # without any memory to choose from, all cells are the same
    np.testing.assert_allclose(remembered(residual, design, x).covariance, plain, rtol=1e-9)


def test_the_evidence_is_that_of_restricted_likelihood():
    """The slow obvious twin: contrasts without the line, their density, scale integrated out."""
    rng = np.random.default_rng(2)
    x = np.array([0, 1, 2, 3, 5, 6, 8, 9])
    design, _, residual = of_line(x, noise(rng, 8, 0.6))
    contrasts = np.linalg.svd(design, full_matrices=True)[0][:, 2:].T
    seen = contrasts @ residual
    total, correlation = 0.0, 0.0
    cells = [(0.0, 0.0, ACTIGRAPHY.steady)]
    for phi in (0.2, 0.4, 0.6, 0.8, 0.9, 0.95):
        cells += [(phi, s, (1 - ACTIGRAPHY.steady) / 12) for s in (0.5, 1.0)]
    for phi, share, prior in cells:
        r = (1 - share) * np.eye(8) + share * phi ** np.abs(x[:, None] - x)
        of_contrasts = contrasts @ r @ contrasts.T
        size = seen @ np.linalg.solve(of_contrasts, seen)
        weight = prior * np.linalg.det(of_contrasts) ** -0.5 * size**-3.0
        total, correlation = total + weight, correlation + weight * phi * share
    found = remembered(residual, design, x)
    assert found.correlation == pytest.approx(correlation / total, rel=1e-9)


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_intervals_hold_with_and_without_a_memory(memory):
    rng = np.random.default_rng(3)
    x, inside = np.arange(28), []
    for _ in range(150):
        design, beta, residual = of_line(x, noise(rng, 28, memory))
        error = np.sqrt(remembered(residual, design, x).covariance[1, 1])
        inside.append(abs(beta[1]) < 2.056 * error)
    # 95 %, less twice its scatter of 1.8 %; white noise taken for granted, it is about 70 %
    assert np.mean(inside) > 0.91
