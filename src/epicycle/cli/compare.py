"""``epicycle compare``: how the rhythms of groups differ."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epicycle.cli import console
from epicycle.cli.options import (
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    in_words_of_options,
    range_of,
    read_samples,
    unit_and_guesses,
)
from epicycle.cli.shared_options import AsJson, Plot, Quiet, TimeColumn, Unit, ValueColumn
from epicycle.cli.table_options import TableOptions
from epicycle.files.writing import (
    InputError,
    OutputError,
    check_output,
    check_picture,
    in_one_line,
    write_picture,
    write_table,
)

if TYPE_CHECKING:
    import pandas as pd

    from epicycle.experiments.comparison import Comparison

#: Arguments of the library, as they are called here.
_OPTIONS = (
    "subject",
    "reference",
    "paired",
    "damped",
    "group",
    "period",
    "harmonics",
    "trend",
    "at",
    "confidence",
)


@dataclass(frozen=True)
class _Values:
    """What is compared, as the library takes it, and what was guessed."""

    t: Any
    y: Any
    group: Any
    subject: Any
    unit: str | None
    guesses: str
    hints: tuple[str, ...] = ()


#: Nothing is said of how the table is written.
_PLAIN = TableOptions()


def compare(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV or Parquet, gzipped or not: a row for each value, or a column for each "
            "subject; [bold]-[/bold] is standard input.",
            show_default=False,
        ),
    ],
    period: Annotated[
        str,
        typer.Option(
            metavar="P",
            help="The period that is known, held: [bold]24[/bold]; or a range in which each is "
            "fitted, and compared: [bold]18:32[/bold].",
            show_default=False,
        ),
    ],
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of groups.  [dim]Without it columns are subjects, their groups told by "
            "their names: WT_1, WT_2, KO_1.[/]",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of subjects, within groups or in several.  [dim]None: samples are the "
            "replicates.[/]",
        ),
    ] = None,
    time: TimeColumn = None,
    value: ValueColumn = None,
    unit: Unit = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="LABEL",
            help="The group that others are compared with.  [dim]One called like a control.[/]",
        ),
    ] = None,
    paired: Annotated[
        bool | None,
        typer.Option(
            "--paired/--no-paired",
            help="Differences within subjects.  [dim]Where all are in several groups.[/]",
            show_default=False,
        ),
    ] = None,
    damped: Annotated[
        bool, typer.Option("--damped", help="Amplitudes change along the record, as of reporters.")
    ] = False,
    harmonics: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="Harmonics of the waveform; what is compared is the fundamental.  [dim]1, or 2 "
            "where these show far more.[/]",
        ),
    ] = None,
    trend: Annotated[
        int, typer.Option(metavar="DEGREE", help="Degree of a polynomial that each series has.")
    ] = 0,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Where phases and amplitudes of fitted periods stand, a time or a date.  "
            "[dim]The middle of the data.[/]",
        ),
    ] = None,
    confidence: Annotated[float, typer.Option(metavar="SHARE", help="Of the intervals.")] = 0.95,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the differences, .csv."),
    ] = None,
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    written: TableOptions = _PLAIN,
) -> None:
    """Compare the rhythms of groups: mesor, amplitude, phase and period.

    Prints groups, differences with intervals and p-values, and what they mean.  Exit code 0: the
    groups differ; 1: no difference is sure; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle compare clocks.csv --group genotype --subject animal --period 24

    epicycle compare wheels.csv --group genotype --subject animal --period 18:32

    epicycle compare wide.csv --period 20:28 --unit h
    """
    wide = group is None
    if wide and (subject, value) != (None, None):
        raise InputError(
            "--subject and --value are columns of a table with --group. To fix this, name the "
            "column of groups with --group."
        )
    try:
        check_picture(plot, inputs=[file])
        if output is not None:
            check_output(output, "--output", (".csv",), [file])
    except OutputError as problem:
        raise in_one_line(problem) from None
    options = SearchOptions(
        file=file,
        time=time,
        value=[value] if value else None,
        error=["none"],
        group=group,
        unit=unit,
        **vars(written),
    )
    wanted = range_of(period)
    values = _of_columns(options) if wide else _of_rows(options, subject)
    from epicycle.experiments.compare import compare as run

    try:
        found = run(
            values.t,
            values.y,
            values.group,
            subject=values.subject,
            period=wanted,
            reference=reference,
            paired=paired,
            damped=damped,
            harmonics=harmonics,
            trend=trend,
            at=at,
            unit=values.unit,
            confidence=confidence,
        )
    except (TypeError, ValueError) as problem:
        raise InputError(_refused(str(problem))) from None
    found = replace(found, notes=(*values.hints, *found.notes))
    _tell(found, output, plot, as_json=as_json, quiet=quiet)
    if values.guesses and not quiet:
        console.say(values.guesses)
    raise typer.Exit(FOUND if found.p_value < 1 - found.confidence else NOTHING_FOUND)


def _tell(
    found: Comparison, output: Path | None, plot: Path | None, *, as_json: bool, quiet: bool
) -> None:
    """Print the result, and write what was asked for."""
    if as_json:
        console.write(json.dumps(found.to_dict(), allow_nan=False) + "\n")
    else:
        console.write(console.visible(_in_words(found.table())) + "\n")
    if output is not None:
        write_table(found.to_frame(), output, {})
    if plot is not None:
        write_picture(found.plot(), plot)
    for path in (output, plot):
        if path is not None and not quiet:
            console.say(f"wrote {path}")


def _of_rows(options: SearchOptions, subject: str | None) -> _Values:
    """Return a table with a row for each value."""
    try:
        table = read_samples(options, subject)
    except InputError as problem:
        raise InputError(_turned(str(problem).replace("--id", "--subject"))) from None
    if table.y is None or table.y.ndim != 1:
        raise InputError("epicycle compare takes one column of values: name it with --value.")
    unit, guesses = unit_and_guesses(options, table)
    hints: tuple[str, ...] = ()
    if subject is None and options.file != "-":
        hints = _hints(options, {table.time_column, *table.value_columns})
    import pandas as pd

    group = None if table.group is None else pd.Series(table.group, name=options.group)
    return _Values(table.t, table.y, group, table.ids, unit, guesses, hints)


def _hints(options: SearchOptions, used: set[str]) -> tuple[str, ...]:
    from epicycle.experiments.subject_columns import pooled_hint, unused_subjects
    from epicycle.files.frames import load

    frame, group = load(options.file, least_columns=2).frame, str(options.group)
    columns = unused_subjects(frame, group, used)
    return (pooled_hint(frame, group, columns, "--subject"),) if columns else ()


def _of_columns(options: SearchOptions) -> _Values:
    """Return a table with a column for each subject."""
    from epicycle.experiments.written_columns import read_columns
    from epicycle.files.frames import load
    from epicycle.files.reading import ReadError

    try:
        first = load(options.file, least_columns=3) if options.file != "-" else None
    except ReadError as problem:
        raise InputError(str(problem)) from None
    if first is None:
        raise InputError("a table with a column for each subject is read from a file only.")
    try:
        frame, _ = read_columns(first, options.written(), time=options.time)
    except ReadError as problem:
        raise InputError(str(problem)) from None
    names = [c for c in _numeric(frame) if c != options.time]
    if options.time is None:
        from epicycle.files.columns import choose

        try:
            chosen = choose(first, None, (), ("none",), None, None, None, events=False)
        except (ReadError, ValueError) as problem:
            raise InputError(_turned(str(problem))) from None
        names = [c for c in names if c != chosen.time]
    empty = [c for c in names if frame[c].isna().all()]
    names = [c for c in names if c not in empty]
    hints = (f"without any value, left out: {', '.join(empty)}",) if empty else ()
    table = read_samples(replace(options, value=names))
    unit, guesses = unit_and_guesses(options, table)
    if getattr(table.y, "ndim", 1) != 2:
        raise InputError(
            "without --group each column is a subject, and there is one column of values. To fix "
            "this, name the column of groups with --group."
        )
    return _Values(table.t, table.y, None, None, unit, guesses, hints)


def _turned(message: str) -> str:
    """Return a refusal of rows that are series with the remedy of subjects, not of genes."""
    found, rows, _ = message.partition("each row is a series.")
    if not rows:
        return message
    return (
        f"{found}each row is a subject. To fix this, turn the table: a column of times, and one "
        f"for each subject, named by its group as WT_1; or a row for each value, with --group and "
        f"--subject."
    )


def _numeric(frame: pd.DataFrame) -> list[str]:
    from epicycle.experiments.columns import is_number

    return [str(c) for c in frame.columns if is_number(frame[c])]


def _in_words(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    message = message.replace("period=(18, 32)", "--period 18:32")
    for name in _OPTIONS:
        message = message.replace(f"{name}=True", f"--{name}")
        message = message.replace(f"{name}=False", f"--no-{name}")
        message = re.sub(rf"\b{name}=(?=[\s:;,.)]|$)", f"--{name}", message)
        message = re.sub(rf"\b{name}=", f"--{name} ", message)
    return in_words_of_options(message)


def _refused(message: str) -> str:
    """Return a refusal of the library, which begins with the argument that it is about."""
    message = message.replace(
        "pass group=, a label for each column.",
        "call columns by group and number, as WT_1, or turn the table: a row for each value, with "
        "--group and --subject.",
    )
    first = message.partition(" ")[0]
    return _in_words(f"--{message}" if first in _OPTIONS else message)
