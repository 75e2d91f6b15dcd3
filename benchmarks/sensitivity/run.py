"""Which measured figure moves, and by how much, when a threshold is halved or doubled?

Every number of ``epicycle.limits`` is halved and doubled in a process of its own.  The probes
(``probes.py``) that read it are measured on the same seeds as at the default, and the change of
every figure is compared with its standard error over the paired cases.  A threshold that is read
and changes no case decides nothing that is measured here; of one that no probe reads, nothing is
known; one that moves a figure deserves the measurement that chose it.  Each theme of
``epicycle.limits`` is a section.

All of it takes hours.  Each answer is kept as it comes (``ledger.py``), what decides most first
(``order.py``): a run that was cut short, or that was given ``--minutes``, goes on where it was as
long as the engine is the same, and its tables say what is not measured yet.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scipy import stats

import common
from sensitivity.ledger import Ledger
from sensitivity.order import order, settings, themes
from sensitivity.probes import PROBES, QUICK

#: What becomes of a threshold, see :func:`verdict`.
KINDS = ("moves", "changes", "quiet", "unread", "open")
#: The setting at which nothing is changed, and what is read is noted.
DEFAULT: dict[str, Any] = {"theme": None, "record": True}
#: The figures' changes are compared with the 97.5 % quantile of Student's t over the paired cases;
#: where every case changes alike, as many as this must do so: a sign test of 3 %.
CLEAR, ALIKE = 0.975, 6


def defaults(ledger: Ledger, jobs: int) -> dict[str, set[str]]:
    """Measure every probe at the defaults; return the thresholds that each reads."""
    with ThreadPoolExecutor(jobs) as pool:
        # a process for each: what one probe reads says nothing of the others
        list(pool.map(lambda probe: ledger.fill(DEFAULT, [probe]), PROBES))
    reads: dict[str, set[str]] = {}
    for probe in PROBES:
        answer = ledger.get(DEFAULT, probe)
        if answer is None or "failed" in answer:
            common.say(f"sensitivity: not measured by {probe}: {answer and answer['failed']}")
        else:
            reads[probe] = set(answer["read"])
    return reads


def fill(options: argparse.Namespace) -> None:
    """Measure the settings that the ledger lacks, until the time given is over."""
    ledger = _ledger(options.seed, QUICK if options.quick else 1.0)
    stop = time.monotonic() + 60 * options.minutes
    reads = defaults(ledger, options.jobs)
    wanted = {part for part in options.only.split(",") if part} or set(themes())
    todo = [one for one in order(reads) if one[0]["theme"] in wanted]

    def one(job: tuple[dict[str, Any], list[str]]) -> None:
        if time.monotonic() < stop:
            ledger.fill(*job)
            common.say(f"  {job[0]['theme']}.{job[0]['field']} at {job[0]['value']}: {job[1]}")

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, todo))


def is_clear(mean: float, spread: float, n: int) -> bool:
    """Return whether a mean change over `n` paired cases is more than their scatter explains."""
    if spread == 0.0:
        return mean != 0.0 and n >= ALIKE
    return n > 1 and abs(mean) > float(stats.t.ppf(CLEAR, n - 1)) * spread


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return which figures moved, and in how many cases anything did."""
    moved, changed, cases = [], 0, 0
    for probe, now in after.items():
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
    """Gather what the ledger holds of every threshold of a theme, halved and doubled."""
    ledger = _ledger(options.seed, QUICK if options.quick else 1.0)
    reads = defaults(ledger, options.jobs)
    rows: dict[str, Any] = {}
    for field in dataclasses.fields(themes()[name]):
        probes = [probe for probe in reads if f"{name}.{field.name}" in reads[probe]]
        value = getattr(themes()[name], field.name)
        rows[field.name] = {"value": value, **dict(field.metadata), "probes": probes}
    for field_name, how, setting in settings(name):
        probes = rows[field_name]["probes"]
        answers = {probe: ledger.get(setting, probe) for probe in probes}
        seen = {probe: answer for probe, answer in answers.items() if answer is not None}
        failed = [answer["failed"] for answer in seen.values() if "failed" in answer]
        row: dict[str, Any] = {"value": setting["value"], "unseen": len(probes) - len(seen)}
        if failed:
            row |= {"failed": failed[0], "moved": [], "changed": None, "cases": None}
        else:
            found = {probe: answer["found"] for probe, answer in seen.items()}
            row |= changes({p: ledger.get(DEFAULT, p)["found"] for p in found}, found)
        rows[field_name][how] = row
    return {"thresholds": rows}


@functools.lru_cache
def _ledger(seed: int, share: float) -> Ledger:
    return Ledger(seed, share)


def in_words(row: dict[str, Any], how: str) -> str:
    """Return what a change of a threshold did."""
    if not row["probes"]:
        return "no probe reads it"
    if how not in row:
        return "-"
    one = row[how]
    if "failed" in one:
        return f"fails: {one['failed']}"
    if one["cases"] == 0:
        return "not measured"
    shown = [
        m["figure"]
        if m["from"] is None
        else f"{m['figure']} {m['from']:.3g} ({m['to'] - m['from']:+.1g})"
        for m in sorted(one["moved"], key=lambda m: -(m["sigma"] or 99))[:3]
    ]
    changed = one["changed"] or "none"
    unseen = f" ({one['unseen']} probes not asked)" if one.get("unseen") else ""
    return "; ".join([*shown, f"{changed} of {one['cases']} cases{unseen}"])


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [name, row["value"], row["origin"], in_words(row, "halved"), in_words(row, "doubled")]
        for name, row in result["thresholds"].items()
    ]
    return common.table(["threshold", "value", "origin", "halved", "doubled"], rows)


def verdict(row: dict[str, Any]) -> str:
    """Return whether a threshold moves a figure, changes cases only, changes none, or what else."""
    if not row["probes"]:
        return "unread"
    tried = [row[how] for how in ("halved", "doubled") if how in row and row[how]["cases"] != 0]
    if not tried:
        return "open"
    if any(one["moved"] or "failed" in one for one in tried):
        return "moves"
    return "changes" if any(one["changed"] for one in tried) else "quiet"


def bars(name: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    verdicts = [verdict(row) for row in result["thresholds"].values()]
    return [
        common.bar(
            f"{name}: thresholds that move a figure, change cases, change none, unread, unmeasured",
            "reported",
            ", ".join(str(verdicts.count(v)) for v in KINDS),
            None if {"unread", "open"} & set(verdicts) else True,
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
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="start nothing after so long: go on later"
    )
    options = parser.parse_args()
    if not options.docs:
        if not options.table:
            fill(options)
        common.run("sensitivity", SECTIONS, options)
        return
    from sensitivity import page

    page.write()


if __name__ == "__main__":
    main()
