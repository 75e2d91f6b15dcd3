"""Two genotypes in one call: one waveform for both where they are alike, two where they are not."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

#: Differences of phase, in hours.
_LATE = (0, 1, 3, 6, 12)
_PERIOD = 24.0


def _call(job: tuple[int, int, int]) -> dict[str, Any]:
    seed, late, number = job
    rng = np.random.default_rng([seed, 161, late, number])
    times = np.tile(np.arange(0, 72, 4.0), 6)
    group = np.repeat(["WT", "KO"], 54)
    angle = 2 * np.pi * (times - 6 - np.where(group == "KO", late, 0)) / _PERIOD
    y = 10 + np.cos(angle) + 0.5 * rng.normal(size=len(times))
    model = find_cycles(times, y, group=group, unit="h", maximum_period=30)
    found = bool(model.cycles) and abs(model.cycles[0].period - _PERIOD) < 2
    return {"late": late, "found": found, "own": found and model.output_names is not None}


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    n = 10 if options.quick else 100
    jobs = [(options.seed, late, number) for late in _LATE for number in range(n)]
    found = common.parallel(_call, jobs, options.processes, "experiments")
    rows = []
    for late in _LATE:
        own = [one["own"] for one in found if one["late"] == late]
        there = [one["found"] for one in found if one["late"] == late]
        rows.append({"late": late, "calls": n, "found": sum(there), "own": sum(own)})
    return rows


def tables(rows: list[dict[str, Any]]) -> list[str]:
    return common.table(
        ["difference of phase, h", "calls", "24 h found", "own waveforms"],
        [[r["late"], r["calls"], r["found"], r["own"]] for r in rows],
    )


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = []
    for r in rows:
        if r["late"] == 1:
            continue  # nothing is asked: the data may not say
        right = r["own"] if r["late"] else r["calls"] - r["own"]
        share = right / r["calls"]
        result.append(
            common.bar(
                f"auto, {r['late']} h apart: right",
                ">= 95 %",
                f"{100 * share:.1f} %",
                share >= 0.95,
            )
        )
    return result
