"""The options of a search reach the library, or are refused in their own words."""

import json
import re

import numpy as np
import pytest

from epicycle.cli import options as cli_options
from tests.commands import PERIOD, refusal, run, samples, table


def test_groups_errors_and_known_periods(tmp_path):
    t, y = samples()
    label = np.where(np.arange(len(t)) % 3 == 0, "hi", "lo")
    y = y + 50 * (label == "hi")
    path = tmp_path / "groups.csv"
    path.write_text(table("t,y,dy,inst", t, y, 0 * y + 0.5, label))
    result = run("find", path, "--group", "inst", "--known", "12.42", "--unit", "h", "--json")
    document = json.loads(result.stdout)
    assert set(document["jitter"]) == {"hi", "lo"}
    # the noise is 1.0, of which the errors say 0.5: sqrt(1 - 0.25) is left to the jitter, known
    # to about 1/sqrt(2 n) = 7 to 10 % of the total variance's root
    for jitter in document["jitter"].values():
        assert jitter == pytest.approx(0.87, abs=0.3)
    assert document["cycles"][0]["known"]
    assert document["cycles"][0]["period"] == pytest.approx(12.42, rel=1e-12)
    text = run("find", path, "--group", "inst", "--known", "12.42", "--unit", "h").stdout
    assert "12.42 h, held" in text
    assert "jitter: hi " in text
    assert json.loads(run("find", path, "--group", "inst", "--error", "none", "--json").stdout)[
        "cycles"
    ]


def test_counts_are_fitted_predicted_and_refused_as_such(tmp_path):
    t = np.arange(240.0)
    y = np.random.default_rng(1).poisson(np.exp(1 + np.cos(2 * np.pi * t / 12)))
    path, model = tmp_path / "c.csv", str(tmp_path / "m.json")
    path.write_text(table("t_h,visits", t, y))
    asked = ("--response", "count", "--harmonics", "1", "--min-period", "5")
    document = json.loads(run("fit", path, *asked, "-o", model, "--json").stdout)
    assert (document["response"], document["forecast_response"]) == ("count", "count")
    rows = run("predict", model, "--from", "240", "--to", "252", "--step", "1").stdout.split()[1:]
    low = [float(row.split(",")[5]) for row in rows]
    assert min(low) >= 0
    assert all(number == round(number) for number in low)
    assert "response: count (amplitudes are of" in run("find", path, *asked).stdout
    path.write_text(table("t_h,visits", t, y - 0.5))
    result = run("find", path, *asked, "--quiet")
    assert result.exit_code == 2
    assert "whole numbers from 0 upwards with --response='count'" in result.stderr


def test_limits_of_the_search_reach_the_library(tide):
    options = ("--min-period", "3", "--max-period", "20", "--false-alarm", "0.001")
    search = json.loads(run("find", tide, "--json", *options).stdout)["search"]
    assert search["maximum_frequency"] == pytest.approx(1 / 3)
    assert "the shortest period asked for, 3" in search["reason"]


def test_a_picture_is_refused_before_the_search(tide, monkeypatch):
    def no_search(*_, **__):
        raise AssertionError("searched")

    monkeypatch.setattr(cli_options, "find_cycles", no_search)
    monkeypatch.setattr("epicycle.files.writing.find_spec", lambda _: None)
    assert "pip install 'epicycle[plot]'" in refusal(
        "find", tide, "--plot", tide.with_suffix(".png")
    )


def test_too_large_a_search_is_refused(tide, monkeypatch):
    def no_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr(cli_options, "find_cycles", no_memory)
    assert re.search(r"not enough memory.*raise --min-period", refusal("find", tide))


def test_a_drift_is_fitted_on_request(tmp_path):
    t, _ = samples(n=400)
    noise = np.random.default_rng(3).normal(size=len(t))
    y = 5 * np.cos(2 * np.pi * (t / PERIOD + 0.5 * 1e-5 * (t - 150) ** 2)) + noise
    path = tmp_path / "drift.csv"
    path.write_text(table("time_h,level", t, y))
    (cycle,) = json.loads(run("find", path, "--drift", "--json").stdout)["cycles"]
    assert abs(cycle["frequency_drift"] - 1e-5) < 4 * cycle["frequency_drift_error"]
    assert cycle["frequency_drift_error"] < 3e-6
    (cycle,) = json.loads(run("find", path, "--max-cycles", 1, "--json").stdout)["cycles"]
    assert cycle["frequency_drift"] is None


def test_an_expected_signal_to_noise_is_passed_on(tide):
    options = ("--strategy", "auto", "--min-period", "0.001", "--json")
    document = json.loads(run("find", tide, "--signal-to-noise", "1", *options).stdout)
    assert "expected signal-to-noise" in document["search"]["choice"]
    assert "--signal-to-noise must be" in refusal("find", tide, "--signal-to-noise", "-1")


def test_the_strategy_is_the_users(tide):
    document = json.loads(run("find", tide, "--strategy", "ladder", "--json").stdout)
    assert document["search"]["strategy"] == "ladder"
    assert "--strategy must be" in refusal("find", tide, "--strategy", "guess")
