"""Learning-rate schedulers go on working, and govern the steps of frequencies as well."""

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks

SCHEDULERS = {
    "cosine": lambda opt: torch.optim.lr_scheduler.CosineAnnealingLR(opt, 8),
    "one cycle": lambda opt: torch.optim.lr_scheduler.OneCycleLR(opt, 1e-3, total_steps=9),
    "plateau": lambda opt: torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_sees_the_same_optimizer(name):
    rates = []
    for attached in (False, True):
        torch.manual_seed(1)
        net = networks.Sin()
        opt = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9)
        if attached:
            SpectralDescent(opt, net, angular_frequencies=[net.freq])
        scheduler = SCHEDULERS[name](opt)
        rates.append([])
        for k in range(8):
            networks.descend(net, opt, 31.0, steps=1)
            # the same values in both runs, so that only the mechanics are compared
            scheduler.step(1.0 / (k + 1)) if name == "plateau" else scheduler.step()
            rates[-1].append(opt.param_groups[0]["lr"])
    assert rates[0] == rates[1]
    assert net.freq.item() == pytest.approx(31.0, abs=1e-9)


def test_a_rate_of_zero_stops_the_steps_of_frequencies_but_not_the_search():
    torch.manual_seed(2)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=0.0)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0, steps=4)
    placed = net.freq.item()
    assert placed == pytest.approx(31.0, abs=1e-9)
    networks.descend(net, opt, 31.0005, steps=3)
    assert net.freq.item() == placed


def test_steps_are_those_of_the_optimizer_in_units_of_phase():
    torch.manual_seed(3)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.5)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0, steps=5)  # found, and no longer held
    x, y = networks.sine_batch(31.0, size=256)
    spread = descent.state_dict()["banks"][0]["spread"].item()
    velocity, frequency = opt.state[net.freq]["momentum_buffer"].item(), net.freq.item()
    with torch.no_grad():
        net.freq += 1e-5
    value = net.freq.item()
    loss = ((net(x) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    slope = (2 * (torch.sin(value * x) - y) * torch.cos(value * x) * x).mean().item()
    opt.step()
    # phase = frequency * spread: its gradient is the frequency's over the spread, and neither
    # weight decay nor the value of the frequency comes in
    velocity = 0.9 * velocity + slope / spread
    assert net.freq.item() == pytest.approx(value - 0.1 * velocity / spread, abs=1e-12)
    # the curvature in phase is about one, so that a rate of 0.1 leads back
    assert abs(net.freq.item() - frequency) < abs(value - frequency)
