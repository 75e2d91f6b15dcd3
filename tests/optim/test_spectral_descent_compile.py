"""``torch.compile`` before and after attaching; copies and pickles of what is attached."""

import copy
import io

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


# torch.compile itself reads .grad of whatever crosses a split of the graph
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
@pytest.mark.slow
@pytest.mark.parametrize("attach_to", ["compiled", "inner"])
def test_compiled_networks_learn(attach_to):
    torch._dynamo.reset()
    torch.manual_seed(1)
    net = networks.head(4, 1, width=8)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    if attach_to == "compiled":
        compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
        SpectralDescent(opt, compiled)
    else:
        # the hook is inside the graph then, and splits it: fullgraph=True would refuse that
        SpectralDescent(opt, net)
        compiled = torch.compile(net, backend="aot_eager")
    networks.descend(compiled, opt, 31.0, steps=3)
    found = 2 * torch.pi * net[0].frequency.detach().abs()
    assert (found - 31.0).abs().min() < 1e-6


def test_a_copy_is_not_watched():
    torch.manual_seed(2)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    x, _ = networks.sine_batch(31.0)
    copy.deepcopy(net)(x).sum().backward()
    assert not descent.state_dict()["reservoir"]
    net(x).sum().backward()
    assert descent.state_dict()["reservoir"]


def test_an_attached_network_can_be_pickled():
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    again = torch.load(file, weights_only=False)
    x, _ = networks.sine_batch(31.0)
    assert again(x).equal(net(x))


def test_looking_on_the_side_leaves_no_trace():
    class Noisy(networks.Sin):
        def __init__(self):
            super().__init__()
            self.normalise = torch.nn.BatchNorm1d(1, affine=False).double()
            self.drop = torch.nn.Dropout(0.1)

        def forward(self, x):
            self.normalise(x)
            return self.drop(super().forward(x))

    states = []
    for attached in (False, True):
        torch.manual_seed(3)
        net = Noisy()
        opt = torch.optim.SGD(net.parameters(), lr=0.0)
        if attached:
            descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
        networks.descend(net, opt, 31.0)
        states.append((torch.get_rng_state(), net.normalise.running_mean, net.training))
    assert descent.moves  # the network was asked
    assert states[0][0].equal(states[1][0])
    assert states[0][1].equal(states[1][1])
    assert net.training
