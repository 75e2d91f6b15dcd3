"""The parts of pursuit/close_pairs.py, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.limits import PAIRS
from epicycle.pursuit import close_pairs
from epicycle.pursuit.close_pairs import is_apart, resolve
from epicycle.samples.budget import Budget
from epicycle.samples.data import Data
from tests.pursuit.lines import begun


def signal(t: np.ndarray, lines: list[tuple[float, float, float]]) -> np.ndarray:
    return sum(a * np.cos(2 * np.pi * (f * t - phase)) for f, a, phase in lines)


def times(sampling: str, n: int, seed: int = 0) -> np.ndarray:
    if sampling == "regular":
        return np.arange(n, dtype=np.float64)
    return np.sort(np.random.default_rng(seed).uniform(0, n, n))


def test_lines_that_are_not_clearly_better_are_not_put_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    t = times("random", 200)
    noise = 0.3 * np.random.default_rng(1).normal(size=200)
    begin = begun(t, signal(t, [(0.2, 1.0, 0.1)]) + noise, [0.2]).stand
    avoided: list[list[float]] = []

    def promising(data: Data, fit: Fit, dropped: list[float], avoid: list[float]) -> object:
        avoided.append(list(avoid))
        pair = Structure.empty().plus(0.2 - 0.2 / 200).plus(0.2 + 0.2 / 200)
        return (0.2, pair) if 0.2 not in avoid else None

    monkeypatch.setattr(close_pairs, "_split_one", promising)
    end, centres = resolve(begin, [0.2], lambda stand: stand, Budget())
    assert end is begin
    assert centres == []
    assert avoided == [[], [0.2]]
    # nor where they run into each other
    monkeypatch.setattr(close_pairs, "_settle", lambda stand, structure: None)
    assert resolve(begin, [0.2], lambda stand: stand, Budget()) == (begin, [])


def test_clearly_better_is_a_part_of_what_was_left() -> None:
    t = times("random", 200)
    before = begun(t, signal(t, [(0.2, 1.0, 0.1)]), [0.31]).stand
    for factor, better in ((0.99 * PAIRS.better, True), (1.01 * PAIRS.better, False)):
        residual = np.sqrt(factor) * before.fit.residual
        after = replace(before, fit=replace(before.fit, residual=residual))
        assert close_pairs._is_better(after, before) is better


@pytest.mark.parametrize(
    ("kind", "noise", "certain"),
    [("pair", 1e-4, True), ("pair", 0.1, False), ("decay", 1e-4, False), ("decay", 0.1, False)],
)
def test_a_group_is_certain_where_no_line_that_changes_explains_as_much(
    kind: str, noise: float, certain: bool
) -> None:
    t = times("random", 300)
    y = signal(t, [(0.2, 1.0, 0.1), (0.2 + 0.6 / 300, 0.7, 0.4)])
    if kind == "decay":
        y = np.exp(-t / 100) * signal(t, [(0.2, 1.0, 0.1)])
    y = y + noise * np.random.default_rng(2).normal(size=300)
    one = begun(t, y, [0.2]).stand
    fit, jitter = one.work.settle(Structure.empty().plus(0.2).plus(0.2 + 0.6 / 300), tight=True)
    two = replace(one, fit=fit, jitter=jitter)
    assert close_pairs._is_certain(one.fit, two, 0.2) is certain
    # one line is no group, whatever it explains
    assert not close_pairs._is_certain(two.fit, one, 0.2)


def test_neighbourhoods_do_not_overlap() -> None:
    t = times("regular", 100)
    data = begun(t, signal(t, [(0.2, 1.0, 0.1)]), [0.2]).stand.work.data
    reach = PAIRS.reach / data.baseline
    assert is_apart(data, 0.2, [])
    assert is_apart(data, 0.2, [0.2 - 1.01 * reach, 0.2 + 1.01 * reach])
    assert not is_apart(data, 0.2, [0.5, 0.2 - 0.99 * reach])
