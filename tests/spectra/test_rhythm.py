"""The rhythm of a sampling, and what its jitter resolves."""

from __future__ import annotations

import numpy as np
import pytest

from epicycle.limits import RHYTHM, SEARCH
from epicycle.spectra import rhythm
from epicycle.spectra.rhythm import _typical_offset, resolved_by_jitter
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


def test_every_visit_is_asked_at_its_first_exposure(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    first = np.sort(rng.choice(300, 120, replace=False)) + rng.uniform(0, 0.2, 120)
    t = np.sort((first[:, np.newaxis] + [0.0, 0.003]).ravel())
    asked: list[tuple[np.ndarray, float]] = []

    def offset(visits: np.ndarray, frequency: float) -> float:
        asked.append((visits, frequency))
        return 1.0 / frequency

    monkeypatch.setattr(rhythm, "_typical_offset", offset)
    found = offset_of(t)
    visits, strongest = asked[0]
    np.testing.assert_allclose(np.diff(visits), np.diff(first), atol=1e-9)
    assert len(visits) == 120
    # a night a day, to a quarter of the resolution
    assert strongest == pytest.approx(1.0, abs=0.25 / np.ptp(t))
    # of several rhythms the smallest offset counts
    assert len(asked) <= RHYTHM.tried
    assert found == min(1.0 / frequency for _, frequency in asked)


@pytest.mark.parametrize("n", [7, 200, 9000])
def test_the_typical_offset_is_that_of_all_pairs(n: int) -> None:
    rng = np.random.default_rng(n)
    t = np.sort(rng.choice(4 * n, n, replace=False)) + rng.uniform(0, 0.25, n)
    some = rng.integers(0, n, (2, 20_000)) if n > 300 else np.triu_indices(n, 1)
    apart = np.abs(t[some[0]] - t[some[1]])[some[0] != some[1]]
    apart = np.abs(apart - np.rint(apart))
    expected = float(np.quantile(apart, SEARCH.typical_gap))
    # 32 n pairs at most, and n of independent offsets; of few, every pair counts
    close = 1e-9 if n == 7 else 6 / np.sqrt(n)
    found = _typical_offset(t, 1.0)
    assert found == pytest.approx(expected, rel=max(close, 0.1 if n > 7 else 0))
    # in units of the rhythm
    assert _typical_offset(10 * t, 0.1) == pytest.approx(10 * found, rel=1e-6)
