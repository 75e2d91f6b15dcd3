"""Many machines, for which two processes stand: nothing is lost, nothing is there twice."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import epicycle.dask
from epicycle import find_frame, screen_frame
from epicycle.files.writing import OutputError
from epicycle.many import clusters, folders, spills
from tests.commands import refusal, run
from tests.many.samples import frame

dd = pytest.importorskip("dask.dataframe")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX locks and signals")

NAMES = {"minimum_period": 1.0}


@pytest.fixture(scope="module")
def client():
    """Return a client of two processes on the loopback address."""
    with clusters.local_client(2) as client:
        yield client


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Return a folder with the mixed rows of forty series in five files."""
    top = tmp_path_factory.mktemp("table")
    many = [frame(n=30, seed=k).assign(id=lambda df, k=k: df["id"] + 100 * k) for k in range(10)]
    rows = pd.concat(many, ignore_index=True)
    rows = rows.iloc[np.random.default_rng(1).permutation(len(rows))]
    for k in range(5):
        rows[k::5].to_parquet(top / f"{k}.parquet", index=False)
    return top


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(spills, "INPUTS", type("Small", (), {"bucket": 1200}))


def sorted_rows(df: pd.DataFrame) -> pd.DataFrame:
    return df.sort_values("id", kind="stable").reset_index(drop=True)


def at_once(table: Path) -> pd.DataFrame:
    return sorted_rows(screen_frame(pd.read_parquet(table), **NAMES))


def same(out: Path, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(sorted_rows(pd.read_parquet(out)), expected, rtol=1e-9)


screened = partial(epicycle.dask.find, screen=True, **NAMES)


def test_the_workers_are_those_that_were_asked_for(client):
    workers = client.scheduler_info(n_workers=-1)["workers"]
    assert len(workers) == 2
    assert all(name.startswith("tcp://127.0.0.1:") for name in workers)
    assert {w["nthreads"] for w in workers.values()} == {1}
    assert {w["memory_limit"] for w in workers.values()} == {10**9}
    assert {told["trim"] for told in client.run(clusters.facts).values()} == {str(clusters.TRIM)}
    assert clusters.advice(client) == []


@pytest.mark.parametrize("of", ["files", "frame", "whole partitions"])
def test_the_results_are_those_of_one_frame(client, table, tmp_path, of):
    rows = pd.read_parquet(table)
    source = {
        "files": table,
        "frame": dd.from_pandas(rows, npartitions=3, sort=False),
        "whole partitions": dd.from_pandas(rows.set_index("id"), npartitions=3),
    }[of]
    whole = of.startswith("whole")
    written = screened(source, out=tmp_path / "out", client=client, whole=whole)
    same(tmp_path / "out", at_once(table))
    assert written.n_parts == (3 if whole else spills.n_buckets(len(rows)))
    assert written.counts["series"] == 40
    assert written.counts["unusable"] == 10
    assert written.counts["with_cycles"] >= 15
    assert not list((tmp_path / "out" / "_epicycle" / "rows").iterdir())


def test_a_killed_worker_loses_nothing_and_doubles_nothing(client, table, tmp_path):
    before = set(client.run(os.getpid).values())
    killed = []

    def kill(done: int, total: int) -> None:
        if done == total // 2 and not killed:
            killed.append(min(before))
            os.kill(killed[0], signal.SIGKILL)

    screened(table, out=tmp_path / "out", client=client, progress=kill)
    same(tmp_path / "out", at_once(table))
    client.wait_for_workers(2, timeout=60)
    assert killed
    assert killed[0] not in client.run(os.getpid).values()


def test_a_killed_client_continues_where_it_was(client, table, tmp_path):
    out, told = tmp_path / "out", []

    def stop(done: int, total: int) -> None:
        if done == total - 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        screened(table, out=out, client=client, progress=stop)
    parts = {p: p.stat().st_mtime_ns for p in out.glob("part-*")}
    screened(table, out=out, client=client, progress=lambda *step: told.append(step))
    same(out, at_once(table))
    assert 0 < len(parts) < len(list(out.glob("part-*")))
    assert told[0][1] <= 3 + 1  # one more may have been done by a worker, or one less
    assert all(p.stat().st_mtime_ns == when for p, when in parts.items())
    # all is there: nothing is done again
    assert screened(table, out=out, client=client, progress=lambda *step: told.append(step))
    assert told[-1] == (0, 0)


def test_of_two_runs_at_once_the_second_is_refused(client, table, tmp_path):
    (tmp_path / "out").mkdir()
    with (
        folders.WorkFolder(tmp_path / "out" / "_epicycle", "f", "out"),
        pytest.raises(OutputError, match="another run is at work"),
    ):
        screened(table, out=tmp_path / "out", client=client)
    with pytest.raises(OutputError, match="the work of another run"):
        screened(table, out=tmp_path / "out", client=client)


def test_a_full_search_keeps_its_documents(client, table, tmp_path):
    rows = pd.read_parquet(table / "0.parquet").query("id < 10")
    source = dd.from_pandas(rows, npartitions=1, sort=False)
    epicycle.dask.find(source, out=tmp_path / "out", client=client, documents=True, **NAMES)
    expected = sorted_rows(find_frame(rows, documents=True, **NAMES))
    same(tmp_path / "out", expected)


@pytest.mark.parametrize(
    ("change", "problem", "words"),
    [
        ({"source": {}}, TypeError, "a path or a Dask frame, got dict"),
        ({"value": "mag"}, ValueError, "df has no column 'mag'"),
        ({"min_period": 1}, TypeError, "Did you mean 'minimum_period'"),
        ({"documents": True}, ValueError, "documents do not apply"),
        ({"out": "taken"}, OutputError, "holds something else"),
        ({"out": "no/where"}, OutputError, "there is no folder no"),
        ({"out": "taken/file"}, OutputError, "is no folder"),
        ({"source": "table", "out": "table/out"}, OutputError, "would be read as more of it"),
    ],
)
def test_what_cannot_be_used_is_refused_before_any_work(
    client, table, tmp_path, monkeypatch, change, problem, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    (tmp_path / "table").symlink_to(table)
    with pytest.raises(problem, match=words):
        screened(**{"source": table, "out": tmp_path / "out", "client": client, **change})


def test_the_command_writes_to_a_folder(client, table, tmp_path):
    address = client.scheduler.address
    command = ("find", table, "--id", "id", "--min-period", "1", "--error", "none", "--screen")
    result = run(*command, "--dask", address, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.stderr
    assert '"series": 40' in result.stdout
    same(tmp_path / "out", at_once(table))
    (tmp_path / "file").touch()
    message = refusal(*command, "--dask", address, "-o", tmp_path / "file", "-q")
    assert "is no folder" in message
