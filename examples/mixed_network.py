"""A periodic layer in a bigger network: cycles and a trend, learned together.

    python examples/mixed_network.py                 # with SpectralDescent
    python examples/mixed_network.py --without       # the same network without the added line

The target is a sum of two fast sinusoids, whose product appears as well, and of a smooth bend that
no cycle explains.  Features of a `Periodic` layer and the input itself go into one MLP.
"""

from __future__ import annotations

import argparse
import math

import torch
from torch import Tensor

from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent

SPAN = 1000.0
ANGULAR_FREQUENCIES = (31.0, 7.0)


def target(x: Tensor) -> Tensor:
    a, b = (torch.sin(w * x) for w in ANGULAR_FREQUENCIES)
    return a + 0.7 * b + 0.5 * a * b + torch.tanh(x / 300)


class Mixed(torch.nn.Module):
    def __init__(self, n_frequencies: int = 2, width: int = 64) -> None:
        super().__init__()
        self.periodic = Periodic(1, n_frequencies)
        self.mlp = torch.nn.Sequential(
            torch.nn.Linear(self.periodic.out_features + 1, width),
            torch.nn.GELU(),
            torch.nn.Linear(width, width),
            torch.nn.GELU(),
            torch.nn.Linear(width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        smooth = (x / SPAN).to(self.periodic.dtype)
        return self.mlp(torch.cat([self.periodic(x), smooth], dim=-1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", action="store_true", help="leave the added line out")
    options = parser.parse_args()
    torch.manual_seed(options.seed)

    net = Mixed()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    if not options.without:
        SpectralDescent(optimizer, net)  # the one added line
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    for step in range(options.steps):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        loss = ((net(x) - target(x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step in (0, 10, 100) or step == options.steps - 1:
            learned = sorted(2 * math.pi * net.periodic.frequency.detach().abs()[:, 0].numpy())
            shown = ", ".join(f"{w:.6f}" for w in learned[::-1])
            print(f"step {step:5}  loss {loss.item():.2g}  angular frequencies {shown}")
    x = (torch.rand(20_000, 1, dtype=torch.float64) * 2 - 1) * SPAN
    with torch.no_grad():
        error = ((net(x) - target(x)) ** 2).mean() / target(x).var()
    print(f"unexplained on unseen x: {error.item():.2%} of the variance")


if __name__ == "__main__":
    main()
