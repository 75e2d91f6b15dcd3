"""Pairs of close samples: which they are, and the spectrum of their products by double sums."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from epicycle.limits import LADDER
from epicycle.search.pairs import (
    MOST_PAIRS,
    SURVIVORS,
    Rung,
    climb,
    close_pairs,
    count_pairs,
    window_with_pairs,
)
from epicycle.spectra.transforms import SINGLE_TOLERANCE
from generators import regression, sample_times

SAMPLINGS = ["random", "nightly", "regular", "gappy"]


def brute_pairs(t: np.ndarray, window: float) -> list[tuple[int, int]]:
    return [(i, j) for i in range(len(t)) for j in range(i + 1, len(t)) if t[j] <= t[i] + window]


def brute_height(
    t: np.ndarray, values: np.ndarray, window: float, frequency: np.ndarray
) -> np.ndarray:
    """Return the rung's statistic by two loops: sum of v_i . v_j cos 2 pi f (t_j - t_i)."""
    total, squares = np.zeros(len(frequency)), 0.0
    for i, j in brute_pairs(t, window):
        product = float(values[i] @ values[j])
        total += product * np.cos(2 * np.pi * frequency * (t[j] - t[i]))
        squares += product**2
    return total / math.sqrt(squares / 2)


def one_rung(
    t: np.ndarray,
    y: np.ndarray,
    band: tuple[float, float],
    window: float,
    *,
    scale: np.ndarray | None = None,
    **options: Any,
) -> Rung:
    """Return the rung of one window, through the engine."""
    data = regression(t, y, **options)
    residual = data.y - np.average(data.y, axis=0, weights=data.weights[:, 0])
    scale = np.ones(residual.shape[1]) if scale is None else scale
    order = np.argsort(t, kind="stable")
    values = (residual * data.weights / np.sqrt(scale))[order]
    return climb(data.times[order], values, window, *band, threads=1)


# ---- Pairs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("window", [0.0, 0.3, 1.0, 7.7, 1e3])
def test_pairs_are_those_of_a_double_loop(sampling: str, window: float) -> None:
    t = sample_times(np.random.default_rng(3), 60, 20.0, sampling)
    expected = brute_pairs(t, window)
    i, j = close_pairs(t, window)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == expected
    assert count_pairs(t, window) == len(expected)


def test_equal_times_are_a_pair_and_a_sample_is_none_with_itself() -> None:
    t = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 5.0])
    i, j = close_pairs(t, 0.0)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 1), (2, 3), (2, 4), (3, 4)]
    assert count_pairs(t, 0.0) == 4


@pytest.mark.parametrize("n", [300, 5000])
def test_of_too_many_pairs_a_sample_is_drawn(n: int) -> None:
    t = sample_times(np.random.default_rng(4), n, 1.0)
    window, most = 0.2, 3000
    i, j = close_pairs(t, window, most)
    assert 0.8 * most < len(i) <= most
    assert (i < j).all()
    lag = t[j] - t[i]
    assert lag.max() <= window
    # over the whole window, but for the end of the data, and over the whole baseline: uniform to 5
    # standard errors
    inside = lag[t[i] < 1 - window]
    assert abs(inside.mean() - window / 2) < 5 * window / math.sqrt(12 * len(inside))
    assert abs(t[i].mean() - 0.5) < 0.1
    again = close_pairs(t, window, most)
    np.testing.assert_array_equal(again, (i, j))


def test_a_rung_of_many_regular_samples_resolves_its_window() -> None:
    """Ten times more pairs than are listed: the drawn ones still reach across the window."""
    t = np.arange(20_000.0)
    y = np.cos(2 * np.pi * 0.2345 * t) + np.random.default_rng(6).normal(size=len(t))
    rung = one_rung(t, y, (0.1, 0.4), 500.0)
    assert rung.n_pairs <= MOST_PAIRS
    assert abs(rung.frequency[0] - 0.2345) < 0.35 / 500.0
    assert rung.deviation[0] > 0.5 / 1.5 * math.sqrt(rung.n_pairs / 2) * 0.7


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("wanted", [1, 30, 340, 1000])
def test_the_window_is_the_shortest_that_holds_so_many_pairs(sampling: str, wanted: int) -> None:
    t = sample_times(np.random.default_rng(5), 100, 20.0, sampling)
    lags = sorted(t[j] - t[i] for i in range(100) for j in range(i + 1, 100))
    window = window_with_pairs(t, wanted)
    assert len(brute_pairs(t, window)) >= wanted
    assert window <= lags[wanted - 1] / (1 - 0.01) + 1e-12


# ---- The statistic of a rung -----------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "nightly"])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_rung_is_the_direct_double_sum(sampling: str, outputs: int, weighted: bool) -> None:
    rng = np.random.default_rng([7, outputs])
    t = sample_times(rng, 70, 50.0, sampling)
    y = np.cos(2 * np.pi * 1.7 * t)[:, None] + rng.normal(size=(70, outputs))
    weights = rng.uniform(0.1, 2.0, 70) if weighted else np.ones(70)
    scale = np.array([1.0, 9.0])[:outputs]
    window, band = 3.0, (0.2, 6.0)
    rung = one_rung(t, y, band, window, scale=scale, weights=weights)

    values = (y - np.average(y, axis=0, weights=weights)) * weights[:, None] / np.sqrt(scale)
    pairs = brute_pairs(t, window)
    assert rung.n_pairs == len(pairs)
    direct = brute_height(t, values, window, rung.frequency)
    # the transform is good to SINGLE_TOLERANCE of the sum of absolute strengths, or twice that
    products = np.array([abs(float(values[i] @ values[j])) for i, j in pairs])
    tolerance = 2 * SINGLE_TOLERANCE * products.sum() / math.sqrt((products**2).sum() / 2)
    np.testing.assert_allclose(rung.deviation, direct, rtol=0, atol=tolerance)

    # and nothing higher was overlooked: the first is the maximum of the whole grid
    n = math.ceil((band[1] - band[0]) * LADDER.points_per_window * window) + 1
    frequency = np.linspace(*band, n)
    height = brute_height(t, values, window, frequency)
    assert rung.deviation[0] == pytest.approx(height.max(), abs=tolerance)
    assert rung.frequency[0] == pytest.approx(frequency[height.argmax()], rel=1e-12)
    # survivors are apart, highest first, and every higher point of the grid is next to one
    assert (np.diff(rung.deviation) <= 0).all()
    apart = np.abs(rung.frequency[:, None] - rung.frequency)
    assert apart[~np.eye(len(apart), dtype=bool)].min() >= 0.75 / window
    higher = frequency[height > rung.deviation[-1] + tolerance]
    assert np.abs(higher[:, None] - rung.frequency).min(axis=1).max() < 0.75 / window


def test_the_scale_of_an_output_matters_and_weights_select() -> None:
    rng = np.random.default_rng(8)
    t = sample_times(rng, 400, 400.0)
    line = np.cos(2 * np.pi * 1.7 * t)
    noise = 30 * rng.normal(size=400)
    loud = np.column_stack([line, noise])
    band, window = (0.5, 4.0), 4.0
    # in units of their scatter, the noisy output does not drown the other
    good = one_rung(t, loud, band, window, scale=loud.var(axis=0))
    bad = one_rung(t, loud, band, window, scale=np.ones(2))
    assert abs(good.frequency[0] - 1.7) < 0.35 / window
    assert good.deviation[0] > 2 * bad.deviation[np.abs(bad.frequency - 1.7) < 0.35 / window].max(
        initial=0.0
    )
    # samples of weight near 0 count for nothing
    spoiled = np.arange(400) % 2 == 0
    y = np.where(spoiled, noise, line)
    selected = one_rung(t, y, band, window, weights=np.where(spoiled, 1e-9, 1.0))
    alone = one_rung(t[~spoiled], line[~spoiled], band, window)
    # half as many of each pair's partners remain, the same height to the rounding of 1e-9 weights
    assert selected.deviation[0] == pytest.approx(alone.deviation[0], rel=1e-5)


@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize("window", [8.0, 64.0])
def test_a_line_stands_as_high_as_theory_says(share: float, window: float) -> None:
    """Height rho sqrt(n_pairs / 2) at the true frequency, in the mean over realisations."""
    baseline, n, frequency = 4000.0, 400, 3.21
    excess, theory = [], []
    for seed in range(60):
        rng = np.random.default_rng([seed, 9])
        t = np.sort(rng.uniform(0, baseline, n))
        y = math.sqrt(2 * share) * np.cos(2 * np.pi * (frequency * t + rng.uniform()))
        y += math.sqrt(1 - share) * rng.normal(size=n)
        # a band of two grid points, both at the line
        rung = one_rung(t, y, (frequency, frequency + 1e-9), window)
        theory.append(share * math.sqrt(rung.n_pairs / 2))
        excess.append(float(rung.deviation[0]) - theory[-1])
    error = np.std(excess, ddof=1) / math.sqrt(len(excess))
    assert error < 0.04 * np.mean(theory)  # fine enough to tell a factor of 0.8 or sqrt(2)
    assert abs(np.mean(excess)) < 4 * error


def test_noise_has_unit_deviation() -> None:
    heights = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 10])
        t = np.sort(rng.uniform(0, 1000.0, 300))
        y = rng.normal(size=300)
        for frequency in (1.1, 2.3, 3.7, 4.9):
            rung = one_rung(t, y, (frequency, frequency + 1e-9), 10.0)
            heights.append(float(rung.deviation[0]))
    squares = float(np.sum(np.square(heights)))
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(heights))
    assert low < squares < high


def test_many_samples_are_counted_by_every_few() -> None:
    t = np.sort(np.random.default_rng(6).uniform(0, 1.0, 120_000))
    exact = np.searchsorted(t, t + 1e-4, side="right") - np.arange(len(t)) - 1
    # 40,000 samples are asked, each for 12 partners: 0.3 % of a Poisson mean
    assert count_pairs(t, 1e-4) == pytest.approx(exact.sum(), rel=0.01)


def test_the_highest_of_many_bands_are_kept() -> None:
    """A grid of many bands, with lines at its ends: nothing is lost between the bands."""
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 1000.0, 400))
    window, band = 5.0, (10.0, 40_000.0)  # 6e5 frequencies: ten bands, and part of another pair
    for frequency in (10.1, 11_023.7, 39_999.9):
        y = np.cos(2 * np.pi * ((frequency * t) % 1))
        rung = one_rung(t, y, band, window)
        assert abs(rung.frequency[0] - frequency) < 0.35 / window
        assert len(rung.frequency) == SURVIVORS
        assert band[0] <= rung.frequency.min()
        assert rung.frequency.max() <= band[1]
    # the same whatever the number of threads
    data = regression(t, y)
    values = data.y - data.y.mean()
    several = climb(data.times, values, window, *band, threads=3)
    np.testing.assert_array_equal(
        several.frequency, climb(data.times, values, window, *band, 1).frequency
    )
