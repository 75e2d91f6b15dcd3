"""A year of hourly sea level: constituents found, and the last months forecast from the first.

UTide is told the constituents, and is fitted and scored in the same run on the same hours.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np

import common
from accuracy import real_lines
from epicycle import find_cycles

CONSTITUENTS = {
    "M2": 12.4206012,
    "S2": 12.0,
    "K1": 23.9344696,
    "O1": 25.8193417,
    "N2": 12.6583482,
    "P1": 24.0658902,
    "K2": 11.9672348,
}
#: P1 and K2 are one cycle a year from K1 and S2: hardly resolved, not required.
REQUIRED = ("M2", "S2", "K1", "O1", "N2")
#: Hours before this one (months 1 to 9) are fitted, the others forecast.
TRAIN_HOURS = 6570.0
LATITUDE = 21.3
START = np.datetime64("2010-01-01T00:00")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    table = real_lines.read(options, "tide_honolulu_2010_hourly.csv")
    t, y = table["time"].to_numpy(), table["value"].to_numpy()
    model = find_cycles(t, y, unit="h")
    stops = [3, 7, 12, 20] if options.quick else range(3, 41)
    jobs = [(t, y, stop) for stop in (None, *stops)]
    forecasts = common.parallel(forecast, jobs, options.processes, "forecasts")
    common.say("  UTide")
    return {
        "year": {
            "seconds": model.seconds,
            "cycles": real_lines.cycle_rows(model),
            "lines": len(model.lines),
            "constituents": {
                name: real_lines.compare(model, period) for name, period in CONSTITUENTS.items()
            },
            "undecided": model.undecided,
        },
        "train_samples": int(np.count_nonzero((t < TRAIN_HOURS) & np.isfinite(y))),
        "test_samples": int(np.count_nonzero((t >= TRAIN_HOURS) & np.isfinite(y))),
        "default": forecasts[0],
        "stops": forecasts[1:],
        "utide": measure_utide(t, y),
    }


def score(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return 1 - var(residual) / var(y), and R^2 about the mean of what is forecast."""
    residual = y - predicted
    return {
        "score": float(1 - np.nanvar(residual) / np.nanvar(y)),
        "r2": float(1 - np.nanmean(residual**2) / np.nanvar(y)),
    }


def forecast(job: tuple[np.ndarray, np.ndarray, int | None]) -> dict[str, Any]:
    """Return how well months 10 to 12 follow from months 1 to 9; None is the automatic stop."""
    t, y, stop = job
    train = t < TRAIN_HOURS
    settings = {} if stop is None else {"max_cycles": stop}
    row: dict[str, Any] = {"max_cycles": stop}
    try:
        model = find_cycles(t[train], y[train], unit="h", **settings)
    except Exception as error:  # a failure is a result: it is counted and named
        return {**row, "failure": f"{type(error).__name__}: {error}"}
    kinds = [line.kind for line in model.lines]
    return {
        **row,
        **score(y[~train], model.predict(t[~train])),
        "cycles": len(model.cycles),
        "lines": kinds.count("cycle"),
        "slow_lines": kinds.count("slow"),
        "seconds": model.seconds,
    }


def measure_utide(t: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    if common.version("utide") is None:
        return {"not_measured": "utide is not installed"}
    import utide

    moments = START + np.rint(t * 3600).astype("timedelta64[s]")
    train = t < TRAIN_HOURS
    rows = []
    for trend in (False, True):
        for nodal in (False, True):
            started = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                coefficients = utide.solve(
                    moments[train],
                    y[train],
                    lat=LATITUDE,
                    constit=list(CONSTITUENTS),
                    method="ols",
                    conf_int="linear",
                    trend=trend,
                    nodal=nodal,
                    verbose=False,
                )
                tide = utide.reconstruct(moments[~train], coefficients, min_SNR=0, verbose=False)
            rows.append(
                {
                    "trend": trend,
                    "nodal": nodal,
                    "seconds": time.perf_counter() - started,
                    **score(y[~train], np.asarray(tide.h)),
                }
            )
    return {"rows": rows}


def best_stop(result: dict[str, Any]) -> dict[str, Any] | None:
    scored = [r for r in result["stops"] if "score" in r]
    return max(scored, key=lambda r: r["score"], default=None)


def tables(result: dict[str, Any]) -> list[str]:
    year = result["year"]
    rows = [
        [
            name,
            entry["known"],
            real_lines.plus_minus(entry["period"], entry.get("period_error")),
            "-" if entry["period"] is None else f"{100 * entry['relative_difference']:+.4f} %",
            real_lines.pull_text(entry),
            "yes" if name in REQUIRED else "no",
        ]
        for name, entry in year["constituents"].items()
    ]
    lines = [
        f"Full year: {len(year['cycles'])} cycles, {year['lines']} lines, "
        f"{common.duration(year['seconds'])}",
        "",
        *common.table(["", "known, h", "nearest line, h", "difference", "pull", "required"], rows),
        "",
        f"Forecast of months 10-12 ({result['test_samples']:,} hours) from months 1-9 "
        f"({result['train_samples']:,} hours):",
        "",
    ]
    rows = [_forecast_row("epicycle, defaults", result["default"])]
    best = best_stop(result)
    if best is not None:
        rows.append(_forecast_row(f"epicycle, best: max_cycles={best['max_cycles']}", best))
    utide = result["utide"]
    if "not_measured" in utide:
        rows.append([f"UTide not measured: {utide['not_measured']}", "", "", "", "", "", ""])
    for r in utide.get("rows", []):
        name = (
            f"UTide, told {len(CONSTITUENTS)}"
            f"{', trend' if r['trend'] else ''}{', nodal' if r['nodal'] else ''}"
        )
        rows.append(_forecast_row(name, r))
    rows += [
        _forecast_row(f"epicycle, max_cycles={stops}", r) for stops, r in _distinct(result["stops"])
    ]
    return lines + common.table(
        ["", "1 - var(res)/var(y)", "R^2 about the mean", "cycles", "lines", "slow", "time"], rows
    )


def _distinct(stops: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the stops with those that end in the same model written as one, "21 to 40"."""
    groups: list[list[dict[str, Any]]] = []
    for r in stops:
        same = groups and all(
            r.get(key) == groups[-1][0].get(key) for key in ("score", "lines", "failure")
        )
        if same:
            groups[-1].append(r)
        else:
            groups.append([r])
    return [
        (
            f"{g[0]['max_cycles']}" + (f" to {g[-1]['max_cycles']}" if len(g) > 1 else ""),
            g[0],
        )
        for g in groups
    ]


def _forecast_row(name: str, r: dict[str, Any]) -> list[Any]:
    if "failure" in r:
        return [name, r["failure"], "", "", "", "", ""]
    return [
        name,
        f"{r['score']:.4f}",
        f"{r['r2']:.4f}",
        r.get("cycles", ""),
        r.get("lines", ""),
        r.get("slow_lines", ""),
        common.duration(r["seconds"]),
    ]


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    constituents = result["year"]["constituents"]
    bars = []
    for name in REQUIRED:
        entry = constituents[name]
        difference = entry.get("relative_difference")
        bars.append(
            common.bar(
                f"tide: {name}",
                "within 0.02 %",
                "not found" if difference is None else f"{100 * difference:+.4f} %",
                difference is not None and abs(difference) <= 2e-4,
            )
        )
    own, best = result["default"].get("score"), best_stop(result)
    bars.append(
        common.bar(
            "tide: forecast, automatic stop",
            ">= 0.94",
            common.number(own, ".4f"),
            own is not None and own >= 0.94,
        )
    )
    if best is not None and own is not None:
        bars.append(
            common.bar(
                f"tide: below the best number of cycles ({best['max_cycles']})",
                "<= 0.03",
                f"{best['score'] - own:.4f}",
                best["score"] - own <= 0.03,
            )
        )
    return bars
