"""One sinusoid in a band of any size: success, time, and what the theory of pairs promises."""

from __future__ import annotations

import argparse
import math
import statistics
import time
from typing import Any

import numpy as np

import common
from epicycle import find_cycles
from epicycle.evidence.significance import power_threshold
from epicycle.limits import SEARCH
from epicycle.search.ladder import rungs_within
from epicycle.search.pairs import MOST_PAIRS, count_pairs
from epicycle.spectra.plan import grid

YEARS_120 = 120 * 365.25 * 86400.0
BUDGET = 2.0**29


def sinusoid(seed: Any, n: int, baseline: float, band: float, noise: float) -> tuple[Any, ...]:
    """Return times, values with amplitude 1, and the frequency, in the upper 98 % of the band."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, baseline, n))
    frequency = rng.uniform(0.02, 1.0) * band
    y = np.cos(2 * np.pi * (np.float64(frequency) * t.astype(np.longdouble) % 1 + rng.uniform()))
    return t, y.astype(np.float64) + noise * rng.normal(size=n), frequency


def trial(
    seed: Any,
    n: int,
    baseline: float,
    band: float,
    noise: float,
    near: float = 0.1,
    **options: Any,
) -> dict[str, Any]:
    """Search for one sinusoid; what is within `near` of it, in units of 1/T, is right."""
    t, y, frequency = sinusoid(seed, n, baseline, band, noise)
    started, used = time.perf_counter(), time.process_time()
    model = find_cycles(t, y, minimum_period=1 / band, **options)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    off = [abs(c.frequency - frequency) * baseline for c in model.cycles]
    return {
        "seconds": seconds,
        "cpu": cpu,
        "limit": float(model.amplitude_limit),
        "strategy": model.search.strategy,
        "right": bool(off) and min(off) < near,
        "cycles": len(off),
        "false": sum(o >= near for o in off),
        "undecided": any("not decided" in note for note in model.undecided),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "trials": len(rows),
        "right": sum(r["right"] for r in rows),
        "false": sum(r["false"] > 0 for r in rows),
        "undecided": sum(r["undecided"] and not r["cycles"] for r in rows),
        "silent": sum(not r["undecided"] and not r["cycles"] for r in rows),
        "median_seconds": statistics.median(r["seconds"] for r in rows),
        "max_seconds": max(r["seconds"] for r in rows),
        "median_cpu": statistics.median(r["cpu"] for r in rows),
    }


def trials(count: int, label: str, seed: int, *args: Any, **options: Any) -> dict[str, Any]:
    rows = []
    for k in range(count):
        rows.append(trial([seed, k], *args, **options))
        if k % 20 == 19:
            common.say(f"  {label}: {k + 1} of {count}")
    return {"case": label, **summary(rows)}


def theory(n: int, baseline: float, band: float, ratio: float) -> dict[str, float]:
    """Return the height of a line among the pairs of the longest window that the budget allows.

    "deviations" is rho sqrt(n_pairs / 2); "power" is the coherent power over its threshold.
    """
    t = np.sort(np.random.default_rng(0).uniform(0, baseline, n))
    plan = grid(1 / baseline, band, 1 / (SEARCH.points_per_peak * baseline))
    longest = rungs_within(t, plan, BUDGET)[-1].window
    pairs = min(count_pairs(t, longest), MOST_PAIRS)
    share = ratio**2 / (ratio**2 + 2)
    width = band * math.sqrt(4 * math.pi * t.var())
    threshold = (n - 2) * power_threshold(0.01, n - 2, width)
    return {
        "window": longest,
        "deviations": share * math.sqrt(pairs / 2),
        "power": n * share / threshold,
    }


def table_trials(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "case",
            "trials",
            "right",
            "with false cycles",
            '"cannot decide"',
            "no cycle, no note",
            "median",
            "longest",
            "CPU",
            "theory, deviations",
        ],
        [
            [
                r["case"],
                r["trials"],
                r["right"],
                r["false"],
                r["undecided"],
                r["silent"],
                common.duration(r["median_seconds"]),
                common.duration(r["max_seconds"]),
                common.duration(r["median_cpu"]),
                f"{r['theory']['deviations']:.1f}" if "theory" in r else "",
            ]
            for r in result["rows"]
        ],
    )


def measure_clock(options: argparse.Namespace) -> dict[str, Any]:
    count = 20 if options.quick else 200
    args = (3000, YEARS_120, 0.5, 0.5)
    return {"rows": [trials(count, "120 years, N = 3000, noise 0.5", options.seed, *args)]}


def bars_clock(result: dict[str, Any]) -> list[dict[str, Any]]:
    (r,) = result["rows"]
    return [
        _all_right(r),
        common.bar(
            r["case"],
            "median <= 0.5 s",
            _timed(r["median_seconds"], r),
            r["median_seconds"] <= 0.5,
        ),
        common.bar(r["case"], "no false cycle", f"{r['false']}", r["false"] == 0),
    ]


def _timed(seconds: float, r: dict[str, Any]) -> str:
    return f"{common.duration(seconds)} ({common.duration(r['median_cpu'])} of CPU time)"


def _all_right(r: dict[str, Any]) -> dict[str, Any]:
    measured = f"{r['right']} of {r['trials']}"
    return common.bar(r["case"], "all right", measured, r["right"] == r["trials"])


def measure_few(options: argparse.Namespace) -> dict[str, Any]:
    count = 10 if options.quick else 50
    args = (300, YEARS_120, 0.5, 0.0)
    return {"rows": [trials(count, "120 years, N = 300, noise-free", options.seed, *args)]}


def bars_few(result: dict[str, Any]) -> list[dict[str, Any]]:
    (r,) = result["rows"]
    longest = r["max_seconds"]
    return [
        _all_right(r),
        common.bar(r["case"], "<= 5 s each", common.duration(longest), longest <= 5),
    ]


def measure_wide(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for ratio in (1.0, 0.7, 0.6, 0.5, 0.35, 0.25):
        count = (60 if ratio == 1 else 20) if not options.quick else (6 if ratio == 1 else 2)
        label = f"T B = 1e12, N = 1e4, amplitude/noise {ratio:g}"
        row = trials(count, label, options.seed, 10_000, 1e6, 1e6, 1 / ratio)
        rows.append({**row, "theory": theory(10_000, 1e6, 1e6, ratio)})
    return {"rows": rows}


def bars_wide(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        if r["theory"]["deviations"] >= 8:
            share = r["right"] / r["trials"]
            bars.append(common.bar(r["case"], ">= 99 % right", f"{share:.0%}", share >= 0.99))
        middle = r["median_seconds"]
        bars.append(common.bar(r["case"], "median <= 2 s", _timed(middle, r), middle <= 2))
        wrong = r["false"] / r["trials"]
        bars.append(common.bar(r["case"], "false cycles <= 1 %", f"{wrong:.0%}", wrong <= 0.01))
        bars.append(
            common.bar(r["case"], "silent misses: none", str(r["silent"]), r["silent"] == 0)
        )
    return bars
