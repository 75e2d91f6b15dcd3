"""False alarms of the default call: white noise on every sampling, red noise on every raster."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from accuracy import red_noise, samplings, verdict

#: Memories of the red noise, in steps of the raster, and white noise over it.
MEMORIES = (10.0, 50.0)
_WHITE = 0.02
LEVELS = (0.01, 0.001)


def times(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return the times of a sampling by its name."""
    if kind in samplings.RASTERS:
        return samplings.RASTERS[kind](rng)
    if kind == "half-hourly":
        return samplings.cadence(27.0)
    if kind == "distant campaigns":
        return samplings.campaigns(rng, rng.uniform(1.0, 10.0) * 365.25, 200)
    n = int(np.exp(rng.uniform(np.log(40), np.log(1000))))
    years = float(np.exp(rng.uniform(0.0, np.log(15.0))))
    return samplings.survey(kind, rng, n, years)


WHITE = (*samplings.SURVEYS, *samplings.RASTERS, "half-hourly", "distant campaigns")


def one_white(job: tuple[int, int, int]) -> dict[str, Any]:
    seed, row, number = job
    rng = np.random.default_rng([seed, 146, row, number])
    t = times(WHITE[row], rng)
    # every other series tells its errors
    dy = np.ones(len(t)) if number % 2 else None
    return {"number": number, **verdict.outcome(t, rng.standard_normal(len(t)), dy, periods=3)}


def one_red(job: tuple[int, int, int, float]) -> dict[str, Any]:
    seed, row, number, memory = job
    rng = np.random.default_rng([seed, 147, row, int(memory), number])
    t = times(list(samplings.RASTERS)[row], rng)
    y = red_noise.ornstein_uhlenbeck(t, memory, rng) + _WHITE * rng.standard_normal(len(t))
    return {"number": number, **verdict.outcome(t, y, periods=3, red_noise=True)}


def summary(what: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    smallest = np.array([x for r in found if (x := r.get("smallest")) is not None])
    worst = sorted((r for r in found if r.get("smallest") is not None), key=lambda r: r["smallest"])
    return {
        "what": what,
        "series": len(found),
        "alarms": [
            {"level": level, **verdict.share(int((smallest < level).sum()), len(found))}
            for level in LEVELS
        ],
        "above": sum(r.get("above", 0) for r in found),
        "cpu": verdict.costs(found),
        "failures": verdict.failures(found),
        "worst": [{k: r[k] for k in ("number", "periods", "smallest")} for r in worst[:3]],
    }


def measure_white(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 40, options.series)
    rows = []
    for row, name in enumerate(WHITE):
        jobs = [(options.seed, row, k) for k in range(count)]
        found = common.parallel(one_white, jobs, options.processes, f"white noise, {name}")
        rows.append(summary(name, found))
    return {"rows": rows}


def measure_red(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 20, options.series)
    rows = []
    for memory in MEMORIES:
        for row, name in enumerate(samplings.RASTERS):
            jobs = [(options.seed, row, k, memory) for k in range(count)]
            what = f"{name}, memory {memory:g}"
            found = common.parallel(one_red, jobs, options.processes, f"red noise, {what}")
            rows.append(summary(what, found))
    return {"rows": rows}


def tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "noise",
            "series",
            *[f"report a cycle at {level:g} (95 % interval)" for level in LEVELS],
            "rows above",
            "smallest, its number",
            "failures",
            "CPU: median / 9th decile / largest",
        ],
        [
            [
                r["what"],
                r["series"],
                *[verdict.text(one) for one in r["alarms"]],
                r["above"],
                "; ".join(f"{w['smallest']:.0e}, {w['number']}" for w in r["worst"][:1]) or "-",
                "; ".join(r["failures"]) or 0,
                verdict.cost_text(r["cpu"]),
            ]
            for r in result["rows"]
        ],
    )


def _bars(title: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for r in result["rows"]:
        at_1, at_01 = r["alarms"]
        low, high = at_1["interval"]
        # few series cannot show .7 to 1.3 %: what they exclude is all that is said of them
        met = (
            low <= 0.013 and high >= 0.007
            if r["series"] < 2000
            else 0.007 <= at_1["share"] <= 0.013
        )
        found.append(
            common.bar(f"{title}, {r['what']}: at .01", ".7 to 1.3 %", verdict.text(at_1), met)
        )
        met = at_01["interval"][0] <= 0.003 if r["series"] < 2000 else at_01["share"] <= 0.003
        found.append(
            common.bar(f"{title}, {r['what']}: at .001", "<= .3 %", verdict.text(at_01), met)
        )
    return [*found, verdict.none_above(title, sum(r["above"] for r in result["rows"]))]


def white_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return _bars("white noise", result)


def red_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return _bars("red noise", result)
