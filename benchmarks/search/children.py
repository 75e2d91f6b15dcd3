"""Jobs in processes of their own, within limits of time and memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import common

SECONDS_LIMIT, MEMORY_LIMIT = 240.0, 12e9


def installed(options: argparse.Namespace, package: str) -> bool:
    """Return whether a peer can be measured, here or by the interpreter given for peers."""
    if common.version(package) is not None:
        return True
    if options.peers is None:
        return False
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    answer = subprocess.run([options.peers, "-c", code], capture_output=True, check=False)
    return answer.returncode == 0


def in_child(options: argparse.Namespace, job: dict[str, Any]) -> dict[str, Any]:
    """Return what a fresh process measures, within the limits of time and memory."""
    peers_only = job["what"] == "cuPeriod" and common.version("cuperiod") is None
    interpreter = options.peers if peers_only else sys.executable
    command = [
        interpreter,
        Path(__file__).with_name("run.py"),
        "--child",
        json.dumps(job),
        "--seed",
        str(options.seed),
    ]
    command += ["--data", str(options.data)]
    try:
        # imports and the making of the data do not count: half as long again for them
        child = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=1.5 * SECONDS_LIMIT
        )
    except subprocess.TimeoutExpired:
        return {"not_measured": f"more than {SECONDS_LIMIT:.0f} s"}
    if child.returncode:
        last = (child.stderr.strip().splitlines() or [f"status {child.returncode}"])[-1]
        out = "MemoryError" in child.stderr or "alloc" in child.stderr or child.returncode < 0
        return {"not_measured": f"more than {MEMORY_LIMIT / 1e9:.0f} GB of memory" if out else last}
    answer: dict[str, Any] = json.loads(child.stdout)
    if answer["seconds"] > SECONDS_LIMIT:
        return {"not_measured": f"more than {SECONDS_LIMIT:.0f} s"}
    return answer
