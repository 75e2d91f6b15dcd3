"""How long does it take from a clone to a report of one's own table?

The three commands of the README, in an empty folder and a new virtual environment, on a table of
800 rows that is made here.  Most of it is pip's, and depends on its index and its cache.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

ROWS = 800


def write_table(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0.0, 60.0, ROWS))
    y = 3.0 * np.sin(2 * np.pi * t / 1.0345) + rng.standard_normal(ROWS)
    lines = [f"{a:.5f},{b:.4f}\n" for a, b in zip(t, y, strict=True)]
    path.write_text("time_d,level\n" + "".join(lines))


def spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder / "their.csv", options.seed)
        venv.create(folder / "env", with_pip=True)
        programs = folder / "env" / "bin"
        for step, command in {
            "clone": ["git", "clone", "-q", str(common.ROOT), "epicycle"],
            "install": [str(programs / "pip"), "install", "-q", "./epicycle[plot]"],
            "report": [str(programs / "epicycle"), "report", "their.csv", "-o", "report.html"],
        }.items():
            wall, cpu = time.perf_counter(), spent()
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                raise common.NotMeasuredError(f"{step} failed: {done.stderr.strip()[-300:]}")
            rows.append({"step": step, "wall": time.perf_counter() - wall, "cpu": spent() - cpu})
            common.say(f"  {step}: {rows[-1]['wall']:.1f} s")
        size = (folder / "report.html").stat().st_size
    return {"rows": rows, "report_bytes": size}


def tables(result: dict[str, Any]) -> list[str]:
    rows = result["rows"]
    every = [*rows, {"step": "all", **{k: sum(r[k] for r in rows) for k in ("wall", "cpu")}}]
    cells = [[r["step"], common.duration(r["cpu"]), common.duration(r["wall"])] for r in every]
    return common.table(["step", "CPU time", "elapsed"], cells)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            "from a clone to a report, in three commands",
            "a report",
            f"{sum(r['wall'] for r in result['rows']):.0f} s",
            result["report_bytes"] > 0,
        )
    ]


def main() -> None:
    options = common.parser(__doc__).parse_args()
    section = common.Section("path", "From a clone to a report", measure, tables, bars)
    common.run("newcomer", [section], options)


if __name__ == "__main__":
    main()
