"""Where chunks come from: functions, lists, Parquet, dask collections; and what is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from epicycle.chunks.sources import Columns, fields_of, source_of

FRAME = pd.DataFrame({"when": np.arange(6.0), "level": np.arange(6.0) ** 2, "site": list("aabbcc")})
NAMED = Columns(time="when", value="level")


def read(source: Any, columns: Columns = NAMED) -> list[dict[str, Any]]:
    """Return what the chunks of a source hold, read twice."""
    chunks = source_of(source, columns)
    first, again = (
        [fields_of(c, columns, k) for k, c in enumerate(chunks.read(), 1)] for _ in range(2)
    )
    assert len(first) == len(again) > 0
    return again


def test_functions_lists_and_tables() -> None:
    def chunks() -> Iterator[Any]:
        yield np.arange(3.0), np.ones(3)
        yield np.arange(3.0), np.ones(3), None, np.ones(3)

    made = read(chunks)
    assert [sorted(c) for c in made] == [["t", "y"], ["t", "weights", "y"]]
    assert len(read([(np.arange(3), np.ones(3))] * 4)) == 4
    assert read(FRAME)[0]["y"].tolist() == [0, 1, 4, 9, 16, 25]


def test_parquet_files_and_folders(tmp_path: Path) -> None:
    FRAME[:4].to_parquet(tmp_path / "b.parquet", row_group_size=2)
    FRAME[4:].to_parquet(tmp_path / "c.parquet")
    columns = Columns("when", "level", group="site")
    source = source_of(tmp_path, columns)
    assert source.n_rows == 6
    made = read(tmp_path, columns)
    assert np.concatenate([c["t"] for c in made]).tolist() == list(range(6))
    assert [str(g) for c in made for g in c["group"]] == list("aabbcc")
    assert len(read(str(tmp_path / "c.parquet"), columns)) == 1


def test_dask_collections() -> None:
    dask = pytest.importorskip("dask.dataframe")
    made = read(dask.from_pandas(FRAME, npartitions=3))
    assert np.concatenate([c["t"] for c in made]).tolist() == list(range(6))
    array = pytest.importorskip("dask.array")
    made = read(array.from_array(FRAME[["when", "level"]].to_numpy(), chunks=(4, 1)))
    assert [len(c["y"]) for c in made] == [4, 2]


def test_two_columns_are_time_and_value() -> None:
    assert Columns().wanted(["jd", "mag"]) == {"t": "jd", "y": "mag"}
    assert Columns().wanted(["y", "t", "dy"]) == {"t": "t", "y": "y", "dy": "dy"}
    with pytest.raises(ValueError, match=r"time='t' is not a column of the chunks: .* 'jd'"):
        Columns().wanted(["jd", "mag", "err"])
    with pytest.raises(ValueError, match=r"error='sigma' is not a column"):
        Columns("jd", "mag", error="sigma").wanted(["jd", "mag", "err"])


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    for source, message in {
        "iterator": (iter([1]), "source is an iterator, which can be read once"),
        "number": (3, "source must be a function .* got int"),
    }.values():
        with pytest.raises(TypeError, match=message):
            source_of(source, NAMED)
    with pytest.raises(TypeError, match=r"source\(\) must return chunks .* got int"):
        source_of(lambda: 3, NAMED).read()
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        source_of(tmp_path / "none.parquet", NAMED)
    with pytest.raises(ValueError, match="holds no file"):
        source_of(tmp_path, NAMED)
    (tmp_path / "text.parquet").write_text("t,y\n1,2\n")
    with pytest.raises(ValueError, match="is no Parquet data set"):
        source_of(tmp_path, NAMED)
    with pytest.raises(ValueError, match=r"chunk 2 has 1 part"):
        fields_of((1,), NAMED, 2)
    with pytest.raises(TypeError, match="chunk 7 is a int"):
        fields_of(3, NAMED, 7)
