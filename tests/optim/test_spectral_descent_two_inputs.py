"""Several inputs: frequencies are wave vectors."""

import math

import pytest
import torch
from torch import nn

from epicycle.optim import SpectralDescent
from tests.optim import networks


def batch(vector, size=512):
    x = (torch.rand(size, 2, dtype=torch.float64) * 2 - 1) * torch.tensor([10.0, 30.0])
    return x, torch.sin(x @ torch.tensor(vector, dtype=torch.float64))[:, None]


@pytest.mark.parametrize("vector", [(3.3, 1.7), (2.1, -5.2), (0.0, 4.4)])
def test_a_layer_finds_a_wave_vector(vector):
    torch.manual_seed(1)
    net = nn.Sequential(networks.Waves(2, 3, torch.float64), nn.Linear(6, 1)).double()
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net)
    for _ in range(2):
        x, y = batch(vector)
        loss = ((net(x).double() - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    found = 2 * math.pi * net[0].frequency.detach()
    true = torch.tensor(vector, dtype=torch.float64)
    away = torch.minimum((found - true).abs().amax(1), (found + true).abs().amax(1))
    assert away.min() < 1e-6


def test_a_parameter_with_one_frequency_for_each_input():
    class Wave(nn.Module):
        def __init__(self):
            super().__init__()
            self.freq = nn.Parameter(torch.randn(2, dtype=torch.float64))

        def forward(self, x):
            return torch.sin(x @ self.freq)[:, None]

    torch.manual_seed(2)
    net = Wave()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for _ in range(4):
        x, y = batch((2.1, -5.2))
        loss = ((net(x) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    assert net.freq.tolist() == pytest.approx([2.1, -5.2], abs=1e-8)


def test_noise_of_two_inputs_moves_nothing():
    torch.manual_seed(3)
    net = nn.Sequential(networks.Waves(2, 3, torch.float64), nn.Linear(6, 1)).double()
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    descent = SpectralDescent(opt, net, band=(0.0, 1.0))
    for _ in range(8):
        x, y = batch((1.0, 1.0))
        loss = ((net(x).double() - torch.randn_like(y)) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    assert not descent.moves


def test_a_joint_grid_that_is_too_large_is_refused():
    net = nn.Sequential(networks.Waves(2, 3, torch.float64), nn.Linear(6, 1)).double()
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net, band=(0.0, 1e4))
    x, y = batch((1.0, 1.0))
    ((net(x).double() - y) ** 2).mean().backward()
    with pytest.raises(ValueError, match=r"joint grid of 1\.2e\+11 cycles.*the limit is 1e\+07"):
        opt.step()
