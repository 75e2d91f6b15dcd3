"""``epicycle clock``: learn to read any clock from examples, beside the networks that fail."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from epicycle.cli.learning import Against, Quiet, Seed
from epicycle.cli.lessons import Asked, Continuous, Device, Samples, WrongLabels, teach
from epicycle.cli.race import need_torch
from epicycle.cli.shared_options import AsJson, Plot
from epicycle.files.writing import InputError, check_picture

if TYPE_CHECKING:
    from epicycle.problems.clock import Clock, Readable

#: Years on either side of the range in which the clock is read as well.
_BEYOND = 1200.0


class Display(StrEnum):
    """What a clock shows."""

    radices = "radices"
    six = "six"
    segments = "segments"


def clock(
    day_length: Annotated[
        float, typer.Option(metavar="S", help="Seconds of a day of the clock, any real number.")
    ] = 86400.0,
    radices: Annotated[
        str, typer.Option(metavar="R,...", help="Values of each digit, the slowest first.")
    ] = "24,60,60",
    digits: Annotated[
        Display,
        typer.Option(
            help="What the display shows: a number for each radix, six (for Earth's clock) decimal "
            "digits, or the segments that these light."
        ),
    ] = Display.radices,
    years: Annotated[
        float, typer.Option(metavar="Y", help="Length of the range of training.")
    ] = 120.0,
    samples: Samples = 1 << 20,
    seed: Seed = 0,
    continuous: Continuous = False,
    wrong_labels: WrongLabels = 0.0,
    gears: Annotated[
        bool,
        typer.Option(help="Lock the digits to each other where they are found to be geared."),
    ] = True,
    against: Against = "",
    device: Device = "cpu",
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Learn to read a clock: from seconds since T0, anywhere in 120 years, to its digits.

    The network is told how many values each digit has, and nothing else of the clock.  It is
    tested on unseen instants in the range of training and in the 1,200 years on either side.
    The networks of --against get the same stream of examples and the same time.  Exit code 0:
    learned; 1: not learned; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle clock --against siren,mlp,snake

    epicycle clock --day-length 88775.244 --radices 24,60,60 --plot mars.png

    epicycle clock --day-length 1e5 --radices 10,100,100 --continuous --json

    epicycle clock --digits segments --against siren,mlp --plot segments.png
    """
    check_picture(plot)
    need_torch("clock")
    the_clock = _the_clock(day_length, radices)
    asked = Asked(
        schema="epicycle.clock/1", years=years, beyond=_BEYOND, samples=samples, seed=seed,
        continuous=continuous, wrong_labels=wrong_labels, gears=gears, against=against,
        device=device, plot=plot, as_json=as_json, quiet=quiet,
    )  # fmt: skip
    described = {
        "clock": {"day_length": the_clock.day_length, "radices": list(the_clock.radices)},
        "digits": digits.value,
    }
    raise typer.Exit(teach(_displayed(the_clock, digits), asked, described))


def _displayed(the_clock: Clock, digits: Display) -> Readable:
    from epicycle.problems import DecimalDigits, SevenSegments

    if digits is Display.six:
        return DecimalDigits(the_clock)
    return SevenSegments(the_clock) if digits is Display.segments else the_clock


def _the_clock(day_length: float, radices: str) -> Clock:
    from epicycle.problems.clock import Clock

    try:
        return Clock(day_length, tuple(int(radix) for radix in radices.split(",")))
    except ValueError as failure:
        reason = str(failure)
        if "invalid literal" in reason:
            reason = "expected whole numbers with commas in between, such as 24,60,60."
        raise InputError(f"--day-length {day_length:g} --radices {radices}: {reason}") from None
