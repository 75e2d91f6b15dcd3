"""Rows of Parquet files come in pieces, in the order of the names of the files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from epicycle.files import parquet_rows
from epicycle.files.delimited import ReadError
from epicycle.files.parquet_rows import head_of, is_large, parquet_files, rows_of
from epicycle.limits import INPUTS


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with 50 rows in two files and a folder below, and what is passed over."""
    frame = pd.DataFrame({"id": np.arange(50) % 7, "x": np.arange(50.0), " y  z": 1})
    top = tmp_path / "table"
    (top / "k=1").mkdir(parents=True)
    for name, part in {"b": frame[:20], "k=1/c": frame[33:], "a": frame[20:33]}.items():
        part.to_parquet(top / f"{name}.parquet", index=False, row_group_size=6)
    for name in ("_metadata.parquet", ".hidden.parquet", "notes.txt"):
        (top / name).write_text("nothing of the table")
    return top


def test_pieces_are_all_rows_once_and_in_order(folder, monkeypatch):
    monkeypatch.setattr(parquet_rows, "_PIECE", 10)
    monkeypatch.setattr(parquet_rows, "_AT_ONCE", 4)
    files = parquet_files(folder)
    assert files.n_rows == 50
    assert [Path(path).name for path in files.paths] == ["a.parquet", "b.parquet", "c.parquet"]
    found = []
    for number, piece in enumerate(files.pieces):
        assert piece.number == number
        assert piece.first_row == len(found)
        tables = list(rows_of(piece, ["y z", "x"]))
        assert all(0 < len(table) <= 4 for table in tables)
        assert piece.n_rows == sum(map(len, tables)) <= 10
        assert tables[0].column_names == ["y z", "x"]
        found += [x for table in tables for x in table.column("x").to_pylist()]
    assert found == [*range(20, 33), *range(20), *range(33, 50)]
    assert head_of(files).column_names == ["id", "x", "y z"]


def test_the_digest_is_that_of_the_table(folder):
    before = parquet_files(folder).sha256
    assert parquet_files(folder).sha256 == before
    (folder / "notes.txt").write_text("more")
    assert parquet_files(folder).sha256 == before
    pd.DataFrame({"id": [1], "x": [0.0], " y  z": 1}).to_parquet(folder / "a.parquet")
    assert parquet_files(folder).sha256 != before


def test_what_is_long_is_large(folder, monkeypatch):
    assert not any(map(is_large, ("-", folder, folder / "notes.txt", folder / "none", "\0")))
    assert not is_large(folder / "b.parquet")
    monkeypatch.setattr(parquet_rows, "INPUTS", type("Small", (), {"rows": 19}))
    assert is_large(folder / "b.parquet")
    assert is_large(folder)
    assert not is_large(folder / "a.parquet")
    assert INPUTS.rows > INPUTS.bucket


def test_what_cannot_be_read_is_told(folder, tmp_path):
    with pytest.raises(ReadError, match=r"holds no file \*\.parquet"):
        parquet_files(_empty(tmp_path))
    with pytest.raises(ReadError, match="there is no file or folder"):
        parquet_files(tmp_path / "nowhere")
    files = parquet_files(folder)
    with pytest.raises(ReadError, match="has no column 'w'"):
        next(rows_of(files.pieces[0], ["w"]))
    none = tmp_path / "none.parquet"
    pd.DataFrame({"x": pd.array([], float)}).to_parquet(none)
    with pytest.raises(ReadError, match="has no rows"):
        parquet_files(none)
    raw = (folder / "a.parquet").read_bytes()
    (folder / "a.parquet").write_bytes(raw[:100] + bytes(200) + raw[300:])
    with pytest.raises((ReadError, pa.ArrowException), match="cannot be read as Parquet"):
        list(rows_of(parquet_files(folder).pieces[0], ["id", "x"]))
    (folder / "a.parquet").write_bytes(raw[:-9])
    with pytest.raises(ReadError, match="cannot be read as Parquet"):
        parquet_files(folder)


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"
