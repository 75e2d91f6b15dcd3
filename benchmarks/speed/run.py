"""How fast is the dense search, how exact, and how much memory does it take?

3,000 irregular samples with errors, least-squares power with a floating mean, at three sizes of
one frequency grid, against nifty-ls and astropy on the same grid; and up to a million samples, by
CPU time.  All are timed in turns in one run; ratios are what matters.
"""

from __future__ import annotations

import argparse
import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from contenders import (
    MAXIMA,
    NIFTY_BYTES,
    SAMPLES,
    Problem,
    epicycle_points,
    epicycle_search,
    epicycle_spectrum,
    make_problem,
    nifty_spectrum,
    peers,
)

import common
import samples

SIZES = (100_000, 1_000_000)
LARGE = 75_000_000
HUGE = 1_000_000_000
RANDOM_POINTS = 2000


# ---- Accuracy: the definition, in extended precision ---------------------------------------------


def direct_power(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Return the power by its definition: 1 - chi2(mean + sinusoid) / chi2(mean).

    Phases are formed in extended precision where the platform has it.
    """
    t = problem.t.astype(np.longdouble)
    root = 1.0 / problem.dy
    y = root * (problem.y - np.average(problem.y, weights=root**2))
    columns = np.empty((SAMPLES, 3))
    columns[:, 0] = root
    power = np.empty(len(points))
    for k, point in enumerate(points):
        f = np.longdouble(problem.lowest) + int(point) * np.longdouble(problem.spacing)
        phase = f * t
        angle = 2 * np.pi * (phase - np.rint(phase)).astype(np.float64)
        columns[:, 1] = root * np.cos(angle)
        columns[:, 2] = root * np.sin(angle)
        q, _ = np.linalg.qr(columns)
        power[k] = 1.0 - np.sum((y - q @ (q.T @ y)) ** 2) / np.sum(y**2)
    return power


def highest_maxima(power: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the highest local maxima."""
    inner = np.flatnonzero((power[1:-1] > power[:-2]) & (power[1:-1] >= power[2:])) + 1
    best = np.argpartition(power[inner], -count)[-count:]
    return inner[best[np.argsort(-power[inner[best]])]]


def accuracy(problem: Problem, seed: int, with_nifty: bool) -> dict[str, Any]:
    """Return the largest differences from the definition, at random points and at maxima."""
    rng = np.random.default_rng([seed, problem.n, 1])
    points = np.unique(rng.integers(0, problem.n, RANDOM_POINTS))
    exact = direct_power(problem, points)
    found = epicycle_search(problem, 1)
    places = np.rint((found.frequency - problem.lowest) / problem.spacing).astype(np.int64)
    at_maxima = direct_power(problem, places)
    result = {
        "random_points": len(points),
        "maxima": len(places),
        "highest_power": float(at_maxima.max()),
        "epicycle": {
            "random": float(np.abs(epicycle_points(problem, points) - exact).max()),
            "maxima": float(np.abs(found.power - at_maxima).max()),
        },
    }
    if with_nifty:
        power = nifty_spectrum(problem, 1)
        theirs = highest_maxima(power, MAXIMA)
        result["nifty-ls"] = {
            "random": float(np.abs(power[points] - exact).max()),
            "maxima": float(np.abs(power[theirs] - direct_power(problem, theirs)).max()),
        }
        result["same_maxima"] = len(set(theirs.tolist()) & set(places.tolist()))
    return result


# ---- Sections --------------------------------------------------------------------------------


def measure_sizes(options: argparse.Namespace) -> dict[str, Any]:
    rounds = 3 if options.quick else options.rounds
    return {"rows": [measure_size(n, rounds, options, full=True) for n in SIZES]}


def measure_large(options: argparse.Namespace) -> dict[str, Any]:
    n = 5_000_000 if options.quick else LARGE
    rounds = 1 if options.quick else options.rounds_large
    return {"rows": [measure_size(n, rounds, options, full=False)]}


def measure_size(n: int, rounds: int, options: argparse.Namespace, *, full: bool) -> dict[str, Any]:
    """Time all contenders on one grid, with each number of threads in turn."""
    problem = make_problem(options.seed, n)
    row: dict[str, Any] = {"frequencies": n, "samples": SAMPLES, "rounds": rounds, "threads": {}}
    others: dict[str, Callable[[], Any]] = {}
    for threads in sorted({1, options.threads}):
        others, reasons = peers(problem, threads)
        calls: dict[str, Callable[[], Any]] = {
            "epicycle search": functools.partial(epicycle_search, problem, threads)
        }
        if full:
            calls["epicycle spectrum"] = functools.partial(epicycle_spectrum, problem, threads)
        calls.update(others)
        times = common.paired(calls, rounds, f"{n:,} frequencies, {threads} threads")
        row["threads"][str(threads)] = {
            "times": times,
            "ratios": {
                f"{peer} / {own}": common.ratio(times, peer, own)
                for peer in others
                for own in calls
                if own not in others
            },
            "not_measured": reasons,
        }
    common.say(f"  {n:,} frequencies: accuracy")
    row["accuracy"] = accuracy(problem, options.seed, "nifty-ls" in others)
    return row


def tables_sizes(result: dict[str, Any]) -> list[str]:
    rows = []
    for size in result["rows"]:
        for threads, part in size["threads"].items():
            for name, times in part["times"].items():
                own = name.startswith("epicycle")
                against = [
                    part["ratios"].get(f"{name} / {base}")
                    for base in ("epicycle search", "epicycle spectrum")
                ]
                rows.append(
                    [
                        f"{size['frequencies']:,}",
                        threads,
                        name,
                        common.duration(times["median_wall"]),
                        common.duration(times["median_cpu"]),
                        *["" if own else _ratio_text(r) for r in against],
                    ]
                )
            rows += [
                [f"{size['frequencies']:,}", threads, name, f"not measured: {reason}", "", "", ""]
                for name, reason in part["not_measured"].items()
            ]
    lines = common.table(
        [
            "frequencies",
            "threads",
            "",
            "time (median)",
            "CPU time",
            "over epicycle search",
            "over epicycle spectrum",
        ],
        rows,
    )
    lines += ["", "Largest difference from the direct sum, power as a share of the variance:", ""]
    rows = []
    for size in result["rows"]:
        a = size["accuracy"]
        rows += [
            [
                f"{size['frequencies']:,}",
                name,
                common.number(a[name]["random"], ".1e"),
                common.number(a[name]["maxima"], ".1e"),
            ]
            for name in ("epicycle", "nifty-ls")
            if name in a
        ]
    return lines + common.table(["frequencies", "", "at random points", "at maxima"], rows)


def _ratio_text(value: dict[str, float] | None) -> str:
    if value is None:
        return "-"
    return (
        f"{value['wall']:.2f} ({value['lowest']:.2f} to {value['highest']:.2f}), "
        f"CPU {value['cpu']:.2f}"
    )


def bars_sizes(result: dict[str, Any], least: float) -> list[dict[str, Any]]:
    bars = []
    for size in result["rows"]:
        if size["frequencies"] not in (*SIZES, LARGE):
            continue
        name = f"{size['frequencies']:,} frequencies"
        for threads, part in size["threads"].items():
            for own in ("epicycle search", "epicycle spectrum"):
                if own not in part["times"]:
                    continue
                ratio = part["ratios"].get(f"nifty-ls / {own}")
                bars.append(
                    common.bar(
                        f"{name}: nifty-ls over {own}, threads {threads}",
                        f">= {least:g}",
                        "-" if ratio is None else f"{ratio['wall']:.2f}",
                        None if ratio is None else ratio["wall"] >= least,
                    )
                )
        own_error = max(size["accuracy"]["epicycle"].values())
        bars.append(
            common.bar(
                f"{name}: error of the power", "<= 1e-5", f"{own_error:.1e}", own_error <= 1e-5
            )
        )
    return bars


def measure_memory(options: argparse.Namespace) -> dict[str, Any]:
    """Run each contender in a fresh process, which reports the most memory that it has had."""
    huge = HUGE // 10 if options.quick else HUGE
    large = 5_000_000 if options.quick else LARGE
    jobs = [("nothing", SAMPLES), ("search", huge), ("search", large), ("nifty", large)]
    rows = []
    for what, n in jobs:
        row: dict[str, Any] = {"what": what, "frequencies": n, "threads": options.threads}
        if what == "nifty" and common.version("nifty-ls") is None:
            row["not_measured"] = "nifty-ls is not installed"
        elif what == "nifty" and n * NIFTY_BYTES > common.free_memory():
            row["not_measured"] = f"needs about {n * NIFTY_BYTES / 1e9:.0f} GB of free memory"
        else:
            common.say(f"  memory: {what}, {n:,} frequencies")
            command = [sys.executable, __file__, "--child", what, "--child-size", str(n)]
            command += ["--seed", str(options.seed), "--threads", str(options.threads)]
            child = subprocess.run(command, capture_output=True, text=True, check=False)
            if child.returncode:
                row["not_measured"] = f"ended with status {child.returncode}"
            else:
                row.update(json.loads(child.stdout))
        rows.append(row)
    return {"rows": rows}


def child(options: argparse.Namespace) -> None:
    """Do one thing, then report time and memory on stdout."""
    problem = make_problem(options.seed, options.child_size)
    started = time.perf_counter()
    if options.child == "search":
        epicycle_search(problem, options.threads)
    elif options.child == "nifty":
        nifty_spectrum(problem, options.threads)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_bytes": common.peak_memory()}))


def tables_memory(result: dict[str, Any]) -> list[str]:
    names = {"nothing": "imports alone", "search": "epicycle search", "nifty": "nifty-ls"}
    rows = []
    for row in result["rows"]:
        head = [names[row["what"]], f"{row['frequencies']:,}" if row["what"] != "nothing" else "-"]
        if "not_measured" in row:
            rows.append([*head, f"not measured: {row['not_measured']}", ""])
        else:
            peak = f"{row['peak_bytes'] / 1e9:.3f} GB"
            rows.append([*head, peak, common.duration(row["seconds"])])
    return common.table(["", "frequencies", "peak memory", "time (once)"], rows)


def bars_memory(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for row in result["rows"]:
        if row["what"] == "search" and row["frequencies"] == HUGE:
            peak = row.get("peak_bytes")
            bars.append(
                common.bar(
                    f"{row['frequencies']:,} frequencies: peak memory",
                    "<= 0.6 GB",
                    "-" if peak is None else f"{peak / 1e9:.2f} GB",
                    None if peak is None else peak <= 0.6e9,
                )
            )
    return bars


SECTIONS = [
    # memory first: the machine is then as empty as it will be
    common.Section("memory", "Memory", measure_memory, tables_memory, bars_memory, ("nifty-ls",)),
    common.Section(
        "sizes",
        "Time",
        measure_sizes,
        tables_sizes,
        lambda result: bars_sizes(result, 1.0),
        ("nifty-ls", "astropy"),
    ),
    common.Section(
        "samples",
        "CPU time with more samples",
        samples.measure,
        samples.tables,
        samples.bars,
        ("nifty-ls", "cuperiod"),
    ),
    common.Section(
        "large",
        "Time on a large grid",
        measure_large,
        tables_sizes,
        lambda result: bars_sizes(result, 4.0),
        ("nifty-ls", "astropy"),
    ),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds at 1e5 and 1e6 frequencies")
    parser.add_argument("--rounds-large", type=int, default=3, help="rounds at 7.5e7 frequencies")
    parser.add_argument("--rounds-samples", type=int, default=9, help="rounds of section samples")
    parser.add_argument(
        "--threads", type=int, default=common.cores(), help="measured besides one thread"
    )
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--child-size", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options)
    else:
        common.run("speed", SECTIONS, options)


if __name__ == "__main__":
    main()
