"""Jobs in several processes."""

import json

import pytest

from epicycle.many import workers
from epicycle.many.searches import SEARCH
from tests.commands import refusal, run
from tests.many.stars import results, write_stars


def test_many_more_jobs_than_workers_lose_no_series(tmp_path, monkeypatch):
    # more series than the first round of jobs of two workers holds
    n = 5 * SEARCH.most_series + 3
    path = write_stars(tmp_path / "s.csv", {f"s{k}": None for k in range(n)}, n=4)
    result = run("find", path, "--id", "star", "-o", tmp_path / "p.jsonl", "--workers", 2, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["series"] == n
    assert [d["id"] for d in results(tmp_path / "p.jsonl")] == [f"s{k}" for k in range(n)]


def test_no_more_processes_start_than_there_are_processors_or_jobs(monkeypatch):
    monkeypatch.setattr(workers, "processors", lambda: 1)
    with workers.started(60) as pool:
        assert len(pool.pool._processes) == 1
        assert list(workers.run_jobs(iter([-3]), abs, pool)) == [3]


@pytest.mark.parametrize("count", ["257", str(10**9), "0", "-1"])
def test_numbers_of_processes_that_are_refused(stars, count):
    command = ("find", stars, "--id", "star", "-o", "p.jsonl", f"--workers={count}")
    assert "--workers must be at" in refusal(*command)
