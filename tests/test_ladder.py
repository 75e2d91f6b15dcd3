"""The ladder of pairs: its statistic, its reach, and that it says so where it cannot decide."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.ladder import LadderSearch, rungs_within
from epicycle.pairs import (
    POINTS_PER_WINDOW,
    Rung,
    climb,
    close_pairs,
    count_pairs,
    window_with_pairs,
)
from epicycle.plan import POINTS_PER_PEAK, grid
from epicycle.search import DenseSearch
from epicycle.sums import SINGLE_TOLERANCE
from generators import regression, sample_times, sinusoids

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


def test_too_many_pairs_are_thinned_to_the_nearest_ones() -> None:
    t = sample_times(np.random.default_rng(4), 50, 1.0)
    i, j = close_pairs(t, 1.0, most=160)
    assert len(i) <= 160
    assert set((j - i).tolist()) == {1, 2, 3}
    assert len(i) == 49 + 48 + 47


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
    # the transform is good to SINGLE_TOLERANCE of the sum of absolute strengths
    products = np.array([abs(float(values[i] @ values[j])) for i, j in pairs])
    tolerance = SINGLE_TOLERANCE * products.sum() / math.sqrt((products**2).sum() / 2)
    np.testing.assert_allclose(rung.deviation, direct, rtol=0, atol=tolerance)

    # and nothing higher was overlooked: the first is the maximum of the whole grid
    n = math.ceil((band[1] - band[0]) * POINTS_PER_WINDOW * window) + 1
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


# ---- The search ------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "nightly"])
@pytest.mark.parametrize("seed", range(3))
def test_the_ladder_ends_where_the_dense_search_does(sampling: str, seed: int) -> None:
    problem = sinusoids(seed, 500, 1000.0, [(83.21, 1.5)], 1.0, sampling=sampling)
    data = problem.data()
    residual = (problem.y - problem.y.mean())[:, None]
    scale = residual.var(axis=0)
    plan = grid(0.1, 200.0, 1 / (POINTS_PER_PEAK * data.baseline))
    dense = DenseSearch(data, plan).maxima(residual, scale)
    ladder = LadderSearch(data, plan, budget=20 * plan.n_frequencies)
    found = ladder.maxima(residual, scale, enough=60.0)
    assert found.power[0] > 60.0
    # both grids have the same spacing but need not share their points: either may lose 3.3 %
    assert abs(found.frequency[0] - dense.frequency[0]) <= plan.spacing
    assert found.power[0] == pytest.approx(dense.power[0], rel=0.04)
    # far fewer frequencies were tried
    band = plan.maximum_frequency - plan.minimum_frequency
    tried = sum(POINTS_PER_WINDOW * rung.window * band for rung in ladder.rungs)
    assert tried < 0.1 * plan.n_frequencies


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("sampling", ["random", "nightly"])
def test_both_strategies_give_the_same_cycle(sampling: str, outputs: int) -> None:
    problem = sinusoids(11, 400, 1000.0, [(31.7, 2.0, 0.2)], 1.0, sampling=sampling)
    y: np.ndarray = problem.y
    if outputs == 2:
        y = np.column_stack([y, np.random.default_rng(1).normal(size=len(y)) - 0.5 * y])
    options: dict[str, Any] = {"minimum_period": 0.01, "max_cycles": 1, "harmonics": 1}
    results = {s: find_cycles(problem.t, y, strategy=s, **options) for s in ("ladder", "dense")}
    dense, ladder = results["dense"].cycles[0], results["ladder"].cycles[0]
    assert results["dense"].search.strategy == "dense"
    assert results["ladder"].search.strategy == "ladder"
    assert abs(dense.frequency - 31.7) < 5 * dense.frequency_error
    assert abs(ladder.frequency - dense.frequency) < 1e-3 * dense.frequency_error
    assert ladder.amplitude == pytest.approx(dense.amplitude, rel=1e-4)
    assert ladder.false_alarm_probability == pytest.approx(
        dense.false_alarm_probability, rel=1e-3, abs=1e-300
    )
    assert not any("not decided" in note for note in results["dense"].undecided)


@pytest.mark.parametrize("seed", range(4))
def test_a_band_no_grid_could_hold(seed: int) -> None:
    """Two lines among 6e11 frequencies: 120 years of seconds, a band of a few hundred hertz."""
    baseline = 120 * 365.25 * 86400.0
    rng = np.random.default_rng([seed, 12])
    lines = [(rng.uniform(1, 30), 1.0), (rng.uniform(1, 30), 0.6)]
    problem = sinusoids(seed, 3000, baseline, lines, 0.2)
    result = find_cycles(problem.t, problem.y, minimum_period=1 / 32, harmonics=1)
    assert result.search.strategy == "ladder"
    assert result.search.n_frequencies > 6e11
    found = sorted(c.frequency for c in result.cycles)
    np.testing.assert_allclose(found, sorted(f for f, _ in lines), rtol=0, atol=0.1 / baseline)


def test_harmonics_follow_the_fundamental() -> None:
    rng = np.random.default_rng(13)
    t = np.sort(rng.uniform(0, 1e6, 2000))
    turns = 2 * np.pi * 17.03 * t
    y = np.cos(turns) + 0.5 * np.cos(2 * turns + 1) + 0.3 * rng.normal(size=2000)
    result = find_cycles(t, y, minimum_period=0.01, strategy="ladder")
    assert len(result.cycles) == 1
    assert [h.order for h in result.cycles[0].harmonics] == [1, 2]


# ---- What it cannot decide -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_too_weak_a_line_is_left_undecided(seed: int) -> None:
    # 200 samples and a line of 5 % of the variance: rho sqrt(n_pairs / 2) stays below 4 for
    # every window that the budget allows
    problem = sinusoids(seed, 200, 1e9, [(0.3, 0.32)], 1.0)
    result = find_cycles(problem.t, problem.y, minimum_period=2.0, max_frequencies=2**22)
    assert result.cycles == ()
    (note,) = (n for n in result.undecided if "not decided" in n)
    for remedy in ("more samples", "narrower band", "max_frequencies"):
        assert remedy in note
    # the stated depth is above what was there
    depth = float(note.split("at least ")[1].split(" %")[0])
    assert depth > 5.0


def test_the_missing_line_is_found_by_each_remedy() -> None:
    baseline, frequency = 1e7, 0.3
    options: dict[str, Any] = {
        "minimum_period": 2.0,
        "max_frequencies": 2**15,
        "max_cycles": 1,
        "strategy": "ladder",
    }
    # a tenth of the variance, 23 standard deviations coherently
    problem = sinusoids(2, 1000, baseline, [(frequency, 0.5)], 1.0)
    assert find_cycles(problem.t, problem.y, **options).cycles == ()
    more = sinusoids(2, 10_000, baseline, [(frequency, 0.5)], 1.0)
    for t, y, changed in (
        (problem.t, problem.y, {"max_frequencies": 2**26}),
        (problem.t, problem.y, {"minimum_period": 1 / 0.301, "maximum_period": 1 / 0.299}),
        (more.t, more.y, {}),
    ):
        (cycle,) = find_cycles(t, y, **{**options, **changed}).cycles
        assert abs(cycle.frequency - frequency) < 0.1 / baseline


def test_the_depth_is_that_of_the_last_rung() -> None:
    problem = sinusoids(3, 300, 1e6, [], 1.0)
    data = problem.data()
    plan = grid(0.01, 5.0, 1 / (POINTS_PER_PEAK * data.baseline))
    ladder = LadderSearch(data, plan, budget=2e6)
    ladder.maxima((problem.y - problem.y.mean())[:, None], np.ones(1), np.inf)
    expected = min(1.0, 7 / math.sqrt(ladder.rungs[-1].n_pairs / 2))
    assert ladder.depth == pytest.approx(expected)
    # rungs grow in window and in pairs
    assert (np.diff([r.window for r in ladder.rungs]) > 0).all()
    assert (np.diff([r.n_pairs for r in ladder.rungs]) > 0).all()


@pytest.mark.parametrize("sampling", ["random", "nightly"])
def test_noise_has_no_cycles(sampling: str) -> None:
    trials, false_alarm = 30, 0.05
    false = 0
    for seed in range(trials):
        problem = sinusoids(seed, 200, 1e5, [], 1.0, sampling=sampling)
        result = find_cycles(
            problem.t,
            problem.y,
            minimum_period=1.0,
            max_frequencies=2**18,
            strategy="ladder",
            false_alarm=false_alarm,
        )
        false += bool(result.cycles)
    # a rung can overlook a maximum but not invent one: at most the stated share
    assert false <= stats.binom.ppf(1 - 1e-4, trials, false_alarm)


@pytest.mark.parametrize("budget", [2**16, 2**22, 2**24, 2**27])
def test_the_number_of_frequencies_is_kept(budget: int) -> None:
    problem = sinusoids(6, 300, 1e7, [], 1.0)
    data = problem.data()
    plan = grid(0.01, 1.0, 1 / (POINTS_PER_PEAK * data.baseline))
    reports: list[tuple[int, int]] = []
    ladder = LadderSearch(data, plan, budget, progress=lambda *r: reports.append(r))
    ladder.maxima((problem.y - problem.y.mean())[:, None], np.ones(1), np.inf)
    # what was planned was done, and it costs at least its frequencies and its pairs
    assert [r.window for r in ladder.rungs] == [s.window for s in ladder.planned]
    for rung, step in zip(ladder.rungs, ladder.planned, strict=True):
        assert rung.n_pairs == step.n_pairs
        assert step.cost > POINTS_PER_WINDOW * rung.window * 0.99 + rung.n_pairs
    assert ladder.spent == pytest.approx(sum(s.cost for s in ladder.planned))
    # the first rung is always climbed; no other beyond the budget, and little is left unused
    assert ladder.spent <= budget or len(ladder.rungs) == 1
    if budget > 2**23:
        longest = 0.5 * data.baseline
        assert ladder.spent > 0.6 * budget or ladder.rungs[-1].window > 0.99 * longest
    assert reports == sorted(reports)
    assert all(total == budget and done <= total for done, total in reports)
    assert len(reports) == len(ladder.rungs)


def test_a_larger_budget_reaches_further() -> None:
    t = np.sort(np.random.default_rng(14).uniform(0, 1e7, 1000))
    plan = grid(0.01, 100.0, 1e-8)
    reach = [rungs_within(t, plan, 2.0**k)[-1].window for k in range(22, 34)]
    assert (np.diff(reach) >= 0).all()
    assert reach[-1] > 100 * reach[0]
    # to go straight to a line of a known share is cheaper than to climb to it
    share = 0.2
    (single,) = rungs_within(t, plan, 2.0**40, share)
    assert single.n_pairs == pytest.approx(2 * (7 / share) ** 2, rel=0.05)
    assert single.cost < 2.0**33


def test_the_number_of_threads_changes_nothing() -> None:
    problem = sinusoids(7, 400, 1e6, [(3.3, 1.0)], 1.0)
    data = problem.data()
    plan = grid(0.01, 5.0, 1 / (POINTS_PER_PEAK * data.baseline))
    residual = (problem.y - problem.y.mean())[:, None]
    results = [
        LadderSearch(data, plan, 2e7, threads=n).maxima(residual, np.ones(1), 60.0) for n in (1, 3)
    ]
    np.testing.assert_array_equal(results[0].frequency, results[1].frequency)
    np.testing.assert_array_equal(results[0].power, results[1].power)


def test_the_order_of_the_samples_changes_nothing() -> None:
    problem = sinusoids(8, 500, 1e6, [(3.3, 1.5)], 1.0)
    shuffled = np.random.default_rng(0).permutation(500)
    options: dict[str, Any] = {"minimum_period": 0.2, "strategy": "ladder", "max_cycles": 1}
    one = find_cycles(problem.t, problem.y, **options).cycles[0]
    other = find_cycles(problem.t[shuffled], problem.y[shuffled], **options).cycles[0]
    assert abs(one.frequency - other.frequency) < 1e-3 * one.frequency_error


@pytest.mark.parametrize("y", [None, "values"])
def test_an_unknown_strategy_is_refused(y: str | None) -> None:
    t = np.linspace(0, 1, 50) ** 1.1
    values = None if y is None else np.sin(t)
    with pytest.raises(
        ValueError, match=r"strategy must be 'auto', 'dense' or 'ladder', got 'ladders'\."
    ):
        find_cycles(t, values, strategy="ladders")
