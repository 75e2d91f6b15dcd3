import math

import numpy as np
import pytest
from scipy.stats import binom

from epicycle import scalogram
from epicycle.changing.level import extent, probability, threshold


def highest(seed: int, n: int, kind: str) -> tuple[float, float]:
    """Return what of the noise of one picture exceeds the levels of 30 % and 5 %."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) * 480.0 / n if kind == "regular" else np.sort(rng.uniform(0, 480, n))
    picture = scalogram(t, rng.normal(size=n), period=(16, 40))
    return tuple(float(np.nanmax(picture.power - picture.noise_level(p))) for p in (0.3, 0.05))


@pytest.mark.parametrize("kind", ["regular", "irregular"])
def test_noise_reaches_its_level_as_often_as_it_says(kind: str) -> None:
    found = np.array([highest(seed, 300, kind) for seed in range(80)]) > 0
    often, seldom = found.sum(axis=0)
    # maxima between points of the picture are missed (some 30 % of the excesses), so the level is
    # a bound from above; from below it is within a factor of three.  Both at 1e-3.
    assert binom.ppf(1e-3, 80, 0.1) <= often <= binom.ppf(1 - 1e-3, 80, 0.3)
    assert seldom <= binom.ppf(1 - 1e-3, 80, 0.05)


def test_the_level_rises_where_samples_are_few() -> None:
    rng = np.random.default_rng(2)
    t = np.concatenate([np.sort(rng.uniform(0, 240, 400)), np.sort(rng.uniform(240, 480, 60))])
    picture = scalogram(t, rng.normal(size=460), period=(16, 40), times=[100.0, 400.0])
    level = picture.noise_level()
    assert (level[:, 1] > level[:, 0]).all()
    assert (np.diff([picture.noise_level(p)[3, 0] for p in (0.001, 0.01, 0.1)]) < 0).all()
    with pytest.raises(ValueError, match="between 0 and 1"):
        picture.noise_level(0.0)


def test_extent_and_threshold_are_those_of_the_formula() -> None:
    t = np.arange(0, 480.0, 0.5)
    picture = scalogram(t, np.random.default_rng(0).normal(size=960), period=(16, 40))
    area, perimeter = extent(picture)
    span, c = picture.time[-1] - picture.time[0], 2.0
    band = 1 / 16 - 1 / 40
    # the integral over the logarithm of the frequency is that over the frequency, to its steps
    assert area == pytest.approx(math.sqrt(math.pi**2 + 1 / (4 * c * c)) * span * band, rel=1e-3)
    assert perimeter > 0
    z = threshold(area, perimeter, 0.01)
    assert probability(z, area, perimeter) == pytest.approx(-math.log(0.99), rel=1e-6)
    # of a single point nothing but the exponential distribution is left
    assert threshold(0.0, 0.0, 0.01) == pytest.approx(-math.log(-math.log(0.99)), rel=1e-6)
