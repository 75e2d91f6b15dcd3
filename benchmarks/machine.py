"""What was measured on what: versions, commit, engine, processor and memory."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import math
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Packages whose versions are stored with every section.
ENGINE = ("epicycle", "numpy", "scipy", "finufft")


def version(package: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return _engine_version() if package == "epicycle" else None


def _engine_version() -> str | None:
    try:
        import epicycle
    except ImportError:
        return None
    return str(epicycle.__version__)


def commit() -> str | None:
    """Return what was checked out, with "-dirty" where files differ from it."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def digest() -> str | None:
    """Return a short digest of the engine's source: between two commits it differs."""
    found = importlib.util.find_spec("epicycle")
    if found is None or not found.submodule_search_locations:
        return None
    content = hashlib.sha256()
    for path in sorted(Path(found.submodule_search_locations[0]).rglob("*.py")):
        content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()[:10]


def machine() -> dict[str, Any]:
    """Return processor, number of cores, memory and system."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
                break
    system = f"{platform.system()} {platform.machine()}"
    release = Path("/etc/os-release")
    if release.exists():
        for line in release.read_text().splitlines():
            if line.startswith("PRETTY_NAME="):
                system += " " + line.split("=", 1)[1].strip('"')
    memory = None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    return {
        "processor": processor,
        "cores": cores(),
        "memory_gb": memory,
        "system": system,
        "python": platform.python_version(),
    }


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> float:
    """Return the memory that is free now in bytes, or infinity where it cannot be known."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * int(line.split()[1])
    return math.inf


def peak_memory() -> float:
    """Return the largest memory (resident set) that this process has had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # not ru_maxrss: on Linux it survives exec, so a child would report its parent's size
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024.0 * int(line.split()[1])
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
