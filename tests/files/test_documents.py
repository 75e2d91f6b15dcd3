"""Results as documents: the fixed keys, and nothing lost on the way."""

import dataclasses
import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from epicycle import CycleModel, find_cycles, lock_gears
from epicycle.files.documents import to_dict
from generators import sinusoids

#: Fixed names: others rely on them.
DOCUMENT_KEYS = {
    "schema",
    "unit",
    "n_samples",
    "baseline",
    "reference_time",
    "cycles",
    "undecided",
    "residual_std",
    "seconds",
}
CYCLE_KEYS = {
    "period",
    "period_error",
    "frequency",
    "frequency_error",
    "frequency_drift",
    "frequency_drift_error",
    "amplitude",
    "amplitude_error",
    "phase",
    "time_of_maximum",
    "harmonics",
    "false_alarm_probability",
    "aliases",
}
HARMONIC_KEYS = {"order", "amplitude", "phase"}

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4), (0.013, 5.0, 0.3)]


def numbers(**options: object) -> tuple[object, object, dict]:
    problem = sinusoids(1, 300, 100.0, LINES, 0.5)
    return problem.t, problem.y, options


def outputs() -> tuple[object, object, dict]:
    t, y, _ = numbers()
    two = np.column_stack([y, 3 - y])
    two[7, 1] = np.nan
    return t, pd.DataFrame(two, columns=["u", "v"]), {}


def groups() -> tuple[object, object, dict]:
    problem = sinusoids(2, 300, 100.0, LINES, 0.5, groups=3, offsets=[0.0, 5.0, 9.0])
    return problem.t, problem.y, {"group": problem.group}


def dates(zone: str | None) -> tuple[object, object, dict]:
    t, y, _ = numbers()
    moments = pd.DatetimeIndex(np.datetime64("2024-02-01", "ns") + (t * 86400e9).astype("m8[ns]"))
    return moments.tz_localize(zone), y, {"unit": "h"}


def nothing() -> tuple[object, object, dict]:
    problem = sinusoids(3, 100, 100.0)
    return problem.t, problem.y, {}


CASES = {
    "numbers": numbers,
    "unit": lambda: numbers(unit="d"),
    "drift": lambda: numbers(drift=True),
    "known": lambda: numbers(known=[1 / 0.3137]),
    "outputs": outputs,
    "groups": groups,
    "naive dates": lambda: dates(None),
    "UTC": lambda: dates("UTC"),
    "Berlin": lambda: dates("Europe/Berlin"),
    "fixed offset": lambda: dates("+05:30"),
    "nothing found": nothing,
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[object, CycleModel]:
    t, y, options = CASES[request.param]()
    return t, find_cycles(t, y, **options)


def test_the_fixed_keys_are_there(case: tuple[object, CycleModel]) -> None:
    document = case[1].to_dict()
    assert document["schema"] == "epicycle.cycles/1"
    assert document.keys() >= DOCUMENT_KEYS
    for cycle in document["cycles"]:
        assert cycle.keys() >= CYCLE_KEYS
        for harmonic in cycle["harmonics"]:
            assert harmonic.keys() >= HARMONIC_KEYS
        for alias in cycle["aliases"]:
            assert alias.keys() >= {"frequency", "period", "power_ratio", "odds", "kind"}


def test_a_document_is_plain_json(case: tuple[object, CycleModel]) -> None:
    document = case[1].to_dict()
    # allow_nan=False: a reader in another language need not know NaN
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_nothing_is_lost_on_the_way(case: tuple[object, CycleModel]) -> None:
    t, model = case
    back = CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert back.cycles == model.cycles
    # (the period of a bend has no error: NaN, which is not itself)
    assert repr(back.lines) == repr(model.lines)
    for name in (
        "undecided",
        "unit",
        "n_samples",
        "n_dropped",
        "baseline",
        "reference_time",
        "residual_std",
        "jitter",
        "amplitude_limit",
        "search",
        "output_names",
        "seconds",
    ):
        np.testing.assert_equal(getattr(back, name), getattr(model, name), name)
    # floats survive JSON to the bit, and so do predictions
    np.testing.assert_array_equal(back.predict(t), model.predict(t))
    for label in model.predictor.group_labels:
        if label is not None:
            np.testing.assert_array_equal(
                back.predict(t, group=label), model.predict(t, group=label)
            )
    # and it can be written again
    assert back.to_dict() == model.to_dict()


def test_predictions_outside_of_the_data_survive() -> None:
    t, y, _ = dates("Europe/Berlin")
    model = find_cycles(t, y)
    back = CycleModel.from_dict(to_dict(model))
    later = t + pd.Timedelta(days=1000)
    np.testing.assert_array_equal(back.predict(later), model.predict(later))
    assert str(back.cycles[0].time_of_maximum.tzinfo) == "Europe/Berlin"


def test_values_of_the_document_are_those_of_the_model() -> None:
    t, y, _ = numbers()
    model = find_cycles(t, y, unit="d")
    document = model.to_dict()
    assert document["unit"] == "d"
    assert document["n_samples"] == 300
    assert document["baseline"] == pytest.approx(100.0)
    assert document["reference_time"] == model.reference_time
    cycle = document["cycles"][0]
    assert cycle["frequency"] == model.cycles[0].frequency
    assert cycle["frequency_drift"] is None
    assert cycle["harmonics"][0]["order"] == 1
    strengths = [c["amplitude"] for c in document["cycles"]]
    assert strengths == sorted(strengths, reverse=True)


def test_times_are_iso_8601() -> None:
    t, y, _ = dates("Europe/Berlin")
    document = find_cycles(t, y).to_dict()
    reference = document["reference_time"]
    assert reference.startswith("2024-03-")
    assert reference.endswith(("+01:00", "+02:00"))
    assert document["model"]["timezone"] == "Europe/Berlin"
    naive, y, _ = dates(None)
    assert "+" not in find_cycles(naive, y).to_dict()["reference_time"]


@pytest.mark.parametrize(
    ("document", "got"),
    [
        ({"schema": "epicycle.cycles/2"}, r"'epicycle\.cycles/2'"),
        ({"schema": "epicycle.clock/1"}, r"'epicycle\.clock/1'"),
        ({}, "None"),
        ([], "'list'"),
        ("text", "'str'"),
        (None, "'NoneType'"),
    ],
)
def test_another_schema_is_refused(document: object, got: str) -> None:
    with pytest.raises(ValueError, match=rf"the schema 'epicycle\.cycles/1', got {got}\. To fix"):
        CycleModel.from_dict(document)


def test_an_incomplete_document_is_refused() -> None:
    t, y, _ = numbers()
    whole = find_cycles(t, y).to_dict()
    # gears and suggestions follow from the rest
    for key in whole.keys() - {
        "schema",
        "gears",
        "trend_changes",
        "group_shares",
        "outliers",
        "gains",
        "n_copies",  # documents of earlier versions know of none
        "response",
        "forecast_response",
        "counts",
        "covariates",
    }:
        part = {k: v for k, v in whole.items() if k != key}
        with pytest.raises(ValueError, match=rf"the document is not complete .*{key}.*To fix this"):
            CycleModel.from_dict(part)
    optional = {
        "suggestions", "clock_times", "envelope", "coherence_time", "coherence_time_error"
    }  # fmt: skip
    for key in whole["cycles"][0].keys() - optional:
        broken = json.loads(json.dumps(whole))
        del broken["cycles"][0][key]
        with pytest.raises(ValueError, match=rf"not complete .*{key}"):
            CycleModel.from_dict(broken)
    # documents of earlier versions have none of these
    later = {"fading", "envelopes", "gains", "ahead", "blur", "frequency_error", "drift_error"}
    for key in whole["model"].keys() - later:
        broken = json.loads(json.dumps(whole))
        del broken["model"][key]
        with pytest.raises(ValueError, match=rf"not complete .*{key}"):
            CycleModel.from_dict(broken)


def test_a_document_with_other_things_inside_is_refused() -> None:
    t, y, _ = numbers()
    whole = find_cycles(t, y).to_dict()
    for key, value in (("cycles", [3]), ("model", "text"), ("cycles", None), ("search", [])):
        with pytest.raises(ValueError, match=r"the document is not complete"):
            CycleModel.from_dict({**whole, key: value})


def test_reading_does_not_change_the_document() -> None:
    t, y, _ = numbers()
    document = find_cycles(t, y).to_dict()
    copy = json.loads(json.dumps(document))
    CycleModel.from_dict(document)
    assert document == copy


def test_every_field_of_a_cycle_is_written() -> None:
    t, y, _ = numbers()
    model = find_cycles(t, y)
    names = {f.name for f in dataclasses.fields(model.cycles[0])}
    assert set(model.to_dict()["cycles"][0]) == names | {"suggestions", "clock_times", "envelope"}


@pytest.fixture(scope="module")
def clock() -> CycleModel:
    lines = [(1.0, 1.0), (24.0, 1.0), (0.2718, 1.0)]
    problem = sinusoids(4, 600, 500.0, lines, 0.1)
    return find_cycles(problem.t, problem.y, unit="d", minimum_period=0.03)


def test_gears_and_suggestions_are_written(clock: CycleModel) -> None:
    document = clock.to_dict()
    [train] = document["gears"]
    assert [document["cycles"][m]["frequency"] for m in train["members"]] == pytest.approx(
        [1.0, 24.0], rel=1e-4
    )
    assert train["ratios"] == [1, 24]
    assert train["locked"] is False
    assert train["odds"] == clock.gears[0].odds
    assert train["period"] == clock.gears[0].period
    by_period = {round(c["period"], 2): c["suggestions"] for c in document["cycles"]}
    assert by_period[1.0][0]["name"] == "1 d"
    assert by_period[0.04][0]["name"] == "1 h"
    assert by_period[3.68] == []


def test_locked_gears_survive(clock: CycleModel) -> None:
    locked = lock_gears(clock)
    document = json.loads(json.dumps(locked.to_dict(), allow_nan=False))
    assert [train["locked"] for train in document["gears"]] == [True]
    back = CycleModel.from_dict(document)
    assert back.locked == locked.locked
    assert back.gears == locked.gears == ()
    assert back.cycles == locked.cycles
    assert back.to_dict() == locked.to_dict()
    np.testing.assert_array_equal(back.predict([0.5, 900.0]), locked.predict([0.5, 900.0]))
    # what was not locked is offered again by who reads the document
    assert CycleModel.from_dict(clock.to_dict()).gears == clock.gears
    # odds that nobody knows are null
    document["gears"][0]["odds"] = None
    assert np.isnan(CycleModel.from_dict(document).locked[0].odds)


def test_documents_without_gears_can_be_read(clock: CycleModel) -> None:
    document = clock.to_dict()
    del document["gears"]
    for cycle in document["cycles"]:
        del cycle["suggestions"]
    assert CycleModel.from_dict(document).to_dict() == clock.to_dict()


@pytest.mark.parametrize("value", [None, 10**400, "", "x", [], {}, [None], [[1.0]]], ids=repr)
@pytest.mark.parametrize(
    "path", [("cycles", 0, "phase_error"), ("jitter", "a"), ("model", "errors", "order", 0)]
)
def test_a_document_with_a_node_of_another_type_is_refused_or_told(path, value) -> None:
    """Every node was replaced by every type of JSON: these ended in errors of Python where told."""
    document = json.loads(json.dumps(_grouped()))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        told = CycleModel.from_dict(document).table()
    except ValueError as error:
        told = str(error)
    assert told.startswith(("the document is not complete", "  "))


@cache
def _grouped() -> dict[str, Any]:
    t = np.cumsum(1 + np.arange(40) % 3 / 4)
    y = np.cos(2 * np.pi * t / 5.3) + 0.1 * np.cos(7.0 * t**2)
    few = {"max_frequencies": 1e3, "max_cycles": 1, "harmonics": 1}
    return find_cycles(t, y, group=["a", "b"] * 20, per_group="offset", **few).to_dict()
