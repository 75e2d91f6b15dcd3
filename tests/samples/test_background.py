"""Covariates and bends in the trend: fitted along, written down, refused where they are wrong."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles
from epicycle.samples.background import Background, standardised
from generators import sinusoids


def test_columns_are_what_they_say() -> None:
    recipe = Background(2, 2, (0.1,), np.array([3.0]), np.array([2.0]))
    scaled = np.array([-0.5, 0.0, 0.4])
    offsets = np.array([[1, 0], [0, 1], [0.5, 0.5]])
    columns = recipe.columns(scaled, offsets, np.array([[1.0], [3.0], [7.0]]))
    expected = np.column_stack([offsets, 2 * scaled, 4 * scaled**2, [0, 0, 0.6], [-1, 0, 2]])
    assert_allclose(columns, expected, atol=1e-15)
    at_means = recipe.columns(scaled, offsets, None)
    assert_allclose(at_means[:, -1], 0.0)


def test_a_covariate_that_repeats_others_is_left_out() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 50))
    time = np.linspace(-1, 1, 50)
    trend = np.column_stack([np.ones(50), time])
    Z = np.column_stack([a, np.full(50, 7.3), 5 * time - 2, b, a + b])
    _, scale = standardised(Z, trend, np.ones(50))
    # the constant and the trend go; of the three made of two, one
    assert np.isinf(scale[[1, 2]]).all()
    assert np.isinf(scale[[0, 3, 4]]).sum() == 1


def test_a_covariate_that_hides_a_cycle_is_taken_out() -> None:
    problem = sinusoids(1, 400, 100.0, [(0.3137, 1.0, 0.1)], 0.5)
    temperature = 20 + 40 * np.random.default_rng(2).normal(size=400)
    y = problem.y + 0.7 * temperature
    assert not find_cycles(problem.t, y).cycles
    model = find_cycles(problem.t, y, covariates=temperature)
    assert abs(model.cycles[0].frequency - 0.3137) < 4 * model.cycles[0].frequency_error
    change = np.diff(model.predict([5.0, 5.0], covariates=[20.0, 30.0]))
    # its slope has the error 0.5 / (40 sqrt(400))
    assert_allclose(change, 7.0, atol=10 * 4 * 0.5 / (40 * np.sqrt(400)))
    mean = model.predict([5.0], covariates=[temperature.mean()])
    assert_allclose(model.predict([5.0]), mean)


def test_covariates_survive_a_document() -> None:
    problem = sinusoids(1, 100, 100.0)
    Z = pd.DataFrame({"a": problem.t**2, "constant": 1.0})
    model = find_cycles(problem.t, problem.y, covariates=Z)
    back = CycleModel.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False)))
    new = [[3.0, 1.0], [100.0, 5.0]]
    for mine, other in zip(
        model.predict([1, 2], covariates=new, return_std=True),
        back.predict([1, 2], covariates=new, return_std=True),
        strict=True,
    ):
        assert_allclose(other, mine, rtol=0)


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ([1.0, 2.0], r"covariates must have shape \(100, q\) to match t, got \(2,\)"),
        (np.full(100, np.nan), "covariates has 100 values that are NaN or infinite"),
        (["x"] * 100, "covariates must be real numbers"),
    ],
)
def test_bad_covariates(covariates: object, message: str) -> None:
    problem = sinusoids(1, 100, 100.0)
    with pytest.raises((TypeError, ValueError), match=message):
        find_cycles(problem.t, problem.y, covariates=covariates)


def test_prediction_needs_as_many_as_the_fit() -> None:
    problem = sinusoids(1, 100, 100.0)
    model = find_cycles(problem.t, problem.y, covariates=problem.t**2)
    with pytest.raises(ValueError, match=r"covariates must have shape \(2, 1\) to match t and the"):
        model.predict([1.0, 2.0], covariates=[[1.0, 2.0], [3.0, 4.0]])


def test_events_have_no_covariates() -> None:
    with pytest.raises(ValueError, match="covariates was given without y"):
        find_cycles(np.arange(20.0), covariates=np.arange(20.0))
