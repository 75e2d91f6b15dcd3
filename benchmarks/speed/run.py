"""How fast is the dense search, how exact, and how much memory does it take?

3,000 irregular samples with errors, least-squares power with a floating mean, at three sizes of
one frequency grid, against nifty-ls and astropy on the same grid.  All are timed in turns in one
run; ratios are what matters.
"""

from __future__ import annotations

import argparse
import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from epicycle.limits import SEARCH

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from epicycle.samples import checks
from epicycle.samples.data import Data, build_data
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import BAND

SAMPLES = 3000
BASELINE = 1000.0
SIZES = (100_000, 1_000_000)
LARGE = 75_000_000
HUGE = 1_000_000_000
#: Bytes per frequency that nifty-ls was seen to need, with room to spare.
NIFTY_BYTES = 120
#: astropy takes seconds from here on, and gigabytes further up.
ASTROPY_LIMIT = 1_000_000
RANDOM_POINTS = 2000
MAXIMA = 20


# ---- The problem -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """Samples and a grid: ``lowest + k * spacing``, k = 0 ... n - 1."""

    t: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    lowest: float
    spacing: float
    n: int

    @property
    def highest(self) -> float:
        return self.lowest + (self.n - 1) * self.spacing

    @functools.cached_property
    def frequency(self) -> np.ndarray:
        return self.lowest + self.spacing * np.arange(self.n)


def make_problem(seed: int, n_frequencies: int) -> Problem:
    """Two sinusoids in noise, the weaker of them clear of it; errors that differ."""
    rng = np.random.default_rng([seed, n_frequencies])
    t = np.sort(rng.uniform(0.0, BASELINE, SAMPLES))
    t[0], t[-1] = 0.0, BASELINE
    dy = rng.uniform(0.5, 1.5, SAMPLES)
    spacing = 1.0 / (SEARCH.points_per_peak * BASELINE)
    lowest = 1.0 / BASELINE
    y = 3.0 + dy * rng.standard_normal(SAMPLES)
    for amplitude in (1.0, 0.4):
        f = lowest + rng.uniform(0.1, 0.9) * n_frequencies * spacing
        y += amplitude * np.cos(2 * np.pi * (f * t + rng.uniform()))
    return Problem(t, y, dy, lowest, spacing, n_frequencies)


# ---- Contenders: from the arrays of samples to power on the grid ---------------------------------


def prepare(problem: Problem) -> tuple[Data, np.ndarray, np.ndarray]:
    """Return the engine's data, the residual of the weighted mean and its chi-square."""
    data = build_data(checks.check_samples(problem.t, problem.y, problem.dy), 0)
    weights = data.weights[:, 0]
    residual = data.y - np.average(data.y[:, 0], weights=weights)
    return data, residual, np.array([weights @ residual[:, 0] ** 2])


def plan_of(problem: Problem) -> SearchPlan:
    return SearchPlan(
        minimum_frequency=problem.lowest,
        maximum_frequency=problem.highest,
        spacing=problem.spacing,
        n_frequencies=problem.n,
        strategy="dense",
        regular=False,
        reason="benchmark",
    )


def epicycle_search(problem: Problem, threads: int) -> Candidates:
    """Return the strongest maxima and a thinned spectrum, power as a share of chi-square."""
    data, residual, chi2 = prepare(problem)
    search = DenseSearch(data, plan_of(problem), keep=MAXIMA, threads=threads)
    return search.maxima(residual, chi2)


def epicycle_spectrum(problem: Problem, threads: int) -> np.ndarray:
    """Return the power at every frequency: the same work as the peers do."""
    data, residual, chi2 = prepare(problem)
    size = min(BAND, problem.n)
    threads = min(threads, -(-problem.n // size))
    power = np.empty(problem.n)

    def work(worker: int) -> None:
        engine = Periodogram(data, problem.spacing, size)
        for first in range(worker * size, problem.n, threads * size):
            band = engine.reduction(residual, problem.lowest + first * problem.spacing)[0]
            last = min(first + size, problem.n)
            np.divide(band[: last - first], chi2[0], out=power[first:last])

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    return power


def epicycle_points(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Return the power at some points of the grid, from bands as large as those of the search."""
    data, residual, chi2 = prepare(problem)
    size = min(BAND, problem.n)
    engine = Periodogram(data, problem.spacing, size)
    power = np.empty(len(points))
    for band in np.unique(points // size):
        here = points // size == band
        start = problem.lowest + band * size * problem.spacing
        power[here] = engine.reduction(residual, start)[0, points[here] - band * size] / chi2[0]
    return power


def nifty_spectrum(problem: Problem, threads: int) -> np.ndarray:
    import nifty_ls

    result = nifty_ls.lombscargle(
        problem.t,
        problem.y,
        problem.dy,
        fmin=problem.lowest,
        fmax=problem.highest,
        Nf=problem.n,
        fit_mean=True,
        backend="finufft",
        nthreads=threads,
    )
    return result.power


def astropy_spectrum(problem: Problem, method: str) -> np.ndarray:
    from astropy.timeseries import LombScargle

    model = LombScargle(problem.t, problem.y, problem.dy, fit_mean=True)
    return model.power(problem.frequency, method=method, assume_regular_frequency=True)


def peers(problem: Problem, threads: int) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """Return the peers that can run here, and the reasons why others cannot."""
    calls: dict[str, Callable[[], Any]] = {}
    reasons: dict[str, str] = {}
    need = NIFTY_BYTES * problem.n
    if common.version("nifty-ls") is None:
        reasons["nifty-ls"] = "nifty-ls is not installed"
    elif need > common.free_memory():
        reasons["nifty-ls"] = (
            f"needs about {need / 1e9:.0f} GB, {common.free_memory() / 1e9:.0f} GB are free"
        )
    else:
        calls["nifty-ls"] = lambda: nifty_spectrum(problem, threads)
    if common.version("astropy") is None:
        reasons["astropy fast"] = "astropy is not installed"
    elif problem.n > ASTROPY_LIMIT:
        reasons["astropy fast"] = f"only up to {ASTROPY_LIMIT:,} frequencies: time and memory"
    elif threads == 1:
        calls["astropy fast"] = lambda: astropy_spectrum(problem, "fast")
        if common.version("nifty-ls") is not None:
            import nifty_ls  # noqa: F401  (older versions register the method on import)

            calls["astropy fastnifty"] = lambda: astropy_spectrum(problem, "fastnifty")
    else:
        reasons["astropy fast"] = "runs in one thread"
    return calls, reasons


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
