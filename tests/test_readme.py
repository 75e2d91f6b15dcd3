"""The examples in README.md run, and print what the page says they print."""

import contextlib
import io
import itertools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")


def pairs(language: str) -> list[tuple[str, str]]:
    """Return the blocks in `language` that are followed by a block with their output."""
    return [
        (code, output)
        for (kind, code), (next_kind, output) in itertools.pairwise(BLOCKS)
        if kind == language and next_kind == "text"
    ]


def agree(printed: str, expected: str) -> bool:
    """Compare texts word by word; numbers may differ by 2 in their last digit shown.

    Sums are rounded in another order on other processors; what moves is far below the errors.
    """
    a, b = printed.split(), expected.split()
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if NUMBER.sub("#", x) != NUMBER.sub("#", y):
            return False
        for p, q in zip(NUMBER.findall(x), NUMBER.findall(y), strict=True):
            mantissa, _, exponent = q.lower().partition("e")
            digits = len(mantissa.partition(".")[2])
            unit = 10.0 ** (int(exponent or 0) - digits)
            if abs(float(p) - float(q)) > 2.001 * unit:
                return False
    return True


def test_the_readme_has_examples() -> None:
    assert pairs("python")
    assert pairs("console")


@pytest.mark.parametrize(("code", "output"), pairs("python"))
def test_python_example(code: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    assert agree(printed.getvalue(), output), printed.getvalue()


@pytest.mark.parametrize(("code", "output"), pairs("console"))
def test_console_example(code: str, output: str) -> None:
    command = shlex.split(code.removeprefix("$ "))
    assert command[0] == "epicycle"
    process = subprocess.run(
        [sys.executable, "-m", "epicycle", *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert process.returncode == 0, process.stderr
    assert agree(process.stdout, output), process.stdout


def test_the_comparison_has_teeth() -> None:
    assert agree("period 29.5306 d", "period 29.5305 d")
    assert not agree("period 29.5309 d", "period 29.5305 d")
    assert not agree("period 29.5305 h", "period 29.5305 d")
    assert not agree("period 29.5305", "period 29.5305 d")
