"""The strongest sinusoid of each series of a table is that of the library."""

import numpy as np
import pandas as pd

from epicycle.screening.screen import screen
from tests.commands import run
from tests.many.stars import results, write_stars


def test_slow_variation_is_told_apart(tmp_path):
    path = write_stars(tmp_path / "s.csv", {"a": 70.0, "b": 4.0})
    result = run("find", path, "--id", "star", "--screen", "-o", tmp_path / "p.jsonl")
    assert "1 with a cycle, 1 with slow variation" in result.stderr
    assert [d["note"] for d in results(tmp_path / "p.jsonl")] == ["slow", None]


def test_errors_weights_and_dates_are_read(tmp_path):
    rng = np.random.default_rng(1)
    hours = np.tile(np.sort(rng.choice(1000, 90, replace=False)), 2)
    frame = pd.DataFrame(
        {
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, unit="h"),
            "who": np.repeat(["x", "y"], 90),
            "level": np.cos(2 * np.pi * hours / 12.4) + rng.normal(size=180),
            "level_err": rng.uniform(0.5, 2.0, 180),
            "weight": rng.uniform(0.5, 2.0, 180),
        }
    )
    frame.to_csv(tmp_path / "t.csv", index=False)
    for options, given in (
        (("--error", "level_err"), {"dy": frame["level_err"]}),
        (("--weight", "weight"), {"weights": frame["weight"]}),
    ):
        base = ("find", tmp_path / "t.csv", "--id", "who", "--screen", "--unit", "h", "-q")
        assert run(*base, "-o", tmp_path / "p.jsonl", *options).exit_code == 0
        found = screen(frame["when"], frame["level"], series=frame["who"], unit="h", **given)
        for k, document in enumerate(results(tmp_path / "p.jsonl")):
            assert document["period"] == found.period[k]
            assert document["time_of_maximum"] == found.time_of_maximum[k].isoformat()
