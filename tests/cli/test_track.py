"""A rhythm that changes, from a file to words, JSON, maxima and a picture."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from tests.commands import refusal, run, table

RNG = np.random.default_rng(7)
T = np.arange(0, 480.0, 1.5)
Y = 50 + 20 * np.cos(2 * np.pi * (T - 3.0 * (T > 238)) / 23.7) + 6 * RNG.normal(size=len(T))


@pytest.fixture
def mouse(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mouse.csv"
    path.write_text(table("time_h,activity", T, Y))
    return path


def test_says_what_changes_and_writes_maxima_and_a_picture(mouse):
    pytest.importorskip("matplotlib")
    result = run(
        "track", mouse, "--period", "18:32", "--maxima", "maxima.csv", "--plot", "mouse.png"
    )
    assert result.exit_code == 0, result.stderr
    assert "shifts suddenly" in result.stdout
    assert "later" in result.stdout
    assert "unit: h (guessed)" in result.stderr
    assert "wrote maxima.csv" in result.stderr
    maxima = pd.read_csv("maxima.csv")
    assert list(maxima)[:3] == ["time", "time_error", "period"]
    before = maxima[maxima.time < 220]
    turns = before.time / 23.7
    # errors of a maximum are about 0.2 h
    assert np.abs(turns - np.rint(turns)).max() < 1.0 / 23.7
    assert (mouse.with_name("mouse.png")).read_bytes()[:4] == b"\x89PNG"


def test_json_alone_on_standard_output_and_a_shift_at_a_known_time(mouse):
    result = run("track", mouse, "--period", "23.7", "--shift-at", "238", "--json", "-q")
    assert result.exit_code == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert document["schema"] == "epicycle.rhythm/1"
    (shift,) = document["shifts"]
    assert shift["time"] == pytest.approx(238.0)
    # 160 samples on each side, amplitude over noise 3.3: about 0.02 turns
    assert shift["hours"] == pytest.approx(-3.0, abs=1.5)


def test_noise_has_no_rhythm_to_follow(mouse):
    mouse.write_text(table("time_h,activity", T, RNG.normal(size=len(T))))
    assert run("track", mouse, "--period", "18:32", "-q").exit_code == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--period", "day"), "--period must be a number or a range, got 'day'"),
        (("--period", "18:24:32"), "--period must be a number or a range"),
        (("--period", "-24"), "--period must be a number or a range"),
        (("--period", "24", "--shift-at", "noon"), "--shift-at must be a number"),
        (("--period", "24", "--shift-at", "9999"), "--shift-at has a time"),
        (("--period", "24", "--plot", "mouse.gif"), "--plot mouse.gif has the ending"),
        (("--period", "24", "--maxima", "maxima.txt"), "--maxima maxima.txt has the ending"),
        (("--period", "24", "--id", "time_h", "--plot", "a.png"), "--plot draws one series"),
        (("--period", "200:400"), "at least 4"),
    ],
)
def test_refusals_are_one_line(mouse, options, message):
    assert message in refusal("track", mouse, *options)


def test_a_period_is_asked_for(mouse):
    assert "--period" in refusal("track", mouse)


def test_dates_have_shifts_at_dates(mouse):
    when = pd.Timestamp("2024-03-01") + pd.to_timedelta(T, unit="h")
    mouse.write_text(table("date,activity", when.strftime("%Y-%m-%dT%H:%M"), Y))
    result = run(
        "track", mouse, "--period", "18:32", "--unit", "h", "--shift-at", "2024-03-10T22:00",
        "--maxima", "maxima.csv", "-q",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "2024-03-10" in result.stdout
    first = pd.read_csv(io.StringIO(mouse.with_name("maxima.csv").read_text())).time[0]
    assert pd.Timestamp(first) < pd.Timestamp("2024-03-02T01:00")
