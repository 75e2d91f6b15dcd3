"""Every frequency of a band is tried, and nothing in the network is run for its own sake."""

import itertools

import numpy as np
import pytest
import torch

from epicycle.optim.coordinates import Coordinates
from epicycle.optim.line_fit import Residual
from epicycle.optim.spectrum import Screen, parts


def residual_of(x, values):
    coordinates = Coordinates.of(torch.as_tensor(x)[:, None])
    return Residual.of(coordinates, values, np.ones((len(x), 1)))


def sampled(n=400, span=100.0):
    x = np.random.default_rng(1).uniform(0, span, n)
    x[0], x[-1] = 0.0, span
    return x


@pytest.mark.parametrize("place", [0.0, 0.137, 0.5, 0.999, 1.0])
def test_a_line_anywhere_in_a_band_is_a_candidate(place):
    x, low, high = sampled(), 3.0, 7.021
    f = low + place * (high - low)
    values = np.stack([np.cos(2 * np.pi * f * x), np.random.default_rng(2).normal(size=400)], 1)
    residual = residual_of(x, values)
    # the best of two series has its half of the power: 0.3 of all, and a line is 1/100 wide
    found = Screen(residual.coordinates).candidates(residual, low, high, 0.3)
    # half a step away, and a whole one at the upper end, where the next band begins
    assert abs(found[0][0] - f) <= (1.01 if place > 0.99 else 0.51) / (4 * 100.0)


def test_a_line_where_two_parts_join_is_in_one_of_them():
    x = sampled(200, 50_000.0)
    pieces = list(parts(residual_of(x, x[:, None]).coordinates, np.array([6e-5]), np.array([1.5])))
    assert len(pieces) > 2
    for before, after in itertools.pairwise(pieces):
        f = after[0][0]
        residual = residual_of(x, np.cos(2 * np.pi * f * x)[:, None])
        screen = Screen(residual.coordinates)
        found = [
            g[0]
            for low, high in (before, after)
            for g in screen.candidates(residual, *low, *high, 0.9)
        ]
        assert min(abs(g - f) for g in found) <= 0.51 / (4 * 50_000.0)
