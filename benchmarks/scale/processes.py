"""Memory and time of a process and all that it starts, as Linux tells them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")

#: Seconds between two looks.
_EVERY = 0.1


def cpu_of_children() -> float:
    """Return the processor time of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parents() -> dict[int, int]:
    """Return the parent of every process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):  # it has ended
            continue
    return found


def tree(root: int) -> set[int]:
    """Return a process and all that it started, directly or not."""
    parent = parents()
    found = {root}
    while True:
        more = {pid for pid, one in parent.items() if one in found} - found
        if not more:
            return found
        found |= more


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes, shared pages included."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a session, and all in it, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Watch:
    """Looks at a process and all that it starts for as long as it lives.

    Attributes
    ----------
    all_together : int
        Largest sum of resident memory seen, in bytes; pages that are shared count each time.
    largest : dict
        The largest of each process.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.all_together = 0
        self.largest: dict[int, int] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            now = {pid: resident(pid) for pid in tree(self._root)}
            self.all_together = max(self.all_together, sum(now.values()))
            for pid, size in now.items():
                self.largest[pid] = max(self.largest.get(pid, 0), size)
