"""What was learned is lost when the gradient is as strong again as before the move."""

import pytest
import torch

from epicycle.optim.relapse import Relapse


def noted(relapse, level, passes=16, rows=10):
    """Note gradients of a mean over the rows."""
    for _ in range(passes):
        relapse.note(torch.full((rows, 1), level / rows))
    return relapse.is_back()


@pytest.mark.parametrize("rows", [10, 1000])  # a mean over more rows has smaller gradients
def test_a_gradient_that_fell_and_rose_again_is_a_relapse(rows):
    relapse = Relapse()
    assert not noted(relapse, 1.0)
    relapse.moved()
    assert not noted(relapse, 1.0)  # not learned as yet
    assert not noted(relapse, 0.1)
    assert noted(relapse, 0.9, rows=rows)
    assert not noted(relapse, 0.9)  # once


def test_a_gradient_that_never_fell_is_none():
    relapse = Relapse()
    noted(relapse, 1.0)
    relapse.moved()
    assert not noted(relapse, 0.6)
    assert not noted(relapse, 1.0)


def test_nothing_was_learned_before_a_move():
    relapse = Relapse()
    assert not noted(relapse, 0.01)
    assert not noted(relapse, 1.0)


def test_a_better_place_on_the_same_line_changes_nothing():
    relapse = Relapse()
    noted(relapse, 1.0)
    relapse.moved()
    assert not noted(relapse, 0.01)
    relapse.moved()
    assert noted(relapse, 0.9)


def test_the_gradient_falls_by_much_once_for_each_quarter_of_its_power():
    relapse = Relapse()
    noted(relapse, 1.0)
    assert not relapse.has_fallen()  # nothing was moved
    relapse.moved()
    noted(relapse, 0.9)
    assert relapse.has_fallen()  # the first of what is seen after a move
    noted(relapse, 0.5)
    assert not relapse.has_fallen()
    noted(relapse, 0.4)
    assert relapse.has_fallen()
    noted(relapse, 0.25)
    assert not relapse.has_fallen()
    relapse.moved()
    noted(relapse, 0.25)
    assert relapse.has_fallen()
