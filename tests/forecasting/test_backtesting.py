"""Forecasts of held-out ends: the same as by hand, and refused where nothing is left."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, backtest, find_cycles
from generators import sinusoids

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]


def test_it_is_what_one_would_do_by_hand() -> None:
    problem = sinusoids(1, 400, 100.0, LINES, 0.5, sampling="regular")
    t, y = problem.t, problem.y
    result = backtest(find_cycles(t, y, max_cycles=2), horizon=20.0, folds=2, coverage=[0.9])
    assert len(result.folds) == 2
    rows = []
    for fold, (start, end) in zip(result.folds, [(60.0, 80.0), (80.0, 100.0)], strict=True):
        held = (t >= start) & ((t < end) | (end == 100.0))
        before = t < start
        model = find_cycles(t[before], y[before], max_cycles=2)
        error = y[held] - model.predict(t[held])
        lower, upper = model.predict_interval(t[held], 0.9)
        assert (fold.n_fitted, fold.n_forecast) == (before.sum(), held.sum())
        assert (fold.start, fold.end) == (t[held][0], t[held][-1])
        assert fold.n_cycles == 2
        assert_allclose(fold.rmse, np.sqrt(np.mean(error**2)))
        assert_allclose(fold.mean_error, error.mean())
        assert_allclose(fold.variance_explained, 1 - error.var() / y[held].var())
        assert_allclose(fold.coverage[0.9], ((lower < y[held]) & (y[held] < upper)).mean())
        rows.append((y[held], error))
    values, errors = (np.concatenate(part) for part in zip(*rows, strict=True))
    assert_allclose(result.rmse, np.sqrt(np.mean(errors**2)))
    assert_allclose(result.variance_explained, 1 - errors.var() / values.var())


def test_every_option_is_used_again() -> None:
    problem = sinusoids(2, 600, 100.0, LINES, 0.5, groups=2, offsets=[0.0, 50.0], errors=True)
    shuffled = np.random.default_rng(3).permutation(600)
    z = np.random.default_rng(4).normal(size=600)
    y = problem.y + 20 * z
    y[7] = np.nan
    index = pd.Timestamp("2024-01-01") + pd.to_timedelta(problem.t, unit="D")
    model = find_cycles(
        index[shuffled],
        pd.Series(y)[shuffled],
        pd.Series(problem.dy)[shuffled],
        group=problem.group[shuffled].tolist(),
        covariates=z[shuffled],
        known=[1 / 0.3137],
        trend="piecewise",
    )
    result = backtest(model, folds=2)
    # without groups or the covariate errors would be 20 and more
    assert result.rmse < 1.5
    assert result.variance_explained > 0.99
    assert result.folds[0].start < result.folds[1].start
    assert result.folds[1].end == index[-1]


def test_several_outputs_with_missing_values() -> None:
    problem = sinusoids(1, 400, 100.0, LINES, 0.5)
    # noise of its own in each output: false alarms take it for independent
    other = -problem.truth.signal + 0.5 * np.random.default_rng(2).normal(size=400)
    two = np.column_stack([problem.y, other])
    two[390, 0] = np.nan
    result = backtest(find_cycles(problem.t, two), folds=1)
    assert result.rmse < 0.7
    assert 0.85 < result.coverage[0.95] <= 1.0


def test_a_group_that_begins_in_the_held_out_end_is_forecast_by_the_mean() -> None:
    problem = sinusoids(1, 400, 100.0, LINES, 0.5, sampling="regular")
    group = np.where(problem.t > 95, "new", "old")
    assert backtest(find_cycles(problem.t, problem.y, group=group), folds=1).rmse < 1.0


def test_noise_is_not_forecast() -> None:
    problem = sinusoids(5, 300, 100.0)
    result = backtest(find_cycles(problem.t, problem.y))
    assert abs(result.variance_explained) < 0.1
    # 90 values: 0.95 to 2.3 points
    assert abs(result.coverage[0.95] - 0.95) < 0.07


def test_what_cannot_be_tested_says_so() -> None:
    problem = sinusoids(1, 60, 100.0, LINES, 0.1)
    model = find_cycles(problem.t, problem.y)
    with pytest.raises(ValueError, match="a document holds no samples"):
        backtest(CycleModel.from_dict(model.to_dict()))
    with pytest.raises(ValueError, match="leave 0 samples to fit, and 10 are needed"):
        backtest(model, folds=20)
    with pytest.raises(ValueError, match="holds 3 samples to forecast"):
        backtest(model, horizon=1e-3)
    with pytest.raises(ValueError, match="horizon must be"):
        backtest(model, horizon=-1.0)
    events = find_cycles(np.sort(np.random.default_rng(1).uniform(0, 100, 500)))
    with pytest.raises(ValueError, match="events have no values"):
        backtest(events)
