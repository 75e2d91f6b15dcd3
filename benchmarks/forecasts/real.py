"""The ends of real series, forecast from what came before."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import real_lines
from epicycle import backtest, find_cycles
from forecasts.simulated import COVERAGES


def moon(options: argparse.Namespace) -> list[dict[str, Any]]:
    table = real_lines.read(options, "moon_irregular_25y.csv")
    return [
        held_out(f"Moon, {column}", table["jd_tdb"], table[column], {"unit": "d"}, 913.0)
        for column in ("illuminated_fraction", "distance_km", "declination_deg")
    ]


def co2(options: argparse.Namespace) -> list[dict[str, Any]]:
    import pandas as pd

    table = real_lines.read(options, "co2_mlo_weekly_nan.csv")
    t = pd.to_datetime(table["date"].astype(str))
    return [
        held_out(
            f"CO2, {name}",
            t,
            table["co2"],
            {"unit": "d", "trend": kind, "varying_amplitude": varies},
            1461.0,
        )
        for name, kind, varies in (
            ("linear", 1, False),
            ("quadratic", 2, False),
            ("quadratic, varying amplitude", 2, True),
            ("piecewise", "piecewise", False),
        )
    ]


def tide(options: argparse.Namespace) -> list[dict[str, Any]]:
    table = real_lines.read(options, "tide_honolulu_2010_hourly.csv")
    return [
        held_out("Honolulu, months 10-12", table["time"], table["value"], {"unit": "h"}, 2189.0, 1),
        held_out("Honolulu, by months", table["time"], table["value"], {"unit": "h"}, 730.0),
    ]


def velocities(options: argparse.Namespace) -> list[dict[str, Any]]:
    table = real_lines.read(options, "rv_hd164922.csv")
    settings = {"dy": table["error"], "group": table["inst"], "unit": "d"}
    return [held_out("HD 164922", table["time"], table["value"], settings, 365.0)]


def bioluminescence(options: argparse.Namespace) -> list[dict[str, Any]]:
    table = real_lines.read(options, "bioluminescence_wide.csv")
    rows = []
    for column in table.columns[1 : 7 if options.quick else None]:
        for kind in (1, "piecewise"):
            # three cycles are too few to be called so unless the user says that they are
            settings = {
                "unit": "h",
                "trend": kind,
                "minimum_period": 4.0,
                "maximum_period": 36.0,
            }
            row = held_out(
                f"reporters, trend={kind}", table["time_h"], table[column], settings, 24, 1
            )
            rows.append(row)
    # one row for each trend: the median of 60 traces
    return [
        {
            "name": name,
            "traces": len(chosen),
            **{
                key: float(np.median([r[key] for r in chosen]))
                for key in ("variance_explained", "rmse", "standard_deviation", "cycles")
            },
            "coverage": np.mean([r["coverage"] for r in chosen], axis=0).tolist(),
            "folds": [],
        }
        for name in dict.fromkeys(r["name"] for r in rows)
        for chosen in [[r for r in rows if r["name"] == name]]
    ]


def held_out(
    name: str, t: Any, y: Any, settings: dict[str, Any], horizon: float, folds: int = 3
) -> dict[str, Any]:
    """Return how the ends of one series were forecast."""
    result = backtest(
        find_cycles(t, y, **settings), horizon=horizon, folds=folds, coverage=COVERAGES
    )
    common.say(f"  {name}: {result.variance_explained:.3f}")
    return {
        "name": name,
        "horizon": horizon,
        "unit": settings["unit"],
        "standard_deviation": float(np.nanstd(y)),
        "variance_explained": result.variance_explained,
        "rmse": result.rmse,
        "coverage": [result.coverage[c] for c in COVERAGES],
        "cycles": float(np.mean([fold.n_cycles for fold in result.folds])),
        "folds": [
            {
                "variance_explained": fold.variance_explained,
                "rmse": fold.rmse,
                "mean_error": fold.mean_error,
                "cycles": fold.n_cycles,
                "n_fitted": fold.n_fitted,
                "n_forecast": fold.n_forecast,
                "coverage": [fold.coverage[c] for c in COVERAGES],
            }
            for fold in result.folds
        ],
    }


SERIES = (moon, co2, tide, velocities, bioluminescence)


def measure_real(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for series in SERIES:
        try:
            rows += series(options)
        except common.NotMeasuredError as reason:
            rows.append({"name": series.__name__, "not_measured": str(reason)})
    return {"coverages": COVERAGES, "rows": rows}


def tables_real(result: dict[str, Any]) -> list[str]:
    cells = []
    for r in result["rows"]:
        if "not_measured" in r:
            cells.append([r["name"], f"not measured: {r['not_measured']}", *[""] * 6])
            continue
        ahead = f"{r['horizon']:g} {r['unit']} x {len(r['folds'])}" if r["folds"] else "24 h x 1"
        cells.append(
            [
                r["name"],
                ahead,
                f"{r['cycles']:.3g}",
                common.number(r["standard_deviation"]),
                common.number(r["rmse"]),
                f"{r['variance_explained']:.4f}",
                *(f"{100 * share:.1f}" for share in r["coverage"]),
            ]
        )
    heads = ["", "ahead", "cycles", "std of data", "rms error", "1 - var(error)/var(y)"]
    return [
        *common.table([*heads, *(f"in {c:.0%}" for c in result["coverages"])], cells),
        "",
        "Each stretch is forecast from everything before it.  Reporters: medians, and means of "
        "the coverages, of all traces.",
    ]


def bars_real(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = [r for r in result["rows"] if r["name"] == "Honolulu, months 10-12"]
    value = found[0]["variance_explained"] if found else None
    return [
        common.bar(
            "Honolulu: months 10-12 from 1-9",
            "variance explained >= 0.92",
            common.number(value, ".4f"),
            None if value is None else value >= 0.92,
        )
    ]
