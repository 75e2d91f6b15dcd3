"""CPU time of the dense search with more samples, against nifty-ls and cuPeriod.

One thread each, the same samples and grid, errors that differ, a floating mean.  Spreading the
samples, not transforming the grid, is then most of the work.
"""

from __future__ import annotations

import argparse
import functools
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
from contenders import (
    MAXIMA,
    Problem,
    cuperiod_spectrum,
    epicycle_search,
    make_problem,
    nifty_spectrum,
    plan_of,
    prepare,
)

import common
from epicycle.search.dense import DenseSearch

#: Samples; each with 2.5 frequencies per sample and with a million.
SAMPLES = (3_000, 10_000, 100_000, 1_000_000)
PER_SAMPLE, FREQUENCIES = 2.5, 1_000_000

#: From so many samples on, the whole search may take so many times what nifty-ls's spectrum takes.
FROM, MOST = 100_000, 1.15

#: What of the search is timed: from the user's arrays, and from data that were checked before.
WHOLE, ENGINE, NIFTY = "epicycle search", "its engine alone", "nifty-ls"


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time all contenders in turns, size by size."""
    rounds = 3 if options.quick else options.rounds_samples
    rows = []
    for n in SAMPLES[:-1] if options.quick else SAMPLES:
        for m in (int(PER_SAMPLE * n), FREQUENCIES):
            problem = make_problem(options.seed, m, n)
            calls, reasons = contenders(problem)
            times = common.paired(calls, rounds, f"{n:,} samples, {m:,} frequencies")
            row: dict[str, Any] = {"samples": n, "frequencies": m, "rounds": rounds}
            row |= {"times": times, "not_measured": reasons}
            if NIFTY in calls:
                row["ratios"] = {name: cpu_ratio(times, name) for name in calls if name != NIFTY}
                row["power_difference"] = difference(problem)
            rows.append(row)
    return {"rows": rows}


def contenders(problem: Problem) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """Return those that can run here, and the reasons why others cannot."""
    data, residual, chi2 = prepare(problem)

    def engine() -> Any:
        search = DenseSearch(data, plan_of(problem), keep=MAXIMA, threads=1)
        return search.maxima(residual, chi2)

    calls: dict[str, Callable[[], Any]] = {
        WHOLE: functools.partial(epicycle_search, problem, 1),
        ENGINE: engine,
    }
    reasons = {"periodfind": "its build needs CUDA"}
    for name, package, call in (
        (NIFTY, "nifty-ls", functools.partial(nifty_spectrum, problem, 1)),
        ("cuPeriod", "cuperiod", functools.partial(cuperiod_spectrum, problem)),
    ):
        if common.version(package) is None:
            reasons[name] = f"{package} is not installed"
        else:
            calls[name] = call
    return calls, reasons


def cpu_ratio(times: dict[str, Any], name: str) -> dict[str, float]:
    """Return CPU time over that of nifty-ls in the same round: median and quartiles.

    Other work on the machine changes from round to round, and less within one.
    """
    rounds = [a / b for a, b in zip(times[name]["cpu"], times[NIFTY]["cpu"], strict=True)]
    lower, middle, upper = statistics.quantiles(rounds, n=4, method="inclusive")
    return {"cpu": middle, "lower": lower, "upper": upper}


def difference(problem: Problem) -> float:
    """Return how far our maxima are from nifty-ls's power at the same places."""
    found = epicycle_search(problem, 1)
    places = np.rint((found.frequency - problem.lowest) / problem.spacing).astype(np.int64)
    return float(np.abs(nifty_spectrum(problem, 1)[places] - found.power).max())


def tables(result: dict[str, Any]) -> list[str]:
    """Return one line per size: CPU times, and ratios to nifty-ls."""
    names = [WHOLE, ENGINE, "cuPeriod"]
    lines = []
    for row in result["rows"]:
        times, ratios = row["times"], row.get("ratios", {})
        cells = [f"{row['samples']:,}", f"{row['frequencies']:,}"]
        cells += [
            common.duration(times[name]["median_cpu"]) if name in times else "not measured"
            for name in (WHOLE, NIFTY)
        ]
        cells += [
            f"{ratios[n]['cpu']:.2f} ({ratios[n]['lower']:.2f} to {ratios[n]['upper']:.2f})"
            if n in ratios
            else "not measured"
            for n in names
        ]
        cells.append(common.number(row.get("power_difference"), ".1e"))
        lines.append(cells)
    headers = ["samples", "frequencies", f"{WHOLE}, CPU", f"{NIFTY}, CPU"]
    headers += [f"{name} / {NIFTY} (quartiles)" for name in names]
    shown = common.table([*headers, "difference of power"], lines)
    reasons = {name: why for row in result["rows"] for name, why in row["not_measured"].items()}
    return [*shown, "", *(f"{name}: not measured: {why}" for name, why in reasons.items())]


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the bar of every size with many samples."""
    found = []
    for row in result["rows"]:
        if row["samples"] < FROM:
            continue
        ratio = row.get("ratios", {}).get(WHOLE)
        found.append(
            common.bar(
                f"{row['samples']:,} samples, {row['frequencies']:,} frequencies: CPU time of "
                f"{WHOLE} over {NIFTY}",
                f"<= {MOST:g}",
                "-" if ratio is None else f"{ratio['cpu']:.2f}",
                None if ratio is None else ratio["cpu"] <= MOST,
            )
        )
    return found
