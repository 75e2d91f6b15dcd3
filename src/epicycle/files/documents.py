"""Results as JSON documents of the schema "epicycle.cycles/1", and back.

Times in a document are the user's own: numbers, or ISO 8601 strings.  What is needed to predict
stands under "model"; reading a document never executes anything.  Gears and the suggestions of
each cycle are written for other readers; here they follow from the cycles anew, and need not be
there.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np

from epicycle.evidence.aliases import Alias
from epicycle.evidence.gears import GearTrain
from epicycle.files.model_checks import check_result
from epicycle.files.predictors import (
    counts_to_dict,
    predictor_to_dict,
    read_predictor,
    read_responding,
)
from epicycle.results.covariates import effects_of
from epicycle.results.cycles import Asked, Cycle, EventStatistics, Harmonic, Line
from epicycle.results.result import Result, Spectrum
from epicycle.results.schemas import read_document, timezone
from epicycle.samples.times import TimeScale
from epicycle.spectra.plan import SearchPlan

SCHEMA = "epicycle.cycles/1"

#: What writes documents that can be read.
WRITER = "CycleModel.to_dict() or 'epicycle find --json'"


#: What is written of each cycle for other readers only.
_DERIVED = ("suggestions", "clock_times", "envelope")


def to_dict(model: Result) -> dict[str, Any]:
    """Return `model` as a dictionary of plain Python values."""
    scale = model.predictor.scale
    document = {
        "schema": SCHEMA,
        "unit": model.unit,
        "n_samples": model.n_samples,
        "n_dropped": model.n_dropped,
        "n_repeated": model.n_repeated,
        "n_copies": model.n_copies,
        "is_sorted": model.is_sorted,
        "baseline": model.baseline,
        "reference_time": _time(model.reference_time),
        "clock": model.clock,
        "trend_changes": [_time(moment) for moment in model.trend_changes],
        "cycles": [
            {
                **_cycle_to_dict(cycle),
                "suggestions": [vars(one) for one in suggestions],
                "clock_times": None if clocks is None else [one.to_dict() for one in clocks],
                "envelope": _envelope_to_dict(model, cycle),
            }
            for cycle, suggestions, clocks in zip(
                model.cycles, model.suggestions, model.clock_times, strict=True
            )
        ],
        "gears": [
            *({**_train_to_dict(train), "locked": True} for train in model.locked),
            *({**_train_to_dict(train), "locked": False} for train in model.gears),
        ],
        "lines": [_plain(vars(line)) for line in model.lines],
        "undecided": list(model.undecided),
        "residual_std": model.residual_std,
        "jitter": model.jitter,
        "outliers": list(model.outliers),
        "amplitude_limit": model.amplitude_limit,
        "output_names": model.output_names,
        "group_shares": model.group_shares,
        "gains": model.gains,
        "search": vars(model.search),
        "seconds": model.seconds,
        "model": {
            **predictor_to_dict(model.predictor),
            "calendar": scale.calendar,
            "timezone": None if scale.timezone is None else str(scale.timezone),
        },
        "covariates": [vars(effect) for effect in effects_of(model)],
        "response": model.response,
        "forecast_response": model.forecast_response,
        "counts": counts_to_dict(model.responding),
    }
    if model.asked is not None:
        document["asked"] = _asked_to_dict(model.asked)
    plain = _plain(document)
    assert isinstance(plain, dict)
    return plain


def _cycle_to_dict(cycle: Cycle) -> dict[str, Any]:
    document = dict(vars(cycle))
    document["time_of_maximum"] = _time(cycle.time_of_maximum)
    document["harmonics"] = [vars(h) for h in cycle.harmonics]
    document["aliases"] = [vars(a) for a in cycle.aliases]
    document["statistics"] = None if cycle.statistics is None else vars(cycle.statistics)
    return document


def _asked_to_dict(asked: Asked) -> dict[str, Any]:
    cycle = None if asked.cycle is None else _cycle_to_dict(asked.cycle)
    return {**vars(asked), "cycle": cycle}


def _envelope_to_dict(model: Result, cycle: Cycle) -> dict[str, Any] | None:
    """Return how an amplitude varies within the data, in units of its mean, None where constant."""
    predictor = model.predictor
    envelope = predictor.envelope_of(cycle)
    if envelope is None:
        return None
    first, last = (edge - predictor.reference for edge in (predictor.first, predictor.last))
    margin = 1e-9 * predictor.baseline
    within = (envelope.knots >= first - margin) & (envelope.knots <= last + margin)
    times = predictor.reference + envelope.knots[within]
    return {
        "time": [_time(predictor.scale.to_user(t)) for t in times.tolist()],
        "factor": envelope.factor[within],
        "factor_error": envelope.error[within],
    }


def _train_to_dict(train: GearTrain) -> dict[str, Any]:
    return {**vars(train), "period": train.period, "period_error": train.period_error}


def from_dict(document: Any) -> Result:
    """Return the model in a document of :func:`to_dict`.

    Raises
    ------
    ValueError
        If the document is of another schema, or incomplete.
    """
    return read_document(document, SCHEMA, WRITER, _read)


def _read(document: dict[str, Any]) -> Result:
    check_result(document)
    numbers = document["model"]
    scale = TimeScale(document["unit"], numbers["calendar"], timezone(numbers["timezone"]))
    scale = dataclasses.replace(scale, clock=document["clock"] or "elapsed")
    predictor = read_predictor(numbers, scale)
    names = document["output_names"]
    empty = np.empty(0)
    return Result(
        cycles=tuple(_read_cycle(c, scale) for c in document["cycles"]),
        lines=tuple(Line(**_with_held(_tuples(line))) for line in document["lines"]),
        undecided=tuple(document["undecided"]),
        unit=document["unit"],
        n_samples=document["n_samples"],
        n_dropped=document["n_dropped"],
        n_repeated=document["n_repeated"],
        n_copies=document.get("n_copies", 0),
        is_sorted=document["is_sorted"],
        baseline=document["baseline"],
        reference_time=_user_time(document["reference_time"], scale),
        residual=empty,
        residual_std=_tuple(document["residual_std"]),
        jitter=_tuples(document["jitter"]),
        amplitude_limit=_limit(document["amplitude_limit"]),
        search=SearchPlan(**document["search"]),
        spectrum=Spectrum(empty, empty, empty, empty, empty, float("nan")),
        predictor=predictor,
        output_names=None if names is None else tuple(names),
        group_shares=_tuple(document.get("group_shares")),
        gains=_tuples(document.get("gains", {})),
        seconds=document["seconds"],
        outliers=tuple(document.get("outliers", ())),
        locked=tuple(_read_train(g) for g in document.get("gears", []) if g["locked"]),
        asked=_read_asked(document.get("asked"), scale),
        covariate_names=tuple(one["name"] for one in document.get("covariates", ())),
        responding=read_responding(document, scale),
    )


def _read_asked(document: dict[str, Any] | None, scale: TimeScale) -> Asked | None:
    if document is None:
        return None
    cycle = document["cycle"]
    fields = {**document, "cycle": None if cycle is None else _read_cycle(cycle, scale)}
    if fields["condition"] is None:
        fields["condition"] = float("inf")
    return Asked(**fields)


def _read_train(document: dict[str, Any]) -> GearTrain:
    fields = {f.name: document[f.name] for f in dataclasses.fields(GearTrain)}
    if fields["odds"] is None:
        fields["odds"] = float("nan")
    return GearTrain(**_tuples(fields))


def _read_cycle(document: dict[str, Any], scale: TimeScale) -> Cycle:
    kept = {key: value for key, value in document.items() if key not in _DERIVED}
    fields = _with_held(_tuples(kept))
    fields["time_of_maximum"] = _user_time(document["time_of_maximum"], scale)
    fields["harmonics"] = tuple(Harmonic(**_tuples(h)) for h in document["harmonics"])
    fields["aliases"] = tuple(Alias(**a) for a in document["aliases"])
    statistics = document["statistics"]
    fields["statistics"] = None if statistics is None else EventStatistics(**_tuples(statistics))
    return Cycle(**fields)


def _with_held(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with NaN for the error of a period that was held, which JSON writes as null."""
    for name in ("period_error", "frequency_error"):
        fields[name] = float("nan") if fields[name] is None else fields[name]
    return fields


def _limit(value: Any) -> Any:
    """Return a limit on amplitudes; NaN, which JSON writes as null, where it was not tested."""
    if isinstance(value, list):
        return tuple(_limit(one) for one in value)
    return float("nan") if value is None else value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tuples(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in mapping.items()}


def _time(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_time(v) for v in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _user_time(value: Any, scale: TimeScale) -> Any:
    if isinstance(value, list):
        return tuple(_user_time(v, scale) for v in value)
    if not scale.calendar:
        return value
    moment = dt.datetime.fromisoformat(value)
    return moment if scale.timezone is None else moment.astimezone(scale.timezone)


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it; what is not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
