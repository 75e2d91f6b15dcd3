"""The same seed gives the same run, bit for bit."""

import math

import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


def run(seed):
    torch.manual_seed(seed)
    net = networks.head(4, 1)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    descent = SpectralDescent(opt, net)
    networks.descend(net, opt, 31.0, steps=9, noise=math.sqrt(0.5))
    return [p.detach().clone() for p in net.parameters()], descent.moves, torch.get_rng_state()


def test_two_runs_agree():
    first, second, other = run(1), run(1), run(2)
    assert all(a.equal(b) for a, b in zip(first[0], second[0], strict=True))
    assert first[1] == second[1]
    assert first[2].equal(second[2])
    assert first[1]
    assert first[1] != other[1]
