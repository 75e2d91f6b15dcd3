"""The numbers of a result add up to the data."""

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from generators import sinusoids
from tests.models import LINES, fitted


def test_prediction_plus_residual_is_the_data() -> None:
    for options in (
        {},
        {"trend": [5.0]},
        {"errors": True},
        {"groups": 3, "offsets": [0.0, 9.0, -7.0]},
    ):
        problem, model = fitted(**options)
        back = model.predict(problem.t, group=problem.group) + model.residual
        # predictions repeat the fit's own arithmetic: rounding of values up to 10
        np.testing.assert_allclose(back, problem.y, atol=1e-11)
        assert model.residual.shape == problem.y.shape
        rms = np.sqrt(np.mean((model.residual - model.residual.mean()) ** 2))
        assert model.residual_std == pytest.approx(rms, rel=1e-9)


def test_residuals_keep_the_order_and_the_gaps_of_the_data() -> None:
    problem = sinusoids(2, 200, 100.0, LINES, 0.5)
    order = np.random.default_rng(3).permutation(200)
    y = problem.y[order].copy()
    y[[5, 77]] = np.nan
    model = find_cycles(problem.t[order], y)
    assert model.n_samples == 198
    assert model.n_dropped == 2
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(model.residual)), [5, 77])
    seen = ~np.isnan(y)
    np.testing.assert_allclose(
        model.predict(problem.t[order])[seen] + model.residual[seen], y[seen], atol=1e-11
    )


def test_several_outputs() -> None:
    problem = sinusoids(5, 300, 100.0, LINES, 0.5)
    y = np.column_stack([problem.y, 10 - 3 * problem.y])
    model = find_cycles(problem.t, y)
    assert model.output_names == ("y0", "y1")
    prediction = model.predict(problem.t)
    assert prediction.shape == (300, 2)
    np.testing.assert_allclose(prediction + model.residual, y, atol=1e-10)
    np.testing.assert_allclose(prediction[:, 1], 10 - 3 * prediction[:, 0], atol=1e-5)
    named = find_cycles(problem.t, pd.DataFrame(y, columns=["u", "v"]))
    assert named.output_names == ("u", "v")
    one_column = find_cycles(problem.t, problem.y[:, None])
    assert one_column.predict(problem.t).shape == (300, 1)
    assert isinstance(one_column.cycles[0].amplitude, tuple)


def test_the_samples_are_kept_for_pictures() -> None:
    problem, model = fitted()
    t, y, group = model.samples
    assert t is problem.t
    assert y is problem.y
    assert group is None
