"""Each series of a long table followed, with those that cannot be."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.commands import run

RNG = np.random.default_rng(3)
HOURS = np.arange(0, 140, 1.0)


@pytest.fixture
def wells(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parts = []
    for name, period in (("A1", 24.4), ("A2", 25.6)):
        wave = np.exp(-HOURS / 60) * np.cos(2 * np.pi * HOURS / period)
        counts = 400 + 200 * wave + 15 * RNG.normal(size=len(HOURS))
        parts.append(pd.DataFrame({"well": name, "time_h": HOURS, "counts": counts}))
    few = pd.DataFrame({"well": "B1", "time_h": HOURS[:9], "counts": np.arange(9.0)})
    path = tmp_path / "wells.csv"
    pd.concat([*parts, few]).to_csv(path, index=False)
    return path


def test_a_row_for_each_series_and_the_reason_for_those_that_have_none(wells):
    result = run("track", wells, "--id", "well", "--period", "20:30", "--maxima", "m.csv")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "A1", "A2"]
    assert "decaying" in lines[1]
    assert any("B1: " in line for line in result.stderr.splitlines())
    maxima = pd.read_csv(wells.with_name("m.csv"))
    assert set(maxima.id) == {"A1", "A2"}
    steps = maxima[maxima.id == "A2"].time.diff().dropna()
    assert steps.median() == pytest.approx(25.6, abs=0.5)


def test_a_document_for_each_series_a_line(wells):
    result = run("track", wells, "--id", "well", "--period", "20:30", "--json", "-q")
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert (first["id"], second["id"], third["id"]) == ("A1", "A2", "B1")
    assert first["verdict"]["amplitude"] == "decaying"
    assert "error" in third
    assert result.stderr == ""
