"""``epicycle clock``: learn to read any clock from examples, beside the networks that fail."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from epicycle.cli import console
from epicycle.cli.learning import LEARNED, NOT_LEARNED, Against, Quiet, Seed, clock_baselines
from epicycle.cli.race import Race, need_torch, parse_entries, table
from epicycle.cli.shared_options import AsJson, Plot
from epicycle.files.writing import InputError, check_picture, write_picture

if TYPE_CHECKING:
    from epicycle.problems.clock import Clock, Integers
    from epicycle.problems.clock_training import ClockLesson
    from epicycle.samples.arrays import Floats

_TITLE = "Periodic + Dials, SpectralDescent"

#: Share of unseen instants, in the range of training, with every digit right, of a learned clock.
_LEARNED_SHARE = 0.999

#: Years on either side of the range in which the clock is read as well, and instants of a test.
_BEYOND, _TESTS = 1200.0, 1_000_000


def clock(
    day_length: Annotated[
        float, typer.Option(metavar="S", help="Seconds of a day of the clock, any real number.")
    ] = 86400.0,
    radices: Annotated[
        str, typer.Option(metavar="R,...", help="Values of each digit, the slowest first.")
    ] = "24,60,60",
    years: Annotated[
        float, typer.Option(metavar="Y", help="Length of the range of training.")
    ] = 120.0,
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Different examples in the training set.")
    ] = 1 << 20,
    seed: Seed = 0,
    continuous: Annotated[
        bool, typer.Option("--continuous", help="Instants are real numbers, not whole seconds.")
    ] = False,
    wrong_labels: Annotated[
        float, typer.Option(metavar="SHARE", help="Share of readings replaced at random.")
    ] = 0.0,
    gears: Annotated[
        bool,
        typer.Option(help="Lock the digits to each other where they are found to be geared."),
    ] = True,
    against: Against = "",
    device: Annotated[str, typer.Option(metavar="DEVICE", help="Where to train ours.")] = "cpu",
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
    """
    check_picture(plot)
    need_torch("clock")
    from epicycle.problems.clock import exact_match
    from epicycle.problems.clock_training import learn_clock
    from epicycle.problems.designs import design

    entries = parse_entries(against, design)
    the_clock = _the_clock(day_length, radices)
    rng = np.random.default_rng(seed)
    try:
        t = the_clock.sample(samples, rng=rng, years=years, continuous=continuous)
        digits = the_clock.replace_labels(the_clock.digits(t), wrong_labels, rng=rng)
    except ValueError as failure:
        raise InputError(str(failure)) from None
    _check_device(device)
    with Race(shown=not quiet) as race:
        show = race.starter(_TITLE, 1.0)
        started = time.perf_counter()

        def progress(batches: int, of: int, loss: float) -> None:
            show(batches, time.perf_counter() - started, loss, batches / of)

        try:
            lesson = learn_clock(
                t, digits, the_clock.radices, geared=gears, seed=seed, device=device,
                progress=progress,
            )  # fmt: skip
        except ValueError as failure:
            raise InputError(str(failure)) from None
        tests = np.random.default_rng([seed, 1])
        shares = []
        for beyond in (0.0, _BEYOND):
            unseen = the_clock.sample(
                _TESTS, rng=tests, years=years, beyond=beyond, continuous=continuous
            )
            shares.append(exact_match(lesson.network.read(unseen), the_clock.digits(unseen)))
        others = clock_baselines(
            entries, the_clock, race, seconds=lesson.seconds, seed=seed, years=years,
            continuous=continuous,
        )  # fmt: skip
    if as_json:
        document = {
            "schema": "epicycle.clock/1",
            "exact_match_in_range": shares[0],
            "exact_match_beyond": shares[1],
            "n_test": _TESTS,
            "parameters": lesson.parameters,
            "samples_seen": lesson.samples_seen,
            "distinct_samples": lesson.distinct_samples,
            "seconds": lesson.seconds,
            "periods": lesson.periods.tolist(),
            "period_errors": None if lesson.errors is None else _period_errors(lesson).tolist(),
            "gears": None if lesson.gears is None else list(lesson.network.dials.gears or ()),
            "clock": {"day_length": the_clock.day_length, "radices": list(the_clock.radices)},
            "baselines": {entry: result.to_dict() for entry, (result, _) in others.items()},
        }
        console.write(json.dumps(document, allow_nan=False) + "\n")
    else:
        console.write(_table(lesson, shares, [result for result, _ in others.values()]))
        console.write(_report(lesson))
    if plot is not None:
        write_picture(_picture(the_clock, years, lesson, shares[0], others, seed), plot)
        if not quiet:
            console.say(f"wrote {plot}")
    raise typer.Exit(LEARNED if shares[0] >= _LEARNED_SHARE else NOT_LEARNED)


def _the_clock(day_length: float, radices: str) -> Clock:
    from epicycle.problems.clock import Clock

    try:
        return Clock(day_length, tuple(int(radix) for radix in radices.split(",")))
    except ValueError as failure:
        reason = str(failure)
        if "invalid literal" in reason:
            reason = "expected whole numbers with commas in between, such as 24,60,60."
        raise InputError(f"--day-length {day_length:g} --radices {radices}: {reason}") from None


def _check_device(device: str) -> None:
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as failure:
        reason = str(failure).splitlines()[0]
        raise InputError(f"--device {device}: {reason} To fix this, use --device cpu.") from None


def _period_errors(lesson: ClockLesson) -> Floats:
    """Return the standard error of the period of each digit, in seconds."""
    assert lesson.errors is not None
    relative = lesson.errors.frequency / np.abs(
        lesson.network.periodic.frequency.detach().cpu().numpy()[:, 0]
    )
    errors: Floats = lesson.periods * relative
    return errors


def _table(lesson: ClockLesson, shares: list[float], others: list[Any]) -> str:
    headings = ["", "all digits right", f"in {_BEYOND:,.0f} years around", "samples", "seconds"]
    headings.append("parameters")
    rows = [
        [
            _TITLE,
            *map(_percent, shares),
            f"{lesson.samples_seen:,}",
            f"{lesson.seconds:.1f}",
            f"{lesson.parameters:,}",
        ]
    ]
    rows += [
        [
            result.title,
            _percent(result.exact_match_in_range),
            _percent(result.exact_match_beyond),
            f"{result.samples_seen:,}",
            f"{result.seconds:.1f}",
            f"{result.parameters:,}",
        ]
        for result in others
    ]
    return table(headings, rows, winner=0 if shares[0] >= _LEARNED_SHARE else -1)


def _percent(share: float) -> str:
    """Return a share in per cent, never rounded up to 100."""
    return "100 %" if share == 1.0 else f"{np.floor(share * 1e6) / 1e4:.4f} %"


def _report(lesson: ClockLesson) -> str:
    """Return what was learned: the period of each digit, gears, and what they might mean."""
    from epicycle.results.suggestions import suggest_periods
    from epicycle.views.human import human_number, human_odds
    from epicycle.views.tables import suggestion_words

    if lesson.errors is None:
        return "\nA digit was not learned: its frequency was not found, or too few samples.\n"
    lines = [""]
    errors = _period_errors(lesson).tolist()
    for period, error in zip(lesson.periods.tolist(), errors, strict=True):
        lines.append(f"period: {human_number(period, error)} s")
    if lesson.gears is not None:
        ratios = " : ".join(map(str, lesson.network.dials.gears or ()))
        odds = human_odds(lesson.gears.odds)
        lines.append(f"gears: {ratios}, odds {odds} (locked; --no-gears keeps them apart)")
    suggestions = suggest_periods(float(lesson.periods[0]), errors[0], "s")
    if suggestions:
        words = suggestion_words(suggestions[0], "s")
        lines.append(f"perhaps: the day is {words} (against chance; no period was changed)")
    return "\n".join(lines) + "\n"


def _picture(
    the_clock: Clock,
    years: float,
    lesson: ClockLesson,
    share: float,
    others: dict[str, Any],
    seed: int,
) -> Any:
    """Return clock faces at instants inside and far outside the years of training."""
    from epicycle.problems.clock import YEAR
    from epicycle.problems.contest import read_digits
    from epicycle.problems.faces import draw_clocks

    rng = np.random.default_rng([seed, 2])
    where = np.array([-0.75 * _BEYOND, 0.25 * years, 0.8 * years, years + 0.85 * _BEYOND])
    instants = (where * YEAR + rng.uniform(0, the_clock.day_length, len(where))).astype(np.int64)
    readings: dict[str, Integers] = {"epicycle": lesson.network.read(instants)}
    remarks = {"epicycle": f"{_percent(share)} right"}
    for result, trained in others.values():
        # the number that had to be guessed, if any, goes below the name
        name, _, guess = result.title.partition(", ")
        readings[name] = read_digits(trained(instants), the_clock.radices)
        remarks[name] = f"{guess}: " if guess else ""
        remarks[name] += f"{_percent(result.exact_match_in_range)} right"
    return draw_clocks(the_clock, instants, readings, years=years, remarks=remarks)
