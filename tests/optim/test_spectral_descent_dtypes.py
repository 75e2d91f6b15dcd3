"""Networks that change their dtype, inputs of any kind, and inputs that are too coarse."""

import math
import warnings

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


def test_a_frequency_keeps_its_digits_through_half_and_back():
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.7, steps=3)
    net.half()
    assert net.freq.dtype == torch.float16
    x, _ = networks.sine_batch(31.7, size=64, dtype=torch.float16)
    (net(x / 100) * 0).sum().backward()
    opt.step()
    net.double()
    (net(x.double()) * 0).sum().backward()
    opt.zero_grad()
    opt.step()
    # float16 alone would have left 31.703
    assert net.freq.item() == pytest.approx(31.7, abs=1e-8)


def test_a_network_converted_after_attaching():
    torch.manual_seed(2)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    net.to(torch.float32)
    networks.descend(net, opt, 31.0, dtype=torch.float32)
    assert net.freq.dtype == torch.float32
    assert net.freq.item() == 31.0


def test_a_value_set_by_the_user_is_taken_over():
    torch.manual_seed(3)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    with torch.no_grad():
        net.freq.fill_(12.5)
    x, _ = networks.sine_batch(1.0)
    (net(x) * 0).sum().backward()
    opt.step()
    assert net.freq.item() == 12.5


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
def test_whole_seconds_over_a_century(dtype):
    torch.manual_seed(4)
    century = 3_155_760_000
    net = torch.nn.Sequential(networks.Waves(1, 2, torch.float64), torch.nn.Linear(4, 1)).double()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net)
    for _ in range(2):
        x = torch.randint(0, century, (2048, 1)).to(dtype)
        day = 2 * math.pi / 86_400 * (x.double() % 86_400)
        minute = 2 * math.pi / 60 * (x.double() % 60)
        y = torch.sin(day + 1) + torch.cos(minute)
        loss = ((net(x).double() - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    assert descent.moves
    found = sorted(net[0].frequency.detach().abs()[:, 0].tolist())
    # noise-free; 1e-13 is 3e-4 turns in a century
    assert found == pytest.approx([1 / 86_400, 1 / 60], abs=1e-13)


def test_a_band_that_float32_does_not_resolve_is_refused():
    net = networks.Sin(torch.float32)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, band=(0.0, 0.1), angular_frequencies=[net.freq])
    x = torch.rand(512, 1) * 3.8e9  # the step of float32 there is 256
    net(x).square().mean().backward()
    with pytest.raises(ValueError, match=r"come in steps of 256.*pass inputs in float64"):
        opt.step()


def test_nothing_found_in_coarse_inputs_is_said_to_be_no_proof():
    torch.manual_seed(5)
    net = networks.Sin(torch.float32)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])

    def step():
        seconds = torch.randint(0, 3_800_000_000, (256, 1))
        y = torch.sin(2 * math.pi / 60 * (seconds % 60))
        loss = ((net(seconds.float()) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()

    for _ in range(15):
        step()
    with pytest.warns(RuntimeWarning, match=r"float32 do not resolve higher ones"):
        step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(16):  # once is enough
            step()
