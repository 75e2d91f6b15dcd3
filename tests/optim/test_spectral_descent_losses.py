"""Losses other than the square, and targets with a trend beside the cycle."""

import math

import pytest
import torch
from torch.nn import functional

from epicycle.optim import SpectralDescent
from tests.optim import networks

FREQUENCY = 31.0


def sign(x):
    return (torch.sin(FREQUENCY * x) > 0).float()


def sector(x):
    return (FREQUENCY * x[:, 0] / (2 * math.pi) % 1 * 8).long()


LOSSES = {
    "binary cross-entropy": (
        1, lambda out, x: functional.binary_cross_entropy_with_logits(out, sign(x))
    ),
    "cross-entropy of eight sectors": (8, lambda out, x: functional.cross_entropy(out, sector(x))),
    "L1": (1, lambda out, x: functional.l1_loss(out, torch.sin(FREQUENCY * x).float())),
    "Huber": (1, lambda out, x: functional.huber_loss(out, torch.sin(FREQUENCY * x).float())),
}  # fmt: skip


def train(net, criterion, steps=4):
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net)
    for _ in range(steps):
        x, _ = networks.sine_batch(FREQUENCY)
        loss = criterion(net(x), x)
        opt.zero_grad()
        loss.backward()
        opt.step()


def distance(layer):
    """Return the phase error at the edge of the data, in radians, of the best frequency."""
    return 1000 * (2 * math.pi * layer.frequency.detach().abs() - FREQUENCY).abs().min().item()


@pytest.mark.parametrize("name", LOSSES)
def test_the_cycle_is_found_under_any_loss(name):
    torch.manual_seed(1)
    outputs, criterion = LOSSES[name]
    net = networks.head(4, outputs)
    train(net, criterion)
    # 256 samples or more; labels are noise of less than the signal's power:
    # sqrt(6 / 256) = 0.15 rad at one standard deviation
    assert distance(net[0]) < 0.6


@pytest.mark.parametrize("trend", ["quadratic", "step", "tanh"])
def test_a_half_fitted_trend_is_not_taken_for_a_cycle(trend):
    trends = {
        "quadratic": lambda x: 3 * (x / 1000) ** 2,
        "step": lambda x: 2 * torch.sign(x - 137),
        "tanh": lambda x: 2 * torch.tanh(x / 300),
    }

    class Beside(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.head = networks.head(4, 1)

        def forward(self, x):
            return self.head(x) + 0.5 * trends[trend](x).float()

    torch.manual_seed(2)
    net = Beside()
    train(
        net,
        lambda out, x: functional.mse_loss(
            out, (torch.sin(FREQUENCY * x) + trends[trend](x)).float()
        ),
    )
    moved = 2 * math.pi * net.head[0].frequency.detach().abs()
    assert distance(net.head[0]) < 0.6
    # nothing was put on the slow part: less than ten cycles over the data
    assert ((moved > 2 * math.pi * 10 / 2000) | (moved == 0)).all()


def test_the_fundamental_is_found_although_a_harmonic_is_stronger():
    def pulse(x):
        return (torch.sin(FREQUENCY * x) + 2 * torch.sin(3 * FREQUENCY * x)).float()

    torch.manual_seed(3)
    net = networks.head(1, 1)
    train(net, lambda out, x: functional.mse_loss(out, pulse(x)))
    assert distance(net[0]) < 0.6
