"""Small networks for the tests of the optimizer, with the protocol of the periodic layers."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Sin(nn.Module):
    """One sine of unknown angular frequency: the module of the Sin problem."""

    def __init__(self, dtype: torch.dtype = torch.float64, count: int = 1) -> None:
        super().__init__()
        self.freq = nn.Parameter(torch.randn(count, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sin(self.freq * x)


class Waves(nn.Module):
    """Cosine and sine of several frequencies, as a periodic layer offers them."""

    learns_by_spectrum = True

    def __init__(self, in_features: int, n_frequencies: int) -> None:
        super().__init__()
        start = torch.randn(n_frequencies, in_features, dtype=torch.float64)
        self.frequency = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        angle = 2 * math.pi * (x.to(torch.float64) @ self.frequency.T)
        features = torch.stack([angle.cos(), angle.sin()], dim=-1)
        return features.flatten(-2).to(torch.get_default_dtype())


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
