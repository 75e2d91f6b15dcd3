"""Targets without a cycle: noise and smooth functions, with the optimizer attached and without."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from epicycle.problems.networks import Sin
from learning.losses import TRENDS, Head
from learning.runs import SPAN, start, trials


def noise_run(job: tuple[int, int]) -> dict[str, Any]:
    """Train on white noise, a bare sine or a small network in turns."""
    seed, number = job
    start((seed, number))
    torch.set_default_dtype(torch.float64)
    if number % 2:
        net: nn.Module = Sin()
        opt: torch.optim.Optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
        descent = epicycle.optim.SpectralDescent(opt, net, angular_frequencies=[net.freq])
    else:
        net = Head(1, torch.zeros_like)
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        descent = epicycle.optim.SpectralDescent(opt, net)
    for _ in range(1000):
        x = (torch.rand(32, 1) * 2 - 1) * SPAN
        loss = functional.mse_loss(net(x).double(), torch.randn(32, 1))
        opt.zero_grad()
        loss.backward()
        opt.step()
    return {"moves": len(descent.moves)}


SMOOTH: dict[str, Callable[[Tensor], Tensor]] = {
    "quadratic": TRENDS["quadratic"],
    "|x|": lambda x: 2 * (x / SPAN).abs() - 1,
    "step": TRENDS["step"],
    "chirp": lambda x: torch.sin(40.0 * (x / SPAN + 1.2) ** 2),
}


class Mixed(nn.Module):
    """A perceptron that sees the input itself and periodic features of it."""

    def __init__(self) -> None:
        super().__init__()
        self.periodic = Periodic(1, 8)
        self.layers = nn.Sequential(
            nn.Linear(17, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(torch.cat([(x / SPAN).float(), self.periodic(x)], dim=1))


def smooth_run(job: tuple[int, int, str]) -> dict[str, Any]:
    """Train with and without SpectralDescent, from the same start on the same batches."""
    seed, number, target = job
    losses, moves = [], 0
    for attached in (False, True):
        start((seed, number, target))
        torch.set_default_dtype(torch.float32)
        net = Mixed()
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        descent = epicycle.optim.SpectralDescent(opt, net) if attached else None
        for _ in range(1000):
            x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
            loss = functional.mse_loss(net(x), SMOOTH[target](x).float())
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            x = torch.linspace(-SPAN, SPAN, 20_001, dtype=torch.float64)[:, None]
            losses.append(float(functional.mse_loss(net(x), SMOOTH[target](x).float())))
        moves = len(descent.moves) if descent else 0
    return {"plain": losses[0], "attached": losses[1], "moves": moves}


def measure_no_cycle(options: argparse.Namespace) -> Any:
    count = trials(options, 10, 200)
    jobs = [(options.seed, k) for k in range(count)]
    noise = common.parallel(noise_run, jobs, options.processes, "white noise")
    rows = []
    for target in SMOOTH:
        jobs_smooth = [(options.seed, k, target) for k in range(trials(options, 2, 10))]
        runs = common.parallel(smooth_run, jobs_smooth, options.processes, target)
        plain, attached = (sorted(r[key] for r in runs) for key in ("plain", "attached"))
        rows.append(
            {
                "target": target,
                "trials": len(runs),
                "plain": sum(plain) / len(plain),
                "attached": sum(attached) / len(attached),
                "ratios": [r["attached"] / r["plain"] for r in runs],
                "moves": sum(r["moves"] for r in runs),
            }
        )
    return {"runs": count, "moved": sum(r["moves"] > 0 for r in noise), "rows": rows}


def tables_no_cycle(result: dict[str, Any]) -> list[str]:
    lines = [f"White noise: {result['moved']} of {result['runs']} runs moved a frequency.", ""]
    return lines + common.table(
        ["target", "runs", "final MSE, plain", "attached", "ratio", "lowest", "highest", "moves"],
        [
            [
                r["target"],
                r["trials"],
                f"{r['plain']:.3g}",
                f"{r['attached']:.3g}",
                f"{r['attached'] / r['plain']:.3f}",
                f"{min(r['ratios']):.2f}",
                f"{max(r['ratios']):.2f}",
                r["moves"],
            ]
            for r in result["rows"]
        ],
    )


def bars_no_cycle(result: dict[str, Any]) -> list[dict[str, Any]]:
    moved, runs = result["moved"], result["runs"]
    bars = [
        common.bar("white noise", "moves in <= 1 %", f"{moved} of {runs}", moved <= 0.01 * runs)
    ]
    for r in result["rows"]:
        ratio = r["attached"] / r["plain"]
        bars.append(common.bar(r["target"], "MSE <= 1.05 plain", f"{ratio:.3f}", ratio <= 1.05))
    return bars
