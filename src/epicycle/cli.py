"""The command ``epicycle``: parse -> call -> print.

Results go to standard output, everything said about them to standard error.  Exit codes: 0 cycles
found, 1 nothing significant found, 2 bad input (one line says what), 130 interrupted.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from epicycle import __version__, _console, cli_clock, cli_learning, find_cycles
from epicycle._picture_files import PICTURES, InputError, check_picture, write_picture

FOUND, NOTHING_FOUND, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

#: Defaults have one home, the signature of the function.
_DEFAULT = {name: p.default for name, p in inspect.signature(find_cycles).parameters.items()}

#: Arguments in messages of the library, as they are called here.
_OPTIONS = {
    "minimum_period": "--min-period",
    "maximum_period": "--max-period",
    "max_cycles": "--max-cycles",
    "max_frequencies": "--max-frequencies",
    "signal_to_noise": "--signal-to-noise",
    "false_alarm": "--false-alarm",
    "red_noise": "--red-noise",
}
_LEADING_OPTIONS = ("harmonics", "trend", "known", "exposure", "unit", "strategy")


class _Commands(TyperGroup):
    """Commands whose every failure is one line and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command, and end with its exit code."""
        standalone = extra.pop("standalone_mode", True)
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except InputError as error:
            code = _fail(str(error))
        except OSError as error:
            code = _fail(f"the output cannot be written ({error.strerror or error}).")
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except Exception as error:
            # a misuse of options; its class is Click's or Typer's own, depending on the version
            if not hasattr(error, "format_message"):
                raise
            code = _fail(f"{error.format_message().rstrip('.')}. See epicycle --help.")
        if code == INTERRUPTED:
            _console.say("interrupted")
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
            stream.reconfigure(errors="replace")
    app(prog_name="epicycle")


def _print_version(wanted: bool) -> None:
    if wanted:
        _console.write(f"epicycle {__version__}\n")
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
        _console.write(context.get_help() + "\n")


@app.command(cls=_ListingCommand)
def find(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV or Parquet, gzipped or not; [bold]-[/bold] is standard input.",
            show_default=False,
        ),
    ],
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="Column of times: numbers or ISO dates.  [dim]Guessed.[/]"
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of values; repeat it for several that share their periods.  "
            "[dim]Guessed.[/]",
        ),
    ] = None,
    error: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of standard errors, once for all values or once for each; "
            "[bold]none[/bold] for none.  [dim]Guessed.[/]",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of instruments or series; each gets an offset and a scatter of its own.",
        ),
    ] = None,
    events: Annotated[
        bool,
        typer.Option("--events", help="The times are those of events, which have no values."),
    ] = False,
    weight: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column of weights, of events or in place of errors."),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="Unit of time, of all periods: s, min, h, d, w, y.  "
            "[dim]Guessed from the name of the time column; d for dates.[/]",
        ),
    ] = None,
    min_period: Annotated[
        float | None,
        typer.Option(metavar="P", help="Shortest period.  [dim]By default what the gaps allow.[/]"),
    ] = None,
    max_period: Annotated[
        float | None,
        typer.Option(metavar="P", help="Longest period.  [dim]By default the whole baseline.[/]"),
    ] = None,
    max_cycles: Annotated[
        int, typer.Option(metavar="K", help="Stop at this many cycles.")
    ] = _DEFAULT["max_cycles"],
    harmonics: Annotated[
        int, typer.Option(metavar="K", help="Highest harmonic of a cycle; 1 for sinusoids only.")
    ] = _DEFAULT["harmonics"],
    false_alarm: Annotated[
        float, typer.Option(metavar="P", help="Largest probability that a cycle is noise.")
    ] = _DEFAULT["false_alarm"],
    drift: Annotated[
        bool, typer.Option("--drift", help="Let the frequency of each cycle change with time.")
    ] = _DEFAULT["drift"],
    strategy: Annotated[
        str, typer.Option(metavar="NAME", help="How to search: auto, dense or ladder.")
    ] = _DEFAULT["strategy"],
    trend: Annotated[
        int, typer.Option(metavar="DEGREE", help="Degree of the polynomial that is fitted along.")
    ] = _DEFAULT["trend"],
    known: Annotated[
        list[float] | None,
        typer.Option(metavar="PERIOD", help="A period known beforehand, held; repeat for several."),
    ] = None,
    exposure: Annotated[
        float, typer.Option(metavar="E", help="Length of each sample's exposure.")
    ] = _DEFAULT["exposure"],
    max_frequencies: Annotated[
        float,
        typer.Option(
            metavar="N",
            help="Largest number of frequencies that one search may evaluate.",
            show_default="5e8",
        ),
    ] = _DEFAULT["max_frequencies"],
    signal_to_noise: Annotated[
        float | None,
        typer.Option(
            metavar="A",
            help="Amplitude of the weakest cycle expected, in units of the noise of one sample.  "
            "[dim]Unknown.[/]",
        ),
    ] = None,
    red_noise: Annotated[
        bool,
        typer.Option("--red-noise", help="Test against a smooth noise spectrum, not white noise."),
    ] = _DEFAULT["red_noise"],
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"Write a picture: {', '.join(PICTURES)}.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON document.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing of guesses and progress.")
    ] = False,
) -> None:
    """Find the cycles in a table of samples taken at any times.

    Prints a table of periods, amplitudes and times of maximum, with their errors.  Exit code 0:
    cycles found; 1: nothing significant; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle find co2.csv

    epicycle find rv.csv --group inst --unit d --plot rv.png

    zcat tide.csv.gz | epicycle find - --unit h --json

    epicycle find photons.csv --events --weight probability --drift --min-period 0.004
    """
    from epicycle.reading import ReadError, read_table

    check_picture(plot)
    if events and (value or error or group):
        raise InputError(
            "--events have no values: --value, --error and --group do not apply. "
            "To fix this, leave out either these or --events."
        )
    try:
        table = read_table(
            file,
            time=time,
            values=value or (),
            errors=error or (),
            group=group,
            weight=weight,
            events=events,
        )
    except ReadError as problem:
        raise InputError(str(problem)) from None
    guessed_unit = (
        [] if unit is not None or table.unit is None else [f"unit: {table.unit} (guessed)"]
    )
    guesses = ", ".join([*table.guesses, *guessed_unit])
    with _console.ProgressBar(shown=not quiet, preface=guesses) as bar:
        try:
            model = find_cycles(
                table.t,
                table.y,
                table.dy,
                group=table.group,
                weights=table.weights,
                unit=table.unit if unit is None else unit,
                minimum_period=min_period,
                maximum_period=max_period,
                max_cycles=max_cycles,
                harmonics=harmonics,
                false_alarm=false_alarm,
                drift=drift,
                strategy=strategy,
                trend=trend,
                known=known or (),
                exposure=exposure,
                max_frequencies=max_frequencies,
                signal_to_noise=signal_to_noise,
                red_noise=red_noise,
                progress=bar.update,
            )
        except (TypeError, ValueError) as problem:
            message = _in_words_of_options(str(problem))
            of_data = guesses and not message.startswith("--")
            raise InputError(f"{message} ({guesses})" if of_data else message) from problem
        except MemoryError:
            raise InputError(
                "there is not enough memory for this search. To fix this, raise --min-period."
            ) from None
    if as_json:
        _console.write(json.dumps(model.to_dict(), allow_nan=False) + "\n")
    else:
        _console.write(_console.as_text(model, _in_words_of_options))
    if plot is not None:
        from epicycle import plots

        write_picture(plots.plot_summary(model, Path(table.name).name), plot)
        if not quiet:
            _console.say(f"wrote {plot}")
    raise typer.Exit(FOUND if model.cycles else NOTHING_FOUND)


app.command()(cli_learning.sin)
app.command()(cli_clock.clock)


# ---- Words ---------------------------------------------------------------------------------


def _fail(message: str) -> int:
    _console.say(f"error: {message}")
    return BAD_INPUT


def _in_words_of_options(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    for name, option in _OPTIONS.items():
        message = re.sub(rf"\b{name}\b", option, message)
    return re.sub(rf"^({'|'.join(_LEADING_OPTIONS)})\b", r"--\1", message)
