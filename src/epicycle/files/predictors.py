"""The numbers behind predictions as a part of a JSON document, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from epicycle.effects.families import Family
from epicycle.evidence.envelope import Envelope
from epicycle.living.ends import Living
from epicycle.results.ahead import Ahead
from epicycle.results.prediction import PredictionErrors
from epicycle.results.predictor import Predictor
from epicycle.results.responding import Counted, Responding, of_counts
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.response import AUTO, IDENTITY
from epicycle.samples.times import TimeScale

#: Fields of a predictor that are written part by part.
_OBJECTS = ("scale", "background", "errors", "envelopes", "ahead")


def predictor_to_dict(predictor: Predictor) -> dict[str, Any]:
    """Return the numbers of a predictor; its scale of time stands elsewhere."""
    return {
        **{k: v for k, v in vars(predictor).items() if k not in _OBJECTS},
        **vars(predictor.background),
        "errors": None if predictor.errors is None else vars(predictor.errors),
        "envelopes": [vars(one) for one in predictor.envelopes],
        "ahead": _ahead_to_dict(predictor.ahead),
    }


def read_predictor(numbers: dict[str, Any], scale: TimeScale) -> Predictor:
    """Return the predictor of such numbers."""
    nuisance = np.array(numbers["nuisance"], dtype=np.float64)
    return Predictor(
        scale=scale,
        reference=numbers["reference"],
        first=numbers["first"],
        last=numbers["last"],
        baseline=numbers["baseline"],
        background=Background(
            n_groups=numbers["n_groups"],
            degree=numbers["degree"],
            knots=tuple(numbers["knots"]),
            centre=np.array(numbers["centre"], dtype=np.float64),
            # a covariate that was left out has an infinite scale, which JSON writes as null
            scale=np.array([np.inf if s is None else s for s in numbers["scale"]]),
        ),
        group_labels=tuple(numbers["group_labels"]),
        group_weights=tuple(numbers["group_weights"]),
        nuisance=nuisance,
        level=np.array(numbers["level"], dtype=np.float64),
        frequency=np.array(numbers["frequency"], dtype=np.float64),
        drift=np.array(numbers["drift"], dtype=np.float64),
        coefficients=np.array(numbers["coefficients"], dtype=np.float64).reshape(
            -1, nuisance.shape[1]
        ),
        slow=np.array(numbers["slow"], dtype=bool),
        gains=tuple(numbers.get("gains", ())),
        fading=np.array(numbers.get("fading", ()), dtype=np.float64),
        errors=_read_errors(numbers["errors"]),
        envelopes=tuple(_read_envelope(one) for one in numbers.get("envelopes", ())),
        blur=np.array(numbers.get("blur", ()), dtype=np.float64),
        frequency_error=np.array(numbers.get("frequency_error", ()), dtype=np.float64),
        drift_error=np.array(numbers.get("drift_error", ()), dtype=np.float64),
        ahead=_read_ahead(numbers.get("ahead")),
    )


def counts_to_dict(responding: Responding) -> dict[str, Any] | None:
    """Return a model of counts; None where values are not predicted as counts."""
    counted = responding.counted
    if counted is None:
        return None
    own = counted.predictor
    return {
        "families": [vars(family) for family in counted.families],
        "model": None if own is None else predictor_to_dict(own),
    }


def read_responding(document: dict[str, Any], scale: TimeScale) -> Responding:
    """Return how the predictions of a document follow from the scale of its cycles."""
    told, counts = document.get("response", IDENTITY), document.get("counts")
    counted = None
    if counts is not None:
        families = tuple(Family(**family) for family in counts["families"])
        own = None if counts["model"] is None else read_predictor(counts["model"], scale)
        counted = Counted(families, own)
    return of_counts(counted, AUTO if told == IDENTITY else told)


def _ahead_to_dict(ahead: Ahead | None) -> list[dict[str, Any] | None] | None:
    """Return what goes on beyond the data, output by output; None where only the trend does."""
    if ahead is None:
        return None
    return [None if one is None else one.to_dict() for one in ahead.outputs]


def _read_ahead(document: list[dict[str, Any] | None] | None) -> Ahead | None:
    if document is None:
        return None
    read = (None if one is None else Living.from_dict(one) for one in document)
    return Ahead(pursuit=None, read=tuple(read))


def _read_envelope(document: dict[str, Any]) -> Envelope:
    return Envelope(
        frequency=document["frequency"],
        lines=tuple(document["lines"]),
        knots=np.array(document["knots"], dtype=np.float64),
        factor=np.array(document["factor"], dtype=np.float64),
        error=np.array(document["error"], dtype=np.float64),
        n_parameters=document["n_parameters"],
    )


def _read_errors(document: dict[str, Any] | None) -> PredictionErrors | None:
    """Return the errors of a predictor, None where they are not known."""
    if document is None:
        return None

    def numbers(name: str) -> Floats:
        return np.array(document[name], dtype=np.float64)

    return PredictionErrors(
        parent=np.array(document["parent"], dtype=np.intp),
        order=np.array(document["order"], dtype=np.intp),
        inside=numbers("inside"),
        outside=numbers("outside"),
        scatter=numbers("scatter"),
        degrees_of_freedom=numbers("degrees_of_freedom"),
        walk=numbers("walk"),
        bend=numbers("bend"),
        blind=float(document["blind"]),
    )
