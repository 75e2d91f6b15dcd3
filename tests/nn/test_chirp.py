"""Chirps: the phase is what it says, and a training loop finds frequency and drift together."""

import math

import mpmath
import numpy as np
import pytest
import torch
from torch import nn

from epicycle.nn import Chirp
from epicycle.optim import SpectralDescent


def test_the_phase_is_that_of_the_definition_far_from_the_reference():
    layer = Chirp(2, harmonics=2, reference=1000.0, dtype=torch.float64)
    f, d = [3.7, -0.2], [0.011, -0.002]
    with torch.no_grad():
        layer.waves.frequency.copy_(torch.tensor([f, d], dtype=torch.float64).T)
    assert layer.frequency.tolist() == f
    assert layer.drift.tolist() == d
    x = 2345.678
    features = layer(torch.tensor([[x]], dtype=torch.float64))[0].detach()
    expected = []
    for frequency, drift in zip(f, d, strict=True):
        away = mpmath.mpf(x) - 1000
        turns = mpmath.mpf(frequency) * away + mpmath.mpf(drift) * away**2 / 2
        for order in (1, 2):
            expected += [mpmath.cos(2 * mpmath.pi * order * turns)]
            expected += [mpmath.sin(2 * mpmath.pi * order * turns)]
    # the square is rounded once: 1e-16 of 10^4 turns, twice for the second order
    assert np.abs(features.numpy() - np.array(expected, dtype=float)).max() < 2e-11


@pytest.mark.parametrize(("f", "d"), [(0.2, 1e-4), (0.7, 0.0)])
def test_a_loop_finds_frequency_and_drift_in_noise(f, d):
    torch.manual_seed(1)
    net = nn.Sequential(Chirp(1), nn.Linear(2, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    SpectralDescent(opt, net, band=(0.0, 1.0))
    x = (torch.rand(512, 1, dtype=torch.float64) * 2 - 1) * 500
    y = torch.sin(2 * math.pi * (f * x + 0.5 * d * x**2)) + 0.5 * torch.randn(512, 1)
    ((net(x) - y) ** 2).mean().backward()
    opt.step()
    found = [net[0].frequency.item(), net[0].drift.item()]
    sign = math.copysign(1.0, found[0])
    # some hundredths of a cycle over the data, and of one over the square of them
    assert sign * found[0] == pytest.approx(f, abs=0.05 / 1000)
    assert sign * found[1] == pytest.approx(d, abs=0.2 / 125_000)


def test_coarse_inputs_are_refused_where_the_drift_makes_the_frequency_too_high():
    layer = Chirp(1)
    with torch.no_grad():
        layer.waves.frequency.copy_(torch.tensor([[0.0, 10.0]]))
    layer(torch.full((1, 1), 10.0))
    with pytest.raises(ValueError, match=r"does not resolve the phase"):
        layer(torch.full((1, 1), 20_000.0))


@pytest.mark.parametrize("shape", [(3,), (3, 2), ()])
def test_one_column_is_expected(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 1\)"):
        Chirp(1)(torch.zeros(shape))
    with pytest.raises(ValueError, match=r"reference must be a finite number"):
        Chirp(1, reference=math.nan)


def test_all_is_float64_whatever_the_network_becomes():
    layer = Chirp(3).half()
    assert layer.reference.dtype == layer.waves.frequency.dtype == torch.float64
    assert layer(torch.zeros(2, 1)).dtype == torch.float16
    before = layer.frequency.clone()
    layer.reset_parameters()
    assert not torch.equal(before, layer.frequency)
