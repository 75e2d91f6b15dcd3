"""A frozen frequency stays what it is, whenever it was frozen; an empty batch teaches nothing."""

import pytest
import torch
from torch import nn

from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent

TRUE = 31.0

pytestmark = pytest.mark.filterwarnings("ignore:SpectralDescent moves nothing:RuntimeWarning")


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(Periodic(1, 1), nn.Linear(2, 1))


def train(net: nn.Module, opt: torch.optim.Optimizer, steps: int, *, clear: bool = True) -> None:
    for _ in range(steps):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * 1000
        if clear:
            opt.zero_grad()
        (net(x) - torch.sin(TRUE * x)).square().mean().backward()
        opt.step()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_frozen_frequency_is_never_written(before, kind):
    net = network()
    opt = getattr(torch.optim, kind)(net.parameters(), lr=0.1, weight_decay=0.1)
    if before:
        net[0].requires_grad_(False)
    descent = SpectralDescent(opt, net)
    net[0].requires_grad_(False)
    value = net[0].frequency.clone()
    with pytest.warns(RuntimeWarning, match="frozen"):
        train(net, opt, 12)
    assert torch.equal(net[0].frequency, value)
    assert not net[0].frequency.requires_grad
    assert descent.moves == []


def test_frozen_with_a_gradient_left_it_stays_too():
    net = network()
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    SpectralDescent(opt, net)
    train(net, opt, 2)
    net[0].requires_grad_(False)
    value = net[0].frequency.clone()
    train(net, opt, 2, clear=False)
    assert torch.equal(net[0].frequency, value)


def test_what_is_thawed_learns():
    net = network()
    net[0].requires_grad_(False)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    SpectralDescent(opt, net)
    train(net, opt, 3)
    net[0].requires_grad_(True)
    train(net, opt, 20)
    # 5,000 samples over 2,000 units tell a frequency to far better than this
    assert abs(abs(net[0].frequency.item()) * 2 * torch.pi - TRUE) < 1e-4


def test_of_two_layers_only_the_one_that_learns_is_moved():
    torch.manual_seed(0)
    net = nn.ModuleList([Periodic(1, 1), Periodic(1, 1), nn.Linear(4, 1)])

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = net

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.parts[2](torch.cat([self.parts[0](x), self.parts[1](x)], dim=-1))

    model = Both()
    net[0].requires_grad_(False)
    value = net[0].frequency.clone()
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    descent = SpectralDescent(opt, model)
    train(model, opt, 20)
    assert torch.equal(net[0].frequency, value)
    assert {move.parameter for move in descent.moves} == {1}
    assert abs(abs(net[1].frequency.item()) * 2 * torch.pi - TRUE) < 1e-4


def test_an_empty_batch_teaches_nothing():
    net = network()
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    SpectralDescent(opt, net)
    value = net[0].frequency.clone()
    x = torch.empty(0, 1, dtype=torch.float64)
    net(x).square().sum().backward()
    opt.step()
    assert torch.equal(net[0].frequency, value)
    train(net, opt, 20)
    assert abs(abs(net[0].frequency.item()) * 2 * torch.pi - TRUE) < 1e-4
