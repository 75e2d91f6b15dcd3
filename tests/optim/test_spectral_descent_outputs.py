"""Outputs that are no single tensor, and modules that return a loss."""

import dataclasses
import math

import pytest
import torch
from torch import nn

from epicycle.optim import SpectralDescent
from tests.optim import networks


@dataclasses.dataclass
class Said:
    loss: torch.Tensor
    logits: torch.Tensor


class Wrapped(nn.Module):
    def __init__(self, wrap):
        super().__init__()
        self.net, self.wrap = networks.head(1, 1, width=8), wrap

    def forward(self, x, labels):
        logits = self.net(x)
        return self.wrap(((logits - labels) ** 2).mean(), logits)


def train(net, loss_of, steps=2, **options):
    torch.manual_seed(0)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    descent = SpectralDescent(opt, net, **options)
    for _ in range(steps):
        x, y = networks.sine_batch(31.0)
        opt.zero_grad()
        loss_of(net, x, y.float()).backward()
        opt.step()
    return descent


WRAPS = {
    "tuple": (lambda loss, out: (loss, out), lambda said: said[0]),
    "mapping": (lambda loss, out: {"loss": loss, "logits": out}, lambda said: said["loss"]),
    "dataclass": (Said, lambda said: said.loss),
}


@pytest.mark.parametrize("kind", WRAPS)
def test_frequencies_are_found_in_any_output(kind):
    torch.manual_seed(0)
    wrap, unwrap = WRAPS[kind]
    net = Wrapped(wrap)
    train(net, lambda net, x, y: unwrap(net(x, labels=y)))
    assert 2 * math.pi * abs(net.net[0].frequency.item()) == pytest.approx(31.0, abs=1e-4)


def test_where_a_loss_is_returned_the_prediction_is_named():
    torch.manual_seed(0)
    net = Wrapped(lambda loss, out: loss)
    train(net, lambda net, x, y: net(x, y), output_of=net.net)
    assert 2 * math.pi * abs(net.net[0].frequency.item()) == pytest.approx(31.0, abs=1e-4)


def test_a_module_that_is_never_called_is_told_within_four_steps():
    torch.manual_seed(0)
    net = Wrapped(lambda loss, out: loss)
    told = r"Wrapped\(x\) is not what your loop calls.*perhaps its part \.net"
    with pytest.warns(RuntimeWarning, match=told):
        train(net, lambda net, x, y: ((net.net(x) - y) ** 2).mean(), steps=4)
    with pytest.warns(RuntimeWarning, match=r"output_of=net\.head"):
        train(Wrapped(lambda loss, out: loss), lambda net, x, y: net(x, y), steps=4)
