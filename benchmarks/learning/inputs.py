"""Several inputs: plane waves in time and space, in noise of their own power."""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import torch
from torch import nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from learning.runs import start, trials

#: Inputs, and cycles over the span of the axis that has most.
WAVES = ((2, 3.0), (2, 30.0), (2, 300.0), (2, 1000.0), (3, 3.0), (3, 50.0), (3, 1000.0))
STEPS = 65


def wave_run(job: tuple[int, int, int, float]) -> dict[str, Any]:
    inputs, cycles = job[2:]
    generator = start(("inputs", *job))
    torch.set_default_dtype(torch.float32)
    direction = torch.randn(inputs, generator=generator, dtype=torch.float64)
    vector = direction / direction.abs().max() * cycles
    net = nn.Sequential(Periodic(inputs, 1), nn.Linear(2, 1))
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    epicycle.optim.SpectralDescent(opt, net)
    longest, found = 0.0, None
    for step in range(1, STEPS):
        x = torch.rand(1024, inputs, dtype=torch.float64)
        y = torch.sin(2 * math.pi * (x @ vector))[:, None]
        y = y + math.sqrt(0.5) * torch.randn(1024, 1)
        loss = functional.mse_loss(net(x), y.float())
        opt.zero_grad()
        loss.backward()
        begin = time.process_time()
        opt.step()
        longest = max(longest, time.process_time() - begin)
        k = net[0].frequency.detach()[0]
        right = min(float((k - vector).abs().max()), float((k + vector).abs().max())) < 0.1
        found = (found or step) if right else None
    return {"found": found, "longest": longest}


def measure_inputs(options: argparse.Namespace) -> Any:
    count = trials(options, 3, 10)
    rows = []
    for inputs, cycles in WAVES:
        jobs = [(options.seed, k, inputs, cycles) for k in range(count)]
        runs = common.parallel(wave_run, jobs, options.processes, f"{inputs} inputs, {cycles:g}")
        steps = [r["found"] for r in runs if r["found"]]
        rows.append(
            {
                "inputs": inputs,
                "cycles": cycles,
                "trials": count,
                "right": len(steps),
                "steps": max(steps, default=None),
                "longest": max(r["longest"] for r in runs),
            }
        )
    return {"rows": rows}


def tables_inputs(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["inputs", "cycles on an axis", "runs", "found", "after steps", "longest step, CPU s"],
        [
            [r["inputs"], f"{r['cycles']:g}", r["trials"], r["right"], r["steps"],
             f"{r['longest']:.2f}"]
            for r in result["rows"]
        ],
    )  # fmt: skip


def bars_inputs(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    found, runs = sum(r["right"] for r in rows), sum(r["trials"] for r in rows)
    longest = max(r["longest"] for r in rows)
    return [
        common.bar("waves at 0 dB", "all found within 8 searches", f"{found} of {runs}",
                   found == runs),
        common.bar("longest step", "<= 6 s CPU", f"{longest:.1f} s", longest <= 6.0),
    ]  # fmt: skip
