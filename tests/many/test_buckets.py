"""Tables larger than memory: by buckets, in the end with the same results as read at once."""

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from epicycle.files import parquet_rows
from epicycle.files.conventions import NOTHING_SAID
from epicycle.files.delimited import ReadError
from epicycle.files.parquet_rows import parquet_files
from epicycle.files.reading import read_table
from epicycle.files.writing import OutputError
from epicycle.many import buckets, spills
from epicycle.many.buckets import EachBucket, all_rows, first_rows, series_of
from epicycle.many.folders import WorkFolder
from epicycle.many.jobs import Job, Jobs, Task
from epicycle.many.spills import n_buckets
from epicycle.many.workers import WorkerKilled

N = 400


def described(job: Job) -> dict:
    """Return the samples of every series as they are, in their order."""
    ends = np.cumsum(job.counts)[:-1]
    y, t = (np.split(np.asarray(job.columns[name]).astype(str), ends) for name in "yt")
    return {"id": job.ids, "y": [v.tolist() for v in y], "t": [v.tolist() for v in t]}


TASK = Task(described, most_series=5, most_samples=100)


def in_one_process(jobs, run, workers):
    return map(run, jobs)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(buckets, "run_jobs", in_one_process)
    monkeypatch.setattr(spills, "INPUTS", SimpleNamespace(bucket=240))
    monkeypatch.setattr(parquet_rows, "_PIECE", 70)
    monkeypatch.setattr(parquet_rows, "_AT_ONCE", 33)


def write(top: Path, **change) -> Path:
    """Write mixed rows of some series into three files."""
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "star": rng.integers(0, 40, N),
            "time": rng.uniform(0, 10, N),
            "mag": np.where(rng.uniform(size=N) < 0.05, np.nan, rng.normal(size=N)),
            "other": "text",
        }
    ).assign(**change)
    top.mkdir()
    for k, name in enumerate("cab"):
        rows[k::3].to_parquet(top / f"{name}.parquet", index=False, row_group_size=50)
    rows = pd.concat([rows[k::3] for k in (1, 2, 0)])
    rows.to_parquet(top.with_suffix(".whole"), index=False)
    return top


def chosen(top: Path, zone: str | None = None):
    files = parquet_files(top)
    names = {"time": None, "values": (), "errors": (), "group": None, "weight": None}
    columns, table = first_rows(
        files, zone, {**names, "series": "star", "events": False}, NOTHING_SAID
    )
    return files, columns, table


def results(top: Path, folder: Path, zone: str | None = None) -> list[dict]:
    files, columns, table = chosen(top, zone)
    with WorkFolder(folder, table.sha256, "out") as work:
        job = EachBucket(files, columns, TASK, {}, work)
        job.gather(nullcontext(None), lambda done, total: None)
        job.run(nullcontext(None), lambda done, total: None)
        assert job.done == n_buckets(files.n_rows) == 14
        return list(job.in_order())


def at_once(top: Path) -> list[dict]:
    table = read_table(top.with_suffix(".whole"), series="star")
    jobs = Jobs(table, TASK, {})
    return [one for k in range(len(jobs)) for one in series_of(described(jobs[k]))]


DATES = pd.date_range("2024-03-01", periods=N, freq="h", tz="Europe/Berlin")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"star": [f"s{k % 31}" for k in range(N)]},
        {"time": DATES},
        {"time": [str(d)[:19] for d in DATES]},
        {"time": np.arange(N) * 10**15},
    ],
    ids=["numbers", "text", "dates", "dates as text", "whole numbers"],
)
def test_the_series_are_those_of_the_table_read_at_once(tmp_path, change):
    top = write(tmp_path / "table", **change)
    assert results(top, tmp_path / "work") == at_once(top)
    names = {"time": None, "values": (), "errors": (), "series": "star", "events": False}
    names |= {"group": None, "weight": None}
    same = Jobs(all_rows(parquet_files(top), None, names, NOTHING_SAID), TASK, {})
    assert [one for k in range(len(same)) for one in series_of(described(same[k]))] == at_once(top)


def test_a_run_stopped_anywhere_ends_with_the_same_results(tmp_path, monkeypatch):
    top = write(tmp_path / "table")
    whole = results(top, tmp_path / "whole")
    stops, steps = 0, []

    def stopping(jobs, run, workers):
        for k, job in enumerate(jobs):
            if k == 1:
                raise InterruptedError
            steps.append((run.func.__name__, getattr(job, "number", job)))
            yield run(job)

    monkeypatch.setattr(buckets, "run_jobs", stopping)
    while stops < 50:
        try:
            found = results(top, tmp_path / "work")
            break
        except InterruptedError:
            (tmp_path / "work" / "rows" / ".epicycle-0123.arrow").write_text("cut short")
            stops += 1
    assert found == whole
    assert stops > 10
    assert len(steps) == len(set(steps))  # nothing is done twice


def test_a_killed_worker_says_what_to_do(tmp_path, monkeypatch):
    def killed(jobs, run, workers):
        raise WorkerKilled
        yield

    monkeypatch.setattr(buckets, "run_jobs", killed)
    with pytest.raises(OutputError, match="a worker was killed"):
        results(write(tmp_path / "table"), tmp_path / "work")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": np.append(np.arange(N - 1.0), np.nan)}, "has 1 time missing"),
        ({"star": [*range(N - 1), None]}, "have no id"),
        ({"mag_err": [*[1.0] * (N - 1), 0.0]}, "not above 0, the first in row 400 "),
        (
            {"time": [*[str(d)[:19] for d in DATES[:-1]], "soon"]},
            "neither numbers nor dates, but 'soon' in row 400",
        ),
        ({"time": [*[str(d)[:19] + "Z" for d in DATES[:200]], *DATES[200:].astype(str)]}, "zones"),
    ],
)
def test_what_cannot_be_used_is_refused_before_any_work(tmp_path, change, words):
    top = write(tmp_path / "table", **change)
    files, columns, table = chosen(top)
    with WorkFolder(tmp_path / "work", table.sha256, "out") as work:
        job = EachBucket(files, columns, TASK, {}, work)
        with pytest.raises(ReadError, match=words):
            job.gather(nullcontext(None), lambda done, total: None)
        assert job.done == 0


def test_files_whose_times_are_of_another_kind_are_refused(tmp_path):
    top = write(tmp_path / "table")
    last = pd.read_parquet(top / "c.parquet")
    last.assign(time=DATES[: len(last)]).to_parquet(top / "c.parquet", index=False)
    files, columns, table = chosen(top)
    with WorkFolder(tmp_path / "work", table.sha256, "out") as work:
        job = EachBucket(files, columns, TASK, {}, work)
        with pytest.raises(ReadError, match="numbers in its first rows, dates of the zone"):
            job.gather(nullcontext(None), lambda done, total: None)


def test_lines_are_read_a_few_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(buckets, "_BLOCK", 64)
    lines = [(k, json.dumps({"ü": "x" * (k % 90)})) for k in range(0, 200, 7)]
    (tmp_path / "f").write_text("".join(f"{k}\t{text}\n" for k, text in lines), encoding="utf-8")
    assert [(k, text.rstrip("\n")) for k, text in buckets._lines(tmp_path / "f")] == lines
