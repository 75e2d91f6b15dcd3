"""`epicycle find` on Parquet files of many rows, and on folders of them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epicycle.limits import CHUNKS
from tests.commands import refusal, run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    hours = np.sort(rng.uniform(0, 200, 600))
    level = 5 + np.cos(2 * np.pi * hours / 12.4) + 0.3 * rng.normal(size=600)
    frame = pd.DataFrame({"time_h": hours, "level": level, "site": "a"})
    frame.to_parquet(tmp_path / "tide.parquet", row_group_size=100)
    return tmp_path / "tide.parquet"


def test_a_large_file_is_searched_in_chunks(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = run("find", table, "--max-period", "100", "--json")
    monkeypatch.setattr("epicycle.cli.chunks.CHUNKS", type(CHUNKS)(rows=500))
    result = run("find", table, "--max-period", "100", "--json")
    assert result.exit_code == 0
    assert "600 rows and is searched in chunks (time: time_h, value: level, unit: h)" in (
        result.stderr
    )
    (cycle,), (other,) = (json.loads(r.stdout)["cycles"] for r in (result, in_memory))
    assert cycle["frequency"] == pytest.approx(other["frequency"], rel=1e-6)
    words = run("find", table, "--quiet")
    assert words.stderr == ""
    assert "searched in chunks" in words.stdout


def test_a_folder_is_searched_in_chunks(table: Path) -> None:
    result = run("find", table.parent, "--quiet", "--json", "--group", "site", "--value", "level")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n_samples"] == 600


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--drift"], "--drift needs all of them in memory"),
        (["--period", "12"], "--period needs all of them in memory"),
        (["--trend", "piecewise"], "needs all samples in memory"),
        (["--plot", "x.png"], "--plot needs all samples in memory"),
        (["--value", "nothing"], "has no column 'nothing'"),
        (["--min-period", "1e-9"], "--min-period=1e-09 makes a band of"),
    ],
)
def test_what_chunks_cannot_do_is_refused(table: Path, options: list[str], what: str) -> None:
    assert what in refusal("find", table.parent, "--quiet", *options)
