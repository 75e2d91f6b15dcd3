"""Envelopes: hats that add up to one, and a loop that learns a wave of changing amplitude."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from epicycle.nn import Envelope, Periodic
from epicycle.optim import SpectralDescent


def test_the_hats_are_straight_lines_between_the_knots():
    class One(nn.Module):
        out_features = 1

        def forward(self, x):
            return torch.ones_like(x)

    layer = Envelope(One(), 4, span=(10.0, 40.0))
    x = np.array([0.0, 10.0, 14.0, 20.0, 33.0, 40.0, 99.0])
    hats = layer(torch.from_numpy(x)[:, None]).numpy()
    values = np.array([3.0, -1.0, 2.0, 5.0])
    # numpy knows straight lines, and stays at the ends too
    assert hats @ values == pytest.approx(np.interp(x, [10.0, 20.0, 30.0, 40.0], values))
    assert layer.out_features == 4


def test_a_loop_learns_a_wave_whose_amplitude_changes():
    torch.manual_seed(1)
    net = nn.Sequential(Envelope(Periodic(1, 1), 7, span=(-100.0, 100.0)), nn.Linear(14, 1))
    opt = torch.optim.Adam(net.parameters(), lr=3e-2)
    SpectralDescent(opt, net)
    for _ in range(200):
        x = (torch.rand(128, 1, dtype=torch.float64) * 2 - 1) * 100
        y = (1 + x / 200) * torch.sin(2 * math.pi * 0.73 * x)
        loss = ((net(x) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    # a constant amplitude would leave 1/12 of the mean square: 0.04
    assert loss.item() < 0.004
    assert abs(net[0].layer.frequency.item()) == pytest.approx(0.73, abs=1e-4)


@pytest.mark.parametrize("span", [(1.0, 1.0), (2.0, 1.0), (0.0, math.inf)])
def test_the_span_has_a_beginning_and_an_end(span):
    with pytest.raises(ValueError, match=r"span must be a pair"):
        Envelope(Periodic(1, 1), 3, span=span)


def test_what_has_no_features_and_what_is_no_column():
    with pytest.raises(TypeError, match=r"layer must give features, got GELU"):
        Envelope(nn.GELU(), 3, span=(0, 1))
    with pytest.raises(ValueError, match=r"x must have shape"):
        Envelope(Periodic(1, 1), 3, span=(0, 1))(torch.zeros(3))
