"""Automatic mixed precision: scaled losses, steps that are skipped, low-precision outputs."""

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


def test_a_loss_scale_that_changes_inside_the_reservoir():
    torch.manual_seed(1)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for k in range(8):
        # 24 samples a step: the search after step 4 joins four scales
        x, y = networks.sine_batch(31.0, size=24)
        loss = ((net(x) - y) ** 2).mean()
        opt.zero_grad()
        (loss * 2.0 ** (16 - 3 * k)).backward()
        net.freq.grad /= 2.0 ** (16 - 3 * k)  # what GradScaler.unscale_ does
        opt.step()
    # on one scale the samples are noise-free; on eight they would be noise of 100 %
    assert net.freq.item() == pytest.approx(31.0, abs=1e-9)


def test_steps_skipped_for_infinite_gradients_leave_nothing_behind():
    torch.manual_seed(2)
    net = networks.Sin(torch.float32)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    for k in range(6):
        x, y = networks.sine_batch(31.0, size=256, dtype=torch.float32)
        before = net.freq.item()
        loss = ((net(x) - y) ** 2).mean()
        if k in (0, 2):
            loss = loss * float("inf")
        opt.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(opt)
        scaler.update()
        if k in (0, 2):
            assert net.freq.item() == before
    assert descent.state_dict()["step"] == 4
    assert net.freq.item() == 31.0


def test_bfloat16_autocast():
    torch.manual_seed(3)
    net = networks.head(4, 1)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    descent = SpectralDescent(opt, net)
    for _ in range(4):
        x, y = networks.sine_batch(31.0, size=512)
        with torch.autocast("cpu", torch.bfloat16):
            out = net(x)
        assert out.dtype == torch.bfloat16
        loss = ((out - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    found = 2 * torch.pi * net[0].frequency.detach().abs()
    # bfloat16 rounds to 8 bits: noise of 0.2 % of the amplitude or less, so that 512 samples give
    # the frequency to sqrt(6 / 512) * 0.002 / 1000 = 2e-7
    assert (found - 31.0).abs().min() < 1e-6
    assert descent.moves
