"""``epicycle find --id``: each series of a long table, in several processes, resumable."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from epicycle.cli import console
from epicycle.cli.each import ScreenEach, SearchEach
from epicycle.cli.options import (
    BAD_INPUT,
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    read_samples,
    unit_and_guesses,
)
from epicycle.files.writing import InputError, OutputError, check_output
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
) -> int:
    """Find the cycles of each series, write them to `output`, and return the exit code.

    With `screen`, only the strongest sinusoid of each is looked for.

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
    kind, counts = run_each(options, ids, output, workers, screen=screen, quiet=quiet)
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
) -> tuple[ScreenEach | SearchEach, dict[str, int]]:
    """Find the cycles of each series, write them to `output`, and return the counts of series.

    Without a column of `ids`, each column of values is a series.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    """
    from epicycle.files.wide import one_below_the_other
    from epicycle.many.jobs import EachSeries
    from epicycle.many.parts import Parts
    from epicycle.many.rows import fingerprint
    from epicycle.many.workers import started
    from epicycle.spectra.bands import processors

    check_workers(workers)
    kind: ScreenEach | SearchEach = ScreenEach() if screen else SearchEach()
    wanted = kind.arguments(options)
    try:
        check_output(output, "--output", ENDINGS, [options.file])
        with started(workers or processors()) as pool:  # they import while the table is read
            table = read_samples(options, ids)
            unit, guesses = unit_and_guesses(options, table)
            arguments = {**wanted, "unit": unit}
            if table.clock is not None:
                arguments["clock"] = table.clock
            if guesses and not quiet:
                console.say(guesses)
            if ids is None:
                table = one_below_the_other(table)
            facts = {**asked_of(options), **arguments, "screen": screen}
            with Parts(output, fingerprint(table, facts)) as parts:
                work = EachSeries(table, kind.task(), arguments, parts)
                if work.done and not quiet:
                    console.say(f"continues: {work.done:,} series were done before")
                with console.CountBar(shown=not quiet, of="series") as bar:
                    work.run(pool, bar.update)
                outputs = list(table.value_columns) if len(table.value_columns) > 1 else []
                counts = kind.write(parts.in_order(), output, outputs)
                parts.remove()
    except OutputError as problem:
        raise InputError(str(problem)) from None
    except KeyboardInterrupt:
        console.say("what is done is kept: the same command again continues")
        raise
    return kind, counts


def exit_code(counts: dict[str, int]) -> int:
    """Return the exit code; that none can be used is no lack of cycles."""
    if counts["unusable"] == counts["series"]:
        console.say("error: no series could be used; the output says why of each")
        return BAD_INPUT
    return FOUND if counts["with_cycles"] else NOTHING_FOUND


#: Options that say where samples stand, or how large the file may be: not what is asked of them.
_PLACES = frozenset({"file", "time", "value", "error", "group", "weight", "max_table"})


def asked_of(options: SearchOptions) -> dict[str, Any]:
    """Return everything that options ask of a search, by name."""
    return {
        field.name: getattr(options, field.name)
        for field in fields(options)
        if field.name not in _PLACES
    }


def check_workers(workers: int | None) -> None:
    """Refuse a number of processes that is none, or that no machine has."""
    if workers is not None and workers < 1:
        raise InputError(f"--workers must be at least 1, got {workers}. To fix this, leave it out.")
    if workers is not None and workers > INPUTS.workers:
        raise InputError(
            f"--workers must be at most {INPUTS.workers}, got {workers:,}. "
            f"To fix this, leave it out."
        )
