"""The power of a whole waveform against full least-squares fits of all its columns."""

import numpy as np
import pytest

import oracles
from epicycle.multiharmonic import MultiHarmonicPeriodogram
from epicycle.sums import TOLERANCE
from generators import regression, sinusoids
from test_periodogram import residual_of


@pytest.mark.parametrize("orders", [1, 2, 4])
@pytest.mark.parametrize("sampling", ["random", "nightly"])
def test_all_orders_equal_direct_fits(orders: int, sampling: str) -> None:
    problem = sinusoids(
        3, 60, 40.0, [(0.31, 3.0), (0.62, 1.0)], sampling=sampling, errors=True, groups=2
    )
    data = problem.data(degree=1)
    spacing, size, start = 0.1 / data.baseline, 24, 0.29
    got = MultiHarmonicPeriodogram(data, spacing, size, orders).reduction(residual_of(data), start)
    t, w = data.times.to_float(), data.weights[:, 0]
    without = oracles.chi_square(data.nuisance, data.y[:, 0], w)
    for i in range(size):
        columns = data.nuisance
        for k in range(orders):
            pair = oracles.sinusoid_columns(t, (k + 1) * (start + i * spacing))
            columns = np.hstack([columns, pair])
            expected = without - oracles.chi_square(columns, data.y[:, 0], w)
            # the error of the sums, (1 + 2 p) 1e-9 relative to the largest possible values, is
            # magnified by the condition of the columns together
            size_of = np.sqrt((columns**2 * w[:, None]).sum(axis=0))
            condition = np.linalg.cond(columns * np.sqrt(w)[:, None] / size_of) ** 2
            error = 8 * (2 * k + 2) * TOLERANCE * (1 + 2 * columns.shape[1]) * condition
            assert got[0, k, i] == pytest.approx(expected, abs=error * without)


def test_outputs_with_values_of_their_own_are_fitted_apart() -> None:
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 50, 90))
    y = np.where(np.arange(90)[:, None] % 2 == [0, 1], rng.normal(size=(90, 2)), np.nan)
    data = regression(t, y, degree=0)
    got = MultiHarmonicPeriodogram(data, 0.01, 8, 2).reduction(residual_of(data), 0.4)
    for j in range(2):
        rows = np.flatnonzero(np.isfinite(y[:, j]))
        alone = regression(t[rows], y[rows, j], degree=0)
        # counted from another reference time: the power does not depend on it
        expected = MultiHarmonicPeriodogram(alone, 0.01, 8, 2).reduction(residual_of(alone), 0.4)
        assert got[j] == pytest.approx(expected[0], rel=1e-5)


def test_a_ridge_lowers_the_power_of_high_orders_most() -> None:
    data = sinusoids(4, 80, 30.0, [(0.5, 2.0), (1.5, 2.0)]).data()
    residual, start = residual_of(data), 0.5
    plain = MultiHarmonicPeriodogram(data, 0.001, 1, 3).reduction(residual, start)[0, :, 0]
    held = MultiHarmonicPeriodogram(data, 0.001, 1, 3, ridge=0.3).reduction(residual, start)
    steps, less = np.diff(plain, prepend=0.0), np.diff(held[0, :, 0], prepend=0.0)
    # orthogonal columns lose the share ridge h^2 / (1 + ridge h^2): 23 % and 73 %
    assert less[0] / steps[0] == pytest.approx(1 / 1.3, abs=0.15)
    assert less[2] / steps[2] == pytest.approx(1 / 3.7, abs=0.15)
