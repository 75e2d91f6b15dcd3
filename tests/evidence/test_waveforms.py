"""What waveforms are like beforehand, and which rival frequencies are told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.evidence.waveforms import (
    ALL_SHAPES,
    HELD,
    SMOOTH,
    Rival,
    Shapes,
    apart,
    distinct,
    rival_at,
    shorter_first,
    with_relatives,
)
from epicycle.limits import WAVEFORMS


def test_every_kind_shares_out_the_whole_variance_and_all_kinds_are_one_in_sum() -> None:
    for shapes in ALL_SHAPES:
        np.testing.assert_allclose(shapes.share.sum(axis=1), 1.0, atol=1e-10)
        assert len(shapes.odds) == len(shapes.share)
    assert sum(shapes.odds.sum() for shapes in ALL_SHAPES) == pytest.approx(1.0)


def test_shares_fall_from_order_to_order_by_the_steepness_of_their_kind() -> None:
    for row, steepness in zip(SMOOTH.share, (3.5, 2.0, 5.0), strict=True):
        order = np.arange(1, WAVEFORMS.detail + 1)
        held = row[: WAVEFORMS.detail] > HELD
        np.testing.assert_allclose((row / row[0])[: len(order)][held], order[held] ** -steepness)
        assert (row[WAVEFORMS.detail :] == HELD).all()


def test_a_double_wave_is_one_at_twice_the_frequency_with_halves_that_differ_a_little() -> None:
    double = ALL_SHAPES[2]
    kinds = [(p, odd) for p in (2.0, 1.0, 3.5, 5.0) for odd in (0.03, 0.3, 0.003)]
    for row, (steepness, odd) in zip(double.share, kinds, strict=True):
        even_orders, odd_orders = row[1::2], row[0::2]
        order = np.arange(1, 5)
        np.testing.assert_allclose((even_orders / even_orders[0])[:4], order**-steepness)
        np.testing.assert_allclose(odd_orders[:4] / even_orders[:4], odd)


def test_orders_beyond_the_highest_frequency_are_held_at_zero() -> None:
    shapes = Shapes(np.array([[0.5, 0.25, 0.25, HELD], [1.0, HELD, HELD, HELD]]), np.ones(2) / 2)
    assert shapes.orders == 3
    allowed = shapes.allowed(np.array([1.0, 2.0, 4.0]), 4.0)
    assert allowed.shape == (2, 3, 3)
    assert allowed[0].tolist() == [[0.5, 0.25, 0.25], [0.5, 0.25, HELD], [0.5, HELD, HELD]]
    assert (allowed[1] == [1.0, HELD, HELD]).all()


@given(st.lists(st.integers(0, 60), max_size=15))
def test_of_frequencies_near_each_other_the_first_is_kept(ticks: list[int]) -> None:
    kept: list[int] = []
    for k in ticks:
        if 5 <= k <= 50 and not any(abs(k - other) <= 3 for other in kept):
            kept.append(k)
    assert apart(np.array(ticks, dtype=float), (5.0, 50.0), 3.0).tolist() == kept


def test_what_is_compared_holds_halves_thirds_and_doubles_of_the_likeliest() -> None:
    best = 100.0 + 7.0 * np.arange(WAVEFORMS.finalists + 5)
    start = np.array([1000.0])
    every = with_relatives(best, start, (0.1, 1e9), 1e-6).tolist()
    assert every[: WAVEFORMS.finalists] == best[: WAVEFORMS.finalists].tolist()
    assert every[WAVEFORMS.finalists] == 1000.0
    for f in best[: WAVEFORMS.related]:
        for relative in (f / 2, f / 3, 2 * f):
            assert min(abs(g - relative) for g in every) <= 1e-6
    assert best[WAVEFORMS.finalists] not in every


def test_of_two_frequencies_that_are_one_the_likelier_stays() -> None:
    refined = np.array([1.0, 1.004, 2.0, 1.006])
    found = distinct(refined, np.array([3.0, 5.0, 4.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.4]), 100.0)
    assert [(r.frequency, r.bic, r.power) for r in found] == [(1.004, -10.0, 0.2), (2.0, -8.0, 0.3)]
    # just further apart than half of one over the baseline they are two
    assert len(distinct(refined[:2], np.zeros(2), np.zeros(2), 130.0)) == 2


def rival(period: float, odds: float) -> Rival:
    return Rival(1 / period, -2 * np.log(odds), 0.5)


@pytest.mark.parametrize(("odds", "first"), [(0.2, 1.0), (0.05, 2.0)])
def test_the_shorter_of_two_undecided_periods_is_first(odds: float, first: float) -> None:
    order = shorter_first([rival(2.0, 1.0), rival(2.2, 0.9), rival(1.0, odds)], 100.0)
    assert order[0].frequency == pytest.approx(1 / first)
    assert len(order) == 3


def test_an_alias_is_no_fraction() -> None:
    order = shorter_first([rival(2.0, 1.0), rival(0.7, 0.9)], 100.0)
    assert order[0].frequency == 0.5


def test_a_rival_is_found_where_it_stands() -> None:
    rivals = [rival(2.0, 1.0), rival(2.05, 0.9), rival(0.7, 0.8)]
    assert rival_at(rivals, 1 / 2.04, 0.02) is rivals[0]  # the first, the likeliest
    assert rival_at(rivals, 1 / 0.7, 0.02) is rivals[2]
    assert rival_at(rivals, 1.0, 0.02) is None
