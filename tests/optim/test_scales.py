"""Values of a parameter, and the frequencies they stand for."""

import math

import pytest
import torch

from epicycle.optim.scales import ANGULAR, CYCLES, LOGARITHM, PERIOD, Scale

SCALES = [CYCLES, ANGULAR, Scale(PERIOD, 2.5), Scale(LOGARITHM, 0.3), Scale(LOGARITHM, 2.0, 0.5)]


@pytest.mark.parametrize("scale", SCALES)
def test_there_and_back_with_the_slope_of_the_way(scale):
    frequency = torch.tensor([0.01, 3.0, 700.0], dtype=torch.float64, requires_grad=True)
    value = scale.value(frequency)
    assert torch.allclose(scale.cycles(value), frequency)
    value.sum().backward()
    slope = torch.as_tensor(scale.slope(frequency.detach()), dtype=torch.float64)
    assert torch.allclose(frequency.grad, slope.expand(3))


def test_only_a_logarithm_has_no_sign():
    minus = torch.tensor(-2.0, dtype=torch.float64)
    for scale in SCALES:
        back = scale.cycles(scale.value(minus))
        assert float(back) == pytest.approx(-2.0 if scale.signed else 2.0)
    assert float(ANGULAR.value(minus)) == pytest.approx(-4 * math.pi)
