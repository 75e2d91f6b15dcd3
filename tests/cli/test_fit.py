"""``epicycle fit`` and ``epicycle predict``: from a table to a model file to other times."""

import json
import os
from pathlib import Path

import numpy as np

import epicycle
from epicycle.cli import options as cli_options
from tests.cli.model_files import predicted
from tests.commands import NOISE, TIDE, refusal, run, table

# ---- fit -----------------------------------------------------------------------------------


def test_fit_prints_what_find_prints_and_writes_the_model(tide):
    result = run("fit", tide)
    assert result.exit_code == 0
    assert result.stdout == run("find", tide).stdout
    assert result.stderr.splitlines()[-1] == "epicycle: wrote tide.model.json"
    document = json.loads(Path("tide.model.json").read_text())
    assert document["unit"] == "h"
    assert document["provenance"]["file"] == "tide.csv"
    assert document["provenance"]["columns"]["values"] == ["level"]
    import hashlib

    assert document["provenance"]["sha256"] == hashlib.sha256(tide.read_bytes()).hexdigest()
    assert document["provenance"]["epicycle"] == epicycle.__version__


def test_an_amplitude_that_varies_is_fitted_and_predicted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    t = np.round(np.sort(rng.uniform(0, 100, 300)), 3)
    y = (1 + t / 50) * 3 * np.cos(2 * np.pi * 0.3 * t) + rng.normal(size=300)
    Path("a.csv").write_text(table("time,value", t, y))
    options = ["--varying-amplitude", "--min-period", "2", "--harmonics", "1"]
    result = run("fit", "a.csv", *options)
    assert result.exit_code == 0
    assert "the amplitude varies, from 0." in result.stdout
    document = json.loads(Path("a.model.json").read_text())
    assert document["provenance"]["options"]["varying_amplitude"] is True
    factor = document["result"]["cycles"][0]["envelope"]["factor"]
    assert factor[-1] > 2 * factor[0]
    out = run("predict", "a.model.json", "--from", "0", "--to", "100", "--step", "0.1", "-q").stdout
    values = [float(line.split(",")[1]) for line in out.splitlines()[1:]]
    # three times the amplitude at the end; the fit of one constant would have the same everywhere
    assert max(values[-100:]) > 2 * max(values[:100])
    assert "--varying-amplitude is for samples with values" in refusal(
        "find", "a.csv", "--events", *options[:1]
    )


def test_fit_as_json_is_one_document_and_the_files_own(tide):
    result = run("fit", tide, "-o", "m.json", "--json", "-q")
    told = json.loads(result.stdout)
    kept = json.loads(Path("m.json").read_text())["result"]
    assert told == kept
    assert result.stderr == ""


def test_nothing_significant_is_a_model_as_well(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_text(NOISE)
    output = tmp_path / "noise.json"
    assert run("fit", path, "-o", output, "-q").exit_code == 1
    frame = predicted("predict", output, "--from", "0", "--to", "10", "-q")
    assert abs(frame["level"] - 5).max() < 0.6
    assert frame["level_std"].between(0.7, 1.3).all()


def test_fit_refuses_before_the_search(tide, monkeypatch):
    monkeypatch.setattr(cli_options, "find_cycles", None)
    assert "there is no directory" in refusal("fit", tide, "-o", "nowhere/m.json")
    assert "is a directory" in refusal("fit", tide, "-o", ".")
    assert "name the output with --output" in refusal("fit", "-", stdin=TIDE)


def test_an_interrupted_fit_leaves_no_file(tide, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    assert run("fit", tide, "-q").exit_code == 130
    assert os.listdir() == ["tide.csv"]
