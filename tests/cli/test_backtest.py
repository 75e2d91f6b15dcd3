"""``epicycle backtest``: the ends of a table, beside seasonal naive."""

import json

import numpy as np
import pytest

from tests.commands import refusal, run, table

T = np.arange(200.0)
RNG = np.random.default_rng(3)
SEASON = 10 + 3 * np.cos(2 * np.pi * T / 12) + RNG.normal(size=200)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.csv").write_text(table("time,value", T, SEASON))
    return str(tmp_path / "a.csv")


def test_the_last_line_says_which_is_nearer(path):
    result = run("backtest", path, "--folds", "2", "--horizon", "20", "--harmonics", "1")
    assert result.exit_code == 0
    head, *folds, everything, blank, verdict = result.stdout.splitlines()
    assert head.split()[:4] == ["from", "to", "fitted", "forecast"]
    assert [row.split()[2] for row in folds] == ["159", "179"]
    assert everything.split()[0] == "all"
    assert blank == ""
    assert verdict.startswith("better than seasonal naive (period 12")


def test_the_document_is_that_of_the_library(path):
    asked = ("--folds", "1", "--harmonics", "1", "--trend", "0")
    document = json.loads(run("backtest", path, *asked, "--json").stdout)
    from epicycle import backtest, find_cycles

    result = backtest(find_cycles(T, SEASON.round(6), harmonics=1, trend=0), folds=1)
    assert document["schema"] == "epicycle.backtest/1"
    assert document["naive_is_better"] is result.naive_is_better is False
    assert document["relative_error"] == pytest.approx(result.relative_error, rel=1e-3)
    assert document["folds"][0]["season"] == pytest.approx(12, rel=0.01)


def test_where_naive_is_better_it_is_said(tmp_path):
    # the level has settled, and a polynomial through its rise does not
    y = 20 * np.tanh((T - 60) / 20) + 3 * np.cos(2 * np.pi * T / 12)
    (tmp_path / "b.csv").write_text(table("time,value", T, y + 0.1 * RNG.normal(size=200)))
    asked = ("--trend", "3", "--harmonics", "1", "--max-period", "20", "--folds", "1")
    result = run("backtest", str(tmp_path / "b.csv"), *asked)
    verdict = result.stdout.splitlines()[-1]
    assert "is better than this model: mean absolute error" in verdict


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--horizon", "-1"], "--horizon must be"),
        (["--folds", "0"], "--folds must be"),
        (["--events", "--time", "time"], "have no values to forecast"),
        (["--value", "price"], "no column 'price'"),
    ],
)
def test_what_cannot_be_is_refused(path, more, words):
    assert words in refusal("backtest", path, "--max-cycles", "1", *more)


def test_a_table_that_is_too_short_for_the_stretches_is_refused(path):
    result = run("backtest", path, "--max-cycles", "1", "--horizon", "500", "--quiet")
    assert result.exit_code == 2
    assert "leave 0 samples to fit" in result.stderr
