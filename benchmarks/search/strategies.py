"""Where the ladder and the dense search see a line, and which of them the planner takes."""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
from typing import Any

import common
from search.lines import summary, theory, trial

MAP_SAMPLES = (300, 1000, 3000, 10_000)
MAP_RATIOS = (1.0, 0.5, 0.3, 0.2, 0.14, 0.1, 0.07)
MAP_SIZE = 1e5
VISIBLE = 7.0


def measure_map(options: argparse.Namespace) -> dict[str, Any]:
    count = 2 if options.quick else 10
    rows = []
    for n, ratio in itertools.product(MAP_SAMPLES, MAP_RATIOS):
        band = MAP_SIZE / 1e6
        row: dict[str, Any] = {"samples": n, "ratio": ratio, "theory": theory(n, 1e6, band, ratio)}
        for strategy in ("ladder", "dense"):
            found = [
                trial(
                    [options.seed, 7, n, k],
                    n,
                    1e6,
                    band,
                    1 / ratio,
                    near=1.0,  # the weakest are known to 0.1/T only
                    strategy=strategy,
                    max_cycles=1,
                    harmonics=1,
                )
                for k in range(count)
            ]
            row[strategy] = summary(found)
        rows.append(row)
        common.say(f"  map: N = {n}, amplitude/noise {ratio:g}")
    return {"rows": rows, "size": MAP_SIZE}


def tables_map(result: dict[str, Any]) -> list[str]:
    def cell(s: dict[str, Any]) -> str:
        return f"{s['right']}/{s['trials']}"

    return common.table(
        [
            "N",
            "amplitude/noise",
            "deviations",
            "power/threshold",
            "ladder",
            "dense",
            "false",
            "ladder CPU",
            "dense CPU",
        ],
        [
            [r["samples"], r["ratio"]]
            + [f"{r['theory'][key]:.1f}" for key in ("deviations", "power")]
            + [cell(r["ladder"]), cell(r["dense"])]
            + [r["ladder"]["false"] + r["dense"]["false"]]
            + [common.duration(r[s]["median_cpu"]) for s in ("ladder", "dense")]
            for r in result["rows"]
        ],
    )


def bars_map(result: dict[str, Any]) -> list[dict[str, Any]]:
    # a line must stand out among the pairs, and its coherent power be significant
    visible = [
        r
        for r in result["rows"]
        if r["theory"]["deviations"] >= VISIBLE and r["theory"]["power"] >= 1.8
    ]
    right = sum(r["ladder"]["right"] for r in visible)
    total = sum(r["ladder"]["trials"] for r in visible)
    return [
        common.bar(
            f"ladder where theory says {VISIBLE:g} deviations or more, and a significant power",
            ">= 99 % right",
            f"{right} of {total}",
            right >= 0.99 * total,
        )
    ]


def measure_planner(options: argparse.Namespace) -> dict[str, Any]:
    sizes = (1e4, 1e5, 1e6) if options.quick else (1e4, 1e5, 3e5, 1e6, 3e6)
    noises = (0.5, 2.0) if options.quick else (0.5, 1.0, 2.0, 5.0, 8.0)
    rows = []
    for size, n, noise in itertools.product(sizes, (300, 10_000), noises):
        row: dict[str, Any] = {"size": size, "samples": n, "noise": noise}
        common_options = {"max_cycles": 1, "harmonics": 1}
        strategies = ["auto", "dense", "ladder"]
        results: dict[str, list[dict[str, Any]]] = {s: [] for s in strategies}
        for turn in range(5 if size <= 1e6 else 3):
            args = ([options.seed, 8, n, turn], n, 1e6, size / 1e6, noise)
            # in turns, every other one backwards
            for strategy in strategies[:: 1 if turn % 2 else -1]:
                # what a planner needs to know: how weak a line it is asked to see
                told = {"signal_to_noise": 1 / noise} if strategy == "auto" else {}
                results[strategy].append(trial(*args, strategy=strategy, **common_options, **told))
        for strategy, found in results.items():
            row[strategy] = {
                "trials": len(found),
                "right": sum(r["right"] for r in found),
                "false": sum(r["false"] for r in found),
                "seconds": statistics.median(r["seconds"] for r in found),
                "cpu": statistics.median(r["cpu"] for r in found),
                "limit": statistics.median(r["limit"] for r in found),
                "strategy": found[0]["strategy"],
            }
        row["better"] = max(("dense", "ladder"), key=lambda s: _success(row[s]))
        row["ratio"] = row["auto"]["cpu"] / row[row["better"]]["cpu"]
        row["as_good"] = row["auto"]["right"] >= row[row["better"]]["right"]
        rows.append(row)
        common.say(f"  planner: T B = {size:.0e}, N = {n}, noise {noise:g}: {row['ratio']:.2f}")
    return {"rows": rows}


def _success(answer: dict[str, Any]) -> tuple[int, float, float]:
    """Return the order of two strategies: found, or else the lower limit (to 25 %), or the time."""
    limit = 0.0 if answer["right"] else -round(math.log(answer["limit"]) / 0.25)
    return answer["right"], limit, -answer["cpu"]


def tables_planner(result: dict[str, Any]) -> list[str]:
    def cell(s: dict[str, Any]) -> str:
        said = f"{s['right']}/{s['trials']}" if s["right"] else f"below {s['limit']:.2g}"
        return f"{common.duration(s['cpu'])} ({said})"

    return common.table(
        ["T B", "N", "noise", "auto", "took", "dense", "ladder", "auto over better", "as good"],
        [
            [f"{r['size']:.0e}", r["samples"], r["noise"], cell(r["auto"]), r["auto"]["strategy"]]
            + [cell(r[s]) for s in ("dense", "ladder")]
            + [f"{r['ratio']:.2f} ({r['better']})", "yes" if r["as_good"] else "NO"]
            for r in result["rows"]
        ],
    )


def bars_planner(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    worst, good = max(r["ratio"] for r in rows), all(r["as_good"] for r in rows)
    name = f"planner, {len(rows)} settings"
    return [
        common.bar(name, "worst ratio of CPU time <= 1.3", f"{worst:.2f}", worst <= 1.3),
        common.bar(name, "as successful", str(sum(r["as_good"] for r in rows)), good),
    ]
