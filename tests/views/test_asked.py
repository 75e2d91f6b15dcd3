"""Answers about a period in words."""

import math

from epicycle.results.cycles import Asked
from epicycle.views.asked import nothing_claimed, question


def test_words_of_a_held_period():
    one = Asked(24.0, 24.0, 0.3, 1.5, None)
    assert question(one, "h") == (
        "whether there is a rhythm of 24 h, the period held (condition number 1.5); nothing else "
        "was looked for"
    )


def test_words_where_nothing_is_claimed():
    fit = object()
    text = nothing_claimed(Asked(24.0, 24.0, 0.3, 1.5, fit), "0.5")
    assert "0.3; one with an amplitude of 0.5 would have been claimed (95 %)" in text
    assert "would have" not in nothing_claimed(Asked(24.0, 24.0, 0.3, 1.5, fit), None)
    assert "rises up to its end" in nothing_claimed(Asked(20.0, 28.0, 1e-5, 1.5, None), None)
    few = Asked(24.0, 24.0, 1.0, math.inf, None)
    assert "too few samples" in nothing_claimed(few, None)
    assert "not judged" in question(few, "h")
