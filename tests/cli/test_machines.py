"""`--dask`: what is refused before any cluster is asked; what it does is in tests/test_dask.py."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.commands import refusal


@pytest.fixture
def table(stars) -> Path:
    pd.read_csv(stars).to_parquet(stars.with_suffix(".parquet"), index=False)
    return stars.with_suffix(".parquet")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--screen", "--zone", "UTC"), "--zone and a second --value do not apply"),
        (("--value", "mag", "--value", "time_d"), "a second --value do not apply"),
        (("--events",), "--events, --zone"),
        (("--screen", "--harmonics", "3"), "--harmonics does not apply"),
        (("--screen", "--value", "nova"), "has no column 'nova'"),
    ],
)
def test_options_that_do_not_apply_are_refused(table, options, words):
    command = ("find", table, "--id", "star", "--dask", "local", "-o", "out", "-q")
    assert words in refusal(*command, *options)
    assert not Path("out").exists()


def test_what_is_no_parquet_is_refused(stars):
    command = ("--id", "star", "--dask", "local", "-o", "out", "-q")
    assert "--dask reads a Parquet file or a folder" in refusal("find", stars, *command)
    assert "there is no file or folder nowhere" in refusal("find", "nowhere", *command)
    assert "for the many series of --id" in refusal("find", stars, "--dask", "local")


def test_a_cluster_that_is_not_there_is_told(table, monkeypatch):
    command = ("find", table, "--id", "star", "-o", "out", "-q")
    assert "cannot be reached" in refusal(*command, "--dask", "no such address")
    monkeypatch.setitem(sys.modules, "dask", None)
    assert "pip install 'epicycle[dask]'" in refusal(*command, "--dask", "local")
