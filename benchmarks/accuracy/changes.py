"""Whether the first period stays the same under changes that should not matter.

The errors doubled or halved, a wider band, two random subsamples of 63 %, the values negated: each
is a call of its own on a simulated survey star, beside the default call.  Counted are stars whose
data decide, and of subsamples those that still decide by themselves.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import numpy as np

import common
from accuracy import decidable, survey, verdict

CHANGES = (
    "errors x 2",
    "errors / 2",
    "minimum_period .02",
    "minimum_period .005",
    "63 %",
    "other 63 %",
    "negated",
)
_SUBSAMPLE = 0.63


def changed(one: survey.Star, change: str, seed: int) -> tuple[survey.Star, dict[str, float]]:
    """Return a star after a change, and the options of its call."""
    if change.startswith("errors"):
        return replace(one, dy=one.dy * (2.0 if "x" in change else 0.5)), {}
    if change.startswith("minimum"):
        return one, {"minimum_period": float(change.split()[1])}
    if change == "negated":
        return replace(one, y=-one.y), {}
    rng = np.random.default_rng([seed, 142, one.number, CHANGES.index(change)])
    kept = np.sort(rng.permutation(len(one.t))[: round(_SUBSAMPLE * len(one.t))])
    parts = {name: getattr(one, name)[kept] for name in ("t", "y", "dy", "band")}
    return replace(one, **parts), {}


def first_period(
    one: survey.Star, options: dict[str, float]
) -> tuple[float | None, dict[str, Any]]:
    found = verdict.outcome(one.t, one.y, one.dy, group=one.group, unit="d", periods=1, **options)
    periods = found.get("periods")
    return (periods[0] if periods else None), found


def is_same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a / b - 1) < verdict.STRICT


def judge(job: tuple[int, int]) -> dict[str, Any] | None:
    """Return what each change does to one star; None where its data do not decide."""
    seed, number = job
    one = survey.star(seed, number)
    first, found = first_period(one, {})
    if survey.is_decidable(one, first) <= decidable.ENOUGH:
        return None
    result: dict[str, Any] = {
        "star": number,
        "kind": one.kind,
        "sampling": one.sampling,
        "truth": one.period,
        "default": first,
        "above": found.get("above", 0),
        "changes": {},
    }
    periods = {}
    for change in CHANGES:
        other, options = changed(one, change, seed)
        periods[change], found = first_period(other, options)
        result["above"] += found.get("above", 0)
        counts = "63" not in change or (
            survey.is_decidable(other, periods[change]) > decidable.ENOUGH
        )
        same = is_same(periods[change], first)
        result["changes"][change] = {"period": periods[change], "counts": counts, "same": same}
    # with one another: the wide band against the wider one
    wide, wider = (periods[f"minimum_period {p}"] for p in (".02", ".005"))
    result["changes"]["minimum_period .005"]["same"] = is_same(wide, wider)
    return result


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 35, 1000)
    jobs = [(options.seed, k) for k in range(count)]
    found = common.parallel(judge, jobs, options.processes, "irrelevant changes")
    rows = [r for r in found if r is not None]
    cases = []
    for change in CHANGES:
        counted = [r for r in rows if r["changes"][change]["counts"]]
        same = sum(r["changes"][change]["same"] for r in counted)
        cases.append({"change": change, "same": verdict.share(same, len(counted))})
    total = [sum(c["same"][key] for c in cases) for key in ("count", "of")]
    differ = [
        {key: r[key] for key in ("star", "kind", "sampling", "truth", "default")}
        | {"changes": {c: v["period"] for c, v in r["changes"].items() if not v["same"]}}
        for r in rows
        if not all(v["same"] or not v["counts"] for v in r["changes"].values())
    ]
    return {
        "stars": count,
        "decidable": len(rows),
        "cases": cases,
        "all": verdict.share(*total),
        "above": sum(r["above"] for r in rows),
        "differ": differ,
    }


def tables(result: dict[str, Any]) -> list[str]:
    lines = common.table(
        ["change", "same first period (95 % interval)"],
        [[c["change"], verdict.text(c["same"])] for c in result["cases"]],
    )
    lines += ["", f"{result['decidable']} of {result['stars']} stars are decidable.", ""]
    return lines + common.table(
        ["star", "kind", "sampling", "true", "default", "after the change"],
        [
            [
                r["star"],
                r["kind"],
                r["sampling"],
                f"{r['truth']:.6g}",
                common.number(r["default"], ".6g"),
                "; ".join(f"{c}: {common.number(p, '.6g')}" for c, p in r["changes"].items()),
            ]
            for r in result["differ"][:40]
        ],
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        common.bar(
            f"survey stars, the same first period after: {c['change']}",
            ">= 97 %",
            verdict.text(c["same"]),
            None if c["same"]["share"] is None else c["same"]["share"] >= 0.97,
        )
        for c in result["cases"]
    ]
    return [*found, verdict.none_above("survey stars after a change", result["above"])]
