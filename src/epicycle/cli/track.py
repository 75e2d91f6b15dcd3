"""``epicycle track``: a rhythm that may change, followed through time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epicycle.cli import console, tracks
from epicycle.cli.options import (
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    in_words_of_options,
    range_of,
    read_samples,
    unit_and_guesses,
)
from epicycle.cli.shared_options import AsJson, Plot, Quiet, TimeColumn, Unit, ValueColumn, Zone
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


def track(
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
            metavar="P",
            help="The period, known within a quarter, or the range to look in: "
            "[bold]24[/bold], [bold]18:32[/bold].",
            show_default=False,
        ),
    ],
    shift_at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="T",
            help="Time of a shift that is known; repeat for several.  [dim]Looked for.[/]",
        ),
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option("--id", metavar="COL", help="Column that tells many series apart."),
    ] = None,
    time: TimeColumn = None,
    value: ValueColumn = None,
    error: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of standard errors; [bold]none[/bold] for none.  [dim]Guessed.[/]",
        ),
    ] = None,
    unit: Unit = None,
    clock: Annotated[
        str, typer.Option(metavar="NAME", help="Of dates: elapsed or local time.")
    ] = "elapsed",
    zone: Zone = None,
    maxima: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the maximum of every cycle, a .csv file."),
    ] = None,
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    written: TableOptions = _PLAIN,
) -> None:
    """Follow one rhythm through time: whether and how its period and amplitude change.

    Prints what changes with its odds, shifts with their errors, and cycles.  Exit code 0: a rhythm
    was followed; 1: there is none in the range; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle track mouse.csv --period 18:32 --plot mouse.png

    epicycle track flight.csv --period 24 --shift-at 2024-03-02 --maxima maxima.csv

    epicycle track wells.csv --id well --period 20:30 --unit h
    """
    check_picture(plot, inputs=[file])
    options = SearchOptions(
        file=file,
        time=time,
        value=[value] if value else None,
        error=[error] if error else None,
        unit=unit,
        clock=clock,
        zone=zone,
        **vars(written),
    )
    wanted: dict[str, Any] = {"period": range_of(period), "clock": clock}
    try:
        if maxima is not None:
            check_output(maxima, "--maxima", (".csv",), [file])
    except OutputError as problem:
        raise in_one_line(problem) from None
    if ids is not None and plot is not None:
        raise InputError("--plot draws one series, --id has many. To fix this, leave one out.")
    table = read_samples(options, ids)
    if table.y.ndim != 1:
        raise InputError(
            f"epicycle track follows one column, got {', '.join(table.value_columns)}. "
            f"To fix this, name one with --value."
        )
    wanted["unit"], guesses = unit_and_guesses(options, table)
    if shift_at:
        wanted["shifts"] = [instant(text, table, clock) for text in shift_at]
    if ids is not None:
        found = tracks.track_each(table, wanted, maxima, as_json=as_json, quiet=quiet)
    else:
        found = _track_one(table, wanted, maxima, plot, as_json=as_json, quiet=quiet)
    # what is refused gets no other line than the refusal
    if guesses and not quiet:
        console.say(guesses)
    raise typer.Exit(FOUND if found else NOTHING_FOUND)


def _track_one(
    table: Table,
    wanted: dict[str, Any],
    maxima: Path | None,
    plot: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> bool:
    """Track one series, write what was asked for, and return whether there is a rhythm."""
    from epicycle.changing.track import track as follow

    try:
        rhythm = follow(table.t, table.y, table.dy, **wanted)
    except (TypeError, ValueError) as problem:
        raise InputError(in_words(str(problem))) from None
    if as_json:
        console.write(json.dumps(rhythm.to_dict(), allow_nan=False) + "\n")
    else:
        console.write(console.visible(rhythm.table()) + "\n")
    written = [path for path in (maxima, plot) if path is not None]
    if maxima is not None:
        tracks.write_maxima([(None, rhythm)], maxima)
    if plot is not None:
        from epicycle.changing.overview import overview

        name = table.value_columns[0]
        figure = overview(
            rhythm,
            (table.t, table.y, table.dy),
            period=wanted["period"],
            title=Path(table.name).name,
            value_label=name,
        )
        write_picture(figure, plot)
    for path in written if not quiet else ():
        console.say(f"wrote {path}")
    return tracks.is_rhythm(rhythm)


def instant(text: str, table: Table, clock: str) -> Any:
    """Return the time that an option names, as the times of a table are."""
    from epicycle.files.instants import instant_on
    from epicycle.samples.times import parse_times

    try:
        return instant_on(text, "--shift-at", parse_times(table.t, clock=clock)[1])
    except (TypeError, ValueError) as problem:
        raise InputError(str(problem)) from None


def in_words(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    for name, option in (("shifts", "--shift-at"), ("period", "--period")):
        if message.startswith((f"{name} ", f"{name}=")):
            message = option + message[len(name) :]
    return in_words_of_options(message)
