"""Whether a document of JSON holds a model: every field that a prediction uses is checked."""

from __future__ import annotations

import dataclasses
import itertools
import types
import typing
from functools import cache
from typing import Any

from epicycle.effects.families import Family
from epicycle.living.chain import Strengths
from epicycle.results.cycles import Cycle, Line
from epicycle.samples.response import COUNT, IDENTITY, RESPONSES
from epicycle.samples.times import UNIT_SECONDS
from epicycle.spectra.plan import SearchPlan

#: Numbers that must be positive wherever they stand.
_POSITIVE = frozenset({"period", "frequency", "baseline", "spacing"})


#: Numbers that may not be known.
_MAY_BE_NULL = ("_error", "noise_level", "covariance", "false_alarm", "seconds")


class ModelFileError(ValueError):
    """A file is not a model that can be used; the message is one line that says why."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def check_result(result: Any) -> None:
    """Check what `from_dict` takes on trust."""
    if not isinstance(result, dict) or not isinstance(result.get("model"), dict):
        raise ModelFileError("lacks the numbers of the model")
    for key, kind in (("cycles", Cycle), ("lines", Line)):
        conform(result.get(key), tuple[kind, ...], key)  # type: ignore[valid-type]
    conform(result.get("search"), SearchPlan, "search")
    for key, hint in _RESULT.items():
        conform(result.get(key), hint, key)
    if result["baseline"] <= 0:
        raise ModelFileError(f"has a baseline of {result['baseline']}: expected one above 0")
    numbers = result["model"]
    _check_numbers(numbers, result["output_names"], result.get("gains", {}))
    if numbers["calendar"] and result["unit"] not in UNIT_SECONDS:
        raise ModelFileError(f"has dates in the unit {result['unit']!r}, which is not one of time")
    _check_counts(result)


def _check_numbers(numbers: dict[str, Any], outputs: list[str] | None, gains: Any) -> None:
    """Check the numbers of a predictor."""
    for key, hint in _NUMBERS.items():
        if key not in numbers:
            raise ModelFileError(f"lacks 'model.{key}'")
        conform(numbers[key], hint, f"model.{key}")
    _check_shapes(numbers, outputs)
    _check_parents(numbers.get("errors"), len(numbers["frequency"]))
    _check_envelopes(numbers.get("envelopes", []), len(numbers["frequency"]))
    _check_gains(gains, numbers.get("gains", []), len(numbers["group_labels"]))
    _check_ahead(numbers, len(numbers["level"][0]) if numbers["level"] else 1)


def _check_counts(result: dict[str, Any]) -> None:
    """Check the scale of cycles, and a model of counts; older files lack both."""
    response, counts = result.get("response", IDENTITY), result.get("counts")
    _expect(response in RESPONSES, response, "a scale", "response")
    _expect((counts is not None) or response != COUNT, counts, "a model of counts", "counts")
    if counts is None:
        return
    _expect(isinstance(counts, dict), counts, "an object", "counts")
    conform(counts.get("families"), tuple[Family, ...], "counts.families")
    names = result["output_names"]
    _expect(
        len(counts["families"]) == (1 if names is None else len(names))
        and all(min(f.values()) >= 0 and f["zeros"] < 1 for f in counts["families"]),
        counts["families"],
        "a family of counts for each output",
        "counts.families",
    )
    if counts.get("model") is not None:
        _expect(isinstance(counts["model"], dict), counts["model"], "an object", "counts.model")
        _check_numbers({"calendar": False, "timezone": None, **counts["model"]}, names, {})
    else:
        _expect(response == COUNT and "model" in counts, response, COUNT, "response")


def check_columns(columns: dict[str, Any]) -> None:
    """Check the names of the columns of a table, by the part that each plays; some may lack."""
    for key in ("time", "group", "weight"):
        conform(columns.get(key), str | None, f"provenance.columns.{key}")
    for key in ("values", "errors", "covariates"):
        conform(columns.get(key, []), tuple[str, ...], f"provenance.columns.{key}")


#: Types of the remaining fields of a result, and of the numbers of its predictor.
_RESULT: dict[str, Any] = {
    "unit": str,
    "n_samples": int,
    "n_dropped": int,
    "baseline": float,
    "undecided": tuple[str, ...],
    "jitter": dict[str, Any],
    "output_names": tuple[str, ...] | None,
    "seconds": float | None,
}


_NUMBERS: dict[str, Any] = {
    "calendar": bool,
    "timezone": str | None,
    "reference": float,
    "first": float,
    "last": float,
    "baseline": float,
    "n_groups": int,
    "degree": int,
    "knots": tuple[float, ...],
    "centre": tuple[float, ...],
    "scale": tuple[float | None, ...],
    "group_labels": tuple[Any, ...],
    "group_weights": tuple[float, ...],
    "nuisance": tuple[tuple[float, ...], ...],
    "level": tuple[tuple[float, ...], ...],
    "frequency": tuple[float, ...],
    "drift": tuple[float, ...],
    "coefficients": tuple[tuple[float, ...], ...],
    "slow": tuple[bool, ...],
}


_ENVELOPE: dict[str, Any] = {
    "frequency": float,
    "lines": tuple[int, ...],
    "knots": tuple[float, ...],
    "factor": tuple[float, ...],
    "error": tuple[float, ...],
    "n_parameters": float,
}


def _check_shapes(numbers: dict[str, Any], outputs: list[str] | None) -> None:
    n_groups, n_lines = len(numbers["group_labels"]), len(numbers["frequency"])
    n_columns = n_groups + numbers["degree"] + len(numbers["knots"]) + len(numbers["centre"])
    n_outputs = 1 if outputs is None else len(outputs)
    rows = {
        "group_weights": n_groups,
        "scale": len(numbers["centre"]),
        "nuisance": n_columns,
        "level": n_columns,
        "drift": n_lines,
        "coefficients": 2 * n_lines,
        "slow": n_lines,
    }
    for key, expected in rows.items():
        if len(numbers[key]) != expected:
            raise ModelFileError(
                f"has {len(numbers[key])} rows in 'model.{key}': expected {expected}"
            )
    for key in ("nuisance", "level", "coefficients"):
        if any(len(row) != n_outputs for row in numbers[key]):
            raise ModelFileError(f"has rows in 'model.{key}' that are not of length {n_outputs}")
    if numbers["n_groups"] != n_groups:
        raise ModelFileError(f"has {n_groups} names for {numbers['n_groups']} groups")
    if n_groups == 0 or not numbers["first"] <= numbers["reference"] <= numbers["last"]:
        raise ModelFileError("has no groups, or a reference time outside of its data")


def _check_parents(errors: Any, n_lines: int) -> None:
    """Check that lines belong to fundamentals that exist: the largest sizes an array."""
    if errors is None:
        return
    _expect(isinstance(errors, dict), errors, "an object", "model.errors")
    conform(errors.get("parent"), tuple[int, ...], "model.errors.parent")
    if any(parent >= n_lines for parent in errors["parent"]):
        raise ModelFileError("names a fundamental in 'model.errors.parent' that does not exist")


def _check_envelopes(envelopes: Any, n_lines: int) -> None:
    """Check how amplitudes vary; files of models whose amplitudes are constant may lack it."""
    _expect(isinstance(envelopes, list), envelopes, "a list", "model.envelopes")
    for k, one in enumerate(envelopes):
        where = f"model.envelopes[{k}]"
        _expect(isinstance(one, dict), one, "an object", where)
        for key, hint in _ENVELOPE.items():
            if key not in one:
                raise ModelFileError(f"lacks '{where}.{key}'")
            conform(one[key], hint, f"{where}.{key}")
        if len({len(one[key]) for key in ("knots", "factor", "error")}) > 1 or not one["knots"]:
            raise ModelFileError(f"has knots, factors and errors of different number in '{where}'")
        if any(late <= early for early, late in itertools.pairwise(one["knots"])):
            raise ModelFileError(f"has knots in '{where}' that do not ascend")
        if any(line >= n_lines for line in one["lines"]):
            raise ModelFileError(f"names lines in '{where}' that do not exist")


def _check_gains(told: Any, gains: Any, n_groups: int) -> None:
    """Check the gains of groups; files of models without any may lack them."""
    conform(gains, tuple[float, ...], "model.gains")
    _expect(isinstance(told, dict), told, "an object", "gains")
    for label, pair in told.items():
        conform(pair, tuple[float, ...], f"gains.{label}")
    if len(gains) not in (0, n_groups) or any(len(pair) != 2 for pair in told.values()):
        raise ModelFileError(
            f"has {len(gains)} gains for {n_groups} groups, or gains without errors"
        )


_LIVING: dict[str, Any] = {
    "n_trend": int,
    "lines": tuple[int, ...],
    "change": tuple[float, ...],
    "scatter": tuple[float, ...],
    "freedom": float,
    "ends": tuple[dict[str, Any], ...],
    "logarithmic": bool,
}


_BESIDE: dict[str, Any] = {
    **dict.fromkeys(("weight", "time", "step", "level", "slope", "damping", "variance"), float),
    **dict.fromkeys(("season", "gains"), tuple[float, ...]),
}


def _check_ahead(numbers: dict[str, Any], n_outputs: int) -> None:
    """Check what goes on beyond the data; older files, and models of events, may lack it."""
    n_lines = len(numbers["frequency"])
    for key, size in (("blur", 2), ("frequency_error", 1), ("drift_error", 1)):
        conform(numbers.get(key, []), tuple[float, ...], f"model.{key}")
        if len(numbers.get(key, [])) not in (0, size * n_lines):
            raise ModelFileError(f"has another number of rows in 'model.{key}' than of lines")
    if len(numbers.get("frequency_error", [])) != len(numbers.get("drift_error", [])):
        raise ModelFileError("has errors of frequencies without those of drifts, or the reverse")
    ahead = numbers.get("ahead")
    if ahead is None:
        return
    _expect(isinstance(ahead, list) and len(ahead) == n_outputs, ahead, "outputs", "model.ahead")
    for j, one in enumerate(ahead):
        if one is not None:
            _check_living(one, numbers, f"model.ahead[{j}]")


def _check_living(one: Any, numbers: dict[str, Any], where: str) -> None:
    _expect(isinstance(one, dict), one, "an object", where)
    for key, hint in _LIVING.items():
        conform(one.get(key), hint, f"{where}.{key}")
    conform(one.get("strengths"), Strengths, f"{where}.strengths")
    strengths = Strengths(
        **{f.name: one["strengths"][f.name] for f in dataclasses.fields(Strengths)}
    )
    signs = [*vars(strengths).values(), *one["change"], *one["scatter"]]
    most = 1 + numbers["degree"] + len(numbers["knots"])
    fits = (
        min(signs) >= 0
        and min(strengths.damping, strengths.rate, one["freedom"]) > 0
        and 1 <= one["n_trend"] <= most
        and len(one["change"]) == len(one["lines"])
        and len(one["scatter"]) == len(numbers["group_labels"])
        and all(line < len(numbers["frequency"]) for line in one["lines"])
        and len(one["ends"]) == 2
    )
    if not fits:
        raise ModelFileError(f"has numbers in '{where}' that do not fit each other")
    _check_beside(one.get("beside"), f"{where}.beside")
    size = strengths.size + one["n_trend"] + 2 * len(one["lines"])
    for k, end in enumerate(one["ends"]):
        conform(end.get("time"), float, f"{where}.ends[{k}].time")
        for key, count in (("mean", size), ("factor", size * (size + 1) // 2)):
            conform(end.get(key), tuple[float, ...], f"{where}.ends[{k}].{key}")
            if len(end[key]) != count:
                raise ModelFileError(f"has another number of rows in '{where}.ends[{k}].{key}'")


def _check_beside(one: Any, where: str) -> None:
    """Check what smoothing says; files without it, older ones among them, are as good."""
    if one is None:
        return
    _expect(isinstance(one, dict), one, "an object", where)
    for key, hint in _BESIDE.items():
        conform(one.get(key), hint, f"{where}.{key}")
    fits = (
        0 <= one["weight"] <= 1
        and one["step"] > 0
        and one["variance"] >= 0
        and 0 < one["damping"] <= 1
        and len(one["season"]) >= 1
        and len(one["gains"]) == 3
    )
    if not fits:
        raise ModelFileError(f"has numbers in '{where}' that do not fit each other")


def conform(value: Any, hint: Any, where: str) -> None:
    """Check that a value of JSON can stand for one of the type `hint`; null for any number."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return
    if origin in (typing.Union, types.UnionType):
        problems = []
        for one in arguments:
            try:
                return conform(value, one, where)
            except ModelFileError as problem:
                problems.append(problem)
        raise problems[0]
    if dataclasses.is_dataclass(hint):
        _expect(isinstance(value, dict), value, "an object", where)
        hints = _hints(typing.cast("type", hint))
        for field in dataclasses.fields(hint):
            if field.name not in value and field.default is dataclasses.MISSING:
                raise ModelFileError(f"lacks '{where}.{field.name}'")
            given = value.get(field.name, field.default)
            conform(given, hints[field.name], f"{where}.{field.name}")
            if field.name in _POSITIVE and not (given or 0) > 0:
                raise ModelFileError(f"has {given} as '{where}.{field.name}'")
    elif origin is tuple:
        _expect(isinstance(value, list), value, "a list", where)
        for k, item in enumerate(value):
            conform(item, arguments[0], f"{where}[{k}]")
    elif origin is dict:
        _expect(isinstance(value, dict), value, "an object", where)
    elif hint is float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        finite = is_number and abs(value) < 1e300
        # what could not be determined is null
        may_lack = where.rstrip("[0123456789]").endswith(_MAY_BE_NULL)
        _expect(finite or (value is None and may_lack), value, "a finite number", where)
    elif hint is int:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
        _expect(is_whole, value, "a whole number", where)
    elif hint is type(None):
        _expect(value is None, value, "null", where)
    else:
        _expect(isinstance(value, hint), value, hint.__name__, where)


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of the fields of one of our own classes, which are written as text."""
    return typing.get_type_hints(kind)


def _expect(holds: bool, value: Any, expected: str, where: str) -> None:
    if not holds:
        text = repr(value)
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise ModelFileError(f"has {shown} as '{where}': expected {expected}")
