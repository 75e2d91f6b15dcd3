"""Parameters that are named: other units, periods, logarithms, layers of other people."""

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
from learning.runs import SPAN, start, trials

TRUE, STEPS = 31.0, 600


class Features(nn.Module):
    """Sines and cosines of something of a parameter and the input, weighed freely."""

    def __init__(self, phase: Callable[[Tensor, Tensor], Tensor], positive: bool = False) -> None:
        super().__init__()
        value = torch.randn(4, dtype=torch.float64)
        self.p = nn.Parameter(value.abs() + 0.5 if positive else value)
        self.phase = phase
        self.readout = nn.Linear(8, 1).double()

    def forward(self, x: Tensor) -> Tensor:
        phase = self.phase(self.p, x)
        return self.readout(torch.cat([phase.sin(), phase.cos()], -1))


class Siren(nn.Module):
    """The first layer of a SIREN, with its factor."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1, 32).double()
        self.readout = nn.Linear(32, 1).double()

    @property
    def p(self) -> nn.Parameter:
        return self.first.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.readout(torch.sin(30.0 * self.first(x)))


class Fan(nn.Module):
    """A layer of Fourier analysis networks (Dong et al. 2024)."""

    def __init__(self) -> None:
        super().__init__()
        self.periodic = nn.Linear(1, 4, bias=False).double()
        self.plain = nn.Linear(1, 8).double()
        self.readout = nn.Linear(16, 1).double()

    @property
    def p(self) -> nn.Parameter:
        return self.periodic.weight

    def forward(self, x: Tensor) -> Tensor:
        phase, plain = self.periodic(x), functional.gelu(self.plain(x / SPAN))
        return self.readout(torch.cat([phase.cos(), phase.sin(), plain], -1))


class Single(nn.Module):
    """A sin(p x + phi) + c, as it is asked about in forums."""

    def __init__(self) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.randn(1, dtype=torch.float64))
        self.rest = nn.Parameter(torch.randn(3, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        amplitude, phase, level = self.rest
        return amplitude * torch.sin(self.p * x + phase) + level


class Second(Single):
    """The same with the time as second argument, beside features."""

    def forward(self, features: Tensor, x: Tensor | None = None) -> Tensor:
        if x is None:
            features, x = torch.zeros(len(features), 3), features
        return super().forward(x) + 0.1 * features[:, :1]


KINDS: dict[str, Callable[[], nn.Module]] = {
    "2 pi x p": lambda: Features(lambda p, x: 2 * math.pi * x * p),
    "exp(p) x": lambda: Features(lambda p, x: p.exp() * x),
    "2 pi x / p": lambda: Features(lambda p, x: 2 * math.pi * x / p, positive=True),
    "2 pi x exp(-p)": lambda: Features(lambda p, x: 2 * math.pi * x * (-p).exp()),
    "30 (W x + b)": Siren,
    "FAN": Fan,
    "A sin(p x + phi) + c": Single,
    "second argument": Second,
}


def named_run(job: tuple[int, int, str]) -> dict[str, Any]:
    kind = job[2]
    start(("named", *job))
    net = KINDS[kind]()
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    epicycle.optim.SpectralDescent(opt, net, angular_frequencies=[net.p])
    for _ in range(STEPS):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        features = [torch.randn(256, 3, dtype=torch.float64)] if kind == "second argument" else []
        wanted = torch.sin(TRUE * x) + sum(0.1 * f[:, :1] for f in features)
        loss = functional.mse_loss(net(*features, x), wanted)
        opt.zero_grad()
        loss.backward()
        opt.step()
    x = (torch.rand(10_000, 1, dtype=torch.float64) * 2 - 1) * SPAN
    with torch.no_grad():
        return {"error": float(functional.mse_loss(net(x), torch.sin(TRUE * x))) / 0.5}


def measure_named(options: argparse.Namespace) -> Any:
    count = trials(options, 3, 10)
    rows = []
    for kind in KINDS:
        jobs = [(options.seed, k, kind) for k in range(count)]
        errors = [r["error"] for r in common.parallel(named_run, jobs, options.processes, kind)]
        rows.append(
            {
                "kind": kind,
                "trials": count,
                "right": sum(error < 1e-3 for error in errors),
                "worst": max(errors),
            }
        )
    return {"rows": rows}


def tables_named(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["parameter p", "runs", "nmse < 1e-3", "largest nmse"],
        [[r["kind"], r["trials"], r["right"], f"{r['worst']:.1e}"] for r in result["rows"]],
    )


def bars_named(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    right, runs = sum(r["right"] for r in rows), sum(r["trials"] for r in rows)
    return [common.bar("named parameters", "all learned", f"{right} of {runs}", right == runs)]
