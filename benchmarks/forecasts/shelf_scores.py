"""Eighteen real series with several held-out tails each: ours by default, beside other packages."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import common
from epicycle import find_cycles
from forecasts.shelf_peers import LEVELS, TAILS, naive

_HERE = Path(__file__).parent

#: Among these the best is the one to be beaten.
_RIVAL = "MSTL + ETS"


def ours(row: dict[str, Any], end: int) -> dict[str, Any]:
    """Return our forecast of a tail, by default, from the dates and values before it."""
    t = np.array(row["dates"], dtype="datetime64[s]")
    y = np.array(row["y"])
    started = time.process_time()
    model = find_cycles(t[:end], y[:end])
    ahead = t[end : end + row["horizon"]]
    answer: dict[str, Any] = {"mean": model.predict(ahead).tolist()}
    for level in LEVELS:
        lower, upper = model.predict_interval(ahead, level / 100)
        answer[f"lo{level}"], answer[f"hi{level}"] = lower.tolist(), upper.tolist()
    return {**answer, "cpu": time.process_time() - started}


def measure_shelf(options: argparse.Namespace) -> dict[str, Any]:
    """Run ours and the peers on every tail of every series."""
    if options.peers is None:
        raise common.NotMeasuredError("--peers names a Python with the packages of shelf.py")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "series.json"), Path(folder, "peers.json")
        run = [str(options.peers)]
        subprocess.run([*run, str(_HERE / "shelf.py"), str(source)], check=True)
        subprocess.run([*run, str(_HERE / "shelf_peers.py"), str(source), str(target)], check=True)
        series, answers = json.loads(source.read_text()), json.loads(target.read_text())
    for row in series:
        for tail in range(TAILS, 0, -1):
            answer = ours(row, len(row["y"]) - tail * row["horizon"])
            answers.append({"series": row["name"], "tail": tail, "method": "epicycle", **answer})
        common.say(f"  {row['name']}")
    return scores(series, answers)


def scores(series: list[dict[str, Any]], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return mean absolute errors relative to seasonal naive, coverages and processor time."""
    methods = list(dict.fromkeys(one["method"] for one in answers))
    rows, methods_rows = [], []
    for row in series:
        mine = [one for one in answers if one["series"] == row["name"]]
        rows.append({"name": row["name"], "source": row["source"], **_relative(row, mine)})
    for method in methods:
        of_method = [one for one in answers if one["method"] == method]
        ratios = np.array([r[method] for r in rows if r.get(method) is not None])
        methods_rows.append(
            {
                "method": method,
                "geometric_mean": float(np.exp(np.log(ratios).mean())),
                "worse_than_naive": int((ratios > 1).sum()),
                "series": len(ratios),
                "coverage": [_coverage(series, of_method, level) for level in LEVELS],
                "cpu": float(sum(one["cpu"] for one in of_method)),
                "failed": sum("failed" in one for one in of_method),
            }
        )
    return {"rows": rows, "methods": methods_rows, "levels": list(LEVELS), "tails": TAILS}


def _truth(row: dict[str, Any], tail: int) -> tuple[Any, Any]:
    y, h = np.array(row["y"]), row["horizon"]
    end = len(y) - tail * h
    return y[end : end + h], naive(y[:end], row["season"], h)


def _relative(row: dict[str, Any], answers: list[dict[str, Any]]) -> dict[str, float | None]:
    result: dict[str, float | None] = {}
    for method in dict.fromkeys(one["method"] for one in answers):
        mine = [one for one in answers if one["method"] == method]
        if any("failed" in one for one in mine):
            result[method] = None
            continue
        error = usual = 0.0
        for one in mine:
            true, plain = _truth(row, one["tail"])
            error += float(np.abs(np.array(one["mean"]) - true).mean())
            usual += float(np.abs(plain - true).mean())
        result[method] = error / usual
    return result


def _coverage(
    series: list[dict[str, Any]], answers: list[dict[str, Any]], level: int
) -> float | None:
    by_name = {row["name"]: row for row in series}
    shares = []
    for one in answers:
        if f"lo{level}" in one:
            true, _ = _truth(by_name[one["series"]], one["tail"])
            inside = (np.array(one[f"lo{level}"]) <= true) & (true <= np.array(one[f"hi{level}"]))
            shares.append(inside.mean())
    return float(np.mean(shares)) if shares else None


def tables_shelf(result: dict[str, Any]) -> list[str]:
    """Return the scores as tables."""
    names = [one["method"] for one in result["methods"]]
    cells = [
        [r["name"], r["source"], *(common.number(r.get(name), ".3f") for name in names)]
        for r in result["rows"]
    ]
    summary = [
        [
            one["method"],
            f"{one['geometric_mean']:.3f}",
            f"{one['worse_than_naive']} of {one['series']}",
            *("" if c is None else f"{100 * c:.1f}" for c in one["coverage"]),
            f"{one['cpu']:.0f} s",
            str(one["failed"]),
        ]
        for one in result["methods"]
    ]
    heads = ["", "geometric mean", "worse than naive", "in 80 %", "in 95 %", "CPU", "failed"]
    return [
        *common.table(["", "from", *names], cells),
        "",
        *common.table(heads, summary),
        "",
        f"Mean absolute error relative to seasonal naive, over {result['tails']} tails each.",
    ]


def bars_shelf(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is asked of us."""
    by_name = {one["method"]: one for one in result["methods"]}
    mine, rival = by_name["epicycle"], by_name.get(_RIVAL)
    value = mine["geometric_mean"]
    limit = None if rival is None else rival["geometric_mean"]
    coverage = mine["coverage"]
    return [
        common.bar(
            "geometric mean of the relative error", "<= 0.75", f"{value:.3f}", value <= 0.75
        ),
        common.bar(
            "no worse than MSTL + ETS",
            f"<= {common.number(limit)}",
            f"{value:.3f}",
            None if limit is None else value <= limit,
        ),
        common.bar(
            "worse than naive", "<= 4", str(mine["worse_than_naive"]), mine["worse_than_naive"] <= 4
        ),
        common.bar("in 80 %", "75-87 %", f"{100 * coverage[0]:.1f}", 0.75 <= coverage[0] <= 0.87),
        common.bar("in 95 %", "91-98 %", f"{100 * coverage[1]:.1f}", 0.91 <= coverage[1] <= 0.98),
    ]
