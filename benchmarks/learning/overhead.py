"""The time that an attached optimizer takes of a step."""

from __future__ import annotations

import argparse
import time
from typing import Any

import torch
from torch import nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from learning.runs import SPAN, start, trials


def overhead_loops(target: str, steps: int) -> tuple[float, float]:
    """Return the CPU seconds of a plain and an attached loop, which take turns step by step.

    On a machine that others use as well the speed of a core changes from minute to minute: within
    a step it is the same for both.
    """
    torch.set_default_dtype(torch.float32)
    loops = []
    for attached in (False, True):
        start((0,))
        net = nn.Sequential(
            Periodic(1, 8), nn.Linear(16, 256), nn.GELU(), nn.Linear(256, 256), nn.GELU(),
            nn.Linear(256, 256), nn.GELU(), nn.Linear(256, 1),
        )  # fmt: skip
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        if attached:
            epicycle.optim.SpectralDescent(opt, net)
        loops.append((net, opt))
    spent = [0.0, 0.0]
    for step in range(steps):
        x = (torch.rand(1024, 1, dtype=torch.float64) * 2 - 1) * SPAN
        y = torch.randn(1024, 1) if target == "noise" else torch.sin(31 * x).float()
        for which in (0, 1) if step % 2 else (1, 0):
            net, opt = loops[which]
            started = time.process_time()
            loss = functional.mse_loss(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            spent[which] += time.process_time() - started
    return spent[0], spent[1]


def measure_overhead(options: argparse.Namespace) -> Any:
    steps = 64 if options.quick else 1000
    rounds = trials(options, 1, 3)
    rows = []
    for target in ("sin(31 x)", "noise"):
        times = []
        for turn in range(rounds):
            times.append(overhead_loops(target, steps))
            common.say(f"  overhead, {target}: round {turn + 1} of {rounds}")
        plain, ours = sorted(times, key=lambda pair: pair[1] / pair[0])[rounds // 2]
        rows.append({"target": target, "steps": steps, "plain": plain, "attached": ours})
    return {"rows": rows}


def tables_overhead(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["target", "steps", "plain, per step", "attached", "overhead"],
        [
            [r["target"], r["steps"]]
            + [common.duration(r[key] / r["steps"]) for key in ("plain", "attached")]
            + [f"{r['attached'] / r['plain'] - 1:+.1%}"]
            for r in result["rows"]
        ],
    )


def bars_overhead(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"overhead, {r['target']}", "<= 10 % of a step",
            f"{r['attached'] / r['plain'] - 1:+.1%}", r["attached"] <= 1.1 * r["plain"],
        )
        for r in result["rows"]
    ]  # fmt: skip
