"""What becomes of the networks that were proposed for periodic functions, on the two problems?

Each at its published settings, all on the same endless stream of batches of 1,024 and for the same
time; then with other values of the number that their users have to guess.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

import common
from epicycle.cli.learning import spectral_descent
from epicycle.problems import Clock, Sine
from epicycle.problems.contest import enter_clock, enter_sine
from epicycle.problems.designs import DESIGNS

PUBLISHED = tuple(DESIGNS)
CLOCK_GUESSES = ("siren:300", "siren:3e5", "snake:5", "snake:50", "rff:1e4", "surrogate:1e9")
SINE_GUESSES = (
    "siren:3", "siren:300", "siren:3e4", "snake:5", "snake:50", "rff:1e4", "surrogate:32768"
)  # fmt: skip

#: Exact match by chance, and cross-entropies of a blind guess, on Earth's clock.
CHANCE = 1 / 86400


def seconds(options: argparse.Namespace) -> float:
    return 1.0 if options.quick else float(options.seconds)


# ---- The Clock Problem ---------------------------------------------------------------------


def clock(options: argparse.Namespace, entries: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for entry in entries:
        result, trained = enter_clock(
            entry, Clock(), seconds=seconds(options), seed=options.seed, n_test=options.tests
        )
        last = trained.losses[-max(len(trained.losses) // 10, 1) :]
        rows.append({"entry": entry, **result.to_dict(), "training_loss": float(last.mean())})
        common.say(f"  {result.title}: {result.exact_match_in_range:.3%}")
    return rows


def clock_tables(rows: list[dict[str, Any]]) -> list[str]:
    blind = sum(torch.tensor(Clock().radices).log().tolist())
    head = ["network", "all digits right", "beyond", "training loss", "batches", "s", "parameters"]
    cells = [
        [
            row["title"],
            f"{row['exact_match_in_range']:.3%}",
            f"{row['exact_match_beyond']:.3%}",
            common.number(row["training_loss"], ".3f"),
            f"{row['batches']:,}",
            f"{row['seconds']:.0f}",
            f"{row['parameters']:,}",
        ]
        for row in rows
    ]
    tests = rows[0]["n_test"]
    return [
        *common.table(head, cells),
        "",
        f"By chance {CHANCE:.3%} are right, and a blind guess has a loss of {blind:.3f}.  Each "
        f"share is of {tests:,} unseen instants.",
    ]


# ---- The Sin problem -----------------------------------------------------------------------


def sine(options: argparse.Namespace, entries: tuple[Any, ...]) -> list[dict[str, Any]]:
    rows = []
    for entry in entries:
        target = None if isinstance(entry, str) else 1e-10
        result, _ = enter_sine(
            entry, Sine(), seconds=seconds(options), seed=options.seed, target=target
        )
        rows.append(result.to_dict())
        common.say(f"  {result.title}: {result.loss:.3g}")
    return rows


def sine_tables(rows: list[dict[str, Any]]) -> list[str]:
    head = ["network", "loss", "at ten times the range", "freq", "batches", "s", "parameters"]
    cells = [
        [
            row["title"],
            common.number(row["loss"]),
            "not finite" if row["loss_beyond"] is None else common.number(row["loss_beyond"]),
            common.number(row["learned"], ".9g"),
            f"{row['batches']:,}",
            f"{row['seconds']:.1f}",
            f"{row['parameters']:,}",
        ]
        for row in rows
    ]
    return [
        *common.table(head, cells),
        "",
        "A network that always says 0 has a loss of 0.5, the wrong frequency one of 1.",
    ]


SECTIONS = [
    common.Section(
        "clock", "The Clock Problem at published settings",
        lambda options: clock(options, PUBLISHED), clock_tables, packages=("torch",),
    ),
    common.Section(
        "clock-guesses", "The Clock Problem with other guesses",
        lambda options: clock(options, CLOCK_GUESSES), clock_tables, packages=("torch",),
    ),
    common.Section(
        "sin", "The Sin problem at published settings",
        lambda options: sine(options, (spectral_descent(), "sgd", "adam", *PUBLISHED)),
        sine_tables, packages=("torch",),
    ),
    common.Section(
        "sin-guesses", "The Sin problem with other guesses",
        lambda options: sine(options, SINE_GUESSES), sine_tables, packages=("torch",),
    ),
]  # fmt: skip


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="time for each network")
    parser.add_argument("--tests", type=int, default=20_000, help="instants of each clock test")
    options = parser.parse_args()
    torch.set_num_threads(1)
    common.run("contest", SECTIONS, options)


if __name__ == "__main__":
    main()
