"""A target that changes, a checkpoint that is restored, and a fold that begins: found again."""

import copy
import math

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


@pytest.fixture
def trained():
    torch.manual_seed(0)
    net = networks.head(1, 1, width=8)
    first = copy.deepcopy(net.state_dict())
    opt = torch.optim.Adam(net.parameters(), lr=3e-2)
    descent = SpectralDescent(opt, net)
    networks.descend(net, opt, 31.0, steps=80)
    return net, opt, descent, first


def learned(net):
    return 2 * math.pi * abs(net[0].frequency.item())


def test_a_target_that_changes_is_found_again(trained):
    net, opt, descent, _ = trained
    assert learned(net) == pytest.approx(31.0, abs=1e-4)
    networks.descend(net, opt, 57.0, steps=48)
    assert learned(net) == pytest.approx(57.0, abs=1e-4)
    assert descent.moves[-1].step <= 80 + 48  # not at the next power of four


def test_a_restored_checkpoint_is_searched_anew(trained):
    net, opt, descent, first = trained
    before = len(descent.moves)
    net.load_state_dict(first)
    networks.descend(net, opt, 57.0, steps=2)
    assert learned(net) == pytest.approx(57.0, abs=1e-4)
    assert len(descent.moves) > before


def test_inputs_that_grow_widen_the_unit_of_phase():
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for step in range(16):
        x = 100.0 * (step + torch.rand(64, 1, dtype=torch.float64))
        ((net(x) - torch.sin(31.0 * x)) ** 2).mean().backward()
        opt.step()
        opt.zero_grad()
    # the last batches, 1,500 from the start, and not the first one, 50 from it
    assert descent.state_dict()["banks"][0]["spread"].item() == pytest.approx(1500, rel=0.1)
    assert net.freq.item() == pytest.approx(31.0, abs=1e-4)
