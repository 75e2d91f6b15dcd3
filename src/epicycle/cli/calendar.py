"""``epicycle calendar``: learn weekday, month, day and leap year from examples, and their rule."""

from __future__ import annotations

from typing import Annotated

import typer

from epicycle.cli.learning import Against, Quiet, Seed
from epicycle.cli.lessons import Asked, Continuous, Device, Samples, WrongLabels, teach
from epicycle.cli.race import need_torch
from epicycle.cli.shared_options import AsJson, Plot
from epicycle.files.writing import InputError, check_picture

#: Years on either side of the range in which the calendar is read as well.
_BEYOND = 400.0


def calendar(
    epoch: Annotated[
        str, typer.Option(metavar="DATE", help="The day that begins at 0 s, as YYYY-MM-DD.")
    ] = "2000-01-01",
    years: Annotated[
        float, typer.Option(metavar="Y", help="Length of the range of training.")
    ] = 400.0,
    samples: Samples = 1 << 20,
    seed: Seed = 0,
    continuous: Continuous = False,
    wrong_labels: WrongLabels = 0.0,
    against: Against = "",
    device: Device = "cpu",
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Learn the calendar: from seconds to weekday, month, day, year of four and leap year.

    The network is told how many values each of the five has, and nothing else: the lengths of
    months and the rule of leap years come from the examples.  It is tested on unseen instants in
    the range of training and in the 400 years on either side.  The networks of --against get the
    same stream of examples and the same time.  Exit code 0: learned; 1: not learned; 2: the input
    cannot be used.

    [bold]Examples[/bold]

    epicycle calendar

    epicycle calendar --against siren,mlp,snake --plot calendar.png

    epicycle calendar --epoch 1583-01-01 --samples 100000 --json
    """
    check_picture(plot)
    need_torch("calendar")
    from epicycle.problems import Calendar

    try:
        problem = Calendar(epoch)
    except ValueError as failure:
        raise InputError(f"--epoch {epoch}: {failure}") from None
    asked = Asked(
        schema="epicycle.calendar/1", years=years, beyond=_BEYOND, samples=samples, seed=seed,
        continuous=continuous, wrong_labels=wrong_labels, gears=True, against=against,
        device=device, plot=plot, as_json=as_json, quiet=quiet,
    )  # fmt: skip
    described = {"epoch": epoch, "digits": list(problem.names)}
    raise typer.Exit(teach(problem, asked, described))
