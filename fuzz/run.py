"""Fuzz targets one after the other, and tell what was run: python fuzz/run.py [NAME ...].

Writes into build/fuzz.  Ends with 1 if there is a finding; its input is in the target's folder.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OUT = HERE.parent / "build" / "fuzz"

#: After so many seconds of processor time a process makes room for another.
ROUND = 60.0


def main() -> int:
    """Run, and return the exit code."""
    import targets

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(targets.TARGETS))
    parser.add_argument("--seconds", type=float, default=600, help="of processor time, for each")
    arguments = parser.parse_args()
    failed = False
    for name in arguments.names or targets.TARGETS:
        result = fuzz(name, arguments.seconds)
        failed = failed or result["finding"] is not None
        sys.stdout.write(line(result) + "\n")
        sys.stdout.flush()
    return int(failed)


def fuzz(name: str, seconds: float) -> dict[str, Any]:
    """Fuzz one target, and return what came of it."""
    total: dict[str, Any] = {"target": name, "cpu_seconds": 0.0, "executions": 0, "finding": None}
    while total["cpu_seconds"] < seconds and total["finding"] is None:
        part = start(name, min(ROUND, seconds - total["cpu_seconds"]))
        total["finding"] = part["finding"]
        for key in ("cpu_seconds", "executions"):
            total[key] = round(total[key] + part[key], 1)
        for key in ("coverage", "memory_mib"):
            total[key] = max(total.get(key, 0), part[key])
    (OUT / name / "result.json").write_text(json.dumps(total) + "\n")
    return total


def start(name: str, seconds: float) -> dict[str, Any]:
    """Fuzz one target in a process of its own, beginning with the corpus that there is."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    with open(folder / "log.txt", "w") as log:
        command = [sys.executable, str(HERE / "one.py"), name, str(seconds), str(folder)]
        code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
    text = (folder / "log.txt").read_text(errors="replace")
    saved = folder / "result.json"
    result: dict[str, Any] = {"cpu_seconds": 0.0, "executions": 0, "finding": None}
    if saved.exists():
        result = json.loads(saved.read_text())
    if code and result["finding"] is None:
        result["finding"] = f"the process ended with {code}: see {folder / 'log.txt'}"
    for key, pattern in (("coverage", r"cov: (\d+)"), ("memory_mib", r"rss: (\d+)Mb")):
        result[key] = max(map(int, re.findall(pattern, text)), default=0)
    return result


def line(result: dict[str, Any]) -> str:
    """Return a row of a table."""
    keys = ("target", "cpu_seconds", "executions", "coverage", "memory_mib")
    cells = [str(result.get(key, "")) for key in keys]
    return "| " + " | ".join([*cells, str(result["finding"] or "none open")]) + " |"


if __name__ == "__main__":
    sys.exit(main())
