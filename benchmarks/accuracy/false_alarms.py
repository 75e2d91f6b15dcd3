"""How often does noise pass, against the false-alarm probabilities that are reported?

The path is that of a user: :func:`epicycle.find_cycles` on each series, and the smallest
false-alarm probability among its cycles.  Series in which no probability can be small are not
handed to it: the highest power on a dense grid, which is cheap for a thousand series with the same
times, says which.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import common
from epicycle import find_cycles
from epicycle.events.significance import event_false_alarm
from epicycle.evidence.significance import false_alarm_probability

#: Probabilities are recorded up to this one, and series looked at where twice that is possible.
LARGEST = 0.05
LEVELS = (0.05, 0.01, 0.003, 0.001, 0.0003)

#: Series with the same sampling; every block draws its times anew.
BLOCK = 1000

#: What a grid of five points per width and the approximations of the screen may lose of a power.
LOSS = 0.94


@dataclass(frozen=True)
class Setting:
    """One kind of noise series, and how `find_cycles` is called on them."""

    what: str
    block: Callable[[np.random.Generator, int], list[tuple[Any, Any]]]
    call: dict[str, Any]


# ---- Screens ---------------------------------------------------------------------------------


def highest_evidence(
    t: np.ndarray, noise: np.ndarray, frequency: np.ndarray, orders: int = 1
) -> np.ndarray:
    """Return twice the log likelihood ratio of 1 ... `orders` harmonics, (orders, F, series).

    Mean and trend are fitted along; the ratio is -(n - 2) log(1 - P) of the power P.
    """
    nuisance, _ = np.linalg.qr(np.vander(t - t.mean(), 2))
    residual = noise - nuisance @ (nuisance.T @ noise)
    residual /= np.sqrt((residual**2).sum(axis=0))
    angle = 2 * np.pi * frequency[:, None, None] * t[:, None] * np.arange(1, orders + 1)
    columns = np.concatenate([np.cos(angle), np.sin(angle)], axis=2)
    # cosine and sine of each order in turn
    columns = columns[:, :, [k + orders * s for k in range(orders) for s in (0, 1)]]
    columns -= nuisance @ (nuisance.T @ columns)
    basis, _ = np.linalg.qr(columns)
    power = np.einsum("fnk,ns->kfs", basis, residual, optimize=True) ** 2
    removed = np.cumsum(power[0::2] + power[1::2], axis=0)
    return -(len(t) - 2) * np.log1p(-np.minimum(removed, 1 - 1e-12))


def grid(t: np.ndarray, highest: float, per_width: int = 5) -> np.ndarray:
    baseline = np.ptp(t)
    return np.arange(1.0 / baseline, highest, 1.0 / (per_width * baseline))


def bandwidth(t: np.ndarray, highest: float) -> float:
    return (highest - 1.0 / np.ptp(t)) * float(np.sqrt(4 * np.pi * t.var()))


def possible(highest: np.ndarray, dof: float, width: float, outputs: int = 1) -> np.ndarray:
    """Return which series may have a small probability, by their highest evidence."""
    power = -np.expm1(-highest / LOSS / dof)
    return np.array(
        [
            false_alarm_probability(float(p), dof, width, n_outputs=outputs) <= 1.2 * LARGEST
            for p in power
        ]
    )


# ---- Settings --------------------------------------------------------------------------------


def one_line_at(t: np.ndarray, rng: np.random.Generator, n: int, highest: float) -> list[Any]:
    noise = rng.standard_normal((len(t), n))
    best = np.zeros(n)
    for part in np.array_split(grid(t, highest), 16):
        best = np.maximum(best, highest_evidence(t, noise, part)[0].max(axis=0))
    chosen = possible(best, len(t) - 2, bandwidth(t, highest))
    return [(t, noise[:, k]) for k in np.flatnonzero(chosen)]


def one_line(rng: np.random.Generator, n: int) -> list[Any]:
    return one_line_at(np.sort(rng.uniform(0.0, 100.0, 100)), rng, n, 2.0)


def clustered(rng: np.random.Generator, n: int) -> list[Any]:
    """Return series of one sample in most nights, at about the same hour."""
    nights = np.sort(rng.choice(150, 100, replace=False))
    return one_line_at(nights + rng.normal(0.0, 0.04, 100), rng, n, 3.0)


def three_harmonics(rng: np.random.Generator, n: int) -> list[Any]:
    t = np.sort(rng.uniform(0.0, 100.0, 150))
    noise = rng.standard_normal((len(t), n))
    best = np.zeros((3, n))
    for part in np.array_split(grid(t, 1.0, 10), 16):
        best = np.maximum(best, highest_evidence(t, noise, part, 3).max(axis=1))
    width, dof = bandwidth(t, 1.0), len(t) - 2
    chosen = np.zeros(n, dtype=bool)
    for k in range(3):
        power = -np.expm1(-best[k] / LOSS / dof)
        for s in range(n):
            alarm = false_alarm_probability(power[s], dof, width, orders=range(1, k + 2))
            # whatever number of harmonics is chosen, it costs no less than this
            chosen[s] |= alarm <= 1.2 * LARGEST
    return [(t, noise[:, k]) for k in np.flatnonzero(chosen)]


def five_bands(rng: np.random.Generator, n: int) -> list[Any]:
    """Return series of five bands, each with 40 samples of its own."""
    t = np.sort(rng.uniform(0.0, 100.0, 200))
    band = rng.permutation(np.repeat(np.arange(5), 40))
    noise = rng.standard_normal((len(t), n)) * (1.0 + band)[:, None]
    best = np.zeros(n)
    for part in np.array_split(grid(t, 2.0), 16):
        total = sum(highest_evidence(t[band == b], noise[band == b], part)[0] for b in range(5))
        best = np.maximum(best, total.max(axis=0))
    chosen = possible(best, 5 * 38, bandwidth(t, 2.0), 5)
    series = []
    for k in np.flatnonzero(chosen):
        y = np.full((len(t), 5), np.nan)
        y[np.arange(len(t)), band] = noise[:, k]
        series.append((t, y))
    return series


def events(rng: np.random.Generator, n: int) -> list[Any]:
    import finufft

    count, baseline, highest = 400, 100.0, 5.0
    spacing = 1.0 / (5 * baseline)
    size = 2 * round(highest / spacing) + 2
    width = highest * baseline * np.sqrt(np.pi / 3)
    series = []
    for _ in range(n):
        t = np.sort(rng.uniform(0.0, baseline, count))
        sums = finufft.nufft1d1(
            2 * np.pi * spacing * t, np.ones(count, dtype=complex), size, eps=1e-6, isign=-1
        )[size // 2 :]
        frequency = np.arange(len(sums)) * spacing
        z = np.where(frequency >= 5.0 / baseline, np.abs(sums) ** 2 / count, 0.0)
        # wherever the refinement may go from the highest point, finely enough for order 4
        near = frequency[z.argmax()] + np.arange(-0.6, 0.61, 0.03) / baseline
        turn = np.exp(-2j * np.pi * np.outer(near, t))
        power, total, h = np.ones_like(turn), np.zeros(len(near)), 0.0
        for order in range(16):
            power *= turn
            total += 2 * np.abs(power.sum(axis=1)) ** 2 / count
            h = max(h, float(total.max()) - 4 * order)
        if event_false_alarm(h / LOSS + 3.0, width) <= 1.2 * LARGEST:
            series.append((t, None))
    return series


SETTINGS = {
    "one line": Setting(
        "100 times at random, 1 to 200 cycles", one_line, {"harmonics": 1, "minimum_period": 0.5}
    ),
    "3 harmonics": Setting(
        "150 times at random, 1 to 100 cycles, up to three harmonics",
        three_harmonics,
        {"harmonics": 3, "minimum_period": 1.0},
    ),
    "5 bands": Setting(
        "five bands of 40 samples at times of their own, 1 to 200 cycles",
        five_bands,
        {"harmonics": 1, "minimum_period": 0.5},
    ),
    "events": Setting(
        "400 events at random, 5 to 500 cycles, up to 16 harmonics",
        events,
        {"minimum_period": 0.2},
    ),
    "clustered": Setting(
        "one sample in 100 of 150 nights, within an hour or so, up to 3 cycles a day",
        clustered,
        {"harmonics": 1, "minimum_period": 1 / 3},
    ),
}


# ---- Measuring -------------------------------------------------------------------------------


def one_block(job: tuple[int, str, int, int]) -> dict[str, Any]:
    """Return the small probabilities that are reported in one block of series."""
    seed, name, number, size = job
    setting = SETTINGS[name]
    rng = np.random.default_rng([seed, 9, list(SETTINGS).index(name), number])
    looked_at = setting.block(rng, size)
    small, failures = [], []
    for t, y in looked_at:
        try:
            model = find_cycles(t, y, false_alarm=LARGEST, max_cycles=1, **setting.call)
        except Exception as error:  # a failure is a result: it is counted and named
            failures.append(f"{type(error).__name__}: {error}")
            continue
        small += [c.false_alarm_probability for c in model.cycles]
    return {
        "job": list(job),
        "probabilities": small,
        "looked_at": len(looked_at),
        "failures": failures,
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    n_series = min(options.null_series, 2000) if options.quick else options.null_series
    part = common.RESULTS / "false_alarms.parts"
    rows = []
    for name, setting in SETTINGS.items():
        blocks = [
            (options.seed, name, k, min(BLOCK, n_series - k * BLOCK))
            for k in range(-(-n_series // BLOCK))
        ]
        done = finished_blocks(part, blocks)
        for first in range(0, len(blocks), 10):
            todo = [b for b in blocks[first : first + 10] if b not in done]
            if todo:
                label = f"noise, {name}, from block {first}"
                found = common.parallel(one_block, todo, options.processes, label)
                done.update(zip(todo, found, strict=True))
                with part.open("a") as stream:
                    stream.writelines(
                        json.dumps({"engine": common.digest(), **one}) + "\n" for one in found
                    )
        rows.append(summarise(name, setting.what, n_series, [done[b] for b in blocks]))
    part.unlink(missing_ok=True)
    return {"rows": rows}


def finished_blocks(part: Path, blocks: list[Any]) -> dict[Any, dict[str, Any]]:
    """Return the blocks that an interrupted run of the same engine has left."""
    if not part.exists():
        return {}
    lines = [json.loads(line) for line in part.read_text().splitlines()]
    lines = [line for line in lines if line["engine"] == common.digest()]
    return {tuple(line["job"]): line for line in lines if tuple(line["job"]) in blocks}


def summarise(name: str, what: str, n_series: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    p = np.sort([x for one in found for x in one["probabilities"]])
    levels = []
    for level in LEVELS:
        k = int(np.searchsorted(p, level, side="right"))
        low, high = stats.binomtest(k, n_series).proportion_ci(0.95)
        levels.append(
            {"level": level, "alarms": k, "ratio": k / n_series / level}
            | {"interval": [float(low) / level, float(high) / level]}
        )
    curve = np.unique(np.geomspace(1, max(len(p), 1), 60).astype(int)) - 1
    return {
        "setting": name,
        "what": what,
        "series": n_series,
        "looked_at": sum(one["looked_at"] for one in found),
        "failures": sum(len(one["failures"]) for one in found),
        "levels": levels,
        "probability": p[curve].tolist() if len(p) else [],
        "share": ((curve + 1) / n_series).tolist() if len(p) else [],
    }


def tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["noise", "series", *[f"at {level:g}" for level in LEVELS], "failures"],
        [
            [
                r["what"],
                f"{r['series']:,}",
                *[
                    f"{x['ratio']:.2f} ({x['interval'][0]:.2f} to {x['interval'][1]:.2f})"
                    for x in r["levels"]
                ],
                r["failures"],
            ]
            for r in result["rows"]
        ],
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for r in result["rows"]:
        for x in r["levels"]:
            if x["level"] not in (0.01, 0.001) or r["series"] * x["level"] < 50:
                continue
            found.append(
                common.bar(
                    f"false alarms at {x['level']:g}, {r['setting']}: reported over nominal",
                    "0.67 to 1.5",
                    f"{x['ratio']:.2f}",
                    1 / 1.5 <= x["ratio"] <= 1.5,
                )
            )
    return found
