"""The size of errors is what residuals say; what is left of them as given is their ratios."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence.error_scale import _scale_of_errors, with_scaled_errors
from epicycle.evidence.stacked import Stacked, stack
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

FREQUENCY = 1 / 3.3


def series(n: int = 400, factor: float = 1.0) -> Stacked:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 200, n))
    dy = 0.2 * rng.lognormal(0, 0.5, n)
    y = np.cos(2 * np.pi * FREQUENCY * t) + dy * rng.normal(size=n)
    samples = check_samples(t, y, factor * dy)
    data = build_data(samples, 0)
    return stack(data, data.y - data.y.mean(), NoiseModel.of(samples), 0.01)


@pytest.mark.parametrize("factor", [0.25, 0.5, 2.0, 4.0])
def test_errors_a_factor_off_come_out_alike(factor: float) -> None:
    first, other = (
        with_scaled_errors(series(factor=f), np.array([FREQUENCY]), 200.0, np.inf)
        for f in (1.0, factor)
    )
    # the unit, the size of the signal, must not hang on the errors either
    assert other.known_variance == pytest.approx(first.known_variance, rel=1e-6)
    assert other.y == pytest.approx(first.y, rel=1e-6)
    assert other.log_unit == pytest.approx(first.log_unit, abs=1e-4)


def test_errors_that_explain_the_residuals_keep_most_of_their_size() -> None:
    one = series()
    scaled = with_scaled_errors(one, np.array([FREQUENCY]), 200.0, np.inf)
    unit = float(np.mean((one.y / scaled.y) ** 2))
    ratio = float(np.median(scaled.known_variance / one.known_variance)) * unit
    # never more than three quarters of the noise, of which the core of Student's t is half to one
    assert 0.3 < ratio < 1.0


def test_errors_that_say_nothing_about_the_residuals_share_evenly() -> None:
    rng = np.random.default_rng(5)
    residual = rng.normal(size=4000)
    same = np.full(4000, 7.0)
    share = 7.0 * _scale_of_errors(same, np.ones(4000), residual, 4000.0)
    # all four shares explain equally well: 3/8 of the size of Student's t for normal noise
    assert share == pytest.approx(0.375 * 0.73, rel=0.1)


def test_values_without_errors_stay() -> None:
    one = series()
    without = replace(one, known_variance=np.zeros_like(one.known_variance))
    assert with_scaled_errors(without, np.array([FREQUENCY]), 200.0, np.inf) is without
