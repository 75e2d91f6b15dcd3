"""Regular and nearly regular inputs: the right frequency, and no alias of it."""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import common
from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent
from learning.runs import start, trials

DOUBLE = torch.float64


def hours(n: int = 1440) -> Tensor:
    return torch.arange(n, dtype=DOUBLE)


def jittered(n: int, share: float) -> Tensor:
    """Return the numbers from 0 on, late by up to a share of one."""
    return hours(n) + share * torch.rand(n, dtype=DOUBLE)


#: By name: inputs, all of them on one axis, and the step that they keep.
KINDS: dict[str, tuple[Callable[[], Tensor], float]] = {
    "hourly, in days": (lambda: hours() / 24, 1 / 24),
    "hourly, 30 % missing": (lambda: hours()[torch.rand(1440) > 0.3] / 24, 1 / 24),
    "hourly Unix seconds": (lambda: 1.7e9 + 3600 * hours(), 3600.0),
    "hourly Unix seconds, a minute of jitter": (
        lambda: 1.7e9 + 3600 * jittered(1440, 1 / 60),
        3600.0,
    ),
    "the same in whole seconds": (
        lambda: (1.7e9 + 3600 * jittered(1440, 1 / 60)).round().long(),
        3600.0,
    ),
    "hourly, ten minutes of jitter": (lambda: jittered(1440, 1 / 6) / 24, 1 / 24),
    "daily, in years": (lambda: hours(3650) / 365.25, 1 / 365.25),
    "linspace(-1, 1, 1000)": (lambda: torch.linspace(-1, 1, 1000, dtype=DOUBLE), 2 / 999),
    "float32 linspace(0, 1, 2000)": (lambda: torch.linspace(0, 1, 2000), 1 / 1999),
    "float32 steps of .01": (lambda: 0.01 * torch.arange(5000), 0.01),
}
IMAGE = "image, 64 x 64"


def inputs_of(kind: str) -> tuple[Tensor, Tensor]:
    """Return all inputs, shape (n, m), and the step on each axis."""
    if kind == IMAGE:
        side = torch.linspace(-1, 1, 64, dtype=DOUBLE)
        pixels = torch.stack(torch.meshgrid(side, side, indexing="ij"), -1).reshape(-1, 2)
        return pixels, torch.tensor([2 / 63, 2 / 63], dtype=DOUBLE)
    draw, step = KINDS[kind]
    return draw()[:, None], torch.tensor([step], dtype=DOUBLE)


def raster_run(job: tuple[int, int, str, int]) -> dict[str, Any]:
    """Train on a sine from 5 cycles on to .9 of the Nyquist frequency, log-uniform."""
    seed, number, kind, steps = job
    generator = start((seed, number, kind))
    x, step = inputs_of(kind)
    m = x.shape[1]
    span = (x.max(0).values - x.min(0).values).double()
    low, high = 5.0 / span, 0.45 / step
    share = torch.rand(m, generator=generator, dtype=DOUBLE)
    true = low * (high / low) ** share

    def target(at: Tensor) -> Tensor:
        return torch.sin(2 * math.pi * ((at.double() - x[0].double()) @ true))[:, None]

    y = (target(x) + 0.05 * torch.randn(len(x), 1, dtype=DOUBLE)).float()
    net = nn.Sequential(Periodic(m, 1), nn.Linear(2, 1))
    opt = torch.optim.Adam(net.parameters(), lr=3e-2)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        SpectralDescent(opt, net)
        for _ in range(steps):
            pick = torch.randperm(len(x))[:256]
            loss = functional.mse_loss(net(x[pick]), y[pick])
            opt.zero_grad()
            loss.backward()
            opt.step()
    between = x.double().min(0).values + span * torch.rand(4000, m, dtype=DOUBLE)
    with torch.no_grad():
        error = float(((net(between) - target(between)) ** 2).mean() / 0.5)
    learned = net[0].frequency.detach()[0]
    return {
        "nmse": error,
        "above": bool((learned.abs() > 0.5 / step).any()),
        "told": sum("SpectralDescent" in str(w.message) for w in told),
    }


def measure_rasters(options: argparse.Namespace) -> Any:
    count = trials(options, 2, 10)
    rows = []
    for kind in [*KINDS, IMAGE]:
        jobs = [(options.seed, k, kind, 300) for k in range(count)]
        runs = common.parallel(raster_run, jobs, options.processes, kind)
        rows.append(
            {
                "kind": kind,
                "trials": count,
                "solved": sum(r["nmse"] <= 1e-3 for r in runs),
                "worst": max(r["nmse"] for r in runs),
                "above": sum(r["above"] for r in runs),
                "told": sum(r["told"] > 0 for r in runs),
            }
        )
    return {"rows": rows}


def tables_rasters(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["inputs", "runs", "solved between samples", "worst nmse", "above Nyquist", "told"],
        [
            [r["kind"], r["trials"], r["solved"], f"{r['worst']:.1e}", r["above"], r["told"]]
            for r in result["rows"]
        ],
    )


def bars_rasters(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            r["kind"],
            "nmse between samples <= 1e-3, none above Nyquist, all",
            f"{r['solved']} of {r['trials']}, {r['above']} above",
            r["solved"] == r["trials"] and not r["above"],
        )
        for r in result["rows"]
    ]
