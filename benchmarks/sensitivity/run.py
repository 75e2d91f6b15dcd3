"""Which measured figure moves, and by how much, when a threshold is halved or doubled?

Every number of ``epicycle.limits`` is halved and doubled in a process of its own.  The probes
(``probes.py``) that read it are measured on the same seeds as at the default, and the change of
every figure is compared with its standard error over the paired cases.  A threshold that is read
and changes no case decides nothing that is measured here; of one that no probe reads, nothing is
known; one that moves a figure deserves the measurement that chose it.  Each theme of
``epicycle.limits`` is a section.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scipy import stats

import common
from epicycle import limits
from sensitivity.probes import PROBES, QUICK

CHILD = Path(__file__).with_name("child.py")
#: The figures' changes are compared with the 97.5 % quantile of Student's t over the paired cases;
#: where every case changes alike, as many as this must do so: a sign test of 3 %.
CLEAR, ALIKE = 0.975, 6


def themes() -> dict[str, Any]:
    """Return the themes of thresholds by name."""
    return {
        name: theme
        for name, theme in vars(limits).items()
        if dataclasses.is_dataclass(theme) and not isinstance(theme, type)
    }


def scaled(value: Any, unit: str, factor: float) -> Any:
    """Return a threshold halved or doubled; None where that has no meaning.

    Probabilities and shares stay below 1: where they are above a half, their distance from 1
    changes.
    """
    if isinstance(value, tuple):
        return [[1 - (1 - share) * factor, weight] for share, weight in value]
    if isinstance(value, int):
        new = max(1, round(value * factor))
        return new if new != value else None
    bounded = 0.5 < value < 1 and unit not in ("ratio", "1/T", "deviation", "exponent")
    return 1 - (1 - value) / factor if bounded else value * factor


def measured(job: dict[str, Any]) -> dict[str, Any]:
    """Return the outcomes of a child, or what became of it."""
    try:
        done = subprocess.run(
            [sys.executable, CHILD, json.dumps(job)], capture_output=True, text=True, timeout=600
        )
    except subprocess.TimeoutExpired:
        return {"failed": "took more than 600 s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["killed"])[-1]}
    return dict(json.loads(done.stdout))


@functools.lru_cache
def defaults(seed: int, share: float, jobs: int) -> tuple[dict[str, Any], dict[str, set[str]]]:
    """Return the outcomes of every probe at the defaults, and the thresholds that each reads."""
    asked = [
        {"theme": None, "seed": seed, "share": share, "probes": [probe], "record": True}
        for probe in PROBES
    ]
    outcomes: dict[str, Any] = {}
    reads: dict[str, set[str]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for probe, answer in zip(PROBES, pool.map(measured, asked), strict=True):
            if "failed" in answer:
                common.say(f"sensitivity: not measured by {probe}: {answer['failed']}")
                continue
            outcomes.update(answer["found"])
            reads[probe] = set(answer["read"])
    return outcomes, reads


def is_clear(mean: float, spread: float, n: int) -> bool:
    """Return whether a mean change over `n` paired cases is more than their scatter explains."""
    if spread == 0.0:
        return mean != 0.0 and n >= ALIKE
    return n > 1 and abs(mean) > float(stats.t.ppf(CLEAR, n - 1)) * spread


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return which figures moved, and in how many cases anything did."""
    if "failed" in after:
        return {"failed": after["failed"], "moved": [], "changed": None, "cases": None}
    moved, changed, cases = [], 0, 0
    for probe, now in after["found"].items():
        was = before[probe]
        if isinstance(now, str) or isinstance(was, str):
            if now != was:
                moved.append({"figure": f"{probe}: {now}", "from": None, "to": None, "sigma": None})
            continue
        n = len(was)
        cases += n
        changed += sum(
            any(_differ(a[key], b[key]) for key in a) for a, b in zip(was, now, strict=True)
        )
        for key in was[0]:
            # what rounding alone changes is no change
            difference = [
                b[key] - a[key] if _differ(a[key], b[key]) else 0.0
                for a, b in zip(was, now, strict=True)
            ]
            mean = sum(difference) / n
            spread = math.sqrt(sum((d - mean) ** 2 for d in difference) / max(n - 1, 1) / n)
            if is_clear(mean, spread, n):
                start = sum(a[key] for a in was) / n
                moved.append(
                    {
                        "figure": f"{probe} {key}",
                        "from": start,
                        "to": start + mean,
                        "sigma": abs(mean) / spread if spread else None,
                    }
                )
    return {"moved": moved, "changed": changed, "cases": cases}


def _differ(a: float, b: float) -> bool:
    return abs(a - b) > 1e-6 * abs(a) + 1e-12


def measure(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure every threshold of a theme halved and doubled, by the probes that read it."""
    share = QUICK if options.quick else 1.0
    outcomes, reads = defaults(options.seed, share, options.jobs)
    rows: dict[str, Any] = {}
    asked = []
    for field in dataclasses.fields(themes()[name]):
        value = getattr(themes()[name], field.name)
        probes = [probe for probe in reads if f"{name}.{field.name}" in reads[probe]]
        row = {"value": value, **dict(field.metadata), "probes": probes}
        rows[field.name] = row
        for how, factor in (("halved", 0.5), ("doubled", 2.0)):
            new = scaled(value, field.metadata["unit"], factor)
            if new is not None and probes:
                job = {"theme": name, "field": field.name, "value": new, "probes": probes}
                asked.append((row, how, {**job, "seed": options.seed, "share": share}))
    with ThreadPoolExecutor(options.jobs) as pool:
        answers = pool.map(measured, [job for _, _, job in asked])
        for (row, how, job), after in zip(asked, answers, strict=True):
            row[how] = {"value": job["value"], **changes(outcomes, after)}
    return {"thresholds": rows}


def in_words(row: dict[str, Any], how: str) -> str:
    """Return what a change of a threshold did."""
    if not row["probes"]:
        return "no probe reads it"
    if how not in row:
        return "-"
    one = row[how]
    if "failed" in one:
        return f"fails: {one['failed']}"
    shown = [
        m["figure"]
        if m["from"] is None
        else f"{m['figure']} {m['from']:.3g} ({m['to'] - m['from']:+.1g})"
        for m in sorted(one["moved"], key=lambda m: -(m["sigma"] or 99))[:3]
    ]
    changed = one["changed"] or "none"
    return "; ".join([*shown, f"{changed} of {one['cases']} cases"])


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [name, row["value"], row["origin"], in_words(row, "halved"), in_words(row, "doubled")]
        for name, row in result["thresholds"].items()
    ]
    return common.table(["threshold", "value", "origin", "halved", "doubled"], rows)


def verdict(row: dict[str, Any]) -> str:
    """Return whether a threshold moves a figure, changes cases only, changes none, or is unread."""
    tried = [row[how] for how in ("halved", "doubled") if how in row]
    if not tried:
        return "unread"
    if any(one["moved"] or "failed" in one for one in tried):
        return "moves"
    return "changes" if any(one["changed"] for one in tried) else "quiet"


def bars(name: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    verdicts = [verdict(row) for row in result["thresholds"].values()]
    return [
        common.bar(
            f"{name}: thresholds that move a figure, change cases, change none, unread",
            "reported",
            ", ".join(str(verdicts.count(v)) for v in ("moves", "changes", "quiet", "unread")),
            None if "unread" in verdicts else True,
        )
    ]


SECTIONS = [
    common.Section(
        name,
        f"{name}: {type(theme).__doc__}",
        functools.partial(measure, name),
        tables,
        functools.partial(bars, name),
    )
    for name, theme in themes().items()
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--docs", action="store_true", help="only write docs/thresholds.md anew")
    parser.add_argument("--jobs", type=int, default=common.cores(), help="processes at once")
    options = parser.parse_args()
    if not options.docs:
        common.run("sensitivity", SECTIONS, options)
        return
    from sensitivity import page

    page.write()


if __name__ == "__main__":
    main()
