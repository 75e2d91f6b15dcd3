"""The noise level around a line: powers nearby, and what they suggest."""

import numpy as np
import pytest

import oracles
from epicycle.fit.level import (
    expected_level,
    local_level,
    places_around,
    power_around,
    robust_level,
)
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines
from epicycle.samples.data import Data
from epicycle.spectra.transforms import TOLERANCE
from generators import regression, sinusoids


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


# ---- Powers and places -----------------------------------------------------------------------


def test_places_lie_on_both_sides_from_the_inner_to_the_outer_distance() -> None:
    np.testing.assert_allclose(places_around(1.0, 2.0, 0.5), [-2, -1.5, -1, 1, 1.5, 2], rtol=0)
    assert len(places_around(1.0, 8.0, 0.5)) == 30


# around few lines band after band, around many in one transform
@pytest.mark.parametrize("count", [2, 40])
def test_powers_around_are_those_of_direct_sums(count: int) -> None:
    rng = np.random.default_rng(13)
    t = np.sort(rng.uniform(0, 40, 300))
    data = regression(t, np.zeros(300))
    strengths = rng.normal(size=(2, 300))
    frequency = rng.uniform(0.1, 2.0, count)
    places = places_around(1.0, 3.0, 0.25)
    power = power_around(data.times, strengths, frequency, places, 0.2)
    assert power.shape == (2, count, len(places))
    for one, values in zip(power, strengths, strict=True):
        at = (frequency[:, np.newaxis] + 0.2 * places).ravel()
        true = np.abs(oracles.direct_sums(data.times.to_float(), values, at)) ** 2
        # sums are good to 5e-9 of sum |c|, 240, and their squares to 2 * 60 times that
        np.testing.assert_allclose(one.ravel(), true, rtol=0, atol=2 * 60 * 5 * TOLERANCE * 240)


def test_other_lines_do_not_raise_the_robust_level() -> None:
    rng = np.random.default_rng(14)
    power = rng.exponential(size=(2000, 30, 2)).sum(axis=2)
    power[:, :4] += 1e4
    level = np.array([robust_level(one, 2.0, 2, 14.0, 4.0) for one in power])
    # 4 of 30 powers that are none of noise move the median from the quantile 1/2 to 15/26: of a
    # Gamma variable of shape 2 from 1.68 to 1.97; and levels below 1 count as 1
    assert 1.0 < level.mean() < 1.3


def test_a_few_powers_are_held_to_the_white_level_by_those_counted_along() -> None:
    # one series: the median is 2/3 of the mean
    assert robust_level(np.full(30, 12.0), 2.0, 1, 14.0, 4.0) == pytest.approx((14 * 9 + 4) / 18)
    assert robust_level(np.full(30, 0.1), 2.0, 1, 14.0, 4.0) == 1.0
