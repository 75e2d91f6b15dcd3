"""Noise with a memory: how often it passes for a cycle, and whether cycles in it are found.

Ornstein-Uhlenbeck series x, dx = -x / tau dt + noise, sampled exactly, of variance 1.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

BASELINE = 100.0

#: (name, samples, at random or on a raster, memory over baseline, white noise over red)
ROWS = (
    ("irregular, memory T/100", 300, False, 0.01, 0.0),
    ("irregular, memory T/20", 300, False, 0.05, 0.2),
    ("regular, memory T/50", 500, True, 0.02, 0.0),
    ("regular, memory T/10", 500, True, 0.1, 0.1),
    ("white", 300, False, 0.0, 1.0),
)


def ornstein_uhlenbeck(t: np.ndarray, memory: float, rng: np.random.Generator) -> np.ndarray:
    """Return an exact sample at ascending times: each value from the one before."""
    kept = np.exp(-np.diff(t) / memory)
    shocks = rng.standard_normal(len(t))
    x = np.empty(len(t))
    x[0] = shocks[0]
    for k, a in enumerate(kept):
        x[k + 1] = a * x[k] + np.sqrt(1 - a * a) * shocks[k + 1]
    return x


def one_series(job: tuple[int, int, int, bool, float]) -> dict[str, Any]:
    """Return what is found in one series, with a cycle of some amplitude or 0."""
    seed, row, number, red, amplitude = job
    _, n, regular, memory, white = ROWS[row]
    rng = np.random.default_rng([seed, 11, row, number])
    t = np.arange(n) * (BASELINE / n) if regular else np.sort(rng.uniform(0.0, BASELINE, n))
    y = white * rng.standard_normal(n)
    if memory:
        y += ornstein_uhlenbeck(t, memory * BASELINE, rng)
    f = rng.uniform(10.0, 100.0) / BASELINE
    y += amplitude * np.cos(2 * np.pi * (f * t + rng.uniform()))
    try:
        model = find_cycles(t, y, false_alarm=0.01, red_noise=red)
    except Exception as error:  # a failure is a result: it is counted and named
        return {"failure": f"{type(error).__name__}: {error}"}
    near = [c for c in model.cycles if abs(c.frequency - f) < 1.0 / BASELINE]
    return {
        "cycles": len(model.cycles),
        "found": bool(near),
        "pull": (near[0].frequency - f) / near[0].frequency_error if near else None,
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    n_series = 20 if options.quick else max(100, options.series // 4)
    rows = []
    for row, (name, *_) in enumerate(ROWS):
        one: dict[str, Any] = {"what": name, "series": n_series}
        for key, red, amplitude in (
            ("noise", True, 0.0),
            ("noise, option off", False, 0.0),
            ("cycle", True, 1.5),
            ("cycle, option off", False, 1.5),
        ):
            jobs = [(options.seed, row, k, red, amplitude) for k in range(n_series)]
            found = common.parallel(one_series, jobs, options.processes, f"{name}: {key}")
            good = [o for o in found if "failure" not in o]
            pulls = np.array([o["pull"] for o in good if o["pull"] is not None])
            one[key] = {
                "failures": len(found) - len(good),
                "report": sum(o["cycles"] > 0 for o in good),
                "found": sum(o["found"] for o in good),
                "rms_pull": float(np.sqrt(np.mean(pulls**2))) if len(pulls) else None,
            }
        rows.append(one)
    return {"rows": rows}


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            r["what"],
            r["series"],
            f"{100 * r['noise']['report'] / r['series']:.1f} %",
            f"{100 * r['noise, option off']['report'] / r['series']:.1f} %",
            f"{100 * r['cycle']['found'] / r['series']:.1f} %",
            f"{100 * r['cycle, option off']['found'] / r['series']:.1f} %",
            common.number(r["cycle"]["rms_pull"], ".2f"),
            sum(r[key]["failures"] for key in r if isinstance(r[key], dict)),
        ]
        for r in result["rows"]
    ]
    return common.table(
        [
            "noise",
            "series",
            "noise reported as a cycle",
            "without red_noise",
            "cycle of 1.5 sigma found",
            "without red_noise",
            "rms pull",
            "failures",
        ],
        rows,
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"red noise, {r['what']}: report a cycle at 0.01",
            "<= 2 %",
            f"{100 * r['noise']['report'] / r['series']:.1f} %",
            r["noise"]["report"] <= 0.02 * r["series"],
        )
        for r in result["rows"]
        if r["series"] >= 100
    ]
