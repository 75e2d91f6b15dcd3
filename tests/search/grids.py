"""What several tests of this wing share."""

import numpy as np
import pytest

import oracles
from epicycle.limits import SEARCH
from epicycle.search import dense
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan, grid
from epicycle.spectra.transforms import TOLERANCE
from generators import Problem, sinusoids


def centred(problem: Problem) -> np.ndarray:
    """Return the residual of a constant, as a column."""
    return (problem.y - problem.y.mean())[:, None]


def direct_spectrum(problem: Problem, plan: SearchPlan) -> tuple[np.ndarray, np.ndarray]:
    """Return the grid of a plan and the least-squares reduction at each of its points."""
    frequency = plan.minimum_frequency + np.arange(plan.n_frequencies) * plan.spacing
    ones = np.ones(len(problem.t))
    power = oracles.least_squares_reduction(problem.t, problem.y, ones, ones[:, None], frequency)
    return frequency, power


PROBLEM = sinusoids(1, 60, 20.0, [(1.31, 1.5), (3.7, 1.0)], 1.0)
PLAN = grid(0.05, 6.3, 1 / (SEARCH.points_per_peak * 20.0))
# A transform is good to 5e-9 of its largest possible value, and so is a reduction relative to
# chi-square, up to a factor of 50 for the eight terms of its formula (see test_periodogram.py).
POWER_TOLERANCE = 50 * 5 * TOLERANCE * float((centred(PROBLEM) ** 2).sum())


def set_band(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Cut every search into bands of one size."""
    monkeypatch.setattr(dense, "band_size", lambda n_samples: size)


def find(threads: int = 1, keep: int = 16, **options: object) -> Candidates:
    engine = DenseSearch(PROBLEM.data(), PLAN, keep=keep, threads=threads, **options)
    return engine.maxima(centred(PROBLEM), np.ones(1))
