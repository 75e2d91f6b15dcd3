"""The network is asked what a named parameter is: its unit, its kind, and what it multiplies."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from epicycle.optim import SpectralDescent
from epicycle.optim.calibrate import calibrate
from epicycle.optim.frequencies import FrequencyBank


class Named(nn.Module):
    """A sine and a cosine of something of a parameter and the inputs."""

    def __init__(self, phase, start=(1.3,)):
        super().__init__()
        self.p = nn.Parameter(torch.tensor(start, dtype=torch.float64))
        self.phase = phase
        self.readout = nn.Linear(2, 1).double()

    def forward(self, *x):
        phase = self.phase(self.p, *x)
        return self.readout(torch.cat([phase.sin(), phase.cos()], -1))


def times(n=256, span=1000.0, seed=3):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(n, 1, generator=generator, dtype=torch.float64) * 2 - 1) * span


def seen(net, *arguments, pick=None):
    bank = FrequencyBank(net.p, None, True, pick)

    def output(value):
        with torch.no_grad():
            return torch.func.functional_call(net, {"p": value}, arguments)

    return calibrate(bank, arguments, output, "p")


KINDS = {
    "angular": (lambda p, x: p * x, ("proportional", 1 / (2 * math.pi))),
    "cycles": (lambda p, x: 2 * math.pi * p * x, ("proportional", 1.0)),
    "w0": (lambda p, x: 30 * (p * x + 0.1), ("proportional", 30 / (2 * math.pi))),
    "period": (lambda p, x: 2 * math.pi * x / p, ("period", 1.0)),
    "logarithm": (lambda p, x: p.exp() * x, ("logarithm", 1 / (2 * math.pi))),
    "octaves": (lambda p, x: 2 * math.pi * 2**p * x, ("logarithm", 1.0)),
    "log period": (lambda p, x: 2 * math.pi * (-p).exp() * x, ("logarithm", 1.0)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_is_read_off_the_lines_of_the_output(kind):
    torch.manual_seed(1)
    phase, (name, unit) = KINDS[kind]
    found = seen(Named(phase), times(128))
    assert found.scale.kind == name
    # round units are taken as such, so that there is nothing to be tolerated but rounding
    assert found.scale.unit == pytest.approx(unit, rel=1e-12)


@pytest.mark.parametrize("phase", [lambda p, x: p**2 * x, lambda p, x: functional.softplus(p) * x])
def test_what_is_no_frequency_is_refused_in_a_sentence(phase):
    torch.manual_seed(1)
    with pytest.raises(ValueError, match=r"the frequency that p gives is neither proportional"):
        seen(Named(phase), times(128))


def test_a_parameter_without_effect_is_left_as_it_was_named():
    net = Named(lambda p, x: p * x)
    nn.init.zeros_(net.readout.weight)
    assert seen(net, times(64)) is None


def test_the_column_is_found_or_named():
    torch.manual_seed(1)
    features = torch.randn(128, 3, dtype=torch.float64)
    t = times(128)
    second = seen(Named(lambda p, f, x: p * x + 0.3 * f[:, :1]), features, t)
    assert (second.input.argument, second.input.column) == (1, 0)
    table = torch.cat([features, t], 1)
    column = seen(Named(lambda p, a: p * a[:, 3:] + 0.3 * a[:, :1]), table)
    assert (column.input.argument, column.input.column) == (0, 3)
    assert torch.equal(column.input((table,)), t)
    named = seen(Named(lambda p, a: p * a[:, 3:]), table, pick=lambda args: args[0][:, 3:])
    assert named.input is None
    assert named.scale.unit == pytest.approx(1 / (2 * math.pi))


def test_wave_vectors_have_a_unit_too():
    torch.manual_seed(1)
    x = torch.cat([times(128), times(128, 20.0, seed=4)], 1)
    found = seen(Named(lambda p, x: 2 * math.pi * (x @ p)[:, None], (0.3, 1.1)), x)
    assert found.input is None
    assert found.scale.unit == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("kind", ["cycles", "period", "log period"])
def test_a_loop_learns_it(kind):
    torch.manual_seed(2)
    net = Named(KINDS[kind][0])
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    SpectralDescent(opt, net, frequencies=[net.p])
    for step in range(40):
        x = times(seed=step)
        loss = ((net(x) - torch.sin(31 * x)) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    cycles = 31 / (2 * math.pi)
    true = {"cycles": cycles, "period": 1 / cycles, "log period": -math.log(cycles)}[kind]
    learned = net.p.item() if kind == "log period" else abs(net.p.item())
    assert learned == pytest.approx(true, rel=1e-6)


def test_frozen_frequencies_get_a_word():
    net = Named(KINDS["angular"][0])
    net.p.requires_grad_(False)
    opt = torch.optim.SGD(net.parameters(), lr=1e-2)
    SpectralDescent(opt, net, angular_frequencies=[net.p])
    x = times(64)
    ((net(x) - torch.sin(31 * x)) ** 2).mean().backward()
    with pytest.warns(RuntimeWarning, match=r"every frequency of the module is frozen"):
        opt.step()
