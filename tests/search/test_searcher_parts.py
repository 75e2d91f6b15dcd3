"""The parts of search/searcher.py, one by one."""

import numpy as np
import pytest

from epicycle.search.dense import DenseSearch
from epicycle.search.ladder import rungs_within
from tests.search.settings import Setting


def test_what_is_told_of_a_ladder_is_that_of_its_last_rung() -> None:
    blind = Setting([], n=300, baseline=1e8, asked="ladder", budget=2.0**25)
    blind.search()
    times = np.sort(blind.data.times.to_float())
    planned = rungs_within(times, blind.plan, 2.0**25)
    assert len(planned) > 1
    assert blind.searcher.window == planned[-1].window
    assert blind.searcher.pair_depth == planned[-1].depth
    assert not blind.searcher.densely


def test_a_residual_that_was_searched_is_shown_without_another_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dense = Setting([(0.3, 1.0)], asked="dense")
    variance = (dense.data.weights * dense.residual**2).sum(axis=0)
    found = dense.search()

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(DenseSearch, "maxima", refused)
    shown = dense.searcher.portrait(dense.residual, variance, 0.3)
    np.testing.assert_allclose(shown.power, found.power * dense.scale / variance, rtol=1e-12)
    with pytest.raises(AssertionError):
        dense.searcher.portrait(dense.residual + 1.0, variance, 0.3)


def test_before_any_search_no_window_was_tried_and_nothing_survived() -> None:
    setting = Setting([])
    assert setting.searcher.window == 0.0
    assert len(setting.searcher.survivors) == 0
