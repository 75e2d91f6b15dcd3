"""Groups compared from a file: long and wide tables, hints, documents, and refusals."""

import json

import numpy as np
import pandas as pd
import pytest

from epicycle import compare
from tests.commands import refusal, run
from tests.experiments.genotypes import genotypes


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = genotypes(1, animals=(4, 4), period=(24.0, 22.8), times=np.arange(0, 144, 3.0))
    frame = pd.DataFrame(
        {"time_h": data.t, "activity": data.y, "genotype": data.group, "animal": data.subject}
    )
    frame.to_csv("long.csv", index=False)
    wide = frame.pivot(index="time_h", columns="animal", values="activity")
    wide.columns = [f"{c[:2]}_{c[2]}" for c in wide.columns]
    wide.reset_index().to_csv("wide.csv", index=False)
    return tmp_path


def test_long_and_wide_say_the_same(table):
    columns = ("--group", "genotype", "--subject", "animal")
    long = run("compare", "long.csv", *columns, "--period", "18:32")
    assert long.exit_code == 0, long.stderr
    assert "The period of KO is 1." in long.stdout
    assert "h shorter than that of WT" in long.stdout
    assert "value: activity (guessed)" in long.stderr
    wide = run("compare", "wide.csv", "--period", "18:32", "--reference", "WT")
    assert wide.exit_code == 0, wide.stderr
    period = [line for line in long.stdout.splitlines() if line.startswith("period ")]
    assert period[0] in wide.stdout


def test_pooled_animals_get_a_hint(table):
    result = run("compare", "long.csv", "--group", "genotype", "--period", "24", "--json")
    document = json.loads(result.stdout)
    assert document["design"] == "samples"
    assert "column animal looks like the subjects: 4 of KO, 4 of WT" in document["notes"][0]
    assert "--subject animal" in document["notes"][0]


def test_differences_and_a_picture_are_written(table):
    pytest.importorskip("matplotlib")
    columns = ("--group", "genotype", "--subject", "animal")
    result = run(
        "compare", "long.csv", *columns, "--period", "24", "-o", "rows.csv", "--plot", "groups.png"
    )
    assert "wrote rows.csv" in result.stderr
    assert result.stdout.startswith("group ")
    assert list(pd.read_csv("rows.csv").what)[:2] == ["mesor", "amplitude"]
    assert (table / "groups.png").stat().st_size > 1000


def test_alike_groups_end_with_one(table):
    data = genotypes(2, animals=(3, 3))
    frame = pd.DataFrame(dict(zip(("hours", "value", "group", "animal"), data, strict=True)))
    frame.to_csv("alike.csv", index=False)
    result = run(
        "compare", "alike.csv", "--group", "group", "--subject", "animal", "--period", "24"
    )
    assert result.exit_code == 1
    assert "No difference is sure" in result.stdout


def test_what_cannot_be_compared_is_one_line(table):
    assert "--reference 'x' is not among" in refusal(
        "compare", "wide.csv", "--period", "24", "--reference", "x"
    )
    assert "name the column of groups with --group" in refusal(
        "compare", "long.csv", "--period", "24"
    )
    assert "has no column 'strain'" in refusal(
        "compare", "long.csv", "--group", "strain", "--period", "24"
    )
    assert "--period must be a number or a range" in refusal(
        "compare", "wide.csv", "--period", "daily"
    )
    assert "columns of a table with --group" in refusal(
        "compare", "long.csv", "--period", "24", "--subject", "animal"
    )


def test_no_output_takes_the_place_of_the_table(table):
    with open("long.csv", encoding="utf-8") as file:
        before = file.read()
    asked = ("compare", "long.csv", "--group", "group", "--period", "24", "--output", "long.csv")
    assert "long.csv" in refusal(*asked)
    with open("long.csv", encoding="utf-8") as file:
        assert file.read() == before


def test_waveform_trend_reference_time_and_confidence_are_passed_on(table):
    wide = pd.read_csv("wide.csv")
    expected = compare(
        wide.time_h,
        wide.drop(columns="time_h"),
        period=(18, 32),
        harmonics=2,
        trend=1,
        at=30,
        confidence=0.9,
        unit="h",
    )
    options = ("--harmonics", "2", "--trend", "1", "--at", "30", "--confidence", "0.9")
    result = run("compare", "wide.csv", "--period", "18:32", *options, "--json")
    document = json.loads(result.stdout)
    assert document["at"] == 30
    assert document["differences"] == expected.to_dict()["differences"]
    assert "--at must be a number, got 'noon'" in refusal(
        "compare", "wide.csv", "--period", "24", "--at", "noon"
    )


def test_names_that_tell_no_groups_are_refused_with_what_a_command_can_do(table):
    frame = pd.read_csv("wide.csv")
    frame.columns = [frame.columns[0], *(f"mouse{k}" for k in range(1, frame.shape[1]))]
    frame.to_csv("mice.csv", index=False)
    said = refusal("compare", "mice.csv", "--period", "24")
    assert "all columns are of one group, 'mouse'" in said
    assert "call columns by group and number, as WT_1, or turn the table" in said


def test_a_wide_table_with_decimal_commas_says_the_same(table):
    frame = pd.read_csv("wide.csv")
    frame.to_csv("comma.csv", index=False, sep=";", decimal=",")
    plain = run("compare", "wide.csv", "--period", "18:32")
    assert run("compare", "comma.csv", "--period", "18:32").stdout == plain.stdout


def test_an_empty_column_is_left_out_of_a_wide_table(table):
    frame = pd.read_csv("wide.csv")
    rest = frame.drop(columns="KO_1")
    rest.to_csv("rest.csv", index=False)
    frame.assign(KO_1=np.nan).to_csv("empty.csv", index=False)
    result = run("compare", "empty.csv", "--period", "18:32")
    assert "Note: without any value, left out: KO_1." in result.stdout
    plain = run("compare", "rest.csv", "--period", "18:32").stdout
    assert result.stdout.splitlines()[:8] == plain.splitlines()[:8]


@pytest.mark.parametrize("columns", [(), ("--group", "genotype", "--subject", "mouse")])
def test_a_table_of_animals_in_rows_says_how_to_turn_it(table, columns):
    samples = pd.DataFrame({f"ZT{4 * k:02d}_rep1": [1.0, 2.0] for k in range(6)})
    samples.insert(0, "mouse", ["WT_1", "KO_1"])
    samples.assign(genotype=["WT", "KO"]).to_csv("rows.csv", index=False)
    told = refusal("compare", "rows.csv", "--period", "24", *columns)
    assert "each row is a subject. To fix this, turn the table" in told
    assert "epicycle rhythms" not in told
