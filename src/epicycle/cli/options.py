"""The options of a search, shared by every command that searches, and a search by them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from epicycle import find_cycles
from epicycle.cli import console
from epicycle.cli.covariates import with_holidays
from epicycle.cli.shared_options import MaxMemory, MaxSeconds, MaxTable
from epicycle.cli.table_options import TableOptions, in_zone_asked, told_of
from epicycle.cli.wording import in_words_of_options as in_words_of_options
from epicycle.files.writing import InputError
from epicycle.samples.options import Options

if TYPE_CHECKING:
    from epicycle.files.reading import Table
    from epicycle.model import CycleModel

#: Exit codes: 1 says that nothing is significant, and no failure ever does.
FOUND, NOTHING_FOUND, BAD_INPUT, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

#: The defaults of the library are those of the commands.
_DEFAULT = Options()


@dataclass(frozen=True, kw_only=True)
class SearchOptions(TableOptions):
    """What a user says of a table and of the cycles to look for in it."""

    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="CSV, Parquet, Excel, FITS or VOTable, gzipped or not; [bold]-[/bold] is "
            "standard input.",
            show_default=False,
        ),
    ]
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="Column of times: numbers or ISO dates.  [dim]Guessed.[/]"
        ),
    ] = None
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of values; repeat it for several that share their periods; "
            "[bold]all[/bold] in find: each column a series of its own.  "
            "[dim]Guessed.[/]",
        ),
    ] = None
    error: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of standard errors, once for all values or once for each; "
            "[bold]none[/bold] for none.  [dim]Guessed.[/]",
        ),
    ] = None
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COL",
            help="Column of instruments or series; each gets an offset and a scatter of its own.",
        ),
    ] = None
    per_group: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help="What else differs between groups: [bold]offset[/bold] nothing, "
            "[bold]amplitude[/bold] the amplitude of one waveform, [bold]waveform[/bold] "
            "amplitudes and phases, [bold]auto[/bold] offset or waveform, what is likelier.",
        ),
    ] = _DEFAULT.per_group
    events: Annotated[
        bool,
        typer.Option("--events", help="The times are those of events, which have no values."),
    ] = False
    weight: Annotated[
        str | None,
        typer.Option(metavar="COL", help="Column of weights, of events or in place of errors."),
    ] = None
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COL",
            help="Column of what else the values depend on, linearly; repeat it for several.",
        ),
    ] = None
    holidays: Annotated[
        str | None,
        typer.Option(
            metavar="COUNTRY",
            help="Let the holidays of a country (DE, US, US-CA) and Black Friday have effects.",
        ),
    ] = None
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="Unit of time, of all periods: s, min, h, d, w, y.  "
            "[dim]Guessed from the name of the time column; d for dates.[/]",
        ),
    ] = None
    min_period: Annotated[
        float | None,
        typer.Option(metavar="P", help="Shortest period.  [dim]By default what the gaps allow.[/]"),
    ] = None
    max_period: Annotated[
        float | None,
        typer.Option(metavar="P", help="Longest period.  [dim]By default the whole baseline.[/]"),
    ] = None
    max_cycles: Annotated[int, typer.Option(metavar="K", help="Stop at this many cycles.")] = (
        _DEFAULT.max_cycles
    )
    harmonics: Annotated[
        int, typer.Option(metavar="K", help="Highest harmonic of a cycle; 1 for sinusoids only.")
    ] = _DEFAULT.harmonics
    false_alarm: Annotated[
        float, typer.Option(metavar="P", help="Largest probability that a cycle is noise.")
    ] = _DEFAULT.false_alarm
    drift: Annotated[
        bool, typer.Option("--drift", help="Let the frequency of each cycle change with time.")
    ] = _DEFAULT.drift
    strategy: Annotated[
        str, typer.Option(metavar="NAME", help="How to search: auto, dense or ladder.")
    ] = _DEFAULT.strategy
    trend: Annotated[
        str,
        typer.Option(
            metavar="DEGREE",
            help="Degree of the polynomial that is fitted along, which goes on beyond the data; "
            "[bold]auto[/bold] for a line, and beyond the data what they say; or "
            "[bold]piecewise[/bold] for a line that may bend.",
        ),
    ] = str(_DEFAULT.trend)
    varying_amplitude: Annotated[
        bool,
        typer.Option(
            "--varying-amplitude", help="Let the amplitude of each cycle change slowly with time."
        ),
    ] = _DEFAULT.varying_amplitude
    clock: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Of dates: count the time that passes ([bold]elapsed[/bold], as tides do) or "
            "what clocks show ([bold]local[/bold], as people do).",
        ),
    ] = _DEFAULT.clock
    zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="Time zone of the dates, such as Europe/Berlin: those with an offset are told "
            "in it, others are taken to be in it.",
        ),
    ] = None
    known: Annotated[
        list[float] | None,
        typer.Option(metavar="PERIOD", help="A period known beforehand, held; repeat for several."),
    ] = None
    period: Annotated[
        str | None,
        typer.Option(
            metavar="P",
            help="Ask about one rhythm: of this period ([bold]24[/bold], held) or in a range "
            "([bold]20:28[/bold]), however few its cycles are; nothing else is looked for.",
        ),
    ] = None
    exposure: Annotated[
        float, typer.Option(metavar="E", help="Length of each sample's exposure.")
    ] = _DEFAULT.exposure
    loss: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="squares, huber where some values may be far off, or auto: huber where values "
            "far off hide all else.",
        ),
    ] = _DEFAULT.loss
    response: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The scale on which level and cycles add up: identity, log (seasons multiply), "
            "logit (shares), count, or auto: the values as they are, forecasts by what is "
            "likelier.",
        ),
    ] = _DEFAULT.response
    max_frequencies: Annotated[
        float,
        typer.Option(
            metavar="N",
            help="Largest number of frequencies that one search may evaluate.",
            show_default="5e8",
        ),
    ] = _DEFAULT.max_frequencies
    max_seconds: MaxSeconds = None
    max_memory: MaxMemory = _DEFAULT.max_memory
    signal_to_noise: Annotated[
        float | None,
        typer.Option(
            metavar="A",
            help="Amplitude of the weakest cycle expected, in units of the noise of one sample.  "
            "[dim]Unknown.[/]",
        ),
    ] = None
    red_noise: Annotated[
        bool,
        typer.Option("--red-noise", help="Test against a smooth noise spectrum, not white noise."),
    ] = _DEFAULT.red_noise

    max_table: MaxTable = None

    def of_library(self) -> Options:
        """Return what to look for, as the library calls it; nothing is checked yet."""
        return Options(
            per_group=self.per_group,
            unit=self.unit,
            minimum_period=self.min_period,
            maximum_period=self.max_period,
            max_cycles=self.max_cycles,
            harmonics=self.harmonics,
            false_alarm=self.false_alarm,
            drift=self.drift,
            strategy=self.strategy,
            max_frequencies=self.max_frequencies,
            max_seconds=self.max_seconds,
            max_memory=self.max_memory,
            signal_to_noise=self.signal_to_noise,
            trend=_whole(self.trend),
            varying_amplitude=self.varying_amplitude,
            known=tuple(self.known or ()),
            period=None if self.period is None else range_of(self.period),
            exposure=self.exposure,
            red_noise=self.red_noise,
            loss=self.loss,
            response=self.response,
            clock=self.clock,
        )


def with_search_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose first parameter, the search options, is one option for each field.

    Typer reads the signature of a function: the one made here lists the fields of
    :class:`SearchOptions` in place of the first parameter.
    """
    hints = get_type_hints(SearchOptions, include_extras=True)
    names = [field.name for field in fields(SearchOptions)]
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.name == "file" else field.default,
            annotation=hints[field.name],
        )
        for field in fields(SearchOptions)
    ]
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    ]

    def run(**given: Any) -> None:
        options = SearchOptions(**{name: given.pop(name) for name in names})
        command(options, **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*shared, *own)}
    return run


def read_samples(options: SearchOptions, series: str | None = None) -> Table:
    """Return the table that the options name; `series` is the column of ids, if there is one.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    from epicycle.files.instants import in_named_zone
    from epicycle.files.reading import ReadError, read_table

    of_values = (options.value, options.error, options.group, options.covariate, options.holidays)
    if options.events and any(of_values):
        raise InputError(
            "--events have no values: --value, --error, --group and covariates do not apply. "
            "To fix this, leave out either these or --events."
        )
    try:
        table = read_table(
            options.file,
            time=options.time,
            values=options.value or (),
            errors=options.error or (),
            group=options.group,
            weight=options.weight,
            series=series,
            covariates=options.covariate or (),
            events=options.events,
            max_table=options.max_table,
            told=options.written(),
        )
        if options.zone is not None:
            table = in_zone_asked(table, in_named_zone(table.t, options.zone))
        return table if options.holidays is None else with_holidays(table, options.holidays)
    except (ReadError, ValueError) as problem:
        raise InputError(str(problem)) from None


def range_of(text: str) -> float | tuple[float, float]:
    """Return the period, or its range, that an option names.

    Raises
    ------
    InputError
        If it is neither a positive number nor two of them.
    """
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 < n < float("inf") for n in numbers):
        raise InputError(
            f"--period must be a number or a range, got {text!r}. "
            f"To fix this, write 24, or 18:32 for anything between."
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def _whole(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def unit_and_guesses(options: SearchOptions, table: Table) -> tuple[str | None, str]:
    """Return the unit of time, and what the user did not say, in one line."""
    if options.unit is not None or table.unit is None:
        return options.unit, ", ".join([*table.guesses, *told_of(table)])
    unit = f"unit: {table.unit} (guessed)"
    return table.unit, ", ".join([*table.guesses, unit, *told_of(table)])


def search(options: SearchOptions, table: Table, *, quiet: bool) -> CycleModel:
    """Return the cycles in a table, with guesses and progress told unless `quiet`.

    Raises
    ------
    InputError
        If something in the table or the options cannot be used.
    """
    unit, guesses = unit_and_guesses(options, table)
    wanted = replace(options.of_library(), unit=unit)
    if table.clock is not None:
        wanted = replace(wanted, clock=table.clock)
    with console.ProgressBar(shown=not quiet, preface=guesses) as bar:
        try:
            return find_cycles(
                table.t,
                table.y,
                table.dy,
                group=table.group,
                weights=table.weights,
                covariates=table.covariates,
                progress=bar.update,
                **wanted.arguments(),
            )
        except (TypeError, ValueError) as problem:
            if not _is_refusal(problem):
                raise
            message = in_words_of_options(str(problem))
            of_data = guesses and not message.startswith("--")
            raise InputError(f"{message} ({guesses})" if of_data else message) from problem
        except MemoryError:
            raise InputError(
                "there is not enough memory for this search. To fix this, raise --min-period."
            ) from None


def _is_refusal(problem: Exception) -> bool:
    """Return whether we refuse something, rather than stumble over it in another package."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is None or str(trace.tb_frame.f_globals.get("__name__")).startswith("epicycle")
