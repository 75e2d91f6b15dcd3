"""Counts with a daily rhythm: do intervals hold at every hour of the day, and is none negative?"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

#: Days of hourly counts that are fitted, and forecast.
DAYS, AHEAD = 60, 14
#: Coverage of 95 % intervals that the bar allows at any hour.
ALLOWED = (0.90, 0.99)

Counts = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _thinned(mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(mean) * (rng.random(len(mean)) > 0.3)


def _thinned_wide(mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.negative_binomial(3, 3 / (3 + mean)) * (rng.random(len(mean)) > 0.3)


def _log_normal(mean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(mean * rng.lognormal(-0.32, 0.8, len(mean)))


#: Name, how counts scatter about their mean, and whether the level wanders.
WORLDS: list[tuple[str, Counts, bool]] = [
    ("Poisson", lambda mean, rng: rng.poisson(mean), False),
    ("overdispersed", lambda mean, rng: rng.negative_binomial(2, 2 / (2 + mean)), False),
    ("quasi-Poisson", lambda mean, rng: rng.negative_binomial(mean / 1.5, 1 / 2.5), False),
    ("zero-inflated", _thinned, False),
    ("zero-inflated, overdispersed", _thinned_wide, False),
    (
        "Poisson, log-normal rate",
        lambda m, r: r.poisson(m * r.lognormal(-0.32, 0.8, len(m))),
        False,
    ),
    ("Poisson, level wanders", lambda mean, rng: rng.poisson(mean), True),
]


def one_series(job: tuple[int, int, str]) -> dict[str, Any]:
    """Return which counts were within their intervals, an hour of the day in each column."""
    index, seed, response = job
    _, scatter, wanders = WORLDS[index]
    rng = np.random.default_rng(seed)
    t = np.arange(24.0 * (DAYS + AHEAD))
    log_mean = np.log(rng.choice([0.7, 3.0, 10.0]))
    log_mean = log_mean + rng.choice([0.8, 1.5, 2.2]) * np.cos(2 * np.pi * (t - 14) / 24)
    if wanders:
        log_mean = log_mean + np.cumsum(rng.normal(size=len(t))) * 0.03
    y = scatter(np.exp(log_mean), rng)
    n = 24 * DAYS
    model = find_cycles(t[:n], y[:n], unit="h", response=response)
    low, high = model.predict_interval(t)
    held = ((low <= y) & (y <= high)).reshape(-1, 24)
    return {
        "within": held[:DAYS].mean(axis=0).tolist(),
        "ahead": held[DAYS:].mean(axis=0).tolist(),
        "negative": bool((low < 0).any()),
        "as": model.forecast_response,
    }


def measure_responses(options: argparse.Namespace) -> dict[str, Any]:
    n = 8 if options.quick else max(options.trials // 4, 1)
    rows = []
    for index, (name, _, _) in enumerate(WORLDS):
        for response in ("auto", "count"):
            jobs = [(index, options.seed + k, response) for k in range(n)]
            found = common.parallel(one_series, jobs, options.processes, f"{name}, {response}")
            row: dict[str, Any] = {"name": name, "response": response, "series": n}
            for where in ("within", "ahead"):
                row[where] = np.mean([one[where] for one in found], axis=0).tolist()
            row["negative"] = sum(one["negative"] for one in found)
            row["as_counts"] = sum(one["as"] == "count" for one in found)
            rows.append(row)
    return {"rows": rows}


def _error(row: dict[str, Any], where: str) -> float:
    """Return the sampling error of the coverage of one hour, for independent counts."""
    days = row["series"] * (DAYS if where == "within" else AHEAD)
    return float(np.sqrt(0.95 * 0.05 / days))


def tables_responses(result: dict[str, Any]) -> list[str]:
    cells = [
        [
            row["name"],
            row["response"],
            *(
                f"{100 * np.mean(row[where]):.1f} ({100 * min(row[where]):.1f}-"
                f"{100 * max(row[where]):.1f} ± {100 * _error(row, where):.1f})"
                for where in ("within", "ahead")
            ),
            f"{row['as_counts']} of {row['series']}",
            row["negative"],
        ]
        for row in result["rows"]
    ]
    heads = ["counts", "response", "within", "ahead", "told as counts", "negative bounds"]
    return [
        *common.table(heads, cells),
        "",
        f"Coverage of 95 % intervals in %, over all hours of the day and in the hours where it is "
        f"lowest and highest, of {DAYS} days that were fitted and {AHEAD} days ahead.",
    ]


def bars_responses(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for row in result["rows"]:
        low, high = min(row["within"]), max(row["within"])
        holds = ALLOWED[0] <= low and high <= ALLOWED[1] + 2 * _error(row, "within")
        bars.append(
            common.bar(
                f"counts: {row['name']}, {row['response']}",
                "90-99 % at every hour, no bound below 0",
                f"{100 * low:.1f}-{100 * high:.1f} %, {row['negative']} series with one below 0",
                holds and not row["negative"],
            )
        )
    return bars
