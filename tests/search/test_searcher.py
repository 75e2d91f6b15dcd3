"""The searcher: one strategy for all searches of a band, what they took, how deep they saw."""

import re
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from epicycle.search.dense import DenseSearch
from epicycle.search.planner import DENSE_COUNT, Effort
from epicycle.search.searcher import Searcher
from tests.search.settings import ENOUGH, Setting


def test_what_pairs_do_not_show_is_searched_densely() -> None:
    # 1500 values show 4 % of the variance together, few of their pairs do not
    weak = Setting([(0.3, 0.15)], n=1500, baseline=3e5)
    found = weak.search()
    dense = DenseSearch(weak.data, weak.plan).maxima(weak.residual, weak.scale)
    np.testing.assert_array_equal(found.frequency, dense.frequency)
    report = weak.searcher.report()
    assert report.strategy == "both"
    assert report.cost > DENSE_COUNT * weak.plan.n_frequencies
    assert weak.searcher.densely
    assert weak.searcher.depth is None
    assert not weak.searcher.undecided
    assert weak.searcher.remedies(0.5, "samples") is None


def test_what_pairs_show_needs_no_dense_search() -> None:
    strong = Setting([(0.3, 3.0)], n=3000, baseline=1e6)
    found = strong.search()
    assert found.frequency[0] == pytest.approx(0.3, abs=1e-6)
    assert strong.searcher.report().strategy == "ladder"
    assert strong.searcher.window > 0
    assert strong.searcher.depth is not None
    # what remains is looked for from the window on that showed this one
    first = strong.searcher.window
    strong.residual = strong.residual * 1.0
    strong.search()
    assert strong.searcher.window >= first


def test_a_caller_may_begin_with_longer_windows() -> None:
    windows = []
    for start in (0.0, 3e4):
        setting = Setting([(0.3, 3.0)], n=3000, baseline=1e6, asked="ladder")
        setting.search(start=start)
        windows.append(setting.searcher.window)
    assert windows[0] < 3e4 <= windows[1]


def test_a_line_needs_both_pairs_and_coherent_power() -> None:
    blind = Setting([], n=300, baseline=1e8, asked="ladder", budget=2.0**20)
    assert blind.searcher.depth is None  # before any search
    blind.search()
    pairs, depth = blind.searcher.pair_depth, blind.searcher.depth
    assert pairs is not None
    coherent = (np.sqrt(ENOUGH) + 2.0) ** 2 / 300
    assert depth == pytest.approx(max(pairs, coherent), rel=0.1)
    assert blind.searcher.undecided


def test_half_the_modulation_takes_the_square_of_what_half_the_share_takes() -> None:
    blind = Setting([], n=10_000, baseline=1e8, asked="ladder", budget=2.0**20)
    blind.search()
    narrower = []
    for part in (0.5, 0.25):
        text = blind.searcher.remedies(part, "events")
        assert text is not None
        found = re.search(r"events, a band ([\d.]+) times narrower", text)
        assert found is not None
        narrower.append(float(found[1]))
    # pairs go with the square of the share, and this with the square of the modulation
    assert narrower == [4.0, 16.0]


def test_a_copy_goes_its_own_way() -> None:
    here = Setting([(0.3, 3.0)], n=3000, baseline=1e6)
    here.search()
    before = here.searcher.report()
    other = copy(here.searcher)
    rest = np.random.default_rng(2).normal(size=here.residual.shape)
    other.search(rest, rest.var(axis=0), ENOUGH)
    assert other.report().cost > before.cost
    assert here.searcher.report() == before


def test_the_same_residual_is_searched_once() -> None:
    dense = Setting([(0.3, 1.0)], asked="dense")
    assert not dense.searcher.knows(dense.residual, dense.scale)
    first = dense.search()
    assert dense.searcher.knows(dense.residual, dense.scale)
    assert dense.search() is first
    assert dense.searcher.report().cost == DENSE_COUNT * dense.plan.n_frequencies
    # neither other values nor another scale nor other weights are the same search
    assert not dense.searcher.knows(dense.residual.copy(), dense.scale)
    assert not dense.searcher.knows(dense.residual, 2 * dense.scale)
    dense.searcher.use(dense.data.with_weights(2 * dense.data.weights))
    assert not dense.searcher.knows(dense.residual, dense.scale)
    assert dense.search().power[0] == pytest.approx(2 * first.power[0])


def test_the_highest_power_near_a_frequency_is_that_of_the_latest_search() -> None:
    dense = Setting([(0.05, 1.0)], n=3000, baseline=1e4, asked="dense", highest=0.1)
    assert dense.searcher.highest_near(dense.residual, 0.05) == np.inf
    found = dense.search()
    assert dense.searcher.is_quick
    assert dense.searcher.highest_near(dense.residual, 0.05) == found.power[0]
    assert dense.searcher.highest_near(dense.residual, 0.07) < 0.1 * found.power[0]
    assert dense.searcher.highest_near(dense.residual.copy(), 0.05) == np.inf


def test_a_portrait_is_in_shares_of_the_variance_searched_or_not() -> None:
    dense = Setting([(0.3, 1.0)], asked="dense")
    variance = (dense.data.weights * dense.residual**2).sum(axis=0)
    fresh = DenseSearch(dense.data, dense.plan).maxima(dense.residual, variance)
    for _ in range(2):
        shown = dense.searcher.portrait(dense.residual, variance, 0.3)
        np.testing.assert_allclose(shown.thinned_power, fresh.thinned_power, rtol=1e-12)
        assert 0 < shown.power[0] < 1
        dense.search()


def test_a_band_for_the_ladder_is_shown_around_one_frequency() -> None:
    wide = Setting([(0.3, 3.0)], n=3000, baseline=1e8)
    wide.searcher = Searcher(
        wide.data, replace(wide.plan, strategy="ladder"), Effort("auto", 2.0**26, None)
    )
    wide.search()
    variance = (wide.data.weights * wide.residual**2).sum(axis=0)
    shown = wide.searcher.portrait(wide.residual, variance, 0.3)
    assert 0.29 < shown.thinned_frequency.min() < 0.3 < shown.thinned_frequency.max() < 0.31


def test_worth_is_asked_for_only_where_every_frequency_is_searched() -> None:
    def by_frequency() -> Any:
        return lambda frequency, power: power.sum(axis=0) * frequency

    dense = Setting([(0.1, 1.0), (0.4, 0.9)], n=2000, asked="dense")
    assert dense.search().frequency[0] == pytest.approx(0.1, abs=1e-4)
    dense.searcher.use(dense.data)
    assert dense.search(worth=by_frequency).frequency[0] == pytest.approx(0.4, abs=1e-4)
    asked = []
    ladder = Setting([(0.3, 3.0)], n=3000, baseline=1e6, asked="ladder")
    ladder.search(worth=lambda: asked.append(1))
    assert not asked


def test_nothing_is_reported_before_a_search() -> None:
    setting = Setting([])
    assert setting.searcher.report() is setting.plan
    assert setting.searcher.remedies(0.5, "samples") is None
