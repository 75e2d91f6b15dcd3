"""Rhythms of the real world: sunspots, carbon dioxide, and luminescent cells."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import common
from accuracy.real_lines import data_file
from epicycle import track

#: Maxima of the sunspot cycle from 1705 to 2000, smoothed monthly means (NOAA, SIDC), in years.
MAXIMA = (
    1705.5, 1718.2, 1727.5, 1738.7, 1750.3, 1761.5, 1769.7, 1778.4, 1788.1, 1805.2, 1816.4, 1829.9,
    1837.2, 1848.1, 1860.1, 1870.6, 1883.9, 1894.1, 1907.0, 1917.6, 1928.4, 1937.4, 1947.5, 1957.9,
    1968.9, 1979.9, 1989.6, 2000.3,
)  # fmt: skip


def sunspots() -> pd.DataFrame:
    """Return statsmodels' yearly numbers, without importing statsmodels."""
    found = importlib.util.find_spec("statsmodels")
    if found is None or not found.submodule_search_locations:
        raise common.NotMeasuredError("statsmodels, whose series of sunspots this is, is missing")
    folder = Path(next(iter(found.submodule_search_locations)))
    return pd.read_csv(folder / "datasets" / "sunspots" / "sunspots.csv")


def measure_sunspots(options: argparse.Namespace) -> dict[str, Any]:
    table = sunspots()
    found = track(table.YEAR + 0.5, table.SUNACTIVITY, period=(7, 16), unit="y")
    turns, error = found.turns(np.array(MAXIMA))
    away = turns - np.arange(len(MAXIMA))
    return {
        "turns": float(turns[-1] - turns[0]),
        "scatter": float(np.std(away)),
        "error": float(np.mean(error)),
        "verdict": vars(found.verdict),
        "period": [found.mean_period, found.mean_period_error],
    }


def sunspot_tables(result: dict[str, Any]) -> list[str]:
    row = [
        f"{result['turns']:.3f}",
        f"{result['scatter']:.4f}",
        f"{result['period'][0]:.3f} ± {result['period'][1]:.3f} y",
        ", ".join(result["verdict"].values()),
    ]
    return common.table(["turns 1705-2000", "scatter at the maxima", "period", "verdict"], [row])


def sunspot_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    turns, scatter = result["turns"], result["scatter"]
    return [
        common.bar("turns between the maxima of 1705 and 2000", "27 ± 0.15", f"{turns:.3f}",
                   abs(turns - 27) <= 0.15),
        common.bar("scatter of the phase at the maxima", "<= 0.06 turns", f"{scatter:.4f}",
                   scatter <= 0.06),
    ]  # fmt: skip


def measure_co2(options: argparse.Namespace) -> dict[str, Any]:
    table = pd.read_csv(data_file(options, "co2_mlo_weekly_nan.csv"))
    days = pd.to_datetime(table.date.astype(str))
    found = track(days, table.co2, period=(300, 430), trend=2)
    return {
        "period": [found.mean_period, found.mean_period_error],
        "verdict": vars(found.verdict),
        "odds": found.odds,
    }


def co2_tables(result: dict[str, Any]) -> list[str]:
    period, error = result["period"]
    row = [f"{period:.3f} ± {error:.3f} d", *result["verdict"].values()]
    return common.table(["period", "verdict", "amplitude"], [row])


def co2_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    period, error = result["period"]
    verdict = result["verdict"]
    return [
        common.bar("carbon dioxide: verdict", "constant, growing", ", ".join(verdict.values()),
                   verdict == {"period": "constant", "amplitude": "growing"}),
        common.bar("carbon dioxide: 365.24 d within five errors", "<= 5",
                   f"{abs(period - 365.2422) / error:.2f}", abs(period - 365.2422) <= 5 * error),
    ]  # fmt: skip


def measure_reporters(options: argparse.Namespace) -> dict[str, Any]:
    table = pd.read_csv(data_file(options, "bioluminescence_wide.csv"))
    late = table[table.time_h >= 12]
    late = late.groupby(np.floor(late.time_h / 0.5)).mean()
    rows = []
    for name in table.columns[1:]:
        found = track(late.time_h, late[name], period=(16, 34), unit="h", trend=2)
        rows.append(
            {
                "name": name,
                "period": found.mean_period,
                "error": found.mean_period_error,
                "lifetime": found.lifetime,
                "odds": found.odds["rhythm"],
                **{f"verdict_{k}": v for k, v in vars(found.verdict).items()},
            }
        )
    return {"rows": rows, "scatter": _replicates(rows)}


def _replicates(rows: list[dict[str, Any]]) -> float:
    """Return the scatter of the period between replicates of one condition."""
    squares = degrees = 0.0
    conditions = {row["name"].split("_")[0] for row in rows}
    for one in conditions:
        periods = np.array([r["period"] for r in rows if r["name"].split("_")[0] == one])
        squares += float(((periods - periods.mean()) ** 2).sum())
        degrees += len(periods) - 1
    return float(np.sqrt(squares / degrees))


def reporter_tables(result: dict[str, Any]) -> list[str]:
    rows = result["rows"]
    periods = np.array([r["period"] for r in rows])
    errors = np.array([r["error"] for r in rows])
    damped = sum(r["verdict_amplitude"] == "decaying" for r in rows)
    row = [
        len(rows),
        damped,
        f"{np.median(periods):.2f} h",
        f"{np.sqrt(np.mean(errors**2)):.3f} h",
        f"{np.median(errors):.3f} h",
        f"{result['scatter']:.3f} h",
    ]
    headers = [
        "traces",
        "damped",
        "median period",
        "rms error",
        "median error",
        "replicates scatter",
    ]
    return common.table(headers, [row])


def reporter_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    damped = sum(r["verdict_amplitude"] == "decaying" for r in rows)
    median = float(np.median([r["period"] for r in rows]))
    ratio = float(np.sqrt(np.mean([r["error"] ** 2 for r in rows]))) / result["scatter"]
    return [
        common.bar("reporters that get a damped rhythm", "all", f"{damped} of {len(rows)}",
                   damped == len(rows)),
        common.bar("median period", "25.1 ± 0.4 h", f"{median:.2f} h", abs(median - 25.1) <= 0.4),
        common.bar("rms error over the scatter between replicates", "1/1.5 to 1.5",
                   f"{ratio:.2f}", 1 / 1.5 <= ratio <= 1.5),
    ]  # fmt: skip
