"""How large the noise is: jitter per group, and the level around a line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracles
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.noise import NoiseModel, expected_level, local_level
from epicycle.fit.refine import fit_lines
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data
from epicycle.spectra.transforms import TOLERANCE
from generators import regression, sinusoids


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
    np.testing.assert_allclose(jitter[:, 0], expected, rtol=1e-5)
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


# ---- Level around a line -------------------------------------------------------------------


def residual_after(data: Data, *frequency: float) -> tuple[np.ndarray, np.ndarray]:
    structure = Structure.of([Fundamental(f, (1,)) for f in frequency])
    fit = fit_lines(data, structure, absolute=False)
    return fit.residual, fit.scale


@pytest.mark.parametrize("errors", [False, True], ids=["equal weights", "errors"])
def test_the_level_is_the_mean_power_nearby(errors: bool) -> None:
    problem = sinusoids(7, 200, 50.0, [(2.0, 3.0), (2.06, 2.0)], errors=errors)
    data = problem.data()
    residual, scale = residual_after(data, 2.0)
    frequency = np.array([0.05, 2.0, 3.3])
    got = local_level(data, residual, scale, frequency)
    for k, f in enumerate(frequency):
        expected = oracles.noise_level(
            data.times.to_float(), residual[:, 0], data.weights[:, 0], scale[0], f
        )
        # |S|^2 / (scale sum w) with S good to 5e-9 sum w|r|: 1e-8 times sqrt(n)
        assert got[k, 0] == pytest.approx(expected, rel=2 * 5 * TOLERANCE * np.sqrt(200) * 10)


def test_white_noise_has_the_level_one() -> None:
    data = regression(np.sort(np.random.default_rng(8).uniform(0, 100, 500)), np.zeros(500))
    residual = np.random.default_rng(9).normal(size=(500, 40))
    residual -= residual.mean(axis=0)
    frequency = np.linspace(0.5, 2.0, 8)
    level = np.vstack(
        [local_level(data, residual[:, j : j + 1], np.ones(1), frequency) for j in range(40)]
    )
    # The mean of 14 independent values is Gamma distributed.  320 levels, of which neighbours in
    # frequency are independent, have a mean to the scatter of one by sqrt(320).
    simulated = np.random.default_rng(12).gamma(14.0, 1 / 14.0, 100_000)
    expected = expected_level(simulated, 14.0)
    assert level.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / np.sqrt(320))
    # so that errors in white noise grow by less than 1 %
    assert level.mean() < 1.02


@pytest.mark.parametrize("mean", [0.01, 0.7, 1.0, 1.5, 2.0, 3.0, 20.0])
def test_the_level_is_the_mean_of_what_is_likely(mean: float) -> None:
    # a sum of 2e5 rectangles over levels up to 1e4: the integrand is smooth on that scale, and
    # what lies above 1e4 is negligible
    got = float(expected_level(np.array([mean]), 14.0)[0])
    assert got == pytest.approx(oracles.mean_level(mean, 14.0), rel=1e-4)


def test_a_line_whose_amplitude_changes_is_surrounded_by_power() -> None:
    rng = np.random.default_rng(10)
    t = np.sort(rng.uniform(0, 100, 1000))
    change = 1 + 0.5 * np.cos(2 * np.pi * 0.025 * t)  # sidebands 2.5 / T away
    y = 5 * change * np.cos(2 * np.pi * 1.3 * t) + rng.normal(size=1000)
    data = regression(t, y)
    residual, scale = residual_after(data, 1.3)
    near, far = local_level(data, residual, scale, np.array([1.3, 3.3]))[:, 0]
    # Two sidebands of amplitude 1.25 have N A^2 / 4 = 390 each, in 15 widths, over a scale of
    # 1 + 1.25^2: about 20.  White noise would show 1.
    assert near > 10
    assert far < 2


def test_the_level_of_each_output_is_its_own() -> None:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 100, 600))
    loud = 3 * np.cos(2 * np.pi * 1.34 * t) + rng.normal(size=600)
    data = regression(t, np.column_stack([rng.normal(size=600), loud]))
    residual = data.y - data.y.mean(axis=0)
    level = local_level(data, residual, residual.var(axis=0), np.array([1.3]))
    assert level.shape == (1, 2)
    assert level[0, 0] < 2
    assert level[0, 1] > 10


def test_no_lines_have_no_levels() -> None:
    data = regression(np.arange(20.0), np.arange(20.0))
    assert local_level(data, data.y, np.ones(1), np.empty(0)).shape == (0, 1)
