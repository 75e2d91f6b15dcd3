"""Periods of waveforms that are no sinusoids: RR Lyrae stars, eclipsing binaries, regular counts.

Everything runs with the default settings of the public call; a band of periods is all that is
given.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np

import common
from accuracy import real_lines
from epicycle import find_cycles

sys.path.insert(0, str(common.ROOT / "tests"))

import light_curves

STARS = "rrlyrae_s82_first100_ugriz.csv.gz"
TRUTH = "rrlyrae_s82_first100_truth.csv"
#: A period is right within this share of itself.
STRICT = 0.01
FACTORS = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)

Job = tuple[str, np.ndarray, np.ndarray, np.ndarray, Any, float, dict[str, float]]


def judge(job: Job) -> dict[str, Any]:
    """Return how the first cycle of one star, and its aliases, compare with the true period."""
    name, t, y, dy, group, truth, limits = job
    started = time.process_time()
    model = find_cycles(t, y, dy, group=group, **limits)
    row: dict[str, Any] = {"name": name, "truth": truth, "cpu": time.process_time() - started}
    if not model.cycles:
        return {**row, "period": None, "strict": False, "to_a_factor": False, "rank": None}
    cycle = model.cycles[0]
    candidates = [cycle.period, *(alias.period for alias in cycle.aliases)]
    close = [abs(p / truth - 1) < STRICT for p in candidates]
    return {
        **row,
        "period": cycle.period,
        "orders": [h.order for h in cycle.harmonics],
        "strict": close[0],
        "to_a_factor": any(abs(cycle.period / truth / f - 1) < STRICT for f in FACTORS),
        "rank": close.index(True) + 1 if any(close) else None,
        "own_waveforms": model.group_shares is not None,
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "stars": len(rows),
        "strict": sum(r["strict"] for r in rows),
        "to_a_factor": sum(r["to_a_factor"] for r in rows),
        "first_three": sum(r["rank"] is not None and r["rank"] <= 3 for r in rows),
        "cpu": sum(r["cpu"] for r in rows),
        "cpu_slowest": max(r["cpu"] for r in rows),
        "missed": [r for r in rows if not r["strict"]],
    }


def rows_of(result: dict[str, Any]) -> list[str]:
    lines = common.table(
        ["stars", "strict (1 %)", "up to factors 2, 3", "first three", "CPU s", "wall s"],
        [
            [
                result["stars"],
                result["strict"],
                result["to_a_factor"],
                result["first_three"],
                f"{result['cpu']:.0f}",
                f"{result['wall']:.0f}",
            ]
        ],
    )
    if result["missed"]:
        lines += ["", "Missed:", ""]
        lines += common.table(
            ["star", "true period", "found / true", "place of the truth"],
            [
                [
                    r["name"],
                    f"{r['truth']:.6f}",
                    "-" if r["period"] is None else f"{r['period'] / r['truth']:.4f}",
                    "-" if r["rank"] is None else r["rank"],
                ]
                for r in result["missed"]
            ],
        )
    return lines


# ---- Stripe 82 -------------------------------------------------------------------------------


def stripe82_jobs(options: argparse.Namespace, limits: dict[str, float]) -> list[Job]:
    """Return the stars, each to be searched within the same limits."""
    table = real_lines.read(options, STARS)
    truth = real_lines.read(options, TRUTH).set_index("id")["period_d"]
    jobs: list[Job] = [
        (
            str(star),
            rows["time_mjd"].to_numpy(),
            rows["mag"].to_numpy(),
            rows["error"].to_numpy(),
            rows["band"].to_numpy(),
            float(truth[star]),
            limits,
        )
        for star, rows in table.groupby("id")
    ]
    return jobs[:10] if options.quick else jobs


def measure_stripe82(options: argparse.Namespace) -> dict[str, Any]:
    jobs = stripe82_jobs(options, {"minimum_period": 0.15, "maximum_period": 1.2})
    started = time.perf_counter()
    rows = common.parallel(judge, jobs, options.processes, "RR Lyrae stars")
    return {**summary(rows), "wall": time.perf_counter() - started, "processes": options.processes}


def stripe82_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    n = result["stars"]
    return [
        common.bar(
            f"Stripe 82, {n} stars, strict",
            ">= 96 %",
            str(result["strict"]),
            result["strict"] >= 0.96 * n,
        ),
        common.bar(
            "Stripe 82, up to factors 2 and 3",
            ">= 98 %",
            str(result["to_a_factor"]),
            result["to_a_factor"] >= 0.98 * n,
        ),
        common.bar(
            "Stripe 82, truth among the first three",
            "all",
            str(result["first_three"]),
            result["first_three"] == n,
        ),
        common.bar(
            f"Stripe 82, wall time on {result['processes']} cores",
            "<= 60 s",
            f"{result['wall']:.0f} s",
            result["wall"] <= 0.6 * n if result["processes"] == 2 else None,
        ),
    ]


# ---- Eclipsing binaries ----------------------------------------------------------------------


def measure_eclipsing(options: argparse.Namespace) -> dict[str, Any]:
    count = 20 if options.quick else 200
    jobs: list[Job] = []
    for seed in range(count):
        star = light_curves.eclipsing(options.seed + seed)
        limits = {"minimum_period": 0.2, "maximum_period": 10.0}
        jobs.append((str(seed), star.t, star.y, star.dy, None, star.period, limits))
    started = time.perf_counter()
    rows = common.parallel(judge, jobs, options.processes, "eclipsing binaries")
    half = sum(
        r["period"] is not None and abs(2 * r["period"] / r["truth"] - 1) < STRICT for r in rows
    )
    return {**summary(rows), "half": half, "wall": time.perf_counter() - started}


def eclipsing_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    share = result["strict"] / result["stars"]
    return [
        common.bar(
            f"{result['stars']} eclipsing binaries, minima apart by more than 5 sigma",
            ">= 97 % at the true period",
            f"{100 * share:.1f} %, half the period {result['half']}",
            share >= 0.97,
        )
    ]


# ---- Regular samples -------------------------------------------------------------------------


def regular_series(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, values and the true period of a series on a raster.

    Daily births with a working week, hourly tides, and hourly loads with a day and a week.
    """
    if kind == "births":
        t = np.arange(int(rng.integers(500, 2000)), dtype=float)
        week = np.array([9, 11, 10.5, 10.6, 10.7, 8, 7.5])[t.astype(int) % 7]
        return t, rng.poisson(900 * week / 10) + 0.0, 7.0
    t = np.arange(int(rng.integers(1000, 4000)), dtype=float)
    if kind == "tides":
        y = np.cos(2 * np.pi * (t / 12.4206012 + rng.random()))
        y += 0.4 * np.cos(2 * np.pi * (t / 12.0 + rng.random()))
        y += 0.5 * np.cos(2 * np.pi * (t / 23.9344696 + rng.random()))
        return t, y + 0.3 * rng.normal(size=len(t)), 12.4206012
    hour = t % 24
    day = np.exp(-0.5 * ((hour - 9) / 2.0) ** 2) + 1.3 * np.exp(-0.5 * ((hour - 19) / 2.5) ** 2)
    weekend = (t // 24) % 7 >= 5
    return t, 10 + 3 * day * np.where(weekend, 0.7, 1.0) + 0.3 * rng.normal(size=len(t)), 24.0


def judge_regular(job: tuple[str, int, float | None]) -> dict[str, Any]:
    """Return the first answer; `minimum` asks for periods far below two steps, if it is given."""
    kind, seed, minimum = job
    t, y, truth = regular_series(kind, np.random.default_rng(seed))
    model = find_cycles(t, y, minimum_period=minimum)
    first = model.cycles[0] if model.cycles else None
    return {
        "kind": kind,
        "minimum_period": minimum,
        "period": None if first is None else first.period,
        "truth": truth,
        "above_nyquist": first is not None and first.frequency > 0.5 * (1 + 1e-9),
    }


def measure_regular(options: argparse.Namespace) -> dict[str, Any]:
    count = 3 if options.quick else 30
    jobs = [
        (kind, options.seed + seed, minimum)
        for kind in ("births", "tides", "loads")
        for minimum in (None, 0.3)
        for seed in range(count)
    ]
    rows = common.parallel(judge_regular, jobs, options.processes, "regular series")
    cases = []
    for kind in ("births", "tides", "loads"):
        for minimum in (None, 0.3):
            some = [r for r in rows if r["kind"] == kind and r["minimum_period"] == minimum]
            cases.append(
                {
                    "kind": kind,
                    "minimum_period": minimum,
                    "series": len(some),
                    "above_nyquist": sum(r["above_nyquist"] for r in some),
                    "right": sum(
                        r["period"] is not None and abs(r["period"] / r["truth"] - 1) < STRICT
                        for r in some
                    ),
                }
            )
    return {"cases": cases}


def regular_tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["series", "shortest period asked for", "how many", "right", "above Nyquist"],
        [
            [
                c["kind"],
                "default" if c["minimum_period"] is None else f"{c['minimum_period']} steps",
                c["series"],
                c["right"],
                c["above_nyquist"],
            ]
            for c in result["cases"]
        ],
    )


def regular_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    above = sum(c["above_nyquist"] for c in result["cases"])
    total = sum(c["series"] for c in result["cases"])
    return [
        common.bar(
            f"{total} series on a raster: an alias above Nyquist first",
            "never",
            str(above),
            above == 0,
        )
    ]
