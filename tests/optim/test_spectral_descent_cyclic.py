"""Classes in cyclic order: each block of logits has a frequency, and a direction, of its own."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from epicycle.optim import SpectralDescent
from tests.optim import networks

SIZES = (6, 10)
#: Cycles per unit; the second dial turns backwards.
FREQUENCIES = (0.313, -4.1717)


def digits(x):
    return [
        (frequency * x[:, 0] % 1 * size).long()
        for frequency, size in zip(FREQUENCIES, SIZES, strict=True)
    ]


def train(net, steps=2, size=1024):
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    descent = SpectralDescent(opt, net)
    for _ in range(steps):
        x = torch.rand(size, 1, dtype=torch.float64) * 2000
        logits = net(x).split(SIZES, 1)
        loss = sum(map(functional.cross_entropy, logits, digits(x)))
        opt.zero_grad()
        loss.backward()
        opt.step()
    return descent


def test_each_block_gives_its_frequency_the_line_and_the_sign():
    torch.manual_seed(1)
    net = nn.Sequential(networks.Waves(1, 2), networks.Cyclic(4, SIZES))
    train(net)
    found = net[0].frequency.detach()[:, 0].tolist()
    # a label is its phase to within 1/6 of a turn: noise of (pi / 6)^2 / 3 of the power, so that
    # sqrt(6 * 0.09 / 1024) / (pi * 2000) = 4e-6 is one standard deviation
    assert found == pytest.approx(FREQUENCIES, abs=2e-5)


def test_more_frequencies_than_blocks():
    torch.manual_seed(2)
    net = nn.Sequential(networks.Waves(1, 5), networks.Cyclic(10, SIZES))
    train(net)
    found = net[0].frequency.detach()[:, 0]
    for frequency in FREQUENCIES:
        assert (found - frequency).abs().min() < 2e-5


def test_blocks_that_do_not_add_up_are_refused():
    net = nn.Sequential(networks.Waves(1, 2), networks.Cyclic(4, SIZES))
    net[1].cyclic_sizes = (6, 11)
    with pytest.raises(ValueError, match=r"\(6, 11\) add up to 17, but the output has 16"):
        train(net, steps=1)


def test_earths_clock_is_found_in_120_years_of_seconds():
    torch.manual_seed(3)
    net = nn.Sequential(networks.Waves(1, 3), networks.Cyclic(6, (24, 60, 60)))
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net)
    years = int(120 * 365.25 * 86_400)
    x = torch.randint(0, years, (4096, 1))
    day = x[:, 0] % 86_400
    labels = (day // 3600, day // 60 % 60, day % 60)
    loss = sum(map(functional.cross_entropy, net(x).split((24, 60, 60), 1), labels))
    loss.backward()
    opt.step()
    periods = 1 / net[0].frequency.detach()[:, 0]
    assert periods.tolist() == pytest.approx([86_400, 3600, 60], rel=1e-6)
    turns = net[0].frequency.detach()[:, 0] - 1 / torch.tensor([86_400.0, 3600, 60]).double()
    # hours are coarsest: noise of (pi / 24)^2 / 3 of the power, sqrt(6 * 0.006 / 4096) / pi turns
    # at the edge, which is 1e-3
    assert (turns * years / 2).abs().max() < 5e-3
    assert math.isfinite(loss.item())
