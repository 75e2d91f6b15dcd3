"""Are FAN's periodic tasks learned, inside the range of the training and outside?

`found` searches the samples for cycles and trains the rest; `loop` has the frequencies found by
the optimizer alone; `fan` is FAN's own network at its published settings.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from learners import LEARNERS
from tasks import TASKS

import common


def measure(options: argparse.Namespace, name: str) -> list[dict[str, Any]]:
    if name == "fan":
        budget: float = 2.0 if options.quick else options.seconds
    else:
        budget = 100 if options.quick else options.steps
    rows = []
    for task in TASKS:
        rows.append({"task": task.name, **LEARNERS[name](task, options.seed, budget)})
        common.say(f"  {task.name}: {rows[-1]['test']:.3g}, {rows[-1]['cpu']:.1f} s")
    return rows


def tables(rows: list[dict[str, Any]]) -> list[str]:
    head = ["task", "MSE of the test", "outside only", "over the variance", "steps", "parameters"]
    alone = ["outside, cycles alone"] if "cycles_alone" in rows[0] else []
    cells = [
        [
            r["task"],
            *(common.number(r[key], ".2e") for key in ("test", "outside")),
            common.number(r["test"] / r["variance"] if r["test"] is not None else None, ".1e"),
            f"{r['steps']:,}",
            f"{r['parameters']:,}",
            *([f"{r['cycles_alone']['outside']:.2e}"] if alone else []),
            common.duration(r["cpu"]),
            common.duration(r["wall"]),
        ]
        for r in rows
    ]
    return common.table([*head, *alone, "CPU", "wall"], cells)


def bars(rows: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    smooth = {task.name: task.smooth for task in TASKS}
    result = []
    for r in rows:
        task, error, scale = r["task"], r["test"], 1.0
        limit = 1e-6 if smooth[task] else 1e-2
        if task == "sin":
            limit = 1e-10
        if task == "complex_1":
            limit, scale = 1e-3, r["variance"]
        met = error is not None and error <= limit * scale
        result.append(
            common.bar(
                f"{task}, {label}",
                f"MSE <= {limit:.0e}{' of the variance' if scale != 1 else ''}",
                f"{error / scale:.1e}, outside {r['outside'] / scale:.1e}" if error else "-",
                met,
            )
        )
    slowest = max(r["cpu"] for r in rows)
    longest = max(r["wall"] for r in rows)
    result.append(
        common.bar(
            f"time, {label}",
            "<= 60 s each",
            f"{slowest:.0f} s of one core, {longest:.0f} s elapsed",
            slowest <= 60,
        )
    )
    return result


SECTIONS = [
    common.Section(
        "found", "Cycles found in the samples, the rest trained",
        lambda options: measure(options, "found"), tables,
        lambda rows: bars(rows, "found"), ("torch",),
    ),
    common.Section(
        "loop", "Frequencies found by the optimizer",
        lambda options: measure(options, "loop"), tables,
        lambda rows: bars(rows, "loop"), ("torch",),
    ),
    common.Section(
        "fan", "FAN's own network",
        lambda options: measure(options, "fan"), tables, packages=("torch",),
    ),
]  # fmt: skip


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="largest number of steps of ours")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="CPU seconds of FAN's network for each task"
    )
    common.run("fan", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
