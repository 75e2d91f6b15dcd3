"""The frequencies of a layer, and the phases that they make."""

import math

import torch

from epicycle.nn import Periodic
from epicycle.optim.frequencies import FrequencyBank


def test_phases_are_those_of_the_highest_multiple_not_of_their_number():
    layer = Periodic(1, 2, harmonics=(1, 24))
    bank = FrequencyBank(layer.frequency, layer, angular=False)
    bank.observe(torch.tensor([3.0]))
    radians_per_frequency = 2 * math.pi * 24 * 3.0
    gradient = bank.phase_gradient(torch.full((2, 1), radians_per_frequency, dtype=torch.float64))
    torch.testing.assert_close(gradient, torch.ones(2, 1, dtype=torch.float64))
