"""Targets that call the library: find_cycles on arrays, frames and events, and CycleRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np

from draws import ODD_NUMBERS, Draws
from epicycle import find_cycles
from properties import Finding, check_model, refused

UNITS = (None, "d", "h", "s", "y", "moons", "")


def arrays(raw: bytes) -> None:
    """Arrays, lists and frames of samples give a model that predicts, or are refused."""
    draws = Draws(raw)
    n = draws.whole(0, 60)
    t = _times(draws, n)
    y = _values(draws, n)
    dy = draws.pick([None, None, 1.0, _errors(draws, n), _values(draws, n)])
    options = _options(draws)
    if draws.one_in(4):
        options["group"] = [draws.pick(["a", "b", "", None, 3]) for _ in range(n)]
    if draws.one_in(4):
        options["weights"] = _errors(draws, n)
    if draws.one_in(6):
        options["covariates"] = _errors(draws, n).reshape(-1, 1)
    model = refused(lambda: find_cycles(t, y, dy, **options), TypeError, ValueError)
    _use(model, draws)


def events(raw: bytes) -> None:
    """Times of events, and their weights, give a model, or are refused."""
    draws = Draws(raw)
    n = draws.whole(0, 120)
    t = _times(draws, n)
    options = _options(draws)
    if draws.one_in(3):
        options["weights"] = _errors(draws, n)
    model = refused(lambda: find_cycles(t, **options), TypeError, ValueError)
    _use(model, draws)


def regressor(raw: bytes) -> None:
    """CycleRegressor is fitted, in one go or in parts, and predicts, or refuses."""
    from epicycle.forecasting.regressor import CycleRegressor

    draws = Draws(raw)
    n = draws.whole(0, 40)
    X, y = _times(draws, n), _values(draws, n)
    if draws.one_in(2) and isinstance(X, np.ndarray):
        X = np.reshape(X, (-1, 1))
    if draws.one_in(6) and np.size(X) == n:
        X = np.stack([np.ravel(np.asarray(X, dtype=object)), _errors(draws, n)], axis=1)
    options = _options(draws)
    made = CycleRegressor(
        **{key: options[key] for key in options if key in CycleRegressor().get_params()},
        max_samples=draws.pick([100, 10, 3, 0, 10**6]),
        random_state=0,
    )
    made.set_params(max_cycles=1)
    weights = _errors(draws, n) if draws.one_in(3) else None
    fit = made.partial_fit if draws.one_in(3) else made.fit
    refusals = (TypeError, ValueError)
    if refused(lambda: fit(X, y, sample_weight=weights), *refusals) is None:
        return
    if draws.one_in(2) and fit == made.partial_fit:
        refused(lambda: fit(X[: n // 2], y[: n // 2]), *refusals)
    new = X if draws.one_in(2) else _times(draws, 3)
    result = refused(lambda: made.predict(new, return_std=True), *refusals)
    if result is not None and not all(np.isfinite(part).all() for part in result):
        raise Finding(f"predictions that are no numbers: {result}")


def _times(draws: Draws, n: int) -> Any:
    """Return times of one of many kinds, some of them bad."""
    import pandas as pd

    kind = draws.whole(0, 9)
    wholes = np.arange(n, dtype=np.int64)
    gaps = np.array([1 + draws.whole(0, 9) / 8 for _ in range(n)], dtype=float)
    t: Any = np.cumsum(gaps)
    if kind == 1:
        return (wholes * draws.whole(1, 9)).astype(
            draws.pick(["int64", "int8", "uint64", "float32"])
        )
    if kind == 2:
        resolution = draws.pick(["s", "ns", "D", "M", "Y", "as", "us"])
        return (wholes + draws.whole(-40, 40)).astype(f"datetime64[{resolution}]")
    if kind == 3:
        zone = draws.pick([None, "UTC", "Europe/Berlin", "Asia/Kathmandu"])
        start = draws.pick(["2024-03-30", "1678-01-01", "2261-12-01", "1970-01-01"])
        later = pd.to_timedelta(t, unit=draws.pick(["h", "D"]))
        try:
            return pd.Timestamp(start, tz=zone) + later
        except OverflowError:  # nanoseconds end in 2262
            return pd.Timestamp(start, tz=zone).as_unit("us") + later.as_unit("us")
    if kind == 4:
        return (wholes + draws.pick([0, 10**9, 2**53]), gaps - 1)
    if kind == 5:
        return pd.Series(t, index=draws.pick([range(n), range(n)[::-1]]))
    if kind == 6:
        return wholes.astype("timedelta64[h]")
    t = t * draws.pick([1.0, 1e-9, 1e9, 1e-300, 1e300, 1e150]) + draws.pick(ODD_NUMBERS)
    for _ in range(draws.whole(0, 3)):
        if n:
            t[draws.whole(0, n - 1)] = draws.number()
    if kind == 7:
        return [draws.pick([None, "x", 3, 10**30]) if k % 11 == 10 else v for k, v in enumerate(t)]
    return draws.pick([t, t, t[::-1], t[:-1], t.reshape(-1, 1), np.stack([t, t])])


def _values(draws: Draws, n: int) -> Any:
    """Return values with a cycle, some of them bad."""
    k = np.arange(n)
    period = 1 + draws.whole(0, 100) / 10
    y: Any = np.cos(2 * np.pi * k / period) + 0.1 * np.cos(7.0 * k * k)
    y = y * draws.pick([1.0, 0.0, 1e-200, 1e100, 1e-9]) + draws.pick(ODD_NUMBERS)
    for _ in range(draws.whole(0, 3)):
        if n:
            y[draws.whole(0, n - 1)] = draws.number()
    shape = draws.whole(0, 9)
    if shape == 1:
        return np.stack([y, k], axis=1)
    if shape == 2:
        return list(y)
    if shape == 3:
        return (y > 0) if draws.one_in(2) else y.astype("complex64")
    if shape == 4:
        return np.ma.masked_greater(np.nan_to_num(y), 0.5)
    return y


def _errors(draws: Draws, n: int) -> Any:
    """Return positive numbers, some of them not."""
    result = np.array([(1 + k * 7 % 5) / 4 for k in range(n)])
    for _ in range(draws.whole(0, 2)):
        if n:
            result[draws.whole(0, n - 1)] = draws.number()
    return result


def _options(draws: Draws) -> dict[str, Any]:
    """Return arguments of a small search, now and then odd ones."""
    options: dict[str, Any] = {
        "max_frequencies": draws.pick([1e4, 1e4, 1e5, 3e3]),
        "max_cycles": draws.pick([1, 1, 2, 3]),
        "harmonics": draws.pick([1, 2, 4]),
    }
    choices: dict[str, list[Any]] = {
        "unit": list(UNITS),
        "trend": [0, 1, 2, 5, "piecewise", -1, 1.5, "x"],
        "drift": [True],
        "strategy": ["dense", "ladder", "auto", "x"],
        "loss": ["huber", "squares", "x"],
        "red_noise": [True],
        "clock": ["local", "elapsed", "x"],
        "per_group": ["waveform", "offset", "auto", "x"],
    }
    for name, some in choices.items():
        if draws.one_in(6):
            options[name] = draws.pick(some)
    for name in ("minimum_period", "maximum_period", "exposure", "signal_to_noise", "false_alarm"):
        if draws.one_in(8):
            options[name] = draws.number()
    if draws.one_in(8):
        options["known"] = [draws.number() for _ in range(draws.whole(0, 2))]
    return options


def _use(model: Any, draws: Draws) -> None:
    if model is None:
        return
    check_model(model)
    n_covariates = len(model.predictor.background.centre)
    covariates = np.ones((2, n_covariates)) if n_covariates else None
    scale = model.predictor.scale
    ends = [scale.to_user(model.predictor.first), scale.to_user(model.predictor.last)]
    prediction = refused(lambda: model.predict(ends, covariates=covariates), TypeError, ValueError)
    if prediction is None or not np.isfinite(prediction).all():
        raise Finding(f"no finite prediction within the data: {prediction}")
    far = [draws.number(), draws.number()]
    refused(lambda: model.predict(far, covariates=covariates), TypeError, ValueError)
