"""`epicycle find` on what is larger than memory: a Parquet file of many rows, or a folder."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from epicycle.cli import console
from epicycle.cli.options import SearchOptions, in_words_of_options
from epicycle.files.writing import InputError
from epicycle.limits import CHUNKS
from epicycle.samples.options import BY_EVIDENCE, Options

if TYPE_CHECKING:
    from epicycle.files.columns import Choice
    from epicycle.model import CycleModel

#: Rows of which the columns are guessed.
_HEAD = 1000

#: What a search of chunks does as it does in memory; all other options must be as they are.
_ALIKE = {
    "unit",
    "clock",
    "minimum_period",
    "maximum_period",
    "max_cycles",
    "harmonics",
    "false_alarm",
    "trend",
    "known",
    "max_memory",
}


def rows_in_chunks(options: SearchOptions) -> int | None:
    """Return how many rows a file has that is searched in chunks; None where it fits into memory.

    That is a Parquet file of more than ``CHUNKS.rows`` rows, or a folder of Parquet files.
    """
    path = Path(options.file)
    if options.file == "-" or options.events:
        return None
    try:
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not path.is_dir() and not _is_parquet(path):
            return None
    except OSError:
        return None
    if not files:
        return None
    rows = sum(_rows(file) for file in files)
    return rows if path.is_dir() or rows > CHUNKS.rows else None


def _is_parquet(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _rows(file: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return 0
    try:
        # (the tail of the file only)
        return int(pq.ParquetFile(file).metadata.num_rows)
    except (pa.ArrowException, OSError):
        return 0


def find_in_chunks(options: SearchOptions, rows: int, *, quiet: bool) -> CycleModel:
    """Return the cycles of a table that is read in chunks.

    Raises
    ------
    InputError
        If the table or an option cannot be used.
    """
    from epicycle.chunks.find import find_cycles_in_chunks
    from epicycle.files.columns import unit_of

    _refuse(options, rows)
    choice = _choice(options)
    unit = options.unit or unit_of(choice.time)
    said = {"time": choice.time, "value": choice.values[0], "unit": unit}
    if choice.errors:
        said["error"] = choice.errors[0]
    guessed = [f"{name}: {what}" for name, what in said.items() if what is not None]
    note = f"{options.file} has {rows:,} rows and is searched in chunks ({', '.join(guessed)})"
    if not quiet:
        console.say(note)
    wanted = options.of_library()
    # (without a word of the user it is less than what a search in memory may take)
    memory = CHUNKS.memory if wanted.max_memory == Options().max_memory else wanted.max_memory
    with console.CountBar(shown=not quiet, of="rows") as bar:
        try:
            return find_cycles_in_chunks(
                options.file,
                time=choice.time,
                value=choice.values[0],
                error=choice.errors[0] if choice.errors else None,
                weight=choice.weight,
                group=choice.group,
                unit=unit,
                clock=wanted.clock,
                minimum_period=wanted.minimum_period,
                maximum_period=wanted.maximum_period,
                max_cycles=wanted.max_cycles,
                harmonics=wanted.harmonics,
                false_alarm=wanted.false_alarm,
                trend=1 if wanted.trend == BY_EVIDENCE else wanted.trend,  # type: ignore[arg-type]
                known=wanted.known,
                max_memory=memory,
                progress=bar.update,
            )
        except (TypeError, ValueError) as problem:
            raise InputError(in_words_of_options(str(problem))) from problem


def _refuse(options: SearchOptions, rows: int) -> None:
    """Refuse what a search of chunks cannot do."""
    wanted, usual = options.of_library(), Options()
    names = [f.name for f in fields(Options) if f.name not in _ALIKE]
    other = [n for n in names if getattr(wanted, n) != getattr(usual, n)]
    if other == ["per_group"] and wanted.per_group == "offset":
        other = []
    other += [n for n in ("zone", "holidays", "covariate") if getattr(options, n)]
    if len(options.value or ()) > 1:
        other.append("value")
    if not other:
        return
    option = "--" + other[0].replace("_", "-")
    raise InputError(
        f"{options.file} has {rows:,} rows and is searched in chunks, and {option} needs all of "
        f"them in memory. To fix this, leave it out, or search fewer rows."
    )


def _choice(options: SearchOptions) -> Choice:
    """Return the columns, as they are named or guessed from the first rows."""
    import pandas as pd
    import pyarrow.parquet as pq

    from epicycle.files.columns import choose
    from epicycle.files.frames import RawTable
    from epicycle.files.reading import ReadError

    path = Path(options.file)
    file = min(path.rglob("*.parquet")) if path.is_dir() else path
    batches = pq.ParquetFile(file).iter_batches(_HEAD)
    frame = next((batch.to_pandas() for batch in batches), pd.DataFrame())
    table = RawTable(options.file, frame, True)
    try:
        return choose(
            table,
            options.time,
            options.value or (),
            options.error or (),
            options.group,
            options.weight,
        )
    except (ReadError, ValueError) as problem:
        raise InputError(str(problem)) from None
