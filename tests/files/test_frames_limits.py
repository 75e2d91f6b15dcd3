"""Small files that unpack to large tables are refused, in little time and memory."""

import gzip
import io
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from epicycle.files import frames
from epicycle.files.frames import load
from epicycle.files.reading import ReadError, read_table
from epicycle.limits import INPUTS
from tests.commands import refusal, run


def test_a_gzipped_file_that_unpacks_to_far_more_than_a_table(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"time,v\n" + b"1,2\n" * (INPUTS.unpacked // 4)))
    tracemalloc.start()
    with pytest.raises(ReadError, match=r"more than 0.0168 GB.*--max-table"):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # what is unpacked grows in a buffer that is doubled
    assert peak < 4 * INPUTS.unpacked


def test_the_option_allows_more_and_less(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "INPUTS", replace(INPUTS, unpacked=1000))
    path = tmp_path / "t.csv.gz"
    rows = "".join(f"{k},{k % 7}\n" for k in range(60)) + "61,1\n" * 40_000
    path.write_bytes(gzip.compress(("time,v\n" + rows).encode()))
    assert "--max-table" in refusal("find", path)
    assert run("find", path, "--max-table", "0.001", "-q").exit_code in (0, 1)
    assert "--max-table" in refusal("find", path, "--max-table", "0.0001")
    for wrong in ("0", "-1", "nan", "inf"):
        assert "--max-table must be" in refusal("find", path, f"--max-table={wrong}")


@pytest.mark.parametrize("size", [0.00001, None])
def test_a_stream_without_end_is_not_read_to_its_end(tmp_path, monkeypatch, size):
    class Endless(io.RawIOBase):
        chunks = 0

        def read(self, n=-1):
            assert n > 0
            type(self).chunks += 1
            return b"1,2\n" * (n // 4)

    class Input:
        buffer = Endless()

    monkeypatch.setattr("sys.stdin", Input())
    if size is None:
        monkeypatch.setattr(frames, "INPUTS", replace(INPUTS, table=1e-5))
    with pytest.raises(ReadError, match="--max-table"):
        load("-", max_table=size)
    assert Endless.chunks == 1


def test_a_parquet_file_of_one_number_many_times(tmp_path):
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    path = tmp_path / "t.parquet"
    many = arrow.table({"time": np.zeros(1_000_000), "v": np.ones(1_000_000)})
    parquet.write_table(many, path, compression="zstd")
    assert path.stat().st_size < 30_000
    with pytest.raises(ReadError, match=r"more than 0\.015 GB"):
        load(path, max_table=0.015)
    assert len(load(path, max_table=0.02).frame) == 1_000_000


def test_text_that_repeats_in_a_parquet_file_is_there_once(tmp_path):
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    path = tmp_path / "t.parquet"
    text = arrow.array(["x" * 100_000, "y"] * 100)
    table = arrow.table({"time": np.arange(200.0), "v": np.ones(200), "g": text})
    for kind in (text, text.dictionary_encode()):
        parquet.write_table(table.set_column(2, "g", kind), path)
        tracemalloc.start()
        frame = load(path).frame
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3e6  # a hundred labels, each by itself, take 10 MB
        assert frame["g"].map(len).tolist()[:2] == [100_000, 1]
    with pytest.raises(ReadError, match="a label of 100,000 characters"):
        read_table(path, group="g")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_more_columns_than_a_table_has(tmp_path, kind):
    names = [f"c{k}" for k in range(INPUTS.columns + 1)]
    frame = pd.DataFrame(np.ones((3, len(names))), columns=names)
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    with pytest.raises(ReadError, match="10,001 columns: expected at most 10,000"):
        load(path)


@pytest.mark.parametrize("part", ["group", "series"])
def test_a_label_is_no_book(write, part):
    path = write(
        "time,v,g\n" + "".join(f"{k},1,{'x' * 131_000 if k == 5 else 'a'}\n" for k in range(50))
    )
    with pytest.raises(ReadError, match="a label of 131,000 characters"):
        read_table(path, **{part: "g"})
    longest = "x" * INPUTS.label
    path = write(f"time,v,g\n1,1,a\n2,1,{longest}\n")
    assert read_table(path, **{part: "g"}) is not None
