"""``epicycle fit`` and ``epicycle predict``: from a table to a model file to other times."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle.cli import options as cli_options
from tests.cli.test_commands import NOISE, TIDE, refusal, run, samples, table

HONOLULU = "tide_honolulu_2010_hourly.csv"


@pytest.fixture
def tide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tide.csv"
    path.write_text(TIDE)
    return path


@pytest.fixture
def model(tide):
    assert run("fit", tide, "-q").exit_code == 0
    return tide.with_name("tide.model.json")


def dated_table(zone: str = "+00:00") -> str:
    t, y = samples()
    moments = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.round(t * 3600), unit="s")
    return table("time,level", [m.isoformat() + zone for m in moments], y)


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


# ---- predict -------------------------------------------------------------------------------


def predicted(*args) -> pd.DataFrame:
    import io

    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return pd.read_csv(io.StringIO(result.stdout))


def test_a_range_has_values_errors_and_intervals(tide, model):
    frame = predicted("predict", model, "--from", "0", "--to", "290", "--step", "30min", "-q")
    assert list(frame) == [
        "time_h", "level", "level_std",
        "level_low80", "level_high80", "level_low95", "level_high95",
    ]  # fmt: skip
    np.testing.assert_allclose(frame["time_h"], np.arange(581) * 0.5, atol=1e-12)
    truth = 5 + 2 * np.sin(2 * np.pi * frame["time_h"] / 12.42)
    assert abs(frame["level"] - truth).max() < 0.8
    # noise of 1, and 150 samples know it to 6 %
    assert frame["level_std"].between(0.8, 1.3).all()
    t, y = samples()
    inside = predicted("predict", model, "--at", tide, "-q")
    np.testing.assert_array_equal(inside["time_h"], t)
    for level in (80, 95):
        hit = (inside[f"level_low{level}"] < y) & (y < inside[f"level_high{level}"])
        # 150 samples: three binomial standard deviations
        spread = np.sqrt(level * (100 - level) / 150)
        assert abs(100 * hit.mean() - level) < 3 * spread


def test_levels_are_the_users(model):
    frame = predicted("predict", model, "--from", "0", "--to", "1", "--level", "50", "-q")
    assert len(frame) == 201
    assert list(frame)[3:] == ["level_low50", "level_high50"]
    half = frame["level_high50"] - frame["level"]
    np.testing.assert_allclose(half / frame["level_std"], 0.6745, rtol=0.01)
    assert "--level must be above 0" in refusal("predict", model, "--level", "100")


def test_json_on_standard_output(model):
    result = run("predict", model, "--from", "0", "--to", "1", "--step", "1", "--json", "-q")
    document = json.loads(result.stdout)
    assert document["schema"] == "epicycle.predictions/1"
    assert document["levels"] == [80, 95]
    assert [row["time_h"] for row in document["predictions"]] == [0, 1]
    assert result.stderr == ""


def test_files_of_every_kind_hold_the_same(model, tmp_path):
    span = ("--from", "0", "--to", "20", "--step", "1", "-q")
    told = predicted("predict", model, *span)
    for name in ("p.csv", "p.json", "p.parquet"):
        result = run("predict", model, *span, "-o", tmp_path / name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "p.csv"), told)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "p.parquet"), told)
    rows = json.loads((tmp_path / "p.json").read_text())["predictions"]
    pd.testing.assert_frame_equal(pd.DataFrame(rows), told, check_dtype=False)
    assert "expected one of .csv, .json, .parquet" in refusal("predict", model, "-o", "p.xlsx")


def test_beyond_the_data_is_told(model):
    result = run("predict", model, "--from", "290", "--to", "310", "--step", "1")
    assert "of 21 times are outside of the data" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_times_of_a_table_without_other_columns(model, tmp_path):
    path = tmp_path / "when.csv"
    path.write_text("when\n1\n2\n250.5\n")
    frame = predicted("predict", model, "--at", path, "-q")
    assert frame["when"].tolist() == [1.0, 2.0, 250.5]
    assert predicted("predict", model, "--at", path, "--time", "when", "-q").equals(frame)
    result = run("predict", model, "--at", "-", "-q", stdin=path.read_text())
    assert len(result.stdout.splitlines()) == 4


def test_dates_keep_their_zone(tmp_path):
    path, output = tmp_path / "d.csv", tmp_path / "m.json"
    path.write_text(dated_table("+02:00"))
    assert run("fit", path, "--unit", "h", "-o", output, "-q").exit_code == 0
    span = ("--to", "2024-03-02T00:00", "--step", "6h", "-q")
    local = run("predict", output, "--from", "2024-03-01", *span).stdout
    assert local.splitlines()[1].startswith("2024-03-01T00:00:00+02:00,")
    # the same instants, named in another zone
    utc = ("--from", "2024-02-29T22:00Z", "--to", "2024-03-01T22:00Z", "--step", "6h", "-q")
    assert run("predict", output, *utc).stdout == local
    when = tmp_path / "w.csv"
    when.write_text("time\n2024-03-01T00:00\n2024-03-01T06:00\n")
    at = run("predict", output, "--at", when, "-q").stdout
    assert at.splitlines() == local.splitlines()[:3]
    # 2024-03-01T00:00+02:00 is sample time 0 in hours
    value = float(local.splitlines()[1].split(",")[1])
    assert abs(value - 5) < 0.8


def test_a_zone_that_the_data_did_not_have_is_refused(tmp_path):
    path, output = tmp_path / "d.csv", tmp_path / "m.json"
    path.write_text(dated_table(""))
    assert run("fit", path, "-o", output, "-q").exit_code == 0
    message = refusal("predict", output, "--from", "2024-03-01Z", "--to", "2024-03-02Z")
    assert "--from" in message
    message = refusal("predict", output, "--from", "2024-03-01T00:00Z", "--to", "2024-03-02")
    assert "leave the zone out" in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "name a range with --from and --to, or a table with --at"),
        (("--from", "1"), "name a range with --from and --to"),
        (("--from", "a", "--to", "2"), "--from must be a number"),
        (("--from", "1", "--to", "nan"), "--to must be a number"),
        (("--from", "2", "--to", "1"), "exchange the two"),
        (("--from", "1", "--to", "2", "--step", "0"), "above 0"),
        (("--from", "1", "--to", "2", "--step", "-1h"), "above 0"),
        (("--from", "1", "--to", "2", "--step", "1 parsec"), "above 0"),
        (("--from", "1", "--to", "2", "--step", "1e-9"), "take longer steps"),
        (("--from", "1", "--to", "2", "--at", "x.csv"), "leave out either"),
        (("--at", "nowhere.csv"), "there is no file"),
        (("--from", "1", "--to", "2", "--group", "k"), "not among the groups"),
    ],
)
def test_what_cannot_be_predicted(model, options, words):
    assert words in refusal("predict", model, *options)


def test_a_file_that_is_no_model(tide):
    assert "is not JSON" in refusal("predict", tide, "--from", "1", "--to", "2")
    assert "cannot be read" in refusal("predict", "nothing.json", "--from", "1", "--to", "2")


def test_dates_for_a_model_of_numbers(model, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("time\n2024-03-01\n2024-03-02\n")
    assert "must be numbers" in refusal("predict", model, "--at", path)


def test_events_have_a_relative_rate(tmp_path):
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 500, 3000)
    kept = np.sort(t[rng.uniform(0, 1.8, 3000) < 1 + 0.8 * np.cos(2 * np.pi * t / 7.0)])
    path, output = tmp_path / "e.csv", tmp_path / "m.json"
    path.write_text("time_s,n\n" + "".join(f"{v!r},1\n" for v in kept.tolist()))
    assert run("fit", path, "--events", "--min-period", "2", "-o", output, "-q").exit_code == 0
    frame = predicted("predict", output, "--from", "70", "--to", "77", "--step", "3.5", "-q")
    assert list(frame)[1] == "relative_rate"
    assert frame["relative_rate"].round(0).tolist() == [2, 0, 2]


@pytest.mark.skipif("EPICYCLE_DATA" not in os.environ, reason="EPICYCLE_DATA is not set")
def test_honolulu_forecast(tmp_path):
    whole = pd.read_csv(Path(os.environ["EPICYCLE_DATA"]) / HONOLULU)
    cut = int(0.75 * len(whole))
    past, future = tmp_path / "past.csv", tmp_path / "future.csv"
    whole[:cut].to_csv(past, index=False)
    whole[cut:].to_csv(future, index=False)
    output = tmp_path / "m.json"
    assert run("fit", past, "--unit", "h", "-o", output, "-q").exit_code == 0
    frame = predicted("predict", output, "--at", future, "-q")
    value = whole["value"][cut:].to_numpy()
    explained = 1 - np.var(value - frame["value"]) / np.var(value)
    assert explained >= 0.92


# ---- Clocks --------------------------------------------------------------------------------


def test_people_keep_their_hour_on_local_clocks_through_a_change(tmp_path):
    # highest at 15:00 on the clocks of Berlin, before and after they are put forward
    zone = "Europe/Berlin"
    rng = np.random.default_rng(2)
    wall = np.sort(rng.uniform(0, 24 * 60, 800))
    wall = wall[~((wall // 24 == 29) & (wall % 24 < 4))]  # the night of the change
    y = 3 * np.cos(2 * np.pi * (wall - 15) / 24) + 0.3 * rng.normal(size=len(wall))
    local = pd.DatetimeIndex(pd.Timestamp("2024-03-02") + pd.to_timedelta(wall, unit="h"))
    utc = local.round("s").tz_localize(zone).tz_convert("UTC")
    path = tmp_path / "p.csv"
    path.write_text(table("time,v", [m.isoformat() for m in utc], y))
    peak = {}
    for clock in ("local", "elapsed"):
        output = tmp_path / f"{clock}.json"
        # the day alone: in elapsed time, lines beside it would describe a part of the jump
        options = ("--unit", "h", "--harmonics", "1", "--known", "24", "--max-cycles", "1")
        options += ("--zone", zone)
        assert run("fit", path, *options, "--clock", clock, "-o", output, "-q").exit_code == 0
        for day in ("2024-03-10", "2024-04-20"):
            span = ("--from", f"{day}T10:00", "--to", f"{day}T20:00", "--step", "1min", "-q")
            frame = predicted("predict", output, *span)
            at = pd.Timestamp(frame["time"][frame["v"].idxmax()])
            peak[clock, day] = at.hour * 60 + at.minute
    assert abs(peak["local", "2024-03-10"] - 15 * 60) <= 5
    assert abs(peak["local", "2024-04-20"] - 15 * 60) <= 5
    # in time that passes, the hour moves with the clocks
    assert peak["elapsed", "2024-04-20"] - peak["elapsed", "2024-03-10"] == 60


def test_a_line_that_bends_is_kept_in_the_file(tmp_path):
    t, y = samples(n=200)
    y = y + 0.2 * np.maximum(t - 150, 0)
    path, output = tmp_path / "b.csv", tmp_path / "b.json"
    path.write_text(table("time_h,level", t, y))
    assert run("fit", path, "--trend", "piecewise", "-o", output, "-q").exit_code == 0
    assert json.loads(output.read_text())["result"]["model"]["knots"]
    frame = predicted("predict", output, "--at", path, "-q")
    assert np.std(frame["level"] - y) < 1.3
