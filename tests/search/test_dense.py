"""Where to look, and that nothing that is there is missed."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

import oracles
from epicycle.evidence.window import spectral_window
from epicycle.limits import SEARCH
from epicycle.samples.data import Data
from epicycle.search import dense
from epicycle.search.dense import DenseSearch
from epicycle.spectra import bands
from epicycle.spectra.bands import LONGEST_BAND, THINNED, Candidates, processors
from epicycle.spectra.plan import SearchPlan, grid, plan_search, raster_step
from epicycle.spectra.sums import BAND
from epicycle.spectra.transforms import TOLERANCE
from generators import Problem, regression, sample_times, sinusoids


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


@pytest.fixture(scope="module")
def truth() -> tuple[np.ndarray, np.ndarray]:
    return direct_spectrum(PROBLEM, PLAN)


def set_band(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Cut every search into bands of one size."""
    monkeypatch.setattr(dense, "band_size", lambda n_samples: size)


def find(threads: int = 1, keep: int = 16, **options: object) -> Candidates:
    engine = DenseSearch(PROBLEM.data(), PLAN, keep=keep, threads=threads, **options)
    return engine.maxima(centred(PROBLEM), np.ones(1))


@pytest.mark.parametrize("band", [None, 64])
def test_the_highest_power_near_a_frequency_is_that_of_the_spectrum(
    truth: tuple[np.ndarray, np.ndarray], band: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if band is not None:
        set_band(monkeypatch, band)
    engine = DenseSearch(PROBLEM.data(), PLAN, threads=2)
    residual, width = centred(PROBLEM), 1 / 20.0
    assert engine.highest_near(residual, 1.31, width) == np.inf
    engine.maxima(residual, np.ones(1))
    frequency, power = truth
    for at in (0.11, 1.31, 2.0, 3.73, 6.2):
        # at least all points within the width, at most one beyond on either side
        inner, outer = (power[np.abs(frequency - at) <= d].max() for d in (width, 1.21 * width))
        got = engine.highest_near(residual, at, width)
        assert inner - POWER_TOLERANCE <= got <= outer + POWER_TOLERANCE
    # not known: beyond the band, and for values that were not searched
    assert engine.highest_near(residual, 6.29, width) == np.inf
    assert engine.highest_near(residual, 0.06, width) == np.inf
    assert engine.highest_near(residual.copy(), 1.31, width) == np.inf


def test_bands_are_longer_where_samples_are_many() -> None:
    sizes = [bands.band_size(n) for n in (10, 3000, 10_000, 50_000, 10**7)]
    assert sizes[:2] == [BAND, BAND]
    assert sizes == sorted(sizes)
    assert sizes[-1] == LONGEST_BAND


# ---- Maxima --------------------------------------------------------------------------------


@pytest.mark.parametrize("band", [None, 100, 64, 7])
@pytest.mark.parametrize("keep", [1, 5, 16])
def test_maxima_are_those_of_a_direct_evaluation(
    truth: tuple[np.ndarray, np.ndarray],
    band: int | None,
    keep: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if band is not None:
        set_band(monkeypatch, band)
    frequency, power = truth
    expected = oracles.local_maxima(power)[:keep]
    # the order of the true maxima is not within the error of the transforms
    assert np.diff(power[expected]).max(initial=-1.0) < -2 * POWER_TOLERANCE
    found = find(keep=keep)
    np.testing.assert_allclose(found.power, power[expected], rtol=0, atol=POWER_TOLERANCE)
    np.testing.assert_allclose(found.frequency, frequency[expected], rtol=1e-14)


def test_the_strongest_line_comes_first(truth: tuple[np.ndarray, np.ndarray]) -> None:
    found = find()
    width = 1 / PROBLEM.baseline
    assert abs(found.frequency[0] - 1.31) < 0.5 * width
    assert (np.diff(found.power) <= 0).all()


@pytest.mark.parametrize("band", [64, 11])
def test_the_number_of_threads_changes_nothing(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_band(monkeypatch, band)
    one = find(threads=1)
    for threads in (2, 3, 8):
        other = find(threads=threads)
        # the same transforms in another order: not one bit may differ
        np.testing.assert_array_equal(one.frequency, other.frequency)
        np.testing.assert_array_equal(one.power, other.power)
        np.testing.assert_array_equal(one.thinned_power, other.thinned_power)


def test_a_search_can_be_repeated_on_another_residual() -> None:
    engine = DenseSearch(PROBLEM.data(), PLAN, threads=1)
    first = engine.maxima(centred(PROBLEM), np.ones(1))
    engine.maxima(centred(PROBLEM) ** 2, np.ones(1))
    again = engine.maxima(centred(PROBLEM), np.ones(1))
    np.testing.assert_array_equal(first.frequency, again.frequency)
    np.testing.assert_allclose(first.power, again.power, rtol=0, atol=POWER_TOLERANCE)


def test_the_power_of_several_outputs_is_added_in_units_of_their_variance() -> None:
    data = regression(PROBLEM.t, np.column_stack([PROBLEM.y, PROBLEM.y]))
    both = np.hstack([centred(PROBLEM), centred(PROBLEM)])
    scaled = DenseSearch(data, PLAN, threads=1).maxima(both, np.array([1.0, 4.0]))
    np.testing.assert_allclose(scaled.power, 1.25 * find().power, atol=2 * POWER_TOLERANCE)


@pytest.mark.parametrize("band", [None, 64])
@pytest.mark.parametrize("thinned", [THINNED, 50])
def test_a_thinned_spectrum_keeps_the_highest_of_each_piece(
    truth: tuple[np.ndarray, np.ndarray],
    band: int | None,
    thinned: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bands, "THINNED", thinned)
    if band is not None:
        set_band(monkeypatch, band)
    frequency, power = truth
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


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_grows_to_the_end(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_band(monkeypatch, 64)
    seen: list[tuple[int, int]] = []
    find(threads=threads, progress=lambda done, of: seen.append((done, of)))
    done = [d for d, _ in seen]
    assert {of for _, of in seen} == {PLAN.n_frequencies}
    assert done == sorted(done)
    assert len(set(done)) > 2
    assert done[-1] == PLAN.n_frequencies


def test_the_spectral_window_is_that_of_the_weights() -> None:
    problem = sinusoids(3, 60, 20.0, sampling="nightly", errors=True)
    data = problem.data()
    weights = data.weights[:, 0]
    window = spectral_window(data, PLAN, keep=10)
    frequency = PLAN.minimum_frequency + np.arange(PLAN.n_frequencies) * PLAN.spacing
    true = oracles.window(problem.t, weights, frequency)
    # |S|^2 / (sum w)^2, with S good to 5e-9 sum w
    np.testing.assert_allclose(window.thinned_power, true, rtol=0, atol=2 * 5 * TOLERANCE)
    peaks = oracles.local_maxima(true)[:10]
    np.testing.assert_allclose(window.frequency, frequency[peaks], rtol=1e-14)
    # one night in three hours of darkness out of nine: the day shows in the window
    assert true[peaks[0]] > 0.5


# ---- Sampling ------------------------------------------------------------------------------


def step_of(t: np.ndarray) -> float | None:
    return raster_step(regression(t, np.zeros(len(t))))


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
    assert step_of(t + rng.uniform(-0.05, 0.05, 200)) is None


def test_other_sampling_has_no_raster() -> None:
    rng = np.random.default_rng(6)
    for sampling in ("random", "jittered", "nightly"):
        assert step_of(sample_times(rng, 100, 50.0, sampling)) is None


def test_times_scattered_thinly_over_a_fine_raster_are_irregular() -> None:
    rng = np.random.default_rng(7)
    seconds = np.sort(rng.choice(20_000, 1_000, replace=False)).astype(float)
    assert np.diff(seconds).min() == 1.0  # every gap is a whole number of the shortest
    assert step_of(seconds) is None
    # one in three is a raster with gaps
    assert step_of(np.sort(rng.choice(3_000, 1_000, replace=False))) == pytest.approx(1.0)


# ---- Plans ---------------------------------------------------------------------------------


def plan_of(t: np.ndarray, *limits: float | None, **options: str) -> tuple[Data, SearchPlan]:
    data = regression(t, np.zeros(len(t)))
    return data, plan_search(data, *limits, **options)


def last_frequency(plan: SearchPlan) -> float:
    return plan.minimum_frequency + (plan.n_frequencies - 1) * plan.spacing


def test_regular_samples_are_searched_from_one_cycle_to_nyquist() -> None:
    for t in (np.arange(200) * 0.5, np.delete(np.arange(240) * 0.5, slice(50, 90))):
        data, plan = plan_of(t)
        assert plan.regular
        assert plan.strategy == "dense"
        assert plan.maximum_frequency == pytest.approx(1.0, rel=1e-12)
        assert plan.minimum_frequency == pytest.approx(1 / data.baseline, rel=1e-12)
        assert "Nyquist" in plan.reason
        assert "0.5" in plan.reason


@pytest.mark.parametrize("sampling", ["regular", "random", "nightly"])
def test_the_grid_covers_the_band_with_five_points_per_peak(sampling: str) -> None:
    t = sample_times(np.random.default_rng(8), 80, 10.0, sampling)
    for limits in ((None, None), (0.3, None), (0.123, 0.377), (None, 3.0)):
        data, plan = plan_of(t, *limits)
        assert plan.spacing * SEARCH.points_per_peak * data.baseline <= 1 + 1e-9
        assert plan.spacing * SEARCH.points_per_peak * data.baseline > 0.9
        assert last_frequency(plan) == pytest.approx(plan.maximum_frequency, rel=1e-12)


def test_irregular_samples_are_searched_up_to_their_short_gaps() -> None:
    t = sample_times(np.random.default_rng(9), 400, 100.0, "random")
    data, plan = plan_of(t)
    assert not plan.regular
    limit = 0.5 / np.quantile(np.diff(t), 0.1)
    assert plan.maximum_frequency == pytest.approx(limit, rel=1e-9)
    assert limit > len(t) / (2 * data.baseline)
    assert "tenth percentile" in plan.reason


def test_the_mean_rate_counts_where_gaps_are_even() -> None:
    rng = np.random.default_rng(10)
    # one sample in each of 100 cells, and long gaps in between: no gap is short
    t = np.arange(100) + rng.uniform(-0.05, 0.05, 100)
    t[::10] += 0.2
    data, plan = plan_of(t)
    assert plan.maximum_frequency >= len(t) / (2 * data.baseline)


def test_the_default_never_grows_out_of_hand() -> None:
    rng = np.random.default_rng(11)
    t = np.concatenate([rng.uniform(0, 100, 300), [1e7]])
    _, plan = plan_of(t)
    assert SEARCH.budget <= plan.n_frequencies <= SEARCH.budget + 2
    assert "name minimum_period" in plan.reason
    # what the user names is honoured
    _, named = plan_of(t, 1.0)
    assert named.maximum_frequency == 1.0
    assert named.n_frequencies > 10 * SEARCH.budget


def test_limits_of_the_user() -> None:
    t = np.arange(1000) * 0.5
    _, plan = plan_of(t, 0.4, 10.0)
    # every frequency above Nyquist is the exact alias of one below ...
    assert plan.maximum_frequency == 1.0
    assert "Nyquist" in plan.reason
    assert "asked for is 0.4" in plan.reason
    assert plan.minimum_frequency == 1 / 10.0
    # ... unless the times stray, if only a little, or there is none below
    stray = t + 0.005 * np.sin(np.arange(1000.0))
    _, plan = plan_of(stray, 0.4, 10.0)
    assert plan.maximum_frequency == 1 / 0.4
    assert "asked for, 0.4" in plan.reason
    _, plan = plan_of(t, 0.4, 0.9)
    assert plan.maximum_frequency == 1 / 0.4
    # a long period asked for reaches below one cycle
    _, plan = plan_of(t, None, 5000.0)
    assert plan.minimum_frequency == 1 / 5000.0
    # a band that would begin among slow variation begins at one cycle, so that this is fitted too
    _, plan = plan_of(t, None, 100.0)
    assert plan.minimum_frequency == pytest.approx(1 / 499.5)


def test_an_empty_band_is_widened_to_one_line() -> None:
    data, plan = plan_of(np.arange(20.0), 500.0)
    assert plan.maximum_frequency > plan.minimum_frequency
    width = plan.maximum_frequency - plan.minimum_frequency
    assert width == pytest.approx(1 / data.baseline)
    assert "widened" in plan.reason


def test_strategies() -> None:
    t = np.random.default_rng(12).uniform(0, 1e6, 100)
    assert plan_of(t, 0.01)[1].strategy == "ladder"
    assert plan_of(t, 0.01, strategy="dense")[1].strategy == "dense"
    assert plan_of(t, 100.0)[1].strategy == "dense"
    assert plan_of(t, 100.0, strategy="ladder")[1].strategy == "ladder"
    with pytest.raises(ValueError, match=r"strategy must be 'auto', 'dense' or 'ladder', got 'b'"):
        plan_of(t, strategy="b")


# ---- Memory --------------------------------------------------------------------------------

MEMORY = """
import json, resource, sys
import numpy as np
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.plan import grid
from epicycle.search.dense import DenseSearch

def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)

rng = np.random.default_rng(1)
t = rng.uniform(0, 1e6, 50)
y = rng.normal(size=50)
data = build_data(check_samples(t, y), 0)
residual = y[:, None] - y.mean()

def search(n):
    plan = grid(1e-6, 1e-6 + n * 2e-7, 2e-7)
    assert abs(plan.n_frequencies - n) <= 1
    DenseSearch(data, plan, threads=2).maxima(residual, np.ones(1))

search(400_000)
before = peak_mb()
search(20_000_000)
print(json.dumps(peak_mb() - before))
"""


def test_memory_does_not_grow_with_the_number_of_frequencies() -> None:
    pytest.importorskip("resource")
    process = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, process.stderr
    # one float64 per frequency would be 153 MB; what is kept is a few MB of bands
    assert json.loads(process.stdout) < 60


def test_threads_respect_the_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3, 5, 6}, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert processors() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    assert processors() == 64
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert processors() == 1
