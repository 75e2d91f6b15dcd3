"""The command ``epicycle``: parse -> call -> print.

Results go to standard output, everything said about them to standard error.  Exit codes: 0 cycles
found, 1 nothing significant found, 2 bad input (one line says what), 3 a failure of another kind
(a full disk, a process that was killed, want of memory, an error of epicycle), 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from epicycle import __version__
from epicycle.cli import (
    actigraphy,
    backtest,
    calendar,
    chunks,
    clock,
    columns,
    compare,
    console,
    doctor,
    fit,
    learning,
    predict,
    report,
    rhythms,
    series,
    track,
)
from epicycle.cli.covariates import refuse_covariates
from epicycle.cli.options import (
    BAD_INPUT,
    FAILED,
    FOUND,
    INTERRUPTED,
    NOTHING_FOUND,
    SearchOptions,
    in_words_of_options,
    read_samples,
    search,
    with_search_options,
)
from epicycle.cli.shared_options import AsJson, Plot, Quiet
from epicycle.cli.table_options import with_table_options
from epicycle.files.writing import (
    FailedError,
    InputError,
    check_picture,
    in_one_line,
    not_written,
    write_picture,
)


class _Commands(TyperGroup):
    """Commands whose every failure is one line and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command, and end with its exit code."""
        standalone = extra.pop("standalone_mode", True)
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except InputError as error:
            code = _fail(error)
        except OSError as error:
            code = _fail(in_one_line(not_written("the output", error)))
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except MemoryError:
            code = _fail(
                FailedError(
                    "there is not enough memory for this table. To fix this, use fewer rows of it."
                )
            )
        except Exception as error:
            # a misuse of options; its class is Click's or Typer's own, depending on the version
            if hasattr(error, "format_message"):
                code = _fail(
                    InputError(f"{error.format_message().rstrip('.')}. See epicycle --help.")
                )
            else:
                code = _failed(error)
        if code == INTERRUPTED:
            console.say("interrupted")
        if standalone:
            sys.exit(code)
        return code


class _ListingCommand(TyperCommand):
    """A command whose options of several values may list them: ``FILE --value a b c``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the option before each of the values listed after it."""
        options = {name: p for p in self.params for name in p.opts if name.startswith("-")}
        repeated: list[str] = []
        rest, listing, has_file = iter(args), "", False
        for arg in rest:
            if arg == "--":
                repeated += [arg, *rest]
            elif arg.startswith("-") and arg != "-":
                option: Any = options.get(arg)
                takes_value = option is not None and not option.is_flag
                repeated += [arg, *islice(rest, 1 if takes_value else 0)]
                listing = arg if option is not None and option.multiple else ""
            elif has_file and listing:
                repeated += [listing, arg]
            else:
                repeated.append(arg)
                has_file, listing = True, ""
        return super().parse_args(ctx, repeated)


app = typer.Typer(
    cls=_Commands,
    name="epicycle",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a character still gets the rest
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="epicycle")


def _print_version(wanted: bool) -> None:
    if wanted:
        console.write(f"epicycle {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _epicycle(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Find cycles in data: their periods, waveforms, errors and significance."""
    if context.invoked_subcommand is None:
        console.write(context.get_help() + "\n")


@app.command(cls=_ListingCommand)
@with_search_options
def find(
    options: SearchOptions,
    plot: Plot = None,
    ids: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="COL",
            help="Column that tells many series apart: one model for each, in --output.  FILE may "
            "be a folder of Parquet files.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="With --id: the results, .jsonl or .csv."
        ),
    ] = None,
    screen: Annotated[
        bool,
        typer.Option(
            "--screen",
            help="With --id: only the strongest sinusoid of each series, in a small part of "
            "the time: no harmonics, aliases, drift or second cycle.",
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", help="With --id: processes.  [dim]One per processor.[/]"),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="With --id: the scheduler of a Dask cluster whose workers do it, or "
            "[bold]local[/bold]; --output is then a folder of Parquet files.",
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the cycles in a table of samples taken at any times.

    Prints a table of periods, amplitudes and times of maximum, with their errors.  Exit code 0:
    cycles found; 1: nothing significant; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle find co2.csv

    epicycle find rv.csv --group inst --unit d --plot rv.png

    zcat tide.csv.gz | epicycle find - --unit h --json

    epicycle find photons.csv --events --weight probability --drift --min-period 0.004

    epicycle find animals.csv --value all

    epicycle find stars.parquet --id star -o periods.jsonl

    epicycle find survey.csv --id star --screen -o periods.csv

    epicycle find survey/ --id star -o periods.jsonl

    epicycle find detector.parquet --min-period 0.01
    """
    if ids is not None or columns.wants_each_column(options):
        refuse_covariates(options.covariate, options.holidays, "there are many here")
    if ids is None and dask is None and columns.wants_each_column(options):
        if plot is not None:
            raise InputError(
                "--plot draws one series, --value all has many. To fix this, leave one out."
            )
        raise typer.Exit(
            columns.find_each_column(
                options, output, workers, screen=screen, as_json=as_json, quiet=quiet
            )
        )
    if ids is None and (output, workers, screen, dask) != (None, None, False, None):
        raise InputError(
            "--output, --workers, --screen and --dask are for the many series of --id or --value "
            "all. To fix this, name its column with --id, keep one model with epicycle fit, or "
            "leave them out."
        )
    if ids is not None:
        if plot is not None:
            raise InputError("--plot draws one series, --id has many. To fix this, leave one out.")
        raise typer.Exit(
            series.find_each(
                options,
                ids,
                output,
                workers,
                screen=screen,
                dask=dask,
                as_json=as_json,
                quiet=quiet,
            )
        )
    check_picture(plot, inputs=[options.file])
    rows = chunks.rows_in_chunks(options)
    if rows is not None:
        if plot is not None:
            raise InputError(
                f"--plot needs all samples in memory, and {options.file} is searched in chunks. To "
                f"fix this, leave it out, or search fewer rows."
            )
        model = chunks.find_in_chunks(options, rows, quiet=quiet)
    else:
        table = read_samples(options)
        model = search(options, table, quiet=quiet)
    if as_json:
        console.write(json.dumps(model.to_dict(), allow_nan=False) + "\n")
    else:
        console.write(console.as_text(model, in_words_of_options))
    if plot is not None:
        from epicycle.views.summary import plot_summary

        write_picture(plot_summary(model, Path(table.name).name), plot)
        if not quiet:
            console.say(f"wrote {plot}")
    raise typer.Exit(FOUND if model.cycles else NOTHING_FOUND)


app.command(cls=_ListingCommand)(fit.fit)

app.command(cls=_ListingCommand)(with_table_options(predict.predict))

app.command(cls=_ListingCommand)(backtest.backtest)

app.command(cls=_ListingCommand)(report.report)

app.command(cls=_ListingCommand)(with_table_options(track.track))

app.command()(with_table_options(actigraphy.actigraphy))
app.command(cls=_ListingCommand)(with_table_options(rhythms.rhythms))

app.command(cls=_ListingCommand)(with_table_options(compare.compare))

app.command()(learning.sin)

app.command()(clock.clock)

app.command()(calendar.calendar)

app.command()(doctor.doctor)


# ---- Words ---------------------------------------------------------------------------------


def _fail(error: InputError) -> int:
    console.say(f"error: {error}")
    return FAILED if isinstance(error, FailedError) else BAD_INPUT


def _failed(error: Exception) -> int:
    """Tell an error of our own in a line; return the exit code."""
    if _is_interrupt(error):
        return INTERRUPTED
    if os.environ.get(_TRACEBACK):
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    console.say(
        f"error: this is an error of epicycle ({what[:_LONGEST_REASON]}), not of what you gave. "
        f"Please report it, with what {_TRACEBACK}=1 in the environment lets it print."
    )
    return FAILED


def _is_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error, as behind that of an import cut short."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


#: Name of a variable of the environment: where it is set, errors of our own show where they arose.
_TRACEBACK = "EPICYCLE_TRACEBACK"

_LONGEST_REASON = 200
