"""Broad strong peaks: cycles whose phase and height wander, as the Sun's do, one value a year."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import groups, verdict

#: Share of the period within which a broad peak is right: .4 of 10.9 years, or 3 quoted errors up
#: to a tenth.  The highest of a smoothed spectrum is within the first in 8 to 9 of 10 series.
WIDTH = 0.4 / 10.9
_WIDEST = 0.1
#: (name, values, scatter of the length of a cycle, noise over the height)
ROWS = (
    ("309 years like the Sun's spots", 309, 0.11, 0.05),
    ("600 values, cycles of 10 % scatter", 600, 0.10, 0.1),
)
WANTED = (groups.Wanted("claimed and right", 0.95), groups.Wanted("told as a broad peak", 0.95))


def series(seed: int, row: int, number: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, values and the mean length of the cycles that the series contains.

    Cycles follow each other with lengths of 10.9 and some scatter, and heights whose logarithm
    remembers .5 of the one before (spread .35); each rises faster than it falls.
    """
    _, n, scatter, noise = ROWS[row]
    rng = np.random.default_rng([seed, 149, row, number])
    t = np.arange(n, dtype=float)
    length = 10.9 * np.clip(1 + scatter * rng.normal(size=2 * n // 10), 0.5, 1.5)
    start = np.cumsum(length) - rng.uniform(length[0], 2 * length[0])
    height = np.zeros(len(length))
    for k in range(1, len(length)):
        height[k] = 0.5 * height[k - 1] + 0.35 * np.sqrt(0.75) * rng.normal()
    k = np.searchsorted(start, t, side="right") - 1
    phase = (t - start[k]) / length[k + 1]
    y = np.exp(height[k]) * np.sin(np.pi * phase**0.8) ** 2
    inside = (start >= 0) & (start < n)
    mean = float(np.diff(start[inside]).mean())
    return 1700 + t, y + noise * rng.normal(size=n), mean


def judge(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, truth = series(*job)
    found = verdict.outcome(t, y, unit="y")
    periods = found.get("periods", [])
    near = False
    if periods:
        width = max(WIDTH, min(3 * found["error"] / truth, _WIDEST))
        near = abs(periods[0] / truth - 1) < width
    return {"number": job[2], "truth": truth, **found, "near": near}


TESTS = {
    "claimed and right": lambda r: r["near"] and r["alarm"] < verdict.LEVEL,
    "told as a broad peak": lambda r: r["near"] and r["broad"],
    "one row": lambda r: r["rows"] == 1,
    "nothing": lambda r: not r["periods"],
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 4, 100)
    rows = []
    for row, (name, *_) in enumerate(ROWS):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(judge, jobs, options.processes, name)
        rows.append(groups.row(name, found, TESTS, "claimed and right"))
    return {"rows": rows}


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return groups.bars("broad peaks", result, WANTED)
