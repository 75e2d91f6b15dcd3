"""How large the noise is: jitter per group, and the level around a line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from generators import sinusoids


def noise_of(*args: object, **options: object) -> NoiseModel:
    return NoiseModel.of(check_samples(*args, **options))


# ---- Jitter --------------------------------------------------------------------------------


def test_jitter_of_each_group_is_recovered() -> None:
    injected = np.array([0.0, 1.0, 3.0])
    problem = sinusoids(1, 1200, 50.0, groups=3, jitter=injected, noise=0.5)
    assert problem.dy is not None
    noise = noise_of(problem.t, problem.y, problem.dy, group=problem.group)
    jitter = noise.fit_jitter((problem.y - problem.truth.background)[:, None], 0)
    assert jitter.shape == (3, 1)
    # A variance from 400 values has a relative error of sqrt(2 / 400); subtracting dy^2 leaves
    # the error of the whole.  Four standard deviations.
    total = injected**2 + 0.25
    allowed = 4 * total * np.sqrt(2 / 400)
    assert (np.abs(jitter[:, 0] ** 2 - injected**2) <= allowed).all()


def test_jitter_makes_chi_square_equal_to_the_degrees_of_freedom() -> None:
    rng = np.random.default_rng(2)
    dy = rng.uniform(0.2, 0.8, 200)
    residual = rng.normal(size=200)
    noise = noise_of(np.arange(200.0), residual, dy)
    jitter = noise.fit_jitter(residual[:, None], 10)
    weights = noise.weights(jitter)
    np.testing.assert_allclose(weights[:, 0], 1 / (dy**2 + jitter[0, 0] ** 2), rtol=1e-12)
    # a root to 1e-6 of the variance
    assert float(weights[:, 0] @ residual**2) == pytest.approx(200 - 10, rel=1e-5)


def test_errors_that_are_large_enough_leave_no_jitter() -> None:
    rng = np.random.default_rng(3)
    noise = noise_of(np.arange(200.0), rng.normal(size=200), 2.0)
    assert noise.fit_jitter(rng.normal(size=(200, 1)), 3)[0, 0] == 0.0


def test_errors_that_are_right_stay_as_they_are() -> None:
    """Chance exceeds the degrees of freedom in half of all cases: no reason for a jitter."""
    rng = np.random.default_rng(13)
    dy = rng.lognormal(0.0, 0.5, 200)
    noise = noise_of(np.arange(200.0), np.zeros(200), dy)
    added = [noise.fit_jitter((dy * rng.normal(size=200))[:, None], 0)[0, 0] for _ in range(200)]
    weight = [(noise.weights(np.array([[a]])) * dy[:, None] ** 2).mean() for a in added]
    # the excess that is fitted in half of the cases would cost 5 % of the weights on average
    assert np.mean(weight) > 0.985
    # while errors that are too small by a quarter, an excess of 5.6 deviations, are mended
    loud = noise.fit_jitter((1.25 * dy * rng.normal(size=200))[:, None], 0)[0, 0]
    assert loud > 0.3


def test_without_errors_the_jitter_is_the_scatter() -> None:
    rng = np.random.default_rng(4)
    t, group = np.arange(400.0), np.repeat(["a", "b"], 200)
    residual = rng.normal(size=400) * np.repeat([1.0, 5.0], 200)
    noise = noise_of(t, residual, group=group)
    assert noise.absolute
    jitter = noise.fit_jitter(residual[:, None], 0)
    expected = [np.sqrt(np.mean(residual[group == g] ** 2)) for g in "ab"]
    np.testing.assert_allclose(
        jitter[:, 0], expected, rtol=0.01
    )  # of 200 values each, shrunk by 1 in 200
    np.testing.assert_allclose(noise.weights(jitter)[:, 0], jitter[(group == "b") * 1, 0] ** -2.0)


def test_weights_divide_the_variance() -> None:
    rng = np.random.default_rng(5)
    relative = rng.uniform(0.5, 4, 300)
    residual = rng.normal(size=300) / np.sqrt(relative)
    noise = noise_of(np.arange(300.0), residual, weights=relative)
    assert not noise.absolute
    jitter = noise.fit_jitter(residual[:, None], 0)
    expected = np.mean(relative * residual**2)
    assert jitter[0, 0] ** 2 == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(noise.weights(jitter)[:, 0], relative / jitter[0, 0] ** 2)


def test_each_output_has_a_jitter_of_its_own_and_missing_values_none() -> None:
    rng = np.random.default_rng(6)
    y = rng.normal(size=(300, 2)) * [1.0, 4.0]
    y[:50, 1] = np.nan
    noise = noise_of(np.arange(300.0), y, 0.1)
    residual = np.nan_to_num(y)
    jitter = noise.fit_jitter(residual, 0)
    for j in range(2):
        expected = np.nanmean(y[:, j] ** 2) - 0.01
        assert jitter[0, j] ** 2 == pytest.approx(expected, rel=1e-4)
    weights = noise.weights(jitter)
    assert weights.shape == (300, 2)
    np.testing.assert_array_equal(weights[:50, 1], 0.0)


@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
def test_jitter_scales_with_the_data(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    residual, dy = rng.normal(size=60), rng.uniform(0.1, 0.5, 60)
    one = noise_of(np.arange(60.0), residual, dy).fit_jitter(residual[:, None], 2)
    other = noise_of(np.arange(60.0), factor * residual, factor * dy).fit_jitter(
        factor * residual[:, None], 2
    )
    np.testing.assert_allclose(other, factor * one, rtol=2e-6)
