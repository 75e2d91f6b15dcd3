"""One visit a night by default, and the same stars whatever band of periods is asked for."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, shapes, verdict

#: (name, kind, years, shortest period asked for or None)
ROWS = (
    ("one visit a night", "nightly", 5.5, None),
    ("eclipses", "eclipses", 5.4, 0.02),
    ("eclipses", "eclipses", 5.4, 0.015),
    ("eclipses", "eclipses", 5.4, 0.005),
    ("eclipses", "eclipses", 12.0, None),
    ("RRab", "RRab", 5.4, 0.02),
    ("RRab", "RRab", 5.4, 0.015),
    ("RRab", "RRab", 5.4, 0.005),
    ("RRab", "RRab", 12.0, None),
)
WANTED = (groups.Wanted("right", 0.93), groups.Wanted("wrong and certain", 0.01, at_most=True))


def nightly(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return some 200 visits in 2,000 nights, scattered by .12 d, and a wave of .25 to 1.5 d."""
    night = np.sort(rng.choice(2000, 300, replace=False))
    night = night[night % 365.25 < 240]
    t = 2455000.6 + night + 0.12 * rng.normal(size=len(night))
    period = rng.uniform(0.25, 1.5)
    phase = t / period + rng.random()
    y = 0.3 * np.cos(2 * np.pi * phase) + 0.1 * np.cos(4 * np.pi * phase + 1)
    return t, y + 0.02 * rng.normal(size=len(t)), np.full(len(t), 0.02), period


def four_a_night(
    rng: np.random.Generator, kind: str, years: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return 65 nights of four exposures in some years, and a star 30 times above its noise."""
    nights = np.arange(int(years * 365.25))
    nights = np.sort(rng.choice(nights[nights % 365.25 < 200], 65, replace=False))
    start = 53000.1 + nights + 0.25 * rng.random(65)
    t = start[:, np.newaxis] + np.arange(4) / 72 + 0.0005 * rng.normal(size=(65, 4))
    t = np.sort(t.ravel())
    if kind == "RRab":
        period, shape = rng.uniform(0.4, 0.9), shapes.rr_ab(rng)
    else:
        period, shape = float(np.exp(rng.uniform(np.log(0.4), np.log(3)))), shapes.eclipses(rng)
    y = 15 + 0.9 * shape(t / period + rng.random()) + 0.03 * rng.normal(size=len(t))
    return t, y, np.full(len(t), 0.03), period


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    """Return the verdict on one star: it is the same in all rows of a kind and length."""
    seed, row, number = job
    _, kind, years, minimum = ROWS[row]
    rng = np.random.default_rng([seed, 148, round(years), len(kind), number])
    t, y, dy, period = nightly(rng) if kind == "nightly" else four_a_night(rng, kind, years)
    options = {} if minimum is None else {"minimum_period": minimum}
    found = verdict.outcome(t, y, dy, unit="d", **options)
    return {"number": number, "truth": period, **found, **verdict.verdict(found, period)}


TESTS = {
    "right": lambda r: r["right"],
    "told": lambda r: r["told"],
    "wrong and certain": lambda r: r["wrong"],
    "nothing": lambda r: r["nothing"],
    "overruled": lambda r: r["overruled"],
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 5, 100)
    rows = []
    for row, (name, _, years, minimum) in enumerate(ROWS):
        band = "default" if minimum is None else f"minimum_period {minimum:g}"
        what = f"{name}, {years:g} years, {band}"
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, what)
        rows.append(groups.row(what, found, TESTS, "right"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("bands and visits", result, WANTED)
