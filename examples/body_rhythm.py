"""Find a body's rhythms inside a network that also learns what is not periodic.

    python examples/body_rhythm.py                      # tables, and a picture in body_rhythm.png
    python examples/body_rhythm.py --output PATH        # the picture elsewhere

A wristband measures skin temperature a few times on most days, in waking hours only, for six
years.  The temperature follows the day, the month of the Moon and the year.  It also drifts: the
sensor ages, and once it settles at another level.  And it rises with exertion, up to a limit.  All
of this is simulated, so that what is found can be compared with the truth.

The network is a `Periodic` layer on the time, plus a small ordinary network for the rest.  The
frequencies start where `initialize_from_data` finds cycles, and are then trained with everything
else, in a plain loop with a plain optimizer.  Six years, because a year that is seen once is no
cycle: nothing could tell it from a drift.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import epicycle
from epicycle import Cycle, CycleModel
from epicycle.nn import Periodic

DAYS = 6 * 365
NOISE = 0.15

#: Period in days, then (amplitude, phase in turns) of each harmonic.
CYCLES = {
    "day": (1.0, [(0.45, 0.70), (0.15, 0.10)]),
    "month": (29.53, [(0.20, 0.35)]),
    "year": (365.24, [(0.15, 0.55)]),
}


@dataclass(frozen=True)
class Samples:
    """Days since the start in float64, exertion in no unit, and temperature in °C."""

    days: NDArray[np.float64]
    exertion: NDArray[np.float64]
    temperature: NDArray[np.float64]


def simulate(seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    worn = np.flatnonzero(rng.uniform(size=DAYS) < 0.75)
    day = np.repeat(worn, rng.integers(1, 7, len(worn)))
    t = np.sort(day + rng.uniform(7 / 24, 23 / 24, len(day)))
    temperature = 33.0 + NOISE * rng.normal(size=len(t))
    for period, waveform in CYCLES.values():
        for order, (amplitude, phase) in enumerate(waveform, start=1):
            temperature += amplitude * np.cos(2 * np.pi * (order * t / period - phase))
    temperature += -0.2 * t / DAYS + 0.5 / (1 + np.exp(-(t - 0.6 * DAYS) / 60))
    exertion = rng.gamma(2.0, 1.0, len(t))
    return Samples(t, exertion, temperature + effect_of(exertion))


def effect_of(exertion: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.6 * np.tanh(exertion / 2)


class BodyModel(nn.Module):
    """Cycles of the time, plus an ordinary network of the time and the exertion."""

    def __init__(self) -> None:
        super().__init__()
        self.periodic = Periodic(1, 6, harmonics=2, band=(1 / 400, 6.0))
        self.waveforms = nn.Linear(self.periodic.out_features, 1, bias=False)
        self.rest = nn.Sequential(
            nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1)
        )

    @staticmethod
    def from_middle(days: Tensor) -> Tensor:
        # from the middle of the data, a step on a frequency leaves the phases there alone
        return days - DAYS / 2

    def cycles(self, days: Tensor) -> Tensor:
        """Return the output of each frequency, shape (n, 6)."""
        features = self.periodic(self.from_middle(days).unsqueeze(-1))
        return (features * self.waveforms.weight).unflatten(-1, (6, -1)).sum(dim=-1)

    def other(self, days: Tensor, exertion: Tensor) -> Tensor:
        """Return what is not periodic, shape (n,)."""
        inputs = torch.stack((self.from_middle(days) / (DAYS / 2), exertion), dim=-1)
        return self.rest(inputs.float())[..., 0]

    def forward(self, days: Tensor, exertion: Tensor) -> Tensor:
        return self.cycles(days).sum(dim=-1) + self.other(days, exertion)


def train(
    model: BodyModel, days: Tensor, exertion: Tensor, temperature: Tensor, steps: int
) -> None:
    """Fit everything at once, frequencies included."""
    nn.init.constant_(model.rest[-1].bias, float(temperature.mean()))
    # one step moves a frequency by at most a hundredth of what the data resolve
    optimizer = torch.optim.Adam(
        [
            {"params": model.periodic.parameters(), "lr": 0.01 / DAYS},
            {"params": [*model.waveforms.parameters(), *model.rest.parameters()], "lr": 1e-2},
        ]
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(1, steps + 1):
        batch = torch.randint(len(days), (512,))
        loss = (model(days[batch], exertion[batch]) - temperature[batch]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            residual = float(loss.detach()) ** 0.5
            print(f"\rstep {step}: residual {residual:.3f} K", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def nearest(cycles: Sequence[Cycle], period: float) -> Cycle | None:
    """Return the cycle whose period is nearest to `period` days, and within 5 % of it."""
    close = [cycle for cycle in cycles if abs(cycle.period / period - 1) < 0.05]
    return min(close, key=lambda cycle: abs(cycle.period - period), default=None)


def with_error(value: float, error: float) -> str:
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"


def report(first: CycleModel, final: CycleModel, learned: NDArray[np.float64]) -> list[str]:
    """Return the table: periods at the first look, in the trained network, and in truth.

    The error of a trained period is that of the cycle in the data from which the ordinary part of
    the network has been taken: what these data can tell of it.
    """
    lines = [
        "           truth (d)         first look (d)    trained network (d)    off by (errors)",
    ]
    for name, (period, _) in CYCLES.items():
        before, after = nearest(first.cycles, period), nearest(final.cycles, period)
        if before is None or after is None:
            lines.append(f"{name:8} {period:11.2f}    not found")
            continue
        trained = float(learned[np.argmin(np.abs(learned - period))])
        lines.append(
            f"{name:8} {period:11.2f} {with_error(before.period, before.period_error):>22} "
            f"{with_error(trained, after.period_error):>22} "
            f"{(trained - period) / after.period_error:>+18.1f}"
        )
    return lines


def draw(model: BodyModel, samples: Samples, path: Path) -> None:
    """Write the picture: each rhythm, the drift and the effect of exertion, as learned."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    days, exertion = torch.from_numpy(samples.days), torch.from_numpy(samples.exertion)
    each = model.cycles(days).numpy()
    residual = samples.temperature - model.other(days, exertion).numpy() - each.sum(axis=1)
    learned = 1 / model.periodic.frequency[:, 0].numpy()

    figure = Figure(figsize=(13.0, 6.4), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("A body's rhythms, learned together with what is not periodic")
    panels = figure.subplots(2, 3)
    for axes, (name, (period, _)) in zip(panels[0], CYCLES.items(), strict=True):
        k = int(np.argmin(np.abs(learned - period)))
        phase = samples.days / learned[k] % 1
        order = np.argsort(phase)
        axes.plot(phase, each[:, k] + residual, ".", color="#0072B2", markersize=1.5, alpha=0.4)
        axes.plot(phase[order], each[order, k], color="#D55E00")
        axes.set(title=f"{name}: {learned[k]:.5g} d", xlabel="phase (turns)", ylabel="K")
    every, still = torch.linspace(0, DAYS, 300, dtype=torch.float64), torch.zeros(300)
    panels[1, 0].plot(every, model.other(every, still), color="#D55E00")
    panels[1, 0].set(title="drift, at rest", xlabel="day", ylabel="°C")
    effort, once = torch.linspace(0, 8, 300, dtype=torch.float64), torch.full((300,), DAYS / 2)
    effect = model.other(once, effort).numpy()
    panels[1, 1].plot(effort, effect - effect[0], color="#D55E00", label="learned")
    panels[1, 1].plot(effort, effect_of(effort.numpy()), "--", color="#666666", label="truth")
    panels[1, 1].set(title="effect of exertion", xlabel="exertion", ylabel="K")
    panels[1, 1].legend(frameon=False)
    panels[1, 2].hist(residual, 60, color="#0072B2")
    panels[1, 2].set(title=f"residual: {residual.std():.3f} K, noise {NOISE} K", xlabel="K")
    for axes in panels.flat:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("body_rhythm.png"), metavar="PATH")
    parser.add_argument("--steps", type=int, default=1500, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="K")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    samples = simulate(options.seed)
    days = torch.from_numpy(samples.days)
    exertion = torch.from_numpy(samples.exertion)
    temperature = torch.from_numpy(samples.temperature).float()
    print(f"{len(days)} samples on some of {DAYS} days", file=sys.stderr)

    model = BodyModel()
    first = model.periodic.initialize_from_data(model.from_middle(days), temperature)
    print(f"first look: {len(first.cycles)} cycles in {first.seconds:.1f} s", file=sys.stderr)
    train(model, days, exertion, temperature, options.steps)

    with torch.no_grad():
        cleaned = samples.temperature - model.other(days, exertion).numpy()
        learned = 1 / model.periodic.frequency[:, 0].numpy()
        final = epicycle.find_cycles(
            samples.days, cleaned, minimum_period=1 / 6, maximum_period=400.0, harmonics=2
        )
        print("\n".join(report(first, final, learned)))
        try:
            draw(model, samples, options.output)
        except ImportError:
            print("no picture: it needs matplotlib (pip install 'epicycle[plot]')", file=sys.stderr)
        else:
            print(f"wrote {options.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
