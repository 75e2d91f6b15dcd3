"""What layers see is taken down without running what follows."""

import torch

from epicycle.optim.probe import Probe
from tests.optim import networks


def test_the_inputs_of_layers_are_seen_without_running_what_follows():
    torch.manual_seed(4)
    net = networks.head(3, 1)
    calls = []
    net[1].register_forward_hook(lambda *_: calls.append(1))
    x = torch.rand(5, 1)
    seen = Probe(net).inputs((x,), [net[0]])
    assert seen[net[0]].equal(x)
    assert not calls


def test_layers_that_are_not_reached_are_left_out():
    torch.manual_seed(5)
    net, other = networks.head(3, 1), networks.Waves(1, 2)
    x = torch.rand(5, 1)
    seen = Probe(net).inputs((x,), [net[0], other])
    assert list(seen) == [net[0]]
    assert not net[0]._forward_pre_hooks
    assert not other._forward_pre_hooks


def test_evaluation_leaves_the_random_state_and_repeats_itself():
    torch.manual_seed(6)
    net = torch.nn.Sequential(networks.Waves(1, 2), torch.nn.Dropout())
    probe, x = Probe(net), torch.rand(50, 1)
    before = torch.get_rng_state()
    first, second = probe.output((x,), {}), probe.output((x,), {})
    assert first.equal(second)
    assert (first == 0).any()
    assert torch.get_rng_state().equal(before)
