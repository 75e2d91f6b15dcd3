"""The expected power of noise with a memory, against dense sums over all pairs of samples."""

import numpy as np
import pytest

from epicycle.fit import expected
from epicycle.fit.expected import ExpectedPower, Memory
from generators import regression

DAYS = np.arange(300.0)
TIMES = {
    "weekdays": (DAYS[DAYS % 7 < 5], 0.5),
    "at random": (np.sort(np.random.default_rng(1).uniform(0, 100, 120)), 3.0),
    "1, later 2": (np.r_[np.arange(100.0), np.arange(100, 201, 2.0)], 0.5),
}


@pytest.mark.parametrize("smooth", [False, True])
def test_covariance_times_columns_is_the_dense_product(smooth: bool) -> None:
    rng = np.random.default_rng(2)
    t, columns = np.sort(rng.uniform(0, 50, 80)), rng.normal(size=(80, 3))
    process = Memory(7.0, smooth)
    dense = process.covariance(np.abs(t[:, np.newaxis] - t))
    np.testing.assert_allclose(process.times(t, columns), dense @ columns, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_mean_power_of_the_process_without_mean_and_trend(
    name: str, weighted: bool
) -> None:
    t, maximum = TIMES[name]
    rng = np.random.default_rng(3)
    data = regression(
        t, rng.normal(size=len(t)), rng.uniform(0.5, 2, len(t)) if weighted else None, degree=1
    )
    processes, shares = [Memory(30.0), Memory(3.0, True), Memory(2.0)], np.array([1.0, 0.5, 0.1])
    expected = ExpectedPower(data, 0, maximum)
    got = expected.mixture(processes, shares)

    apart = np.abs(t[:, np.newaxis] - t)
    covariance = sum(p.covariance(apart) * s for p, s in zip(processes, shares, strict=True))
    w, basis = data.weights_of(0), data.basis(0)
    without = np.eye(len(t)) - basis @ (basis.T * w)
    frequency = np.arange(expected.size) * expected.spacing
    waves = w * np.exp(-2j * np.pi * np.outer(frequency, data.times.to_float()))
    power = np.einsum("fi,ij,fj->f", waves.conj(), without @ covariance @ without.T, waves).real
    # the columns that are fitted along leave the rest of the weights for a sinusoid
    free = w.sum() - (np.abs(waves @ basis) ** 2).sum(axis=1)
    doubled = np.abs((waves**2 / w).sum(axis=1) - ((waves @ basis) ** 2).sum(axis=1))
    clear = (doubled < 0.5 * free) & (frequency > 1 / data.baseline) & (frequency < maximum)
    # Folded from beyond three times the band: the shortest memory has 2 / (pi 2 pi 1.25 2) = 4 % of
    # its tenth of the variance there, against white noise of some 5 % of the lowest power.
    np.testing.assert_allclose(got[clear], power[clear] / free[clear], rtol=0.025)


def test_where_sine_and_cosine_are_alike_all_of_the_power_may_be_in_one() -> None:
    # near half the raster a sinusoid is a slow swing of alternating sign, in one phase only
    t = np.arange(100.0)
    data = regression(t, np.zeros(100) + (t % 2), degree=1)
    expected = ExpectedPower(data, 0, 0.5)
    power = expected.mixture([Memory(1e-3)], np.ones(1))
    at = np.arange(expected.size) * expected.spacing
    # a memory this short is white noise: 1, and more where the phase decides
    middle = (at > 0.1) & (at < 0.4)
    np.testing.assert_allclose(power[middle], 1.0, rtol=0.02)
    assert power[np.abs(at - 0.5) < 0.2 / 99].min() > 3


def test_the_length_of_a_long_transform_has_no_large_factor() -> None:
    rng = np.random.default_rng(7)
    data = regression(np.sort(rng.uniform(0, 100, 200)), rng.normal(size=200), None, degree=1)
    rest = ExpectedPower(data, 0, 50.0)._length
    assert rest > expected._ANY_LENGTH
    for factor in (2, 3, 5, 7, 11):
        while rest % factor == 0:
            rest //= factor
    assert rest == 1
