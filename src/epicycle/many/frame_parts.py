"""Frames of results as files of a folder, made by whoever has the rows of whole series."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.files.parquet_rows import Piece, rows_of
from epicycle.files.writing import written_whole
from epicycle.many.frame_rows import FrameColumns
from epicycle.many.frames import find_frame, screen_frame
from epicycle.many.spills import ROW, bucket, spill

if TYPE_CHECKING:
    import pandas as pd

#: What the footer of a part calls its counts.
_COUNTS = b"epicycle.counts"

#: Rows of a partition have numbers from so many times its own on: no partition has so many.
_APART = 1 << 40


@dataclass(frozen=True)
class FramePlan:
    """What a process has to know to do its share.

    Attributes
    ----------
    out, rows : Path
        Folders of the results, and of sorted pieces of the table.
    columns : FrameColumns
        What is read.
    n_pieces, n_buckets : int
        How many of each there are.
    screen, documents : bool
        Whether only the strongest sinusoid is looked for, and whether whole results are kept.
    options : dict
        What is asked of every series.
    """

    out: Path
    rows: Path
    columns: FrameColumns
    n_pieces: int
    n_buckets: int
    screen: bool
    documents: bool
    options: dict[str, Any]

    def piece(self, number: int) -> Path:
        """Return the file of a sorted piece."""
        return self.rows / f"{number:06d}.arrow"

    def part(self, number: int) -> Path:
        """Return the file of the results of a bucket."""
        return self.out / f"part-{number:06d}.parquet"

    @property
    def names(self) -> list[str]:
        """All columns that are needed."""
        return [name for name in asdict(self.columns).values() if name is not None]

    def answer(self, df: pd.DataFrame) -> pd.DataFrame:
        """Return the results of whole series."""
        named = asdict(self.columns)
        if self.screen:
            del named["group"]
            return screen_frame(df, **named, **self.options)
        return find_frame(df, **named, documents=self.documents, **self.options)


def gather_piece(plan: FramePlan, piece: Piece) -> None:
    """Sort the rows of a piece of a file into buckets."""
    rows = rows_of(piece, plan.names)
    spill(rows, plan.columns.id, piece.first_row, plan.n_buckets, plan.piece(piece.number))


def gather_frame(plan: FramePlan, number: int, df: pd.DataFrame) -> None:
    """Sort the rows of a partition into buckets."""
    import pyarrow as pa

    rows = pa.Table.from_pandas(_with_id(df, plan.columns.id)[plan.names], preserve_index=False)
    rows = rows.replace_schema_metadata(None)
    spill([rows], plan.columns.id, number * _APART, plan.n_buckets, plan.piece(number))


def _with_id(df: pd.DataFrame, name: str) -> pd.DataFrame:
    return df.reset_index(name) if name not in df.columns and name in df.index.names else df


def answer_bucket(plan: FramePlan, number: int) -> dict[str, int]:
    """Write the results of a bucket; return how many series are of each kind."""
    rows = bucket((plan.piece(k) for k in range(plan.n_pieces)), number, plan.n_buckets)
    df = rows.drop_columns([ROW]).to_pandas()
    del rows
    return answer_frame(plan, number, df)


def answer_file(plan: FramePlan, number: int, path: str) -> dict[str, int]:
    """Write the results of a file of whole series; return how many are of each kind."""
    import pandas as pd

    return answer_frame(plan, number, pd.read_parquet(path))


def answer_frame(plan: FramePlan, number: int, df: pd.DataFrame) -> dict[str, int]:
    """Write the results of a frame of whole series; return how many are of each kind."""
    import pyarrow as pa
    from pyarrow import parquet

    found = plan.answer(df)
    counts = counted(found, screen=plan.screen, id_column=plan.columns.id)
    table = pa.Table.from_pandas(found, preserve_index=False)
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), _COUNTS: json.dumps(counts).encode()}
    )
    with written_whole(plan.part(number), "out") as unfinished:
        parquet.write_table(table, unfinished)
    return counts


def counts_of(part: Path) -> dict[str, int]:
    """Return what a part says of its series."""
    from pyarrow import parquet

    counts: dict[str, int] = json.loads(parquet.read_metadata(part).metadata[_COUNTS])
    return counts


def counted(found: pd.DataFrame, *, screen: bool, id_column: str) -> dict[str, int]:
    """Return how many series of a frame of results are of each kind."""
    unusable = int((found["error"] != "").sum())
    if screen:
        series = len(found)
        noted = found["note"] != ""
        certain = found["significant"]
        kinds = {
            "with_cycles": int((certain & ~noted).sum()),
            "to_look_at": int((certain & noted).sum()),
        }
    else:
        first = found["cycle"] <= 1
        series = int(first.sum())
        kinds = {"with_cycles": int((found["cycle"] == 1).sum())}
    without = series - unusable - sum(kinds.values())
    return {"series": series, **kinds, "without_cycles": without, "unusable": unusable}
