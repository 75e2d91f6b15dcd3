"""Powers of lines at many places: all at once as one by one, and as by dense least squares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import oracles
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.nearby import NearbyPower, restored
from epicycle.fit.refine import fit_lines
from epicycle.samples.data import Data
from generators import regression

PLACES = [0.12, 0.37, 0.371, 0.74, 1.37, 0.63, 2.2]


def two_outputs(seed: int, n: int, *, own_weights: bool) -> tuple[Data, Fit]:
    """Return a fit of two cycles, one with two lines, to two outputs with values missing."""
    rng = np.random.default_rng(seed)
    t = np.floor(rng.uniform(0, 60, n)) + rng.uniform(0, 0.4, n)
    y = np.empty((n, 2))
    y[:, 0] = 2 * np.cos(2 * np.pi * 0.37 * t) + np.cos(2 * np.pi * 0.74 * t) + 0.02 * t
    y[:, 1] = np.sin(2 * np.pi * 0.37 * t) + np.cos(2 * np.pi * 1.61 * t) - 5
    y += rng.normal(scale=0.3, size=y.shape)
    dy = None
    if own_weights:
        y[rng.uniform(size=y.shape) < 0.3] = np.nan
        dy = rng.uniform(0.2, 0.4, y.shape)
    data = regression(t, y, dy, degree=1)
    structure = Structure.empty().plus(0.37, (1, 2)).plus(1.61)
    return data, fit_lines(data, structure, absolute=own_weights)


@pytest.mark.parametrize("own_weights", [False, True])
def test_at_once_is_as_one_by_one_and_as_dense_least_squares(own_weights: bool) -> None:
    data, fit = two_outputs(1, 300, own_weights=own_weights)
    at_once, one_by_one = NearbyPower(data, fit), NearbyPower(data, fit)
    lines = [(), (0,), (0, 1), (2,), (0, 1, 2)]
    asked = [(some, f) for some in lines for f in PLACES]
    at_once.look_ahead(asked, asked)
    # nothing may be left to be found out on demand
    at_once._data = None  # type: ignore[assignment]
    largest = max(one_by_one.at(*key) for key in asked)
    for key in asked:
        # the transforms are right to 1e-9 of all strengths, twice the amplitude in a power
        assert at_once.at(*key) == pytest.approx(one_by_one.at(*key), abs=1e-8 * largest)
        assert at_once.at_most(*key) == pytest.approx(one_by_one.at_most(*key), abs=1e-8 * largest)
        power, frequency = one_by_one.near(*key)
        assert at_once.near(*key)[0] == pytest.approx(power, abs=1e-8 * largest)
        # the place of a maximum is a quotient of differences of such powers, in steps of 1/(8 T)
        assert at_once.near(*key)[1] == pytest.approx(frequency, abs=1e-7 / data.baseline)
    t = data.times.to_float()
    for some in lines:
        values = restored(data, fit, np.array(some, dtype=np.intp))
        dense = sum(
            oracles.least_squares_reduction(
                t, values[:, j], data.weights_of(j), data.nuisance, np.array(PLACES)
            )
            / fit.scale[j]
            for j in range(2)
        )
        got = [at_once.at(some, f) for f in PLACES]
        np.testing.assert_allclose(got, dense, rtol=1e-6, atol=1e-7 * largest)


def test_what_is_put_back_has_neither_mean_nor_trend() -> None:
    data, fit = two_outputs(2, 200, own_weights=True)
    values = restored(data, fit, np.array([0, 1]))
    for j in range(2):
        inner = data.nuisance.T @ (data.weights_of(j) * values[:, j])
        assert np.abs(inner).max() < 1e-9 * data.weights_of(j).sum()
    assert (values[data.weights == 0] == 0).all()


def test_the_highest_is_within_a_line_width() -> None:
    data, fit = two_outputs(3, 250, own_weights=False)
    power = NearbyPower(data, fit)
    beside = 0.37 + 0.6 / data.baseline
    power.look_ahead([], [((0,), beside + k) for k in range(5)])
    highest, at = power.near((0,), beside)
    assert abs(at - 0.37) < 0.1 / data.baseline
    # a parabola through points pi / 8 apart departs from cos^2, which bends most, by 3/16 of
    # (pi / 8)^4 / 3; the grid alone would lose up to (pi / 16)^2 = 3.9 %
    assert highest == pytest.approx(power.at((0,), at), rel=1.5e-3)
    finely = [power.at((0,), 0.37 + k / (40 * data.baseline)) for k in range(-8, 9)]
    assert highest == pytest.approx(max(finely), rel=1.5e-3)
    assert highest > 2 * power.at((0,), beside)


def test_few_places_in_a_wide_band_are_left_for_later() -> None:
    data, fit = two_outputs(4, 50, own_weights=False)
    power = NearbyPower(data, fit)
    # 6e7 cycles over the baseline: one transform for all would take as long as so many samples
    power.look_ahead([((), 1e6)], [])
    assert not power._at
    # a line that drifts does not stay at one distance from a place
    drifting = replace(fit.structure, drifting=np.array([True, False]))
    power = NearbyPower(data, replace(fit, structure=drifting))
    power.look_ahead([((0,), f) for f in PLACES], [])
    assert not power._at
