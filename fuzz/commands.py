"""Targets that run the command line, in this process, as a user would."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from concurrent.futures import Future
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest import mock

from typer.testing import CliRunner, Result

import seeds
from draws import Draws
from epicycle.cli import commands as cli
from epicycle.many import workers
from properties import Finding

_FOLDER = tempfile.TemporaryDirectory(prefix="epicycle-fuzz-")

#: What stood in a file before a command that refuses.
BEFORE = b"as it was"

COLUMNS = ("time_h", "level", "time", "v", "date", "1", "2", "none", "id", "")
NUMBERS = ("1", "0", "-1", "7.3", "1e-9", "1e9", "nan", "inf", "x", "1e400", "2")


def find(raw: bytes) -> None:
    """``find``: of any table with any options."""
    draws, file = _split(raw)
    arguments = ["find", "t", *_search_options(draws)]
    made: tuple[str, ...] = ()
    if draws.one_in(6):
        arguments += ["--id", draws.pick(COLUMNS), "-o", "o.jsonl", "--workers", "1"]
        made = ("o.jsonl",)
    elif draws.one_in(60):
        arguments += ["--plot", "p.png"]
        made = ("p.png",)
    _run(arguments, {"t": file}, made)


def fit(raw: bytes) -> None:
    """``fit``: the model file is whole, and can be predicted from; or there is none."""
    draws, file = _split(raw)
    arguments = ["fit", "t", *_search_options(draws), "-o", "m.json"]
    result = _run(arguments, {"t": file}, ("m.json",))
    if result.exit_code != cli.BAD_INPUT and "--help" not in arguments:
        model = (Path(_FOLDER.name) / "m.json").read_bytes()
        ends = ["--from", "2024-03-30" if b"+00:00" in model else "0", "--to"]
        ends += ["2024-04-02" if b"+00:00" in model else "90"]
        _run(["predict", "m.json", *ends, "--json"], {"m.json": model}, ())


def predict(raw: bytes) -> None:
    """``predict``: from models, damaged or not, at the times of any table or of any range."""
    draws, file = _split(raw)
    models = seeds.models()
    model = bytearray(models[draws.whole(0, len(models) - 1)])
    if draws.one_in(6):
        for _ in range(draws.whole(1, 3)):
            model[draws.whole(0, 65535) % len(model)] = draws.take(1)[0]
    arguments = ["predict", "m.json"]
    made: tuple[str, ...] = ()
    if draws.one_in(2):
        arguments += ["--at", "t"]
        if draws.one_in(4):
            arguments += ["--time", draws.pick(COLUMNS)]
    else:
        dates = ("2024-03-30", "2024-04-02", "2024-03-31T02:30", "2024-03-31T02:30+02:00", "9999")
        usual = (*NUMBERS, *dates)
        arguments += ["--from", draws.word(usual), "--to", draws.word(usual)]
        if draws.one_in(2):
            arguments += ["--step", draws.pick(("1", "1h", "15min", "0.5 d", "-1", "1e-9", "1y"))]
    if draws.one_in(4):
        arguments += ["--group", draws.word(("0", "1", "a"))]
    if draws.one_in(4):
        arguments += ["--level", draws.pick(NUMBERS)]
    if draws.one_in(3):
        made = (draws.pick(("o.csv", "o.json", "o.parquet")),)
        arguments += ["-o", made[0]]
    elif draws.one_in(3):
        arguments += ["--json"]
    _run(arguments, {"m.json": bytes(model), "t": file}, made)


def report(raw: bytes) -> None:
    """``report``: the page is whole, asks for nothing and runs nothing; or there is none."""
    draws, file = _split(raw)
    title = draws.word(("", "<script>", "a & b", "</title>"))
    arguments = ["report", "t", *_search_options(draws), "-o", "r.html", f"--title={title}"]
    result = _run(arguments, {"t": file}, ("r.html",))
    if result.exit_code != cli.BAD_INPUT and "--help" not in arguments:
        page = (Path(_FOLDER.name) / "r.html").read_text(encoding="utf-8").lower()
        if not page.rstrip().endswith("</html>"):
            raise Finding("a page that is not whole")
        for forbidden in ("<script", "javascript:", 'src="http', "@import", "<iframe", "onload="):
            if forbidden in page:
                raise Finding(f"a page with {forbidden}")


def doctor(raw: bytes) -> None:
    """``doctor``: tells how things are, whatever the environment says of threads."""
    draws = Draws(raw)
    before = dict(os.environ)
    try:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = draws.word(NUMBERS).replace("\0", "")
        _run(["doctor", *(["--json"] if draws.one_in(2) else [])], {}, ())
    finally:
        os.environ.clear()
        os.environ.update(before)


# ---- What they share -----------------------------------------------------------------------


def _split(raw: bytes) -> tuple[Draws, bytes]:
    """Return what the options are drawn from, and the file behind it."""
    length = raw[0] if raw else 0
    return Draws(raw[1 : 1 + length]), raw[1 + length :]


def _search_options(draws: Draws) -> list[str]:
    arguments = ["--max-frequencies", "1e4", "--max-cycles", draws.pick("1123")]
    arguments += ["--harmonics", draws.pick("122x")]
    flags = ("--drift", "--events", "--red-noise", "--json", "--quiet")
    arguments += [flag for flag in flags if draws.one_in(6)]
    if draws.one_in(12):
        arguments.append(draws.word(("--", "-", "--help", "--colour", "t")))
    columns = ("--time", "--value", "--error", "--group", "--weight")
    numbers = ("--min-period", "--max-period", "--false-alarm", "--known", "--exposure",
               "--signal-to-noise", "--trend")  # fmt: skip
    words = {
        "--unit": ("d", "h", "s", "moons", ""),
        "--strategy": ("auto", "dense", "ladder", "x"),
        "--loss": ("huber", "squares", "x"),
        "--clock": ("local", "elapsed", "x"),
        "--zone": ("Europe/Berlin", "UTC", "Mars", "../x", ""),
        "--per-group": ("auto", "waveform", "offset", "x"),
        "--trend": ("piecewise", "0", "2", "x"),
    }
    for usual in columns:
        if draws.one_in(8):
            arguments.append(f"{usual}={draws.word(COLUMNS)}")
    for option in numbers:
        if draws.one_in(10):
            arguments.append(f"{option}={draws.word(NUMBERS)}")
    for option, some in words.items():
        if draws.one_in(10):
            arguments.append(f"{option}={draws.word(some)}")
    return arguments


def _run(arguments: list[str], files: dict[str, bytes], made: tuple[str, ...]) -> Result:
    """Run a command in a folder of these files, and check how it ends and what it leaves."""
    folder = Path(_FOLDER.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in (*files.items(), *((name, BEFORE) for name in made)):
        (folder / name).write_bytes(content)
    in_this_process = mock.patch.object(workers, "ProcessPoolExecutor", InThisProcess)
    with chdir(folder), in_this_process, warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        result = CliRunner().invoke(cli.app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise Finding(f"a traceback from {arguments}") from result.exception
    told = (result.stderr + ("" if "--json" in arguments else result.stdout)).replace("\n", "")
    if not told.isprintable():
        raise Finding(f"{arguments} prints what a terminal may obey: {told!r}")
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    help_shown = "--help" in arguments and result.exit_code == 0
    if result.exit_code == cli.BAD_INPUT:
        lines = result.stderr.splitlines()
        if len(lines) != 1 or not lines[0].startswith("epicycle: error: ") or result.stdout:
            raise Finding(f"{arguments} is refused with {result.stderr!r} and {result.stdout!r}")
        expected = {**files, **dict.fromkeys(made, BEFORE)}
        left.pop("o.jsonl.parts", None)  # what was done is kept
        if left != expected:
            raise Finding(f"{arguments} is refused but changed {sorted(left)}")
    elif result.exit_code not in (cli.FOUND, cli.NOTHING_FOUND):
        raise Finding(f"{arguments} ends with {result.exit_code}")
    elif not help_shown:
        if sorted(left) != sorted({*files, *made}):
            raise Finding(f"{arguments} leaves {sorted(left)}")
        if any(left[name] == BEFORE for name in made):
            raise Finding(f"{arguments} did not write {made}")
        if "--json" in arguments:
            json.loads(result.stdout)
    return result


class InThisProcess:
    """Stands for the pool of worker processes of ``find --id``."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._processes: dict[int, Any] = {}

    def submit(self, work: Any, *arguments: Any) -> Future[Any]:
        """Return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, **_: Any) -> None:
        """Do nothing."""
