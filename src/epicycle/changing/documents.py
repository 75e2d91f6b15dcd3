"""Rhythms as JSON documents of the schema "epicycle.rhythm/1", and back.

Times in a document are the user's own: numbers, or ISO 8601 strings.  Maxima are written for other
readers; here they follow from the curves.  Reading one executes nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import numpy as np

from epicycle.changing.rhythm import Curves, Rhythm, Shift, Verdict
from epicycle.results.schemas import read_document, timezone
from epicycle.samples.times import TimeScale

SCHEMA = "epicycle.rhythm/1"

#: Fields that are plain numbers, or lists of them.
_PLAIN = (
    "odds", "undecided", "mean_period", "mean_period_error", "lifetime", "lifetime_error",
    "coherence_time", "coherence_time_error", "variation_limit", "waveform", "noise", "unit",
    "n_samples", "n_dropped", "baseline", "frequency", "reference",
)  # fmt: skip


def to_dict(rhythm: Rhythm) -> dict[str, Any]:
    """Return a rhythm as a dictionary of plain Python values; what is no number becomes None."""
    scale = rhythm.scale
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "verdict": vars(rhythm.verdict),
        **{name: getattr(rhythm, name) for name in _PLAIN},
        "reference_time": rhythm.reference_time,
        "shifts": [vars(one) for one in rhythm.shifts],
        "maxima": [vars(one) for one in rhythm.maxima],
        "curves": vars(rhythm.curves),
        "clock": scale.clock,
        "calendar": scale.calendar,
        "timezone": None if scale.timezone is None else str(scale.timezone),
        "others": [to_dict(one) for one in rhythm.others],
    }
    plain = _plain(document)
    assert isinstance(plain, dict)
    return plain


def from_dict(document: Any) -> Rhythm:
    """Return the rhythm in a document of :func:`to_dict`.

    Raises
    ------
    ValueError
        If the document is of another schema, or incomplete.
    """
    return read_document(document, SCHEMA, "Rhythm.to_dict()", _read)


def _read(document: dict[str, Any]) -> Rhythm:
    zone = document["timezone"]
    scale = TimeScale(
        document["unit"],
        document["calendar"],
        timezone(zone),
        document["clock"],
    )
    values = {name: document[name] for name in _PLAIN}
    values["undecided"] = tuple(values["undecided"])
    values["waveform"] = tuple((float(a), float(b)) for a, b in values["waveform"])
    curves = {
        f.name: np.array(document["curves"][f.name], dtype=np.float64)
        for f in dataclasses.fields(Curves)
    }
    return Rhythm(
        verdict=Verdict(**document["verdict"]),
        reference_time=_time(document["reference_time"], scale),
        shifts=tuple(_shift(one, scale) for one in document["shifts"]),
        curves=Curves(**curves),
        scale=scale,
        others=tuple(_read(one) for one in document["others"]),
        **values,
    )


def _shift(document: dict[str, Any], scale: TimeScale) -> Shift:
    """Return a shift; what was no number is NaN again."""
    values = {k: math.nan if v is None else v for k, v in document.items()}
    return Shift(**{**values, "time": _time(document["time"], scale)})


def _time(value: Any, scale: TimeScale) -> Any:
    if not scale.calendar:
        return value
    return dt.datetime.fromisoformat(value)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
