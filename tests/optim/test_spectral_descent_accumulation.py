"""Gradients accumulated over micro-batches of different sizes."""

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


@pytest.mark.parametrize("reduction", ["mean of means", "sum"])
@pytest.mark.parametrize("sizes", [(100, 37, 61), (16, 200)])
def test_unequal_micro_batches_are_one_sample(sizes, reduction):
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for _ in range(4):
        opt.zero_grad()
        for size in sizes:
            x, y = networks.sine_batch(31.0, size)
            squares = (net(x) - y) ** 2
            loss = squares.mean() / len(sizes) if reduction != "sum" else squares.sum() / sum(sizes)
            loss.backward()
        opt.step()
    # chunks on wrong scales would be noise of a few per cent: an error of 1e-6 and a loss of 1e-7
    assert net.freq.item() == pytest.approx(31.0, abs=1e-9)
    assert loss.item() < 1e-12


def test_a_search_follows_steps_not_micro_batches():
    torch.manual_seed(3)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for _ in range(3):
        x, y = networks.sine_batch(31.0)
        ((net(x) - y) ** 2).mean().backward()
    assert not descent.moves
    opt.step()
    assert [move.step for move in descent.moves] == [1]
