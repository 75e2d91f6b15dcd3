"""An inverse physics-informed network: a pendulum's motion and its constants from few samples.

The loss has derivatives of the network by its input, so that gradients at the output of those
passes say nothing of a target.  What matters is that the added line does no harm.

The same start on the same samples ends elsewhere with other collocation points: the plain run
differs from itself by tens of per cent, up to twentyfold.  So each seed is trained several times
either way, with the same points in turn, and means of the logarithms are compared.
"""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor, nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from epicycle.samples.arrays import Floats
from learning.runs import start, trials

SECONDS, SAMPLES, NOISE, STEPS = 20.0, 256, 0.02, 2000
SEEDS, POINTS = 4, 3


class Motion(nn.Module):
    """The angle as a function of time, and the constants of the equation of motion."""

    def __init__(self) -> None:
        super().__init__()
        self.periodic = Periodic(1, 4)
        self.layers = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))
        self.damping = nn.Parameter(torch.tensor(0.0))
        self.stiffness = nn.Parameter(torch.tensor(1.0))

    def forward(self, t: Tensor) -> Tensor:
        scaled = (2 * t / SECONDS - 1).float()
        return self.layers(torch.cat([scaled, self.periodic(t)], 1))

    def residual(self, t: Tensor) -> Tensor:
        """Return what the equation of motion leaves."""
        t = t.requires_grad_()
        angle = self(t)
        (speed,) = torch.autograd.grad(angle.sum(), t, create_graph=True)
        (acceleration,) = torch.autograd.grad(speed.sum(), t, create_graph=True)
        return acceleration + self.damping * speed + self.stiffness * angle.sin()


def pendulum(stiffness: float, damping: float, angle: float) -> Any:
    """Return the angle as a function of time."""
    return solve_ivp(
        lambda t, y: (y[1], -damping * y[1] - stiffness * math.sin(y[0])),
        (0.0, SECONDS), (angle, 0.0), dense_output=True, rtol=1e-8, atol=1e-8,
    ).sol  # fmt: skip


def physics_run(job: tuple[int, int, int]) -> dict[str, Any]:
    """Train with and without the added line: the same start, samples and collocation points."""
    *job, points = job
    generator = start(("physics", *job))
    share = torch.rand(3, generator=generator, dtype=torch.float64).tolist()
    stiffness, damping, angle = 4 + 16 * share[0], 0.02 + 0.08 * share[1], 0.5 + share[2]
    motion = pendulum(stiffness, damping, angle)
    grid = np.linspace(0, SECONDS, 2001)
    run: dict[str, Any] = {"seed": job[-1], "stiffness": stiffness}
    for name in ("plain", "attached"):
        start(("physics", *job))
        torch.set_default_dtype(torch.float32)
        t = torch.rand(SAMPLES, 1, dtype=torch.float64) * SECONDS
        y = torch.as_tensor(motion(t[:, 0].numpy())[0])[:, None].float()
        y = y + NOISE * torch.randn(y.shape)
        net = Motion()
        opt = torch.optim.Adam(net.parameters(), lr=3e-3)
        if name == "attached":
            descent = epicycle.optim.SpectralDescent(opt, net)
        start(("points", *job, points))
        for _ in range(STEPS):
            at = torch.rand(128, 1, dtype=torch.float64) * SECONDS
            loss = functional.mse_loss(net(t), y) + 1e-3 * net.residual(at).square().mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            said = net(torch.as_tensor(grid)[:, None])[:, 0].numpy()
        run[name] = float(((said - motion(grid)[0]) ** 2).mean())
        run[f"{name}_stiffness"] = float(net.stiffness.detach())
    run["moves"] = len(descent.moves)
    return run


def measure_physics(options: argparse.Namespace) -> Any:
    jobs = [
        (options.seed, k, points)
        for k in range(trials(options, 1, SEEDS))
        for points in range(trials(options, 2, POINTS))
    ]
    runs = common.parallel(physics_run, jobs, options.processes, "pendulum")
    return {"runs": runs}


def by_seed(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each seed the ratio of geometric means, its error, and the plain run's scatter."""
    rows = []
    # results of one set of points for each seed do not number the seeds
    numbered = [(r.get("seed", number), r) for number, r in enumerate(runs)]
    for seed in sorted({number for number, _ in numbered}):
        mine = [r for number, r in numbered if number == seed]
        plain, attached = (np.log([r[key] for r in mine]) for key in ("plain", "attached"))
        rows.append(
            {
                "stiffness": mine[0]["stiffness"],
                "runs": len(mine),
                "plain": float(plain.mean()),
                "attached": float(attached.mean()),
                "error": _error(plain, attached),
                "plain_scatter": float(np.exp(np.ptp(plain))),
                "attached_scatter": float(np.exp(np.ptp(attached))),
            }
        )
    return rows


def _error(plain: Floats, attached: Floats) -> float:
    """Return the error of the difference of two means; NaN where each is of one run."""
    if len(plain) < 2:
        return math.nan
    return float(np.sqrt((plain.var(ddof=1) + attached.var(ddof=1)) / len(plain)))


def overall(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the logarithm of the ratio over all seeds, and its error by how seeds differ."""
    ratios = np.array([r["attached"] - r["plain"] for r in rows])
    error = ratios.std(ddof=1) / math.sqrt(len(ratios)) if len(ratios) > 1 else rows[0]["error"]
    return float(ratios.mean()), float(error)


def tables_physics(result: dict[str, Any]) -> list[str]:
    rows = by_seed(result["runs"])
    return common.table(
        ["g / length", "runs", "plain: MSE", "worst / best", "attached: MSE", "worst / best",
         "ratio", "its error"],
        [
            [
                f"{r['stiffness']:.3f}",
                r["runs"],
                f"{math.exp(r['plain']):.2e}",
                f"{r['plain_scatter']:.2f}",
                f"{math.exp(r['attached']):.2e}",
                f"{r['attached_scatter']:.2f}",
                f"{math.exp(r['attached'] - r['plain']):.3f}",
                f"{100 * r['error']:.0f} %",
            ]
            for r in rows
        ],
    )  # fmt: skip


def bars_physics(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = by_seed(result["runs"])
    ratio, error = overall(rows)
    return [
        common.bar("pendulum, all seeds", "MSE <= 1.05 plain, geometric mean",
                   f"{math.exp(ratio):.3f}, error {100 * error:.0f} %",
                   math.exp(ratio) <= 1.05),
        common.bar("pendulum, each seed", "MSE <= 1.05 plain",
                   ", ".join(f"{math.exp(r['attached'] - r['plain']):.2f}" for r in rows),
                   all(r["attached"] - r["plain"] <= math.log(1.05) for r in rows)),
    ]  # fmt: skip
