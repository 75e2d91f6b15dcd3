"""``epicycle rhythms``: the rhythm of each of many series, a row of numbers each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from epicycle.cli import console
from epicycle.cli.options import FOUND, NOTHING_FOUND, range_of
from epicycle.cli.shared_options import AsJson, Quiet, TimeColumn
from epicycle.cli.table_options import TableOptions
from epicycle.files.writing import (
    ENDINGS,
    InputError,
    OutputError,
    check_table,
    in_one_line,
    write_table,
    write_text,
)
from epicycle.limits import GENES

#: Arguments in messages of the library, as they are called here.
_OPTIONS = ("id", "time", "value", "error", "times", "ignore", "samples")

#: Nothing is said of how the table is written.
_PLAIN = TableOptions()


def rhythms(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="CSV or Parquet, gzipped or not; [bold]-[/bold] is standard input.  Genes in "
            "rows with samples such as ZT04_rep2 in columns, samples in rows, or a row for each "
            "value.",
            show_default=False,
        ),
    ],
    period: Annotated[
        str,
        typer.Option(
            metavar="P",
            help="The period if it is known, or the range to look in: [bold]24[/bold], "
            "[bold]18:30[/bold].",
            show_default=False,
        ),
    ],
    harmonics: Annotated[
        int, typer.Option(metavar="K", help="Harmonics of the waveform, at most 3.")
    ] = 1,
    robust: Annotated[
        bool,
        typer.Option("--robust", help="Test ranks, whatever the noise is like; fit with a bound."),
    ] = False,
    ids: Annotated[
        str | None, typer.Option("--id", metavar="COL", help="Column of ids.  [dim]Guessed.[/]")
    ] = None,
    time: TimeColumn = None,
    value: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column of values of a long table.  [dim]Guessed.[/]"),
    ] = None,
    error: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="Column of standard errors of a long table.  [dim]Guessed.[/]"
        ),
    ] = None,
    times: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Times of the samples of a wide table, such as [bold]0,4,8,12[/bold].  "
            "[dim]Read from the names of its columns.[/]",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="Leave out a column; repeat it.")
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only samples whose names hold this, as a genotype."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Unit of time.  [dim]Guessed.[/]")
    ] = None,
    q: Annotated[
        float, typer.Option("--q", metavar="Q", help="Share of false discoveries that counts.")
    ] = GENES.significant,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help=f"Write all rows: {', '.join(ENDINGS)}."
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    written: TableOptions = _PLAIN,
) -> None:
    """Fit a rhythm to each of many series, thousands of genes for instance: a row for each.

    Prints the strongest ones; --output has them all, with mesor, amplitude, phase (time of the
    first maximum after time 0), their errors, p-values and q-values after Benjamini and Hochberg.
    Exit code 0: some are significant; 1: none is; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle rhythms genes.csv --period 24 -o rhythms.csv

    epicycle rhythms genes.csv --period 18:30 --robust --samples KO

    epicycle rhythms long.csv --id animal --time hours --value counts --period 24
    """
    if not 0 < q <= 1:
        raise InputError(f"--q must be a share between 0 and 1, got {q:g}.")
    try:
        if output is not None:
            check_table(output, [table])
        found, read = _found(
            table,
            written,
            quiet=quiet,
            period=range_of(period),
            harmonics=harmonics,
            robust=robust,
            id=ids,
            time=time,
            value=value,
            error=error,
            times=_numbers(times),
            ignore=ignore or (),
            samples=samples,
            unit=unit,
        )
        if as_json:
            console.write(json.dumps(found.to_dict(), allow_nan=False) + "\n")
        else:
            from epicycle.experiments import words

            console.write(console.visible(in_words(words.in_words(found, q))) + "\n")
        if output is not None:
            if output.name.lower().endswith(".json"):
                text = json.dumps(found.to_dict(), allow_nan=False) + "\n"
                write_text(text, output, "--output")
            else:
                write_table(found.table(), output, {})
    except OutputError as problem:
        raise in_one_line(problem) from None
    if not quiet:
        if found.guesses or read:
            console.say("guessed: " + "; ".join((*found.guesses, *read)))
        if output is not None:
            console.say(f"wrote {output}: {len(found):,} series")
    raise typer.Exit(FOUND if found.significant(q).any() else NOTHING_FOUND)


def _found(
    table: str, written: TableOptions, *, quiet: bool, **wanted: Any
) -> tuple[Any, tuple[str, ...]]:
    """Return the rhythms of a table and how it was read, or a line that says what is wrong."""
    from epicycle.experiments.genes import rhythms as measured
    from epicycle.experiments.written_columns import read_columns
    from epicycle.files.delimited import ReadError
    from epicycle.files.frames import load

    try:
        raw = load(table)
        if not raw.has_header:
            raise ReadError(
                f"{raw.name} has no header: expected names of columns, such as ZT04_rep2. To fix "
                f"this, add a first line with names."
            )
        named = {name: wanted[name] for name in ("time", "id", "ignore")}
        frame, remarks = read_columns(raw, written.written(), **named)
        with console.CountBar(shown=not quiet, of="series") as bar:
            found = measured(frame.reset_index(drop=True), progress=bar.update, **wanted)
        return found, (*raw.remarks, *remarks)
    except (ReadError, TypeError, ValueError) as problem:
        raise InputError(in_words(str(problem))) from None


def _numbers(times: str | None) -> list[float] | None:
    """Return the times of samples that an option lists.

    Raises
    ------
    InputError
        If one of them is no number.
    """
    if times is None:
        return None
    try:
        return [float(part) for part in times.replace(" ", "").split(",")]
    except ValueError:
        raise InputError(
            f"--times must be numbers with commas between them, got {times!r}. To fix this, pass "
            f"for example --times 0,4,8,12."
        ) from None


def in_words(message: str) -> str:
    """Return what the library says in the words of the command line."""
    import re

    for name in _OPTIONS:
        message = re.sub(rf"\b{name}=\['([^']*)'\]", rf"--{name} '\1'", message)
        message = re.sub(rf"\b{name}='([^']*)'", rf"--{name} '\1'", message)
        message = re.sub(rf"\b{name}=", f"--{name}", message)
    message = message.replace("robust=True", "--robust")
    message = message.replace(
        "leave the field empty,", "leave the field empty, name the word with --missing,"
    )
    return re.sub(r"\bperiod=\(?([0-9.]+)(?:, ([0-9.]+)\))?", _period, message)


def _period(found: Any) -> str:
    low, high = found.groups()
    return f"--period {low}" if high is None else f"--period {low}:{high}"
