"""A folder of Parquet files, or a long file: the same output as of a table read at once."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from epicycle.cli import buckets as cli_buckets
from epicycle.files import parquet_rows
from epicycle.many import buckets, jobs, spills, workers
from tests.commands import refusal, run

COMMAND = ("--id", "star", "--min-period", "1")


@pytest.fixture
def tables(stars, monkeypatch) -> tuple[Path, Path]:
    """Return the same rows in one file and in a folder, which goes into several buckets."""
    for module in (buckets, jobs):
        monkeypatch.setattr(module, "run_jobs", lambda left, work, pool: map(work, left))
    monkeypatch.setattr(workers, "started", lambda n: nullcontext())  # all in this process
    monkeypatch.setattr(spills, "INPUTS", SimpleNamespace(bucket=400))
    rows = pd.read_csv(stars, dtype={"star": str})
    whole, folder = stars.with_name("whole.parquet"), stars.with_name("folder")
    rows.to_parquet(whole, index=False)
    folder.mkdir()
    rows[:150].to_parquet(folder / "1.parquet", index=False)
    rows[150:].to_parquet(folder / "2.parquet", index=False)
    return whole, folder


@pytest.mark.parametrize(
    ("ending", "screen"),
    [("csv", ("--screen",)), ("jsonl", ("--harmonics", "1", "--max-cycles", "1"))],
)
def test_the_output_is_that_of_the_table_read_at_once(tables, screen, ending, monkeypatch):
    whole, folder = tables
    outputs = [Path(f"{name}.{ending}") for name in "abcd"]
    told = []
    for path, output in zip((whole, folder) * 2, outputs, strict=True):
        told.append(run("find", path, *COMMAND, *screen, "-o", output).stderr)
        if output.stem == "b":  # from here on in buckets
            monkeypatch.setattr(parquet_rows, "INPUTS", SimpleNamespace(rows=100))
    assert len({text.partition("wrote")[0] for text in told}) == 1
    assert len({path.read_bytes() for path in outputs}) == 1
    assert not list(Path().glob("*.buckets"))


def test_what_cannot_be_used_is_refused(tables, monkeypatch):
    _, folder = tables
    monkeypatch.setattr(parquet_rows, "INPUTS", SimpleNamespace(rows=100))
    command = ("find", folder, *COMMAND, "--screen", "-o", "p.jsonl")
    assert "has no column 'nova'" in refusal("find", folder, "--id", "nova", "-o", "p.csv")
    assert "allow more with --max-table" in refusal(*command, "--max-table", "0.000001", "-q")
    usage = SimpleNamespace(free=10)
    monkeypatch.setattr(cli_buckets.shutil, "disk_usage", lambda path: usage)
    assert "name an --output on a larger disk" in refusal(*command, "-q")
    assert not list(Path().glob("p.jsonl*"))
