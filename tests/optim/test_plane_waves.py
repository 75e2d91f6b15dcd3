"""Wave vectors of several inputs: boxes are tried whole, side lobes are followed home."""

import itertools

import numpy as np
import pytest
import torch

from epicycle.limits import LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual
from epicycle.optim.plane_waves import PlaneWaves, box_cost, boxes


def residual_of(vector, n=400, noise=0.5, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (n, len(vector)))
    x[0], x[1] = 0.0, 1.0
    y = np.cos(2 * np.pi * (x @ vector) + 0.3) + noise * rng.normal(size=n)
    coordinates = Coordinates.of(torch.as_tensor(x))
    return Residual.of(coordinates, y[:, None], np.ones((n, 1)))


def away(found, vector):
    return min(np.abs(found - vector).max(), np.abs(found + vector).max())


@pytest.mark.parametrize(
    "vector", [(3.1, -100.4), (0.0, 77.7), (20.3, 4.4, -19.9), (1.5, -7.2, 3.3, 5.0)]
)
def test_a_wave_anywhere_in_a_box_is_a_candidate(vector):
    vector = np.array(vector)
    residual = residual_of(vector)
    high = np.full(len(vector), np.abs(vector).max() + 0.3)
    limit = residual.coordinates.highest
    found = PlaneWaves(residual.coordinates).candidates(residual, high, 0.2, limit)
    assert away(found[0], vector) < 0.51


def test_a_side_lobe_at_the_edge_is_followed_to_its_wave():
    vector = np.array([52.4, 2.6])
    residual = residual_of(vector, noise=0.0)
    waves = PlaneWaves(residual.coordinates)
    found = waves.settled(residual, [np.array([50.0, 0.0])], residual.coordinates.highest)
    assert away(found[0], vector) < 0.51
    # what the inputs do not resolve stays out of it
    (kept,) = waves.settled(residual, [np.array([50.0, 0.0])], np.array([50.0, 50.0]))
    assert kept[0] <= 50.0


@pytest.mark.parametrize("inputs", [2, 3])
def test_boxes_grow_from_zero_to_what_is_looked_for(inputs):
    span = np.array([2.0, 50.0, 1.0])[:inputs]
    tops = list(boxes(span, np.full(inputs, 1e9)))
    for before, after in itertools.pairwise(tops):
        assert (after > before).all()
    assert tops[-1] * span == pytest.approx(np.full(inputs, LEARNING.axis_cycles))
    # a narrow band is one box, and has nothing beyond
    (top,) = boxes(span, 3.0 / span)
    assert top * span == pytest.approx(np.full(inputs, 3.0))


def test_a_search_stays_within_its_budget():
    residual = residual_of(np.array([5.0, 9.0]))
    waves = PlaneWaves(residual.coordinates)
    high, limit = np.array([20.0, 20.0]), residual.coordinates.highest
    waves._left = 2.5 * box_cost(high)
    answers = [waves.candidates(residual, high, 0.2, limit) for _ in range(3)]
    assert np.array_equal(answers[0], answers[1])
    assert answers[2] is None
