"""Which frequencies are given up for a line, and what a line brings along."""

import math

import pytest
import torch

from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent
from tests.optim import networks

#: Cycles over [-1000, 1000] that have no small multiple in common.
FIRST, SECOND = 0.0731, 0.4177


def search(layer, target, weights=None):
    """Train for a step; return what was moved, and the frequencies."""
    head = torch.nn.Linear(layer.frequency.numel() * 2 * len(orders_of(layer)), 1).double()
    with torch.no_grad():
        head.weight.zero_()
        head.bias.zero_()
        for feature, weight in (weights or {}).items():
            head.weight[0, feature] = weight
    net = torch.nn.Sequential(layer, head)
    opt = torch.optim.Adam(net.parameters(), lr=1e-6)
    descent = SpectralDescent(opt, net)
    x = (torch.rand(2048, 1, dtype=torch.float64) * 2 - 1) * 1000
    loss = ((net(x) - target(x)) ** 2).mean()
    loss.backward()
    opt.step()
    return descent.moves, layer.frequency.detach()[:, 0].clone()


def orders_of(layer):
    return getattr(layer, "orders", (1,))


def wave(frequency, x):
    return torch.sin(2 * math.pi * frequency * x)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("trained", [False, True], ids=["head of zeros", "trained head"])
def test_a_frequency_in_use_is_not_given_up_for_another_line(place, trained):
    torch.manual_seed(place)
    layer = networks.Waves(1, 4, torch.float64)
    layer.frequency.data[place] = FIRST
    # weaker than the line that is missing, so that this one has the first choice
    weights = {2 * place + 1: 0.5} if trained else {}
    moves, frequency = search(layer, lambda x: 0.5 * wave(FIRST, x) + wave(SECOND, x), weights)
    assert abs(frequency[place] - FIRST) < 1e-4
    (index,) = [k for k in range(4) if abs(frequency[k] - SECOND) < 1e-6]
    assert index != place
    assert {move.index for move in moves} <= {index, place}


@pytest.mark.parametrize("orders", [4, (1, 2, 7)])
def test_multiples_that_a_line_brings_along_take_no_further_frequency(orders):
    torch.manual_seed(5)
    layer = Periodic(1, 4, harmonics=orders, dtype=torch.float64)

    def target(x):
        waves = [wave(order * FIRST, x) / order for order in layer.orders]
        return sum(waves) + 0.1 * wave(SECOND, x)

    moves, frequency = search(layer, target)
    moved = sorted(abs(float(frequency[move.index])) for move in moves)
    assert moved == pytest.approx([FIRST, SECOND], rel=1e-4)


def test_multiples_that_it_does_not_bring_along_are_lines_of_their_own():
    torch.manual_seed(6)
    layer = Periodic(1, 4, harmonics=(1, 2), dtype=torch.float64)

    def target(x):
        # noise, beside which what the first estimate leaves of the first line is nothing
        return wave(FIRST, x) + 0.5 * wave(3 * FIRST, x) + torch.randn_like(x)

    moves, frequency = search(layer, target)
    moved = sorted(abs(float(frequency[move.index])) for move in moves)
    # four times the Cramer-Rao bound of the weaker line: sqrt(6) sigma / (pi A sqrt(n) T)
    bound = 4 * math.sqrt(6 / 2048) / (math.pi * 0.5 * 2000)
    assert moved == pytest.approx([FIRST, 3 * FIRST], abs=bound)
