"""Rows are sorted into buckets of whole series, each row once and in its order."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from epicycle.files.delimited import ReadError
from epicycle.many.spills import ROW, bucket, buckets_of, n_buckets, spill

IDS = {
    "whole": pa.array([5, -3, 5, 2**60, 0, -3] * 4),
    "small": pa.array([5, 3, 5, 6, 0, 3] * 4, pa.uint8()),
    "text": pa.array(["b", "a", "b", "ü", "", "a"] * 4),
    "repeated text": pa.array(["b", "a", "b", "c", "d", "a"] * 4).dictionary_encode(),
    "numbers": pa.array([0.5, -1.0, 0.5, 7.0, 1e300, -1.0] * 4),
    "flags": pa.array([True, False] * 12),
    "days": pa.array([dt.date(2024, 1, 1 + k % 5) for k in range(24)]),
    "moments": pa.array([dt.datetime(2024, 1, 1 + k % 5) for k in range(24)]),
    "decimals": pa.array([decimal.Decimal(k % 5) for k in range(24)]),
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
@pytest.mark.parametrize("n_buckets", [1, 3])
def test_each_row_is_in_the_bucket_of_its_series_once(tmp_path, ids, n_buckets):
    table = pa.table({"id": ids, "y": np.arange(24.0)})
    files = [tmp_path / "0.arrow", tmp_path / "1.arrow"]
    spill([table[:9], table[9:14]], "id", 0, n_buckets, files[0])
    spill([table[14:]], "id", 14, n_buckets, files[1])
    found, home = [], {}
    for k in range(n_buckets):
        rows = bucket(files, k, n_buckets)
        numbers = rows.column(ROW).to_pylist()
        assert numbers == sorted(numbers)
        assert rows.column("y").to_pylist() == numbers
        for one in rows.column("id").to_pylist():
            assert home.setdefault(one, k) == k
        assert rows.column("id").to_pylist() == [ids[n].as_py() for n in numbers]
        found += numbers
    assert sorted(found) == list(range(24))


def test_buckets_are_about_alike_and_the_same_everywhere():
    ids = pa.chunked_array([pa.array(np.arange(30_000) * 1000)])
    size = np.bincount(buckets_of(ids, 10), minlength=10)
    assert abs(size - 3000).max() < 5 * np.sqrt(3000 * 0.9)
    # a run may be continued by another process: this is not Python's own hash
    assert buckets_of(pa.chunked_array([pa.array(["a", "b", "c"])]), 1000).tolist() == SEEN
    assert buckets_of(pa.chunked_array([pa.array([1, 2, 3])]), 1000).tolist() == SEEN_NUMBERS


SEEN, SEEN_NUMBERS = [504, 975, 648], [789, 730, 856]


def test_the_number_of_buckets_grows_with_the_rows_alone():
    rows = [1, 1000, 10**5, 10**6, 10**8, 10**9]
    assert [n_buckets(n) for n in rows] == [1, 1, 2, 20, 250, 2500]


def test_types_of_the_first_rows_hold_for_all(tmp_path):
    parts = [
        pa.table({"id": pa.array(k, kind)}) for k, kind in (([1], pa.int64()), ([2], pa.int8()))
    ]
    spill(parts, "id", 0, 1, tmp_path / "f")
    assert bucket([tmp_path / "f"], 0, 1).column("id").to_pylist() == [1, 2]


@pytest.mark.parametrize(
    "ids",
    [
        (pa.array([1]), pa.array(["1"])),
        (pa.array(["1"]), pa.array([1])),
        (pa.array([1]), IDS["days"]),
    ],
)
def test_columns_of_several_types_are_refused(tmp_path, ids):
    files = [tmp_path / "0", tmp_path / "1"]
    for part, to in zip(ids, files, strict=True):
        spill([pa.table({"id": part})], "id", 0, 1, to)
    with pytest.raises(ReadError, match=r"column 'id' is of type .* in some files and"):
        bucket(files, 0, 1)


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (pa.array([[1], [2]]), "holds list<.*>: expected labels"),
        (pa.array([1.0, np.nan, None, np.nan]), "3 rows have no id"),
    ],
)
def test_what_is_no_label_is_refused(ids, words):
    with pytest.raises(ReadError, match=words):
        buckets_of(pa.chunked_array([ids]), 3)


def test_a_row_without_an_id_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(ReadError, match="1 rows have no id"):
        spill([pa.table({"id": pa.array([1, None])})], "id", 0, 2, tmp_path / "f")
    assert not list(tmp_path.iterdir())
