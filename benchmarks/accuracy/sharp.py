"""Features sharper than a few harmonics: eclipses and transits at a cadence of half an hour."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, samplings, shapes, verdict

#: (name, days)
ROWS = (
    ("eclipses, 27 d", 27.0),
    ("eclipses, 80 d", 80.0),
    ("transits, 27 d", 27.0),
    ("transits, 80 d", 80.0),
)
WANTED = (groups.Wanted("one row", 0.95), groups.Wanted("period right", 0.95))
#: Share of the eclipsing stars with equal minima, which half the period describes as well.
_EQUAL = 0.2


def series(seed: int, row: int, number: int) -> tuple[np.ndarray, np.ndarray, float, bool]:
    """Return times, values, the period, and whether half of it is right too.

    At least three periods fit into the data.  Eclipses are 5 to 100 times as deep as the noise of
    a sample is high.  All transits together are measured with a signal-to-noise of 15 to 100.
    """
    name, days = ROWS[row]
    rng = np.random.default_rng([seed, 144, row, number])
    t = samplings.cadence(days)
    longest = min(days / 3, 20.0)
    equal = False
    if name.startswith("eclipses"):
        period = float(np.exp(rng.uniform(np.log(0.5), np.log(longest))))
        duration = np.clip(rng.uniform(0.1, 0.35) / period, 0.02, 0.15)
        equal = rng.random() < _EQUAL
        second = 1.0 if equal else rng.uniform(0.1, 0.9)
        y = -shapes.trapezoids(duration, second)(t / period + rng.random())
        y += rng.normal(size=len(t)) / np.exp(rng.uniform(np.log(5), np.log(100)))
    else:
        period = float(np.exp(rng.uniform(np.log(1.0), np.log(longest))))
        duration = rng.uniform(0.7, 1.5) * 0.076 * period ** (-2 / 3)
        y = -shapes.transits(duration)(t / period + rng.random())
        height = np.exp(rng.uniform(np.log(15), np.log(100))) / np.sqrt((y**2).sum())
        y = height * y + rng.normal(size=len(t))
    return t, y, period, equal


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, period, equal = series(*job)
    found = verdict.outcome(t, y, unit="d")
    judged = verdict.verdict(found, period, (1.0, 0.5) if equal else (1.0,))
    return {"number": job[2], "truth": period, **found, **judged}


TESTS = {
    "period right": lambda r: r["right"],
    "one row": lambda r: r["rows"] == 1,
    "both": lambda r: r["right"] and r["rows"] == 1,
    "wrong and certain": lambda r: r["wrong"],
    "nothing": lambda r: r["nothing"],
    "overruled": lambda r: r["overruled"],
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 6, 100)
    rows = []
    for row, (name, *_) in enumerate(ROWS):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, name)
        rows.append(groups.row(name, found, TESTS, "both"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("sharp features", result, WANTED)
