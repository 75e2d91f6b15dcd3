"""How much memory and time do tables take that are larger than memory, on one machine and on Dask?

"rows": ``epicycle find --id --screen`` on folders of Parquet files in which the rows of all series
are mixed, as nights of a survey are; the largest resident memory of all its processes together, by
the number of rows.  Half way it is killed, all processes at once, and started again: the bytes of
the output are compared with those of a run that nobody disturbed (of the smallest table).

"dask": the same tables through ``epicycle.dask.find`` on a local cluster, memory of the client, of
the scheduler with it, and of each worker, by the number of rows; from two sizes the memory at
1e9 rows is extrapolated, and marked so.  For tables whose files hold whole series, processor time
beside ``find --id --screen``, and whether every number is the same.

``--scale 1`` is 1e7 rows in the largest table, ``--scale 10`` 1e8.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from scale.processes import Watch, cpu_of_children, kill_all
from scale.tables import write

#: Samples of each series, and rows of the largest table at scale 1.
SAMPLES, ROWS = 250, 10_000_000

#: Shortest period, in days over 1,000 days.
SHORTEST = 2.0


def sizes(options: argparse.Namespace) -> list[int]:
    largest = 400_000 if options.quick else int(ROWS * options.scale)
    return [largest // 4, largest]


def command(table: Path, output: Path, workers: int) -> list[str]:
    words = [sys.executable, "-m", "epicycle", "find", str(table), "--id", "id", "-q"]
    words += ["--screen", "-o", str(output), "--workers", str(workers)]
    return [*words, "--min-period", str(SHORTEST)]


# ---- One machine -------------------------------------------------------------------------------


def one_run(words: list[str]) -> dict[str, Any]:
    """Return wall and processor time and the largest memory of all processes of a command."""
    before, wall = cpu_of_children(), time.perf_counter()
    process = subprocess.Popen(words)
    with Watch(process.pid) as watch:
        code = process.wait()
    if code not in (0, 1):
        raise RuntimeError(f"find --id ended with {code}")
    wall = time.perf_counter() - wall
    return {"wall": wall, "cpu": cpu_of_children() - before, "memory": watch.all_together}


def killed_and_again(table: Path, output: Path, workers: int, times: int) -> int:
    """Kill a run and all its processes some times while it works; return how often that was so."""
    killed = 0
    work = output.with_name(output.name + ".buckets")
    for k in range(times):
        process = subprocess.Popen(command(table, output, workers), start_new_session=True)
        # after more and more of the parts, rows first and results then
        while process.poll() is None and sum(1 for _ in work.glob("*/*")) < 1 + 2 * k:
            time.sleep(0.02)
        if process.poll() is None:
            kill_all(process)
            killed += 1
    subprocess.run(command(table, output, workers), check=False)
    return killed


def measure_rows(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for n in sizes(options):
            table, output = Path(folder) / str(n), Path(folder) / f"{n}.jsonl"
            write(table, n, SAMPLES, options.seed, files=4, mixed=True)
            row = {"rows": n, **one_run(command(table, output, options.workers))}
            if not rows:
                again = output.with_name("again.jsonl")
                row["killed"] = killed_and_again(table, again, options.workers, 4)
                row["same"] = again.read_bytes() == output.read_bytes()
            rows.append(row)
            common.say(f"  {n:,} rows: {row['memory'] / 1e9:.2f} GB, {row['wall']:.0f} s")
    return {"samples": SAMPLES, "workers": options.workers, "rows": rows}


def tables_rows(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{row['rows']:,}",
            f"{row['rows'] // result['samples']:,}",
            f"{row['memory'] / 1e9:.2f} GB",
            common.duration(row["wall"]),
            common.duration(row["cpu"]),
            f"killed {row['killed']} times: {'same bytes' if row['same'] else 'OTHER BYTES'}"
            if "killed" in row
            else "-",
        ]
        for row in result["rows"]
    ]
    head = ["rows", "series", "memory, all processes", "wall", "CPU", "killed and started again"]
    return common.table(head, rows)


def bars_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    last, first = result["rows"][-1], result["rows"][0]
    memory = last["memory"] / 1e9
    return [
        common.bar(
            f"find --id --screen on {last['rows']:,} rows, all processes",
            "<= 1.5 GB",
            f"{memory:.2f} GB",
            memory <= 1.5,
        ),
        common.bar("killed and started again", "same bytes", str(first["same"]), first["same"]),
    ]


# ---- Dask --------------------------------------------------------------------------------------


def measure_dask(options: argparse.Namespace) -> dict[str, Any]:
    if common.version("distributed") is None:
        raise common.NotMeasuredError("dask and distributed are not installed")
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for n in sizes(options):
            table = Path(folder) / str(n)
            write(table, n, SAMPLES, options.seed, files=4, mixed=True)
            rows.append({"rows": n, **through_dask(table, Path(folder) / f"o{n}", options)})
            common.say(f"  {n:,} rows: {rows[-1]}")
        n = sizes(options)[0]
        table = Path(folder) / "whole"
        write(table, n, SAMPLES, options.seed, files=8, mixed=False)
        output = Path(folder) / "whole.jsonl"
        ours = one_run(command(table, output, options.workers))
        dasks = through_dask(table, Path(folder) / "out", options, whole=True)
        same = same_numbers(output, Path(folder) / "out")
    return {
        "samples": SAMPLES,
        "workers": options.workers,
        "rows": rows,
        "whole": {"rows": n, "find": ours, "dask": dasks, "different": same},
    }


def through_dask(
    table: Path, out: Path, options: argparse.Namespace, *, whole: bool = False
) -> dict[str, Any]:
    """Return time and memory of a run in a process of its own, with a cluster of its own."""
    script = Path(__file__).with_name("client.py")
    words = [sys.executable, str(script), str(table), str(out), str(options.workers)]
    before = cpu_of_children()
    process = subprocess.Popen([*words, str(SHORTEST), str(int(whole))], stdout=subprocess.PIPE)
    with Watch(process.pid) as watch:
        told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the run through Dask ended with {process.returncode}")
    facts = json.loads(told.splitlines()[-1])
    workers = [watch.largest.get(pid, 0) for pid in facts.pop("workers")]
    return {
        **facts,
        "all_cpu": cpu_of_children() - before,
        "client": watch.largest[process.pid],
        "worker": max(workers),
    }


def same_numbers(output: Path, out: Path) -> int:
    """Return in how many series the two differ in any number."""
    import pandas as pd

    names = ["id", "n_samples", "period", "amplitude", "power", "false_alarm_probability"]
    ours = pd.read_json(output, lines=True, precise_float=True)[names].set_index("id").sort_index()
    dasks = pd.read_parquet(out)[names].set_index("id").sort_index()
    if not ours.index.equals(dasks.index):
        return len(ours)
    close = np.isclose(ours.to_numpy(float), dasks.to_numpy(float), rtol=1e-12, atol=0.0)
    return int((~close.all(axis=1)).sum())


def extrapolated(rows: list[dict[str, Any]], name: str, n: float = 1e9) -> float:
    """Return the memory at `n` rows, on the line through those measured; NaN from too few.

    A worker has its full buckets from some 1e7 rows on.
    """
    if rows[-1]["rows"] < ROWS:
        return float("nan")
    (x0, y0), (x1, y1) = ((row["rows"], row[name]) for row in (rows[0], rows[-1]))
    return float(y1 + max(0.0, (y1 - y0) / (x1 - x0)) * (n - x1))


def tables_dask(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{row['rows']:,}",
            f"{row['client'] / 1e9:.2f} GB",
            f"{row['worker'] / 1e9:.2f} GB",
            common.duration(row["wall"]),
            common.duration(row["all_cpu"]),
        ]
        for row in result["rows"]
    ]
    guess = [f"{extrapolated(result['rows'], name) / 1e9:.2f} GB" for name in ("client", "worker")]
    rows.append(["1e9 (extrapolated)", *guess, "-", "-"])
    lines = common.table(["rows", "client", "largest worker", "wall", "CPU"], rows)
    whole = result["whole"]
    ours, dasks = whole["find"], whole["dask"]
    return [
        *lines,
        "",
        f"{whole['rows']:,} rows in files of whole series: find --id --screen "
        f"{ours['cpu']:.1f} s of CPU, Dask {dasks['cpu']:.1f} s in the run and "
        f"{dasks['all_cpu']:.1f} s with the start of the cluster; {whole['different']} series "
        f"differ in a number.",
    ]


def bars_dask(result: dict[str, Any]) -> list[dict[str, Any]]:
    whole = result["whole"]
    ratio = whole["dask"]["cpu"] / whole["find"]["cpu"]
    client, worker = (extrapolated(result["rows"], name) / 1e9 for name in ("client", "worker"))
    most = result["rows"][-1]["rows"]
    return [
        common.bar(
            "screening through Dask, files of whole series, CPU over find --screen",
            "<= 1.5",
            f"{ratio:.2f}",
            ratio <= 1.5,
        ),
        common.bar(
            "series that differ in a number", "0", str(whole["different"]), not whole["different"]
        ),
        common.bar(
            f"a worker at 1e9 rows, extrapolated from {most:,}",
            "<= 1 GB",
            f"{worker:.2f} GB",
            worker <= 1.0 if worker == worker else None,
        ),
        common.bar(
            f"the client at 1e9 rows, extrapolated from {most:,}",
            "<= 1.2 GB",
            f"{client:.2f} GB",
            client <= 1.2 if client == client else None,
        ),
    ]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="times 1e7 rows")
    parser.add_argument("--workers", type=int, default=common.cores(), help="processes")
    parser.add_argument("--folder", default=None, help="where the tables are made; a large disk")
    options = parser.parse_args()
    sections = [
        common.Section("rows", "One machine", measure_rows, tables_rows, bars_rows),
        common.Section(
            "dask", "Dask", measure_dask, tables_dask, bars_dask, packages=("dask", "distributed")
        ),
    ]
    common.run("scale", sections, options)


if __name__ == "__main__":
    main()
