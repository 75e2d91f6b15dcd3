"""Noise with a memory is told, with what tests against it; white noise is not."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.cli.wording import in_words_of_options
from epicycle.results.neighbours import correlation, neighbour_note


def noise(memory, n, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=n)
    for k in range(1, n):
        values[k] += memory * values[k - 1]
    return values


@pytest.mark.parametrize("memory", [0.0, 0.7])
def test_a_memory_is_measured(memory):
    t = np.arange(4000.0)
    values = noise(memory, 4000, 3)
    order = np.random.default_rng(1).permutation(4000)
    measured, pairs = correlation(t[order], values[order], np.zeros(4000, dtype=int))
    assert pairs == 3999
    # by numpy, from the same pairs; the error of a correlation is at most 1 / sqrt(pairs)
    assert measured == pytest.approx(np.corrcoef(values[1:], values[:-1])[0, 1], abs=0.005)
    assert abs(measured - memory) < 4 / np.sqrt(pairs)


def test_neighbours_are_of_one_group_and_near():
    t = np.array([0.0, 1, 2, 3, 100, 101, 0.5, 1.5])
    group = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    _, pairs = correlation(t, np.ones(8), group)
    assert pairs == 5
    assert correlation(t[:1], np.ones(1), group[:1]) == (0.0, 0)


def test_it_is_told_with_the_option_that_helps():
    t = np.arange(300.0)
    wave = 2 * np.cos(2 * np.pi * t / 17)
    options = {"harmonics": 1, "max_cycles": 8}
    assert neighbour_note(find_cycles(t, wave + noise(0.0, 300, 1), **options).origin) == []
    model = find_cycles(t, wave + noise(0.7, 300, 1), **options)
    (said,) = neighbour_note(model.origin)
    assert "red_noise=True tests against it" in said
    assert f"note: {said}" in model.table()
    assert "; --red-noise tests" in in_words_of_options(said)
    assert neighbour_note(None) == []
    # where no more cycles were asked for, what is left is not noise
    few = find_cycles(t, wave + np.cos(2 * np.pi * t / 41), harmonics=1, max_cycles=1)
    assert neighbour_note(few.origin) == []
    asked = find_cycles(t, wave + noise(0.7, 300, 1), red_noise=True, **options)
    assert neighbour_note(asked.origin) == []
    both = np.stack([wave + noise(0.0, 300, 2), wave + noise(0.7, 300, 1)], axis=1)
    assert len(neighbour_note(find_cycles(t, both, **options).origin)) == 1
