"""The command in this process or one of its own, and tables for it."""

import inspect
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from epicycle.cli import commands as cli

PERIOD = 12.42

#: Standard output and standard error apart: click below 8.2 must be asked for that.
RUNNER = (
    CliRunner(mix_stderr=False)  # type: ignore[call-arg]
    if "mix_stderr" in inspect.signature(CliRunner).parameters
    else CliRunner()
)


def samples(amplitude: float = 2.0, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 300, n))
    y = 5 + amplitude * np.sin(2 * np.pi * t / PERIOD) + rng.normal(size=n)
    return t, y


def table(header: str, *columns: np.ndarray) -> str:
    lines = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return "\n".join([header, *lines]) + "\n"


TIDE = table("time_h,level", *samples())


def run(*args: str | Path, stdin: str | bytes | None = None):
    """Run the command in this process, and check what holds for every run."""
    result = RUNNER.invoke(cli.app, [str(a) for a in args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "this is an error of epicycle" not in result.stderr, result.stderr
    return result


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def refusal(*args: str | Path, stdin: str | bytes | None = None) -> str:
    """Return the one line with which a run is refused."""
    result = run(*args, stdin=stdin)
    assert result.exit_code == cli.BAD_INPUT
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("epicycle: error: ")
    return lines[0]


NOISE = table("time_h,level", *samples(amplitude=0.0))


#: Seconds after which a process hangs, on a machine that has other work to do, too.
PATIENCE = 600


#: The command, but it waits once so many parts of its results are kept, however fast it is.
_WAITING = """
import sys, time
from epicycle.cli.commands import main
from epicycle.many.parts import Parts
left = int(sys.argv.pop(1))
add = Parts.add
def add_and_wait(self, parts):
    global left
    add(self, parts)
    left -= 1
    if left <= 0:
        time.sleep({patience})
Parts.add = add_and_wait
main()
"""


def interruptible(*args: str | Path, wait_after: int = 0, **options) -> subprocess.Popen:
    """Start the command as a process of its own that Ctrl-C interrupts.

    A process that ignores interrupts, as a job in the background of a shell does, hands this on to
    those that it starts.  With `wait_after`, the process waits when so many parts are kept: what
    the test does then comes in time.
    """
    how = ["-m", "epicycle"]
    if wait_after:
        how = ["-c", _WAITING.format(patience=PATIENCE), str(wait_after)]
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen([sys.executable, *how, *map(str, args)], **options)
    finally:
        signal.signal(signal.SIGINT, handler)
