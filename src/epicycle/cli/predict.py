"""``epicycle predict``: what a model file says of other times, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from epicycle.cli import console
from epicycle.cli.covariates import columns_needed, covariates_at
from epicycle.cli.shared_options import MaxTable, Quiet
from epicycle.cli.table_options import TableOptions
from epicycle.files.writing import InputError, OutputError, in_one_line

if TYPE_CHECKING:
    import pandas as pd

    from epicycle.files.model_files import SavedModel

SCHEMA = "epicycle.predictions/1"

#: Intervals hold a new value with such a probability at least, and at most, in percent.
_NARROWEST, _WIDEST = 0.0001, 99.9999


#: Nothing is said of how the table is written.
_PLAIN = TableOptions()


def predict(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="A model file of epicycle fit.", show_default=False),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Predict at the times of this table; [bold]-[/bold] is standard input.",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Its column of times.  [dim]Guessed.[/]"),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="T", help="First time of a range.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="T", help="Last time of a range.")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            metavar="S",
            help="Step of the range: 0.5, 15min, 1h.  [dim]By default a 200th of it.[/]",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Whose offset to add.  [dim]The mean of all.[/]"),
    ] = None,
    level: Annotated[
        list[float] | None,
        typer.Option(
            metavar="PERCENT",
            help="Intervals that hold a new value with this probability; repeat for several.  "
            "[dim]80 and 95.[/]",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .csv, .json or .parquet file.  [dim]By default CSV on standard output.[/]",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the predictions as one JSON document.")
    ] = False,
    max_table: MaxTable = None,
    quiet: Quiet = False,
    written: TableOptions = _PLAIN,
) -> None:
    """Predict from a model file: at the times of a table, or over a range.

    Each value comes with the standard deviation of a new value about it, and with intervals.  They
    hold as long as cycles and trend go on as they did.  Exit code 0: done; 2: the input cannot be
    used.

    [bold]Examples[/bold]

    epicycle predict tide.model.json --from 2024-01-01 --to 2024-01-08 --step 1h

    epicycle predict tide.model.json --at tomorrow.csv -o tomorrow.parquet
    """
    from epicycle.files import writing
    from epicycle.files.model_checks import ModelFileError
    from epicycle.files.model_files import read_model
    from epicycle.files.reading import ReadError
    from epicycle.views.tables import plain_table

    levels = check_levels(level)
    try:
        if output is not None:
            writing.check_table(output, [model, *([] if at is None else [at])])
        saved = read_model(model, plain_table)
        span = (first, last, step)
        times, name, read = _instants(saved, (at, time, max_table), written, span)
        covariates = covariates_at(saved, times, read)
        frame = predictions(saved, times, name, group, levels, covariates)
        about = {
            "schema": SCHEMA,
            "model": model.name,
            "unit": saved.model.unit,
            "levels": [round(100 * p, 10) for p in levels],
        }
        if output is not None:
            writing.write_table(frame, output, about)
    except (ModelFileError, OutputError, ReadError, TypeError, ValueError) as problem:
        raise in_one_line(problem) from None
    if output is None:
        if as_json:
            text = writing.as_json(frame, about)
        else:  # the name of a column may hold what a terminal would obey; JSON has letters for it
            text = writing.as_csv(frame.rename(columns=console.visible))
        console.write(text)
    if not quiet:
        note = _beyond(saved, times)
        if note:
            console.say(note)
        if output is not None:
            console.say(f"wrote {output}")


def check_levels(percent: list[float] | None) -> tuple[float, ...]:
    """Return probabilities from percentages, the smallest first."""
    for one in percent or ():
        if not 0 < one < 100:
            raise InputError(
                f"--level must be above 0 and below 100 percent, got {one:g}. "
                f"To fix this, write 95 for intervals that hold 95 of 100 values."
            )
        if not _NARROWEST <= one <= _WIDEST:
            raise InputError(
                f"--level must be from {_NARROWEST:g} to {_WIDEST:g} percent, got {one:.17g}: "
                f"how seldom a value is further off than that, no data tell. "
                f"To fix this, write 99.9 instead."
            )
    return tuple(sorted({round(one, 6) / 100 for one in percent or (80.0, 95.0)}))


def predictions(
    saved: SavedModel,
    times: Any,
    name: str,
    group: str | None,
    levels: tuple[float, ...],
    covariates: Any = None,
) -> pd.DataFrame:
    """Return a table of times, predictions, standard deviations and intervals.

    Models of events, and others whose errors are not known, give predictions alone.
    """
    import pandas as pd

    model = saved.model
    values = saved.provenance.columns.get("values") or []
    if model.output_names is not None:
        names = list(model.output_names)
    else:
        names = [str(values[0])] if values else ["relative_rate" if model.of_events else "value"]
    extra = {"group": group, "covariates": covariates}
    if model.predictor.errors is None:
        parts = {"": model.predict(times, **extra)}
    else:
        mean, std = model.predict(times, return_std=True, **extra)
        parts = {"": mean, "_std": std}
        for level in levels:
            low, high = model.predict_interval(times, level, **extra)
            parts[f"_low{100 * level:.10g}"] = low
            parts[f"_high{100 * level:.10g}"] = high
    called = column_names(name, names, list(parts))
    columns = {called[0]: times}
    for j in range(len(names)):
        for k, part in enumerate(parts.values()):
            columns[called[1 + j * len(parts) + k]] = part.reshape(len(part), -1)[:, j]
    return pd.DataFrame(columns)


def column_names(time: str, outputs: list[str], endings: list[str]) -> list[str]:
    """Return the names of the columns of a prediction, no two of them the same.

    The column of times keeps its name, and each output its own where it can; what would take the
    name of another column is told apart by a longer ending: the standard deviation of "flux"
    beside an output "flux_std" stands under "flux__std".

    Parameters
    ----------
    time : str
        Name of the column of times.
    outputs : list of str
        Names of what is predicted.
    endings : list of str
        What is told of each output: "" the prediction itself, "_std", "_low80" and so on.

    Returns
    -------
    list of str
        The times, then of each output all endings.
    """
    taken = {time}

    def free(name: str, ending: str) -> str:
        wanted = f"{name}{ending}"
        while wanted in taken:
            ending = f"_{ending or 'value'}"
            wanted = f"{name}{ending}"
        taken.add(wanted)
        return wanted

    # outputs come first: what is told of one must not take the name of another
    own = [free(output, "") for output in outputs]
    called = [time]
    for output, first in zip(outputs, own, strict=True):
        called += [free(output, ending) if ending else first for ending in endings]
    return called


def _instants(
    saved: SavedModel,
    table: tuple[str | None, str | None, float | None],
    written: TableOptions,
    span: tuple[str | None, ...],
) -> tuple[Any, str, pd.DataFrame | None]:
    """Return times, how their column is called, and the covariates beside it, if any are needed.

    They are those of a table, named by its file, its column of times and its largest size and
    read as it is `written`, or of a span from its first to its last time by a step.
    """
    from epicycle.files.ahead import read_times
    from epicycle.files.instants import in_zone, regular

    at, time, max_table = table
    first, last, step = span
    scale = saved.model.predictor.scale
    usual = str(saved.provenance.columns.get("time") or "time")
    if at is not None:
        if any(part is not None for part in span):
            raise InputError(
                "--at names the times, and --from, --to and --step do as well. "
                "To fix this, leave out either."
            )
        times, name, read = read_times(
            at, time, usual, max_table, written.written(), columns_needed(saved)
        )
        return in_zone(times, scale, f"column {name!r} of {at}"), name, read
    if first is None or last is None:
        raise InputError(
            "there are no times to predict at. To fix this, name a range with --from and --to, or "
            "a table with --at."
        )
    return regular(first, last, step, scale), usual, None


def _beyond(saved: SavedModel, times: Any) -> str:
    """Return a line about times that are not in the span of the data, if there are any."""
    predictor = saved.model.predictor
    t = predictor.scale.parse(times).to_float()
    outside = int(np.count_nonzero((t < predictor.first) | (t > predictor.last)))
    if not outside:
        return ""
    ends = [predictor.scale.to_user(t) for t in (predictor.first, predictor.last)]
    first, last = (t.isoformat() if hasattr(t, "isoformat") else f"{t:.10g}" for t in ends)
    return (
        f"{outside:,} of {len(t):,} times are outside of the data ({first} to {last}): the level "
        f"goes on from where it is at their end"
    )
