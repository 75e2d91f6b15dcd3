"""Two campaigns with years between them: the period, or the set of possible ones.

The frequency counts as right within 0.3 / baseline: the next fringe is about one over the gap away.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, samplings, shapes, verdict

_YEAR = 365.25
_WIDTH = 0.3

#: (name, kind, samples of each campaign or None for all, noise over half the height)
ROWS = (
    ("sinusoid, noise .3", "sine", None, 0.3),
    ("sinusoid, noise 1", "sine", None, 1.0),
    ("sinusoid, noise .3, 200 samples each", "sine", 200, 0.3),
    ("eclipses, noise .1", "eclipses", None, 0.1),
    ("eclipses, noise .1, 200 samples each", "eclipses", 200, 0.1),
)
WANTED = (
    groups.Wanted("found, or told with the truth", 0.99),
    groups.Wanted("wrong and certain", 0.005, at_most=True),
)


def series(seed: int, row: int, number: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, values and the period; gaps are 1 to 10 years."""
    _, kind, samples, noise = ROWS[row]
    rng = np.random.default_rng([seed, 143, row, number])
    t = samplings.campaigns(rng, rng.uniform(1.0, 10.0) * _YEAR, samples)
    period = rng.uniform(0.3, 3.0)
    shape = shapes.sine(rng) if kind == "sine" else shapes.eclipses(rng)
    y = 2 * shape(t / period + rng.random()) + noise * rng.normal(size=len(t))
    return t, y, period


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, period = series(*job)
    found = verdict.outcome(t, y, unit="d")
    judged = verdict.verdict(found, period, width=_WIDTH / float(np.ptp(t)))
    return {"number": job[2], "truth": period, **found, **judged}


TESTS = {
    "found": lambda r: r["right"],
    "found, or told with the truth": lambda r: r["right"] or r["holds"],
    "wrong and certain": lambda r: r["wrong"],
    "overruled": lambda r: r["overruled"],
    "one row": lambda r: r["rows"] == 1,
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 6, 300)
    rows = []
    for row, (name, *_) in enumerate(ROWS):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, name)
        rows.append(groups.row(name, found, TESTS, "found, or told with the truth"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("distant campaigns", result, WANTED)
