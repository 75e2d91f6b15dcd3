"""Events that are almost a clock: is the interval found, once, with an honest error?

The path is that of a user: :func:`epicycle.find_cycles` on the times alone.  Phases wander (each
interval scatters) or are kept (each tick is read off with an error); some trains miss events or
have others between; events with a dead time keep apart without keeping a phase.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

Maker = Callable[[np.random.Generator, int], np.ndarray]

#: The interval of every train, in no round unit.
INTERVAL = 7.3

COUNTS = (60, 500)


def wandering(scatter: float) -> Maker:
    return lambda rng, n: np.cumsum(1 + scatter * rng.normal(size=n))


def ticking(scatter: float) -> Maker:
    return lambda rng, n: np.arange(n) + scatter * rng.normal(size=n)


def missing(train: Maker, share: float) -> Maker:
    def make(rng: np.random.Generator, n: int) -> np.ndarray:
        t = train(rng, n)
        return t[rng.random(n) >= share]

    return make


def among_others(train: Maker, share: float) -> Maker:
    return lambda rng, n: np.append(train(rng, n), rng.uniform(0, n, round(share * n)))


def beating(scatter: float) -> Maker:
    """Return intervals that follow each other, as those of hearts do."""

    def make(rng: np.random.Generator, n: int) -> np.ndarray:
        x = np.zeros(n)
        for k in range(1, n):
            x[k] = 0.8 * x[k - 1] + 0.6 * rng.normal()
        return np.cumsum(1 + scatter * x)

    return make


def resting(dead: float) -> Maker:
    return lambda rng, n: np.cumsum(dead + (1 - dead) * rng.exponential(size=n))


#: What it is, how it is made, and whether it has a cycle.
TRAINS: dict[str, tuple[Maker, bool]] = {
    "wandering .001": (wandering(0.001), True),
    "wandering .01": (wandering(0.01), True),
    "wandering .05": (wandering(0.05), True),
    "wandering .1": (wandering(0.1), True),
    "exact": (ticking(0.0), True),
    "ticking .001": (ticking(0.001), True),
    "ticking .03": (ticking(0.03), True),
    "a fifth missing, .02": (missing(wandering(0.02), 0.2), True),
    "1 in 30 between, .02": (among_others(wandering(0.02), 1 / 30), True),
    "heart beats .03": (beating(0.03), True),
    "dead time .3": (resting(0.3), False),
    "dead time .6": (resting(0.6), False),
    "constant rate": (resting(0.0), False),
}


def one_train(job: tuple[int, str, int, int]) -> dict[str, Any]:
    seed, name, n, number = job
    rng = np.random.default_rng([seed, 14, list(TRAINS).index(name), n, number])
    model = find_cycles(INTERVAL * TRAINS[name][0](rng, n))
    if not model.cycles:
        return {"cycles": 0, "right": False, "pull": None, "broad": False}
    first = model.cycles[0]
    off = first.frequency * INTERVAL - 1
    return {
        "cycles": len(model.cycles),
        "right": abs(off) < max(0.02, 4 * first.frequency_error * INTERVAL),
        "pull": off / (first.frequency_error * INTERVAL),
        "broad": first.coherence_time is not None,
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    number = 10 if options.quick else 100
    rows = []
    for name, (_, is_cycle) in TRAINS.items():
        for n in COUNTS:
            jobs = [(options.seed, name, n, k) for k in range(number)]
            found = common.parallel(one_train, jobs, options.processes, f"events, {name}, {n}")
            pulls = [one["pull"] for one in found if one["right"]]
            rows.append(
                {
                    "train": name,
                    "is_cycle": is_cycle,
                    "events": n,
                    "trains": number,
                    "once": sum(one["right"] and one["cycles"] == 1 for one in found),
                    "claimed": sum(one["cycles"] > 0 for one in found),
                    "several": sum(one["cycles"] > 1 for one in found),
                    "broad": sum(one["broad"] for one in found),
                    "pull": float(np.sqrt(np.mean(np.square(pulls)))) if pulls else None,
                }
            )
    return {"rows": rows}


def tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["events", "number", "claimed", "right, once", "several", "broad", "error, in errors"],
        [
            [
                r["train"],
                r["events"],
                f"{r['claimed']} of {r['trains']}",
                r["once"],
                r["several"],
                r["broad"],
                "" if r["pull"] is None else f"{r['pull']:.2f}",
            ]
            for r in result["rows"]
        ],
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    cycles = [r for r in result["rows"] if r["is_cycle"]]
    others = [r for r in result["rows"] if not r["is_cycle"]]
    total = sum(r["trains"] for r in cycles)
    once = sum(r["once"] for r in cycles)
    false, of = sum(r["claimed"] for r in others), sum(r["trains"] for r in others)
    return [
        common.bar(
            "almost a clock: the interval, once", ">= 95 %", f"{once}/{total}", once >= 0.95 * total
        ),
        common.bar("no clock: claimed", "<= 3 %", f"{false}/{of}", false <= 0.03 * of),
    ]
