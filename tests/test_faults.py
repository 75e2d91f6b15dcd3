"""A disk that fails: nothing is lost or half-written, and the same command again goes on.

Here at a few uses of it; `benchmarks/faults` lets every use fail, of every command that writes.
"""

import os
from contextlib import nullcontext

import pytest

from tests.commands import RUNNER, TIDE, cli
from tests.faults import KilledHere, failing

#: What is run, and what it writes.
FIT = (
    (
        *("fit", "one.csv", "-o", "out.json", "-q"),
        *("--max-cycles", "1", "--harmonics", "1", "--min-period", "5"),
    ),
    "out.json",
)
SCREEN = (
    ("find", "many.csv", "--id", "id", "--screen", "-o", "out.csv", "--workers", "1", "-q"),
    "out.csv",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("epicycle.many.jobs.run_jobs", lambda jobs, run, workers: map(run, jobs))
    monkeypatch.setattr("epicycle.many.workers.started", lambda workers: nullcontext())
    header, *lines = TIDE.splitlines()[:60]
    (tmp_path / "one.csv").write_text("\n".join([header, *lines]) + "\n")
    rows = [f"s{k},{line}" for k in range(3) for line in lines]
    (tmp_path / "many.csv").write_text("\n".join([f"id,{header}", *rows]) + "\n")
    return tmp_path


def stripped(path):
    return [line for line in path.read_text().splitlines() if '"seconds"' not in line]


@pytest.mark.parametrize("killed", [False, True], ids=["full", "killed"])
@pytest.mark.parametrize("command", [FIT, SCREEN], ids=["fit", "screen"])
def test_a_disk_that_fails_costs_nothing(folder, command, killed):
    arguments, name = command
    output = folder / name
    with failing(folder, 10**9) as disk:
        assert RUNNER.invoke(cli.app, arguments).exit_code == 0
    whole, uses = stripped(output), disk.uses
    assert {"os.open", "write", "replace"} <= set(uses)
    for at in sorted({0, uses.index("write"), uses.index("replace"), len(uses) - 1}):
        output.write_text("an older one")
        with failing(folder, at, killed=killed):
            try:
                result = RUNNER.invoke(cli.app, arguments)
            except KilledHere:
                result = None
        assert (result is None) == killed
        if result is not None and result.exit_code:
            assert result.exit_code == cli.FAILED
            assert result.stderr.count("\n") == 1
            assert "make room on its disk" in result.stderr
            assert not [f for f in os.listdir() if f.startswith(".")]
        assert stripped(output) in (["an older one"], whole)
        assert RUNNER.invoke(cli.app, arguments).exit_code == 0
        assert stripped(output) == whole
        assert not os.path.exists(f"{name}.parts")
