"""What smoothing says behind the data, and how much of it counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.living.beside import Beside, Series, astray, beside, chain_ahead, further_off
from epicycle.living.choose import Changes, Problem, choose, lasting, with_changes
from epicycle.living.nodes import build_nodes
from epicycle.living.smoothing import smooth


def chosen(t: np.ndarray, y: np.ndarray, period: float | None = None):
    columns = [y, np.ones(len(t))]
    if period is not None:
        columns += [np.cos(2 * np.pi * t / period), np.sin(2 * np.pi * t / period)]
    n_lines = 0 if period is None else 1
    nodes = build_nodes(t, np.column_stack(columns), np.ones(len(t)))
    problem = Problem(nodes, 1, np.zeros(n_lines, np.intp), np.ones(n_lines, bool), True)
    return choose(problem, *lasting(problem))


def test_gaps_of_a_regular_series_are_filled_and_others_are_none() -> None:
    t = np.arange(40.0)
    kept = t != 7
    series = Series.of(t[kept], 2 * t[kept])
    assert series is not None
    assert_allclose(series.y, 2 * t)
    assert Series.of(np.delete(t, np.arange(5, 15)), np.zeros(30)) is None
    assert Series.of(t + 0.3 * (t % 2), t) is None
    assert Series.of(np.append(t, 39.0), np.zeros(41)) is None


def test_means_and_variances_ahead_are_those_of_many_futures() -> None:
    rng = np.random.default_rng(5)
    one = Beside(1.0, 10.0, 2.0, 5.0, 0.3, 0.9, np.array([1.0, -2.0, 1.0]), (0.4, 0.1, 0.3), 0.5)
    n, steps = 20_000, 7
    level, slope = np.full(n, 5.0), np.full(n, 0.3)
    cycle = [np.full(n, s) for s in one.season]
    mean, variance = one.at(10.0 + 2.0 * np.arange(1, steps + 1))
    for h in range(steps):
        error = rng.normal(0, np.sqrt(0.5), n)
        value = level + 0.9 * slope + cycle[0] + error
        # within four standard errors
        assert abs(value.mean() - mean[h]) < 4 * value.std() / np.sqrt(n)
        assert abs(value.var() / variance[h] - 1) < 4 * np.sqrt(2 / n)
        level = level + 0.9 * slope + 0.4 * error
        slope = 0.9 * slope + 0.1 * error
        cycle = [*cycle[1:], cycle[0] + 0.3 * error]


def test_very_far_ahead_variances_go_on_as_they_grew() -> None:
    one = Beside(1.0, 0.0, 1.0, 0.0, 0.0, 1.0, np.zeros(1), (0.5, 0.0, 0.0), 1.0)
    mean, variance = one.at(np.array([1e3, 1e6, 1e12]))
    assert_allclose(variance, 1 + 0.25 * (np.array([1e3, 1e6, 1e12]) - 1))
    assert_allclose(mean, 0.0)


@pytest.mark.parametrize("walk", [0.0, 1.0])
def test_blind_forecasts_are_those_of_a_fit_to_what_was_before(walk: float) -> None:
    rng = np.random.default_rng(6)
    t = np.arange(80.0)
    y = walk * np.cumsum(rng.normal(size=80)) + 3 * np.cos(2 * np.pi * t / 8) + rng.normal(size=80)
    ahead = chain_ahead(chosen(t, y, 8.0), 16)
    other = y.copy()
    other[-16:] += 1e3
    # what is not to be known has no say; strengths are those of all values
    there = chosen(t, other, 8.0)
    same = choose_like(there, chosen(t, y, 8.0))
    assert_allclose(chain_ahead(same, 16), ahead, atol=1e-5)


def choose_like(there, here):
    """Return the fit of other values at the same strengths."""
    import dataclasses

    return dataclasses.replace(there, fitted=here.fitted)


def test_a_last_value_far_off_is_told() -> None:
    rng = np.random.default_rng(7)
    t = np.arange(100.0)
    y = np.cumsum(rng.normal(size=100))
    assert astray(chosen(t, y)) < 4
    y[-1] += 20
    assert astray(chosen(t, y)) > 5


def test_weights_follow_what_both_would_have_erred_by() -> None:
    rng = np.random.default_rng(8)
    t = np.arange(120.0)
    wave = np.resize(rng.normal(0, 4, 6), 120)
    y = np.cumsum(rng.normal(size=120)) + wave
    series = Series.of(t, y)
    assert series is not None
    # a level without cycles beside a season that is there
    found = beside(series, smooth(y, 6, slope=False), chosen(t, y), 0.0)
    assert found is not None
    assert found.weight > 0.7
    # and the other way round, but for odds that leave smoothing no say
    y = 5 * np.cos(2 * np.pi * t / 7.5) + rng.normal(size=120)
    series = Series.of(t, y)
    assert series is not None
    assert beside(series, smooth(y, 1, slope=False), chosen(t, y, 7.5), 7.5) is None


@pytest.mark.parametrize("beats", [True, False])
def test_changes_that_turn_back_would_have_misled(beats: bool) -> None:
    t = np.arange(240.0)
    # a second line 1.5 turns away, which a line that changes follows; or an amplitude that grows
    strength = 1 + 0.5 * np.cos(2 * np.pi * 1.5 * t / 240) if beats else 0.5 + t / 240
    y = 3 * strength * np.cos(2 * np.pi * t / 12)
    y += np.random.default_rng(3).normal(0, 0.3, 240)
    choice = chosen(t, y, 12.0)
    ramps = [np.clip(8 * (1 - t / 239) - k, 0, 1) for k in range(8)]
    waves = choice.nodes.values[:, -2:].T
    columns = np.column_stack([choice.nodes.values, *(r * w for w in waves for r in ramps)])
    changed = with_changes(choice, Changes(build_nodes(t, columns, np.ones(240)), np.ones(16)))
    assert len(changed.changes)
    assert further_off(changed, choice) == beats
