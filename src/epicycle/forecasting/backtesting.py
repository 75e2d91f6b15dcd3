"""How well a model would have forecast: refitted before held-out ends of the data, and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.find import find_cycles
from epicycle.forecasting.naive import Seen, seasonal_naive
from epicycle.model import CycleModel
from epicycle.samples.arrays import Floats
from epicycle.samples.labels import finder
from epicycle.samples.options import check_count, check_positive

#: Coverages whose truth is looked at.
_COVERAGES = (0.8, 0.95)

#: At least so many samples are fitted, and forecast, in each fold.
_FEWEST_FITTED = 10

_FEWEST_FORECAST = 3


@dataclass(frozen=True)
class Fold:
    """One held-out stretch.

    Attributes
    ----------
    start, end : float, datetime
        The stretch, in the user's own time; everything before `start` was fitted.
    n_fitted, n_forecast : int
        Samples before, and in it.
    n_cycles : int
        Cycles that were found.
    rmse, mean_error : float
        Of values about the forecast, over all outputs.
    variance_explained : float
        1 - var(error) / var(values), over all outputs: 1 is perfect, 0 no better than a constant.
    coverage : dict
        Share of values within the interval, for each coverage asked for.
    mean_absolute_error, naive_error : float
        Of the forecast, and of seasonal naive, over all outputs.
    season : float or None
        Period of seasonal naive; None where it repeats the last value.
    """

    start: Any
    end: Any
    n_fitted: int
    n_forecast: int
    n_cycles: int
    rmse: float
    mean_error: float
    variance_explained: float
    coverage: dict[float, float]
    mean_absolute_error: float
    naive_error: float
    season: float | None


@dataclass(frozen=True)
class Backtest:
    """Forecasts of held-out ends, earliest first.

    Attributes
    ----------
    folds : tuple of Fold
        The stretches.
    rmse, variance_explained, coverage, mean_absolute_error, naive_error
        As of a fold, over the values of all stretches.
    """

    folds: tuple[Fold, ...]
    rmse: float
    variance_explained: float
    coverage: dict[float, float]
    mean_absolute_error: float
    naive_error: float

    @property
    def relative_error(self) -> float:
        """Mean absolute error in units of that of seasonal naive: above 1, naive is better."""
        if self.naive_error == 0:
            return 1.0 if self.mean_absolute_error == 0 else float("inf")
        return self.mean_absolute_error / self.naive_error

    @property
    def naive_is_better(self) -> bool:
        """Whether repeating the values of a season ago would have been nearer."""
        return self.relative_error > 1.0

    @property
    def verdict(self) -> str:
        """One sentence that compares with seasonal naive."""
        seasons = sorted({f.season for f in self.folds if f.season is not None})
        naive = (
            f"seasonal naive (period {' or '.join(dict.fromkeys(f'{s:.3g}' for s in seasons))})"
            if seasons
            else "repeating the last value"
        )
        errors = f"mean absolute error {self.mean_absolute_error:.4g}, naive {self.naive_error:.4g}"
        if self.naive_is_better:
            return f"{naive} is better than this model: {errors}"
        return f"better than {naive}: {errors}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it (schema "epicycle.backtest/1")."""
        return {
            "schema": "epicycle.backtest/1",
            "folds": [_plain(vars(fold)) for fold in self.folds],
            **{key: _plain(value) for key, value in vars(self).items() if key != "folds"},
            "relative_error": _plain(self.relative_error),
            "naive_is_better": self.naive_is_better,
            "verdict": self.verdict,
        }


def backtest(
    model: CycleModel,
    *,
    horizon: float | None = None,
    folds: int = 3,
    coverage: Sequence[float] = _COVERAGES,
) -> Backtest:
    """Forecast the last stretches of the data, each from a fit of everything before it.

    Parameters
    ----------
    model : CycleModel
        A result of :func:`epicycle.find_cycles`, of values (not of events).  Every fit is made
        with the same options.
    horizon : float, optional
        Length of each stretch, in the model's unit of time; by default a tenth of the baseline.
    folds : int
        Number of stretches, one after the other up to the end of the data.
    coverage : sequence of float
        Intervals to look at.

    Returns
    -------
    Backtest

    Raises
    ------
    ValueError
        If the model has no samples, or too few of them are left to fit or to forecast.

    Examples
    --------
    >>> import numpy as np
    >>> from epicycle import backtest, find_cycles
    >>> rng = np.random.default_rng(1)
    >>> t = np.sort(rng.uniform(0, 1000, 800))
    >>> y = 3 * np.sin(2 * np.pi * t / 29.53) + rng.normal(size=800)
    >>> result = backtest(find_cycles(t, y))
    >>> round(result.variance_explained, 1), result.coverage[0.95] > 0.9
    (0.8, True)
    >>> result.naive_is_better
    False
    """
    if model.origin is None:
        what = "events have no values" if model.of_events else "a document holds no samples"
        raise ValueError(f"model cannot be backtested: {what}. To fix this, fit the samples anew.")
    count = check_count(folds, "folds")
    asked = model.baseline / 10 if horizon is None else check_positive(horizon, "horizon")
    samples = model.origin.task.samples
    offset = samples.times.minus(model.predictor.last).to_float()
    scored = []
    for k in range(count, 0, -1):
        start, end = -k * asked, -(k - 1) * asked
        before = offset < start
        # the last sample belongs to the last stretch
        held = ~before & ((offset < end) | (k == 1))
        if before.sum() < _FEWEST_FITTED:
            raise ValueError(
                f"{count} fold(s) of horizon {asked:.6g} leave {int(before.sum())} samples to fit, "
                f"and {_FEWEST_FITTED} are needed. To fix this, shorten horizon or take fewer "
                f"folds."
            )
        if held.sum() >= _FEWEST_FORECAST:
            scored.append(_forecast(model, samples.kept[before], samples.kept[held], coverage))
    if not scored:
        raise ValueError(
            f"no stretch of horizon {asked:.6g} holds {_FEWEST_FORECAST} samples to forecast. "
            f"To fix this, lengthen horizon."
        )
    values = np.concatenate([one.values for one in scored])
    errors = np.concatenate([one.errors for one in scored])
    return Backtest(
        folds=tuple(one.fold for one in scored),
        rmse=_root_mean_square(errors),
        variance_explained=_explained(values, errors),
        coverage={
            c: float(np.concatenate([one.inside[c] for one in scored]).mean()) for c in coverage
        },
        mean_absolute_error=float(np.abs(errors).mean()),
        naive_error=float(np.abs(np.concatenate([one.naive for one in scored])).mean()),
    )


class _Scored(NamedTuple):
    """A fold with what it was made of: values, errors, naive's, whether intervals held; (m,)."""

    fold: Fold
    values: Floats
    errors: Floats
    inside: dict[float, NDArray[np.bool_]]
    naive: Floats


def _forecast(
    model: CycleModel, fitted: NDArray[np.intp], held: NDArray[np.intp], coverage: Sequence[float]
) -> _Scored:
    """Fit some rows, forecast others."""
    origin = model.origin
    assert origin is not None
    options = origin.task.options.arguments()
    fit = find_cycles(**origin.given.rows(fitted).arguments(), **options)
    ahead = origin.given.rows(held)
    extra = {"group": _known_groups(fit, ahead.group), "covariates": ahead.covariates}
    values = np.asarray(ahead.y, dtype=np.float64)
    present = ~np.isnan(values)
    errors = (values - fit.predict(ahead.t, **extra))[present]
    inside = {}
    for c in coverage:
        lower, upper = fit.predict_interval(ahead.t, c, **extra)
        inside[c] = ((lower <= values) & (values <= upper))[present]
    scale = model.predictor.scale
    times = scale.parse(ahead.t).to_float()
    before = origin.given.rows(fitted)
    naive, season = seasonal_naive(
        Seen.of(scale.parse(before.t).to_float(), before.y, before.group),
        Seen.of(times, values, ahead.group),
        [cycle.period for cycle in fit.cycles],
    )
    missed = (values - naive.reshape(values.shape))[present]
    fold = Fold(
        start=scale.to_user(float(times.min())),
        end=scale.to_user(float(times.max())),
        n_fitted=len(fitted),
        n_forecast=len(held),
        n_cycles=len(fit.cycles),
        rmse=_root_mean_square(errors),
        mean_error=float(errors.mean()),
        variance_explained=_explained(values[present], errors),
        coverage={c: float(rows.mean()) for c, rows in inside.items()},
        mean_absolute_error=float(np.abs(errors).mean()),
        naive_error=float(np.abs(missed).mean()),
        season=season,
    )
    return _Scored(fold, values[present], errors, inside, missed)


def _known_groups(fit: CycleModel, group: Any) -> Any:
    """Return groups; None, the mean of all, where one of them was not there to be fitted."""
    if group is None:
        return None
    place = finder(fit.predictor.group_labels)
    return None if any(place(g) is None for g in np.asarray(group).tolist()) else group


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _root_mean_square(errors: Floats) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def _explained(values: Floats, errors: Floats) -> float:
    spread = float(np.var(values))
    return float(1 - np.var(errors) / spread) if spread > 0 else float("nan")
