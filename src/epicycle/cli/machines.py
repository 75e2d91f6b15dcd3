"""``epicycle find --id --dask``: each series of Parquet files, on the workers of a Dask cluster."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.cli import console
from epicycle.cli.buckets import named
from epicycle.cli.each import ScreenEach
from epicycle.cli.each_run import Run
from epicycle.cli.options import in_words_of_options
from epicycle.files.writing import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What starts processes of this machine in place of an address.
LOCAL = "local"


def each_with_dask(run: Run, address: str) -> dict[str, int]:
    """Do each series of a Parquet file or folder on a cluster; return how many are of each kind.

    Parameters
    ----------
    run : Run
        What was asked; its output is a folder.
    address : str
        Of the scheduler, or "local" for processes of this machine.

    Raises
    ------
    InputError
        If the table, the options, the cluster or the output cannot be used.
    """
    from epicycle.files.delimited import ReadError

    try:
        columns, arguments = _asked(run)
    except ReadError as problem:
        raise InputError(str(problem)) from None
    with _cluster(run, address) as client, console.CountBar(shown=not run.quiet, of="steps") as bar:
        from epicycle.dask import find

        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", UserWarning)
            try:
                written = find(
                    run.options.file,
                    out=run.output,
                    screen=isinstance(run.kind, ScreenEach),
                    documents=not isinstance(run.kind, ScreenEach),
                    client=client,
                    progress=bar.update,
                    **columns,
                    **arguments,
                )
            except (TypeError, ValueError, RuntimeError) as problem:
                raise InputError(in_words_of_options(str(problem))) from None
        for warning in said:
            console.say(str(warning.message))
    return written.counts


def _asked(run: Run) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return names of columns, and what is asked of every series."""
    from epicycle.files.parquet_rows import parquet_files
    from epicycle.many.buckets import first_rows

    options = run.options
    if options.events or options.zone is not None or len(options.value or ()) > 1:
        raise InputError(
            "--dask takes one column of values at times as they stand in the table: --events, "
            "--zone and a second --value do not apply. To fix this, leave them out, or leave out "
            "--dask."
        )
    if str(options.file) == "-" or not _is_parquet(Path(options.file)):
        raise InputError(
            f"--dask reads a Parquet file or a folder of them, got {options.file}. To fix this, "
            f"write the table as Parquet, or leave out --dask."
        )
    columns, table = first_rows(parquet_files(options.file), None, named(run), options.written())
    choice = columns.choice
    given = {
        "id": choice.series,
        "time": choice.time,
        "value": choice.values[0],
        "error": choice.errors[0] if choice.errors else None,
        "weight": choice.weight,
        "group": choice.group,
    }
    return given, run.arguments(table)


def _is_parquet(path: Path) -> bool:
    if path.is_dir() or not path.is_file():
        return True  # what is not there is told by the reader
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


@contextmanager
def _cluster(run: Run, address: str) -> Iterator[Any]:
    """Yield a client of the cluster."""
    from epicycle.many.clusters import NoDaskError, local_client, need_dask

    try:
        distributed = need_dask()
    except NoDaskError as problem:
        raise InputError(f"--dask: {problem}") from None
    if address == LOCAL:
        with local_client(run.n_workers) as client:
            yield client
        return
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError, TypeError) as problem:
        raise InputError(
            f"--dask {address} cannot be reached ({problem}). To fix this, name the address of a "
            f"scheduler, such as tcp://host:8786, or local."
        ) from None
    with client:
        yield client
