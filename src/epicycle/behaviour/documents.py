"""Actigraphy as a JSON document, schema "epicycle.actigraphy/1", and as one row of a table."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from epicycle.behaviour.periods import PeriodScan
from epicycle.behaviour.result import Actigraphy, Edges

SCHEMA = "epicycle.actigraphy/1"

#: The columns of a row.
COLUMNS = (
    "days",
    "IS",
    "IV",
    "RA",
    "M10",
    "M10_onset",
    "L5",
    "L5_onset",
    "SRI",
    "onset_period",
    "onset_period_error",
    "chi_square_period",
    "lomb_scargle_period",
    "counts_maximum",
    "counts_maximum_error",
    "counts_p",
)


def to_dict(found: Actigraphy) -> dict[str, Any]:
    """Return what was found as JSON can hold it; times are written as ISO dates, or numbers."""
    document = {
        "schema": SCHEMA,
        **{name: getattr(found, name) for name in ("period", "period_is", "IS", "IV", "RA", "SRI")},
        "M10": None if found.M10 is None else asdict(found.M10),
        "L5": None if found.L5 is None else asdict(found.L5),
        "rest_rule": found.rest_rule,
        "rest_share": found.rest_share,
        "onsets": _edges(found.onsets),
        "offsets": _edges(found.offsets),
        "chi_square": _scan(found.chi_square),
        "lomb_scargle": _scan(found.lomb_scargle),
        "counts": None if found.counts is None else asdict(found.counts),
        "days": [asdict(day) for day in found.days],
        "used": {name: asdict(used) for name, used in found.used.items()},
        "refused": dict(found.refused),
        "notes": list(found.notes),
        "hour": found.hour,
        "average_day": found.average_day,
        "epoch": found.epoch,
        "clock": found.clock,
        "timezone": found.timezone,
        "n_samples": found.n_samples,
        "n_dropped": found.n_dropped,
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def row(found: Actigraphy) -> dict[str, Any]:
    """Return the statistics of one subject as a row of a table; None where there is none."""
    high, low, counts, onsets = found.M10, found.L5, found.counts, found.onsets
    chi, lomb = found.chi_square, found.lomb_scargle
    values = (
        max((used.days for used in found.used.values()), default=0),
        found.IS,
        found.IV,
        found.RA,
        None if high is None else high.level,
        None if high is None else high.onset,
        None if low is None else low.level,
        None if low is None else low.onset,
        found.SRI,
        None if onsets is None else onsets.period,
        None if onsets is None else onsets.period_error,
        None if chi is None else chi.best,
        None if lomb is None else lomb.best,
        None if counts is None else counts.maximum,
        None if counts is None else counts.maximum_error,
        None if counts is None else counts.p_value,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _edges(found: Edges | None) -> dict[str, Any] | None:
    return None if found is None else dict(vars(found))


def _scan(found: PeriodScan | None) -> dict[str, Any] | None:
    return None if found is None else dict(vars(found))


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN and what is missing as None."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
