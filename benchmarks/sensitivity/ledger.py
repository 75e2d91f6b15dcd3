"""What was measured so far, kept on disk as it comes: a run that is cut short goes on where it was.

A line of the ledger holds one setting of one threshold as one probe saw it.  The ledger belongs to
an engine (the digest of its source), a seed and a share of the cases.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

CHILD = Path(__file__).with_name("child.py")
#: Seconds that one setting may take for all of its probes.
PATIENCE = 900


class Ledger:
    """Answers by setting and probe, on disk.

    Parameters
    ----------
    seed : int
        Seed of the cases.
    share : float
        Part of the cases of each probe.
    """

    def __init__(self, seed: int, share: float) -> None:
        self.seed, self.share = seed, share
        self._path = common.ROOT / "build" / "sensitivity" / f"{common.digest()}-{seed}-{share}.txt"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        if self._path.exists():
            # a line that was cut is measured again
            whole = [line for line in self._path.read_text().split("\n")[:-1] if line]
            for key, answer in map(json.loads, whole):
                self._known[key] = answer
            self._path.write_text("".join(line + "\n" for line in whole))

    def get(self, setting: dict[str, Any], probe: str) -> dict[str, Any] | None:
        """Return what a probe saw of a setting, or None."""
        return self._known.get(_key(setting, probe))

    def fill(self, setting: dict[str, Any], probes: list[str]) -> None:
        """Measure those of the probes that have not seen this setting."""
        missing = [probe for probe in probes if self.get(setting, probe) is None]
        if not missing:
            return
        job = {**setting, "seed": self.seed, "share": self.share, "probes": missing}
        child = subprocess.Popen(
            [sys.executable, CHILD, json.dumps(job)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        late = threading.Timer(PATIENCE, child.kill)
        late.start()
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            for line in child.stdout:
                answer = json.loads(line)
                self._add(setting, answer.pop("probe"), answer)
            problem = (child.stderr.read().strip().splitlines() or ["took too long"])[-1]
        finally:
            late.cancel()
            child.kill()
            child.wait()
        for probe in missing:
            if self.get(setting, probe) is None:
                self._add(setting, probe, {"failed": problem[:200]})

    def _add(self, setting: dict[str, Any], probe: str, answer: dict[str, Any]) -> None:
        with self._lock:
            self._known[_key(setting, probe)] = answer
            with self._path.open("a") as file:
                file.write(json.dumps([_key(setting, probe), answer]) + "\n")


def _key(setting: dict[str, Any], probe: str) -> str:
    return json.dumps([setting.get(k) for k in ("theme", "field", "value")] + [probe])
