"""``epicycle actigraphy``: rest and activity from day to day, of one subject or of many."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epicycle.cli import console, subjects
from epicycle.cli.options import BAD_INPUT, FOUND, SearchOptions, read_samples, unit_and_guesses
from epicycle.cli.shared_options import AsJson, Plot, Quiet, TimeColumn, Zone
from epicycle.cli.table_options import TableOptions
from epicycle.files.writing import (
    InputError,
    OutputError,
    check_output,
    check_picture,
    in_one_line,
    write_picture,
)

if TYPE_CHECKING:
    from epicycle.files.reading import Table


#: Nothing is said of how the table is written.
_PLAIN = TableOptions()


def actigraphy(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV or Parquet, gzipped or not; [bold]-[/bold] is standard input.",
            show_default=False,
        ),
    ],
    period: Annotated[
        str,
        typer.Option(
            metavar="H",
            help="Length of a cycle in hours, or [bold]auto[/bold] for the one that is found.",
        ),
    ] = "24",
    epoch: Annotated[
        float | None,
        typer.Option(metavar="MIN", help="Length of epochs in minutes.  [dim]That of the gaps.[/]"),
    ] = None,
    rest: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="What is below it is rest.  [dim]15 % of the mean over the 24 hours about it.[/]",
        ),
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option("--id", metavar="COL", help="Column that tells many subjects apart."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="With --id: a row for each, .csv."),
    ] = None,
    time: TimeColumn = None,
    value: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of activity.  [dim]Guessed.[/]")
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT", help="Unit of times that are numbers.  [dim]Guessed, or h.[/]"
        ),
    ] = None,
    clock: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Of dates: elapsed or local time.  [dim]Local with a time zone.[/]"
        ),
    ] = "auto",
    zone: Zone = None,
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    written: TableOptions = _PLAIN,
) -> None:
    """Tell how rest and activity repeat from day to day: IS, IV, RA, M10, L5, SRI, onsets.

    Prints each statistic with the days and hours that it was made of, or why it cannot be told,
    and a row for each day.  Exit code 0: told; 2: the input cannot be used, such as a
    record of fewer than three days; with --id, that of no subject.

    [bold]Examples[/bold]

    epicycle actigraphy wrist.csv --zone Europe/Berlin --plot wrist.png

    epicycle actigraphy mouse.csv --period auto --json

    epicycle actigraphy cohort.csv --id subject -o cohort_rhythms.csv
    """
    check_picture(plot, inputs=[file])
    _check_many(file, ids, output, plot)
    options = SearchOptions(
        file=file,
        time=time,
        value=[value] if value else None,
        error=["none"],
        unit=unit,
        zone=zone,
        **vars(written),
    )
    wanted: dict[str, Any] = {
        "period": hours_of(period),
        "epoch": epoch,
        "rest": rest,
        "clock": clock,
    }
    table = read_samples(options, ids)
    wanted["unit"], guesses = unit_and_guesses(options, table)
    if ids is None:
        told = _one(table, wanted, plot, as_json=as_json, quiet=quiet)
    else:
        told = subjects.tell_each(table, wanted, output, as_json=as_json, quiet=quiet)
    # what is refused gets no other line than the refusal
    if guesses and not quiet:
        console.say(guesses)
    raise typer.Exit(FOUND if told else BAD_INPUT)


def hours_of(text: str) -> float | str:
    """Return the period that an option names.

    Raises
    ------
    InputError
        If it is neither a number nor "auto".
    """
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"--period must be a number of hours or auto, got {text!r}. To fix this, write 24."
        ) from None


def _check_many(file: str, ids: str | None, output: Path | None, plot: Path | None) -> None:
    if ids is not None and plot is not None:
        raise InputError("--plot draws one subject, --id has many. To fix this, leave one out.")
    if ids is None and output is not None:
        raise InputError(
            "--output is for the many subjects of --id. To fix this, name its column with --id, "
            "or leave it out; --json prints one."
        )
    try:
        if output is not None:
            check_output(output, "--output", (".csv",), [file])
    except OutputError as problem:
        raise in_one_line(problem) from None


def _one(
    table: Table, wanted: dict[str, Any], plot: Path | None, *, as_json: bool, quiet: bool
) -> bool:
    """Tell of one subject, and draw it where that was asked for."""
    from epicycle.behaviour.actigraphy import actigraphy as tell

    try:
        found = tell(table.t, table.y, **wanted)
    except (TypeError, ValueError) as problem:
        raise InputError(subjects.in_words(str(problem))) from None
    if as_json:
        console.write(json.dumps(found.to_dict(), allow_nan=False) + "\n")
    else:
        console.write(console.visible(found.table()) + "\n")
    if plot is not None:
        name = table.value_columns[0]
        write_picture(found.plot(title=Path(table.name).name, value_label=name), plot)
        if not quiet:
            console.say(f"wrote {plot}")
    return True
