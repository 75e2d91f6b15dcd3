"""Small networks for the tests of the optimizer, with the protocol of the periodic layers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn


class Sin(nn.Module):
    """One sine of unknown angular frequency: the module of the Sin problem."""

    def __init__(self, dtype: torch.dtype = torch.float64, count: int = 1) -> None:
        super().__init__()
        self.freq = nn.Parameter(torch.randn(count, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sin(self.freq * x)


def sine_batch(
    frequency: float, size: int = 256, noise: float = 0.0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Return inputs in [-1000, 1000] and a sine of an angular frequency."""
    x = (torch.rand(size, 1, dtype=dtype) * 2 - 1) * 1000
    return x, torch.sin(frequency * x) + noise * torch.randn(size, 1, dtype=dtype)


def descend(
    net: nn.Module, opt: torch.optim.Optimizer, frequency: float, steps: int = 4, **batch: Any
) -> float:
    """Train on a sine in an ordinary loop; return the last loss."""
    loss = torch.tensor(0.0)
    for _ in range(steps):
        x, y = sine_batch(frequency, **batch)
        loss = ((net(x) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


class Waves(nn.Module):
    """Cosine and sine of several frequencies, as a periodic layer offers them."""

    learns_by_spectrum = True

    def __init__(
        self, in_features: int, n_frequencies: int, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        self.dtype = dtype
        start = torch.randn(n_frequencies, in_features, dtype=torch.float64)
        self.frequency = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        angle = 2 * math.pi * (x.to(torch.float64) @ self.frequency.T)
        features = torch.stack([angle.cos(), angle.sin()], dim=-1)
        return features.flatten(-2).to(self.dtype)


class Cyclic(nn.Linear):
    """A linear readout whose logits are classes in cyclic order, block by block."""

    def __init__(self, in_features: int, cyclic_sizes: tuple[int, ...]) -> None:
        super().__init__(in_features, sum(cyclic_sizes))
        self.cyclic_sizes = cyclic_sizes


def head(n_frequencies: int, outputs: int, width: int = 32) -> nn.Sequential:
    """Return a periodic layer with a small multi-layer perceptron on top."""
    return nn.Sequential(
        Waves(1, n_frequencies), nn.Linear(2 * n_frequencies, width), nn.GELU(),
        nn.Linear(width, outputs),
    )  # fmt: skip
