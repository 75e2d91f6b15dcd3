"""Averaged copies and second iterates have the frequencies that the network has."""

import copy

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from epicycle.optim import SpectralDescent
from tests.optim import networks


def attached(**options):
    torch.manual_seed(0)
    net = networks.head(2, 1, width=4)
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    return net, opt, SpectralDescent(opt, net, **options)


def test_an_average_has_the_frequencies_of_the_network():
    told = []
    net, opt, descent = attached(on_move=told.append)
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    descent.follow(ema.module)
    for _ in range(3):
        networks.descend(net, opt, 31.0, steps=1)
        ema.update_parameters(net)
    assert told == descent.moves
    assert len(told) > 0
    # the average of a number with itself, to rounding
    torch.testing.assert_close(ema.module[0].frequency, net[0].frequency, rtol=1e-12, atol=0)
    # and weights are averaged, from the first move on
    assert not ema.module[1].weight.equal(net[1].weight)


def test_an_average_keeps_nothing_of_what_was_hardly_learned():
    torch.manual_seed(1)
    net = networks.head(2, 1, width=8)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    descent = SpectralDescent(opt, net)
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.999))
    descent.follow(ema.module)
    for _ in range(60):
        networks.descend(net, opt, 31.0, steps=1)
        ema.update_parameters(net)
    x, y = networks.sine_batch(31.0, size=1000)
    with torch.no_grad():
        # begun at the move, or when the frequency was used, it would say nothing of the sine yet
        assert (ema(x) - y).square().mean() < 0.1


def test_what_follows_must_be_a_copy():
    net, _, descent = attached()
    descent.follow(AveragedModel(net))
    descent.follow(copy.deepcopy(net))
    with pytest.raises(ValueError, match=r"the very parameters that are learned\. To fix this"):
        descent.follow(net)
    with pytest.raises(ValueError, match=r"has no frequencies '0\.frequency' of shape \(2, 1\)"):
        descent.follow(networks.head(3, 1))
    with pytest.raises(TypeError, match=r"got list\. To fix this"):
        descent.follow([net])


class TwoIterates(torch.optim.Optimizer):
    """Steps z, and the parameter half way towards it; evaluates at z."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state.setdefault("z", p.clone())
                state["z"] -= group["lr"] * p.grad
                p.lerp_(state["z"], 0.5)

    @torch.no_grad()
    def eval(self):
        for p, state in self.state.items():
            p.copy_(state["z"])


def test_a_second_iterate_is_a_frequency_too():
    torch.manual_seed(1)
    net = networks.Sin()
    opt = TwoIterates(net.parameters(), 1e-3)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0, steps=6)
    assert net.freq.item() == pytest.approx(31.0, abs=1e-6)
    opt.eval()
    assert net.freq.item() == pytest.approx(31.0, abs=1e-6)
