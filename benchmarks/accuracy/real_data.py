"""Real data whose answers are known: CO2, radial velocities of stars, and a variable star.

Each function measures one data set.  The strongest line near a known period is compared with it;
"pull" is the difference in units of the errors.
"""

from __future__ import annotations

import argparse
from typing import Any

import common
from accuracy.real_lines import compare, cycle_rows, plus_minus, pull_text, read
from epicycle import find_cycles

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
