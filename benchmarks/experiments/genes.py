"""Rhythms of many series: are p-values even without a rhythm, what is found, and at what cost?"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from scipy import stats

import common
import epicycle

LEVELS = (0.05, 0.01, 0.001)
#: By which factor shares of p-values below these levels may be off.
FACTORS = (1.15, 1.3, 2.0)
SEARCHED = (18.0, 30.0)
#: Amplitude over the standard deviation of the noise.
AMPLITUDES = (0.5, 0.75, 1.0, 1.5, 2.0)


def designs() -> dict[str, np.ndarray]:
    """Return the times of each design, in hours."""
    return {
        "12: every 4 h, 48 h": np.arange(0, 48, 4.0),
        "13: every 4 h, both ends": np.arange(0, 49, 4.0),
        "24: every 2 h, 48 h": np.arange(0, 48, 2.0),
        "18: a day in triplicate": np.repeat(np.arange(0, 24, 4.0), 3),
        "36: two days in triplicate": np.repeat(np.arange(0, 48, 4.0), 3),
    }


def noise(rng: np.random.Generator, kind: str, shape: tuple[int, int]) -> np.ndarray:
    """Return noise of unit scale."""
    if kind.startswith("normal"):
        return rng.normal(size=shape)
    if kind == "t, 2 degrees":
        return rng.standard_t(2, size=shape)
    if kind == "Cauchy":
        return rng.standard_cauchy(size=shape)
    return np.exp(1.5 * rng.normal(size=shape))


#: What is tested: noise, period, options, share of missing values.
TESTS: list[tuple[str, float | tuple[float, float], dict[str, Any], float]] = [
    ("normal", 24.0, {}, 0.0),
    ("normal", SEARCHED, {}, 0.0),
    ("normal", SEARCHED, {"harmonics": 2}, 0.0),
    ("normal", SEARCHED, {}, 0.1),
    ("normal, known errors", SEARCHED, {}, 0.0),
    ("t, 2 degrees", 24.0, {"robust": True}, 0.0),
    ("Cauchy", 24.0, {"robust": True}, 0.1),
    ("log-normal", SEARCHED, {"robust": True}, 0.0),
]


def calibration(options: argparse.Namespace, n_series: int) -> list[dict[str, Any]]:
    rows = []
    for d, (design, t) in enumerate(designs().items()):
        for k, (kind, period, how, missing) in enumerate(TESTS):
            if how.get("harmonics") == 2 and design.startswith("18"):
                continue  # six times of a day do not tell two harmonics of any period apart
            rng = np.random.default_rng([options.seed, d, k])
            y = noise(rng, kind, (n_series, len(t)))
            y[rng.random(y.shape) < missing] = np.nan
            dy = np.exp(rng.uniform(-0.7, 0.7, y.shape)) if "errors" in kind else None
            y = y if dy is None else y * dy
            p = epicycle.rhythms(t, y, dy, period=period, **how).p_value
            p = p[~np.isnan(p)]
            rows.append(
                {
                    "design": design,
                    "noise": kind,
                    "period": "24" if period == 24 else "18-30",
                    "how": ", ".join(f"{name}={value}" for name, value in how.items()),
                    "missing": missing,
                    "n": len(p),
                    "shares": [float((p <= level).mean()) for level in LEVELS],
                    "ks": float(stats.kstest(p, "uniform").pvalue),
                }
            )
            common.say(f"  {design}, {kind}, {period}, {how}: {rows[-1]['shares']}")
    return rows


def plain_f_test(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the p-values of the F-test at 24 h, by plain least squares."""
    angle = 2 * np.pi * t / 24
    x = np.column_stack([np.ones(len(t)), np.cos(angle), np.sin(angle)])
    left = np.linalg.lstsq(x, y.T, rcond=None)[1]
    total = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return stats.f.sf((total - left) / 2 / (left / (len(t) - 3)), 2, len(t) - 3)


def power(options: argparse.Namespace, n_series: int) -> list[dict[str, Any]]:
    """Return which share of rhythmic series is found, a tenth of all, at a q-value of .05."""
    rows = []
    rhythmic = n_series // 10
    for d, (design, t) in enumerate(designs().items()):
        for amplitude in AMPLITUDES:
            rng = np.random.default_rng([options.seed, 100 + d, int(100 * amplitude)])
            y = rng.normal(size=(n_series, len(t)))
            phase = rng.uniform(0, 24, (rhythmic, 1))
            y[:rhythmic] += amplitude * np.cos(2 * np.pi * (t - phase) / 24)
            exact = stats.false_discovery_control(plain_f_test(t, y)) <= 0.05
            found = {"exact": exact}
            for name, period, how in (
                ("known", 24.0, {}),
                ("searched", SEARCHED, {}),
                ("robust", 24.0, {"robust": True}),
            ):
                found[name] = epicycle.rhythms(t, y, period=period, **how).significant(0.05)
            rows.append(
                {
                    "design": design,
                    "amplitude": amplitude,
                    **{name: float(one[:rhythmic].mean()) for name, one in found.items()},
                    "false": {
                        name: float(one[rhythmic:].sum() / max(one.sum(), 1))
                        for name, one in found.items()
                    },
                }
            )
            common.say(f"  {design}, amplitude {amplitude:g}: {rows[-1]}")
    return rows


def speed(options: argparse.Namespace, n_series: int) -> dict[str, Any]:
    """Return processor times of a call, and of one bare least squares of all series."""
    t = designs()["24: every 2 h, 48 h"]
    y = 5 + np.random.default_rng(options.seed).normal(size=(n_series, len(t)))
    holes = np.where(np.random.default_rng(1).random(y.shape) < 0.05, np.nan, y)
    x = np.column_stack([np.ones(24), np.cos(2 * np.pi * t / 24), np.sin(2 * np.pi * t / 24)])
    calls = {
        "bare least squares": lambda: np.linalg.lstsq(x, y.T, rcond=None),
        "known": lambda: epicycle.rhythms(t, y, period=24),
        "known, missing values": lambda: epicycle.rhythms(t, holes, period=24),
        "searched": lambda: epicycle.rhythms(t, y, period=SEARCHED),
        "searched, missing values": lambda: epicycle.rhythms(t, holes, period=SEARCHED),
        "robust": lambda: epicycle.rhythms(t, y, period=24, robust=True),
        "robust, searched": lambda: epicycle.rhythms(t, y, period=SEARCHED, robust=True),
    }
    started = time.process_time()
    times = common.paired(calls, 3 if options.quick else 9, "speed")
    common.say(f"  {time.process_time() - started:.1f} s")
    return {name: own["median_cpu"] for name, own in times.items()}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    n_series = 4000 if options.quick else 20_000
    return {
        "n_series": n_series,
        "calibration": calibration(options, n_series),
        "power": power(options, n_series),
        "speed": speed(options, n_series),
    }


def tables(result: dict[str, Any]) -> list[str]:
    head = ["design", "noise", "period", "", "missing"]
    head += [f"below {level:g}" for level in LEVELS] + ["KS p"]
    rows: list[list[Any]] = [
        [
            row["design"],
            row["noise"],
            row["period"],
            row["how"],
            f"{100 * row['missing']:.0f} %",
            *(f"{share:.4f}" for share in row["shares"]),
            f"{row['ks']:.3f}",
        ]
        for row in result["calibration"]
    ]
    lines = [f"{result['n_series']:,} series without a rhythm:", ""]
    lines += [*common.table(head, rows), ""]
    lines += ["Share of rhythmic series that is found at q <= .05, a tenth of all:", ""]
    head = ["design", "amplitude / noise", "exact F-test", "known", "searched", "robust"]
    head += ["false discoveries, searched"]
    rows = [
        [
            row["design"],
            f"{row['amplitude']:g}",
            *(f"{row[name]:.3f}" for name in ("exact", "known", "searched", "robust")),
            f"{row['false']['searched']:.3f}",
        ]
        for row in result["power"]
    ]
    lines += [*common.table(head, rows), ""]
    lines += [f"Processor time of {result['n_series']:,} series of 24 values:", ""]
    rows = [[name, common.duration(own)] for name, own in result["speed"].items()]
    return lines + common.table(["call", "time"], rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    lines = []
    for level, factor, k in zip(LEVELS, FACTORS, range(3), strict=True):
        worst = max(
            (row["shares"][k] / level for row in result["calibration"]),
            key=lambda share: abs(np.log(max(share, 1e-9))),
        )
        lines.append(
            common.bar(
                f"p-values below {level:g} without a rhythm, the worst of "
                f"{len(result['calibration'])} rows",
                f"within a factor {factor:g}",
                f"{worst:.3f}",
                1 / factor <= worst <= factor,
            )
        )
    lowest = min(row["ks"] for row in result["calibration"])
    # the lowest of so many even numbers is about one over their count
    lines.append(
        common.bar("Kolmogorov and Smirnov, lowest p", "> .01", f"{lowest:.3f}", lowest > 0.01)
    )
    known = min(row["known"] - row["exact"] for row in result["power"])
    lost: dict[str, list[float]] = {}
    for row in result["power"]:
        lost.setdefault(row["design"], []).append(row["searched"] - row["exact"])
    searched = min(float(np.mean(own)) for own in lost.values())
    single = min(min(own) for own in lost.values())
    lines += [
        common.bar(
            "power, known period, less the exact F-test's", ">= 0", f"{known:.4f}", known >= 0
        ),
        common.bar(
            "power, period from 18 to 30 h, less the exact F-test's: over all amplitudes, "
            "the worst design",
            ">= -.1",
            f"{searched:.3f} (one amplitude of one design: {single:.3f})",
            searched >= -0.1,
        ),
    ]
    spent = result["speed"]
    slowest = max(spent.values())
    over = spent["known"] / spent["bare least squares"]
    lines += [
        common.bar("slowest call", "<= 2 s", common.duration(slowest), slowest <= 2),
        common.bar("known period over one bare least squares", "<= 3", f"{over:.2f}", over <= 3),
    ]
    return lines
