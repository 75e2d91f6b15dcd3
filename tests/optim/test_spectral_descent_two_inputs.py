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


def test_a_band_that_is_out_of_reach_is_refused():
    net = nn.Sequential(networks.Waves(2, 3, torch.float64), nn.Linear(6, 1)).double()
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net, band=(0.0, 1e4))
    x, y = batch((1.0, 1.0))
    ((net(x).double() - y) ** 2).mean().backward()
    with pytest.raises(ValueError, match=r"wave vectors of 2 inputs .* 1024 cycles on each"):
        opt.step()


def waves(inputs, k=1):
    layer = networks.Waves(inputs, k, torch.float64)
    layer.in_features = inputs
    return nn.Sequential(layer, nn.Linear(2 * k, 1)).double()


def test_four_inputs_need_a_band():
    torch.manual_seed(5)
    net = waves(4)
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    with pytest.raises(ValueError, match=r"a frequency of 4 inputs .* pass band=\(0, highest\)"):
        SpectralDescent(opt, net)
    SpectralDescent(opt, net, band=(0.0, 6.0))
    true = torch.tensor([3.3, -1.2, 5.1, 0.4], dtype=torch.float64)
    x = torch.rand(512, 4, dtype=torch.float64)
    loss = ((net(x) - torch.sin(2 * math.pi * (x @ true))[:, None]) ** 2).mean()
    loss.backward()
    opt.step()
    found = net[0].frequency.detach()[0]
    assert min((found - true).abs().max(), (found + true).abs().max()) < 1e-6


@pytest.mark.parametrize("true", [(310.2, -1.4), (12.0, 20.5, -33.3)])
def test_time_and_space_in_noise_of_the_waves_power(true):
    torch.manual_seed(6)
    net = waves(len(true))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    SpectralDescent(opt, net, band=(0.0, 1.1 * max(map(abs, true))))
    vector = torch.tensor(true, dtype=torch.float64)
    x = torch.rand(1024, len(true), dtype=torch.float64)
    y = torch.sin(2 * math.pi * (x @ vector))[:, None] + 0.7 * torch.randn(1024, 1).double()
    ((net(x) - y) ** 2).mean().backward()
    opt.step()
    found = net[0].frequency.detach()[0]
    assert min((found - vector).abs().max(), (found + vector).abs().max()) < 0.1
