"""Circadian traces of reporters: their periods beside the published ones."""

from __future__ import annotations

import argparse
import warnings
from typing import Any

import numpy as np

import common
from accuracy.real_lines import read
from epicycle import find_cycles


def measure_traces(options: argparse.Namespace) -> dict[str, Any]:
    table = read(options, "bioluminescence_wide.csv")
    t = table["time_h"].to_numpy()
    names = [name for name in table.columns if name != "time_h"]
    rows = []
    for label, limits in (
        ("defaults", {}),
        ("minimum_period=16, maximum_period=36", {"minimum_period": 16, "maximum_period": 36}),
    ):
        jobs = [(t, table[name].to_numpy(), name, limits) for name in names]
        traces = common.parallel(one_trace, jobs, options.processes, f"traces, {label}")
        rows.append({"settings": label, "traces": traces})
    return {"rows": rows}


def one_trace(job: tuple[np.ndarray, np.ndarray, str, dict[str, float]]) -> dict[str, Any]:
    t, y, name, limits = job
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = find_cycles(t, y, unit="h", **limits)
        except Exception as error:  # a failure is a result: it is counted and named
            return {"trace": name, "failure": f"{type(error).__name__}: {error}"}
    first = model.cycles[0] if model.cycles else None
    return {
        "trace": name,
        "period": None if first is None else first.period,
        "period_error": None if first is None else first.period_error,
        "cycles": len(model.cycles),
        "failure": None if model.cycles else "no cycle found",
        "warnings": sorted({str(w.message) for w in caught}),
        "seconds": model.seconds,
    }


def _periods(row: dict[str, Any]) -> np.ndarray:
    return np.array([t["period"] for t in row["traces"] if t["failure"] is None])


def trace_tables(result: dict[str, Any]) -> list[str]:
    rows = []
    for r in result["rows"]:
        periods = _periods(r)
        low, middle, high = (
            np.quantile(periods, [0.05, 0.5, 0.95]) if len(periods) else [np.nan] * 3
        )
        errors = [t["period_error"] for t in r["traces"] if t["failure"] is None]
        rows.append(
            [
                r["settings"],
                len(r["traces"]),
                len(r["traces"]) - len(periods),
                f"{middle:.2f}",
                f"{low:.2f} to {high:.2f}",
                int(np.count_nonzero((periods < 20) | (periods > 30))),
                common.number(float(np.median(errors)) if errors else None, ".2f"),
                common.duration(float(np.median([t.get("seconds", np.nan) for t in r["traces"]]))),
            ]
        )
    lines = common.table(
        [
            "settings",
            "traces",
            "failures",
            "median, h",
            "5 to 95 %, h",
            "outside 20 to 30 h",
            "median error, h",
            "time",
        ],
        rows,
    )
    for r in result["rows"]:
        lost = [t for t in r["traces"] if t["failure"]]
        odd = [t for t in r["traces"] if t.get("period") and not 20 <= t["period"] <= 30]
        if lost:
            lines += [
                "",
                f"{r['settings']}: " + "; ".join(f"{t['trace']} {t['failure']}" for t in lost),
            ]
        if odd:
            lines += [
                "",
                f"{r['settings']}: " + ", ".join(f"{t['trace']} {t['period']:.1f} h" for t in odd),
            ]
    return lines


def trace_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        periods = _periods(r)
        lost = len(r["traces"]) - len(periods)
        middle = float(np.median(periods)) if len(periods) else None
        bars.append(
            common.bar(
                f"{len(r['traces'])} traces, {r['settings']}",
                "24.6 ± 0.3 h, no failure",
                f"{common.number(middle, '.2f')} h, {lost} failed",
                middle is not None and abs(middle - 24.6) <= 0.3 and not lost,
            )
        )
    return bars
