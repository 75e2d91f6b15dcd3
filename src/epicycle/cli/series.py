"""``epicycle find --id``: each series of a long table, in several processes, resumable."""

from __future__ import annotations

import json
from pathlib import Path

from epicycle.cli import console
from epicycle.cli.buckets import each_bucket, read_folder
from epicycle.cli.each import ScreenEach, SearchEach
from epicycle.cli.each_run import Run
from epicycle.cli.machines import each_with_dask
from epicycle.cli.options import (
    BAD_INPUT,
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    read_samples,
)
from epicycle.files.parquet_rows import is_large
from epicycle.files.writing import InputError, OutputError, check_output, in_one_line
from epicycle.limits import INPUTS

SCHEMA = "epicycle.series/1"

ENDINGS = (".jsonl", ".csv")


def find_each(
    options: SearchOptions,
    ids: str | None,
    output: Path | None,
    workers: int | None,
    *,
    screen: bool,
    as_json: bool,
    quiet: bool,
    dask: str | None = None,
) -> int:
    """Find the cycles of each series, write them to `output`, and return the exit code.

    With `screen`, only the strongest sinusoid of each is looked for.  With `dask`, the address of
    a cluster or "local", its workers do it, and `output` is a folder.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    """
    if output is None:
        raise InputError(
            "--id needs a file for its many results. To fix this, name one with --output, with the "
            "ending .jsonl or .csv."
        )
    kind, counts = run_each(options, ids, output, workers, screen=screen, quiet=quiet, dask=dask)
    if as_json:
        scope = {} if kind.scope is None else {"screened_for": kind.scope}
        document = {"schema": SCHEMA, "output": str(output), **scope, **counts}
        console.write(json.dumps(document) + "\n")
    if not quiet:
        console.say(f"wrote {output}: {kind.in_words(counts)}")
    return exit_code(counts)


def run_each(
    options: SearchOptions,
    ids: str | None,
    output: Path,
    workers: int | None,
    *,
    screen: bool,
    quiet: bool,
    dask: str | None = None,
) -> tuple[ScreenEach | SearchEach, dict[str, int]]:
    """Find the cycles of each series, write them to `output`, and return the counts of series.

    Without a column of `ids`, each column of values is a series.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    """
    check_workers(workers)
    kind: ScreenEach | SearchEach = ScreenEach() if screen else SearchEach()
    wanted = kind.arguments(options)
    run = Run(options, ids, output, wanted, kind, workers, quiet)
    try:
        if dask is not None:
            counts = each_with_dask(run, dask)
        else:
            check_output(output, "--output", ENDINGS, [options.file])
            in_buckets = ids is not None and is_large(options.file)
            counts = each_bucket(run) if in_buckets else _each_series(run)
    except OutputError as problem:
        raise in_one_line(problem) from None
    except KeyboardInterrupt:
        console.say("what is done is kept: the same command again continues")
        raise
    return kind, counts


def _each_series(run: Run) -> dict[str, int]:
    """Do each series of a table that is read at once; return how many are of each kind."""
    from epicycle.files.wide import one_below_the_other
    from epicycle.many.jobs import EachSeries
    from epicycle.many.parts import Parts
    from epicycle.many.rows import fingerprint
    from epicycle.many.workers import started

    with started(run.workers) as pool:  # they import while the table is read
        in_folder = run.ids is not None and Path(run.options.file).is_dir()
        table = read_folder(run) if in_folder else read_samples(run.options, run.ids)
        arguments = run.arguments(table)
        if run.ids is None:
            table = one_below_the_other(table)
        with Parts(run.output, fingerprint(table, run.facts(arguments))) as parts:
            work = EachSeries(table, run.kind.task(), arguments, parts)
            if work.done and not run.quiet:
                console.say(f"continues: {work.done:,} series were done before")
            with console.CountBar(shown=not run.quiet, of="series") as bar:
                work.run(pool, bar.update)
            counts = run.write(parts.in_order(), table)
            parts.remove()
    return counts


def exit_code(counts: dict[str, int]) -> int:
    """Return the exit code; that none can be used is no lack of cycles."""
    if counts["unusable"] == counts["series"]:
        console.say("error: no series could be used; the output says why of each")
        return BAD_INPUT
    return FOUND if counts["with_cycles"] else NOTHING_FOUND


def check_workers(workers: int | None) -> None:
    """Refuse a number of processes that is none, or that no machine has."""
    if workers is not None and workers < 1:
        raise InputError(f"--workers must be at least 1, got {workers}. To fix this, leave it out.")
    if workers is not None and workers > INPUTS.workers:
        raise InputError(
            f"--workers must be at most {INPUTS.workers}, got {workers:,}. "
            f"To fix this, leave it out."
        )
