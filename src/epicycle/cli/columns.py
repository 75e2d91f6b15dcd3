"""`epicycle find --value all`: each column of a wide table as a series of its own."""

from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from epicycle.cli import console
from epicycle.cli.options import SearchOptions
from epicycle.cli.series import exit_code, find_each, run_each
from epicycle.files.writing import InputError

#: What stands for every column of values.
ALL = "all"

#: A series has so many rows on a terminal; the file of --output has all of them.
_MOST_CYCLES = 5


def wants_each_column(options: SearchOptions) -> bool:
    """Return whether each column is asked for as a series; a column may be called so, too."""
    return list(options.value or ()) == [ALL]


def find_each_column(
    options: SearchOptions,
    output: Path | None,
    workers: int | None,
    *,
    screen: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find the cycles of each column, print or write them, and return the exit code.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    """
    asked: dict[str, Any] = {"screen": screen, "quiet": quiet}
    if output is not None:
        return find_each(options, None, output, workers, as_json=as_json, **asked)
    if screen:
        raise InputError("--screen writes a file. To fix this, name one with --output.")
    with TemporaryDirectory() as folder:
        written = Path(folder) / "columns.jsonl"
        _, counts = run_each(options, None, written, workers, **asked)
        documents = [json.loads(line) for line in written.read_text("utf-8").splitlines()]
    if as_json:
        console.write(json.dumps({"schema": "epicycle.columns/1", "series": documents}) + "\n")
    else:
        console.write("\n".join(as_lines(documents)) + "\n")
    return exit_code(counts)


def as_lines(documents: list[dict[str, Any]]) -> list[str]:
    """Return a table for the reader: a row for each cycle of each series, or what is wrong."""
    rows = [("series", "samples", "period", "amplitude", "false alarm")]
    for document in documents:
        name, samples = str(document["id"]), str(document["n_samples"])
        if "error" in document:
            rows.append((name, samples, document["error"], "", ""))
            continue
        for cycle in document["cycles"][:_MOST_CYCLES]:
            rows.append((name, samples, *_numbers(cycle, document.get("unit") or "")))
            name, samples = "", ""
        more = len(document["cycles"]) - _MOST_CYCLES
        if more > 0:
            rows.append(("", "", f"({more} more in the file of --output)", "", ""))
        if not document["cycles"]:
            rows.append((name, samples, "no significant cycle", "", ""))
    widths = [max(len(r[k]) for r in rows if r[3] or k < 2) for k in range(4)]
    lines = [
        "  ".join([*(c.ljust(w) for c, w in zip(r, widths, strict=False)), r[4]]) for r in rows
    ]
    return [console.visible(line.rstrip()) for line in lines]


def _numbers(cycle: dict[str, Any], unit: str) -> tuple[str, str, str]:
    period = _with_error(cycle["period"], cycle["period_error"])
    amplitude = _with_error(cycle["amplitude"], cycle["amplitude_error"])
    return f"{period} {unit}".rstrip(), amplitude, f"{cycle['false_alarm_probability']:.2g}"


def _with_error(value: float | None, error: float | None) -> str:
    """Return a number to two digits of its error."""
    if value is None:
        return ""
    if not error or not math.isfinite(error):
        return f"{value:.6g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} ± {error:.{digits}f}"
