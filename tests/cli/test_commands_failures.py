"""Exit code 1 says that nothing is significant: every failure has another, and one line."""

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epicycle.cli import commands as cli
from tests.commands import RUNNER, TIDE, refusal, run


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    path = tmp_path_factory.mktemp("fitted") / "tide.csv"
    path.write_text(TIDE)
    assert run("fit", path, "-o", path.with_name("m.json"), "-q").exit_code == 0
    return path.with_name("m.json").read_text()


@pytest.fixture
def model_file(tmp_path, fitted):
    path = tmp_path / "m.json"
    path.write_text(fitted)
    return path


def failed(*args: str | Path) -> str:
    """Return the one line with which a run fails that is not refused."""
    result = RUNNER.invoke(cli.app, [str(a) for a in args])
    assert result.exit_code == cli.FAILED
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ZeroDivisionError("division by zero"),
            "an error of epicycle (ZeroDivisionError: division",
        ),
        (AssertionError(), "an error of epicycle (AssertionError)"),
        (MemoryError(), "not enough memory"),
        (np.linalg.LinAlgError("Singular matrix"), "LinAlgError: Singular matrix"),
    ],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.parametrize("command", ["find", "fit", "report"])
def test_an_error_of_our_own_is_one_line(tide, monkeypatch, command, error, words):
    def stumble(*_, **__):
        raise error

    for module in ("commands", "fit", "report"):
        monkeypatch.setattr(f"epicycle.cli.{module}.search", stumble)
    assert words in failed(command, tide, "-q")
    assert sorted(p.name for p in tide.parent.iterdir()) == ["tide.csv"]


def test_what_numpy_refuses_is_no_mistake_of_the_user(tide, monkeypatch):
    def stumble(*_, **__):
        np.linalg.inv(np.zeros((2, 2)))

    monkeypatch.setattr("epicycle.cli.options.find_cycles", stumble)
    assert "LinAlgError" in failed("find", tide, "-q")


def test_the_traceback_is_there_for_who_asks(tide, monkeypatch):
    def stumble(*_, **__):
        raise KeyError("lost")

    monkeypatch.setattr("epicycle.cli.commands.search", stumble)
    monkeypatch.setenv("EPICYCLE_TRACEBACK", "1")
    result = RUNNER.invoke(cli.app, ["find", str(tide)])
    assert result.exit_code == cli.FAILED
    assert "in stumble" in result.stderr


@pytest.mark.parametrize(
    "error",
    [MemoryError(), pd.errors.ParserError("Error tokenizing data. C error: out of memory")],
    ids=["python", "pandas"],
)
def test_memory_that_runs_out_while_reading(tide, monkeypatch, error):
    def exhausted(*_, **__):
        raise error

    monkeypatch.setattr("pandas.read_csv", exhausted)
    assert "not enough memory" in failed("find", tide)


#: The command, with Ctrl-C as some module comes in; NumPy wraps it in an error of its own.
_INTERRUPTED = """
import sys
from importlib.abc import MetaPathFinder
_, coming, table = sys.argv
class Finder(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == coming:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Finder())
from epicycle.cli import main
sys.argv = ["epicycle", "find", table]
main()
"""


@pytest.mark.parametrize("module", ["typer", "numpy", "pandas", "epicycle.find"])
def test_ctrl_c_while_modules_come_in(tide, module):
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, module, tide], capture_output=True, text=True
    )
    assert done.returncode == cli.INTERRUPTED
    assert done.stderr == "epicycle: interrupted\n"


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_standard_input_that_is_closed():
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m epicycle find - <&-"], capture_output=True, text=True
    )
    assert done.returncode == cli.BAD_INPUT
    assert "standard input is closed" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("level", ["99.99999999999999", "99.99995", "1e-9", "100", "nan", "-1"])
def test_intervals_that_no_data_tell(model_file, level):
    line = refusal("predict", model_file, "--from", "0", "--to", "1", f"--level={level}")
    assert "--level must be" in line


@pytest.mark.parametrize("level", ["99.9999", "0.0001", "95.00000000001"])
def test_the_widest_and_the_narrowest_interval_are_finite(model_file, level):
    result = run(
        "predict", model_file, "--from", "0", "--to", "1", "--level", level,
        "--level", "95", "--json",
    )  # fmt: skip
    assert result.exit_code == 0
    for row in json.loads(result.stdout)["predictions"]:
        assert all(np.isfinite(v) for v in row.values())


@pytest.mark.parametrize("key", ["time", "values", "errors", "group", "weight"])
@pytest.mark.parametrize("wrong", [{"a": 1}, 7, [[1]], [None], True, [{"a": 1}]])
def test_a_model_whose_columns_are_of_another_kind(model_file, key, wrong):
    path = model_file
    document = json.loads(path.read_text())
    document["provenance"]["columns"][key] = wrong
    path.write_text(json.dumps(document))
    line = refusal("predict", path, "--from", "0", "--to", "1")
    assert f"provenance.columns.{key}" in line


@pytest.mark.parametrize("role", ["time_h", "level", "--error", "--weight", "--group", "--id"])
def test_whole_numbers_of_hundreds_of_digits(tmp_path, role):
    lines = TIDE.splitlines()
    option = role.startswith("--")
    column = 2 if option else lines[0].split(",").index(role)
    rows = [[*line.split(","), "1"] for line in lines[1:]]
    rows[4][column] = "9" * 400
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["time_h,level,x", *map(",".join, rows)]) + "\n")
    output = tmp_path / "o.jsonl"
    extra = (role, "x") if option else ()
    extra += ("-o", output, "--screen", "--workers", "1") if role == "--id" else ()
    if role in ("--group", "--id"):  # labels of any digits
        assert run("find", path, *extra, "-q").exit_code == 0
    else:
        assert "infinite" in refusal("find", path, *extra, "-q")


def test_many_series_outside_of_the_main_thread(tmp_path, tide):
    text = tide.read_text().replace("\n", ",a\n").replace("level,a", "level,id")
    tide.write_text(text)
    codes: list[int] = []

    def work() -> None:
        command = ("find", tide, "--id", "id", "-o", tmp_path / "o.jsonl", "--workers", "1", "-q")
        codes.append(run(*command).exit_code)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert codes == [cli.FOUND]


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes")
def test_names_of_files_that_are_no_text(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / os.fsdecode(b"t\xff.csv")
    path.write_text(TIDE)
    page, picture = tmp_path / "r.html", tmp_path / "p.png"
    assert run("report", path, "-o", page, "-q").exit_code == 0
    assert r"t\udcff.csv" in page.read_text()
    assert run("find", path, "--plot", picture, "-q").exit_code == 0
    assert run("fit", path, "-o", tmp_path / "m.json").exit_code == 0
    assert run("predict", tmp_path / "m.json", "--from", "0", "--to", "1").exit_code == 0


def test_series_of_which_none_can_be_used_are_no_lack_of_cycles(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,time,v\n" + "".join(f"{k},{k},{k}\n" for k in range(6)))
    for extra in ((), ("--screen",)):
        output = tmp_path / "o.jsonl"
        result = run("find", path, "--id", "id", "-o", output, "--workers", "1", "-q", *extra)
        assert result.exit_code == cli.BAD_INPUT
        assert "no series could be used" in result.stderr


#: A disk that is full, as the shell's limit on the size of files, and a worker that is killed.
_KILLED = """
import os, sys
from epicycle.cli import main
from epicycle.many import workers
def run_jobs(*_):
    raise workers.WorkerKilled
import epicycle.many.jobs as jobs
jobs.run_jobs = run_jobs
sys.argv = ["epicycle", *sys.argv[1:]]
main()
"""


def test_a_worker_that_is_killed_is_no_bad_input(tmp_path, tide):
    tide.write_text(tide.read_text().replace("\n", ",a\n").replace("level,a", "level,id"))
    command = ["find", tide, "--id", "id", "-o", tmp_path / "o.csv", "--workers", "1", "-q"]
    done = subprocess.run([sys.executable, "-c", _KILLED, *command], capture_output=True, text=True)
    assert done.returncode == cli.FAILED
    assert "a worker was killed" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (errno.ENOSPC, cli.FAILED, "make room on its disk"),
        (errno.EIO, cli.FAILED, "run it again"),
        (errno.EACCES, cli.BAD_INPUT, "name an output where you may write"),
        (errno.ENOENT, cli.BAD_INPUT, "name an output where you may write"),
    ],
)
def test_a_disk_that_fails_is_told_from_a_name_that_is_wrong(tide, monkeypatch, error, code, words):
    def refuse(*_):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.chdir(tide.parent)
    result = RUNNER.invoke(cli.app, ["fit", str(tide), "-o", "m.json", "-q"])
    assert result.exit_code == code
    assert words in result.stderr
    assert os.strerror(error) in result.stderr
    assert os.listdir() == ["tide.csv"]
