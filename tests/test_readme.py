"""The examples in README.md and docs/ run, and print what the pages say they print."""

import contextlib
import io
import itertools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")


def pairs(language: str, page: Path) -> list[tuple[str, str]]:
    """Return the blocks in `language` that are followed by a block with their output."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        (code, output)
        for (kind, code), (next_kind, output) in itertools.pairwise(blocks)
        if kind == language and next_kind == "text"
    ]


def blocks_of(language: str, page: Path) -> list[str]:
    """Return all blocks in `language`, with output or without."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def everywhere(language: str) -> list[Any]:
    """Return the examples of all pages, each with a name to tell it by."""
    return [
        pytest.param(*example, id=f"{page.name}-{k}")
        for page in PAGES
        for k, example in enumerate(pairs(language, page))
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
    assert pairs("python", ROOT / "README.md")
    assert pairs("console", ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("language", ["python", "console"])
def test_every_example_shows_its_output_and_so_is_run(page: Path, language: str) -> None:
    assert blocks_of(language, page) == [code for code, _ in pairs(language, page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_and_links_to_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(("code", "output"), everywhere("python"))
def test_python_example(code: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "example", "exec"), {"__name__": "__main__"})
    assert agree(printed.getvalue(), output), printed.getvalue()


@pytest.mark.parametrize(("code", "output"), everywhere("console"))
def test_console_example(code: str, output: str) -> None:
    command = shlex.split(code.removeprefix("$ "))
    assert command[0] == "epicycle"
    process = subprocess.run(
        [sys.executable, "-m", "epicycle", *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert process.returncode == 0, process.stderr
    assert agree(process.stdout, output), process.stdout


def test_the_comparison_has_teeth() -> None:
    assert agree("period 29.5306 d", "period 29.5305 d")
    assert not agree("period 29.5309 d", "period 29.5305 d")
    assert not agree("period 29.5305 h", "period 29.5305 d")
    assert not agree("period 29.5305", "period 29.5305 d")
