"""Many subjects of one table: a row for each."""

import json

import numpy as np
import pandas as pd
import pytest

import epicycle
from tests.behaviour.wrists import wrist
from tests.commands import run

HOURS, COUNTS, _, _ = wrist(6, epoch=30)


@pytest.fixture
def cohort(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = HOURS < 40
    parts = [
        pd.DataFrame({"who": "ada", "hours": HOURS, "activity": COUNTS}),
        pd.DataFrame({"who": "bob", "hours": HOURS[short], "activity": COUNTS[short]}),
        pd.DataFrame({"who": "eve", "hours": HOURS, "activity": np.roll(COUNTS, 6)}),
    ]
    path = tmp_path / "cohort.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


def test_each_subject_has_a_row_and_who_cannot_be_told_a_reason(cohort):
    result = run("actigraphy", cohort, "--id", "who", "-o", "rows.csv")
    assert result.exit_code == 0, result.stderr
    rows = pd.read_csv("rows.csv").set_index("id")
    assert list(rows.index) == ["ada", "bob", "eve"]
    ada = epicycle.actigraphy(HOURS, COUNTS, unit="h")
    assert rows.IS["ada"] == pytest.approx(ada.IS, rel=1e-12)
    assert rows.onset_period["ada"] == pytest.approx(ada.onsets.period, rel=1e-12)
    assert "2 days with values" in rows.reason["bob"]
    assert np.isnan(rows.IS["bob"])
    # three hours later
    assert (rows.M10_onset["eve"] - rows.M10_onset["ada"]) % 24 == pytest.approx(3)
    assert "bob: t has" in result.stderr
    assert result.stdout.split()[:4] == ["id", "days", "IS", "IV"]


def test_a_document_for_each(cohort):
    result = run("actigraphy", cohort, "--id", "who", "--json", "-q")
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in documents] == ["ada", "bob", "eve"]
    assert "error" in documents[1]
    assert documents[0]["schema"] == "epicycle.actigraphy/1"


def test_nobody_can_be_told(cohort):
    frame = pd.read_csv(cohort)
    frame[frame.who == "bob"].to_csv(cohort, index=False)
    assert run("actigraphy", cohort, "--id", "who", "-q").exit_code == 2
