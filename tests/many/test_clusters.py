"""What is said of a cluster that is not our own."""

import sys

import pytest

from epicycle._version import __version__
from epicycle.many.clusters import TRIM, NoDaskError, advice, facts, need_dask


class Cluster:
    """Stands for a client: what its workers say, and how many threads they have."""

    def __init__(self, *told: dict, threads: int = 1) -> None:
        self.told = {str(k): {**facts(), "linux": True, **one} for k, one in enumerate(told)}
        self.threads = threads

    def scheduler_info(self, n_workers: int) -> dict:
        return {"workers": {name: {"nthreads": self.threads} for name in self.told}}

    def run(self, function) -> dict:
        assert function is facts
        return self.told


def test_a_good_cluster_needs_no_advice():
    assert advice(Cluster({"trim": None}, {"trim": str(TRIM)})) == []
    assert advice(Cluster({"trim": "65536", "linux": False})) == []
    assert advice(Cluster({"trim": "odd"})) == []


def test_what_slows_workers_down_is_told():
    (said,) = advice(Cluster({"trim": "65536"}, {"trim": None}))
    assert said.startswith("1 of 2 workers give their memory back")
    assert f"pre-spawn-environ.MALLOC_TRIM_THRESHOLD_ to {TRIM}" in said
    (said,) = advice(Cluster({"trim": None}, threads=4))
    assert "up to 4 threads" in said


def test_workers_of_another_version_are_refused():
    with pytest.raises(RuntimeError, match=f"have epicycle 0.0.0, {__version__}, this process"):
        advice(Cluster({"version": "0.0.0"}, {}))


def test_without_dask_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(NoDaskError, match=r"pip install 'epicycle\[dask\]'"):
        need_dask()
