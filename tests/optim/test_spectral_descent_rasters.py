"""Regular inputs: no alias is learned, and the user is told once."""

import math

import pytest
import torch
from torch import nn

from epicycle.optim import SpectralDescent
from tests.optim import networks


def learned(x, frequency, first, band=None, steps=2):
    """Train on random parts of regular inputs; return the frequency."""
    net = nn.Sequential(networks.Waves(1, 1), nn.Linear(2, 1))
    with torch.no_grad():
        net[0].frequency.fill_(first)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    SpectralDescent(opt, net, band=band)
    for _ in range(steps):
        pick = torch.randperm(len(x))[:200]
        y = torch.sin(2 * math.pi * frequency * x[pick].double()).float()
        loss = ((net(x[pick]) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    return abs(net[0].frequency.item())


HOURS = torch.arange(1440, dtype=torch.float64)[:, None]


@pytest.mark.parametrize("first", [0.7, 25.001])  # anywhere, and in the basin of an alias
def test_hours_in_days_show_the_day(first):
    torch.manual_seed(0)
    with pytest.warns(RuntimeWarning, match="any frequency above 12 cycles per unit") as told:
        assert learned(HOURS / 24, 1.0, first) == pytest.approx(1.0, abs=1e-4)
    assert len(told) == 1


def test_a_minute_of_jitter_does_not_show_another_day():
    torch.manual_seed(1)
    seconds = 3600 * HOURS + (60 * torch.rand(1440, 1, dtype=torch.float64)).round()
    with pytest.warns(RuntimeWarning, match="nearly in steps of 36") as told:
        found = learned(1_700_000_000 + seconds.long(), 1 / 86400, 1e-3)
    assert found == pytest.approx(1 / 86400, rel=1e-4)
    assert len(told) == 1


def test_a_band_that_begins_above_is_what_the_user_wants():
    torch.manual_seed(2)
    assert learned(HOURS / 24, 30.0, 1.0, (24.5, 35.0)) == pytest.approx(30.0, abs=1e-4)
