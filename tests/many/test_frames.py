"""A frame of whole series in, a frame of results of fixed types out."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle import find_cycles, find_frame, screen_frame
from epicycle.screening import screen

PERIODS = {7: 5.0, 3: None, 11: 3.0}


def frame(n: int = 70, seed: int = 5) -> pd.DataFrame:
    """Return mixed rows of three series, two of them with a cycle, and of one of two rows."""
    rng = np.random.default_rng(seed)
    ids = np.append(np.repeat(list(PERIODS), n), [4, 4])
    t = rng.uniform(0, 60, len(ids))
    period = np.array([PERIODS.get(k) or np.inf for k in ids])
    y = rng.normal(size=len(ids)) + 4 * np.sin(2 * np.pi * t / period)
    rows = pd.DataFrame({"id": ids, "time": t, "value": y, "error": 1.0})
    return rows.iloc[rng.permutation(len(rows))]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return find_frame(frame(), documents=True, minimum_period=1.0)


def test_cycles_are_those_of_each_series_alone(found):
    df = frame()
    assert list(dict.fromkeys(found["id"])) == list(dict.fromkeys(df["id"]))
    for k, rows in found.groupby("id"):
        one = df[df["id"] == k]
        if k == 4:
            assert "3" in rows["error"].item()
            assert rows["cycle"].item() == rows["n_samples"].item() == 0
            assert rows["document"].item() == ""
            continue
        alone = find_cycles(one["time"].to_numpy(), one["value"].to_numpy(), minimum_period=1.0)
        assert rows["period"].dropna().tolist() == [c.period for c in alone.cycles]
        assert rows["cycle"].tolist() == ([*range(1, len(alone.cycles) + 1)] or [0])
        assert set(rows["n_samples"]) == {70}
        documents = rows["document"].tolist()
        assert json.loads(documents[0]) == {**alone.to_dict(), "seconds": None}
        assert set(documents[1:]) <= {""}
    assert found.loc[found["id"] == 7, "period"].iloc[0] == pytest.approx(5.0, rel=0.01)


def test_screenings_are_those_of_all_series_at_once():
    df = frame()
    told = screen_frame(df, error="error", minimum_period=1.0)
    alone = screen(df["time"], df["value"], df["error"], series=df["id"], minimum_period=1.0)
    assert told["id"].tolist() == alone.series.tolist()
    for name in ("period", "amplitude_error", "false_alarm_probability", "time_of_maximum"):
        np.testing.assert_allclose(told[name], np.asarray(getattr(alone, name)), rtol=1e-9)
    assert told["error"].tolist() == [e or "" for e in alone.error]
    assert told["significant"].dtype == bool


DATES = pd.date_range("2024-01-01", periods=80, freq="7h", tz="Europe/Berlin")


@pytest.mark.parametrize("function", [find_frame, screen_frame])
@pytest.mark.parametrize(
    ("ids", "times"),
    [
        (np.repeat([5, 6], 40).astype("int32"), np.arange(80) * 1.1),
        (np.repeat(["a", "b"], 40), DATES),
        (pd.Categorical(np.repeat(["x", "y"], 40)), DATES.tz_localize(None).as_unit("s")),
        (pd.array(np.repeat([5, 6], 40), "Int64"), np.arange(80) * 10**9),
    ],
)
def test_types_depend_on_the_types_of_the_frame_alone(function, ids, times):
    rng = np.random.default_rng(1)
    y = 9 * np.sin(np.arange(80) * 0.8) + rng.normal(size=80)
    df = pd.DataFrame({"id": ids, "time": times, "value": y})
    full, empty, unusable = (function(part) for part in (df, df[:0], df[:1]))
    assert full.dtypes.to_dict() == empty.dtypes.to_dict() == unusable.dtypes.to_dict()
    assert len(full) >= 2
    assert (len(empty), len(unusable)) == (0, 1)
    assert full["time_of_maximum"].notna().any()
    if times is DATES:
        assert full["time_of_maximum"].dt.tz.key == "Europe/Berlin"
        assert full["time_of_maximum"].dropna().between(DATES[0], DATES[-1]).all()
    assert full.index.tolist() == list(range(len(full)))


def test_the_id_may_be_the_index_and_only_one_of_several_outputs_is_told():
    rng = np.random.default_rng(2)
    t = rng.uniform(0, 60, 120)
    band = np.repeat(["g", "r"], 60)
    y = np.where(band == "g", 2.0, 6.0) * np.sin(t * 1.3) + rng.normal(size=120)
    df = pd.DataFrame({"id": "s", "time": t, "value": y, "band": band}).set_index("id")
    told = find_frame(df, group="band", per_group="waveform", minimum_period=2.0)
    assert told["amplitude"].iloc[0] == pytest.approx(6.0, abs=1.0)
    assert told["id"].iloc[0] == "s"


@pytest.mark.parametrize(
    ("change", "options", "problem", "words"),
    [
        ({}, {"min_period": 2}, TypeError, "Did you mean 'minimum_period'"),
        ({}, {"false_alarm": 2}, ValueError, "false_alarm"),
        ({}, {"unit": 7}, (TypeError, ValueError), "unit"),
        ({}, {"value": "Value"}, ValueError, "Did you mean 'value'"),
        ({}, {"value": ["value"]}, TypeError, "the name of one column"),
        ({}, {"value": "time"}, ValueError, "is named twice"),
        ({"time": "2024-01-01"}, {}, TypeError, "pd.to_datetime"),
        ({"value": "1.5"}, {}, TypeError, "pd.to_numeric"),
        ({"id": None}, {}, ValueError, "ids missing"),
    ],
)
@pytest.mark.parametrize("function", [find_frame, screen_frame])
def test_what_cannot_be_used_is_refused_at_once(function, change, options, problem, words):
    with pytest.raises(problem, match=words):
        function(frame().assign(**change), **options)


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match="must be a pandas DataFrame, got dict"):
        find_frame({"id": [1]})
    twice = pd.concat([frame(), frame()[["value"]]], axis=1)
    with pytest.raises(ValueError, match="several columns 'value'"):
        screen_frame(twice)


def test_both_are_public():
    assert {"find_frame", "screen_frame"} <= set(epicycle.__all__)
    assert epicycle.find_frame.__module__ in sys.modules
