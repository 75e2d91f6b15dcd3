"""Files and standard input as tables, packed, binary or damaged."""

import gzip
import io
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.files.reading import ReadError, read_table
from tests.files.tables import SIMPLE, assert_simple


def test_gzip_is_recognised_by_content(write):
    assert_simple(read_table(write(gzip.compress(SIMPLE.encode()), "table.csv.gz")))
    assert_simple(read_table(write(gzip.compress(SIMPLE.encode()), "table.csv")))


@pytest.mark.parametrize("compress", [False, True])
def test_parquet(write, compress):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"time": [0.5, 1.5, 3.0], "value": [1.25, -2.0, 0.004]})
    raw = frame.to_parquet()
    path = write(gzip.compress(raw) if compress else raw, "table.parquet" + ".gz" * compress)
    assert_simple(read_table(path))


def test_parquet_keeps_a_saved_index_and_its_zone(write):
    pytest.importorskip("pyarrow")
    index = pd.date_range("2024-03-30", periods=4, freq="12h", tz="Europe/Berlin")
    raw = pd.DataFrame({"level": [1.0, 2.0, np.nan, 4.0]}, index=index).to_parquet()
    table = read_table(write(raw, "table.parquet"))
    assert (table.t == index).all()
    assert str(table.t.tz) == "Europe/Berlin"
    np.testing.assert_array_equal(table.y, [1.0, 2.0, np.nan, 4.0])


def test_standard_input(monkeypatch):
    for raw in (SIMPLE.encode(), gzip.compress(SIMPLE.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        table = read_table("-")
        assert_simple(table)
        assert table.name == "standard input"


def test_refusals_about_the_file_itself(tmp_path, monkeypatch):
    with pytest.raises(ReadError, match=r"there is no file .*none\.csv\. To fix this, check"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ReadError, match="is a directory: expected a file"):
        read_table(tmp_path)
    with pytest.raises(ReadError, match="cannot be read"):
        read_table("nul\0byte.csv")

    def refuse(*_):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReadError, match=r"cannot be read \(Permission denied\).*allow yourself"):
        read_table(tmp_path / "secret.csv")


def test_standard_input_may_be_empty(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(ReadError, match="standard input is empty"):
        read_table("-")


def test_parquet_refusals_count_rows(write):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"t": [1.0, 2.0, 3.0], "y": ["1", "2", "bad"]})
    with pytest.raises(ReadError, match=r"1 entry not a number, the first in row 3 \('bad'\)"):
        read_table(write(frame.to_parquet()))
    with pytest.raises(ReadError, match="has no rows"):
        read_table(write(frame[:0].to_parquet()))


def test_parquet_without_its_reader(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ReadError, match=r"needs pyarrow.*pip install 'epicycle\[parquet\]'"):
        read_table(write(b"PAR1..."))


@given(st.binary(max_size=60), st.integers(0, len(SIMPLE)), st.booleans())
def test_damage_is_read_or_refused(tmp_path_factory, noise, position, replace):
    raw = SIMPLE.encode()
    path = tmp_path_factory.mktemp("damage") / "table.csv"
    path.write_bytes(raw[:position] + noise + raw[position + len(noise) * replace :])
    try:
        table, refusal = read_table(path), ""
    except ReadError as error:
        table, refusal = None, str(error)
    assert "\n" not in refusal
    assert table is None or len(table.t) == len(table.y)
