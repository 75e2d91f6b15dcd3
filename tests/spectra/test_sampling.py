"""What times say about where to look, of one series and of many."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from epicycle.spectra.sampling import Sampling, gaps_between, rasters, typical_gaps
from generators import regression, sample_times


def step_of(t: np.ndarray) -> float | None:
    return Sampling.of(regression(t, np.zeros(len(t)))).step


def cadence_of(t: np.ndarray) -> float | None:
    return Sampling.of(regression(t, np.zeros(len(t)))).cadence


def test_a_regular_raster_is_recognised() -> None:
    t = np.arange(100) * 0.25
    # a mean over 99 gaps of exact binary fractions
    assert step_of(t) == pytest.approx(0.25, rel=1e-14)
    assert step_of(t[::-1]) == pytest.approx(0.25, rel=1e-14)
    assert step_of(1e9 + t) == pytest.approx(0.25, rel=1e-14)
    assert step_of(np.arange("2024-01-01", "2024-02-01", dtype="M8[D]")) == pytest.approx(1.0)


def test_gaps_and_duplicates_do_not_hide_a_raster() -> None:
    rng = np.random.default_rng(4)
    t = np.sort(rng.choice(300, 100, replace=False)) * 0.1
    assert step_of(t) == pytest.approx(0.1, rel=1e-12)
    assert step_of(np.concatenate([t, t[:10]])) == pytest.approx(0.1, rel=1e-12)
    halves = np.concatenate([np.arange(50), 400 + np.arange(50)]) * 2.0
    assert step_of(halves) == pytest.approx(2.0, rel=1e-12)


def test_small_jitter_is_forgiven_and_large_is_not() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(200.0)
    # neighbouring gaps differ by up to twice the jitter; the limit is 2 % of a step
    assert step_of(t + rng.uniform(-0.004, 0.004, 200)) == pytest.approx(1.0, rel=1e-3)
    # visits at any hour of the night see what is faster than the nights
    assert step_of(t + rng.uniform(-0.04, 0.04, 200)) is None


def test_months_of_a_calendar_are_a_raster() -> None:
    months = np.arange("1949-01", "1961-01", dtype="M8[M]").astype("M8[D]")
    assert step_of(months) == pytest.approx(30.44, rel=1e-3)
    # without some of them, and with gaps as irregular that are no whole days
    kept = np.delete(months, [3, 20, 21, 90])
    assert step_of(kept) == pytest.approx(30.44, rel=1e-3)
    days = (months - months[0]).astype(float)
    assert step_of(days + np.random.default_rng(2).uniform(-0.4, 0.4, len(days))) is None


def test_other_sampling_has_no_raster() -> None:
    rng = np.random.default_rng(6)
    for sampling in ("random", "jittered", "nightly"):
        assert step_of(sample_times(rng, 100, 50.0, sampling)) is None


def test_times_scattered_thinly_over_a_fine_raster_are_data_of() -> None:
    rng = np.random.default_rng(7)
    seconds = np.sort(rng.choice(20_000, 1_000, replace=False)).astype(float)
    assert np.diff(seconds).min() == 1.0  # every gap is a whole number of the shortest
    assert step_of(seconds) is None
    # one in three is a raster with gaps
    assert step_of(np.sort(rng.choice(3_000, 1_000, replace=False))) == pytest.approx(1.0)


# ---- Many series -------------------------------------------------------------------------------


def test_rows_of_different_length_are_what_each_is_alone() -> None:
    rng = np.random.default_rng(8)
    several = [
        rng.uniform(0, 90, 40),
        np.arange(25.0)[::-1] * 0.5,
        np.repeat(rng.uniform(0, 9, 15), 2),
        np.array([0.0, 3.0]),
    ]
    times = np.full((4, 40), np.inf)
    for row, t in zip(times, several, strict=True):
        row[: len(t)] = t
    baseline = np.array([np.ptp(t) for t in several])
    gaps = gaps_between(times, baseline)
    many = rasters(gaps, baseline), typical_gaps(gaps)
    assert many[0].regular.tolist() == [False, True, False, True]
    for k in range(4):
        one = gaps[k : k + 1][np.isfinite(gaps[k : k + 1])][np.newaxis]
        alone = rasters(one, baseline[k : k + 1])
        # sums of up to 39 gaps that are padded by zeros differ in the last bits
        assert alone.step[0] == pytest.approx(many[0].step[k], rel=1e-14)
        assert_array_equal(alone.regular[0], many[0].regular[k])
        assert typical_gaps(one)[0] == many[1][k] == np.quantile(one, 0.1)


def test_gaps_of_no_length_are_none() -> None:
    gaps = gaps_between(
        np.array([[5.0, 1.0, 1.0 + 2.0**-40, 2.0, np.inf, np.inf]]), np.array([4.0])
    )
    assert_array_equal(gaps, [[np.inf, 1.0 - 2.0**-40, 3.0, np.inf, np.inf]])


def test_pieces_of_one_cadence_have_it_though_they_share_no_raster() -> None:
    step, rng = 0.0204, np.random.default_rng(1)
    piece = step * np.arange(300)
    apart = np.concatenate([piece, piece + 100.003, np.delete(piece, slice(40, 60)) + 400.011])
    found = cadence_of(apart)
    assert step_of(apart) is None
    assert found == pytest.approx(step, rel=1e-6)
    # a cadence is exact, of nearly all samples, and of more than a few
    jittered = apart + 0.05 * step * rng.normal(size=len(apart))
    assert cadence_of(jittered) is None
    nights = np.arange(60)[:, np.newaxis] + rng.uniform(0, 0.3, (60, 1))
    visits = (nights + step * np.arange(4)).ravel()
    assert cadence_of(visits) is None
    assert cadence_of(np.r_[piece[:8], piece[:8] + 5.003]) is None
