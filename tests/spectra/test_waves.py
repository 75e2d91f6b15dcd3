"""Sums over boxes of wave vectors, beside direct sums."""

import itertools

import numpy as np
import pytest

from epicycle.spectra.waves import WaveBox


@pytest.mark.parametrize("shape", [(5, 4), (3, 4, 5)])
def test_sums_are_those_of_the_definition_far_from_zero_too(shape):
    rng = np.random.default_rng(1)
    m = len(shape)
    points, strengths = rng.uniform(-0.5, 0.5, (m, 200)), rng.normal(size=(2, 200))
    centre = np.array([700.3, -250.0, 3.5])[:m]
    box = WaveBox(points, 0.5, shape, 2)
    sums = box.sums(strengths, centre)
    for number, place in enumerate(itertools.product(*map(range, shape))):
        vector = centre + 0.5 * (np.array(place) - np.array(shape) // 2)
        assert box.vector(number, centre) == pytest.approx(vector)
        direct = strengths @ np.exp(-2j * np.pi * (vector @ points))
        # single precision: a thousandth of what all strengths together may add up to
        assert np.abs(sums[:, *place] - direct).max() < 2e-3 * np.abs(strengths).sum()
