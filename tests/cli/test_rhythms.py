"""``epicycle rhythms``: a row for each series, on standard output and in files."""

import json

import numpy as np
import pandas as pd
import pytest

from epicycle import rhythms
from tests.commands import refusal, run

TIMES = np.repeat(np.arange(0, 48, 4.0), 2)


@pytest.fixture
def genes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    y = 6 + np.random.default_rng(1).normal(size=(25, 24))
    y[:5] += 3 * np.cos(2 * np.pi * (TIMES - 3) / 24)
    columns = [f"ZT{t:02.0f}_{k}" for t, k in zip(TIMES, [1, 2] * 12, strict=True)]
    frame = pd.DataFrame(y.round(6), columns=columns)
    frame.insert(0, "gene", [f"g{k}" for k in range(25)])
    frame.to_csv("genes.csv", index=False)
    return frame


def test_the_strongest_are_printed_and_all_are_written(genes):
    result = run("rhythms", "genes.csv", "--period", "24", "-o", "out.csv")
    assert result.exit_code == 0
    assert "5 of 25 series have a rhythm at q <= 0.05 (period 24 h;" in result.stdout
    assert result.stderr.splitlines() == [
        "epicycle: guessed: ids in column gene; each row a series; times 0 to 44 h in the names "
        "of samples",
        "epicycle: wrote out.csv: 25 series",
    ]
    written = pd.read_csv("out.csv", keep_default_na=False)
    expected = rhythms(genes, period=24).table()
    assert written["id"].tolist() == expected["id"].tolist()
    np.testing.assert_allclose(written["p_value"], expected["p_value"], rtol=1e-14)
    np.testing.assert_allclose(written["phase"], expected["phase"], rtol=1e-14)


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_other_files_hold_the_same(genes, ending):
    assert run("rhythms", "genes.csv", "--period", "24", "-q", "-o", f"o.{ending}").exit_code == 0
    expected = rhythms(genes, period=24)
    if ending == "json":
        with open("o.json", encoding="utf-8") as file:
            assert json.load(file) == expected.to_dict()
    else:
        pd.testing.assert_frame_equal(pd.read_parquet("o.parquet"), expected.table())


def test_json_is_the_whole_result(genes):
    result = run("rhythms", "genes.csv", "--period", "24", "--robust", "--json", "-q")
    assert json.loads(result.stdout) == rhythms(genes, period=24, robust=True).to_dict()
    assert result.stderr == ""


def test_options_are_passed_on(genes):
    result = run(
        *("rhythms", "genes.csv", "--period", "24", "--json", "--unit", "h", "--harmonics", 2),
        *("--samples", "_1", "--ignore", "ZT44_1", "--id", "gene"),
    )
    document = json.loads(result.stdout)
    expected = rhythms(genes, period=24, harmonics=2, samples="_1", ignore=["ZT44_1"])
    assert document == expected.to_dict()
    assert document["n_times"] == 11
    given = ",".join(str(t + 1) for t in TIMES)
    shifted = json.loads(
        run("rhythms", "genes.csv", "--period", "24", "--times", given, "--json").stdout
    )
    np.testing.assert_allclose(
        (np.array(shifted["columns"]["phase"]) - rhythms(genes, period=24).phase) % 24, 1
    )


def test_a_long_table_with_named_columns(genes):
    long = genes.melt(id_vars="gene", var_name="sample", value_name="counts")
    long["hours"] = long.pop("sample").str[2:4].astype(int)
    long.rename(columns={"gene": "animal"}).to_csv("long.csv", index=False)
    result = run(
        *("rhythms", "long.csv", "--period", "24", "--json"),
        *("--id", "animal", "--time", "hours", "--value", "counts"),
    )
    np.testing.assert_allclose(
        json.loads(result.stdout)["columns"]["amplitude"], rhythms(genes, period=24).amplitude
    )


def test_a_range_of_periods(genes):
    result = run("rhythms", "genes.csv", "--period", "18:30", "-q")
    assert "(periods from 18 to 30 h; F-test; 24 samples)" in result.stdout


def test_nothing_significant_is_exit_code_one(genes):
    noise = genes.iloc[5:]
    noise.to_csv("noise.csv", index=False)
    assert run("rhythms", "noise.csv", "--period", "24", "--q", "0.001").exit_code == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["genes.csv", "--period", "day"], "--period"),
        (["genes.csv", "--period", "30:18"], "period must be (shortest, longest)"),
        (["genes.csv", "--period", "24", "--q", "2"], "--q must be a share"),
        (["genes.csv", "--period", "24", "--times", "0,x"], "--times must be numbers"),
        (["genes.csv", "--period", "24", "--times", "0,4"], "leave columns out with --ignore."),
        (["genes.csv", "--period", "24", "-o", "o.txt"], "expected one of .csv, .json, .parquet"),
        (["none.csv", "--period", "24"], "there is no file none.csv"),
        (["bad.csv", "--period", "24"], "leave it out with --ignore 'length'"),
        (["bare.csv", "--period", "24"], "bare.csv has no header"),
    ],
)
def test_what_cannot_be_used_is_one_line(genes, args, message):
    genes.assign(length=1.0).to_csv("bad.csv", index=False)
    genes.drop(columns="gene").to_csv("bare.csv", index=False, header=False)
    assert message in refusal("rhythms", *args)


def test_no_output_takes_the_place_of_the_table(genes):
    with open("genes.csv", encoding="utf-8") as file:
        before = file.read()
    assert "genes.csv" in refusal("rhythms", "genes.csv", "--period", "24", "-o", "genes.csv")
    with open("genes.csv", encoding="utf-8") as file:
        assert file.read() == before


def test_a_table_is_read_as_the_user_says_it_is_written(genes):
    """Decimal commas, a word for nothing, days first: the numbers are those of the plain table."""
    turned = genes.set_index("gene").T.map(lambda value: f"{value:.6f}".replace(".", ","))
    dates = pd.Timestamp("2024-05-01") + pd.to_timedelta(TIMES, unit="h")
    turned.insert(0, "date", dates.strftime("%d/%m/%Y %H:%M").to_numpy())
    turned.iloc[3, 2] = "ND"
    turned.to_csv("dates.csv", index=False, sep=";")
    plain = genes.copy()
    plain.iloc[1, 4] = np.nan
    expected = rhythms(plain, period=24)
    said = ("--dayfirst", "--missing", "ND", "--decimal", ",")
    result = run("rhythms", "dates.csv", "--period", "24", "--json", *said)
    columns = json.loads(result.stdout)["columns"]
    np.testing.assert_allclose(columns["p_value"], expected.p_value, rtol=1e-9)
    np.testing.assert_allclose(columns["mesor"], expected.mesor, rtol=1e-9)
    assert "1 'ND' taken as missing" in result.stderr
    assert "--dayfirst" in refusal("rhythms", "dates.csv", "--period", "24")
