"""One configuration for many frequencies, and SIREN beside it."""

from __future__ import annotations

import argparse
import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from epicycle.problems import Sine
from epicycle.problems.contest import enter_sine
from learning.runs import SPAN, batches, in_basin, start, trials

TARGETS = (3.0, 7.0, 31.0, 97.0, 310.0)
#: Inputs are scaled to [-1, 1]: about 1000 times the target would be right.
OMEGAS = (30.0, 300.0, 3e3, 3e4, 3e5)


def target_run(job: tuple[int, int, float]) -> dict[str, Any]:
    seed, number, true = job
    start((seed, number, true))
    torch.set_default_dtype(torch.float32)
    net = nn.Sequential(Periodic(1, 8), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 1000)
    epicycle.optim.SpectralDescent(opt, net)
    inside = []
    for _ in range(1000):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        loss = functional.mse_loss(net(x), torch.sin(true * x).float())
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()
        inside.append(in_basin(2 * math.pi * net[0].frequency, true))
    errors = []
    with torch.no_grad():
        for span in (SPAN, 10 * SPAN):
            x = (torch.rand(10_000, 1, dtype=torch.float64) * 2 - 1) * span
            errors.append(float(functional.mse_loss(net(x).double(), torch.sin(true * x))))
    return {"batches": batches(inside), "inside": errors[0], "beyond": errors[1]}


def measure_targets(options: argparse.Namespace) -> Any:
    count = trials(options, 3, 20)
    rows = []
    for true in TARGETS:
        jobs = [(options.seed, k, true) for k in range(count)]
        runs = common.parallel(target_run, jobs, options.processes, f"sin({true:g} x)")
        rows.append(
            {
                "true": true,
                "trials": count,
                "right": sum(r["batches"] is not None for r in runs),
                "inside": max(r["inside"] for r in runs),
                "ratio": max(r["beyond"] / r["inside"] for r in runs),
            }
        )
    return {"rows": rows}


def tables_targets(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["target", "runs", "found", "largest MSE in range", "at ten times the range, ratio"],
        [
            [
                f"sin({r['true']:g} x)",
                r["trials"],
                r["right"],
                f"{r['inside']:.1e}",
                f"{r['ratio']:.2f}",
            ]
            for r in result["rows"]
        ],
    )


def bars_targets(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    found, runs = sum(r["right"] for r in rows), sum(r["trials"] for r in rows)
    worst = max(r["ratio"] for r in rows)
    return [
        common.bar("five targets", "all found", f"{found} of {runs}", found == runs),
        common.bar("five targets", "MSE beyond <= 10 x", f"{worst:.2f} x", worst <= 10),
    ]


def measure_siren(options: argparse.Namespace) -> Any:
    """SIREN on the same targets: it is not unable to learn them, it needs its omega guessed."""
    torch.set_num_threads(1)
    rows = []
    for true in TARGETS:
        problem = Sine(true, SPAN)
        for omega in OMEGAS:
            result, _ = enter_sine(
                f"siren:{omega:g}", problem, seconds=options.seconds, n_test=20_000
            )
            rows.append({"true": true, "omega": omega, **result.to_dict()})
            common.say(f"  {result.title} on sin({true:g} x): {result.loss:.3g}")
    return {"rows": rows}


def tables_siren(result: dict[str, Any]) -> list[str]:
    rows = result["rows"]

    def cell(true: float, omega: float) -> str:
        (r,) = [r for r in rows if r["true"] == true and r["omega"] == omega]
        return f"{common.number(r['loss'], '.2g')} ({common.number(r['loss_beyond'], '.2g')})"

    table = common.table(
        ["target", *(f"ω₀ = {omega:g}" for omega in OMEGAS)],
        [
            [f"sin({true:g} x)", *(cell(true, omega) for omega in OMEGAS)]
            for true in sorted({r["true"] for r in rows})
        ],
    )
    note = "MSE in range, and in ten times the range; 0.5 is that of always saying 0.  Each after "
    return [*table, "", f"{note}{rows[0]['seconds']:.0f} s."]
