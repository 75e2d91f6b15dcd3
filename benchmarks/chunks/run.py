"""One series of very many samples: in chunks, and in memory.

Irregular samples in white noise of scatter 1, with four lines of .002 to .006 of it, on a grid of a
million frequencies; each measurement in a process of its own, whose memory is told by the system.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray

import common

Values = NDArray[np.float64]

SPAN = 1000.0

#: Frequency, amplitude in units of the noise at 1e8 samples, and phase in turns.
LINES = [
    (173.2154321, 0.004, 0.1),
    (31.4159265, 0.006, 0.4),
    (31.9, 0.003, 0.7),
    (87.65, 0.002, 0.2),
]

#: A grid of 1e6 frequencies over this span.
SHORTEST = 1.0 / 200.0

CHUNK = 1_000_000


def chunk(seed: int, number: int, n_samples: int) -> tuple[Values, Values]:
    """Return the times and values of one chunk: the lines grow as the samples get fewer."""
    count = max(n_samples // CHUNK, 10)
    rows = n_samples // count
    rng = np.random.default_rng([seed, number])
    t = np.sort(rng.uniform(number, number + 1, rows)) * (SPAN / count)
    y = 2.0 + 1e-3 * t / SPAN + rng.standard_normal(rows)
    factor = math.sqrt(1e8 / n_samples)
    for frequency, amplitude, phase in LINES:
        y += factor * amplitude * np.cos(2 * np.pi * (frequency * t + phase))
    return t, y


def chunks(seed: int, n_samples: int) -> Iterator[tuple[Values, Values]]:
    for number in range(max(n_samples // CHUNK, 10)):
        yield chunk(seed, number, n_samples)


# ---- What a process of its own measures -------------------------------------------------------


def measured(what: str, seed: int, n_samples: int, path: str) -> dict[str, Any]:
    """Return what one process measures; imports count to its memory, not to its time."""
    import epicycle
    from epicycle.chunks.find import find_cycles_in_chunks

    find_cycles_in_chunks([chunk(1, 0, 1000)])
    if what == "memory":
        t, y = map(np.concatenate, zip(*chunks(seed, n_samples), strict=True))
        epicycle.find_cycles(t[:1000], y[:1000])
    started = time.process_time()
    if what == "memory":
        model = epicycle.find_cycles(t, y)
    else:
        model = find_cycles_in_chunks(path, time="time", value="value", minimum_period=SHORTEST)
    seconds = time.process_time() - started
    found = []
    for cycle in model.cycles:
        true = min(LINES, key=lambda line: abs(line[0] - cycle.frequency))
        off = (cycle.frequency - true[0]) / cycle.frequency_error
        amplitude = math.sqrt(1e8 / n_samples) * true[1]
        by = (cycle.amplitude - amplitude) / cycle.amplitude_error
        found.append({"frequency": true[0], "frequency_off": off, "amplitude_off": by})
    return {
        "seconds": seconds,
        "peak": 1e3 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "frequencies": model.search.n_frequencies,
        "found": found,
    }


def apart(what: str, seed: int, n_samples: int, path: str = "") -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--job", json.dumps([what, seed, n_samples, path])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise common.NotMeasuredError(done.stderr.strip().splitlines()[-1])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


# ---- Sections --------------------------------------------------------------------------------


def large(options: argparse.Namespace) -> dict[str, Any]:
    """Search a Parquet file of 1e8 samples."""
    import tempfile

    import pyarrow as pa
    import pyarrow.parquet as pq

    n = 1_000_000 if options.quick else 100_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "series.parquet")
        schema = pa.schema([("time", pa.float64()), ("value", pa.float64())])
        with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
            for t, y in chunks(options.seed, n):
                writer.write_table(pa.table({"time": t, "value": y}, schema=schema))
        return {"n": n, **apart("chunks", options.seed, n, path)}


def large_tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            common.number(f["frequency"], ".9g"),
            *(f"{f[k]:+.2f}" for k in ("frequency_off", "amplitude_off")),
        ]
        for f in result["found"]
    ]
    head = f"{result['n']:.3g} samples, {result['frequencies']:,} frequencies: "
    head += f"{result['seconds']:.1f} s of CPU, {result['peak'] / 1e6:.0f} MB at most"
    return [head, "", *common.table(["line", "frequency off, errors", "amplitude off"], rows)]


def large_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    seen = {f["frequency"] for f in result["found"]}
    worst = max([abs(f["frequency_off"]) for f in result["found"]], default=math.inf)
    whole = len(seen) == len(LINES) == len(result["found"])
    judged = result["n"] >= 1e8
    seconds, peak = result["seconds"], result["peak"]
    what = "1e8 samples in chunks"
    return [
        common.bar(
            f"{what}: CPU", "<= 100 s", f"{seconds:.1f} s", seconds <= 100 if judged else None
        ),
        common.bar(
            f"{what}: memory", "<= 1 GB", f"{peak / 1e9:.2f} GB", peak <= 1e9 if judged else None
        ),
        common.bar(
            "four lines of .002 to .006 of the noise",
            "within three errors",
            f"{len(seen)} lines, {worst:.2f}",
            whole and worst <= 3,
        ),
    ]


def scatter(options: argparse.Namespace) -> dict[str, Any]:
    """Search smaller series, and hold errors that are known against errors that are told."""
    from epicycle.chunks.find import find_cycles_in_chunks

    runs, n = (10, 20_000) if options.quick else (40, 200_000)
    ratios: list[float] = []
    others = 0
    for run in range(runs):
        made = list(chunks(options.seed + 1 + run, n))
        model = find_cycles_in_chunks(made, minimum_period=SHORTEST)
        for cycle in model.cycles:
            true = min((f for f, *_ in LINES), key=lambda f: abs(f - cycle.frequency))
            off = (cycle.frequency - true) / cycle.frequency_error
            if abs(cycle.frequency - true) > 1.0 / SPAN:
                others += 1
            else:
                ratios.append(off)
        common.say(f"  scatter: {run + 1} of {runs}")
    square = float(np.mean(np.square(ratios)))
    return {
        "runs": runs,
        "n": n,
        "lines": len(ratios),
        "others": others,
        "scatter": math.sqrt(square),
    }


def scatter_tables(result: dict[str, Any]) -> list[str]:
    error = result["scatter"] / math.sqrt(2 * result["lines"])
    return [
        f"{result['runs']} series of {result['n']:,}: {result['lines']} lines found, scatter over "
        f"error {result['scatter']:.3f} +- {error:.3f}, {result['others']} that are none"
    ]


def scatter_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    error = result["scatter"] / math.sqrt(2 * result["lines"])
    text = f"{result['scatter']:.3f} +- {error:.3f}"
    met = 0.95 - error <= result["scatter"] <= 1.05 + error
    return [common.bar("scatter over the error that is told", ".95 to 1.05", text, met)]


def power(options: argparse.Namespace) -> dict[str, Any]:
    """Hold the power of chunks against that in memory, from the first frequency on."""
    from epicycle.chunks.moments import look
    from epicycle.chunks.normal import Products
    from epicycle.chunks.passes import Lines, sums_of
    from epicycle.chunks.pieces import Reader
    from epicycle.chunks.problem import Problem
    from epicycle.chunks.pursuit import Search
    from epicycle.chunks.sources import Columns, source_of
    from epicycle.samples.checks import check_samples
    from epicycle.samples.data import build_data
    from epicycle.spectra.periodogram import Periodogram
    from epicycle.spectra.plan import grid

    n = 100_000 if options.quick else 10_000_000
    made = list(chunks(options.seed, n))
    reader = Reader(source_of(made, Columns()), Columns())
    problem = Problem.of(reader, look(reader), 1)
    lines = Lines(np.empty(0), problem.start)
    modes = 200_000 if options.quick else 1_000_000
    sums = sums_of(problem, lines, modes)
    spacing = sums.values.spacing
    search = Search(sums, grid(spacing, modes * spacing, spacing), SPAN, 1.0, n, 0.01)
    chunked = search.power(Products(sums, lines).spectrum(lines), 1.0)
    t, y = map(np.concatenate, zip(*made, strict=True))
    data = build_data(check_samples(t, y), 1)
    basis = data.basis(0)
    residual = (y - basis @ (basis.T @ y))[:, np.newaxis]
    whole = np.empty(modes)
    engine = Periodogram(data, spacing, modes)
    whole[:] = engine.reduction(residual, spacing)[0]
    scale = 2.0 * float((residual**2).mean())
    off = np.abs(chunked - whole) / scale
    first = off[: 5 - 1]
    return {"n": n, "modes": modes, "first": float(first.max()), "rest": float(off[4:].max())}


def power_tables(result: dict[str, Any]) -> list[str]:
    return [
        f"{result['n']:.3g} samples, {result['modes']:,} frequencies: z differs by at most "
        f"{result['rest']:.1e} from one cycle a baseline on, by {result['first']:.1e} below"
    ]


def power_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    text = f"{result['rest']:.1e}"
    return [
        common.bar("power of chunks against memory", "<= 1e-6 of z", text, result["rest"] <= 1e-6)
    ]


def memory(options: argparse.Namespace) -> dict[str, Any]:
    """Search as many samples in memory, with all defaults."""
    sizes = [30_000, 100_000] if options.quick else [100_000, 1_000_000, 10_000_000]
    rows = []
    for n in sizes:
        rows.append({"n": n, **apart("memory", options.seed, n)})
        common.say(f"  memory: {n:.3g} samples, {rows[-1]['seconds']:.1f} s")
    return {"rows": rows}


def growth(result: dict[str, Any]) -> float:
    """Return the power of the number of samples with which the time grows."""
    first, last = result["rows"][0], result["rows"][-1]
    return math.log(last["seconds"] / first["seconds"]) / math.log(last["n"] / first["n"])


def memory_tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{r['n']:.3g}",
            f"{r['frequencies']:,}",
            f"{r['seconds']:.1f}",
            f"{r['peak'] / 1e9:.2f}",
            len(r["found"]),
        ]
        for r in result["rows"]
    ]
    heads = ["samples", "frequencies", "CPU, s", "memory, GB", "cycles"]
    return [*common.table(heads, rows), "", f"growth: N^{growth(result):.2f}"]


def memory_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    last = result["rows"][-1]
    judged = last["n"] >= 1e7
    seconds, peak, power = last["seconds"], last["peak"], growth(result)
    what = "1e7 samples in memory"
    return [
        common.bar(
            f"{what}: CPU", "<= 120 s", f"{seconds:.0f} s", seconds <= 120 if judged else None
        ),
        common.bar(
            f"{what}: memory", "<= 4 GB", f"{peak / 1e9:.2f} GB", peak <= 4e9 if judged else None
        ),
        common.bar(
            "growth from 1e5 to 1e7 samples",
            "<= N^1.1",
            f"N^{power:.2f}",
            power <= 1.1 if judged else None,
        ),
    ]


SECTIONS = [
    common.Section("large", "1e8 samples in chunks", large, large_tables, large_bars),
    common.Section("scatter", "Errors of chunks", scatter, scatter_tables, scatter_bars),
    common.Section("power", "Power of chunks", power, power_tables, power_bars),
    common.Section("memory", "Many samples in memory", memory, memory_tables, memory_bars),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--job", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        print(json.dumps(measured(*json.loads(options.job))))
        return
    common.run("chunks", SECTIONS, options)


if __name__ == "__main__":
    main()
