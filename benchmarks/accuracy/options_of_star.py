"""LINEAR 11375941 under every option that should not matter, and Stripe 82 without limits."""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

import common
from accuracy import real_data, real_lines, verdict, waveforms

_SUBSAMPLES = 30
#: What is passed beside times, values and errors; "dy" multiplies the errors, 0 leaves them out.
CALLS: dict[str, dict[str, Any]] = {
    "default": {},
    "harmonics 1": {"harmonics": 1},
    "harmonics 2": {"harmonics": 2},
    "harmonics 3": {"harmonics": 3},
    "harmonics 32": {"harmonics": 32},
    "without errors": {"dy": 0.0},
    "errors x 2": {"dy": 2.0},
    "errors / 2": {"dy": 0.5},
    **{
        f"periods {low:g} to 10": {"minimum_period": low, "maximum_period": 10.0}
        for low in (0.005, 0.009, 0.01, 0.011, 0.02)
    },
}


def one_call(job: tuple[str, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]) -> dict[str, Any]:
    """Return the first period, its pull, and which further rows are aliases of the star."""
    name, t, y, dy, options = job
    options = dict(options)
    scale = options.pop("dy", 1.0)
    found = verdict.outcome(t, y, dy * scale if scale else None, unit="d", **options)
    periods = found.get("periods", [])
    pull = None
    if periods:
        pull = (periods[0] - real_data.STAR_PERIOD) / np.hypot(found["error"], real_data.STAR_ERROR)
    return {
        "what": name,
        **found,
        "pull": pull,
        "right": pull is not None and abs(pull) <= 3,
        "spurious": [p for p in periods[1:] if is_alias(p, float(np.ptp(t)))],
    }


def is_alias(period: float, baseline: float) -> bool:
    """Return whether a row stands at the star's place shifted by days, years, or a ratio."""
    truth = 1 / real_data.STAR_PERIOD
    places = [truth * a / b + d for a, b in ((1, 2), (1, 1), (2, 1), (1, 3), (3, 1)) for d in _DAYS]
    return min(abs(1 / period - abs(f)) for f in places) < 2 / baseline + 0.003


#: Whole days; the years beside them are within .003 a day.
_DAYS = np.arange(-4, 5.0)


def measure_star(options: argparse.Namespace) -> dict[str, Any]:
    table = real_lines.read(options, "LINEAR_11375941.csv")
    t, y, dy = (table[name].to_numpy() for name in ("time", "value", "error"))
    jobs: list[Any] = [(name, t, y, dy, call) for name, call in CALLS.items()]
    for k in range(6 if options.quick else _SUBSAMPLES):
        rng = np.random.default_rng([options.seed, 150, k])
        kept = np.sort(rng.permutation(len(t))[: round(0.63 * len(t))])
        jobs.append((f"63 %, {k}", t[kept], y[kept], dy[kept], {}))
    rows = common.parallel(one_call, jobs, options.processes, "LINEAR 11375941")
    keys = ("what", "periods", "error", "pull", "right", "spurious", "above", "failure", "cpu")
    return {
        "right": verdict.share(sum(r["right"] for r in rows), len(rows)),
        "spurious": sum(bool(r["spurious"]) for r in rows),
        "above": sum(r.get("above", 0) for r in rows),
        "rows": [{k: r.get(k) for k in keys} for r in rows],
    }


def star_tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["call", "first period, d", "pull", "", "further rows", "of these aliases", "CPU"],
        [
            [
                r["what"],
                f"{r['periods'][0]:.8f} ± {r['error']:.8f}" if r["periods"] else "-",
                common.number(r["pull"], ".1f"),
                r["failure"] or ("right" if r["right"] else "WRONG"),
                ", ".join(f"{p:.6g}" for p in (r["periods"] or [])[1:4]) or "-",
                len(r["spurious"]),
                f"{r['cpu']:.1f} s",
            ]
            for r in result["rows"]
        ],
    )


def star_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            "LINEAR 11375941, every option: first period within 3 errors",
            "all",
            verdict.text(result["right"]),
            result["right"]["share"] == 1.0,
        ),
        common.bar(
            "LINEAR 11375941, every option: calls with a row that is an alias",
            "0",
            str(result["spurious"]),
            result["spurious"] == 0,
        ),
        verdict.none_above("LINEAR 11375941", result["above"]),
    ]


# ---- Stripe 82 -------------------------------------------------------------------------------


def measure_stripe82(options: argparse.Namespace) -> dict[str, Any]:
    jobs = waveforms.stripe82_jobs(options, {})
    started = time.perf_counter()
    rows = common.parallel(waveforms.judge, jobs, options.processes, "RR Lyrae stars, no limits")
    return {**waveforms.summary(rows), "wall": time.perf_counter() - started}


def stripe82_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    strict = verdict.share(result["strict"], result["stars"])
    return [
        common.bar(
            f"Stripe 82, {result['stars']} stars, no limits, strict",
            ">= 95 %",
            verdict.text(strict),
            strict["share"] >= 0.95,
        )
    ]
