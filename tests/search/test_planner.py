"""The planner: the cheapest strategy that sees enough, within its budget, and what would help."""

import re
import tracemalloc
from typing import Any

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.limits import SEARCH
from epicycle.samples.data import Data
from epicycle.search.ladder import LadderSearch, rungs_within
from epicycle.search.planner import DENSE_COUNT, Decision, decide, remedies
from epicycle.spectra.plan import SearchPlan, grid, plan_search
from generators import regression, sinusoids

BUDGET = 2.0**29


def problem(n: int, size: float, baseline: float = 1e6) -> tuple[Data, SearchPlan]:
    data = sinusoids(1, n, baseline, [], 1.0).data()
    return data, grid(1 / baseline, size / baseline, 1 / (SEARCH.points_per_peak * data.baseline))


def decision(
    n: int, size: float, asked: str = "auto", budget: float = BUDGET, **more: Any
) -> Decision:
    data, plan = problem(n, size)
    return decide(data, plan, asked, budget, enough=45.0, **more)


def cost(d: Decision) -> float:
    return sum(step.cost for step in d.steps)


def test_the_strategy_follows_from_the_size() -> None:
    assert decision(1000, 0.9 * SEARCH.dense_upto / SEARCH.points_per_peak).strategy == "dense"
    assert decision(1000, 1e7).strategy == "both"
    wide = decision(1000, 1e9)
    assert wide.strategy == "ladder"
    assert "exceeds max_frequencies" in wide.reason
    assert cost(wide) <= BUDGET
    # the same band, if the user allows for less or more
    assert decision(1000, 1e7, budget=1e7).strategy == "ladder"
    assert decision(1000, 1e9, budget=1e11).strategy == "both"
    for asked in ("dense", "ladder"):
        chosen = decision(1000, 1e7, asked)
        assert chosen.strategy == asked
        assert "as asked for" in chosen.reason


def test_a_ladder_before_a_dense_search_costs_a_fraction_of_it() -> None:
    d = decision(3000, 1e7)
    # a transform in double precision costs at least 5 frequencies of a rung
    assert cost(d) <= d.budget <= 0.2 * DENSE_COUNT * 20 * 5e7
    assert f"{d.steps[-1].n_pairs:,} pairs" in d.reason


def test_an_expected_line_ends_the_ladder() -> None:
    for share in (0.5, 0.1, 0.03):
        d = decision(10_000, 1e10, share=share)
        assert d.strategy == "ladder"
        assert d.steps[-1].depth == pytest.approx(share, rel=0.1)
        assert "expected signal-to-noise" in d.reason
    # a dense search that is affordable follows, and the ladder before it may take a little longer
    told, untold = decision(10_000, 1e7, share=0.02), decision(10_000, 1e7)
    assert told.strategy == untold.strategy == "both"
    assert untold.budget < told.budget < 4 * untold.budget
    assert told.steps[-1].depth == pytest.approx(0.02, rel=0.1)


def test_a_drift_is_left_to_the_ladder() -> None:
    assert decision(1000, 1e7, drift=True).strategy == "ladder"
    assert decision(1000, 1e3, drift=True).strategy == "dense"


def test_the_remedies_would_help() -> None:
    data, plan = problem(1000, 1e11)
    d = decide(data, plan, "auto", BUDGET, 45.0)
    depth = d.steps[-1].depth
    share = depth / 2
    text = remedies(d, 1000, depth, share, BUDGET, "samples")
    found = re.fullmatch(
        r"about ([\d,]+) samples, a band ([\d.]+) times narrower or max_frequencies=(.*)", text
    )
    assert found is not None
    samples, narrower, frequencies = (float(x.replace(",", "")) for x in found.groups())
    times = np.sort(np.random.default_rng(2).uniform(0, 1e6, int(samples)))
    old = np.sort(data.times.to_float())
    thin = grid(plan.minimum_frequency, plan.maximum_frequency / narrower, plan.spacing)
    # one figure is given, and rungs of a geometric row do not meet a budget exactly
    for t, band, budget in ((times, plan, BUDGET), (old, thin, BUDGET), (old, plan, frequencies)):
        deepest = rungs_within(t, band, budget)[-1].depth
        assert deepest < 1.4 * share
    # what not even the coherent power shows takes samples, whatever the budget
    assert remedies(d, 1000, depth, d.coherent_depth / 2, BUDGET, "events").endswith(" events")


def test_the_memory_is_that_of_the_search() -> None:
    data, plan = problem(4000, 1e7)
    d = decide(data, plan, "ladder", BUDGET, 45.0)
    assert d.steps[-1].n_pairs > 5e5
    assert d.memory < 4e8
    ladder = LadderSearch(data, plan, BUDGET, threads=2)
    residual = np.random.default_rng(3).normal(size=(4000, 1))
    tracemalloc.start()
    ladder.maxima(residual, np.ones(1), np.inf)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.2 * d.memory < peak < 1.2 * d.memory


def test_the_result_says_what_was_done() -> None:
    rng = np.random.default_rng(4)
    t, y = np.sort(rng.uniform(0, 1e4, 200)), rng.normal(size=200)
    quiet = find_cycles(t, y, minimum_period=1e4 / 2e5)
    assert quiet.search.strategy in ("ladder", "both")
    assert quiet.search.max_frequencies == 2.0**29
    assert 1e6 < quiet.search.cost < 2.0**29
    assert 1e6 < quiet.search.memory < 1e9
    assert "pairs of samples" in quiet.search.choice
    small = find_cycles(t, y, minimum_period=10.0)
    assert small.search.strategy == "dense"
    assert small.search.choice.endswith("frequencies are few")
    assert small.search.cost == DENSE_COUNT * small.search.n_frequencies


def test_both_strategies_where_the_ladder_is_blind() -> None:
    """A line too weak for the pairs that a ladder may try, but not for the coherent power."""
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 1e6, 10_000))
    y = 0.11 * np.cos(2 * np.pi * 0.4321 * t) + rng.normal(size=10_000)
    options: dict[str, Any] = {"minimum_period": 1.0, "max_cycles": 1, "harmonics": 1}
    model = find_cycles(t, y, **options)
    assert model.search.strategy == "both"
    assert abs(model.cycles[0].frequency - 0.4321) < 0.1 / 1e6
    # nothing is left undecided, and the limit is that of the whole band: that noise has a power
    # of up to 2 ln(1e6), which a line exceeds with z = 24 or so
    assert not any("not decided" in note for note in model.undecided)
    assert 0.08 < model.amplitude_limit < 0.12
    assert len(model.spectrum.frequency) > 5000
    assert model.spectrum.frequency[-1] > 0.99


def test_an_expected_signal_to_noise_saves_time_and_must_be_positive() -> None:
    p = sinusoids(6, 3000, 1e9, [(0.3, 1.0)], 1.0)
    options: dict[str, Any] = {"minimum_period": 2.0, "max_cycles": 1, "harmonics": 1}
    blind = find_cycles(p.t, p.y, **options)
    told = find_cycles(p.t, p.y, signal_to_noise=1.0, **options)
    for model in (blind, told):
        assert abs(model.cycles[0].frequency - 0.3) < 0.1 / 1e9
    assert "expected signal-to-noise" in told.search.choice
    with pytest.raises(ValueError, match=r"signal_to_noise must be a finite number above 0"):
        find_cycles(p.t, p.y, signal_to_noise=0.0)


def test_a_band_that_would_take_for_ever_is_refused() -> None:
    t = np.sort(np.random.default_rng(0).uniform(0.0, 100.0, 60))
    with pytest.raises(ValueError, match=r"band is too wide.*longer minimum_period") as refused:
        find_cycles(t, np.sin(t), minimum_period=1e-12)
    # what it asks for is enough for the planner
    enough = float(str(refused.value).split()[-1].rstrip("."))
    data = regression(t, np.sin(t))
    plan = plan_search(data, 1e-12)
    assert decide(data, plan, "ladder", 1.01 * enough, 20.0).strategy == "ladder"
    with pytest.raises(ValueError, match="band is too wide"):
        decide(data, plan, "ladder", 0.9 * enough, 20.0)
