"""Transforms at frequencies anywhere, against the sums written out."""

import numpy as np

import oracles
from epicycle.samples.times import Times
from epicycle.spectra.transforms import TOLERANCE, scattered_sums


def test_sums_anywhere_in_any_order() -> None:
    rng = np.random.default_rng(8)
    t = rng.uniform(-300, 500, 200)
    strengths = rng.normal(size=(3, 200))
    frequency = rng.permutation(np.append(rng.uniform(0, 20, 50), [0.0, 7.0, 7.0]))
    got = scattered_sums(Times(t, np.zeros(200)), strengths, frequency)
    want = np.stack([oracles.direct_sums(t, one, frequency) for one in strengths])
    assert np.abs(got - want).max() < 10 * TOLERANCE * np.abs(strengths).sum(axis=1).max()
