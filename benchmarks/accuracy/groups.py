"""Tables and bars of sections whose rows are shares of series that come out right.

A row is {"what", "series", "shares": {name: share}, "above", "cpu", "failures", "missed"}; each
name has a bar in the section's list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import common
from accuracy import verdict


class Wanted(NamedTuple):
    """What share of a row is asked for: at least, or at most, this."""

    name: str
    share: float
    at_most: bool = False

    def met(self, one: dict[str, Any]) -> bool | None:
        if one["share"] is None:
            return None
        share: float = one["share"]
        return share <= self.share if self.at_most else share >= self.share


def row(
    what: str,
    found: list[dict[str, Any]],
    tests: dict[str, Callable[[dict[str, Any]], bool]],
    missed: str,
) -> dict[str, Any]:
    """Return one row; `missed` names the test whose failures are listed."""
    good = [r for r in found if "failure" not in r]
    shares = {
        name: verdict.share(sum(bool(test(r)) for r in good), len(found))
        for name, test in tests.items()
    }
    keys = ("seed", "number", "truth", "alarm", "told", "overruled", "rows")
    lost = [r for r in good if not tests[missed](r)]
    return {
        "what": what,
        "series": len(found),
        "shares": shares,
        "above": sum(r["above"] for r in good),
        "cpu": verdict.costs(found),
        "failures": verdict.failures(found),
        "missed": [{k: r.get(k) for k in keys} | {"periods": r["periods"][:4]} for r in lost[:10]],
    }


def tables(result: dict[str, Any]) -> list[str]:
    rows = result["rows"]
    names = list(rows[0]["shares"])
    lines = common.table(
        ["series", "how many", *names, "rows above", "CPU: median / 9th decile / largest"],
        [
            [
                r["what"],
                r["series"],
                *[verdict.text(r["shares"][name]) for name in names],
                r["above"],
                verdict.cost_text(r["cpu"]),
            ]
            for r in rows
        ],
    )
    lines += [f"failed: {r['what']}: {text}" for r in rows for text in r["failures"]]
    missed = [(r["what"], m) for r in rows for m in r["missed"][:3]]
    if not missed:
        return lines
    return [
        *lines,
        "",
        *common.table(
            ["missed", "number", "true", "found", "first false alarm", ""],
            [
                [
                    what,
                    m["number"],
                    _numbers(m["truth"]),
                    _numbers(m["periods"]),
                    common.number(m["alarm"], ".0e"),
                    ", ".join(k for k in ("told", "overruled") if m.get(k)),
                ]
                for what, m in missed
            ],
        ),
    ]


def _numbers(values: Any) -> str:
    values = values if isinstance(values, list) else [values]
    return ", ".join(f"{v:.6g}" for v in values) or "-"


def bars(title: str, result: dict[str, Any], wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    found = []
    for r in result["rows"]:
        for one in wanted:
            if one.name in r["shares"]:
                found.append(
                    common.bar(
                        f"{title}, {r['what']}: {one.name}",
                        f"{'<=' if one.at_most else '>='} {100 * one.share:g} %",
                        verdict.text(r["shares"][one.name]),
                        one.met(r["shares"][one.name]),
                    )
                )
    return [*found, verdict.none_above(title, sum(r["above"] for r in result["rows"]))]
