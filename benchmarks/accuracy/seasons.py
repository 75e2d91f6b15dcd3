"""Cycles whose periods are multiples of each other, one of them sharp: what calendars make."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, verdict

ROWS = (
    "a week, and a year with a holiday",
    "hours of work, and a week",
    "a burst each hour, and a day",
    "a few flares at any times",
)
FLARES = 3
WANTED = (groups.Wanted("as it is", 0.9),)


def series(seed: int, row: int, number: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Return times in days, values and the true periods.

    Three to six years of days, the holiday 4 to 20 days long; one to three months of half hours,
    8 to 11 of work on five days; two to five weeks of ten minutes, the burst one or two of them;
    27 days with three to six flares of 5 to 40 times the noise.
    """
    rng = np.random.default_rng([seed, 146, row, number])
    if row == 0:
        t = np.arange(int(365.25 * rng.uniform(3.0, 6.0)))
        y = rng.normal(size=7)[t % 7] + rng.uniform(1, 3) * np.cos(2 * np.pi * t / 365.25)
        away = np.abs(t % 365.25 - rng.uniform(60, 300))
        y += rng.uniform(3, 10) * (away < rng.uniform(2, 10)) + rng.uniform(0.3, 1) * rng.normal(
            size=len(t)
        )
        return t, y, [7.0, 365.25]
    if row == 1:
        t = np.arange(48 * int(rng.integers(28, 92))) / 48
        first, hours = rng.uniform(6, 9), rng.uniform(8, 11)
        at_work = (np.abs(24 * (t % 1) - first - hours / 2) < hours / 2) & (t // 1 % 7 < 5)
        return t, 10 * at_work + rng.uniform(0.5, 2) * rng.normal(size=len(t)), [1.0, 7.0]
    if row == 2:
        t = np.arange(144 * int(rng.integers(14, 36))) / 144
        day = np.exp(-((((t - rng.random()) % 1 - 0.5) / rng.uniform(0.06, 0.15)) ** 2))
        burst = (t * 24 % 1) < rng.uniform(0.1, 0.3)
        y = 10 * day + rng.uniform(3, 8) * burst + rng.normal(size=len(t))
        return t, y, [1 / 24, 1.0]
    t = np.arange(0, 27, 0.02)
    y = rng.normal(size=len(t))
    for at in rng.uniform(1, 26, int(rng.integers(3, 7))):
        y += rng.uniform(5, 40) * np.exp(-np.clip(t - at, 0, None) / 0.1) * (t >= at)
    return t, y, []


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, truth = series(*job)
    found = verdict.outcome(t, y, unit="d")
    periods = found.get("periods", [])
    fits = verdict.are_near(periods, truth)
    there = all(any(verdict.is_near(a, b, None) for a in periods) for b in truth)
    return {"number": job[2], "truth": truth, **found, "fits": fits, "there": there}


TESTS = {
    "as it is": lambda r: r["fits"],
    "all there": lambda r: r["there"],
    "more rows": lambda r: len(r["periods"]) > len(r["truth"]),
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 4, 50)
    rows = []
    for row, name in enumerate(ROWS):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, name)
        rows.append(groups.row(name, found, TESTS, "as it is"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("cycles of a calendar", result, WANTED)
