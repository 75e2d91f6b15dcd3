"""The Moon: its months in 25 years of irregular samples, and how few samples show them."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy.real_lines import compare, plus_minus, pull_text, read
from epicycle import find_cycles

MONTHS = {
    "illuminated_fraction": (29.5305889,),
    "distance_km": (27.5545499, 31.811941, 14.7652944),
    "declination_deg": (27.3216615, 27.2122208),
}
STOPS = (6, 8, 10, 12, 15, 20, 25, 30)


def measure_moon(options: argparse.Namespace) -> dict[str, Any]:
    table = read(options, "moon_irregular_25y.csv")
    jobs = [
        (table["jd_tdb"].to_numpy(), table[column].to_numpy(), column, stop)
        for column in MONTHS
        for stop in ((6, 30) if options.quick else STOPS)
    ]
    return {"rows": common.parallel(one_month, jobs, options.processes, "the Moon")}


def one_month(job: tuple[np.ndarray, np.ndarray, str, int]) -> dict[str, Any]:
    t, y, column, stop = job
    row: dict[str, Any] = {"column": column, "max_cycles": stop}
    try:
        model = find_cycles(t, y, unit="d", max_cycles=stop)
    except Exception as error:  # a failure is a result: it is counted and named
        return {**row, "failure": f"{type(error).__name__}: {error}"}
    first = model.cycles[0] if model.cycles else None
    return {
        **row,
        "cycles": len(model.cycles),
        "lines": len(model.lines),
        "residual_std": model.residual_std,
        "seconds": model.seconds,
        "months": [compare(model, period) for period in MONTHS[column]],
        "strongest": None if first is None else first.period,
        "strongest_error": None if first is None else first.period_error / first.period,
    }


def moon_tables(result: dict[str, Any]) -> list[str]:
    rows = []
    for r in result["rows"]:
        if "failure" in r:
            rows.append([r["column"], r["max_cycles"], r["failure"], "", "", "", "", ""])
            continue
        for month in r["months"]:
            rows.append(
                [
                    r["column"],
                    r["max_cycles"],
                    r["cycles"],
                    month["known"],
                    plus_minus(month["period"], month.get("period_error")),
                    pull_text(month),
                    common.number(r["strongest_error"], ".1e"),
                    common.duration(r["seconds"]),
                ]
            )
    return common.table(
        [
            "column",
            "max_cycles",
            "cycles",
            "known, d",
            "found, d",
            "pull",
            "relative error of the strongest",
            "time",
        ],
        rows,
    )


def moon_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    good = [r for r in result["rows"] if "failure" not in r]
    for column, periods in MONTHS.items():
        mine = [r for r in good if r["column"] == column]
        stops = sum(r["column"] == column for r in result["rows"])
        for k, period in enumerate(periods):
            pulls = [r["months"][k].get("pull") for r in mine]
            known = [abs(p) for p in pulls if p is not None]
            lost = stops - len(known)
            text = f"{common.number(max(known, default=None), '.2f')}, {lost} not found"
            met = not lost and max(known) <= 3
            bars.append(
                common.bar(f"Moon, {period} d: largest pull of {stops} stops", "<= 3", text, met)
            )
        worst = max((r["strongest_error"] or np.inf for r in mine), default=None)
        bars.append(
            common.bar(
                f"Moon, {column}: relative error of the strongest",
                "<= 1e-6",
                common.number(worst, ".1e"),
                worst is not None and worst <= 1e-6,
            )
        )
    return bars
