"""The Sin problem: the original loop with one line added."""

import gc
import math

import numpy as np
import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


@pytest.mark.parametrize("batch_size", [32, 1024])
@pytest.mark.parametrize("frequency", [0.0123, 1.7, 31.0, 811.3])
def test_the_script_learns_any_frequency(frequency, batch_size):
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    gc.collect()  # nobody but the optimizer keeps it
    loss = networks.descend(net, opt, frequency, steps=8, size=batch_size)
    # a phase error of 1e-6 rad at the edge, which leaves a loss of 1e-13, is 1e-9 in frequency
    assert abs(net.freq.item() - frequency) < 1e-9
    assert loss < 1e-12


def test_without_it_the_script_does_not_learn():
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    assert networks.descend(net, opt, 31.0, steps=8) > 0.1


@pytest.mark.parametrize("frequency", [0.05, 31.0, 700.0])
def test_float32_ends_at_the_representable_value_nearest_to_the_truth(frequency):
    torch.manual_seed(2)
    net = networks.Sin(torch.float32)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    # with the very value that made the targets the loss is exactly 0
    assert networks.descend(net, opt, frequency, size=512, dtype=torch.float32) == 0.0
    assert abs(net.freq.item()) == float(np.float32(frequency))


def test_noise_of_the_signals_power():
    torch.manual_seed(3)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0, steps=12, size=32, noise=math.sqrt(0.5))
    # Cramer-Rao from the 128 samples of the first four batches or more: 6 sigma^2 / (A^2 N R^2)
    # with R = 1000 for the half range and N sigma^-2 = 256 gives 1.1e-4 at one standard deviation
    assert abs(net.freq.item() - 31.0) < 5 * 1.1e-4


@pytest.mark.parametrize("frequency", [0.0123, 0.3, 31.0, 811.3])
def test_what_is_exact_stays_exact(frequency):
    torch.manual_seed(9)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    # the searches at steps 4, 8 and 16 have nothing to see but rounding errors
    assert networks.descend(net, opt, frequency, steps=20, size=32) < 1e-15


def test_the_sign_is_that_of_the_target():
    for sign in (1, -1):
        torch.manual_seed(4)
        net = networks.Sin()
        opt = torch.optim.SGD(net.parameters(), lr=1e-4)
        SpectralDescent(opt, net, angular_frequencies=[net.freq])
        networks.descend(net, opt, sign * 31.0, steps=2)
        assert net.freq.item() == pytest.approx(sign * 31.0, abs=1e-9)


def test_a_target_that_changes_is_followed():
    torch.manual_seed(5)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq], capacity=256)
    networks.descend(net, opt, 31.0, steps=5)
    # the residual then has the power of two sines, twice that of the line that was found first
    networks.descend(net, opt, 45.0, steps=3)
    assert net.freq.item() == pytest.approx(45.0, abs=1e-6)
    assert [round(2 * math.pi * move.frequency[0]) for move in descent.moves] == [31, 45]


def test_a_start_close_to_the_truth_is_kept():
    torch.manual_seed(6)
    net = networks.Sin()
    with torch.no_grad():
        net.freq.fill_(31.0005)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0, steps=4)
    assert net.freq.item() == pytest.approx(31.0, abs=1e-7)


def test_several_frequencies_of_one_parameter():
    class Sum(networks.Sin):
        def forward(self, x):
            return torch.sin(self.freq * x).sum(-1, keepdim=True)

    torch.manual_seed(7)
    net = Sum(count=3)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    true = torch.tensor([3.3, 31.0, 310.7], dtype=torch.float64)
    for _ in range(8):
        x, _ = networks.sine_batch(1.0, size=512)
        loss = ((net(x) - torch.sin(true * x).sum(-1, keepdim=True)) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    assert net.freq.sort().values.tolist() == pytest.approx(true.tolist(), abs=1e-6)
    assert loss.item() < 1e-8


def test_a_band_that_is_given_is_kept_to():
    torch.manual_seed(8)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    above = 10.0 / (2 * math.pi)
    descent = SpectralDescent(opt, net, band=(above, 100 * above), angular_frequencies=[net.freq])
    networks.descend(net, opt, 3.0)
    assert not descent.moves
    # found at step 8 among samples of the old target, corrected at step 16 without them
    networks.descend(net, opt, 31.0, steps=12)
    assert net.freq.item() == pytest.approx(31.0, abs=1e-6)
