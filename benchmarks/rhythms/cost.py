"""What tracking costs: growth with samples and knots, and a series in units of its scalogram."""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

import common
import epicycle
from epicycle.changing.batch import empty, waves
from epicycle.changing.design import Design, Record, Terms, columns_of_level
from epicycle.changing.fit import solve
from rhythms.simulators import simulate

#: Sizes of one step: samples and knots.
SIZES = ((20_000, 4000), (100_000, 4000))


def one_step(n: int, knots: int) -> float:
    """Return the CPU time of one step of the full model."""
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(-500, 500, n))
    y = np.cos(2 * np.pi * t) + rng.normal(0, 0.3, n)
    level = columns_of_level(t, 1, np.zeros(n, dtype=np.intp))
    record = Record(t, y / y.std(), np.ones(n), level, 1)
    design = Design(record, (1.0,), "path", True, 1, 0, knots)
    terms = [Terms(drift=True, decay=True)]
    memory = np.array([4.0, np.inf, 0.3])
    batch = empty(design, terms, np.empty((1, 0)), np.array([0.03, 1e-5, 0.1]), memory)
    prior, log_det = batch.prior()
    begun = time.process_time()
    solve(batch, waves(batch), prior, log_det)
    return time.process_time() - begun


def measure(options: argparse.Namespace) -> dict[str, Any]:
    steps = [
        {"n": n, "knots": k, "seconds": float(np.median([one_step(n, k) for _ in range(3)]))}
        for n, k in SIZES
    ]
    rng = np.random.default_rng([options.seed, 35])
    kinds = ("constant", "steep drift", "modulated", "jump", "diffusing")
    series = [simulate(kind, rng) for kind in kinds]
    scalogram = getattr(epicycle, "scalogram", None)
    tracks, pictures = [], []
    for one in series:
        begun = time.process_time()
        epicycle.track(one.t, one.y, period=(17, 34))
        tracks.append(time.process_time() - begun)
        if scalogram is not None:
            begun = time.process_time()
            for _ in range(5):
                scalogram(one.t, one.y)
            pictures.append((time.process_time() - begun) / 5)
    return {"steps": steps, "kinds": kinds, "tracks": tracks, "scalograms": pictures}


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [f"{s['n']:,}", f"{s['knots']:,}", common.duration(s["seconds"])] for s in result["steps"]
    ]
    lines = common.table(["samples", "knots", "one step"], rows)
    pictures = result["scalograms"] or [None] * len(result["tracks"])
    rows = [
        [kind, common.duration(a), common.duration(b)]
        for kind, a, b in zip(result["kinds"], result["tracks"], pictures, strict=True)
    ]
    return [*lines, "", *common.table(["240 samples, 20 cycles", "track", "scalogram"], rows)]


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    small, large = (s["seconds"] for s in result["steps"])
    found = [
        common.bar("a step of 100,000 samples over one of 20,000", "<= 10", f"{large / small:.1f}",
                   large <= 10 * small)
    ]  # fmt: skip
    if result["scalograms"]:
        ratio = float(np.sum(result["tracks"]) / np.sum(result["scalograms"]))
        found.append(common.bar("a track over its scalogram", "<= 20", f"{ratio:.1f}", ratio <= 20))
    return found
