"""``epicycle calendar``: its document, its words, refusals and exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from epicycle.cli import commands as cli
from epicycle.cli import lessons


def run(*args: object):
    result = CliRunner().invoke(cli.app, ["calendar", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_calendar_is_learned_and_says_what_it_cannot_know(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lessons, "_TESTS", 20_000)
    plot = tmp_path / "leaves.png"
    result = run("--samples", 1 << 15, "--plot", plot)
    assert result.exit_code == 0, result.output
    assert "digits 2, 3, 4, 5 repeat after 146,097 ticks of 86400" in result.stdout
    assert "undecided: an exception" in result.stdout
    assert plot.stat().st_size > 10_000


def test_the_document_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "_TESTS", 1000)
    result = run("--samples", 8192, "--years", 2, "--json", "--epoch", "1999-05-05")
    found = json.loads(result.stdout)
    assert found["schema"] == "epicycle.calendar/1"
    assert found["epoch"] == "1999-05-05"
    assert found["digits"] == ["weekday", "month", "day", "year of 4", "leap year"]
    assert found["baselines"] == {}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--epoch", "tomorrow"], "--epoch tomorrow: .*|To fix this"),
        (["--samples", "20"], "at least 32"),
        (["--years", "-1"], "years"),
    ],
)
def test_bad_options_get_one_line(args: list[str], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert message.split("|")[-1] in result.stderr
