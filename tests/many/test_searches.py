"""``epicycle find --id``: one model per series, whatever happens on the way."""

import csv
import os
import re
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.files.documents import from_dict
from epicycle.many.searches import SEARCH
from tests.commands import PATIENCE, interruptible, run
from tests.many.stars import PERIODS, results, write_stars


def test_each_series_has_the_result_that_it_has_alone(stars):
    result = run("find", stars, "--id", "star", "-o", "p.jsonl", "--workers", 1)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == (
        "epicycle: wrote p.jsonl: 5 series, 3 with cycles, 1 without, 1 unusable"
    )
    found = results(Path("p.jsonl"))
    assert [document["id"] for document in found] == list(PERIODS)
    frame = pd.read_csv(stars, dtype={"star": str})
    for document in found[:4]:
        own = frame[frame["star"] == document["id"]]
        alone = find_cycles(own["time_d"].to_numpy(), own["mag"].to_numpy(), unit="d").to_dict()
        assert {**document, "seconds": 0} == {"id": document["id"], **alone, "seconds": 0}
        period = PERIODS[document["id"]]
        assert bool(document["cycles"]) == bool(period)
        document.pop("id")
        assert from_dict(document).predict([1.0, 2.0]).shape == (2,)
    assert set(found[4]) == {"id", "error"}
    assert "3" in found[4]["error"]
    assert sorted(os.listdir()) == ["p.jsonl", "stars.csv"]


def test_several_outputs_have_columns_of_their_own(stars):
    frame = pd.read_csv(stars)
    frame["mag2"] = 2 * frame["mag"] + 1
    frame.to_csv(stars, index=False)
    options = ("--id", "star", "--value", "mag", "mag2", "-q")
    assert run("find", stars, *options, "-o", "p.csv").exit_code == 0
    first = next(csv.DictReader(Path("p.csv").read_text().splitlines()))
    assert float(first["amplitude_mag2"]) == pytest.approx(2 * float(first["amplitude_mag"]))


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_killed_and_run_again_the_file_is_the_same(tmp_path):
    of_each, n_series = SEARCH.most_series, 4 * SEARCH.most_series + 10
    path = write_stars(tmp_path / "s.csv", {f"s{k}": 3 + k % 5 for k in range(n_series)}, n=40)
    band = "--min-period", 2
    whole, output = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    assert run("find", path, "--id", "star", *band, "-o", whole, "-q").exit_code == 0
    parts = output.with_name("killed.jsonl.parts")
    options = ("find", path, "--id", "star", *map(str, band), "-q", "-o", output)
    process = interruptible(*options, wait_after=2)
    while process.poll() is None and not (parts.exists() and parts.read_bytes().count(b"\n") > 2):
        time.sleep(0.01)
    process.kill()
    assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert not output.exists()
    kept = parts.read_bytes()
    # the last line cut in two, as a kill in the middle of writing leaves it
    parts.write_bytes(kept[:-40])
    result = run("find", path, "--id", "star", *band, "-o", output)
    done = int(re.search(r"continues: (\d+) series", result.stderr)[1])
    # without the header and the part that was cut; parts come in any order, and one is short
    n_kept = kept.count(b"\n") - 2
    assert n_kept > 0
    assert done in (n_kept * of_each, (n_kept - 1) * of_each + n_series % of_each)
    assert output.read_bytes() == whole.read_bytes()
    assert not parts.exists()
