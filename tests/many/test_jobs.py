"""Jobs: how a table is divided, and what its parts hold."""

from itertools import pairwise

import numpy as np
import pytest

from epicycle.files.writing import OutputError
from epicycle.many.jobs import EachSeries, Job, Task, divide
from epicycle.many.parts import Parts
from epicycle.many.workers import WorkerKilled


def test_jobs_are_divided_alike_whatever_is_done():
    counts = np.array([10, 50_000, 60_000, 5, 200_000, 3, *[7] * 600])
    edges = divide(counts, 256, 100_000)
    assert edges[:5] == [0, 2, 4, 5, 5 + 256]
    assert edges[-1] == len(counts)
    for first, last in pairwise(edges):
        assert last - first <= 256
        assert last - first == 1 or counts[first:last].sum() <= 100_000


def doubled(job: Job) -> dict:
    """Return twice the sum of the values of every series."""
    ends = np.cumsum(job.counts)
    sums = [float(2 * part.sum()) for part in np.split(np.asarray(job.columns["y"]), ends[:-1])]
    return {"id": job.ids, "sum": sums, "columns": sorted(job.columns), "options": job.options}


class Table:
    """Seven series of one to seven samples, one row of each after the other."""

    ids = np.concatenate([np.arange(k, 7) for k in range(7)])
    t = np.arange(28.0)
    y = np.arange(28.0) ** 2
    dy = weights = None
    group = np.zeros(28)


def in_one_process(jobs, run, workers):
    return map(run, jobs)


TASK = Task(doubled, most_series=3, most_samples=12, unused=("group",))


def test_every_series_is_done_once_and_those_done_before_are_left(tmp_path, monkeypatch):
    monkeypatch.setattr("epicycle.many.jobs.run_jobs", in_one_process)
    seen = []
    with Parts(tmp_path / "p", "f") as parts:
        parts.add([(1, {"id": [3, 4], "sum": [-1.0, -1.0], "columns": [], "options": {}})])
        work = EachSeries(Table, TASK, {"trend": 1}, parts)
        assert work.done == 2  # the second job: series of four and five samples
        work.run(None, lambda done, total: seen.append((done, total)))
        documents = list(parts.in_order())
    assert seen[0] == (2, 7)
    assert seen[-1] == (7, 7)
    assert [d["options"] for d in documents if d["options"]] == [{"trend": 1}] * (
        len(documents) - 1
    )
    for document in documents:
        if document["columns"]:
            assert document["columns"] == ["dy", "t", "weights", "y"]
            for name, found in zip(document["id"], document["sum"], strict=True):
                assert found == 2 * Table.y[Table.ids == name].sum()


def test_a_killed_worker_says_what_is_kept(tmp_path, monkeypatch):
    def killed(jobs, run, workers):
        yield run(next(jobs))
        raise WorkerKilled

    monkeypatch.setattr("epicycle.many.jobs.run_jobs", killed)
    with Parts(tmp_path / "p", "f") as parts:
        work = EachSeries(Table, TASK, {}, parts)
        with pytest.raises(OutputError, match=r"killed.*; 3 of 7 series are kept"):
            work.run(None, lambda done, total: None)
