"""Losses other than the square, on targets with a trend."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import common
import epicycle.optim
from epicycle.nn import Periodic
from learning.runs import SPAN, batches, draw, in_basin, start, trials

CLASSES = 8
TRENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": torch.zeros_like,
    "quadratic": lambda x: 1.5 * (x / SPAN) ** 2 - 0.5,
    "step": lambda x: torch.sign(x - 0.137 * SPAN),
    "tanh": lambda x: torch.tanh(x / (0.3 * SPAN)),
}


class Head(nn.Module):
    """Periodic features into a small perceptron, with half of the trend already fitted."""

    def __init__(self, outputs: int, half_trend: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.periodic = Periodic(1, 8)
        self.layers = nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, outputs))
        self._half_trend = half_trend

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.periodic(x)) + self._half_trend(x).float()


def loss_problem(
    loss: str, true: float, trend: Callable[[Tensor], Tensor]
) -> tuple[int, Callable[[Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]:
    """Return number of outputs, the half-fitted trend, and (output, x) -> loss."""
    if loss == "l1":
        return (
            1,
            lambda x: 0.5 * trend(x),
            lambda out, x: functional.l1_loss(out, (torch.sin(true * x) + trend(x)).float()),
        )
    # a trend as large as the cycle would leave nothing of it in a class
    if loss == "bce":
        return (
            1,
            lambda x: 0.5 * trend(x),
            lambda out, x: functional.binary_cross_entropy_with_logits(
                out, (torch.sin(true * x) + 0.5 * trend(x) > 0).float()
            ),
        )
    directions = 2 * math.pi * (torch.arange(CLASSES) + 0.5) / CLASSES

    def classes(x: Tensor) -> Tensor:
        y, z = torch.sin(true * x) + 0.5 * trend(x), torch.cos(true * x) + 0.5 * trend(x)
        return (torch.atan2(y, z)[:, 0] / (2 * math.pi) % 1 * CLASSES).long().clamp(0, CLASSES - 1)

    return (
        CLASSES,
        lambda x: 0.5 * trend(x) * (directions.sin() + directions.cos()),
        lambda out, x: functional.cross_entropy(out, classes(x)),
    )


def loss_run(job: tuple[int, int, str, str]) -> dict[str, Any]:
    seed, number, loss, trend = job
    generator = start((seed, number, loss, trend))
    torch.set_default_dtype(torch.float32)
    true = draw(generator)
    outputs, half, criterion = loss_problem(loss, true, TRENDS[trend])
    net = Head(outputs, half)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    epicycle.optim.SpectralDescent(opt, net)
    inside = []
    for _ in range(16):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        value = criterion(net(x), x)
        opt.zero_grad()
        value.backward()
        opt.step()
        inside.append(in_basin(2 * math.pi * net.periodic.frequency, true))
    return {"true": true, "batches": batches(inside)}


def measure_losses(options: argparse.Namespace) -> Any:
    count = trials(options, 5, 50)
    rows = []
    for loss in ("bce", "cross-entropy", "l1"):
        for trend in TRENDS:
            jobs = [(options.seed, k, loss, trend) for k in range(count)]
            runs = common.parallel(loss_run, jobs, options.processes, f"{loss}, {trend}")
            found = [r["batches"] for r in runs if r["batches"] is not None]
            rows.append(
                {
                    "loss": loss,
                    "trend": trend,
                    "trials": count,
                    "within": {str(k): sum(b <= k for b in found) for k in (1, 2, 4, 8, 16)},
                    "missed": [r["true"] for r in runs if r["batches"] is None],
                }
            )
    return {"rows": rows}


def tables_losses(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["loss", "trend", "runs", "in basin after 1", "2", "4", "8", "16 batches", "missed"],
        [
            [
                r["loss"],
                r["trend"],
                r["trials"],
                *(r["within"][k] for k in r["within"]),
                ", ".join(f"{w:.3g}" for w in r["missed"]),
            ]
            for r in result["rows"]
        ],
    )


def bars_losses(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        limit, share = ("8", 1.0) if r["trend"] == "none" else ("16", 0.96)
        inside = r["within"][limit]
        bars.append(
            common.bar(
                f"{r['loss']}, trend: {r['trend']}",
                f"basin within {limit} batches, {share:.0%}",
                f"{inside} of {r['trials']}",
                inside >= share * r["trials"],
            )
        )
    return bars
