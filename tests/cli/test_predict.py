"""What a model file says of other times."""

import io
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epicycle.cli.predict import column_names
from tests.cli.model_files import predicted
from tests.commands import refusal, run, samples, table

HONOLULU = "tide_honolulu_2010_hourly.csv"


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


def test_times_of_a_table_without_other_columns(model, tmp_path):
    path = tmp_path / "when.csv"
    path.write_text("when\n1\n2\n250.5\n")
    frame = predicted("predict", model, "--at", path, "-q")
    assert frame["when"].tolist() == [1.0, 2.0, 250.5]
    assert predicted("predict", model, "--at", path, "--time", "when", "-q").equals(frame)
    result = run("predict", model, "--at", "-", "-q", stdin=path.read_text())
    assert len(result.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("time", "outputs"),
    [
        ("time", ["flux", "flux_std"]),
        ("flux_std", ["flux"]),
        ("flux", ["flux"]),
        ("t", ["a", "a_low80", "a__low80", "a_std", "a_std_std"]),
        ("a", ["a", "a_value"]),
    ],
)
def test_no_column_takes_the_name_of_another(time, outputs):
    endings = ["", "_std", "_low80", "_high80"]
    names = column_names(time, outputs, endings)
    assert len(set(names)) == len(names) == 1 + len(outputs) * len(endings)
    assert names[0] == time
    for j, output in enumerate(outputs):
        own = names[1 + j * len(endings) : 1 + (j + 1) * len(endings)]
        assert own[0] == (output if output != time else f"{output}_value") or output in names
        assert all(name.startswith(output) for name in own)
        assert all(n.endswith(e.lstrip("_")) for n, e in zip(own, endings, strict=True))


def test_predictions_of_a_column_named_as_an_error_are_its_own(tmp_path):
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 100, 60))
    values = {"flux": 10 + np.cos(t), "flux_std": -500 + 50 * np.sin(t)}
    noise = rng.normal(0, 0.1, (2, 60))
    frame = pd.DataFrame(
        {"time": t, **{k: v + e for (k, v), e in zip(values.items(), noise, strict=True)}}
    )
    frame.to_csv(tmp_path / "t.csv", index=False)
    model = tmp_path / "m.json"
    run("fit", tmp_path / "t.csv", "--value", "flux", "--value", "flux_std", "-o", model, "-q")
    told = pd.read_csv(io.StringIO(run("predict", model, "--from", "0", "--to", "9").stdout))
    # the errors of both are those of the noise, the values those of each
    assert (told["flux_std"] < -400).all()
    assert (told["flux__std"].between(0.05, 0.2)).all()
    assert (told["flux_std_std"].between(0.05, 0.2)).all()
