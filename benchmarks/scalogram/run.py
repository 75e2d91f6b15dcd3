"""Does a scalogram keep its promises: the level of noise, the errors of its ridge, its cost?

Simulated series of 480 hours.  `noise_level`: how often white noise exceeds the level that
``Scalogram.noise_level`` states for the whole picture.  `ridge`: how often one and two standard
errors hold the true frequency, amplitude and phase of a steady rhythm.  `speed`: processor time,
beside direct sums over samples and windows.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
import epicycle
from epicycle.changing.windows import Windows, direct_sums
from epicycle.samples.times import Times

SPAN = 480.0
BAND = (16.0, 40.0)
LEVELS = (0.3, 0.1, 0.03)
KINDS = ("regular", "irregular", "gaps", "night")


def sample(rng: np.random.Generator, kind: str, n: int) -> np.ndarray:
    """Return times in hours: each hour, at random, with two gaps, or in eight hours of each day."""
    if kind == "regular":
        return np.arange(n) * SPAN / n
    if kind == "night":
        return np.sort(24.0 * rng.integers(0, 20, n) + rng.uniform(0, 8, n))
    if kind == "irregular":
        return np.sort(rng.uniform(0, SPAN, n))
    t = np.sort(rng.uniform(0, SPAN, int(1.4 * n)))
    return t[~(((t > 100) & (t < 170)) | ((t > 300) & (t < 370)))]


def measure_level(options: argparse.Namespace) -> dict[str, Any]:
    trials = 60 if options.quick else 600
    rows = []
    for kind in KINDS:
        for n in (60, 240, 1000):
            for cycles in (1.0, 2.0):
                rng = np.random.default_rng([options.seed, KINDS.index(kind), n, int(cycles)])
                found = np.zeros(len(LEVELS), dtype=int)
                for _ in range(trials):
                    t = sample(rng, kind, n)
                    picture = epicycle.scalogram(
                        t, rng.normal(size=len(t)), period=BAND, cycles=cycles
                    )
                    above = [np.nanmax(picture.power - picture.noise_level(p)) for p in LEVELS]
                    found += np.array(above) > 0
                rows.append({"kind": kind, "n": n, "cycles": cycles, "found": found.tolist()})
                common.say(f"  {kind}, {n} samples, {cycles:g} cycles: {found / trials}")
    return {"trials": trials, "levels": LEVELS, "rows": rows}


def level_tables(result: dict[str, Any]) -> list[str]:
    trials = result["trials"]
    head = ["sampling", "samples", "cycles", *(f"asked for {p:g}" for p in result["levels"])]
    rows = [
        [row["kind"], row["n"], f"{row['cycles']:g}", *(f"{k / trials:.3f}" for k in row["found"])]
        for row in result["rows"]
    ]
    return common.table(head, [[str(cell) for cell in row] for row in rows])


def level_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    total = result["trials"] * len(result["rows"])
    bars = []
    for k, p in enumerate(result["levels"]):
        share = sum(row["found"][k] for row in result["rows"]) / total
        error = np.sqrt(p * (1 - p) / total)
        bars.append(
            common.bar(
                f"noise above the level of {p:g}, all samplings",
                f"<= {p:g}",
                f"{share:.4f} ± {error:.4f}",
                share <= p + 3 * error,
            )
        )
    return bars


def measure_ridge(options: argparse.Namespace) -> list[dict[str, Any]]:
    trials = 20 if options.quick else 200
    rows = []
    for kind in KINDS[:3]:
        for snr in (1.0, 3.0):
            rng = np.random.default_rng([options.seed, KINDS.index(kind), int(snr), 7])
            scores: list[np.ndarray] = []
            for _ in range(trials):
                t = sample(rng, kind, 240)
                period, start, size = rng.uniform(23, 26), rng.uniform(), snr * np.sqrt(2)
                y = size * np.cos(2 * np.pi * (t / period + start)) + rng.normal(size=len(t))
                ridge = epicycle.scalogram(t, y, period=BAND).ridge()
                beside = ridge.turns - (ridge.time / period + start)
                score = np.stack(
                    [
                        (ridge.frequency - 1 / period) / ridge.frequency_error,
                        (ridge.amplitude - size) / ridge.amplitude_error,
                        (beside - np.rint(beside)) / ridge.phase_error,
                    ]
                )
                scores.append(score[:, ridge.significant])
            every = np.abs(np.concatenate(scores, axis=1))
            rows.append(
                {
                    "kind": kind,
                    "snr": snr,
                    "one": (every < 1).mean(axis=1).tolist(),
                    "two": (every < 2).mean(axis=1).tolist(),
                    # windows overlap: of 480 h some six are independent
                    "independent": 6 * trials,
                }
            )
            common.say(f"  {kind}, {snr:g}: {rows[-1]['one']}")
    return rows


def ridge_tables(result: list[dict[str, Any]]) -> list[str]:
    head = ["sampling", "rms signal / noise"]
    head += [f"{name}: within 1 / 2 errors" for name in ("frequency", "amplitude", "phase")]
    return common.table(
        head,
        [
            [
                row["kind"],
                f"{row['snr']:g}",
                *(
                    f"{100 * a:.0f} / {100 * b:.0f} %"
                    for a, b in zip(row["one"], row["two"], strict=True)
                ),
            ]
            for row in result
        ],
    )


def ridge_bars(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bars = []
    for k, name in enumerate(("frequency", "amplitude", "phase")):
        share = float(np.mean([row["one"][k] for row in result]))
        error = float(np.sqrt(0.68 * 0.32 / sum(row["independent"] for row in result)))
        bars.append(
            common.bar(
                f"{name} of a steady ridge within one error",
                "62-74 %",
                f"{100 * share:.1f} ± {100 * error:.1f} %",
                0.62 <= share <= 0.74,
            )
        )
    return bars


def measure_speed(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for n, times in ((240, 101), (3000, 300), (100_000, 1000), (1_000_000, 1000)):
        if options.quick and n > 3000:
            continue
        rng = np.random.default_rng([options.seed, n])
        t = np.sort(rng.uniform(0, SPAN, n))
        y = np.cos(2 * np.pi * t / 24) + rng.normal(size=n)
        epicycle.scalogram(t[:: n // 200], y[:: n // 200], period=BAND)  # imports
        started = time.process_time()
        picture = epicycle.scalogram(t, y, period=BAND, times=times)
        ours = time.process_time() - started
        started = time.process_time()
        picture.ridge()
        ridge = time.process_time() - started
        direct = None
        if n <= 3000:
            windows = Windows(
                picture.frequency[::-1],
                picture.window[::-1],
                picture.time - picture.data.reference,
            )
            started = time.process_time()
            direct_sums(Times(t - picture.data.reference, 0 * t), y, np.ones(n), windows)
            direct = time.process_time() - started
        rows.append(
            {
                "n": n,
                "shape": picture.power.shape,
                "ours": ours,
                "ridge": ridge,
                "direct": direct,
            }
        )
        common.say(f"  {n:,}: {ours:.3f} s, direct {direct}")
    return rows


def speed_tables(result: list[dict[str, Any]]) -> list[str]:
    return common.table(
        ["samples", "periods x times", "scalogram", "ridge", "direct sums"],
        [
            [
                f"{row['n']:,}",
                " x ".join(map(str, row["shape"])),
                common.duration(row["ours"]),
                common.duration(row["ridge"]),
                "not tried" if row["direct"] is None else common.duration(row["direct"]),
            ]
            for row in result
        ],
    )


def main() -> None:
    sections = [
        common.Section(
            "noise_level", "The level of noise", measure_level, level_tables, level_bars
        ),
        common.Section("ridge", "Errors of the ridge", measure_ridge, ridge_tables, ridge_bars),
        common.Section("speed", "Processor time", measure_speed, speed_tables),
    ]
    common.run("scalogram", sections, common.parser(__doc__).parse_args())


if __name__ == "__main__":
    main()
