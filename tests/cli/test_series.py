"""Each series of a long table, found by the command."""

import csv
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands import PATIENCE, interruptible, refusal, run
from tests.many.stars import PERIODS, write_stars


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


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupted_it_says_how_to_continue_and_leaves_no_process(tmp_path):
    path = write_stars(tmp_path / "s.csv", {f"s{k}": 3 + k % 5 for k in range(40)}, n=40)
    output = tmp_path / "p.jsonl"
    parts = tmp_path / "p.jsonl.parts"
    process = interruptible(
        *(
            "find",
            path,
            "--id",
            "star",
            "--min-period",
            "2",
            "--harmonics",
            "1",
            "-q",
            "-o",
            output,
        ),
        wait_after=1,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while process.poll() is None and not (parts.exists() and parts.read_bytes().count(b"\n") > 1):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    # standard error is closed when no worker holds it any more
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err.decode().splitlines() == [
        "epicycle: what is done is kept: the same command again continues",
        "epicycle: interrupted",
    ]
    assert not output.exists()


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
