"""Is anything lost or half-written when the disk fails, or the process ends, at any use of a file?

Each command is run once for each use that it makes of the disk, which fails there: with "No space
left on device", and by the end of the process.  Afterwards an output is there whole, as it was
before, or not at all; the command has an exit code of failures and one line; and the same command
again gives the bytes that it gives without a fault.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np
from tests.commands import RUNNER, cli
from tests.faults import KilledHere, failing

import common

#: Commands, and what each of them writes.
COMMANDS = {
    "find --id": (["find", "many.csv", "--id", "id", "-o", "out.csv", "--workers", "1"], "out.csv"),
    "find --id, .jsonl": (
        ["find", "many.csv", "--id", "id", "-o", "out.jsonl", "--workers", "1"],
        "out.jsonl",
    ),
    "find --screen": (
        ["find", "many.csv", "--id", "id", "--screen", "-o", "out.csv", "--workers", "1"],
        "out.csv",
    ),
    "fit": (["fit", "one.csv", "-o", "out.json"], "out.json"),
    "predict": (["predict", "model.json", "--from", "0", "--to", "9", "-o", "out.csv"], "out.csv"),
    "track": (["track", "one.csv", "--period", "5:9", "--maxima", "out.csv"], "out.csv"),
    "rhythms": (
        ["rhythms", "many.csv", "--id", "id", "--period", "7", "-o", "out.csv"],
        "out.csv",
    ),
    "report": (["report", "one.csv", "-o", "out.html"], "out.html"),
    "find --screen, .jsonl": (
        ["find", "many.csv", "--id", "id", "--screen", "-o", "out.jsonl", "--workers", "1"],
        "out.jsonl",
    ),
    "track --id": (
        ["track", "many.csv", "--id", "id", "--period", "5:9", "--maxima", "out.csv"],
        "out.csv",
    ),
    "rhythms, .json": (
        ["rhythms", "many.csv", "--id", "id", "--period", "7", "-o", "out.json"],
        "out.json",
    ),
    "rhythms, .parquet": (
        ["rhythms", "many.csv", "--id", "id", "--period", "7", "-o", "out.parquet"],
        "out.parquet",
    ),
    "find --plot": (["find", "one.csv", "--plot", "out.png"], "out.png"),
}

QUICK = ("find --id", "find --screen", "fit", "rhythms")

OLDER = b"an older file, of which there is no copy"

#: What depends on the clock on the wall.
_CLOCK = re.compile(rb'"seconds": [0-9.e+-]+|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?|<[^>]*Date[^>]*>')


def tables(folder: Path) -> None:
    """Write one series, and three in one table, and a model."""
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 60, 40)).round(3)
    y = np.cos(2 * np.pi * t / 7) + 0.2 * rng.normal(size=40)
    lines = [f"{a},{b:.4f}" for a, b in zip(t, y, strict=True)]
    (folder / "one.csv").write_text("\n".join(["time_h,level", *lines]) + "\n")
    rows = [f"s{k},{line}" for k in range(3) for line in lines]
    (folder / "many.csv").write_text("\n".join(["id,time_h,level", *rows]) + "\n")
    RUNNER.invoke(cli.app, ["fit", str(folder / "one.csv"), "-o", str(folder / "model.json"), "-q"])


@contextmanager
def in_this_process() -> Iterator[None]:
    """Let jobs of workers be done here, where the disk fails; one after the other."""
    with (
        patch("epicycle.many.jobs.run_jobs", lambda jobs, run, workers: map(run, jobs)),
        patch("epicycle.many.workers.started", lambda workers: nullcontext()),
    ):
        yield


def invoke(arguments: list[str]) -> Any:
    return RUNNER.invoke(cli.app, [*arguments, "-q"])


def told(result: Any) -> bool:
    """Return whether a run ended well, or in one line with the exit code of a failure."""
    if result.exit_code in (0, 1):
        return True
    return result.exit_code in (2, 3) and result.stderr.count("\n") == 1


def plain(path: Path) -> bytes | None:
    return _CLOCK.sub(b"", path.read_bytes()) if path.exists() else None


def one(name: str, at: int, older: bool, killed: bool, whole: bytes | None) -> dict[str, Any]:
    """Run a command on a disk that fails, and the same again on one that does not."""
    arguments, output = COMMANDS[name]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        shutil.copytree(_TABLES[0], folder, dirs_exist_ok=True)
        os.chdir(folder)
        before = sorted(os.listdir())
        if older:
            Path(output).write_bytes(OLDER)
        said, died = "", False
        with failing(folder, at, killed=killed) as disk:
            try:
                result = invoke(arguments)
                said = "" if told(result) else result.stderr[-300:] or repr(result.exception)
            except KilledHere:
                died = True
        after = plain(Path(output))
        half = after not in (whole, OLDER if older else None) and whole is not None
        lost = older and after is None
        rests = [f for f in os.listdir() if f not in before and f != output and ".parts" not in f]
        invoke(arguments)
        os.chdir("/")
        return {
            "uses": disk.uses,
            "untold": bool(said),
            "half": half,
            "lost": lost,
            "rests": [] if died else rests,
            "differs": plain(folder / output) != whole and whole is not None,
            "bytes": plain(folder / output),
            "said": said,
        }


_TABLES: list[Path] = []


KINDS = {
    "half": "half-written",
    "lost": "lost",
    "untold": "not told",
    "rests": "left behind",
    "differs": "rerun differs",
}


def measured(name: str, most: int | None) -> dict[str, Any]:
    """Let every use of the disk fail of one command, or so many of them, spread evenly."""
    reference = one(name, _NEVER, False, False, None)
    whole, uses = reference["bytes"], reference["uses"]
    row: dict[str, Any] = {"command": name, "uses": len(uses), "runs": 0, "worst": []}
    row.update(dict.fromkeys(KINDS, 0))
    places = np.unique(np.linspace(0, len(uses), min(most or _NEVER, len(uses) + 1)).astype(int))
    for at, killed, older in product(places.tolist(), (False, True), (False, True)):
        found = one(name, at, older, killed, whole)
        row["runs"] += 1
        for kind in KINDS:
            row[kind] += bool(found[kind])
        if any(found[kind] for kind in KINDS):
            use = found["uses"][at] if at < len(found["uses"]) else "none"
            row["worst"].append([at, use, killed, older, found["said"], found["rests"]])
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def commands(options: argparse.Namespace) -> dict[str, Any]:
    names = QUICK if options.quick else COMMANDS
    with tempfile.TemporaryDirectory() as made, in_this_process():
        tables(Path(made))
        _TABLES[:] = [Path(made)]
        return {"rows": [measured(name, 4 if options.quick else None) for name in names]}


def lines(result: dict[str, Any]) -> list[str]:
    text = [f"| command | uses of the disk | runs | {' | '.join(KINDS.values())} |"]
    text.append("|---" * (3 + len(KINDS)) + "|")
    for row in result["rows"]:
        counts = " | ".join(str(row[kind]) for kind in KINDS)
        text.append(f"| {row['command']} | {row['uses']} | {row['runs']} | {counts} |")
    return text


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    total = {kind: sum(row[kind] for row in result["rows"]) for kind in KINDS}
    return [
        common.bar(f"faults injected at every use: {word}", "0", total[kind], total[kind] == 0)
        for kind, word in KINDS.items()
    ]


SECTIONS = [common.Section("commands", "A disk that fails at any use", commands, lines, bars)]

#: Beyond any use of the disk.
_NEVER = 10**9


def main() -> None:
    common.run("faults", SECTIONS, common.parser(__doc__).parse_args())


if __name__ == "__main__":
    main()
