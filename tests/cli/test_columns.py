"""`find --value all`: each column of a wide table is a series of its own."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from epicycle.cli.columns import as_lines
from epicycle.cli.commands import app


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    rng = np.random.default_rng(3)
    t = np.arange(60)
    columns = [np.sin(2 * np.pi * t / p) + 0.1 * rng.normal(size=60) for p in (6, 10)]
    columns.append(rng.normal(size=60))
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    lines = [
        ",".join(map(str, (k, *values)))
        for k, values in zip(t, zip(*columns, strict=True), strict=True)
    ]
    path.write_text("\n".join(["time_h,a,b,noise", *lines]) + "\n")
    return path


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


ASKED = ("--value", "all", "--harmonics", "1", "--workers", "1")


def test_a_row_for_each(wide):
    result = run("find", wide, *ASKED)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["a", "b", "noise"]
    assert [float(row[2]) for row in rows[:2]] == pytest.approx([6, 10], rel=0.02)
    assert "no significant cycle" in result.stdout
    assert "unit: h (guessed)" in result.stderr


def test_documents_and_a_file(wide, tmp_path):
    document = json.loads(run("find", wide, *ASKED, "--json").stdout)
    assert [one["id"] for one in document["series"]] == ["a", "b", "noise"]
    output = tmp_path / "found.csv"
    assert (
        run("find", wide, *ASKED, "--screen", "-o", output).exit_code == 2
    )  # of one sinusoid only
    assert run("find", wide, *ASKED, "-o", output).exit_code == 0
    assert output.read_text().splitlines()[1].startswith("a,60,1,")


def test_what_does_not_apply_is_refused(wide):
    for more in (("--plot", "p.png"), ("--screen",)):
        result = run("find", wide, *ASKED, *more)
        assert result.exit_code == 2
        assert "To fix this" in result.stderr


def test_genes_in_rows_are_told_the_command_that_reads_them(tmp_path):
    path = tmp_path / "genes.csv"
    path.write_text("GeneID,ZT00,ZT04,ZT08,ZT12\n" + "".join(f"g{k},1,2,3,{k}\n" for k in range(5)))
    result = run("find", path)
    assert result.exit_code == 2
    assert "epicycle rhythms" in result.stderr


def test_what_is_wrong_with_a_series_is_its_row():
    assert (
        as_lines([{"id": "a", "n_samples": 2, "error": "too few"}])[1] == "a       2        too few"
    )
