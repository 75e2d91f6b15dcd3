"""What cannot work is refused, with the reason and the remedy."""

import pytest
import torch
from torch import nn

from epicycle.optim import SpectralDescent
from tests.optim import networks


@pytest.fixture
def net():
    return networks.Sin()


@pytest.fixture
def opt(net):
    return torch.optim.SGD(net.parameters(), lr=1e-4)


def test_nothing_to_learn(net, opt):
    with pytest.raises(ValueError, match=r"no layer that learns by its spectrum.*angular_freq"):
        SpectralDescent(opt, net)


def test_no_optimizer(net):
    with pytest.raises(TypeError, match=r"must be a torch\.optim\.Optimizer, got list"):
        SpectralDescent([net.freq], net, angular_frequencies=[net.freq])


def test_a_parameter_of_someone_else(net, opt):
    with pytest.raises(ValueError, match=r"not a parameter of the module"):
        SpectralDescent(opt, net, angular_frequencies=[nn.Parameter(torch.ones(1))])


def test_a_parameter_that_is_not_optimized(net):
    other = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1e-4)
    with pytest.raises(ValueError, match=r"optimizer does not hold all frequency parameters"):
        SpectralDescent(other, net, angular_frequencies=[net.freq])


@pytest.mark.parametrize("band", [(2.0, 1.0), (-1.0, 1.0), (0.0, float("inf"))])
def test_bands(net, opt, band):
    with pytest.raises(ValueError, match=r"band must be a pair 0 <= lowest < highest"):
        SpectralDescent(opt, net, band=band, angular_frequencies=[net.freq])


def test_probabilities(net, opt):
    with pytest.raises(ValueError, match=r"false_alarm must lie between 0 and 1, got 1\.5"):
        SpectralDescent(opt, net, false_alarm=1.5, angular_frequencies=[net.freq])


def test_outputs_that_match_no_inputs(net, opt):
    class Pooled(networks.Sin):
        def forward(self, x):
            return super().forward(x).mean(1, keepdim=True)

    net = Pooled()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    net(torch.rand(64, 7, dtype=torch.float64)).sum().backward()
    with pytest.raises(ValueError, match=r"does not fall into one row for each of the 448 inputs"):
        opt.step()


def test_a_module_called_by_keyword_is_seen_as_by_position(net, opt):
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    x = torch.rand(64, 1, dtype=torch.float64)
    net(x=x).sum().backward()
    (noted,) = descent.state_dict()["reservoir"]
    assert noted["arguments"][0].equal(x)


def test_arguments_without_a_position_are_refused():
    class Named(networks.Sin):
        def forward(self, *, x):
            return super().forward(x)

    net = Named()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    net(x=torch.rand(64, 1, dtype=torch.float64)).sum().backward()
    with pytest.raises(ValueError, match=r"called without a positional tensor"):
        opt.step()
