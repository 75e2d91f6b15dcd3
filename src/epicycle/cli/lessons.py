"""Lessons on the command line: a network learns to read something, and others beside it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from epicycle.cli import console
from epicycle.cli.learning import LEARNED, NOT_LEARNED, clock_baselines
from epicycle.cli.race import Race, parse_entries, table
from epicycle.files.writing import InputError, write_picture

if TYPE_CHECKING:
    from epicycle.problems.clock import Integers, Readable
    from epicycle.problems.clock_training import ClockLesson
    from epicycle.samples.arrays import Floats

_DIALS = "Periodic + Dials, SpectralDescent"
_WHEELS = "Wheels, from lines of the labels"

#: Share of unseen instants, in the range of training, with every digit right, of a learned clock.
_LEARNED_SHARE = 0.999

#: Instants of a test.
_TESTS = 1_000_000

#: Seconds over which the instants of a picture are scattered, so that no two rows look alike.
_A_YEAR_OR_SO = 3e7

Samples = Annotated[
    int, typer.Option(metavar="N", min=1, help="Different examples in the training set.")
]

Continuous = Annotated[
    bool, typer.Option("--continuous", help="Instants are real numbers, not whole seconds.")
]

WrongLabels = Annotated[
    float, typer.Option(metavar="SHARE", help="Share of readings replaced at random.")
]

Device = Annotated[str, typer.Option(metavar="DEVICE", help="Where to train ours.")]


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line: the options of the commands that teach."""

    schema: str
    years: float
    beyond: float
    samples: int
    seed: int
    continuous: bool
    wrong_labels: float
    gears: bool
    against: str
    device: str
    plot: Path | None
    as_json: bool
    quiet: bool


def teach(problem: Readable, asked: Asked, described: dict[str, Any]) -> int:
    """Let a network learn to read something, say how well it and others do; return the exit code.

    Parameters
    ----------
    problem : Clock, DecimalDigits, SevenSegments or Calendar
        What is to be read.
    asked : Asked
        The options.
    described : dict
        What the document says of the problem.
    """
    from epicycle.problems.clock import exact_match, replace_labels
    from epicycle.problems.clock_training import learn_clock
    from epicycle.problems.designs import design

    entries = parse_entries(asked.against, design)
    where: dict[str, Any] = {"years": asked.years, "continuous": asked.continuous}
    rng = np.random.default_rng(asked.seed)
    try:
        t = problem.sample(asked.samples, rng=rng, **where)
        digits = replace_labels(problem.digits(t), problem.radices, asked.wrong_labels, rng=rng)
    except ValueError as failure:
        raise InputError(str(failure)) from None
    _check_device(asked.device)
    with Race(shown=not asked.quiet) as race:
        show = race.starter(_DIALS, 1.0)
        started = time.perf_counter()

        def progress(batches: int, of: int, loss: float) -> None:
            show(batches, time.perf_counter() - started, loss, batches / of)

        try:
            lesson = learn_clock(
                t, digits, problem.radices, geared=asked.gears, seed=asked.seed,
                device=asked.device, progress=progress,
            )  # fmt: skip
        except ValueError as failure:
            raise InputError(str(failure)) from None
        tests = np.random.default_rng([asked.seed, 1])
        shares = []
        for beyond in (0.0, asked.beyond):
            unseen = problem.sample(_TESTS, rng=tests, beyond=beyond, **where)
            shares.append(exact_match(lesson.network.read(unseen), problem.digits(unseen)))
        others = clock_baselines(
            entries, problem, race, seconds=lesson.seconds, seed=asked.seed, beyond=asked.beyond,
            **where,
        )  # fmt: skip
    if asked.as_json:
        document = _document(lesson, shares, asked, described)
        document["baselines"] = {entry: result.to_dict() for entry, (result, _) in others.items()}
        console.write(json.dumps(document, allow_nan=False) + "\n")
    else:
        console.write(
            _table(lesson, shares, asked.beyond, [result for result, _ in others.values()])
        )
        console.write(_report(lesson))
    if asked.plot is not None:
        write_picture(_picture(problem, asked, lesson, shares[0], others), asked.plot)
        if not asked.quiet:
            console.say(f"wrote {asked.plot}")
    return LEARNED if shares[0] >= _LEARNED_SHARE else NOT_LEARNED


def _document(
    lesson: ClockLesson, shares: list[float], asked: Asked, described: dict[str, Any]
) -> dict[str, Any]:
    """Return what --json says, but for the other networks."""
    gears = lesson.network.dials.gears
    return {
        "schema": asked.schema,
        "exact_match_in_range": shares[0],
        "exact_match_beyond": shares[1],
        "n_test": _TESTS,
        "parameters": lesson.parameters,
        "samples_seen": lesson.samples_seen,
        "distinct_samples": lesson.distinct_samples,
        "seconds": lesson.seconds,
        "periods": [p if np.isfinite(p) else None for p in lesson.periods.tolist()],
        "period_errors": None if lesson.errors is None else _period_errors(lesson).tolist(),
        "gears": None if gears is None else list(gears),
        **described,
    }


def _check_device(device: str) -> None:
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as failure:
        reason = str(failure).splitlines()[0]
        raise InputError(f"--device {device}: {reason} To fix this, use --device cpu.") from None


def _has_wheels(lesson: ClockLesson) -> bool:
    from epicycle.problems.wheels import WheelNetwork

    return isinstance(lesson.network, WheelNetwork)


def _period_errors(lesson: ClockLesson) -> Floats:
    """Return the standard error of the period of each digit, in seconds."""
    from epicycle.problems.clock_network import ClockNetwork

    assert lesson.errors is not None
    assert isinstance(lesson.network, ClockNetwork)
    relative = lesson.errors.frequency / np.abs(
        lesson.network.periodic.frequency.detach().cpu().numpy()[:, 0]
    )
    errors: Floats = lesson.periods * relative
    return errors


def _table(lesson: ClockLesson, shares: list[float], beyond: float, others: list[Any]) -> str:
    headings = ["", "all digits right", f"in {beyond:,.0f} years around", "samples", "seconds"]
    headings.append("parameters")
    rows = [
        [
            _WHEELS if _has_wheels(lesson) else _DIALS,
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
    from epicycle.look.human import human_number, human_odds
    from epicycle.results.suggestions import suggest_periods
    from epicycle.views.tables import suggestion_words

    if _has_wheels(lesson):
        return _report_of_wheels(lesson)
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


def _sectors(count: int) -> str:
    return "1 sector" if count == 1 else f"{count:,} sectors"


def _report_of_wheels(lesson: ClockLesson) -> str:
    """Return what wheels were made, each as often as digits have one like it."""
    from epicycle.problems.wheels import WheelNetwork

    network = lesson.network
    assert isinstance(network, WheelNetwork)
    seen: dict[str, int] = {}
    for wheel in network.wheels:
        if wheel is not None:
            turn = f"one turn in {1 / wheel.frequency:.12g} s" if wheel.frequency else "never turns"
            words = f"wheel: {turn}, {_sectors(len(wheel.edges))}"
            seen[words] = seen.get(words, 0) + 1
    lines = [words if times == 1 else f"{words} ({times} digits)" for words, times in seen.items()]
    if network.gears is not None:
        lines.append("gears: locked to one frequency (--no-gears keeps them apart)")
    counted = network.counted
    told = () if counted is None else counted.digits
    if counted is not None:
        cycle = counted.counter.ticks
        lines.append(
            f"counter: digits {', '.join(str(k + 1) for k in told)} repeat after {cycle:,} ticks "
            f"of {1 / (counted.wheel.frequency * counted.wheel.ticks):.12g} s"
        )
        if counted.counter.undecided:
            lines.append(
                "undecided: an exception of the counter's rule was seen only once; the period is "
                "the one with which all digits repeat soonest"
            )
    missing = [str(k + 1) for k, w in enumerate(network.wheels) if w is None and k not in told]
    if missing:
        lines.append(f"not learned: digits {', '.join(missing)}")
    return "\n" + "\n".join(lines) + "\n"


def _picture(
    problem: Readable, asked: Asked, lesson: ClockLesson, share: float, others: dict[str, Any]
) -> Any:
    """Return what is read at instants inside and far outside the years of training."""
    from epicycle.problems import Clock
    from epicycle.problems.contest import read_digits
    from epicycle.problems.display_pictures import draw_readings
    from epicycle.problems.faces import draw_clocks

    rng = np.random.default_rng([asked.seed, 2])
    years, beyond = asked.years, asked.beyond
    where = np.array([-0.75 * beyond, 0.25 * years, 0.8 * years, years + 0.85 * beyond])
    day = problem.day_length if isinstance(problem, Clock) else _A_YEAR_OR_SO
    instants = (where * problem.year + rng.uniform(0, day, len(where))).astype(np.int64)
    readings: dict[str, Integers] = {"epicycle": lesson.network.read(instants)}
    remarks = {"epicycle": f"{_percent(share)} right"}
    for result, trained in others.values():
        # the number that had to be guessed, if any, goes below the name
        name, _, guess = result.title.partition(", ")
        readings[name] = read_digits(trained(instants), problem.radices)
        remarks[name] = f"{guess}: " if guess else ""
        remarks[name] += f"{_percent(result.exact_match_in_range)} right"
    draw: Any = draw_clocks if isinstance(problem, Clock) else draw_readings
    return draw(problem, instants, readings, years=years, remarks=remarks)
