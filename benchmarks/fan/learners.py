"""What learns FAN's tasks: two ways of this library, one configuration each, and FAN's network."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from tasks import Task, Values
from torch import Tensor, nn

import common
import epicycle
from epicycle.nn import Waveform
from epicycle.optim import SpectralDescent
from epicycle.problems.designs import design

#: Cycles of a network, harmonics of each, and of those the ones that the perceptron sees.
CYCLES, FOUND_HARMONICS, LOOP_HARMONICS, LOW_HARMONICS = 4, 128, 32, 8

#: Samples that the search for cycles sees, of the training's.
SEARCHED = 8192

#: Batch, first learning rate, share of the steps at that rate, and the last rate's share of it.
BATCH, RATE, CONSTANT, LAST = 512, 3e-3, 0.3, 1e-4

#: A network this good on samples kept aside, in units of their variance, has learned enough.
GOOD_ENOUGH = 1e-10

#: Steps between two looks at the samples kept aside, and their number.
LOOK, ASIDE = 100, 2048


class Learner(nn.Module):
    """A waveform, and a perceptron of its phases for what is no sum of cycles.

    The perceptron begins at zero.  It sees the input through the phases alone: what is learned
    goes on for ever, which suits these tasks and not every other.
    """

    def __init__(self, waveform: Waveform) -> None:
        super().__init__()
        self.waveform = waveform
        features = 2 * waveform.periodic.n_frequencies * LOW_HARMONICS
        self.perceptron = nn.Sequential(
            nn.Linear(features, 128), nn.GELU(), nn.Linear(128, 128), nn.GELU(), nn.Linear(128, 1)
        )
        _zero(self.perceptron[-1].weight, self.perceptron[-1].bias)

    @property
    def frequency(self) -> nn.Parameter:
        return self.waveform.periodic.frequency

    def forward(self, x: Tensor) -> Tensor:
        turns = 2 * math.pi * self.waveform.periodic.phases(x).unsqueeze(-1)
        angles = turns * torch.arange(1, LOW_HARMONICS + 1)
        low = torch.cat([angles.cos(), angles.sin()], dim=-1).flatten(1).float()
        result: Tensor = self.waveform(x) + self.perceptron(low)
        return result


def _zero(*parameters: Tensor | None) -> None:
    with torch.no_grad():
        for parameter in parameters:
            if parameter is not None:
                parameter.zero_()


@dataclass
class Clock:
    """Seconds of this process and of the wall since it was made."""

    cpu: float = field(default_factory=time.process_time)
    wall: float = field(default_factory=time.perf_counter)

    def read(self) -> dict[str, float]:
        return {"cpu": time.process_time() - self.cpu, "wall": time.perf_counter() - self.wall}


def found(task: Task, seed: int, steps: int) -> dict[str, Any]:
    """Find cycles in some of the samples, then train on all of them in an ordinary loop."""
    rng, clock = _start(seed), Clock()
    t, y = task.training()
    some = rng.choice(len(t), SEARCHED, replace=False)
    model = epicycle.find_cycles(
        t[some], y[some], max_cycles=CYCLES, harmonics=FOUND_HARMONICS, trend=0
    )
    if not model.cycles:
        raise common.NotMeasuredError(f"no cycle was found in {task.name}")
    alone = task.score(model.predict)
    net = Learner(Waveform.from_model(model))
    # frequencies are stepped in units of phase at the end of the data
    rate = RATE / (2 * math.pi * task.half_range)
    others = [p for p in net.parameters() if p is not net.frequency]
    opt = torch.optim.Adam([{"params": others}, {"params": [net.frequency], "lr": rate}], lr=RATE)
    taken = _train(net, opt, t, y, rng, steps)
    return {
        **_result(task, net, taken, clock),
        "cycles_alone": alone,
        "periods": [cycle.period for cycle in model.cycles],
    }


def loop(task: Task, seed: int, steps: int) -> dict[str, Any]:
    """Train from random frequencies in an ordinary loop with one line added."""
    rng, clock = _start(seed), Clock()
    t, y = task.training()
    waveform = Waveform(CYCLES, LOOP_HARMONICS, dtype=torch.float64)
    _zero(waveform.coefficients)
    net = Learner(waveform)
    opt = torch.optim.Adam(net.parameters(), lr=RATE)
    descent = SpectralDescent(opt, net)
    taken = _train(net, opt, t, y, rng, steps)
    return {
        **_result(task, net, taken, clock),
        "moves": len(descent.moves),
        "periods": (1 / net.frequency.detach().ravel()).tolist(),
    }


def _start(seed: int) -> np.random.Generator:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return np.random.default_rng(seed)


def _train(
    net: Learner,
    opt: torch.optim.Optimizer,
    t: Values,
    y: Values,
    rng: np.random.Generator,
    steps: int,
) -> int:
    """Train, and keep what was best on samples kept aside; return the number of steps taken."""
    order = torch.from_numpy(rng.permutation(len(t)))
    x, target = (torch.from_numpy(v)[order, None] for v in (t, y))
    batches = _batches(x[ASIDE:], target[ASIDE:])
    schedule = torch.optim.lr_scheduler.LambdaLR(
        opt, lambda step: LAST ** max(0.0, (step / steps - CONSTANT) / (1 - CONSTANT))
    )
    best, kept = math.inf, copy.deepcopy(net.state_dict())
    for step in range(steps + 1):
        if step % LOOK == 0 or step == steps:
            with torch.no_grad():
                error = nn.functional.mse_loss(net(x[:ASIDE]), target[:ASIDE]).item()
            if error < best:
                best, kept = error, copy.deepcopy(net.state_dict())
            if error <= GOOD_ENOUGH * target.var().item() or step == steps:
                break
        inputs, wanted = next(batches)
        loss = nn.functional.mse_loss(net(inputs), wanted)
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()
    net.load_state_dict(kept)
    return step


def _batches(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        chosen = torch.randint(len(x), (BATCH,))
        yield x[chosen], y[chosen]


def _result(task: Task, net: nn.Module, steps: int, clock: Clock) -> dict[str, Any]:
    seconds = clock.read()

    def predict(t: Values) -> Values:
        with torch.no_grad():
            result: Values = net(torch.from_numpy(t)[:, None]).double().numpy()[:, 0]
        return result

    parameters = sum(p.numel() for p in net.parameters())
    return {**task.score(predict), "steps": steps, "parameters": parameters, **seconds}


def fan(task: Task, seed: int, seconds: float) -> dict[str, Any]:
    """Train FAN's network at its published settings: float32, AdamW, batches of 32."""
    rng, clock = _start(seed), Clock()
    published = design("fan")
    net = published.build(1)
    opt = published.optimizer(net)
    t, y = (torch.from_numpy(v).float()[:, None] for v in task.training())
    steps = 0
    while clock.read()["cpu"] < seconds:
        order = torch.from_numpy(rng.permutation(len(t)))
        for chosen in order.split(32):
            loss = nn.functional.mse_loss(net(t[chosen]), y[chosen])
            opt.zero_grad()
            loss.backward()
            opt.step()
            steps += 1
            if clock.read()["cpu"] >= seconds:
                break

    class Single(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([net(part.float()) for part in x.split(500)])

    result = _result(task, Single(), steps, clock)
    return {**result, "parameters": sum(p.numel() for p in net.parameters())}


#: What learns, by the name of its section.
LEARNERS: dict[str, Callable[..., dict[str, Any]]] = {"found": found, "loop": loop, "fan": fan}
