"""Odd training loops, one kind after the other: solved, or said why not within four steps."""

from __future__ import annotations

import argparse
import copy
import dataclasses
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import common
from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent
from learning.runs import SPAN, start, trials

YEARS = 60 * 365.25 * 86400


def network(outputs: int = 1, count: int = 1) -> nn.Sequential:
    return nn.Sequential(
        Periodic(1, count), nn.Linear(2 * count, 16), nn.GELU(), nn.Linear(16, outputs)
    )


def batch(true: float, n: int = 256) -> tuple[Tensor, Tensor]:
    x = (torch.rand(n, 1, dtype=torch.float64) * 2 - 1) * SPAN
    return x, torch.sin(true * x).float()


def error(net: Callable[[Tensor], Any], true: float) -> float:
    """Return the mean square error, in units of the target's variance."""
    with torch.no_grad():
        x, y = batch(true, 4096)
        return float((net(x).reshape(y.shape) - y).square().mean() / y.var())


class Loop:
    """A network in an ordinary loop with the line added."""

    def __init__(self, net: nn.Module, **options: Any) -> None:
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=1e-2)
        self.descent = SpectralDescent(self.opt, net, **options)

    def run(self, true: float, steps: int, backward: Callable[..., None] | None = None) -> None:
        for _ in range(steps):
            x, y = batch(true)
            self.opt.zero_grad()
            if backward is None:
                functional.mse_loss(self.net(x), y).backward()
            else:
                backward(self.net, x, y)
            self.opt.step()


def three_sines(trues: Iterator[float]) -> float:
    net = network(6, 3)
    loop = Loop(net)
    for _ in range(65):
        t = torch.randint(-int(YEARS), int(YEARS), (1024, 1))
        turns = torch.cat([(t % p) / p for p in (86400, 3600, 60)], 1) * 2 * math.pi
        loss = functional.mse_loss(net(t), torch.cat([turns.sin(), turns.cos()], 1))
        loop.opt.zero_grad()
        loss.backward()
        loop.opt.step()
    learned = net[0].frequency.detach()[:, 0].abs()
    # a frequency is right in its basin: to a quarter of one over the span
    right = [float((learned - 1 / p).abs().min()) < 0.125 / YEARS for p in (86400, 3600, 60)]
    return float(3 - sum(right))


def checkpoint(trues: Iterator[float]) -> float:
    true = next(trues)
    loop = Loop(network())
    first = copy.deepcopy(loop.net.state_dict())
    loop.run(true, 100)
    loop.net.load_state_dict(first)
    loop.run(true, 400)
    return error(loop.net, true)


def folds(trues: Iterator[float]) -> float:
    true = next(trues)
    loop = Loop(network())
    errors = []
    for _ in range(3):
        for part in loop.net:
            if hasattr(part, "reset_parameters"):
                part.reset_parameters()
        loop.opt.state.clear()
        loop.run(true, 300)
        errors.append(error(loop.net, true))
    return max(errors)


def moving_target(trues: Iterator[float]) -> float:
    loop, errors = Loop(network()), []
    for true in (next(trues), next(trues), next(trues)):
        loop.run(true, 400)
        errors.append(error(loop.net, true))
    return max(errors)


def averaged(trues: Iterator[float]) -> float:
    true = next(trues)
    loop = Loop(network())
    ema = AveragedModel(loop.net, multi_avg_fn=get_ema_multi_avg_fn(0.999))
    loop.descent.follow(ema.module)
    for _ in range(600):
        loop.run(true, 1)
        ema.update_parameters(loop.net)
    return error(ema, true)


def two_backwards(trues: Iterator[float]) -> float:
    def backward(net: nn.Module, x: Tensor, y: Tensor) -> None:
        out = net(x)
        functional.mse_loss(out, y).backward(retain_graph=True)
        (1e-3 * out.abs().mean()).backward()

    true = next(trues)
    loop = Loop(network())
    loop.run(true, 400, backward)
    return error(loop.net, true)


@dataclasses.dataclass
class Said:
    logits: Tensor
    loss: Tensor | None = None


class Wrapped(nn.Module):
    """A network that returns something else than one tensor."""

    def __init__(self, wrap: Callable[[Tensor, Tensor | None], Any]) -> None:
        super().__init__()
        self.net, self.wrap = network(), wrap

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Any:
        return self.wrap(self.net(x), labels)


def loss_of(out: Tensor, labels: Tensor | None) -> Tensor | None:
    return None if labels is None else functional.mse_loss(out, labels)


def wrapped(wrap: Callable[..., Any], unwrap: Callable[[Any], Tensor], inner: bool) -> Any:
    def measure(trues: Iterator[float]) -> float:
        true = next(trues)
        net = Wrapped(wrap)
        loop = Loop(net, output_of=net.net if inner else None)
        loop.run(true, 400, lambda net, x, y: unwrap(net(x=x, labels=y)).backward())
        return error(net.net, true)

    return measure


def another_name(trues: Iterator[float]) -> float:
    """Return 0 where the user is told by step 4."""
    loop = Loop(Wrapped(loss_of))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        loop.run(next(trues), 4, lambda net, x, y: functional.mse_loss(net.net(x), y).backward())
    return float(not any("is not what your loop calls" in str(w.message) for w in told))


def stream(trues: Iterator[float]) -> float:
    """Return the error of the last 500 steps where it exceeds that of the first, and 1e-3."""
    true = next(trues)

    def arriving(step: int) -> tuple[Tensor, Tensor]:
        x = 0.5 * SPAN * (step + torch.rand(64, 1, dtype=torch.float64)) / 64
        return x, torch.sin(true * x).float()

    return _worse_at_the_end(arriving)


def drifting_target(trues: Iterator[float]) -> float:
    """Return the same of a frequency that changes by a radian at the edge in each 400 steps."""
    true = next(trues)
    return _worse_at_the_end(lambda step: batch(true + step / 400 / SPAN))


def _worse_at_the_end(samples: Callable[[int], tuple[Tensor, Tensor]]) -> float:
    """Return the error of the last 500 of 4,000 steps where it exceeds that of the first, or 0."""
    loop, squares = Loop(network()), []
    for step in range(4000):
        x, y = samples(step)
        loss = functional.mse_loss(loop.net(x), y)
        loop.opt.zero_grad()
        loss.backward()
        loop.opt.step()
        squares.append(2 * loss.item())
    first, last = sum(squares[:500]) / 500, sum(squares[-500:]) / 500
    return last if last > first else 0.0


KINDS: dict[str, Callable[[Iterator[float]], float]] = {
    "three sines on six outputs": three_sines,
    "checkpoint restored": checkpoint,
    "next folds": folds,
    "target that changes twice": moving_target,
    "averaged weights, .999": averaged,
    "two backward passes": two_backwards,
    "mapping": wrapped(
        lambda out, y: {"loss": loss_of(out, y), "logits": out}, lambda o: o["loss"], False
    ),
    "tuple": wrapped(lambda out, y: (loss_of(out, y), out), lambda o: o[0], False),
    "dataclass": wrapped(lambda out, y: Said(out, loss_of(out, y)), lambda o: o.loss, False),
    "loss inside, output_of=": wrapped(loss_of, lambda o: o, True),
    "called by another name": another_name,
    "stream": stream,
    "target that drifts": drifting_target,
}


def loop_run(job: tuple[int, int, str]) -> float:
    seed, number, kind = job
    generator = start((seed, number, kind))

    def trues() -> Iterator[float]:
        while True:
            yield math.exp(3.0 * float(torch.rand((), generator=generator)) + 1.0)

    return KINDS[kind](trues())


def measure_loops(options: argparse.Namespace) -> Any:
    count = trials(options, 2, 10)
    rows = []
    for kind in KINDS:
        jobs = [(options.seed, k, kind) for k in range(count * (1 + (kind[:5] == "three")))]
        errors = common.parallel(loop_run, jobs, options.processes, kind)
        rows.append(
            {
                "kind": kind,
                "trials": len(jobs),
                "solved": sum(e <= 1e-2 for e in errors),
                "worst": max(errors),
            }
        )
    return {"rows": rows}


def tables_loops(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["loop", "runs", "solved", "worst nmse"],
        [[r["kind"], r["trials"], r["solved"], f"{r['worst']:.1e}"] for r in result["rows"]],
    )


def bars_loops(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            r["kind"], "solved, all", f"{r['solved']} of {r['trials']}",
            r["solved"] == r["trials"],
        )
        for r in result["rows"]
    ]  # fmt: skip
