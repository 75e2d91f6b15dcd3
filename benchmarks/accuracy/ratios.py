"""Two sinusoids in a simple ratio are two cycles; a sawtooth with a weak fundamental is one."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, shapes, verdict

BASELINE = 1000.0
RATIOS = ((2, 3), (2, 5), (3, 4), (3, 5))
SAWTEETH = len(RATIOS)
WANTED = (groups.Wanted("as it is", 0.95),)


def series(seed: int, row: int, number: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Return times, values and the true periods.

    300 to 1,000 samples, every other series at random times.  The shorter period is 5 to 20 (of a
    sawtooth, 20 to 60) of 1,000; the weaker of two sinusoids is .5 to 1 of the other; noise is .3.
    """
    rng = np.random.default_rng([seed, 145, row, number])
    n = int(rng.integers(300, 1001))
    t = np.arange(n) * (BASELINE / n) if number % 2 else np.sort(rng.uniform(0, BASELINE, n))
    if row == SAWTEETH:
        truth = [rng.uniform(20.0, 60.0)]
        y = 2 * shapes.sawtooth(rng)(t / truth[0] + rng.random())
    else:
        p, q = RATIOS[row]
        short = rng.uniform(8.0, 20.0)
        truth = [short, short * q / p]
        height = [1.0, rng.uniform(0.5, 1.0)]
        rng.shuffle(height)
        y = sum(
            a * np.cos(2 * np.pi * (t / period + rng.random()))
            for a, period in zip(height, truth, strict=True)
        )
    return t, y + 0.3 * rng.normal(size=n), truth


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, truth = series(*job)
    found = verdict.outcome(t, y)
    fits = verdict.are_near(found.get("periods", []), truth)
    return {"number": job[2], "truth": truth, **found, "fits": fits}


TESTS = {
    "as it is": lambda r: r["fits"],
    "one cycle": lambda r: len(r["periods"]) == 1,
    "two": lambda r: len(r["periods"]) == 2,
    "more": lambda r: len(r["periods"]) > 2,
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 8, 100)
    names = [f"periods {p} : {q}" for p, q in RATIOS] + ["sawteeth, weak fundamental"]
    rows = []
    for row, name in enumerate(names):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, name)
        rows.append(groups.row(name, found, TESTS, "as it is"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("pairs and sawteeth", result, WANTED)
