"""sktime's way to the same forecasts: :class:`CycleForecaster`.  No mathematics here."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from sktime.forecasting.base import BaseForecaster

from epicycle.find import find_cycles
from epicycle.samples.options import Options


class CycleForecaster(BaseForecaster):
    """Cycles and a trend as a forecaster, their periods found from the data.

    Parameters
    ----------
    minimum_period, maximum_period, max_cycles, harmonics, false_alarm, drift, trend, \
varying_amplitude, known, period, response, unit, clock
        As for :func:`epicycle.find_cycles`.

    Attributes
    ----------
    model_ : CycleModel
        The result of :func:`epicycle.find_cycles`.

    Notes
    -----
    Times are those of the index, with gaps where it has them; exogenous data are covariates with
    a linear effect.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from epicycle.forecasting.forecaster import CycleForecaster
    >>> hours = np.arange(480)
    >>> y = pd.Series(3 * np.cos(2 * np.pi * hours / 24.84))
    >>> forecaster = CycleForecaster().fit(y)
    >>> round(forecaster.model_.cycles[0].period, 2)
    24.84
    >>> forecast = forecaster.predict(fh=[1, 2, 3])
    """

    _tags: ClassVar[dict[str, Any]] = {
        "authors": ["epicycle"],
        "y_inner_mtype": "pd.DataFrame",
        "X_inner_mtype": "pd.DataFrame",
        "capability:multivariate": True,
        "capability:exogenous": True,
        "capability:missing_values": True,
        "capability:pred_int": True,
        "capability:pred_int:insample": True,
        "capability:insample": True,
        "requires-fh-in-fit": False,
        "X-y-must-have-same-index": True,
        "enforce_index_type": None,
    }

    def __init__(
        self,
        minimum_period: float | None = None,
        maximum_period: float | None = None,
        max_cycles: int = 30,
        harmonics: int = 16,
        false_alarm: float = 0.01,
        drift: bool = False,
        trend: int | str = "auto",
        varying_amplitude: bool = False,
        known: Any = (),
        period: Any = None,
        response: str = "auto",
        unit: str | None = None,
        clock: str = "elapsed",
    ) -> None:
        self.minimum_period = minimum_period
        self.maximum_period = maximum_period
        self.max_cycles = max_cycles
        self.harmonics = harmonics
        self.false_alarm = false_alarm
        self.drift = drift
        self.trend = trend
        self.varying_amplitude = varying_amplitude
        self.known = known
        self.period = period
        self.response = response
        self.unit = unit
        self.clock = clock
        super().__init__()

    def _fit(self, y: Any, X: Any, fh: Any) -> CycleForecaster:
        self._names = y.columns
        options = Options.among(self.get_params(deep=False))
        self.model_ = find_cycles(
            _times(y.index), y, covariates=_covariates(X), **options.arguments()
        )
        return self

    def _predict(self, fh: Any, X: Any) -> Any:
        index = fh.to_absolute_index(self.cutoff)
        values = self.model_.predict(_times(index), covariates=_covariates(X, index))
        return pd.DataFrame(values, index=index, columns=self._names)

    def _predict_interval(self, fh: Any, X: Any, coverage: Any) -> Any:
        index = fh.to_absolute_index(self.cutoff)
        names = self._get_varnames()  # sktime's own: 0 for a series
        limits = {
            c: self.model_.predict_interval(_times(index), c, covariates=_covariates(X, index))
            for c in coverage
        }
        columns = {
            (name, c, side): limits[c][k][:, j]
            for j, name in enumerate(names)
            for c in coverage
            for k, side in enumerate(("lower", "upper"))
        }
        result = pd.DataFrame(columns, index=index)
        result.columns = pd.MultiIndex.from_tuples(columns)
        return result

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Return parameters for sktime's own tests."""
        return [{}, {"max_cycles": 1, "trend": 0}]


def _times(index: Any) -> Any:
    """Return an index as times; calendar ones as they are, with their time zone."""
    return index if hasattr(index, "freq") else index.to_numpy()


def _covariates(X: Any, index: Any = None) -> Any:
    """Return exogenous data, of the rows to be forecast, or None where there are none."""
    if X is None or X.shape[1] == 0:
        return None
    return X if index is None else X.loc[index]
