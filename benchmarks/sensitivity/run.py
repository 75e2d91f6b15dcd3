"""Which measured figure moves, and by how much, when a threshold is halved or doubled?

Every number of ``epicycle.limits`` is halved and doubled in a process of its own, the probes
(``probes.py``) are measured on the same seeds as at the default, and the change of every figure is
compared with its standard error over the paired cases.  A threshold that changes no case at all
decides nothing that is measured here; one that moves a figure deserves the measurement that chose
it.
"""

from __future__ import annotations

import argparse
import dataclasses
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

import common
from epicycle import limits

CHILD = Path(__file__).with_name("child.py")
#: Probes of a search, and of a training loop, which thresholds of other themes do not reach.
PLAIN = (
    "sinusoid",
    "noise",
    "red",
    "sawtooth",
    "eclipses",
    "aliases",
    "pairs",
    "lines",
    "wandering",
    "groups",
    "effects",
    "events",
    "ladder",
)
LEARNING = ("learning",)
#: A figure moves where its mean changes by more than this many standard errors.
CLEAR = 2.0


def thresholds(only: str) -> list[tuple[str, dataclasses.Field[Any], Any]]:
    """Return theme, field and value of each threshold."""
    themes = [n for n, t in vars(limits).items() if dataclasses.is_dataclass(t) and n.isupper()]
    return [
        (theme, field, getattr(getattr(limits, theme), field.name))
        for theme in themes
        if not only or theme in only.split("+")
        for field in dataclasses.fields(getattr(limits, theme))
    ]


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
            [sys.executable, CHILD, json.dumps(job)], capture_output=True, text=True, timeout=300
        )
    except subprocess.TimeoutExpired:
        return {"failed": "took more than 300 s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["killed"])[-1]}
    return dict(json.loads(done.stdout))


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return which figures moved, and in how many cases anything did."""
    if "failed" in after:
        return {"failed": after["failed"], "moved": [], "changed": None, "cases": None}
    moved, changed, cases = [], 0, 0
    for probe, was in before.items():
        now = after.get(probe)
        if now is None:
            continue
        if isinstance(now, str) or isinstance(was, str):
            if now != was:
                moved.append({"figure": f"{probe}: {now}", "from": None, "to": None, "sigma": None})
            continue
        cases += len(was)
        changed += sum(
            any(abs(a[key] - b[key]) > 1e-6 * abs(a[key]) + 1e-12 for key in a)
            for a, b in zip(was, now, strict=True)
        )
        for key in was[0]:
            difference = [b[key] - a[key] for a, b in zip(was, now, strict=True)]
            n = len(difference)
            mean = sum(difference) / n
            spread = math.sqrt(sum((d - mean) ** 2 for d in difference) / max(n - 1, 1) / n)
            if mean and abs(mean) > CLEAR * spread:
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


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the default, and every threshold halved and doubled."""
    chosen = thresholds(options.theme)
    base = {"theme": None, "seed": options.seed, "share": 0.2 if options.quick else 1.0}
    default = measured({**base, "probes": PLAIN + LEARNING})
    if "failed" in default:
        raise common.NotMeasuredError(default["failed"])
    jobs = []
    for theme, field, value in chosen:
        probes = PLAIN + (LEARNING if theme in ("LEARNING", "CYCLES") else ())
        probes = LEARNING if theme == "LEARNING" else probes
        for how, factor in (("halved", 0.5), ("doubled", 2.0)):
            new = scaled(value, field.metadata["unit"], factor)
            if new is not None:
                job = {**base, "theme": theme, "field": field.name, "value": new, "probes": probes}
                jobs.append((theme, field, value, how, job))
    rows: dict[str, Any] = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        for k, (job, after) in enumerate(
            zip(jobs, pool.map(lambda job: measured(job[-1]), jobs), strict=True), 1
        ):
            theme, field, value, how, asked = job
            row = rows.setdefault(f"{theme}.{field.name}", {"value": value, **dict(field.metadata)})
            row[how] = {"value": asked["value"], **changes(default, after)}
            common.say(f"sensitivity: {k} of {len(jobs)}, {theme}.{field.name} {how}")
    return {"default": default, "thresholds": rows}


def in_words(row: dict[str, Any], how: str) -> str:
    """Return what a change of a threshold did."""
    if how not in row:
        return "-"
    one = row[how]
    if "failed" in one:
        return f"fails: {one['failed']}"
    if not one["changed"] and not one["moved"]:
        return "nothing"
    shown = [
        m["figure"]
        if m["from"] is None
        else f"{m['figure']} {m['from']:.3g} ({m['to'] - m['from']:+.1g})"
        for m in sorted(one["moved"], key=lambda m: -(m["sigma"] or 99))[:3]
    ]
    return "; ".join([*shown, f"{one['changed']} of {one['cases']} cases"])


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [name, row["value"], row["origin"], in_words(row, "halved"), in_words(row, "doubled")]
        for name, row in result["thresholds"].items()
    ]
    return common.table(["threshold", "value", "origin", "halved", "doubled"], rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    quiet = [
        name
        for name, row in result["thresholds"].items()
        if all(in_words(row, how) in ("nothing", "-") for how in ("halved", "doubled"))
    ]
    loud = sum(
        any(row.get(how, {}).get("moved") for how in ("halved", "doubled"))
        for row in result["thresholds"].values()
    )
    total = len(result["thresholds"])
    return [
        common.bar("thresholds that move a figure", "reported", f"{loud} of {total}", True),
        common.bar("thresholds that change no case", "reported", f"{len(quiet)} of {total}", True),
    ]


SECTIONS = [
    common.Section("thresholds", "Every threshold, halved and doubled", measure, tables, bars)
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--theme", default="", help="themes of limits.py, joined by +")
    parser.add_argument("--jobs", type=int, default=common.cores(), help="processes at once")
    common.run("sensitivity", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
