"""How long do many short series take, beside a loop over nifty-ls?

A table of series of 100 samples at mixed times, half of them with a cycle.  Ours is the command
``epicycle find --id`` from the file to the file, start of Python included: with ``--screen`` the
strongest sinusoid of each series, refined, with errors and a false-alarm probability; without it
the full search with waveforms, aliases and all cycles, on fewer series.  Theirs is
``nifty_ls.lombscargle`` on the grid that ours searches, for one series after the other: the
spectrum and its maximum, no fit, no errors, nothing read and nothing written.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from epicycle.samples import checks
from epicycle.samples.data import build_data
from epicycle.spectra.plan import plan_search

SAMPLES = 100
SERIES = 10_000

#: The full search takes so many times longer that these are enough.
FULL_SERIES = 500

#: Shortest periods, in days over 1,000 days: None is what the sampling suggests.
GRIDS = (None, 0.2, 0.02)


def make(number: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return times and values of each series."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(number):
        t = np.sort(rng.uniform(0.0, 1000.0, SAMPLES))
        y = rng.standard_normal(SAMPLES)
        if k % 2:
            y += 1.5 * np.sin(2 * np.pi * (t / rng.uniform(2.0, 30.0) + rng.uniform()))
        made.append((t, y))
    return made


def write(made: list[tuple[np.ndarray, np.ndarray]], path: Path) -> None:
    with path.open("w") as file:
        file.write("id,time_d,value\n")
        for k, (t, y) in enumerate(made):
            file.writelines(
                f"s{k},{a!r},{b!r}\n" for a, b in zip(t.tolist(), y.tolist(), strict=True)
            )


def grids(
    made: list[tuple[np.ndarray, np.ndarray]], shortest: float | None
) -> list[tuple[float, float, int]]:
    """Return limits and size of the grid on which each series is searched."""
    plans = [plan_search(build_data(checks.check_samples(t, y), 1), shortest) for t, y in made]
    return [(p.minimum_frequency, p.maximum_frequency, p.n_frequencies) for p in plans]


def loop(made: list[tuple[np.ndarray, np.ndarray]], on: list[tuple[float, float, int]]) -> None:
    import nifty_ls

    for (t, y), (low, high, n) in zip(made, on, strict=True):
        power = nifty_ls.lombscargle(t, y, fmin=low, fmax=high, Nf=n, nthreads=1).power
        power.argmax()


def command(
    table: Path, output: Path, workers: int, shortest: float | None, *, screen: bool
) -> list[str]:
    words = [sys.executable, "-m", "epicycle", "find", str(table), "--id", "id", "-q"]
    words += ["-o", str(output), "--workers", str(workers)]
    words += ["--screen"] if screen else []
    return words + ([] if shortest is None else ["--min-period", str(shortest)])


def timed(words: list[str]) -> dict[str, float]:
    """Return wall and processor time of a command and its workers."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    subprocess.run(words, check=True)
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": spent}


def claims(found: list[dict[str, Any]], *, screen: bool) -> dict[str, int]:
    """Return how many series are said to have a cycle, of those without and with one."""
    has = [bool(d["significant"] and not d["note"] if screen else d["cycles"]) for d in found]
    return {"claimed_without": sum(has[::2]), "found": sum(has[1::2])}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    if common.version("nifty-ls") is None:
        raise common.NotMeasuredError("nifty-ls is not installed")
    number, few = (200, 50) if options.quick else (options.series, options.full_series)
    made = make(number, options.seed)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "r.jsonl"
        tables = {n: Path(folder) / f"{n}.csv" for n in {number, few}}
        for n, table in tables.items():
            write(made[:n], table)
        for shortest in GRIDS:
            on = grids(made, shortest)
            loop(made[:5], on[:5])
            for screen, n in ((True, number), (False, few)):
                ours = timed(command(tables[n], output, options.workers, shortest, screen=screen))
                found = [json.loads(line) for line in output.read_text().splitlines()]
                wall, cpu = time.perf_counter(), time.process_time()
                loop(made[:n], on[:n])
                theirs = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
                rows.append(
                    {
                        "screen": screen,
                        "series": n,
                        "shortest": shortest,
                        "frequencies": float(np.median([count for *_, count in on[:n]])),
                        "ours": ours,
                        "nifty-ls": theirs,
                        **claims(found, screen=screen),
                    }
                )
                common.say(
                    f"  {'screened' if screen else 'in full'}, {shortest}: {ours['wall']:.1f} s, "
                    f"nifty-ls {theirs['wall']:.1f} s"
                )
    return {"samples": SAMPLES, "workers": options.workers, "rows": rows}


def tables(result: dict[str, Any]) -> list[str]:
    rows = []
    for row in sorted(result["rows"], key=lambda row: not row["screen"]):
        ours, theirs, n = row["ours"], row["nifty-ls"], row["series"]
        rows.append(
            [
                "--screen" if row["screen"] else "full search",
                f"{n:,}",
                f"{row['frequencies']:,.0f}",
                common.duration(ours["cpu"] / n),
                common.duration(theirs["cpu"] / n),
                common.duration(ours["wall"]),
                common.duration(theirs["wall"]),
                f"{theirs['wall'] / ours['wall']:.3f}",
                f"{row['found']} of {n // 2}",
                f"{row['claimed_without']} of {n - n // 2}",
            ]
        )
    head = ["find --id", "series", "frequencies (median)"]
    head += ["ours, CPU per series", "nifty-ls, CPU per series"]
    head += [f"ours, {result['workers']} workers", "nifty-ls, one process", "nifty-ls over ours"]
    return common.table([*head, "cycles found", "claimed in noise"], rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"{row['series']:,} series, {row['frequencies']:,.0f} frequencies: loop over "
            f"nifty-ls over find --id {'--screen' if row['screen'] else '(full search)'}",
            ">= 2",
            f"{row['nifty-ls']['wall'] / row['ours']['wall']:.3f}",
            row["nifty-ls"]["wall"] / row["ours"]["wall"] >= 2.0,
        )
        for row in sorted(result["rows"], key=lambda row: not row["screen"])
    ]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--series", type=int, default=SERIES, help="number of series")
    parser.add_argument(
        "--full-series", type=int, default=FULL_SERIES, help="number of series searched in full"
    )
    parser.add_argument("--workers", type=int, default=common.cores(), help="of find --id")
    options = parser.parse_args()
    section = common.Section(
        "series", "Many short series", measure, tables, bars, packages=("nifty-ls",)
    )
    common.run("series", [section], options)


if __name__ == "__main__":
    main()
