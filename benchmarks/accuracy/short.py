"""Short designs: a rhythm that is asked about (`period=`), and the limits of calls that do not ask.

The path is that of a user: :func:`epicycle.find_cycles`.  White noise gives p-values, which are
counted below three levels; rhythms of amplitude 1 give what is found, and whether amplitude, time
of maximum and, in a range, the period are within their errors by Student's t; noise with a rhythm
at the limit that noise alone gave tells whether it would have been claimed.  Without `period`, a
limit on an amplitude is false where it is below that of the rhythm that is there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

import common
from accuracy import verdict
from epicycle import find_cycles

PERIOD, RANGE = 24.0, (20.0, 28.0)

#: Levels, and the factor by which their shares of p-values may be off.
LEVELS = ((0.05, 1.15), (0.01, 1.3), (0.001, 2.0))


class Series(NamedTuple):
    t: np.ndarray
    sigma: np.ndarray
    extra: dict[str, Any]


def even(n: int, step: float, copies: int = 1) -> Callable[[np.random.Generator], Series]:
    t = np.repeat(np.arange(n) * step, copies)
    return lambda rng: Series(t, np.ones(len(t)), {})


def irregular(n: int, span: float) -> Callable[[np.random.Generator], Series]:
    return lambda rng: Series(np.sort(rng.uniform(0, span, n)), np.ones(n), {})


def with_errors(rng: np.random.Generator) -> Series:
    dy = rng.uniform(0.6, 1.6, 13)
    return Series(np.arange(13) * 4.0, dy, {"dy": dy})


def with_gaps(rng: np.random.Generator) -> Series:
    return Series(np.arange(16) * 3.0, np.where(rng.permutation(16) < 4, np.nan, 1.0), {})


def in_groups(rng: np.random.Generator) -> Series:
    extra = {"group": np.repeat(["a", "b"], 12), "per_group": "offset"}
    return Series(np.tile(np.arange(12) * 4.0, 2), np.ones(24), extra)


DESIGNS: dict[str, Callable[[np.random.Generator], Series]] = {
    "12 every 4 h": even(12, 4),
    "13 every 4 h": even(13, 4),
    "24 every 2 h": even(24, 2),
    "6 times of a day, 3 each": even(6, 4, 3),
    "18 over 60 h, irregular": irregular(18, 60),
    "12 over 30 h, irregular": irregular(12, 30),
    "16 every 3 h, 4 missing": with_gaps,
    "13 with errors": with_errors,
    "two groups of 12": in_groups,
}


def judged(series: Series, y: np.ndarray, period: Any) -> Any:
    return find_cycles(series.t, y, unit="h", period=period, **series.extra)


def one_noise(job: tuple[int, str, bool, int]) -> dict[str, Any]:
    seed, name, ranged, number = job
    rng = np.random.default_rng([seed, 161, list(DESIGNS).index(name), int(ranged), number])
    series = DESIGNS[name](rng)
    noise = series.sigma * rng.normal(size=len(series.t))
    try:
        model = judged(series, noise, RANGE if ranged else PERIOD)
    except ValueError:  # a random design that cannot tell
        return {"p": None}
    limit = np.nan if ranged else model.amplitude_limit
    claimed = None
    if np.isfinite(limit):
        wave = limit * np.cos(2 * np.pi * (series.t / PERIOD - rng.uniform()))
        again = judged(series, wave + series.sigma * rng.normal(size=len(series.t)), PERIOD)
        claimed = bool(again.cycles)
    return {"p": model.asked.false_alarm_probability, "claimed": claimed}


def one_rhythm(job: tuple[int, str, bool, float, int]) -> dict[str, Any]:
    seed, name, ranged, noise, number = job
    rng = np.random.default_rng([seed, 162, list(DESIGNS).index(name), int(ranged), number])
    series = DESIGNS[name](rng)
    true = rng.uniform(22.0, 26.0) if ranged else PERIOD
    late = rng.uniform(0, true)
    y = np.cos(2 * np.pi * (series.t - late) / true) + noise * series.sigma * rng.normal(
        size=len(series.t)
    )
    extra = {k: noise * v if k == "dy" else v for k, v in series.extra.items()}
    series = series._replace(extra=extra)
    try:
        model = judged(series, y, RANGE if ranged else PERIOD)
    except ValueError:
        return {"found": None}
    if not model.cycles:
        return {"found": False, "end": model.asked.cycle is None}
    (cycle,) = model.cycles
    # two amplitudes, a constant and a slope; the number of degrees of freedom of the errors
    free = np.isfinite(y).sum() - 4 - ranged - len(series.extra.get("group", ())) // 12
    limit = float(stats.t.ppf(0.975, free)) if "dy" not in extra else 1.96
    off = (cycle.time_of_maximum - late + true / 2) % true - true / 2
    return {
        "found": True,
        "amplitude": abs(cycle.amplitude - 1) < limit * cycle.amplitude_error,
        "maximum": abs(off) < limit * cycle.time_of_maximum_error,
        "period": not ranged or abs(cycle.period - true) < limit * cycle.period_error,
    }


def one_default(job: tuple[int, str, int]) -> dict[str, Any]:
    """A rhythm of any period and size, in a default call: is a limit below it stated?"""
    seed, name, number = job
    rng = np.random.default_rng([seed, 163, list(DESIGNS).index(name), number])
    series = DESIGNS[name](rng)
    size, period = float(np.exp(rng.uniform(0, np.log(30)))), float(np.exp(rng.uniform(2.2, 4)))
    wave = size * np.cos(2 * np.pi * (series.t / period - rng.uniform()))
    y = wave + series.sigma * rng.normal(size=len(series.t))
    model = find_cycles(series.t, y, unit="h", **series.extra)
    inside = model.search.minimum_frequency <= 1 / period <= model.search.maximum_frequency
    limit = model.amplitude_limit
    stated = bool(inside and not model.cycles and np.isfinite(limit))
    return {
        "stated": stated,
        "false": stated and limit < size,
        "no_error": any(not c.known and c.period_error == 0 for c in model.cycles),
        "claimed": bool(model.cycles),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    scale = options.scale * (0.1 if options.quick else 1.0)
    nulls, rhythms, defaults = (max(int(n * scale), 20) for n in (5000, 400, 400))
    rows = []
    for name in DESIGNS:
        for ranged in (False, True):
            what = f"{name}, {'20 to 28 h' if ranged else '24 h'}"
            jobs = [(options.seed, name, ranged, k) for k in range(nulls)]
            found = common.parallel(one_noise, jobs, options.processes, f"noise, {what}")
            p = np.array([r["p"] for r in found if r["p"] is not None])
            held = [r["claimed"] for r in found if r.get("claimed") is not None]
            jobs = [(options.seed, name, ranged, 0.3, k) for k in range(rhythms)]
            seen = common.parallel(one_rhythm, jobs, options.processes, f"rhythm, {what}")
            seen = [r for r in seen if r["found"] is not None]
            hits = [r for r in seen if r["found"]]
            rows.append(
                {
                    "design": name,
                    "range": ranged,
                    "nulls": len(p),
                    "below": [int((p < level).sum()) for level, _ in LEVELS],
                    "ks": float(stats.kstest(p, "uniform").pvalue),
                    "at_limit": verdict.share(sum(held), len(held)) if held else None,
                    "found": verdict.share(len(hits), len(seen)),
                    "end": sum(bool(r.get("end")) for r in seen),
                    **{
                        key: verdict.share(sum(r[key] for r in hits), len(hits))
                        for key in ("amplitude", "maximum", "period")
                        if hits
                    },
                }
            )
    free = []
    for name in DESIGNS:
        jobs = [(options.seed, name, k) for k in range(defaults)]
        found = common.parallel(one_default, jobs, options.processes, f"default, {name}")
        sums = {key: sum(r[key] for r in found) for key in found[0]}
        free.append({"design": name, "series": len(found), **sums})
    return {"rows": rows, "defaults": free}


def _percent(share: dict[str, Any] | None) -> str:
    return "" if share is None else f"{100 * share['share']:.1f} %"


def tables(result: dict[str, Any]) -> list[str]:
    head = [f"p < {level:g}" for level, _ in LEVELS]
    rows = [
        [
            r["design"],
            "20 to 28 h" if r["range"] else "24 h",
            *(
                f"{b / r['nulls'] / level:.2f}"
                for b, (level, _) in zip(r["below"], LEVELS, strict=True)
            ),
            _percent(r["at_limit"]),
            _percent(r["found"]),
            *(_percent(r.get(key)) for key in ("amplitude", "maximum", "period")),
        ]
        for r in result["rows"]
    ]
    return [
        *common.table(
            [
                "samples",
                "asked",
                *head,
                "claimed at limit",
                "found",
                "amplitude",
                "maximum",
                "period",
            ],
            rows,
        ),
        "",
        "Shares of p-values of noise are in units of the level; then what share of rhythms was "
        "found (scatter .3), and within 95 % intervals.  Default calls, rhythms of 9 to 55 h:",
        "",
        *common.table(
            ["samples", "series", "claimed", "limit stated", "limit false", "error 0"],
            [
                [r["design"], r["series"], r["claimed"], r["stated"], r["false"], r["no_error"]]
                for r in result["defaults"]
            ],
        ),
    ]


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    checks = []
    held = [r for r in result["rows"] if not r["range"]]
    for (level, factor), k in zip(LEVELS, range(len(LEVELS)), strict=True):
        ratios = [r["below"][k] / r["nulls"] / level for r in held]
        # three deviations of the count belong to chance
        chance = [3 / np.sqrt(max(level * r["nulls"], 1)) for r in held]
        good = all(
            1 / factor - c <= ratio <= factor + c for ratio, c in zip(ratios, chance, strict=True)
        )
        total = sum(r["below"][k] for r in held) / sum(r["nulls"] for r in held) / level
        checks.append(
            common.bar(
                f"period held: noise below {level:g}", f"1 within {factor:g}", f"{total:.2f}", good
            )
        )
    found = [r["found"]["share"] for r in held if r["design"] in list(DESIGNS)[:4]]
    false = sum(r["false"] for r in result["defaults"])
    stated = sum(r["stated"] for r in result["defaults"])
    zero = sum(r["no_error"] for r in result["defaults"])
    limits = [r["at_limit"]["share"] for r in held if r["at_limit"]]
    return [
        *checks,
        common.bar(
            "period held: rhythms found", ">= 99 %", f"{100 * min(found):.1f} %", min(found) >= 0.99
        ),
        common.bar(
            "at the limit: claimed", ">= 85 %", f"{100 * min(limits):.0f} %", min(limits) >= 0.85
        ),
        common.bar(
            "no period: false limits",
            "<= 5 %",
            f"{false}/{stated}",
            false <= 0.05 * max(stated, 20),
        ),
        common.bar("no period: an error of 0", "0", f"{zero}", zero == 0),
    ]
