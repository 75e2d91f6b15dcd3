"""Spectra of many series, over all of their bands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.screening.screen import screen
from epicycle.screening.stack import Stack
from epicycle.spectra.sampling import Sampling


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(3, 60),
    kind=st.sampled_from(["random", "raster", "near raster", "repeated", "thin raster"]),
    shortest=st.sampled_from([None, 0.05, 1.3]),
    longest=st.sampled_from([None, 2.0, 30.0]),
)
def test_bands_are_those_of_a_full_search(seed, n, kind, shortest, longest):
    rng = np.random.default_rng(seed)
    several = []
    for k in range(3):
        t = rng.uniform(0, 100, n + k)
        if kind in ("raster", "near raster"):
            t = np.sort(rng.choice(2 * (n + k), n + k, replace=False)) * 0.7
            t = t + (rng.uniform(-1e-3, 1e-3, n + k) if kind == "near raster" else 0.0)
        elif kind == "repeated":
            t = np.concatenate([t[:3], rng.choice(t, n + k - 3)])
        elif kind == "thin raster":
            t = rng.choice(100_000, n + k, replace=False) * 0.01
        several.append(t)
    checked = [check_samples(t, np.zeros(len(t))) for t in several]
    times = check_samples(np.concatenate(several), np.zeros(sum(map(len, several)))).times
    counts = np.array([len(t) for t in several])
    ones = np.ones(counts.sum())
    for sampling, samples in zip(
        Stack.of(times, ones, ones, counts).samplings(), checked, strict=True
    ):
        data = build_data(samples, 1)
        twin = Sampling.of(data)
        assert (sampling.step is None) == (twin.step is None)
        assert sampling.exact == twin.exact
        for name in ("baseline", "n_samples", "step", "typical_gap"):
            if getattr(twin, name) is not None:
                # differences of times that are rounded to 1e-16 of 1e3
                assert getattr(sampling, name) == pytest.approx(getattr(twin, name), rel=1e-9)


def test_a_series_of_many_bands_is_searched_to_its_end():
    # lines near the ends of bands of the grid, and one near the end of the last
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 1000, 100))
    for period in (0.0403, 0.1221, 0.61, 7.7):
        y = 3 * np.cos(2 * np.pi * t / period) + rng.normal(size=100)
        found = screen(t, y, series=np.zeros(100, dtype=int), minimum_period=0.04)
        assert abs(found.period[0] - period) < 4 * found.period_error[0]
