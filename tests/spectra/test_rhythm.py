"""The rhythm of a sampling, and what its jitter resolves."""

from __future__ import annotations

import numpy as np
import pytest

from epicycle.spectra.rhythm import resolved_by_jitter
from generators import regression


def offset_of(t: np.ndarray) -> float | None:
    gaps = np.diff(np.sort(t))
    times = regression(t, np.zeros(len(t))).times
    return resolved_by_jitter(times, float(np.quantile(gaps[gaps > 0], 0.1)))


@pytest.mark.parametrize("every", [1, 3])
def test_the_jitter_of_visits_is_found_below_their_gaps(every: int) -> None:
    rng = np.random.default_rng(1)
    visits = every * np.sort(rng.choice(900, 250, replace=False))
    offset = offset_of(visits + 0.1 * rng.normal(size=250))
    # the tenth percentile of |x - x'| of two normal deviates is 0.1777 sigma; 250 offsets know
    # their scatter to 5 %, and the density near zero to about twice that
    assert offset == pytest.approx(0.01777, rel=0.3)


def test_exposures_of_one_visit_count_once() -> None:
    rng = np.random.default_rng(2)
    visits = np.sort(rng.choice(600, 150, replace=False)) + rng.uniform(0, 0.3, 150)
    t = (visits[:, np.newaxis] + 0.004 * np.arange(4)).ravel()
    # of two uniform deviates over a width w it is 0.0513 w
    assert offset_of(t) == pytest.approx(0.0154, rel=0.3)


def test_random_times_have_no_rhythm() -> None:
    found = [offset_of(np.random.default_rng(s).uniform(0, 300, 80)) for s in range(20)]
    # chance shows one in e^5 = 148 series
    assert sum(one is not None for one in found) <= 1
