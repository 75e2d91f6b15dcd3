"""Where cycles stand: the first one as a waveform, each of them on its likeliest alias."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.window import spectral_window
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Fundamental, Structure
from epicycle.pursuit.places import (
    at_likelier_fractions,
    at_likeliest_aliases,
    joined_at_fringes,
    with_first_cycle,
)
from tests.pursuit.lines import Begun, begun


def eclipses() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 60.0, 250))
    turn = (t / 2.7) % 1.0
    y = -np.exp(-0.5 * ((turn - 0.25) / 0.04) ** 2) - 0.5 * np.exp(
        -0.5 * ((turn - 0.75) / 0.04) ** 2
    )
    return t, y + 0.02 * rng.normal(size=250)


def test_the_first_cycle_is_a_waveform_where_that_is_likelier() -> None:
    stand, goal, judge = begun(*eclipses(), [], minimum_period=0.5)
    opened = with_first_cycle(stand, goal, judge, None)
    assert opened.fit.structure.frequency == pytest.approx([1 / 2.7], abs=1e-3)
    assert len(opened.fit.structure.orders_of(0)) > 2
    assert opened.held == pytest.approx(1 / 2.7, abs=1e-3)
    assert opened.rivals[0].frequency == pytest.approx(1 / 2.7, abs=1e-3)
    # its residual has been searched
    assert opened.last.power[0] < stand.last.power[0]
    assert stand.held is None


@pytest.mark.parametrize(
    "asked", [{"max_order": 1}, {"max_cycles": 0}, {"drift": True}, {"slow_limit": 10.0}]
)
def test_waveforms_are_not_compared_where_none_is_asked_for(asked: dict[str, object]) -> None:
    stand, goal, judge = begun(*eclipses(), [], minimum_period=0.5, **asked)
    assert with_first_cycle(stand, goal, judge, None) is stand


def on_an_alias() -> tuple[Begun, float, float]:
    """Return a sinusoid seen at night, fitted one cycle per day away from where it is."""
    rng = np.random.default_rng(9)
    t = np.sort(np.arange(40).repeat(6) + rng.uniform(0, 0.33, 240))
    y = 2.0 * np.cos(2 * np.pi * 0.37 * t) + rng.normal(size=240)
    return begun(t, y, [1.37], minimum_period=0.4), 1.37, 0.37


def test_a_line_on_an_alias_is_moved() -> None:
    (stand, goal, judge), alias, true = on_an_alias()
    assert stand.fit.structure.frequency == pytest.approx([alias], abs=5e-3)
    window = spectral_window(stand.work.data, stand.work.plan)
    moved = at_likeliest_aliases(stand, window, goal, judge)
    assert moved.structure.frequency == pytest.approx([true], abs=5e-3)


def test_a_line_that_was_compared_as_a_waveform_is_held() -> None:
    (stand, goal, judge), alias, _ = on_an_alias()
    window = spectral_window(stand.work.data, stand.work.plan)
    held = replace(stand, held=alias)
    assert at_likeliest_aliases(held, window, goal, judge) is stand.fit
    # nor is slow variation moved
    slow = replace(goal, slow_limit=2.0)
    assert at_likeliest_aliases(stand, window, slow, judge) is stand.fit


def unequal_minima(difference: float) -> tuple[Begun, float]:
    """Return two unlike minima a cycle, fitted as a wave of half the period, and its frequency.

    Three lines tell the minima apart, none of them by itself.
    """
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100.0, 400))
    turns = 0.37 * t
    y = np.cos(4 * np.pi * turns) + 0.2 * rng.normal(size=400)
    y += difference * (np.cos(2 * np.pi * turns) + np.cos(6 * np.pi * turns))
    return begun(t, y, [0.74], minimum_period=0.4), 0.37


def test_a_period_whose_double_is_clearly_likelier_is_doubled() -> None:
    # each of the lines takes n A^2 / (2 sigma^2) = 18 from chi-square, less than would make it a
    # line in a band of hundreds of frequencies; two of them together have odds of e^18 / n^2 / 10
    (stand, goal, _), true = unequal_minima(0.06)
    window = spectral_window(stand.work.data, stand.work.plan)
    moved = at_likelier_fractions(stand, window, goal)
    assert moved.fit.structure.frequency == pytest.approx([true], abs=1e-3)
    assert {1, 2, 3} <= set(moved.fit.structure.orders_of(0))


def test_a_period_whose_double_says_nothing_more_stays() -> None:
    (stand, goal, _), _ = unequal_minima(0.0)
    window = spectral_window(stand.work.data, stand.work.plan)
    assert at_likelier_fractions(stand, window, goal) is stand


def two_campaigns(amplitude: float, second: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Return a wave whose halves differ a little, seen twice for ten days, 200 days apart."""
    rng = np.random.default_rng(4)
    t = np.sort(np.r_[rng.uniform(0, 10, 60), rng.uniform(200, 210, 60)])
    y = np.cos(2 * np.pi * 0.8 * t) + amplitude * np.cos(2 * np.pi * second * t + 1.0)
    return t, y + 0.2 * rng.normal(size=120)


@pytest.mark.parametrize(("amplitude", "joined"), [(0.25, True), (2.0, False)])
def test_a_weak_line_that_may_be_half_of_a_cycle_joins_it(amplitude: float, joined: bool) -> None:
    # one cycle more in the gap: .8 % of the power, which is nothing for a weak line only
    stand, goal, _ = begun(*two_campaigns(amplitude), [0.8, 0.4 + 1 / 200], minimum_period=0.5)
    assert stand.fit.structure.frequency[1] == pytest.approx(0.405, abs=1e-3)
    after = joined_at_fringes(stand, goal)
    if joined:
        assert after.fit.structure.frequency == pytest.approx([0.4], abs=1e-4)
        assert after.fit.structure.orders_of(0) == (1, 2)
    else:
        assert after is stand


def test_lines_at_no_simple_ratio_stay_apart() -> None:
    stand, goal, _ = begun(*two_campaigns(0.25, 0.46), [0.8, 0.46], minimum_period=0.5)
    assert joined_at_fringes(stand, goal) is stand


@pytest.mark.parametrize(("away", "moves"), [(0.3, False), (1.6, True)])
def test_no_fraction_has_a_line_next_to_one_of_another_cycle(
    away: float, moves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third as strong as noise is wished for, 0.3 or 1.6 / T beside a cycle that is there."""
    t = np.arange(0.0, 200.0, 0.25)
    beside = 0.25 + away / np.ptp(t)
    y = 3 * np.cos(2 * np.pi * beside * t) + np.cos(2 * np.pi * 0.75 * t + 1)
    y += 0.3 * np.random.default_rng(4).normal(size=len(t))
    stand, goal, _ = begun(t, y, [beside, 0.75], minimum_period=0.6)
    window = spectral_window(stand.work.data, stand.work.plan)

    def third(self: AliasTest, fit: Fit, k: int) -> Structure | None:
        one, two = fit.structure.fundamentals()
        at_third = Fundamental(two.frequency / 3, (1, 3))
        return Structure.of([one, at_third]) if k == 1 and two.orders == (1,) else None

    monkeypatch.setattr(AliasTest, "likelier_fraction", third)
    moved = at_likelier_fractions(stand, window, goal)
    assert (moved is not stand) == moves
