"""frac(f t) against arbitrary precision."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from epicycle.samples import phase
from epicycle.samples.times import parse_times

#: (name, unit, scale of frequencies in cycles per unit, kind of times)
CASES = (
    ("datetime64[ns] within 100 years of 1970, unit s, f up to 1 kHz", "s", 1e3, "datetime"),
    ("datetime64[ns] within 100 years of 1970, unit d, f up to 1 kHz", "d", 8.64e7, "datetime"),
    ("float64 up to 1e12, f up to 1 kHz", None, 1e3, "float"),
    ("int64 up to 2^62, f up to 1", None, 1.0, "integer"),
)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    if common.version("mpmath") is None:
        raise common.NotMeasuredError("mpmath is not installed")
    n = 200 if options.quick else 5000
    return {"rows": [one_case(case, n, options.seed) for case in CASES]}


def one_case(case: tuple[str, str | None, float, str], n: int, seed: int) -> dict[str, Any]:
    import mpmath

    name, unit, highest, kind = case
    rng = np.random.default_rng([seed, len(name)])
    # frequencies spread evenly over nine decades, the highest among them
    frequency = highest * 10.0 ** -rng.uniform(0.0, 9.0, n)
    frequency[0] = highest
    plain = 0.0
    if kind == "datetime":
        ticks = rng.integers(-100, 100, n) * 31_557_600_000_000_000
        ticks = ticks + rng.integers(0, 31_557_600_000_000_000, n)
        times, _ = parse_times(ticks.astype("datetime64[ns]"), unit=unit)
        divisor = {"s": 10**9, "d": 86400 * 10**9}[unit or ""]
    elif kind == "float":
        values = rng.uniform(-1e12, 1e12, n)
        values[0] = 1e12
        times, _ = parse_times(values)
        divisor = 1
    else:
        ticks = rng.integers(-(2**62), 2**62, n)
        times, _ = parse_times(ticks)
        divisor = 1
    worst = 0.0
    with mpmath.workprec(300):
        for k in range(n):
            raw = float(values[k]) if kind == "float" else int(ticks[k])
            exact = mpmath.mpf(float(frequency[k])) * mpmath.mpf(raw) / divisor
            exact -= mpmath.nint(exact)
            got = float(phase.turns(float(frequency[k]), times[k : k + 1])[0])
            worst = max(worst, _distance(got, exact))
            product = float(frequency[k]) * (raw / divisor)
            plain = max(plain, _distance(product - np.rint(product), exact))
    return {"case": name, "pairs": n, "largest_error": worst, "plain_float64": plain}


def _distance(turns: float, exact: Any) -> float:
    """Return how far apart two phases are, on the circle."""
    difference = float(turns - exact)
    return abs(difference - round(difference))


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [r["case"], r["pairs"], f"{r['largest_error']:.1e}", f"{r['plain_float64']:.1e}"]
        for r in result["rows"]
    ]
    return common.table(["times", "pairs", "largest error, turns", "plain f * t in float64"], rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"phase: {r['case']}",
            "<= 1e-9 turns",
            f"{r['largest_error']:.1e}",
            r["largest_error"] <= 1e-9,
        )
        for r in result["rows"]
    ]
