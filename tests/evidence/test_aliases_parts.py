"""The parts of evidence/aliases.py, one by one."""

from __future__ import annotations

from epicycle.evidence.aliases import (
    Alias,
    orders_at_multiple,
    other_places,
)
from epicycle.evidence.waveforms import Rival
from epicycle.fit.lines import Fundamental, Structure


def test_waveforms_at_a_fraction_and_at_a_multiple() -> None:
    def at(orders: tuple[int, ...], up: int, down: int) -> list[tuple[int, ...]]:
        return orders_at_multiple(Fundamental(0.3, orders), up, down)

    # all lines of the cycle, and one or two that tell the fraction from it
    assert at((1, 2), 1, 2) == [(1, 2, 4), (1, 2, 3, 4)]
    assert at((1, 3), 1, 3) == [(1, 3, 9), (1, 2, 3, 9)]
    # the lines that it can have
    assert at((1, 2, 4, 5), 2, 1) == [(1, 2)]
    assert at((1, 3, 6), 3, 1) == [(1, 2)]
    assert at((1, 3), 2, 1) == [(1,)]


def test_a_verdict_needs_odds_of_more_than_ten() -> None:
    verdicts = [
        Alias(0.5, 2.0, 0.9, 0.3, odds, "window").verdict
        for odds in (0.0, 0.0999, 0.1, 1.0, 10.0, 10.001, 1e9)
    ]
    assert verdicts == ["cycle", "cycle", *3 * ["undecided"], "alias", "alias"]


def test_rivals_of_another_place_are_places_of_an_only_cycle() -> None:
    rivals = [Rival(f, bic, 0.9) for f, bic in ((0.3, 0.0), (0.5, 1.0), (0.7, 2.0))]
    only = Structure.empty().plus(0.41)
    assert other_places(rivals, only, 100.0) == (0.3, 0.5, 0.7)
    # where it is one of them, they have odds already; beside others they were compared without
    assert other_places(rivals, Structure.empty().plus(0.502), 100.0) == ()
    assert other_places(rivals, only.plus(0.9), 100.0) == ()
    assert other_places(rivals, Structure.empty().plus(0.41, fixed=True), 100.0) == ()
