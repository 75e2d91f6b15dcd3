"""Frequencies and amplitudes that change: chirps and envelopes in an ordinary loop."""

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
from epicycle.nn import Chirp, Envelope, Periodic
from learning.runs import SPAN, start, trials

STEPS = 800

Kind = tuple[Callable[[], nn.Module], Callable[[Tensor], Tensor], float]


def _chirp(frequency: float, drift: float) -> Callable[[Tensor], Tensor]:
    return lambda x: torch.sin(2 * math.pi * (frequency * x + 0.5 * drift * x**2) + 0.3)


def _swelling(x: Tensor) -> Tensor:
    return (1 + 0.8 * torch.sin(2 * math.pi * x / 1500)) * torch.sin(2 * math.pi * 0.7 * x)


def _modulated(frequency: float, rate: float, index: float) -> Callable[[Tensor], Tensor]:
    def target(x: Tensor) -> Tensor:
        phase = 2 * math.pi * frequency * x + index * torch.sin(2 * math.pi * rate * x)
        return torch.sin(phase)

    return target


def _sidebands() -> nn.Module:
    return nn.Sequential(Periodic(1, 12), nn.Linear(24, 1))


def _chirps() -> nn.Module:
    return nn.Sequential(Chirp(2), nn.Linear(4, 1))


def _envelope() -> nn.Module:
    return nn.Sequential(Envelope(Periodic(1, 2), 9, span=(-SPAN, SPAN)), nn.Linear(36, 1))


#: Network, target, and noise beside the target.
KINDS: dict[str, Kind] = {
    "f = 0.2, drift 1e-4": (_chirps, _chirp(0.2, 1e-4), 0.0),
    "f = 0.1, drift 3e-4, noise 0 dB": (_chirps, _chirp(0.1, 3e-4), math.sqrt(0.5)),
    "f = 0.05, drift 1e-6": (_chirps, _chirp(0.05, 1e-6), 0.0),
    "f = 4.93, no drift": (_chirps, _chirp(4.93, 0.0), 0.0),
    "FM, index 1.5, 100 cycles": (_sidebands, _modulated(3.0, 0.05, 1.5), 0.0),
    "FM, index 1.5, 1.3 cycles": (_envelope, _modulated(0.7, 1 / 1500, 1.5), 0.0),
    "amplitude 0.2 to 1.8": (_envelope, _swelling, 0.0),
}


def changing_run(job: tuple[int, int, str]) -> dict[str, Any]:
    make, target, noise = KINDS[job[2]]
    start(("changing", *job))
    torch.set_default_dtype(torch.float32)
    net = make()
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    epicycle.optim.SpectralDescent(opt, net)
    for _ in range(STEPS):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        y = target(x) + noise * torch.randn(256, 1)
        loss = functional.mse_loss(net(x), y.float())
        opt.zero_grad()
        loss.backward()
        opt.step()
    x = (torch.rand(10_000, 1, dtype=torch.float64) * 2 - 1) * SPAN
    with torch.no_grad():
        return {"error": float(functional.mse_loss(net(x).double(), target(x)) / target(x).var())}


def measure_changing(options: argparse.Namespace) -> Any:
    count = trials(options, 3, 10)
    rows = []
    for kind in KINDS:
        jobs = [(options.seed, k, kind) for k in range(count)]
        errors = [r["error"] for r in common.parallel(changing_run, jobs, options.processes, kind)]
        rows.append({
            "kind": kind,
            "trials": count,
            "right": sum(error < 1e-2 for error in errors),
            "worst": max(errors),
        })  # fmt: skip
    return {"rows": rows}


def tables_changing(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["target", "runs", "nmse < 1e-2", "largest nmse"],
        [[r["kind"], r["trials"], r["right"], f"{r['worst']:.1e}"] for r in result["rows"]],
    )


def bars_changing(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    right, runs = sum(r["right"] for r in rows), sum(r["trials"] for r in rows)
    return [common.bar("chirps, envelopes", "all learned", f"{right} of {runs}", right == runs)]
