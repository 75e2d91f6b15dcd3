"""Tables of many series in a folder of Parquet files, made a file at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write(folder: Path, rows: int, samples: int, seed: int, *, files: int, mixed: bool) -> None:
    """Write rows of series of so many samples each, half of them with a cycle.

    Parameters
    ----------
    folder : Path
        Where to write.
    rows, samples : int
        Rows in all, and of each series.
    seed : int
        Of the random numbers.
    files : int
        How many files there are.
    mixed : bool
        Whether each file has some samples of every series, as nights of a survey have, or all
        samples of some of them.
    """
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir()
    n_series = rows // samples
    for k in range(files):
        rng = np.random.default_rng([seed, k])
        if mixed:
            nights = np.array_split(np.arange(samples), files)[k]
            ids = np.tile(np.arange(n_series), len(nights))
            t = np.repeat(nights, n_series) * (1000.0 / samples)
        else:
            chosen = np.array_split(np.arange(n_series), files)[k]
            ids = np.repeat(chosen, samples)
            t = np.tile(np.arange(samples), len(chosen)) * (1000.0 / samples)
        t = t + rng.uniform(0.0, 1000.0 / samples, len(t))
        period = 2.5 + ids % 97 / 4.0
        y = rng.standard_normal(len(t)) + 1.5 * (ids % 2) * np.sin(2 * np.pi * t / period)
        table = pa.table({"id": ids, "time": t, "value": y})
        parquet.write_table(table, folder / f"{k:03d}.parquet", row_group_size=1 << 20)
