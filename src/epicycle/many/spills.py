"""Rows on the way to their series: each piece of a table sorted into buckets, and put on disk.

A bucket holds every row of each of its series; which one that is depends on the id alone.  A piece
becomes one Arrow file, whose record batches are its rows bucket by bucket, as often as rows were
read: a bucket is the same batches of all files.  Nothing is in memory but what was read at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.files.delimited import ReadError
from epicycle.files.writing import written_whole
from epicycle.limits import INPUTS

if TYPE_CHECKING:
    from pyarrow import Table as Rows

#: Buckets that there are in any case, unless they were much smaller than one may be.
_FEWEST = 64

#: Column of the number of a row in the whole table.
ROW = "\0row"


def n_buckets(n_rows: int) -> int:
    """Return into how many buckets rows go: few rows into some that are smaller, for all workers.

    It depends on nothing else: who continues a run may have other workers.
    """
    smaller = -(-8 * n_rows // INPUTS.bucket)
    return max(1, -(-n_rows // INPUTS.bucket), min(_FEWEST, smaller))


def spill(tables: Iterable[Rows], id_column: str, first_row: int, n_buckets: int, to: Path) -> None:
    """Write rows into a file, bucket by bucket; it is there whole or not at all.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        The rows, some at a time.
    id_column : str
        Their column of ids.
    first_row : int
        Number of the first of them in the whole table.
    n_buckets : int
        How many buckets there are.
    to : Path
        The file.

    Raises
    ------
    ReadError
        If an id is missing.
    OutputError
        If the disk refuses.
    """
    import pyarrow as pa

    with written_whole(to, "the file of rows") as unfinished:
        writer, schema = None, None
        with pa.OSFile(str(unfinished), "wb") as sink:
            for table in tables:
                rows = first_row + np.arange(len(table), dtype=np.int64)
                first_row += len(table)
                table = _without_dictionaries(table).append_column(ROW, pa.array(rows))
                if writer is None:
                    schema = table.schema
                    options = pa.ipc.IpcWriteOptions(compression="lz4")
                    writer = pa.ipc.new_file(sink, schema, options=options)
                codes = buckets_of(table.column(id_column), n_buckets)
                _write_sorted(writer, table.cast(schema), codes, n_buckets)
            if writer is not None:
                writer.close()


def _write_sorted(writer: Any, table: Rows, codes: NDArray[np.int64], n_buckets: int) -> None:
    table = table.take(np.argsort(codes, kind="stable")).combine_chunks()
    ends = np.append(0, np.cumsum(np.bincount(codes, minlength=n_buckets))).tolist()
    for k in range(n_buckets):
        part = table.slice(ends[k], ends[k + 1] - ends[k]).combine_chunks().to_batches()
        writer.write_batch(part[0] if part else _empty(table.schema))


def _empty(schema: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=schema)


def _without_dictionaries(table: Rows) -> Rows:
    """Return the table with texts as they are: dictionaries of files differ."""
    import pyarrow as pa

    for k, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(k).cast(field.type.value_type)
            table = table.set_column(k, pa.field(field.name, plain.type), plain)
    return table


def buckets_of(ids: Any, n_buckets: int) -> NDArray[np.int64]:
    """Return the bucket of each row: the same for the same id, on any machine.

    Raises
    ------
    ReadError
        If an id is missing, or is a list or a record.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        distinct = ids.combine_chunks().dictionary_encode()
    except pa.ArrowNotImplementedError:
        raise ReadError(
            f"the column of ids holds {ids.type}: expected labels, such as numbers or text. To fix "
            f"this, name another column."
        ) from None
    values = distinct.dictionary.to_pandas()
    of_floats = pa.types.is_floating(ids.type)
    missing = int(np.isnan(ids.to_numpy()).sum()) if of_floats else ids.null_count
    if missing:
        raise ReadError(
            f"{missing:,} rows have no id: expected the series of every sample. To fix this, give "
            f"every sample one, or delete those rows."
        )
    if values.dtype.kind == "b":
        values = values.astype("uint8")
    hashed = pd.util.hash_array(_hashable(values), categorize=False)
    numbers = (hashed % np.uint64(n_buckets)).astype(np.int64)
    codes: NDArray[np.int64] = numbers[distinct.indices.to_numpy()]
    return codes


def _hashable(values: Any) -> Any:
    """Return ids as numbers, or as their text."""
    kind = values.dtype.kind
    if kind in "iuf":
        return values.to_numpy()
    if kind in "mM":
        return values.to_numpy().view(np.int64) if hasattr(values, "to_numpy") else values
    return values.astype(str).to_numpy(dtype=object)


def bucket(files: Iterable[Path], number: int, n_buckets: int) -> Rows:
    """Return all rows of a bucket, in the order of the table.

    Raises
    ------
    ReadError
        If the files of the table have columns of several types.
    """
    import pyarrow as pa

    batches, schema = [], None
    for path in files:
        with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as file:
            schema = file.schema if schema is None else schema
            for k in range(number, file.num_record_batches, n_buckets):
                batches.append(_alike(pa.Table.from_batches([file.get_batch(k)]), schema))
    return pa.concat_tables(batches)


def _alike(rows: Rows, schema: Any) -> Rows:
    """Return rows in the types of the first ones; text is never taken for numbers, or otherwise."""
    import pyarrow as pa

    def is_text(kind: Any) -> bool:
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

    for there, expected in zip(rows.schema, schema, strict=True):
        same = is_text(there.type) == is_text(expected.type) or pa.types.is_null(there.type)
        try:
            if there.type != expected.type:
                rows.column(there.name).cast(expected.type if same else pa.null())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise ReadError(
                f"column {there.name!r} is of type {expected.type} in some files and "
                f"{there.type} in others. To fix this, write it alike in all of them."
            ) from None
    return rows.cast(schema)
