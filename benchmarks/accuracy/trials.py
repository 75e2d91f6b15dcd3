"""Simulated series with exact answers: refinement, noise-free signals and white noise."""

from __future__ import annotations

import argparse
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import stats

import common
from epicycle import find_cycles

BASELINE = 1000.0

#: With fewer trials than this, statistics are too uncertain to be held against a bar.
ENOUGH = 1000

#: (samples, amplitude over noise, all settings at their defaults)
ROWS = (
    (200, 1.0, False),
    (200, 3.0, False),
    (1_000, 0.7, False),
    (1_000, 3.0, False),
    (10_000, 0.7, False),
    (10_000, 3.0, False),
    (200, 1.0, True),
    (1_000, 0.7, True),
)


# ---- Refinement ------------------------------------------------------------------------------


def measure_refinement(options: argparse.Namespace) -> dict[str, Any]:
    n_trials = min(options.trials, 40) if options.quick else options.trials
    rows = []
    for n, amplitude, defaults in ROWS:
        label = f"N = {n:,}, amplitude {amplitude:g}{', defaults' if defaults else ''}"
        jobs = [(options.seed, n, amplitude, defaults, k) for k in range(n_trials)]
        outcomes = common.parallel(one_line, jobs, options.processes, label)
        row = summarise(outcomes)
        row.update(
            samples=n,
            amplitude=amplitude,
            defaults=defaults,
        )
        rows.append(row)
    return {"baseline": BASELINE, "rows": rows}


def one_line(job: tuple[int, int, float, bool, int]) -> dict[str, Any]:
    """Return the error of one found frequency, in units of the bound and of its quoted error.

    Times are uniform at random, the noise is normal with standard deviation 1, and the line lies
    anywhere between 10 cycles over the baseline and 0.9 of the mean sampling rate.  The bound for
    one sinusoid, var(f) >= 1 / (2 pi^2 A^2 sum (t - mean)^2), belongs to the times of the trial.
    """
    seed, n, amplitude, defaults, trial = job
    rng = np.random.default_rng([seed, n, round(1000 * amplitude), trial])
    t = rng.uniform(0.0, BASELINE, n)
    f = rng.uniform(10.0, 0.9 * n) / BASELINE
    y = amplitude * np.cos(2 * np.pi * (f * t + rng.uniform())) + rng.standard_normal(n)
    bound = 1.0 / np.sqrt(2 * np.pi**2 * amplitude**2 * ((t - t.mean()) ** 2).sum())
    settings: dict[str, Any] = {}
    if not defaults:
        settings = {"max_cycles": 1, "harmonics": 1, "minimum_period": BASELINE / n}
    try:
        model = find_cycles(t, y, **settings)
    except Exception as error:  # a failure is a result: it is counted and named
        return {"failure": f"{type(error).__name__}: {error}"}
    if not model.cycles:
        return {"cycles": 0, "seconds": model.seconds}
    error = model.cycles[0].frequency - f
    return {
        "cycles": len(model.cycles),
        "seconds": model.seconds,
        "gross": bool(abs(error) > 1.0 / np.ptp(t)),
        "over_bound": error / bound,
        "pull": error / model.cycles[0].frequency_error,
    }


def summarise(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    good = [o for o in outcomes if o.get("cycles") and not o["gross"]]
    over_bound = np.array([o["over_bound"] for o in good])
    pulls = np.array([o["pull"] for o in good])
    k = len(good)
    return {
        "trials": len(outcomes),
        "undetected": sum(o.get("cycles") == 0 for o in outcomes),
        "gross": sum(o.get("gross", False) for o in outcomes),
        "further_cycles": sum(o.get("cycles", 0) > 1 for o in outcomes),
        "failures": dict(Counter(o["failure"] for o in outcomes if "failure" in o)),
        "rms_over_bound": float(np.sqrt(np.mean(over_bound**2))) if k else None,
        # the relative error of a standard deviation from k normal values
        "statistical_error": float(1 / np.sqrt(2 * k)) if k else None,
        "rms_pull": float(np.sqrt(np.mean(pulls**2))) if k else None,
        "median_seconds": float(np.median([o["seconds"] for o in outcomes if "seconds" in o])),
        "largest_pull": float(np.abs(pulls).max()) if k else None,
    }


def refinement_tables(result: dict[str, Any]) -> list[str]:
    rows = []
    for r in result["rows"]:
        n = r["trials"]
        rows.append(
            [
                f"{r['samples']:,}",
                f"{r['amplitude']:g}",
                "all defaults" if r["defaults"] else "one sinusoid",
                f"{n:,}",
                f"{common.number(r['rms_over_bound'], '.3f')} ± "
                f"{common.number(r['statistical_error'], '.3f')}",
                common.number(r["rms_pull"], ".3f"),
                common.number(r["largest_pull"], ".1f"),
                f"{100 * r['undetected'] / n:.1f} %",
                f"{100 * r['gross'] / n:.1f} %",
                f"{100 * r['further_cycles'] / n:.1f} %",
                str(sum(r["failures"].values())),
                common.duration(r["median_seconds"]),
            ]
        )
    return common.table(
        [
            "samples",
            "amplitude / noise",
            "settings",
            "trials",
            "rms error / bound",
            "rms pull",
            "largest",
            "undetected",
            "grossly wrong",
            "further cycles",
            "failures",
            "time (median)",
        ],
        rows,
    )


def refinement_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        if r["defaults"] or r["trials"] < ENOUGH:
            continue
        name = f"N = {r['samples']:,}, A/sigma = {r['amplitude']:g}"
        rms, pull, n = r["rms_over_bound"], r["rms_pull"], r["trials"]
        lost, gross = r["undetected"] / n, r["gross"] / n
        bars += [
            common.bar(
                f"{name}: rms / bound",
                "0.95 to 1.10",
                common.number(rms, ".3f"),
                None if rms is None else 0.95 <= rms <= 1.10,
            ),
            common.bar(
                f"{name}: pulls",
                "1.00 ± 0.07",
                common.number(pull, ".3f"),
                None if pull is None else abs(pull - 1) <= 0.07,
            ),
            common.bar(f"{name}: undetected", "<= 1 %", f"{100 * lost:.1f} %", lost <= 0.01),
            common.bar(f"{name}: gross", "<= 0.2 %", f"{100 * gross:.1f} %", gross <= 0.002),
        ]
    return bars


# ---- Noise-free ------------------------------------------------------------------------------


def measure_noise_free(options: argparse.Namespace) -> dict[str, Any]:
    """Search 1e7 cycles without noise, in a band around the truth and (once) in all of it."""
    whole = 1e6 if options.quick else 1e7
    jobs = [(options.seed, 1e7, 1e4, "auto", k) for k in range(4 if options.quick else 20)]
    jobs += [(options.seed, whole, 1.2 * whole, strategy, 0) for strategy in ("auto", "dense")]
    outcomes = common.parallel(one_exact, jobs, 1, "noise-free")
    return {"rows": outcomes}


def one_exact(job: tuple[int, float, float, str, int]) -> dict[str, Any]:
    """Return the error of a noise-free line of so many cycles over the baseline."""
    seed, cycles, width, strategy, trial = job
    rng = np.random.default_rng([seed, 7, trial])
    t = rng.uniform(0.0, BASELINE, 1000)
    baseline = np.ptp(t)
    f = rng.uniform(0.95, 1.0) * cycles / baseline
    phase = rng.uniform()
    # exact products: rounding them would move the truth by more than the bar allows
    turns = np.array([float(Fraction(f) * Fraction(x) % 1) for x in t.tolist()])
    y = np.cos(2 * np.pi * (turns - phase))
    # the truth is anywhere between two points of the grid, not on one
    low = max(f - rng.uniform(0.4, 0.6) * width / baseline, 1.0 / baseline)
    high = low + width / baseline
    result: dict[str, Any] = {
        "cycles_over_baseline": cycles,
        "step_of_float64": np.spacing(f) * baseline,
    }
    try:
        model = find_cycles(
            t,
            y,
            max_cycles=1,
            harmonics=1,
            minimum_period=1 / high,
            maximum_period=1 / low,
            strategy=strategy,
        )
    except Exception as error:  # a failure is a result: it is counted and named
        return {**result, "failure": f"{type(error).__name__}: {error}"}
    result["frequencies"] = model.search.n_frequencies
    result["strategy"] = model.search.strategy
    result["seconds"] = model.seconds
    if model.cycles:
        result["error_times_baseline"] = abs(model.cycles[0].frequency - f) * baseline
    else:
        result["failure"] = "not found"
    return result


def noise_free_tables(result: dict[str, Any]) -> list[str]:
    groups: dict[tuple[float, int, str], list[dict[str, Any]]] = {}
    for r in result["rows"]:
        # grids of the same size up to rounding
        size = round(r.get("frequencies", 0), -3)
        key = (r["cycles_over_baseline"], size, r.get("strategy", "-"))
        groups.setdefault(key, []).append(r)
    rows = []
    for (cycles, size, strategy), members in groups.items():
        errors = [m["error_times_baseline"] for m in members if "failure" not in m]
        rows.append(
            [
                f"{cycles:.0e}",
                f"{size:,}",
                strategy,
                len(members),
                len(members) - len(errors),
                common.number(float(np.median(errors)) if errors else None, ".1e"),
                common.number(max(errors, default=None), ".1e"),
                common.number(members[0]["step_of_float64"], ".1e"),
                common.duration(float(np.median([m.get("seconds", np.nan) for m in members]))),
            ]
        )
    return common.table(
        [
            "cycles over the baseline",
            "frequencies of a full grid",
            "strategy",
            "trials",
            "failures",
            "error × baseline, median",
            "largest",
            "one step of float64",
            "time",
        ],
        rows,
    )


def noise_free_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    errors = [r.get("error_times_baseline") for r in result["rows"]]
    known = [e for e in errors if e is not None]
    lost = len(errors) - len(known)
    worst = max(known, default=None)
    text = f"{common.number(worst, '.1e')}, {lost} of {len(errors)} not found"
    met = worst is not None and worst <= 1e-9 and not lost
    return [common.bar("noise-free error × baseline at 1e7 cycles", "<= 1e-9", text, met)]


# ---- White noise -----------------------------------------------------------------------------

SAMPLINGS = {
    "irregular": "300 times, uniform at random",
    "regular": "300 times, equidistant",
    "nights": "60 of 90 nights, 5 times at random within 8 hours of each",
}


def sampling(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "irregular":
        return rng.uniform(0.0, BASELINE, 300)
    if kind == "regular":
        return np.arange(300.0)
    nights = rng.choice(90, 60, replace=False).astype(float)
    return np.repeat(nights, 5) + rng.uniform(0.0, 1.0 / 3.0, 300)


def measure_white_noise(options: argparse.Namespace) -> dict[str, Any]:
    n_series = min(options.series, 100) if options.quick else options.series
    rows = []
    for kind, what in SAMPLINGS.items():
        jobs = [(options.seed, kind, k) for k in range(n_series)]
        outcomes = common.parallel(one_noise, jobs, options.processes, f"white noise, {kind}")
        alarms = sum(o.get("cycles", 0) > 0 for o in outcomes)
        interval = stats.binomtest(alarms, n_series).proportion_ci(0.95)
        rows.append(
            {
                "sampling": kind,
                "what": what,
                "series": n_series,
                "with_cycles": alarms,
                "interval": [float(interval.low), float(interval.high)],
                "with_lines": sum(o.get("lines", 0) > 0 for o in outcomes),
                "failures": dict(Counter(o["failure"] for o in outcomes if "failure" in o)),
                "median_frequencies": float(
                    np.median([o["frequencies"] for o in outcomes if "frequencies" in o])
                ),
            }
        )
    return {"false_alarm": 0.01, "rows": rows}


def one_noise(job: tuple[int, str, int]) -> dict[str, Any]:
    """Return how many cycles, and lines of any kind, are reported in normal noise."""
    seed, kind, trial = job
    rng = np.random.default_rng([seed, list(SAMPLINGS).index(kind), trial])
    t = sampling(kind, rng)
    try:
        model = find_cycles(t, rng.standard_normal(len(t)), false_alarm=0.01)
    except Exception as error:  # a failure is a result: it is counted and named
        return {"failure": f"{type(error).__name__}: {error}"}
    return {
        "cycles": len(model.cycles),
        "lines": len(model.lines),
        "frequencies": model.search.n_frequencies,
    }


def white_noise_tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            r["what"],
            f"{r['median_frequencies']:,.0f}",
            f"{r['series']:,}",
            f"{100 * r['with_cycles'] / r['series']:.2f} %",
            f"{100 * r['interval'][0]:.2f} to {100 * r['interval'][1]:.2f} %",
            f"{100 * r['with_lines'] / r['series']:.2f} %",
            sum(r["failures"].values()),
        ]
        for r in result["rows"]
    ]
    return common.table(
        [
            "sampling",
            "frequencies",
            "series",
            "report a cycle",
            "95 % interval",
            "a cycle or slow variation",
            "failures",
        ],
        rows,
    )


def white_noise_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        if r["series"] < ENOUGH:
            continue
        share = r["with_cycles"] / r["series"]
        bars.append(
            common.bar(
                f"white noise, {r['sampling']}: report a cycle",
                "0.3 to 1.7 %",
                f"{100 * share:.2f} %",
                0.003 <= share <= 0.017,
            )
        )
    return bars
