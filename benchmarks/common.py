"""What all benchmarks share: options, provenance, results on disk, tables and paired timing.

A benchmark is a list of sections.  Each section measures one thing, is stored with its own date,
seed, versions and machine, and has tables that are made from the stored JSON alone.  What cannot
be measured here (a peer is missing, a data file, memory) is stored and printed as "not measured",
with the reason; it is never an error and never a blank.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# what benchmarks ask of the machine, they ask of this module
from machine import (  # noqa: F401
    ENGINE,
    ROOT,
    commit,
    cores,
    digest,
    free_memory,
    machine,
    peak_memory,
    version,
)

RESULTS = ROOT / "benchmarks" / "results"


class NotMeasuredError(Exception):
    """Raised by a section that cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Section:
    """One part of a benchmark.

    Attributes
    ----------
    name : str
        Key in the JSON, and what ``--only`` takes.
    title : str
        Heading of its tables.
    measure : callable
        Options -> result that JSON can hold.
    tables : callable
        Result -> lines of text.
    bars : callable
        Result -> list of :func:`bar`.
    packages : tuple of str
        Peers whose versions matter besides the engine's.
    """

    name: str
    title: str
    measure: Callable[[argparse.Namespace], Any]
    tables: Callable[[Any], list[str]]
    bars: Callable[[Any], list[dict[str, Any]]] = lambda result: []
    packages: tuple[str, ...] = ()


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark has."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--quick", action="store_true", help="small sizes, results/*-quick.json")
    result.add_argument("--seed", type=int, default=20260101, help="seed of all random numbers")
    result.add_argument("--only", default="", help="sections to measure, separated by commas")
    result.add_argument("--table", action="store_true", help="only print what was measured before")
    return result


def run(name: str, sections: Sequence[Section], options: argparse.Namespace) -> None:
    """Measure the sections, write the JSON after each of them, print its tables.

    With ``--only`` the other sections stay as they were measured before: each carries its date.
    """
    path = RESULTS / f"{name}{'-quick' if options.quick else ''}.json"
    wanted = [part for part in options.only.split(",") if part]
    unknown = set(wanted) - {section.name for section in sections}
    if unknown:
        raise SystemExit(
            f"--only knows {', '.join(s.name for s in sections)}; got {', '.join(sorted(unknown))}"
        )
    document = _load(path) if wanted or options.table else {}
    document["benchmark"] = name
    document.setdefault("sections", {})
    for section in sections:
        if options.table or (wanted and section.name not in wanted):
            continue
        say(f"{name}: {section.title}")
        started = time.perf_counter()
        entry: dict[str, Any] = {"provenance": _provenance(section, options)}
        try:
            entry["result"] = section.measure(options)
        except NotMeasuredError as reason:
            entry["not_measured"] = str(reason)
        entry["seconds"] = round(time.perf_counter() - started, 1)
        document["sections"][section.name] = entry
        _save(path, document)
    # back through the file: a table never says what the JSON does not
    document = _load(path)
    for line in _report(document, sections):
        print(line)
    if not options.table:
        say(f"{name}: written to {path.relative_to(ROOT)}")


def _report(document: dict[str, Any], sections: Sequence[Section]) -> Iterable[str]:
    bars = []
    for section in sections:
        entry = document["sections"].get(section.name)
        yield f"## {section.title}"
        yield ""
        if entry is None:
            yield "not measured: not run yet"
        elif "not_measured" in entry:
            yield f"not measured: {entry['not_measured']}"
        else:
            yield from section.tables(entry["result"])
            bars += section.bars(entry["result"])
        yield ""
    if bars:
        yield "## Bars"
        yield ""
        verdict = {True: "met", False: "MISSED", None: "not measured"}
        yield from table(
            ["what", "bar", "measured", ""],
            [[b["what"], b["bar"], b["measured"], verdict[b["met"]]] for b in bars],
        )
        yield ""
    for key, title in _provenances(document):
        yield f"{title}: {key}"


def _provenances(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return each distinct provenance with the sections that share it."""
    shared: dict[str, list[str]] = {}
    for name, entry in document["sections"].items():
        p = entry["provenance"]
        m = p["machine"]
        text = (
            f"{p['date'][:10]}, {m['processor']}, {m['cores']} cores, {m['system']}, "
            f"Python {m['python']}, seed {p['seed']}, "
            f"commit {p['commit']}, engine {p['engine']}"
        )
        shared.setdefault(text, []).append(f"{name} (load {p['load']:.1f})")
    return [(text, ", ".join(names)) for text, names in shared.items()]


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"sections": {}}
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _save(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".json.tmp")
    unfinished.write_text(json.dumps(_plain(document), indent=1, allow_nan=False) + "\n")
    unfinished.replace(path)


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it; what is not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _provenance(section: Section, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seed": options.seed,
        "options": {
            key: value
            for key, value in vars(options).items()
            if isinstance(value, (int, float)) and key not in ("seed", "table")
        },
        "versions": {name: version(name) for name in (*ENGINE, *section.packages)},
        "commit": commit(),
        "engine": digest(),
        "machine": machine(),
        # other work on the machine spoils timings: the reader should see it
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
        "threads": {
            key: os.environ[key]
            for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
            if key in os.environ
        },
    }


#: Seconds before each timed call: idle threads of the one before keep a core busy for a while.
_PAUSE = 0.1


def paired(calls: dict[str, Callable[[], Any]], rounds: int, label: str) -> dict[str, Any]:
    """Time several functions in turns (A-B-B-A ...), after one call of each that does not count.

    Whatever slows the machine down for a while then slows all of them.

    Returns
    -------
    dict
        For each name the seconds of every round ("wall" and "cpu", all threads added) and their
        medians.
    """
    times: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in calls}
    for number in range(rounds + 1):
        # every other round runs backwards, so that nobody always follows the same neighbour
        for name in list(calls)[:: 1 if number % 2 else -1]:
            time.sleep(_PAUSE)
            wall, cpu = time.perf_counter(), time.process_time()
            calls[name]()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if number:
                times[name]["wall"].append(wall)
                times[name]["cpu"].append(cpu)
        say(f"  {label}: round {number} of {rounds}")
    return {
        name: {
            "median_wall": statistics.median(t["wall"]),
            "median_cpu": statistics.median(t["cpu"]),
            **t,
        }
        for name, t in times.items()
    }


def ratio(times: dict[str, Any], peer: str, own: str) -> dict[str, float]:
    """Return peer's time over one's own: of the medians, and the extremes of the rounds."""
    rounds = [p / o for p, o in zip(times[peer]["wall"], times[own]["wall"], strict=True)]
    return {
        "wall": times[peer]["median_wall"] / times[own]["median_wall"],
        "cpu": times[peer]["median_cpu"] / times[own]["median_cpu"],
        "lowest": min(rounds),
        "highest": max(rounds),
    }


def parallel(
    work: Callable[[Any], Any], jobs: Sequence[Any], processes: int, label: str
) -> list[Any]:
    """Return ``[work(job) for job in jobs]``, computed in several processes."""
    results = []
    reported = time.perf_counter()
    # spawned, not forked: a fork would inherit the locks of threads that it does not have
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        chunk = max(1, min(50, len(jobs) // (4 * processes)))
        for result in pool.map(work, jobs, chunksize=chunk):
            results.append(result)
            if time.perf_counter() - reported > 5.0:
                reported = time.perf_counter()
                say(f"  {label}: {len(results)} of {len(jobs)}")
    say(f"  {label}: {len(results)} of {len(jobs)}")
    return results


def say(text: str) -> None:
    """Report progress."""
    print(text, file=sys.stderr, flush=True)


def bar(what: str, required: str, measured: str, met: bool | None) -> dict[str, Any]:
    """Return one line of the list of bars; `met` is None where nothing was measured."""
    return {"what": what, "bar": required, "measured": measured, "met": met}


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return a Markdown table, its columns aligned for the eye as well."""
    cells = [[str(c) for c in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(headers), *cells]) for i in range(len(headers))]

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"

    return [line(headers), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, cells)]


def number(value: float | None, form: str = ".3g") -> str:
    """Return a number as text, "-" where there is none."""
    return "-" if value is None else format(value, form)


def duration(seconds: float | None) -> str:
    """Return seconds in a unit that fits."""
    if seconds is None:
        return "-"
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
