"""CycleForecaster: sktime's own checks, and that it is find_cycles."""

import importlib.util
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import find_cycles

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sktime") is None, reason="sktime is not installed"
)


def test_sktime_finds_nothing_to_object_to() -> None:
    from sktime.utils.estimator_checks import check_estimator

    from epicycle.forecasting.forecaster import CycleForecaster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own deprecations
        results = check_estimator(CycleForecaster, raise_exceptions=False, verbose=False)
    assert [name for name, result in results.items() if result != "PASSED"] == []
    assert len(results) > 100


def test_it_is_find_cycles() -> None:
    from epicycle.forecasting.forecaster import CycleForecaster

    index = pd.date_range("2024-01-01", periods=480, freq="h")
    hours = np.arange(480)
    noise = np.random.default_rng(1).normal(size=480)
    y = pd.Series(3 * np.cos(2 * np.pi * hours / 24.84) + noise, index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forecaster = CycleForecaster(unit="h").fit(y)
    model = find_cycles(index, y, unit="h")
    assert forecaster.model_.cycles[0].period == model.cycles[0].period
    ahead = pd.date_range("2024-01-21", periods=24, freq="h")
    assert_allclose(forecaster.predict(fh=np.arange(1, 25)), model.predict(ahead))
    limits = forecaster.predict_interval(fh=np.arange(1, 25), coverage=0.9)
    assert_allclose(limits.to_numpy().T, model.predict_interval(ahead, 0.9))
