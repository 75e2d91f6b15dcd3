"""A frame of whole series in, a frame of results of fixed types out."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle import find_cycles, find_frame, screen_frame
from epicycle.screening import screen
from tests.many.samples import frame


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


def test_both_are_public():
    assert {"find_frame", "screen_frame"} <= set(epicycle.__all__)
    assert epicycle.find_frame.__module__ in sys.modules
