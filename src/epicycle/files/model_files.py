"""Model files: a result in a JSON file of the schema "epicycle.model/1", and back.

A file holds the document of :mod:`epicycle.files.documents` and what a later reader must know of
its origin.  Reading one parses JSON and checks every field that a prediction uses; nothing in it is
ever executed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import reprlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from epicycle._version import __version__
from epicycle.files.documents import from_dict, to_dict
from epicycle.files.model_checks import ModelFileError, check_columns, check_result, conform
from epicycle.files.writing import write_text
from epicycle.results.result import Result

SCHEMA = "epicycle.model/1"

#: What a reader will do with a result besides predicting.
Tell = Callable[[Result], object]

#: Times of calendars are counted from here; numbers from their own zero.
EPOCH = "1970-01-01T00:00:00+00:00"


@dataclasses.dataclass(frozen=True)
class Provenance:
    """Where a model comes from.

    Attributes
    ----------
    file, sha256 : str
        Name of the file of samples, and the digest of what it held.
    columns : dict
        Names of its columns of time, values, errors, group and weights; None where there is none.
    options : dict
        What was asked of :func:`epicycle.find_cycles`.
    epicycle : str
        Version that made it.
    created : str
        When, ISO 8601 in UTC.
    """

    file: str
    sha256: str
    columns: dict[str, Any]
    options: dict[str, Any]
    epicycle: str = dataclasses.field(default_factory=lambda: __version__)
    created: str = dataclasses.field(
        default_factory=lambda: dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    )


@dataclasses.dataclass(frozen=True, eq=False)
class SavedModel:
    """What a model file holds."""

    model: Result
    provenance: Provenance


def write_model(saved: SavedModel, path: Path) -> None:
    """Write a model file; what stands at `path` is always whole.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    write_text(dumps(saved), path, "the model")


def dumps(saved: SavedModel) -> str:
    """Return the text of a model file."""
    scale = saved.model.predictor.scale
    document = {
        "schema": SCHEMA,
        "unit": saved.model.unit,
        "epoch": EPOCH if scale.calendar else 0.0,
        "time_zone": None if scale.timezone is None else str(scale.timezone),
        "provenance": dataclasses.asdict(saved.provenance),
        "result": to_dict(saved.model),
    }
    return json.dumps(document, allow_nan=False) + "\n"


def read_model(path: Path, tell: Tell | None = None) -> SavedModel:
    """Return the model in a file; `tell` is what a reader will show of it, as :func:`loads` has it.

    Raises
    ------
    ModelFileError
        If there is no such file, or what it holds is not a model.
    """
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelFileError(
            f"{path} cannot be read ({reason}). To fix this, name a file that epicycle fit wrote."
        ) from None
    return loads(raw, str(path), tell)


def loads(raw: bytes, name: str = "the model file", tell: Tell | None = None) -> SavedModel:
    """Return the model in the bytes of a file, which messages call `name`.

    A file in whose result `tell` stumbles, as its table does over errors that are missing, is
    refused as damaged.

    Raises
    ------
    ModelFileError
        If they are not a model.
    """
    try:
        document = json.loads(
            raw.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once_each
        )
    except (ValueError, RecursionError) as error:
        reason = "too many brackets" if isinstance(error, RecursionError) else str(error)
        raise ModelFileError(
            f"{name} is not JSON ({reason}). To fix this, name a file that epicycle fit wrote."
        ) from None
    _check_schema(document, name)
    try:
        return _read(document, tell)
    except ModelFileError as error:
        raise ModelFileError(f"{name} {error}. To fix this, run epicycle fit again.") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"{name} is damaged ({type(error).__name__}: {error}). "
            f"To fix this, run epicycle fit again."
        ) from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return result


def _check_schema(document: Any, name: str) -> None:
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and schema.startswith(SCHEMA.rpartition("/")[0] + "/"):
        raise ModelFileError(
            f"{name} has the schema {reprlib.repr(schema)}, "
            f"epicycle {__version__} reads {SCHEMA!r}. "
            f"To fix this, install the version that wrote it, or run epicycle fit again."
        )
    raise ModelFileError(
        f"{name} is not a model file: expected the schema {SCHEMA!r}, got {reprlib.repr(schema)}. "
        f"To fix this, name a file that epicycle fit wrote."
    )


def _read(document: dict[str, Any], tell: Tell | None) -> SavedModel:
    for key in ("unit", "epoch", "time_zone", "provenance", "result"):
        if key not in document:
            raise ModelFileError(f"lacks {key!r}")
    provenance = document["provenance"]
    conform(provenance, Provenance, "provenance")
    check_columns(provenance["columns"])
    result = document["result"]
    check_result(result)
    numbers = result["model"]
    calendar = numbers["calendar"]
    epoch = EPOCH if calendar else 0.0
    if (document["unit"], document["time_zone"]) != (result["unit"], numbers["timezone"]):
        raise ModelFileError("names one unit or time zone at its top and another in its result")
    if document["epoch"] != epoch:
        raise ModelFileError(f"counts time from {document['epoch']!r}: expected {epoch!r}")
    model = from_dict(result)
    predictor = model.predictor
    # what a prediction would stumble over is found now, not then
    ends = [
        predictor.scale.to_user(t) for t in (predictor.first, predictor.reference, predictor.last)
    ]
    with np.errstate(all="ignore"):
        values = [model.predict(ends)]
        if predictor.errors is not None:
            values += model.predict(ends, return_std=True)
    if tell is not None:
        tell(model)
    if not np.isfinite(values).all():
        raise ModelFileError("holds numbers too large to predict with")
    return SavedModel(model, Provenance(**provenance))
