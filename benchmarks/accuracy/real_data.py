"""Real data whose answers are known: the Moon, CO2, stars and circadian rhythms.

Each function measures one data set.  The strongest line near a known period is compared with it;
"pull" is the difference in units of the errors.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import common
from epicycle import CycleModel, Line, find_cycles


def data_file(options: argparse.Namespace, name: str) -> Path:
    """Return where a data file is.

    Raises
    ------
    common.NotMeasuredError
        If it is in neither of the two places.
    """
    folders = [options.data]
    if os.environ.get("EPICYCLE_DATA"):
        folders.append(Path(os.environ["EPICYCLE_DATA"]))
    for folder in folders:
        if (folder / name).exists():
            return Path(folder / name)
    raise common.NotMeasuredError(f"{name} is neither in --data nor in $EPICYCLE_DATA")


def read(options: argparse.Namespace, name: str) -> Any:
    """Return a data file as a DataFrame."""
    path = data_file(options, name)
    if common.version("pandas") is None:
        raise common.NotMeasuredError("pandas is not installed")
    import pandas as pd

    return pd.read_csv(path)


def nearest(model: CycleModel, period: float) -> Line | None:
    """Return the line of a cycle, harmonics included, whose frequency is nearest."""
    lines = [line for line in model.lines if line.kind == "cycle"]
    return min(lines, key=lambda line: abs(line.frequency - 1 / period), default=None)


def compare(model: CycleModel, truth: float, truth_error: float = 0.0) -> dict[str, Any]:
    """Return how the line nearest to a known period compares with it."""
    line = nearest(model, truth)
    if line is None:
        return {"known": truth, "period": None}
    # a line further away than the resolution is another line
    resolved = abs(line.frequency - 1 / truth) * model.baseline
    error = float(np.hypot(line.period_error, truth_error))
    return {
        "known": truth,
        "known_error": truth_error,
        "period": line.period,
        "period_error": line.period_error,
        "order": line.order,
        "relative_difference": line.period / truth - 1,
        "in_resolution_widths": resolved,
        "pull": (line.period - truth) / error if resolved < 1 else None,
    }


def cycle_rows(model: CycleModel) -> list[dict[str, Any]]:
    """Return all cycles in short."""
    return [
        {
            "period": c.period,
            "period_error": c.period_error,
            "amplitude": c.amplitude,
            "harmonics": [h.order for h in c.harmonics],
            "false_alarm_probability": c.false_alarm_probability,
            "alias": [c.aliases[0].period, c.aliases[0].power_ratio] if c.aliases else None,
        }
        for c in model.cycles
    ]


def plus_minus(value: float | None, error: float | None, digits: int = 2) -> str:
    """Return "29.53059 ± 0.00002", rounded to so many digits of the error."""
    if value is None or error is None:
        return "not found"
    if not error > 0:
        return f"{value:.9g} ± {error:g}"
    places = max(0, digits - 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def pull_text(entry: dict[str, Any]) -> str:
    return "not found" if entry.get("pull") is None else f"{entry['pull']:+.2f}"


# ---- The Moon --------------------------------------------------------------------------------

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


# ---- CO2 -------------------------------------------------------------------------------------

YEAR = 365.2422


def measure_co2(options: argparse.Namespace) -> dict[str, Any]:
    import pandas as pd

    table = read(options, "co2_mlo_weekly_nan.csv")
    dates = pd.to_datetime(table["date"].astype(str), format="%Y%m%d")
    model = find_cycles(dates, table["co2"], trend=2)
    year = min(model.cycles, key=lambda c: abs(c.period - YEAR), default=None)
    return {
        "samples": model.n_samples,
        "dropped": model.n_dropped,
        "seconds": model.seconds,
        "year": compare(model, YEAR),
        "orders": [] if year is None else [h.order for h in year.harmonics],
        "cycles": cycle_rows(model),
        "undecided": model.undecided,
    }


def co2_tables(result: dict[str, Any]) -> list[str]:
    lines = [
        f"{result['samples']:,} samples, {result['dropped']} dropped, "
        f"{common.duration(result['seconds'])}",
        "",
    ]
    year = result["year"]
    lines += cycle_table(result["cycles"], "d")
    return [
        *lines,
        "",
        f"known {YEAR} d, found {plus_minus(year['period'], year.get('period_error'))} d, "
        f"pull {pull_text(year)}",
    ]


def cycle_table(cycles: list[dict[str, Any]], unit: str) -> list[str]:
    rows = [
        [
            plus_minus(c["period"], c["period_error"]),
            f"{c['amplitude']:.4g}",
            ", ".join(map(str, c["harmonics"])),
            f"{c['false_alarm_probability']:.1e}",
            "-" if c["alias"] is None else f"{c['alias'][0]:.6g} ({c['alias'][1]:.2f})",
        ]
        for c in cycles
    ]
    return common.table(
        [f"period, {unit}", "amplitude", "harmonics", "false alarm", "first alias (power ratio)"],
        rows,
    )


def co2_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    year, orders = result["year"], result["orders"]
    period = year["period"]
    return [
        common.bar(
            "CO2: the year",
            "365.24 ± 0.3 d",
            plus_minus(period, year.get("period_error")),
            period is not None and abs(period - 365.24) <= 0.3,
        ),
        common.bar(
            "CO2: harmonics of the year",
            ">= 2, its half among them",
            ", ".join(map(str, orders)),
            len(orders) >= 2 and 2 in orders,
        ),
    ]


# ---- Radial velocities -----------------------------------------------------------------------

PLANETS = {
    "rv_hd164922.csv": ((1201.1, 5.6), (75.765, 0.065)),
    "rv_51peg.csv": ((4.230785, 0.0),),
}


def measure_velocities(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for name, planets in PLANETS.items():
        try:
            table = read(options, name)
        except common.NotMeasuredError as reason:
            rows.append({"file": name, "not_measured": str(reason)})
            continue
        model = find_cycles(
            table["time"],
            table["value"],
            table["error"],
            group=table.get("inst"),
            unit="d",
        )
        rows.append(
            {
                "file": name,
                "samples": model.n_samples,
                "seconds": model.seconds,
                "planets": [compare(model, *planet) for planet in planets],
                "cycles": cycle_rows(model),
                "jitter": model.jitter,
                "residual_std": model.residual_std,
                "undecided": model.undecided,
            }
        )
    return {"rows": rows}


def velocity_tables(result: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for r in result["rows"]:
        if "not_measured" in r:
            lines += [f"{r['file']}: not measured: {r['not_measured']}", ""]
            continue
        jitter = ", ".join(f"{k} {v:.2f}" for k, v in r["jitter"].items())
        lines += [
            f"{r['file']}: {r['samples']} samples, jitter {jitter} (m/s), "
            f"residual {r['residual_std']:.2f} m/s, {common.duration(r['seconds'])}",
            "",
            *cycle_table(r["cycles"], "d"),
            "",
            *common.table(
                ["known, d", "found, d", "pull"],
                [
                    [
                        f"{p['known']:g} ± {p['known_error']:g}"
                        if p.get("known_error")
                        else f"{p['known']:.9g}",
                        plus_minus(p["period"], p.get("period_error")),
                        pull_text(p),
                    ]
                    for p in r["planets"]
                ],
            ),
            "",
        ]
    return lines[:-1]


def velocity_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        if "not_measured" in r:
            continue
        for p in r["planets"]:
            bars.append(
                common.bar(
                    f"{r['file']}: {p['known']:.9g} d",
                    "pull <= 3",
                    pull_text(p),
                    p.get("pull") is not None and abs(p["pull"]) <= 3,
                )
            )
    return bars


# ---- A variable star -------------------------------------------------------------------------

STAR_PERIOD, STAR_ERROR = 0.10750583, 0.0000017


def measure_star(options: argparse.Namespace) -> dict[str, Any]:
    table = read(options, "LINEAR_11375941.csv")
    model = find_cycles(table["time"], table["value"], table["error"], unit="d")
    return {
        "samples": model.n_samples,
        "seconds": model.seconds,
        "frequencies": model.search.n_frequencies,
        "strategy": model.search.strategy,
        "reason": model.search.reason,
        "star": compare(model, STAR_PERIOD, STAR_ERROR),
        "cycles": cycle_rows(model),
        "undecided": model.undecided,
    }


def star_tables(result: dict[str, Any]) -> list[str]:
    star = result["star"]
    return [
        f"{result['samples']} samples, {result['frequencies']:,} frequencies "
        f"({result['reason']}), {common.duration(result['seconds'])}",
        "",
        *cycle_table(result["cycles"], "d"),
        "",
        f"known {STAR_PERIOD} ± {STAR_ERROR:.7f} d, found "
        f"{plus_minus(star['period'], star.get('period_error'))} d, pull {pull_text(star)}",
    ]


def star_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    pull = result["star"].get("pull")
    first = result["cycles"][0]["period"] if result["cycles"] else None
    return [
        common.bar(
            "LINEAR 11375941: 0.10750583 d",
            "pull <= 3",
            pull_text(result["star"]),
            pull is not None and abs(pull) <= 3,
        ),
        common.bar(
            "LINEAR 11375941: the strongest cycle",
            "is that one",
            common.number(first, ".8f"),
            first is not None and abs(first / STAR_PERIOD - 1) < 1e-3,
        ),
    ]


# ---- Circadian traces ------------------------------------------------------------------------


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
