"""The ladder of pairs: its reach, its cost, and that it says so where it cannot decide."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.limits import LADDER, SEARCH
from epicycle.search.dense import DenseSearch
from epicycle.search.ladder import LadderSearch, rungs_within
from epicycle.spectra.plan import grid
from generators import sinusoids

# ---- The search ------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "nightly"])
@pytest.mark.parametrize("seed", range(3))
def test_the_ladder_ends_where_the_dense_search_does(sampling: str, seed: int) -> None:
    problem = sinusoids(seed, 500, 1000.0, [(83.21, 1.5)], 1.0, sampling=sampling)
    data = problem.data()
    residual = (problem.y - problem.y.mean())[:, None]
    scale = residual.var(axis=0)
    plan = grid(0.1, 200.0, 1 / (SEARCH.points_per_peak * data.baseline))
    dense = DenseSearch(data, plan).maxima(residual, scale)
    ladder = LadderSearch(data, plan, budget=20 * plan.n_frequencies)
    found = ladder.maxima(residual, scale, enough=60.0)
    assert found.power[0] > 60.0
    # both grids have the same spacing but need not share their points: either may lose 3.3 %
    assert abs(found.frequency[0] - dense.frequency[0]) <= plan.spacing
    assert found.power[0] == pytest.approx(dense.power[0], rel=0.04)
    # far fewer frequencies were tried
    band = plan.maximum_frequency - plan.minimum_frequency
    tried = sum(LADDER.points_per_window * rung.window * band for rung in ladder.rungs)
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
    plan = grid(0.01, 5.0, 1 / (SEARCH.points_per_peak * data.baseline))
    ladder = LadderSearch(data, plan, budget=2e6)
    ladder.maxima((problem.y - problem.y.mean())[:, None], np.ones(1), np.inf)
    last = ladder.rungs[-1]
    tried = LADDER.points_per_window * last.window * 4.99
    # of so much noise 32 survive; a line is 1.65 above in 95 %, but for the grid's mean loss of 6 %
    expected = (stats.norm.isf(32 / tried) + 1.65) / 0.94 / math.sqrt(last.n_pairs / 2)
    assert ladder.depth == pytest.approx(min(1.0, expected), rel=1e-3)
    # rungs grow in window and in pairs
    assert (np.diff([r.window for r in ladder.rungs]) > 0).all()
    assert (np.diff([r.n_pairs for r in ladder.rungs]) > 0).all()


@pytest.mark.parametrize("sampling", ["random", "nightly"])
def test_noise_has_no_cycles(sampling: str) -> None:
    trials, false_alarm = 12, 0.05
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
    plan = grid(0.01, 1.0, 1 / (SEARCH.points_per_peak * data.baseline))
    reports: list[tuple[int, int]] = []
    ladder = LadderSearch(data, plan, budget, progress=lambda *r: reports.append(r))
    ladder.maxima((problem.y - problem.y.mean())[:, None], np.ones(1), np.inf)
    # what was planned was done, and it costs at least its frequencies and its pairs
    assert [r.window for r in ladder.rungs] == [s.window for s in ladder.planned]
    for rung, step in zip(ladder.rungs, ladder.planned, strict=True):
        assert rung.n_pairs == step.n_pairs
        assert step.cost > LADDER.points_per_window * rung.window * 0.99 + rung.n_pairs
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
    # no further than to a line of the share expected
    share = 0.2
    steps = rungs_within(t, plan, 2.0**40, share)
    assert steps[-1].depth == pytest.approx(share, rel=0.05)
    assert steps[-1].window < 0.1 * reach[-1]


def test_the_number_of_threads_changes_nothing() -> None:
    problem = sinusoids(7, 400, 1e6, [(3.3, 1.0)], 1.0)
    data = problem.data()
    plan = grid(0.01, 5.0, 1 / (SEARCH.points_per_peak * data.baseline))
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
