"""What `find_cycles` makes of rhythms that change: one cycle with a note, or a comb of cycles.

A cycle is false if it is claimed beside the first, or if its period is more than 3 % outside the
range of periods that the rhythm has.  A note is true if it says that the phase is not steady or
not coherent, and names `track`.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from epicycle import find_cycles
from rhythms.bands import count
from rhythms.simulators import GRADUAL, KINDS, simulate

CHANGES = ("jump", "large jump", "period change", "jet lag", "modulated", "diffusing")
CLOCKS = ("constant",)

ALL = KINDS | GRADUAL


def one(job: tuple[int, str, int]) -> dict[str, Any]:
    seed, kind, number = job
    rng = np.random.default_rng([seed, 37, list(ALL).index(kind), number])
    truth = simulate(kind, rng, sampling=("random", "regular")[number % 2])
    model = find_cycles(truth.t, truth.y, unit="h")
    periods = 1 / truth.frequency(np.linspace(truth.t[0], truth.t[-1], 500))
    inside = [0.97 * periods.min() < c.period < 1.03 * periods.max() for c in model.cycles]
    return {
        "number": number,
        "periods": [c.period for c in model.cycles],
        "found": bool(inside) and inside[0],
        "false": len(inside) > 1 or not all(inside),
        "named": any("track" in note and "coherent" in note for note in model.undecided)
        or any("track" in note and "not steady" in note for note in model.undecided),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for kind in (*CHANGES, *CLOCKS):
        jobs = [(options.seed, kind, k) for k in range(count(options, 20))]
        outcomes = common.parallel(one, jobs, options.processes, f"found, {kind}")
        rows.append(
            {
                "kind": kind,
                "what": ALL[kind],
                "series": len(outcomes),
                **{name: sum(o[name] for o in outcomes) for name in ("found", "false", "named")},
                "combs": [o for o in outcomes if o["false"]][:5],
            }
        )
    return {"rows": rows}


def tables(result: dict[str, Any]) -> list[str]:
    headers = ["rhythm", "series", "period found", "false cycles", "change named"]
    rows = [
        [f"{r['kind']}: {r['what']}", r["series"], r["found"], r["false"], r["named"]]
        for r in result["rows"]
    ]
    return common.table(headers, rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    changes = [r for r in result["rows"] if r["kind"] in CHANGES]
    clocks = [r for r in result["rows"] if r["kind"] in CLOCKS]
    return [
        _bar("changing rhythms with a false cycle", changes, "false", 0.05),
        _bar("constant rhythms that are said to change", clocks, "named", 0.01),
    ]


def _bar(what: str, rows: list[dict[str, Any]], name: str, most: float) -> dict[str, Any]:
    hits, total = sum(r[name] for r in rows), sum(r["series"] for r in rows)
    return common.bar(what, f"<= {100 * most:.0f} %", f"{hits} of {total}", hits <= most * total)
