"""Photons of a pulsar: the real one, blind, and simulated ones; heights of summed harmonics."""

from __future__ import annotations

import argparse
import gzip
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

import common
from epicycle import find_cycles
from epicycle.search.pairs import close_pairs
from search.children import in_child

#: Frequency at the file's time PULSAR_TIME, its drift, and how well both are known.
PULSAR_FREQUENCY, PULSAR_FREQUENCY_ERROR = 205.53069908994, 2e-11
PULSAR_DRIFT, PULSAR_DRIFT_ERROR = -4.2962e-16, 6.0e-19
PULSAR_TIME = 110060736.3
ORBIT = 1.743e-4


def photons(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Return arrival times and weights of the pulsar J0030+0451."""
    name = "fermi_j0030_photons.csv.gz"
    folders = [options.data, *map(Path, filter(None, [os.environ.get("EPICYCLE_DATA")]))]
    for folder in folders:
        if (folder / name).exists():
            with gzip.open(folder / name, "rt") as file:
                table = np.loadtxt(file, delimiter=",", skiprows=1)
            return table[:, 0], table[:, 1]
    raise common.NotMeasuredError(f"{name} is neither in --data nor in $EPICYCLE_DATA")


def measure_pulsar(options: argparse.Namespace) -> dict[str, Any]:
    photons(options)  # absent data are noticed here
    answer = in_child(options, {"what": "pulsar"})
    if "not_measured" in answer:
        raise common.NotMeasuredError(answer["not_measured"])
    return answer


def pulsar_answer(options: argparse.Namespace) -> dict[str, Any]:
    t, w = photons(options)
    started = time.perf_counter()
    model = find_cycles(t, weights=w, minimum_period=1 / 256, maximum_period=1.0, drift=True)
    result: dict[str, Any] = {
        "seconds": time.perf_counter() - started,
        "baseline": model.baseline,
        "photons": len(t),
        "cycles": len(model.cycles),
    }
    if not model.cycles:
        return result
    c = model.cycles[0]
    away = model.reference_time - PULSAR_TIME
    truth = PULSAR_FREQUENCY + PULSAR_DRIFT * away
    truth_error = math.hypot(PULSAR_FREQUENCY_ERROR, PULSAR_DRIFT_ERROR * away)
    return {
        **result,
        "reference_time": model.reference_time,
        "frequency": c.frequency,
        "frequency_error": c.frequency_error,
        "pull": (c.frequency - truth) / math.hypot(c.frequency_error, truth_error),
        "drift": c.frequency_drift,
        "drift_error": c.frequency_drift_error,
        "drift_pull": (c.frequency_drift - PULSAR_DRIFT)
        / math.hypot(c.frequency_drift_error, PULSAR_DRIFT_ERROR),
        "z": [[h, value] for h, value in enumerate(c.statistics.power, start=1)],
        "h": c.statistics.h,
        "z_squared_2": c.statistics.z_squared[1],
        "aliases": [[a.frequency - c.frequency, a.power_ratio] for a in c.aliases],
        "orbit_listed": any(abs(abs(a.frequency - c.frequency) - ORBIT) < 2e-6 for a in c.aliases),
    }


def tables_pulsar(r: dict[str, Any]) -> list[str]:
    if not r["cycles"]:
        return ["nothing found"]
    rows = [
        ["time", common.duration(r["seconds"])],
        ["peak memory", f"{r['peak'] / 1e6:.0f} MB"],
        ["cycles", r["cycles"]],
        ["frequency", f"{r['frequency']:.14g} ± {r['frequency_error']:.1e} Hz"],
        ["its pull", f"{r['pull']:+.2f}"],
        ["drift", f"{r['drift']:.5g} ± {r['drift_error']:.1e} Hz/s"],
        ["its pull", f"{r['drift_pull']:+.2f}"],
        ["z of the harmonics", ", ".join(f"{h}: {z:.0f}" for h, z in r["z"])],
        ["aliases", ", ".join(f"{d:+.4g} Hz ({p:.2f})" for d, p in r["aliases"])],
    ]
    return common.table(["J0030+0451, blind, 1-256 Hz", ""], rows)


def bars_pulsar(r: dict[str, Any]) -> list[dict[str, Any]]:
    what = "J0030+0451"
    if not r["cycles"]:
        return [common.bar(what, "found", "nothing", False)]
    z = dict(map(tuple, r["z"]))
    return [
        common.bar(what, "frequency within 3", f"{r['pull']:+.2f}", abs(r["pull"]) <= 3),
        common.bar(what, "drift within 3", f"{r['drift_pull']:+.2f}", abs(r["drift_pull"]) <= 3),
        common.bar(what, "<= 10 s", common.duration(r["seconds"]), r["seconds"] <= 10),
        common.bar(what, "<= 1 GB", f"{r['peak'] / 1e9:.2f} GB", r["peak"] <= 1e9),
        common.bar(what, "z1 >= 680", f"{z.get(1, 0):.0f}", z.get(1, 0) >= 680),
        common.bar(what, "z2 >= 515", f"{z.get(2, 0):.0f}", z.get(2, 0) >= 515),
        common.bar(what, "orbit an alias", str(r["orbit_listed"]), r["orbit_listed"]),
        common.bar(what, "one cycle", str(r["cycles"]), r["cycles"] == 1),
    ]


def simulated(
    rng: np.random.Generator, t: np.ndarray, w: np.ndarray, f: float, drift: float, fraction: float
) -> np.ndarray:
    """Return arrival times with the exposure of the real ones.

    Each photon is of the source with the probability that is its weight, and then arrives at the
    rate 1 + fraction * cos(phase); the phase is counted from PULSAR_TIME.
    """
    source = rng.uniform(size=len(t)) < w
    result, todo = np.empty(len(t)), np.arange(len(t))
    while len(todo):
        tried = t[todo] + rng.uniform(-500, 500, len(todo))
        # offsets below 2^28 s at steps of 3e-8 s: the phase is good to 1e-5 turns at 300 Hz
        x = (tried - PULSAR_TIME).astype(np.longdouble)
        turns = (f * x + 0.5 * drift * x**2) % 1
        rate = 1 + fraction * source[todo] * np.cos(2 * np.pi * turns.astype(np.float64))
        accepted = rng.uniform(size=len(todo)) * (1 + fraction) < rate
        result[todo[accepted]] = tried[accepted]
        todo = todo[~accepted]
    return result


def measure_simulated(options: argparse.Namespace) -> dict[str, Any]:
    t, w = photons(options)
    count = 6 if options.quick else 20
    rows = []
    for k, fraction in enumerate(np.linspace(0.1, 0.8, count)):
        rng = np.random.default_rng([options.seed, 5, k])
        f, drift = float(np.exp(rng.uniform(0, np.log(300)))), -1e-14 * rng.uniform()
        times = simulated(rng, t, w, f, drift, float(fraction))
        # the band ends beyond its pulsars
        model = find_cycles(
            times, weights=w, minimum_period=1 / 310, maximum_period=1.1, drift=True
        )
        there = f + drift * (model.reference_time - PULSAR_TIME)
        off = [abs(c.frequency - there) * model.baseline for c in model.cycles]
        rows.append(
            {
                "fraction": float(fraction),
                # photons of weight w are modulated by w * fraction, and count w times
                "modulation": float(fraction * (w**2).sum() / w.sum()),
                "frequency": f,
                "drift": drift,
                "found": bool(off) and min(off) < 0.1,
                "invented": sum(o >= 0.1 for o in off),
                "invented_at": [c.frequency / f for c in model.cycles],
                "limit": model.amplitude_limit,
                "undecided": bool(model.undecided),
                "seconds": model.seconds,
            }
        )
        common.say(f"  simulated pulsars: {k + 1} of {count}")
    return {"rows": rows}


def tables_simulated(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "pulsed fraction",
            "modulation",
            "stated limit",
            "frequency",
            "drift",
            "",
            "invented",
            "time",
        ],
        [
            [
                f"{r['fraction']:.2f}",
                f"{r['modulation']:.3f}",
                f"{r['limit']:.3f}",
                f"{r['frequency']:.4f}",
                f"{r['drift']:.1e}",
                "found" if r["found"] else "missed",
                r["invented"],
                common.duration(r["seconds"]),
            ]
            for r in result["rows"]
        ],
    )


def bars_simulated(result: dict[str, Any]) -> list[dict[str, Any]]:
    above = [r for r in result["rows"] if r["modulation"] > r["limit"]]
    found, invented = sum(r["found"] for r in above), sum(r["invented"] for r in result["rows"])
    return [
        common.bar(
            "simulated pulsars above the stated limit",
            "all found",
            f"{found} of {len(above)}",
            found == len(above),
        ),
        common.bar("simulated pulsars", "none invented", str(invented), invented == 0),
    ]


def measure_harmonics(options: argparse.Namespace) -> dict[str, Any]:
    """Would summing harmonics within a rung pay?  Heights in the real pulsar, at its frequency."""
    t, w = photons(options)
    rows = []
    for power in range(12, 18):
        window = 2.0**power
        i, j = close_pairs(t, window)
        lag, product = t[j] - t[i], w[i] * w[j]
        middle = 0.5 * (t[i] + t[j])
        frequency = PULSAR_FREQUENCY + PULSAR_DRIFT * (middle - PULSAR_TIME)
        turns = np.asarray((frequency.astype(np.longdouble) * lag) % 1, dtype=np.float64)
        deviation = math.sqrt(float((product**2).sum()) / 2)
        heights = [
            float((product * np.cos(2 * np.pi * h * turns)).sum()) / deviation for h in range(1, 17)
        ]
        summed = np.cumsum(heights) / np.sqrt(np.arange(1, 17))
        rows.append(
            {
                "window": window,
                "pairs": len(i),
                "heights": heights,
                "best_single": max(heights),
                "summed": summed.tolist(),
            }
        )
    return {"rows": rows}


def tables_harmonics(result: dict[str, Any]) -> list[str]:
    orders = (1, 2, 3, 4, 8)
    return common.table(
        ["window", "pairs", *(f"{m} summed" for m in orders), "window times m, strongest line"],
        [
            [f"2^{math.log2(r['window']):.0f} s", r["pairs"]]
            + [f"{r['summed'][m - 1]:.1f}" for m in orders]
            + [", ".join(f"{r['best_single'] * math.sqrt(m):.1f}" for m in orders)]
            for r in result["rows"]
        ],
    )
