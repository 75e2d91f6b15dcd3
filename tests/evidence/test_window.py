"""Maxima that repeat by the sampling, and the peaks of its window."""

import numpy as np
import pytest

import oracles
from epicycle.evidence.significance import (
    effective_bandwidth,
    power_threshold,
)
from epicycle.evidence.window import distinct_share, spectral_window
from epicycle.spectra.transforms import TOLERANCE
from generators import regression, sinusoids
from tests.search.grids import PLAN

# ---- Aliases -------------------------------------------------------------------------------


def test_maxima_that_repeat_by_the_sampling_count_once() -> None:
    rng = np.random.default_rng(6)
    nights = np.sort(rng.choice(60, 40, replace=False))
    t = nights + rng.normal(0.0, 0.03, 40)
    data = regression(t, t)
    low, high = 1 / data.baseline, 3.0
    frequency = np.arange(low, high, 1 / (8 * data.baseline))
    power = power_threshold(1e-3, 39, effective_bandwidth(data, low, high))
    bases = oracles.harmonic_bases(t, frequency)
    share = distinct_share(data, low, high)
    true = oracles.simulated_false_alarm(bases, power, 600, np.random.default_rng(7)) / 1e-3
    assert share < 0.6
    assert share == pytest.approx(true, rel=0.25)


@pytest.mark.parametrize("sampling", ["random", "regular"])
def test_without_aliases_every_maximum_counts(sampling: str) -> None:
    data = sinusoids(8, 200, 100.0, sampling=sampling).data()
    assert distinct_share(data, 0.01, 0.9) == 1.0


def test_exact_aliases_share_one_maximum() -> None:
    """Beyond Nyquist every frequency of a raster repeats: three times up to 1.5 / step."""
    data = regression(np.arange(100.0), np.arange(100.0))
    # the share is an average of 512 draws at 48 places, of which neighbours are alike
    assert distinct_share(data, 0.01, 1.5) == pytest.approx(1 / 3, abs=0.05)
    scaled = regression(10.1 * np.arange(100.0), np.arange(100.0))
    assert distinct_share(scaled, 0.01 / 10.1, 1.5 / 10.1) == pytest.approx(
        distinct_share(data, 0.01, 1.5), rel=1e-3
    )


def test_the_spectral_window_is_that_of_the_weights() -> None:
    problem = sinusoids(3, 60, 20.0, sampling="nightly", errors=True)
    data = problem.data()
    weights = data.weights[:, 0]
    window = spectral_window(data, PLAN)
    frequency = PLAN.minimum_frequency + np.arange(PLAN.n_frequencies) * PLAN.spacing
    true = oracles.window(problem.t, weights, frequency)
    # |S|^2 / (sum w)^2, with S good to 5e-9 sum w
    np.testing.assert_allclose(window.thinned_power, true, rtol=0, atol=2 * 5 * TOLERANCE)
    peaks = oracles.local_maxima(true)[:32]
    np.testing.assert_allclose(window.frequency, frequency[peaks], rtol=1e-14)
    # one night in three hours of darkness out of nine: the day shows in the window
    assert true[peaks[0]] > 0.5
