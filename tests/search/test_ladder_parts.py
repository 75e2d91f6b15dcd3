"""The parts of search/ladder.py, one by one."""

from typing import Any

import numpy as np
import pytest

from epicycle.limits import LADDER
from epicycle.samples.times import Times
from epicycle.search import segments
from epicycle.search.ladder import (
    _FIXED_LOOK_COST,
    _LOOK_COST,
    _TERM_COST,
    LadderSearch,
    _step,
    depth_of,
    visible,
)
from epicycle.search.pairs import SURVIVORS
from epicycle.spectra.plan import grid
from generators import regression


def test_following_survivors_is_planned_at_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    t = np.sort(np.random.default_rng(3).uniform(0, 1e7, 400))
    plan, window = grid(0.01, 1.0, 1e-8), 2e3
    tried = []

    def power(*given: Any) -> np.ndarray:
        centres, count = given[3], given[5]
        tried[-1] += len(centres) * count
        return np.zeros((len(centres), count))

    monkeypatch.setattr(segments, "_power", power)
    costs, looks = [], []
    for everything, followed in ((True, SURVIVORS), (False, LADDER.doubtful)):
        costs.append(_step(t, plan, window, everything=everything).cost)
        tried.append(0)
        centres, target = np.linspace(0.1, 0.9, followed), LADDER.coherent_from * np.ptp(t)
        times = Times(t, np.zeros(400))
        half = LADDER.reach / window
        left, _ = segments.narrow(times, np.ones((400, 1)), centres, window, half, target)
        looks.append(len(left))
    # a term for each candidate, each frequency around it, and each sample; then coherent looks
    assert tried[0] > 2 * tried[1] > 0
    expected = _TERM_COST * 400 * (tried[0] - tried[1])
    expected += (looks[0] - looks[1]) * (_LOOK_COST * 400 + _FIXED_LOOK_COST)
    assert costs[0] - costs[1] == pytest.approx(expected)


@pytest.mark.parametrize("n_frequencies", [1e4, 1e8])
@pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
def test_as_many_pairs_as_a_line_needs_show_it(n_frequencies: float, share: float) -> None:
    # 2 / share^2 pairs for each deviation squared
    pairs = 2 * (visible(n_frequencies) / share) ** 2
    assert depth_of(pairs, n_frequencies) == pytest.approx(share, rel=1e-12)
    assert depth_of(0, n_frequencies) == depth_of(1, n_frequencies) == 1.0


def test_a_plan_has_cost_nothing_yet() -> None:
    data = regression(np.arange(50.0) ** 1.1, np.arange(50.0))
    ladder = LadderSearch(data, grid(0.1, 5.0, 1e-3), 1e6)
    assert ladder.planned
    assert (ladder.spent, ladder.rungs) == (0.0, [])
