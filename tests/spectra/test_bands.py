"""Bands of a grid: their length, their threads, and what is kept of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.spectra import bands
from epicycle.spectra.bands import (
    LONG_BAND,
    LONGEST_BAND,
    THINNED,
    cut,
    distinct_maxima,
    fold_grid,
    processors,
)
from epicycle.spectra.plan import grid
from epicycle.spectra.sums import BAND
from tests.search.grids import PLAN, POWER_TOLERANCE, PROBLEM, direct_spectrum, find, set_band


def test_bands_are_longer_where_samples_are_many() -> None:
    sizes = [bands.band_size(n) for n in (10, 3000, 10_000, 50_000, 10**7)]
    assert sizes[:2] == [BAND, BAND]
    assert sizes == sorted(sizes)
    assert sizes[-2:] == [LONG_BAND, LONGEST_BAND]
    # a grid of 2.5 frequencies per sample, as irregular ones may have, takes two of them
    assert [cut(n, bands.band_size(10**6))[0] for n in (10**6, 2_500_000)] == [1, 2]
    # a power of two, for the transform, of 8 to 16 frequencies a sample
    for n in (10_000, 16_383, 16_384, 30_000):
        size = bands.band_size(n)
        assert 8 * n < size <= 16 * n
        assert size.bit_count() == 1


@pytest.mark.parametrize("band", [None, 64])
@pytest.mark.parametrize("thinned", [THINNED, 50])
def test_a_thinned_spectrum_keeps_the_highest_of_each_piece(
    band: int | None,
    thinned: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bands, "THINNED", thinned)
    if band is not None:
        set_band(monkeypatch, band)
    frequency, power = direct_spectrum(PROBLEM, PLAN)
    edges = bands._piece_edges(PLAN)
    assert edges[0] == 0
    assert edges[-1] == PLAN.n_frequencies
    assert (np.diff(edges) > 0).all()
    found = find()
    highest = [power[a:b].max() for a, b in itertools.pairwise(edges)]
    np.testing.assert_allclose(found.thinned_power, highest, rtol=0, atol=POWER_TOLERANCE)
    # each is plotted at the middle of its piece
    middle = [0.5 * (frequency[a] + frequency[b - 1]) for a, b in itertools.pairwise(edges)]
    np.testing.assert_allclose(found.thinned_frequency, middle, rtol=1e-12)
    assert (np.diff(found.thinned_frequency) > 0).all()
    assert found.thinned_frequency[-1] <= frequency[-1] * (1 + 1e-12)
    assert len(found.thinned_power) <= thinned


def test_threads_respect_the_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3, 5, 6}, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert processors() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    assert processors() == 64
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert processors() == 1


@given(st.integers(2, 400), st.integers(5, 50))
def test_every_frequency_is_inside_of_a_band(n: int, most: int) -> None:
    n_bands, size = cut(n, most)
    assert size <= most
    if n <= most:
        assert (n_bands, size) == (1, n)
    first = np.arange(n_bands) * (size - 2)
    assert first[-1] + size >= n  # the last one reaches the end
    assert first[-1] < n - 2 or n_bands == 1  # and is needed
    for k in range(1, n - 1):  # a local maximum is told by both of its neighbours
        assert ((first < k) & (k < first + size - 1)).any()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("n", [12, 40, 157])
@pytest.mark.parametrize("rising", [0.0, 0.5, -0.5])
def test_maxima_of_bands_are_those_of_the_whole(threads: int, n: int, rising: float) -> None:
    rng = np.random.default_rng(n)
    power = rng.integers(0, 30, n) + 100.0 + rising * np.arange(n)  # with equal neighbours, too
    plan = grid(0.5, 0.5 + 0.01 * (n - 1), 0.01)
    assert plan.n_frequencies == n
    told: list[tuple[int, int]] = []
    seen: list[int] = []

    def evaluate(worker: int, first: int, start: float) -> np.ndarray:
        assert 0 <= worker < threads
        assert start == pytest.approx(0.5 + 0.01 * first, rel=1e-12)
        seen.append(first)
        # a band has the same length everywhere: the last one ends beyond the grid
        return np.append(power, np.full(16, 999.0))[first : first + cut(n, 16)[1]]

    found = fold_grid(plan, evaluate, threads, 5, lambda done, of: told.append((done, of)), 16)
    assert sorted(seen) == sorted(set(seen)) == [k * (cut(n, 16)[1] - 2) for k in range(len(seen))]
    padded = np.concatenate([[-1.0], power, [-1.0]])
    peak = np.flatnonzero((power > padded[:-2]) & (power >= padded[2:]))
    slow = sorted(peak, key=lambda k: (-power[k], k))[:5]
    np.testing.assert_allclose(found.frequency, 0.5 + 0.01 * np.array(slow), rtol=1e-12)
    assert found.power.tolist() == power[slow].tolist()
    np.testing.assert_allclose(found.thinned_frequency, 0.5 + 0.01 * np.arange(n), rtol=1e-12)
    assert found.thinned_power.tolist() == power.tolist()
    # progress is that of the first thread, which stands for all
    assert [of for _, of in told] == [n] * len(told)
    assert len(told) == len(range(0, len(seen), threads))
    assert sorted(told) == told


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=12), st.integers(1, 6))
def test_lower_maxima_near_a_higher_one_are_left_out(peaks: list, most: int) -> None:
    position = np.array([p for p, _ in peaks], dtype=float)
    height = np.array([h for _, h in peaks], dtype=float)
    chosen: list[int] = []
    for k in sorted(range(len(peaks)), key=lambda k: (-height[k], k)):
        if len(chosen) < most and all(abs(position[k] - position[j]) >= 3.0 for j in chosen):
            chosen.append(k)
    assert distinct_maxima(position, height, 3.0, most) == chosen
