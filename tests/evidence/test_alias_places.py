"""Where else a cycle may stand, and which lines it has there."""

import numpy as np

from epicycle.evidence.alias_places import Case, Place, is_free, moved_to, new_lines
from epicycle.fit.lines import Fundamental, Structure


def cycles() -> Structure:
    return Structure.empty().plus(1.0, (1, 2)).plus(3.3)


def half(structure: Structure) -> tuple[Fundamental, Place]:
    return structure.fundamentals()[0], Place(0.5, (1, 2, 3, 4), 2, True, "half", 0.5)


def test_a_fraction_has_the_lines_of_the_cycle_and_new_ones() -> None:
    own, place = half(cycles())
    assert new_lines(own, place) == [0.5, 1.5]
    moved = moved_to(cycles(), 0, place)
    assert moved.frequency.tolist() == [0.5, 3.3]
    assert moved.orders_of(0) == (1, 2, 3, 4)


def test_a_place_is_free_where_no_line_of_another_cycle_is_near() -> None:
    _, place = half(cycles())
    assert is_free(place, np.array([3.3]), 0.1)
    # within a line width of the third of its four lines
    assert not is_free(place, np.array([1.55]), 0.1)


def test_what_is_asked_of_places() -> None:
    own, place = half(cycles())
    moved = Place(2.0, (1, 2), 1, False, "day", 1.0)
    case = Case(own, 1, (0,), (0, 1), [place, moved])
    assert case.is_richer(place)
    assert not case.is_richer(moved)
    # the strongest line moves as a whole; the others follow it, but those of a fraction are there
    assert case.rest(moved) == [4.0]
    assert case.rest(place) == []
    assert list(case.nearby()) == [((0,), 2.0)]
    assert ((), 1.5) in list(case.single())
