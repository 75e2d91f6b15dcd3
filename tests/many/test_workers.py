"""Jobs in several processes."""

import json

from epicycle.many.searches import SEARCH
from tests.commands import run
from tests.many.stars import results, write_stars


def test_many_more_jobs_than_workers_lose_no_series(tmp_path, monkeypatch):
    # more series than the first round of jobs of two workers holds
    n = 5 * SEARCH.most_series + 3
    path = write_stars(tmp_path / "s.csv", {f"s{k}": None for k in range(n)}, n=4)
    result = run("find", path, "--id", "star", "-o", tmp_path / "p.jsonl", "--workers", 2, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["series"] == n
    assert [d["id"] for d in results(tmp_path / "p.jsonl")] == [f"s{k}" for k in range(n)]
