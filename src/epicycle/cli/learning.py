"""The commands that learn: each trains a network with ours, and others beside it.

Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated

import typer

from epicycle.cli import console
from epicycle.cli.race import Race, need_torch, parse_entries, table
from epicycle.cli.shared_options import AsJson, Plot
from epicycle.files.writing import InputError, check_picture, write_picture

if TYPE_CHECKING:
    from epicycle.problems.clock import Readable
    from epicycle.problems.contest import ClockResult, SineResult
    from epicycle.problems.designs import Design
    from epicycle.problems.training import Trained

LEARNED, NOT_LEARNED = 0, 1

#: Mean squared error at which the sine counts as solved and its training ends.
_SOLVED = 1e-10

#: Arguments in messages of the library, as they are called here.
_OPTIONS = {"angular_frequency": "--frequency", "span": "--span"}

Against = Annotated[
    str,
    typer.Option(
        metavar="NAME,...",
        help="Networks that are given the same data for comparison, [bold]name:number[/bold] "
        "where a number has to be guessed (siren:100); empty for none.",
    ),
]

Seconds = Annotated[
    float, typer.Option(metavar="S", min=0.0, help="Time for each network, at most.")
]

Seed = Annotated[int, typer.Option(metavar="K", min=0, help="Seed of the start and of the data.")]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing of progress.")]


def sin(
    frequency: Annotated[
        float, typer.Option(metavar="W", help="Angular frequency, as in sin(W x).")
    ] = 31.0,
    span: Annotated[float, typer.Option(metavar="X", help="x is uniform in [-X, X].")] = 1000.0,
    seed: Seed = 0,
    against: Against = "sgd,adam",
    seconds: Seconds = 5.0,
    plot: Plot = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Learn W from samples of sin(W x): plain SGD, one parameter, and one added line.

    The network is sin(freq · x), with a random start; plain SGD with a rate of 1e-4 is what
    fails, and with SpectralDescent attached to it what succeeds.  Beside them run sgd, adam (the
    same network), siren, mlp, snake, fan, time2vec, rff and surrogate (published ones).  Exit
    code 0: learned; 1: not learned; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle sin

    epicycle sin --frequency 310 --against sgd,siren:30,siren:3e4,snake --seconds 30

    epicycle sin --plot landscape.png
    """
    check_picture(plot)
    need_torch("sin")
    from epicycle.problems import Sine
    from epicycle.problems.contest import enter_sine
    from epicycle.problems.designs import design

    entries = parse_entries(against, lambda entry: design(entry, plain=True))
    try:
        problem = Sine(frequency, span)
    except ValueError as failure:
        raise InputError(_in_words_of_options(str(failure))) from None
    with Race(shown=not quiet) as race:

        def run(contestant: Design, target: float | None = None) -> SineResult:
            progress = race.starter(contestant.title, seconds)
            result, _ = enter_sine(
                contestant, problem, seconds=seconds, target=target, seed=seed, progress=progress
            )
            return result

        result = run(spectral_descent(), _SOLVED)
        others = {entry: run(design(entry, plain=True)) for entry in entries}
    if as_json:
        learned = {key: result.to_dict()[key] for key in ("learned", "loss", "batches", "seconds")}
        document = {
            "schema": "epicycle.sin/1",
            "frequency": frequency,
            **learned,
            "baselines": {entry: other.to_dict() for entry, other in others.items()},
        }
        console.write(json.dumps(document, allow_nan=False) + "\n")
    else:
        console.write(_table([result, *others.values()], problem.span))
    if plot is not None:
        from epicycle.problems.pictures import draw_sine

        write_picture(draw_sine(problem, seed=seed), plot)
        if not quiet:
            console.say(f"wrote {plot}")
    raise typer.Exit(LEARNED if result.loss <= _SOLVED else NOT_LEARNED)


def clock_baselines(
    entries: list[str],
    clock: Readable,
    race: Race,
    *,
    seconds: float,
    seed: int,
    years: float,
    beyond: float,
    continuous: bool,
) -> dict[str, tuple[ClockResult, Trained]]:
    """Train each entry of ``--against`` on a clock for `seconds` seconds, and see how it did.

    Returns
    -------
    dict
        For each entry its result, and the network, for pictures.
    """
    from epicycle.problems.contest import enter_clock
    from epicycle.problems.designs import design

    return {
        entry: enter_clock(
            entry,
            clock,
            seconds=seconds,
            seed=seed,
            years=years,
            beyond=beyond,
            continuous=continuous,
            progress=race.starter(design(entry).title, seconds),
        )
        for entry in entries
    }


def spectral_descent() -> Design:
    """Return the network and the optimizer of the Sin problem, with the one added line."""
    import torch

    from epicycle.optim import SpectralDescent
    from epicycle.problems.designs import Design
    from epicycle.problems.networks import Sin

    def optimizer(net: torch.nn.Module) -> torch.optim.Optimizer:
        assert isinstance(net, Sin)
        opt = torch.optim.SGD(net.parameters(), lr=1e-4)
        SpectralDescent(opt, net, angular_frequencies=[net.freq])  # the one added line
        return opt

    return Design("SGD + SpectralDescent", lambda _: Sin(), optimizer, None)


def _table(results: list[SineResult], span: float) -> str:
    headings = ["", "loss", f"at ±{10 * span:g}", "freq", "batches", "seconds", "parameters"]
    rows = [
        [
            result.title,
            f"{result.loss:.3g}",
            f"{result.loss_beyond:.3g}",
            "" if result.learned is None else f"{result.learned:.12g}",
            f"{result.batches:,}",
            f"{result.seconds:.1f}",
            f"{result.parameters:,}",
        ]
        for result in results
    ]
    return table(headings, rows, winner=0 if results[0].loss <= _SOLVED else -1)


def _in_words_of_options(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    for name, option in _OPTIONS.items():
        message = re.sub(rf"^{name}\b", option, message)
    return message
