"""``epicycle find --id`` of a table larger than memory: by buckets, on disk."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from epicycle.cli import console
from epicycle.cli.each_run import Run
from epicycle.files.writing import InputError

if TYPE_CHECKING:
    from epicycle.files.parquet_rows import ParquetFiles
    from epicycle.files.reading import Table


def each_bucket(run: Run) -> dict[str, int]:
    """Do each series of a Parquet file or folder; return how many are of each kind.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    OutputError
        If the disk refuses, or a worker is killed.
    """
    from epicycle.files.delimited import ReadError
    from epicycle.files.parquet_rows import parquet_files
    from epicycle.many.buckets import EachBucket, first_rows
    from epicycle.many.folders import WorkFolder
    from epicycle.many.rows import fingerprint
    from epicycle.many.spills import n_buckets
    from epicycle.many.workers import started

    options = run.options
    try:
        files = parquet_files(options.file)
        columns, table = first_rows(files, options.zone, named(run), options.written())
        _check_size(run, files)
        arguments = run.arguments(table)
        facts = {**run.facts(arguments), "buckets": n_buckets(files.n_rows)}
        beside = run.output.with_name(run.output.name + ".buckets")
        with WorkFolder(beside, fingerprint(table, facts), str(run.output)) as folder:
            work = EachBucket(files, columns, run.kind.task(), arguments, folder)
            if work.done and not run.quiet:
                console.say(f"continues: {work.done:,} buckets were done before")
            with console.CountBar(shown=not run.quiet, of="pieces gathered by series") as bar:
                work.gather(started(run.workers), bar.update)
            with console.CountBar(shown=not run.quiet, of="buckets of series") as bar:
                work.run(started(run.workers), bar.update)
            counts = run.write(work.in_order(), table)
            folder.remove()
    except ReadError as problem:
        raise InputError(str(problem)) from None
    return counts


def read_folder(run: Run) -> Table:
    """Return the samples of a folder that fits into memory.

    Raises
    ------
    InputError
        If they cannot be used.
    """
    from epicycle.files.delimited import ReadError
    from epicycle.files.parquet_rows import parquet_files
    from epicycle.many.buckets import all_rows

    try:
        files = parquet_files(run.options.file)
        _check_size(run, files)
        return all_rows(files, run.options.zone, named(run), run.options.written())
    except (ReadError, ValueError) as problem:
        raise InputError(str(problem)) from None


def named(run: Run) -> dict[str, object]:
    """Return what the user says of columns."""
    options = run.options
    if options.events and (options.value or options.error or options.group):
        raise InputError(
            "--events have no values: --value, --error and --group do not apply. "
            "To fix this, leave out either these or --events."
        )
    return {
        "time": options.time,
        "values": options.value or (),
        "errors": options.error or (),
        "group": options.group,
        "weight": options.weight,
        "series": run.ids,
        "events": options.events,
    }


def _check_size(run: Run, files: ParquetFiles) -> None:
    """Refuse a table that is larger than allowed, or than the disk has room for."""
    most = run.options.max_table
    if most is not None and files.n_bytes > 1e9 * most:
        raise InputError(
            f"{files.name} holds {files.n_bytes / 1e9:.3g} GB once it is unpacked. To fix this, "
            f"allow more with --max-table, or leave it out."
        )
    needed = files.n_bytes + 8 * files.n_rows
    free = shutil.disk_usage(run.output.resolve().parent).free
    if needed > free:
        raise InputError(
            f"{files.name} needs up to {needed / 1e9:.3g} GB beside {run.output} for its rows "
            f"gathered by series, where {free / 1e9:.3g} GB are free. To fix this, name an "
            f"--output on a larger disk."
        )
