"""Few values among many: small groups and outputs, single precise samples; exact sequences.

Noise that outputs share stands beside them: there, too, what counts are the values that are left.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import default_noise, verdict

PERIOD = 24.0

#: Groups, and values in each.
_GROUPS = ((20, 5), (20, 8), (8, 12), (5, 5), (30, 3), (2, 12), (60, 3))
#: Values of a second output beside one of 200.
_OUTPUTS = (1, 3, 6, 10, 15)
#: How many samples are more precise than the others, and by what factor.
_PRECISE = ((1, 10.0), (1, 100.0), (1, 1e3), (2, 1e4), (3, 1e3), (5, 30.0))
#: Decades of the weights of 100 samples, and to what power variances go with their inverse.
_WEIGHTS = ((1, 0.0), (2, 0.0), (6, 0.0), (2, 1.0), (6, 1.0))
#: How many samples are more precise, and by what factor, told by weights instead of errors.
_WEIGHED = ((1, 100.0), (3, 100.0))
#: Outputs of 100 samples, and the correlation of their noise.
_SHARED = ((2, 0.9), (3, 0.5), (3, 0.9), (6, 0.7))

KINDS = (
    *(("groups", kind) for kind in _GROUPS),
    *(("outputs", (k, 200)) for k in _OUTPUTS),
    *(("precise", kind) for kind in _PRECISE),
    *(("weights", kind) for kind in _WEIGHTS),
    *(("weighed", kind) for kind in _WEIGHED),
    *(("shared", kind) for kind in _SHARED),
)


def name(row: int) -> str:
    what, (a, b) = KINDS[row]
    if what == "groups":
        return f"{a} groups of {b}"
    if what == "outputs":
        return f"second output of {a} values beside {b}"
    if what == "weights":
        return f"weights over {a} decades, variances as their inverse to the {b:g}"
    if what == "shared":
        return f"{a} outputs, noise correlated {b:g}"
    by = ", by weights" if what == "weighed" else ""
    return f"{a} of 100 samples {b:g} times as precise{by}"


def series(seed: int, row: int, number: int, amplitude: float) -> tuple[Any, Any, dict[str, Any]]:
    """Return times, values and options: noise of size 1, with a cycle of 24 where it has one."""
    rng = np.random.default_rng([seed, 171, row, number])
    what, (a, b) = KINDS[row]
    n = {"groups": a * int(b), "outputs": int(b)}.get(what, 100)
    t = np.sort(rng.uniform(0, 1000, n))
    angle = 2 * np.pi * t / PERIOD
    if what == "groups":
        group = rng.permutation(np.repeat(np.arange(a), int(b)))
        levels = 2 * rng.standard_normal(a)
        y = amplitude * np.cos(angle) + levels[group] + rng.standard_normal(n)
        return t, y, {"group": group}
    if what == "outputs":
        phase = np.stack([angle, angle - 1.0], axis=1)
        y = amplitude * np.cos(phase) * [1.0, 2 / 3] + rng.standard_normal((n, 2))
        y[rng.permutation(n)[a:], 1] = np.nan
        return t, y, {}
    if what == "weights":
        w = 10 ** rng.uniform(-a / 2, a / 2, n)
        noise = w ** (-b / 2) * rng.standard_normal(n)
        return t, amplitude * np.cos(angle) + noise, {"weights": w}
    if what == "shared":
        noise = np.sqrt(b) * rng.standard_normal((n, 1))
        noise = noise + np.sqrt(1 - b) * rng.standard_normal((n, a))
        return t, amplitude * np.cos(angle[:, np.newaxis] - np.arange(a)) + noise, {}
    dy = rng.permutation(np.where(np.arange(n) < a, 1 / b, 1.0))
    y = amplitude * np.cos(angle) + dy * rng.standard_normal(n)
    return t, y, {"weights": dy**-2} if what == "weighed" else {"dy": dy}


def one_noise(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, options = series(*job, 0.0)
    return {"number": job[2], **verdict.outcome(t, y, periods=3, **options)}


def one_cycle(job: tuple[int, int, int]) -> dict[str, Any]:
    t, y, options = series(*job, 3.0)
    return {"number": job[2], **verdict.outcome(t, y, periods=3, **options)}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 10, options.series)
    rows, pulls = [], []
    for row in range(len(KINDS)):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(one_noise, jobs, options.processes, f"noise, {name(row)}")
        rows.append(default_noise.summary(name(row), found))
        jobs = jobs[: max(count // 10, 5)]
        found = common.parallel(one_cycle, jobs, options.processes, f"a cycle, {name(row)}")
        pulls.append(_pulls(name(row), found))
    return {"rows": rows, "pulls": pulls}


def _pulls(what: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    pull = [(r["periods"][0] - PERIOD) / r["error"] for r in found if r.get("periods")]
    return {
        "what": what,
        "series": len(found),
        "found": len(pull),
        "rms": float(np.sqrt(np.mean(np.square(pull)))) if pull else None,
        "largest": float(np.abs(pull).max()) if pull else None,
        "failures": verdict.failures(found),
    }


def tables(result: dict[str, Any]) -> list[str]:
    return [
        *default_noise.tables(result),
        "",
        *common.table(
            ["a cycle", "series", "found", "rms of (period - 24) / error", "largest", "failures"],
            [
                [
                    r["what"],
                    r["series"],
                    r["found"],
                    "-" if r["rms"] is None else f"{r['rms']:.2f}",
                    "-" if r["largest"] is None else f"{r['largest']:.1f}",
                    "; ".join(r["failures"]) or 0,
                ]
                for r in result["pulls"]
            ],
        ),
    ]


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for r in result["rows"]:
        low, high = r["alarms"][0]["interval"]
        met = low <= 0.015 and high >= 0.005
        share = verdict.text(r["alarms"][0])
        found.append(common.bar(f"few values, {r['what']}: at .01", ".5 to 1.5 %", share, met))
    for r in result["pulls"]:
        if r["rms"] is None:
            continue
        # the sampling error of an rms of n pulls is 1 / sqrt(2 n)
        width = 2 / np.sqrt(2 * r["found"])
        met = 0.9 - width <= r["rms"] <= 1.1 + width
        found.append(
            common.bar(f"few values, {r['what']}: pulls", ".9 to 1.1", f"{r['rms']:.2f}", met)
        )
    return found


# ---- Exact sequences -------------------------------------------------------------------------

_SHAPES = {
    "sawtooth": lambda k, period: k % period,
    "square": lambda k, period: k % period < period // 2,
    "impulse": lambda k, period: k % period == 0,
}
_LENGTHS = (100, 365, 1000)
_NOISES = (0.0, 1e-9, 1e-3)


def one_sequence(job: tuple[str, int, int, float, int]) -> dict[str, Any]:
    shape, n, period, noise, seed = job
    k = np.arange(n)
    y = np.asarray(_SHAPES[shape](k, period), dtype=np.float64)
    y += noise * np.random.default_rng([seed, 172, n, period]).standard_normal(n)
    result = verdict.outcome(k.astype(np.float64), y, periods=1)
    first = (result.get("periods") or [np.nan])[0]
    return {"period": period, "right": bool(abs(first / period - 1) < 1e-3), **result}


def measure_sequences(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for shape in _SHAPES:
        for n in _LENGTHS:
            for noise in _NOISES:
                # (seven cycles, at least)
                periods = [p for p in range(3, 40) if 7 * p <= n]
                jobs = [(shape, n, p, noise, options.seed) for p in periods]
                what = f"{shape}, {n} samples, noise {noise:g}"
                found = common.parallel(one_sequence, jobs, options.processes, what)
                rows.append(
                    {
                        "what": what,
                        "periods": len(found),
                        "right": sum(r["right"] for r in found),
                        "wrong": [r["period"] for r in found if not r["right"]],
                        "failures": verdict.failures(found),
                    }
                )
    return {"rows": rows}


def sequence_tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["sequence", "periods", "right", "not right", "failures"],
        [
            [r["what"], r["periods"], r["right"], str(r["wrong"]), "; ".join(r["failures"]) or 0]
            for r in result["rows"]
        ],
    )


def sequence_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    right, total = (sum(r[key] for r in result["rows"]) for key in ("right", "periods"))
    return [common.bar("exact sequences: right", "all", f"{right} of {total}", right == total)]
