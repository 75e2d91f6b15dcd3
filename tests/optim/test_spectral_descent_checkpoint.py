"""A run that is saved and resumed goes on as if nothing had happened."""

import io
import math

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


def build():
    net = networks.Sin()
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    return net, opt, SpectralDescent(opt, net, angular_frequencies=[net.freq])


def run(steps, saved_after=None, **batch):
    """Train; at one point throw everything away but what torch.save keeps."""
    torch.manual_seed(1)
    net, opt, descent = build()
    values = []
    for k in range(steps):
        if k == saved_after:
            file = io.BytesIO()
            torch.save([net.state_dict(), opt.state_dict(), descent.state_dict()], file)
            file.seek(0)
            state = torch.get_rng_state()
            net, opt, descent = build()
            for owner, part in zip((net, opt, descent), torch.load(file), strict=True):
                owner.load_state_dict(part)
            torch.set_rng_state(state)
        networks.descend(net, opt, 31.0, steps=1, **batch)
        values.append(net.freq.item())
    return values, descent.moves


@pytest.mark.parametrize("saved_after", [1, 3, 5, 7])
def test_resumed_in_mid_run_it_does_the_same(saved_after):
    # 24 samples at 0 dB: no search before the eighth step has enough of them, so that the
    # samples from before the interruption decide
    batch = {"size": 24, "noise": math.sqrt(0.5)}
    through, moves = run(12, **batch)
    resumed, moves_resumed = run(12, saved_after, **batch)
    assert [move.step for move in moves] == [8]
    assert resumed == through
    assert moves_resumed == moves


def test_the_state_keeps_more_digits_than_the_parameter():
    torch.manual_seed(2)
    net = networks.Sin(torch.float32)
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.7, dtype=torch.float32)
    exact = descent.state_dict()["banks"][0]["exact"]
    assert exact.dtype == torch.float64
    again = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    again.load_state_dict(descent.state_dict())
    assert again.state_dict()["banks"][0]["exact"].equal(exact)


def test_a_state_of_another_network_is_refused():
    _, _, descent = build()
    state = descent.state_dict()
    state["banks"] = state["banks"] * 2
    with pytest.raises(ValueError, match="2 frequency parameters, and the module has 1"):
        descent.load_state_dict(state)


def test_detached_it_does_nothing_more():
    torch.manual_seed(3)
    net, opt, descent = build()
    descent.detach()
    networks.descend(net, opt, 31.0)
    assert not descent.moves
    assert not descent.state_dict()["reservoir"]
    assert descent.state_dict()["step"] == 0
