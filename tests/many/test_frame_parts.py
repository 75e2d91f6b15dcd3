"""Parts of a folder of results: the answer of whole series, and how many there are of each kind."""

from dataclasses import replace

import pandas as pd
import pytest

from epicycle import find_frame, screen_frame
from epicycle.files.parquet_rows import parquet_files
from epicycle.many import frame_parts
from epicycle.many.frame_parts import FramePlan, counted, counts_of
from epicycle.many.frame_rows import FrameColumns
from tests.many.samples import frame


def plan(tmp_path, **change) -> FramePlan:
    columns = FrameColumns("id", "time", "value")
    options = {"minimum_period": 1.0}
    return replace(FramePlan(tmp_path, tmp_path, columns, 2, 2, True, False, options), **change)


def answered(one: FramePlan) -> pd.DataFrame:
    parts = [one.part(k) for k in range(one.n_buckets)]
    return pd.concat(map(pd.read_parquet, parts)).sort_values("id").reset_index(drop=True)


@pytest.mark.parametrize("ids", ["column", "index"])
def test_partitions_and_files_have_the_answers_of_the_whole_frame(tmp_path, ids):
    df, one = frame(), plan(tmp_path)
    whole = screen_frame(df, minimum_period=1.0)
    for k, part in enumerate((df[:90], df[90:])):
        part = part.set_index("id") if ids == "index" else part
        frame_parts.gather_frame(one, k, part)
    counts = [frame_parts.answer_bucket(one, k) for k in range(2)]
    pd.testing.assert_frame_equal(answered(one), whole.sort_values("id").reset_index(drop=True))
    assert counts == [counts_of(one.part(k)) for k in range(2)]
    assert sum(c["series"] for c in counts) == 4


def test_pieces_of_files_and_files_of_whole_series(tmp_path):
    df, one = (
        frame(),
        plan(
            tmp_path, n_pieces=1, n_buckets=1, columns=FrameColumns("id", "time", "value", "error")
        ),
    )
    df.to_parquet(tmp_path / "f", index=False)
    whole = screen_frame(df, error="error", minimum_period=1.0)
    frame_parts.gather_piece(one, parquet_files(tmp_path / "f").pieces[0])
    frame_parts.answer_bucket(one, 0)
    pd.testing.assert_frame_equal(pd.read_parquet(one.part(0)), whole)
    one.part(0).unlink()
    frame_parts.answer_file(one, 0, str(tmp_path / "f"))
    pd.testing.assert_frame_equal(pd.read_parquet(one.part(0)), whole)


def test_series_are_counted_by_what_was_found():
    df = frame()
    found = find_frame(df, minimum_period=1.0)
    counts = counted(found, screen=False, id_column="id")
    assert counts == {"series": 4, "with_cycles": 2, "without_cycles": 1, "unusable": 1}
    screened = screen_frame(df, minimum_period=1.0)
    screened.loc[screened["id"] == 7, "note"] = "slow"
    counts = counted(screened, screen=True, id_column="id")
    assert counts == {
        "series": 4,
        "with_cycles": 1,
        "to_look_at": 1,
        "without_cycles": 1,
        "unusable": 1,
    }
