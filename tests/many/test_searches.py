"""``epicycle find --id``: one model per series, whatever happens on the way."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.files.documents import from_dict
from epicycle.files.writing import OutputError
from epicycle.many import parts as _parts
from epicycle.many.parts import Parts
from epicycle.many.rows import fingerprint
from epicycle.many.searches import SEARCH
from tests.cli.test_commands import refusal, run

PERIODS = {"b": 7.0, "a": None, "10": 3.0, "2": 5.0, "short": None}


def write_stars(path: Path, periods: dict = PERIODS, n: int = 80) -> Path:
    """Write series of which the rows are mixed; the ids appear in the order of `periods`."""
    rng = np.random.default_rng(3)
    parts = []
    for k, (name, period) in enumerate(periods.items()):
        t = np.sort(rng.uniform(0, 100, n if name != "short" else 2))
        y = rng.normal(size=len(t)) + (3 * np.sin(2 * np.pi * t / period) if period else 0)
        parts.append(pd.DataFrame({"star": name, "time_d": t, "mag": y, "row": np.arange(len(t))}))
        parts[-1].loc[0, "row"] = -len(periods) + k
    rows = pd.concat(parts).sort_values("row", kind="stable").drop(columns="row")
    rows.to_csv(path, index=False)
    return path


@pytest.fixture
def stars(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_stars(tmp_path / "stars.csv")


def results(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


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


def test_a_table_of_cycles(stars):
    assert run("find", stars, "--id", "star", "-o", "p.csv", "-q").exit_code == 0
    rows = list(csv.DictReader(Path("p.csv").read_text().splitlines()))
    assert list(dict.fromkeys(row["id"] for row in rows)) == list(PERIODS)
    for row in rows:
        period = PERIODS[row["id"]]
        if period:
            assert row["cycle"] == "1"
            assert abs(float(row["period"]) - period) < 4 * float(row["period_error"])
        else:
            assert row["cycle"] == row["period"] == ""
    assert rows[-1]["error"]


def test_several_outputs_have_columns_of_their_own(stars):
    frame = pd.read_csv(stars)
    frame["mag2"] = 2 * frame["mag"] + 1
    frame.to_csv(stars, index=False)
    options = ("--id", "star", "--value", "mag", "mag2", "-q")
    assert run("find", stars, *options, "-o", "p.csv").exit_code == 0
    first = next(csv.DictReader(Path("p.csv").read_text().splitlines()))
    assert float(first["amplitude_mag2"]) == pytest.approx(2 * float(first["amplitude_mag"]))


def test_many_more_jobs_than_workers_lose_no_series(tmp_path, monkeypatch):
    # more series than the first round of jobs of two workers holds
    n = 5 * SEARCH.most_series + 3
    path = write_stars(tmp_path / "s.csv", {f"s{k}": None for k in range(n)}, n=4)
    result = run("find", path, "--id", "star", "-o", tmp_path / "p.jsonl", "--workers", 2, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["series"] == n
    assert [d["id"] for d in results(tmp_path / "p.jsonl")] == [f"s{k}" for k in range(n)]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_killed_and_run_again_the_file_is_the_same(tmp_path):
    path = write_stars(tmp_path / "s.csv", {f"s{k}": 3 + k % 5 for k in range(90)}, n=60)
    whole, output = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    assert run("find", path, "--id", "star", "-o", whole, "-q").exit_code == 0
    parts = output.with_name("killed.jsonl.parts")
    command = [sys.executable, "-m", "epicycle", "find", str(path), "--id", "star", "-q"]
    process = subprocess.Popen([*command, "-o", str(output)])
    while process.poll() is None and not (parts.exists() and parts.read_bytes().count(b"\n") > 2):
        time.sleep(0.01)
    process.kill()
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert not output.exists()
    kept = parts.read_bytes()
    # the last line cut in two, as a kill in the middle of writing leaves it
    parts.write_bytes(kept[:-40])
    result = run("find", path, "--id", "star", "-o", output)
    done = int(re.search(r"continues: (\d+) series", result.stderr)[1])
    # without the header and the part that was cut; parts come in any order, and one is short
    of_each, n_kept = SEARCH.most_series, kept.count(b"\n") - 2
    assert n_kept > 0
    assert done in (n_kept * of_each, (n_kept - 1) * of_each + 90 % of_each)
    assert output.read_bytes() == whole.read_bytes()
    assert not parts.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupted_it_says_how_to_continue_and_leaves_no_process(tmp_path):
    path = write_stars(tmp_path / "s.csv", {f"s{k}": 3 + k % 5 for k in range(200)}, n=60)
    output = tmp_path / "p.jsonl"
    parts = tmp_path / "p.jsonl.parts"
    command = [sys.executable, "-m", "epicycle", "find", str(path), "--id", "star", "-q"]
    process = subprocess.Popen(
        [*command, "-o", str(output)], stderr=subprocess.PIPE, start_new_session=True
    )
    while process.poll() is None and not (parts.exists() and parts.read_bytes().count(b"\n") > 1):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    # standard error is closed when no worker holds it any more
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.decode().splitlines() == [
        "epicycle: what is done is kept: the same command again continues",
        "epicycle: interrupted",
    ]
    assert not output.exists()


def test_parts_of_another_run_are_not_taken(stars):
    with Parts(Path("p.jsonl"), "other") as parts:
        parts.add([(0, {"id": "b"})])
    message = refusal("find", stars, "--id", "star", "-o", "p.jsonl", "-q")
    assert "holds the parts of another run" in message
    with Parts(Path("p.jsonl"), "other") as parts:
        assert len(parts) == 1


def test_the_fingerprint_depends_on_table_and_options(stars):
    from epicycle.files.reading import read_table

    table = read_table(stars, series="star")
    first = fingerprint(table, "star", {"harmonics": 1})
    assert first == fingerprint(table, "star", {"harmonics": 1})
    assert first != fingerprint(table, "star", {"harmonics": 2})
    stars.write_text(stars.read_text() + "x,1,2\n")
    other = read_table(stars, series="star")
    assert first != fingerprint(other, "star", {"harmonics": 1})


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_parts_cut_anywhere_are_resumed(tmp_path, cut):
    output = tmp_path / "p.jsonl"
    documents = [(2, {"a": 1}), (0, {"b": [1.5]}), (1, {"c": "\n"})]
    with Parts(output, "f") as parts:
        parts.add(documents)
    raw = parts.path.read_bytes()
    parts.path.write_bytes(raw[: len(raw) - cut])
    with Parts(output, "f") as parts:
        kept = len(parts)
        assert kept == sum(raw[: len(raw) - cut].count(b"\n") > k for k in (1, 2, 3))
        parts.add([p for p in documents if p[0] not in parts])
        assert list(parts.in_order()) == [{"b": [1.5]}, {"c": "\n"}, {"a": 1}]
        parts.remove()
    assert not os.listdir(tmp_path)


def test_garbage_at_the_end_of_the_parts_is_dropped(tmp_path):
    with Parts(tmp_path / "p", "f") as parts:
        parts.add([(0, {"a": 1})])
    whole = parts.path.read_bytes()
    line = _parts._line(1, b'{"a": 2}')
    damaged = line.replace(b"2}", b"3}")
    for garbage in (b"\x00" * 50, b"x\t{}\n", line[:-1], line[:9], damaged, b"1" * 5000 + line):
        parts.path.write_bytes(whole + garbage)
        with Parts(tmp_path / "p", "f") as again:
            assert len(again) == 1
        assert parts.path.read_bytes() == whole
    parts.path.write_bytes(whole + line)
    with Parts(tmp_path / "p", "f") as again:
        assert list(again.in_order()) == [{"a": 1}, {"a": 2}]
    # damage before the end: what follows it is made anew, too
    parts.path.write_bytes(whole.replace(b"1}", b"7}") + line)
    with Parts(tmp_path / "p", "f") as again:
        assert len(again) == 0


def test_parts_where_nothing_may_be_written(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        Parts(tmp_path / "nowhere" / "p.jsonl", "f").__enter__()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--id", "star"), "name one with --output"),
        (("--id", "star", "-o", "p.txt"), "expected one of .jsonl, .csv"),
        (("--id", "nova", "-o", "p.csv"), "has no column 'nova'"),
        (("--id", "mag", "--value", "mag", "-o", "p.csv"), "is named twice"),
        (("--id", "star", "-o", "p.csv", "--workers", "0"), "--workers must be at least 1"),
        (("--id", "star", "-o", "p.csv", "--plot", "p.png"), "--plot draws one series"),
        (("-o", "p.csv"), "name its column with --id"),
    ],
)
def test_what_is_refused(stars, options, words):
    assert words in refusal("find", stars, *options)
    assert os.listdir() == ["stars.csv"]
