"""What is said where: results on standard output, all else on standard error."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import epicycle
from epicycle.cli import commands as cli
from epicycle.cli import console
from tests.commands import run, samples, without_colours


def run_process(*args: str | Path, **options):
    """Run the command as a user does."""
    command = [sys.executable, "-m", "epicycle", *map(str, args)]
    return subprocess.run(command, capture_output=True, timeout=600, **options)


def test_quiet_says_nothing_but_the_result(tide):
    assert run("find", tide, "--quiet").stderr == ""
    assert run("find", tide, "-q", "--json").stderr == ""


class Terminal:
    """A stream that says it is a terminal, and keeps what is written to it."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize(("patience", "shown"), [(0.0, True), (60.0, False)])
def test_progress_is_for_long_searches_on_terminals(monkeypatch, patience, shown):
    monkeypatch.setattr(console, "_PATIENCE", patience)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with console.ProgressBar(shown=True) as bar:
        for done in (500, 1000, 500, 1000):
            bar.update(done, 1000)
    assert ("search 2: 1,000 frequencies" in terminal.text) == shown
    monkeypatch.setattr(sys, "stderr", silent := Terminal())
    with console.ProgressBar(shown=False) as bar:
        bar.update(1000, 1000)
    assert silent.text == ""


def test_a_terminal_gets_the_rich_table(tide, monkeypatch):
    model = epicycle.find_cycles(*samples(), unit="h")
    monkeypatch.setattr(sys, "stdout", Terminal())
    text = console.as_text(model, lambda words: words.replace("samples", "rows"))
    assert "\x1b[1" in text
    plain = without_colours(text)
    assert "false" in plain.splitlines()[0]
    assert "rows: 150 over" in plain


# ---- As a process --------------------------------------------------------------------------


def test_a_process_keeps_its_streams_apart(tide):
    done = run_process("find", tide, "--json")
    assert done.returncode == cli.FOUND
    assert json.loads(done.stdout)["cycles"]
    assert done.stderr.decode().count("\n") == 1
    failed = run_process("find", tide, "--value", "nothing")
    assert failed.returncode == cli.BAD_INPUT
    assert failed.stdout == b""
    assert re.fullmatch(rb"epicycle: error: .* has no column 'nothing'\. .*\n", failed.stderr)


def test_a_reader_that_goes_away_is_no_error(tide):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "epicycle", "find", str(tide), "-q"]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=600)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (cli.FOUND, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error(tide):
    command = [sys.executable, "-m", "epicycle", "find", str(tide), "-q"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=600)
    assert done.returncode == cli.FAILED
    assert re.fullmatch(
        rb"epicycle: error: the output cannot be written \(No space left on device\)\. To fix .*\n",
        done.stderr,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_a_terminal_of_few_characters_keeps_names_apart(tmp_path, encoding):
    path = tmp_path / "t.csv"
    rows = [f"{k},{k % 5},{'äöü' if k % 2 else 'éèê'}ж" for k in range(20)]
    path.write_text("time,v,g\n" + "\n".join(rows) + "\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = run_process("find", path, "--group", "g", "-q", env=environment)
    text = done.stdout.decode(encoding)
    assert "?" not in text
    for name in ("äöüж", "éèêж"):
        assert name.encode(encoding, "backslashreplace").decode(encoding) in text
