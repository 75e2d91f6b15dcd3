"""Fuzz one target until its processor time is used up, or its memory nearly is.

    python fuzz/one.py NAME SECONDS FOLDER

`run.py` starts this.  FOLDER gets the corpus, the input of a finding, and result.json.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import atheris

# atheris changes what is compiled of functions, and numba reads that: loops are interpreted here
os.environ["EPICYCLE_NO_NUMBA"] = "1"

with atheris.instrument_imports(include=["epicycle"]):
    import properties
    import targets


#: Memory grows wherever code is instrumented by atheris, see README.md: a process that has this
#: share of what it may have makes room for another.
_FULL = 0.6


def main(name: str, seconds: float, folder: Path) -> None:
    """Fuzz; ends the process."""
    target = targets.TARGETS[name]
    corpus, words = folder / "corpus", folder / "words.dict"
    corpus.mkdir(parents=True, exist_ok=True)
    for k, seed in enumerate(target.seeds()):
        (corpus / f"seed-{k}").write_bytes(seed)
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in targets.seeds.words()))
    for seed in target.seeds():
        target.run(seed)  # imports what is imported late
    properties.arm()
    began, runs = time.process_time(), 0

    def save(finding: str | None) -> None:
        result = {
            "target": name,
            "cpu_seconds": round(time.process_time() - began, 1),
            "executions": runs,
            "finding": finding,
        }
        (folder / "result.json").write_text(json.dumps(result) + "\n")

    def once(raw: bytes) -> None:
        nonlocal runs
        started = time.process_time()
        try:
            target.run(raw)
            took = time.process_time() - started
            if took > targets.SECONDS_PER_INPUT:
                raise properties.Finding(f"one input took {took:.1f} s")
        except BaseException as error:
            save(f"{type(error).__name__}: {error}")
            raise
        runs += 1
        if time.process_time() - began > seconds or _resident_mib() > _FULL * target.memory:
            save(None)
            sys.stdout.flush()
            os._exit(0)

    def mutate(raw: bytes, most: int, seed: int) -> bytes:
        changed = target.mutate(raw, most, seed) if target.mutate and seed % 4 else None
        return atheris.Mutate(raw, most) if changed is None else changed

    flags = [
        sys.argv[0],
        f"-max_len={target.max_bytes}",
        f"-rss_limit_mb={target.memory}",
        f"-timeout={12 * targets.SECONDS_PER_INPUT:.0f}",  # of a clock on the wall
        f"-artifact_prefix={folder}/finding-",
        f"-dict={words}",
        "-print_final_stats=1",
        "-report_slow_units=60",
        str(corpus),
    ]
    extra = {"custom_mutator": mutate} if target.mutate else {}
    atheris.Setup(flags, once, **extra)
    atheris.Fuzz()


def _resident_mib() -> float:
    """Return the memory that this process has now; Linux only, as this file."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _escaped(word: str) -> str:
    return "".join(
        chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\x{b:02x}"
        for b in word.encode("utf-8")
    )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
