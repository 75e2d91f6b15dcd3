"""The parts of fit/red_noise.py, one by one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import interpolate

from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.red_noise import (
    Continuum,
    _mixed,
    _most,
    _natural_spline,
    _whittle,
    continuum,
)
from epicycle.fit.refine import fit_lines
from generators import regression


def test_a_power_that_lowers_nothing_is_worth_nothing() -> None:
    noise = Continuum(np.log([1.0, 10.0]), np.zeros((1, 2)), np.array([[12.0, 12.0]]))
    assert noise.evidence(np.array([1.0, 2.0]), np.array([[0.0, -0.5]])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("count", [2, 3, 6])
def test_the_columns_of_a_spline_make_every_natural_one(count: int) -> None:
    rng = np.random.default_rng(count)
    knots = np.linspace(-6.3, -0.7, count)
    x = np.linspace(-7.0, 0.0, 101)
    through = rng.normal(size=count)
    coefficients = np.linalg.solve(_natural_spline(knots, knots), through)
    expected = interpolate.CubicSpline(knots, through, bc_type="natural")(x)
    # beyond its ends a natural spline goes on straight, which scipy's does not
    inside = (x >= knots[0]) & (x <= knots[-1])
    found = _natural_spline(x, knots) @ coefficients
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-9)
    for end in (x < knots[0], x > knots[-1]):
        np.testing.assert_allclose(np.diff(found[end], 2), 0.0, atol=1e-9)


def test_powers_of_noise_that_are_cut_keep_their_mean() -> None:
    for count in (3, 100, 10**5):
        limit, gain = _most(count)
        # the mean of an exponential variable that is cut at L is 1 - exp(-L)
        assert gain * (1 - np.exp(-limit)) == pytest.approx(1.0, rel=1e-12)
        # one in e count is cut
        assert count * np.exp(-limit) == pytest.approx(np.exp(-1), rel=1e-12)


def test_a_level_that_grows_is_followed() -> None:
    rng = np.random.default_rng(9)
    x = np.linspace(0, 1, 4000)
    columns = np.stack([np.ones_like(x), x], axis=1)
    power = np.exp(-3.0 + 4.0 * x) * rng.exponential(size=4000)
    found = _whittle(columns, power)
    # the information of n exponential powers is their columns' product: four standard errors
    error = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)))
    assert (np.abs(found - [-3.0, 4.0]) < 4 * error).all()


@pytest.mark.parametrize("shares", [(2.0, 0.05), (1e-3, 3.0), (1e4, 1e4)])
def test_the_parts_of_a_level_are_told_apart(shares: tuple[float, float]) -> None:
    x = np.linspace(0.01, 1, 3000)
    columns = np.stack([1 / (1 + (x / 0.05) ** 2), np.ones_like(x)], axis=1)
    level = columns @ shares
    power = level * np.random.default_rng(10).exponential(size=3000)
    found = columns @ _mixed(columns, power)
    # of 150 powers below the corner and 2800 above: four times one over the root of either
    assert found[0] / level[0] == pytest.approx(1.0, abs=4 / np.sqrt(150))
    assert found[-1] / level[-1] == pytest.approx(1.0, abs=4 / np.sqrt(2800) + 0.02)


def test_what_is_left_at_a_line_is_no_noise() -> None:
    # at a frequency where few powers tell the level, and from which nothing leaks to others
    rng, t = np.random.default_rng(12), np.arange(1000.0)
    line = 12 / 999
    data = regression(t, rng.normal(size=1000))
    fit = fit_lines(data, Structure.of([Fundamental(line, (1,))]), absolute=False, max_steps=0)
    left = 3 * np.cos(2 * np.pi * line * t)[:, np.newaxis]
    levels = []
    for residual in (fit.residual, fit.residual + left):
        one = replace(fit, residual=residual)
        levels.append(continuum(data, one, 1e-3, 0.5).level(np.array([line]))[0, 0])
    assert levels[1] == pytest.approx(levels[0], rel=0.05)
