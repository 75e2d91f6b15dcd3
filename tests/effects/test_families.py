"""Distributions of counts, against scipy's own."""

import numpy as np
import pytest
from scipy import stats

from epicycle.effects.families import Family, likeliest_family

MEAN = np.array([0.03, 0.7, 4.0, 60.0])
FAMILIES = {
    "Poisson": (Family(), lambda k, m: stats.poisson.cdf(k, m)),
    "linear": (Family(linear=1.5), lambda k, m: stats.nbinom.cdf(k, m / 1.5, 1 / 2.5)),
    "square": (Family(square=0.5), lambda k, m: stats.nbinom.cdf(k, 2, 2 / (2 + m))),
    "zeros": (Family(zeros=0.3), lambda k, m: 0.3 + 0.7 * stats.poisson.cdf(k, m / 0.7)),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_chances_and_variances_are_those_of_scipy(name):
    family, of_scipy = FAMILIES[name]
    counts = np.arange(4000.0)[:, np.newaxis]
    below = family.chance_up_to(counts, MEAN)
    # a Poisson number stands as one whose variance is larger by 1e-6 of its mean
    np.testing.assert_allclose(below, of_scipy(counts, MEAN), atol=1e-5)
    each = np.exp(family.log_chance(counts, MEAN))
    np.testing.assert_allclose(np.cumsum(each, axis=0), below, atol=1e-8)
    mean = (counts * each).sum(axis=0)
    variance = (counts**2 * each).sum(axis=0) - mean**2
    np.testing.assert_allclose(mean, MEAN, rtol=1e-5)
    np.testing.assert_allclose(variance, family.variance(MEAN), rtol=1e-4)
    assert (family.chance_up_to(np.full(4, -1.0), MEAN) == 0).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_family_is_told_from_counts(name):
    rng = np.random.default_rng(7)
    family, _ = FAMILIES[name]
    mean = rng.choice([1.0, 5.0, 30.0], 3000)
    counts = {
        "Poisson": lambda: rng.poisson(mean),
        "linear": lambda: rng.negative_binomial(mean / 1.5, 1 / 2.5),
        "square": lambda: rng.negative_binomial(2, 2 / (2 + mean)),
        "zeros": lambda: rng.poisson(mean / 0.7) * (rng.random(3000) > 0.3),
    }[name]().astype(float)
    found = likeliest_family(counts, mean)
    # a tenth: numbers from 3000 counts have errors of a few percent
    for one, known in zip(vars(found).values(), vars(family).values(), strict=True):
        assert one == pytest.approx(known, rel=0.1, abs=0.0)
