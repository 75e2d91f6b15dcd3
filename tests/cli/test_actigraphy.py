"""Rest and activity, from a file to words, JSON and a picture."""

import json

import numpy as np
import pytest

import epicycle
from tests.behaviour.wrists import wrist
from tests.commands import refusal, run, table

HOURS, COUNTS, _, _ = wrist(8, epoch=30)


@pytest.fixture
def mouse(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mouse.csv"
    path.write_text(table("time_h,activity", HOURS, COUNTS))
    return path


def test_says_what_the_library_says(mouse):
    pytest.importorskip("matplotlib")
    result = run("actigraphy", mouse, "--plot", "mouse.png")
    assert result.exit_code == 0, result.stderr
    found = epicycle.actigraphy(HOURS, COUNTS, unit="h")
    assert result.stdout == found.table() + "\n"
    assert "unit: h (guessed)" in result.stderr
    assert mouse.with_name("mouse.png").read_bytes()[:4] == b"\x89PNG"


def test_json_alone_on_standard_output(mouse):
    options = ("--period", "auto", "--rest", "5", "--epoch", "60", "--json", "-q")
    result = run("actigraphy", mouse, *options)
    assert result.exit_code == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    same = epicycle.actigraphy(HOURS, COUNTS, unit="h", period="auto", rest=5, epoch=60)
    assert document["IS"] == same.IS
    assert document["SRI"] == same.SRI
    assert document["period_is"] == "found"


def test_no_period_is_told_in_the_words_of_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(1).poisson(9, len(HOURS))
    (tmp_path / "noise.csv").write_text(table("time_h,activity", HOURS, noise))
    said = refusal("actigraphy", "noise.csv", "--period", "auto")
    assert "error: --period auto found no period" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--period", "day"), "--period must be a number of hours or auto, got 'day'"),
        (("--period", "7"), "--period must be between 16 and 32 hours"),
        (("--epoch", "7"), "--epoch must be one of 1, 2"),
        (("--unit", "d"), "0 days with values in 16 of 24 hours"),
        (("--clock", "local"), "--clock='local' needs t to be datetimes"),
        (("--plot", "mouse.gif"), "--plot mouse.gif has the ending"),
        (("-o", "rows.csv"), "--output is for the many subjects of --id"),
        (("--id", "time_h", "--plot", "mouse.png"), "--plot draws one subject"),
    ],
)
def test_misuse_is_one_line(mouse, options, message):
    assert message in refusal("actigraphy", mouse, *options)


def test_the_column_that_is_named_is_told(mouse):
    mouse.write_text(table("time_h,left,right", HOURS, COUNTS, np.roll(COUNTS, 6)))
    left, right = (
        json.loads(run("actigraphy", mouse, "--value", name, "--json", "-q").stdout)
        for name in ("left", "right")
    )
    assert (right["M10"]["onset"] - left["M10"]["onset"]) % 24 == pytest.approx(3)
