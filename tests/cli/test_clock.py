"""``epicycle clock``: its document, table, picture, refusals and exit codes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from epicycle.cli import clock, lessons
from epicycle.cli import commands as cli
from epicycle.problems import Clock

#: The keys that programs outside rely on.
DOCUMENT = {
    "schema", "exact_match_in_range", "exact_match_beyond", "n_test", "parameters",
    "samples_seen", "seconds", "periods", "baselines",
}  # fmt: skip

SMALL = ("--day-length", 54321.5, "--radices", "12,9", "--samples", 1 << 13, "--years", 1)


@pytest.fixture(autouse=True)
def _small_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "_TESTS", 20_000)


def run(*args: object):
    result = CliRunner().invoke(cli.app, ["clock", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_clock_is_learned_beside_a_network_that_fails() -> None:
    result = run(*SMALL[:-2], "--against", "snake", "--json")
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert set(found) >= DOCUMENT
    assert found["schema"] == "epicycle.clock/1"
    assert result.exit_code == 0
    assert found["exact_match_in_range"] > 0.999
    # 20 times further than the data, with errors of 1e-3 of a class in their range
    assert found["exact_match_beyond"] > 0.99
    np.testing.assert_allclose(found["periods"], [54321.5, 54321.5 / 12], rtol=1e-7)
    assert found["gears"] == [1, 12]
    assert found["n_test"] == 20_000
    assert found["samples_seen"] > found["distinct_samples"] == 1 << 13
    snake = found["baselines"]["snake"]
    assert snake["exact_match_in_range"] < 0.5
    assert snake["seconds"] >= 0.95 * found["seconds"]  # the same time


def test_the_table_says_what_was_learned_and_snaps_nothing() -> None:
    result = run(*SMALL, "--samples", 1 << 15, "--wrong-labels", 0.05, "--no-gears", "--continuous")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert rows[0].split()[:3] == ["all", "digits", "right"]
    assert rows[2].startswith("Periodic + Dials, SpectralDescent")
    periods = [row for row in rows if row.startswith("period: ")]
    assert [p.startswith(("period: 54321.5", "period: 54321.4")) for p in periods] == [True, False]
    assert not any(row.startswith("gears") for row in rows)


def test_a_picture_of_the_faces(tmp_path: Path) -> None:
    plot = tmp_path / "faces.png"
    result = run(*SMALL, "--plot", plot)
    assert plot.stat().st_size > 10_000
    assert f"wrote {plot}" in result.stderr


def test_what_cannot_be_learned_is_not_learned() -> None:
    result = run(*SMALL[:4], "--samples", 64, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["exact_match_in_range"] < 0.99


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--day-length", "0"], "--day-length 0 .*To fix this"),
        (["--radices", "24,sixty"], "--radices 24,sixty: expected whole numbers"),
        (["--radices", "1,60"], "at least 2.*To fix this"),
        (["--years", "-3"], "years.*To fix this"),
        (["--samples", "20"], "at least 32.*To fix this"),
        (["--wrong-labels", "2"], "share is 2.0.*To fix this"),
        (["--against", "sirene"], "--against sirene"),
        (["--device", "warp"], "--device warp: .*To fix this, use --device cpu"),
        (["--plot", "faces.xyz"], "faces.xyz"),
    ],
)
def test_bad_options_get_one_line_and_exit_code_2(args: list[str], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert re.search(message, result.stderr), result.stderr


def test_earths_clock_is_the_default() -> None:
    assert clock._the_clock(86400.0, "24,60,60") == Clock()
