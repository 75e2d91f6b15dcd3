"""scikit-learn's way to the same results: :class:`CycleRegressor`.  No mathematics here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_is_fitted,
    validate_data,
)

from epicycle.find import find_cycles
from epicycle.forecasting.reservoir import Reservoir
from epicycle.limits import INPUTS
from epicycle.model import CycleModel
from epicycle.results.cycles import Cycle
from epicycle.samples.arrays import Floats
from epicycle.samples.options import Options, check_count

#: Below this nothing can be fitted: a period needs three distinct times.
_FEWEST_SAMPLES = 3


class _Rows(NamedTuple):
    """Checked samples; weights and covariates are None where there are none."""

    t: Any
    y: Any
    weights: Any
    covariates: Any


class CycleRegressor(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Cycles and a trend as a regressor: the time in, the value out.

    Parameters
    ----------
    minimum_period, maximum_period, max_cycles, harmonics, false_alarm, drift, trend, \
varying_amplitude, known, period, response, unit, strategy, max_frequencies, \
max_seconds, max_memory
        As for :func:`epicycle.find_cycles`.
    max_samples : int
        At most so many samples are kept by :meth:`partial_fit`.
    random_state : int, RandomState or None
        Which samples these are.

    Attributes
    ----------
    model_ : CycleModel
        The result of :func:`epicycle.find_cycles`.
    cycles_ : tuple of Cycle
        Its cycles, strongest first.
    n_samples_seen_ : int
        Samples seen by :meth:`fit` or, in all, by :meth:`partial_fit`.
    n_features_in_ : int
        Columns of X.

    Notes
    -----
    The first column of X is the time; any others are covariates with a linear effect, fitted
    along.  Datetimes come as a DatetimeIndex, a PeriodIndex, an array of datetime64, or a
    DataFrame with one column of any of these.  Several columns of y share their frequencies and
    have amplitudes of their own.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.uniform(0, 1000, (500, 1))
    >>> y = 3 * np.sin(2 * np.pi * X[:, 0] / 29.53) + rng.normal(size=500)
    >>> regressor = CycleRegressor().fit(X, y)
    >>> round(regressor.cycles_[0].period, 1)
    29.5
    >>> prediction, std = regressor.predict([[1010.0]], return_std=True)
    """

    def __init__(
        self,
        *,
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
        strategy: str = "auto",
        max_frequencies: float = 2.0**29,
        max_seconds: float | None = None,
        max_memory: float = INPUTS.memory,
        max_samples: int = 100_000,
        random_state: Any = None,
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
        self.strategy = strategy
        self.max_frequencies = max_frequencies
        self.max_seconds = max_seconds
        self.max_memory = max_memory
        self.max_samples = max_samples
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> CycleRegressor:
        """Find the cycles in samples.

        Parameters
        ----------
        X : array_like, shape (n, 1) or (n, 1 + q), or datetimes, shape (n,)
            Times in any order, and covariates if there are any.
        y : array_like, shape (n,) or (n, d)
            Values.
        sample_weight : array_like, shape (n,), optional
            Relative weights; 0 leaves a sample out.  A row that stands twice counts as one of
            weight 2, unlike in `find_cycles`, which counts rows of a file appended to itself once.

        Returns
        -------
        CycleRegressor
            Itself.

        Raises
        ------
        TypeError, ValueError
            If an argument cannot be used; the message names it and how to mend it.
        """
        rows = self._samples(X, y, sample_weight, reset=True)
        self.n_samples_seen_ = len(rows.y)
        self._reservoir: Reservoir | None = None
        self._model: CycleModel | None = self._find(*rows)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> CycleRegressor:
        """Take in more samples of a stream, of which at most `max_samples` are kept.

        These are a uniform random sample of everything seen, so that the span of the stream, and
        with it the precision of its frequencies, keeps growing while memory does not.  The cycles
        are found anew when they are next asked for.

        Parameters
        ----------
        X, y, sample_weight
            As for :meth:`fit`; one sample at a time is enough.

        Returns
        -------
        CycleRegressor
            Itself.
        """
        first = not hasattr(self, "n_features_in_")
        rows = self._samples(X, y, sample_weight, reset=first, fewest=1)
        reservoir: Reservoir | None = getattr(self, "_reservoir", None)
        if reservoir is None:
            size = check_count(self.max_samples, "max_samples", minimum=_FEWEST_SAMPLES)
            reservoir = Reservoir(size, check_random_state(self.random_state))
            self.n_samples_seen_ = 0
        reservoir.add(*rows)
        self._reservoir = reservoir
        self.n_samples_seen_ += len(rows.y)
        self._model = None
        return self

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Return the model at any times.

        Parameters
        ----------
        X : array_like, shape (m, 1) or (m, 1 + q), or datetimes, shape (m,)
            Times, and covariates as in the fit.
        return_std : bool
            Whether to return the standard deviation of a new value about its prediction, too.

        Returns
        -------
        prediction : ndarray, shape (m,) or (m, d)
        std : ndarray, shape (m,) or (m, d)
            With `return_std` only.
        """
        check_is_fitted(self)
        t, covariates = self._times(X, reset=False, fewest=1)
        if return_std:
            return self.model_.predict(t, covariates=covariates, return_std=True)
        return self.model_.predict(t, covariates=covariates)

    def predict_interval(self, X: Any, coverage: float = 0.95) -> tuple[Floats, Floats]:
        """Return the limits between which a new value is expected, see `CycleModel`.

        Parameters
        ----------
        X : array_like, shape (m, 1) or (m, 1 + q), or datetimes, shape (m,)
            Times, and covariates as in the fit.
        coverage : float
            Probability that a value lies within them.

        Returns
        -------
        lower, upper : ndarray, shape (m,) or (m, d)
        """
        check_is_fitted(self)
        t, covariates = self._times(X, reset=False, fewest=1)
        return self.model_.predict_interval(t, coverage, covariates=covariates)

    @property
    def model_(self) -> CycleModel:
        """The result of :func:`epicycle.find_cycles`, found anew after :meth:`partial_fit`."""
        check_is_fitted(self)
        if self._model is None:
            assert self._reservoir is not None
            self._model = self._find(*self._reservoir.samples())
        return self._model

    @property
    def cycles_(self) -> tuple[Cycle, ...]:
        """The cycles, strongest first."""
        return self.model_.cycles

    def _find(self, t: Any, y: Any, weights: Any, covariates: Any) -> CycleModel:
        options = Options.among(self.get_params(deep=False))
        if weights is None:
            # scikit-learn resamples, and takes a row that stands twice for one of weight 2:
            # find_cycles counts rows that repeat without weights once
            weights = np.ones(len(y))
        names = getattr(self, "feature_names_in_", None)
        if covariates is not None and names is not None:
            covariates = pd.DataFrame(covariates, columns=names[1:])
        return find_cycles(t, y, weights=weights, covariates=covariates, **options.arguments())

    def _samples(
        self, X: Any, y: Any, sample_weight: Any, *, reset: bool, fewest: int = _FEWEST_SAMPLES
    ) -> _Rows:
        """Return checked samples, in the form in which `find_cycles` takes them."""
        if y is None:
            raise ValueError(
                "This CycleRegressor requires y to be passed, but the target y is None."
            )
        t, covariates = self._times(X, reset=reset, fewest=fewest)
        with np.errstate(invalid="ignore"):
            y = check_array(
                y, dtype=np.float64, ensure_2d=False, ensure_min_samples=fewest, input_name="y"
            )
        if len(y) != len(t):
            raise ValueError(
                f"X and y must have the same number of rows, got {len(t)} and {len(y)}."
            )
        if sample_weight is None:
            return _Rows(t, y, None, covariates)
        with np.errstate(invalid="ignore"):
            weights = _check_sample_weight(
                sample_weight, np.empty((len(y), 1)), dtype=np.float64, ensure_non_negative=True
            )
        return _Rows(t, y, weights, covariates)

    def _times(self, X: Any, *, reset: bool, fewest: int) -> tuple[Any, Any]:
        """Return the times, of one dimension, and the covariates or None."""
        if _is_calendar(X):
            column = X.iloc[:, 0] if hasattr(X, "columns") else X
            if np.ndim(column) == 2:
                column = column[:, 0]
            if len(column) < fewest:
                raise ValueError(
                    f"X has {len(column)} sample(s) while a minimum of {fewest} is required."
                )
            if reset:
                self.n_features_in_ = 1
            return column, None
        with np.errstate(invalid="ignore"):  # infinities of both signs are summed, then refused
            X = validate_data(self, X, reset=reset, ensure_min_samples=fewest)
        return X[:, 0], X[:, 1:] if X.shape[1] > 1 else None


def _is_calendar(X: Any) -> bool:
    """Return whether X holds datetimes, durations or calendar periods, in a single column."""
    columns = getattr(X, "columns", None)
    if columns is not None:
        return len(columns) == 1 and _is_calendar(X.iloc[:, 0])
    if hasattr(X, "to_timestamp") and not hasattr(X, "iloc"):  # a PeriodIndex
        return True
    kind = getattr(getattr(X, "dtype", None), "kind", None)
    return kind in ("M", "m") and (np.ndim(X) == 1 or np.shape(X)[1:] == (1,))
