"""The network of the clock can read any clock."""

import numpy as np
import pytest
import torch

from epicycle.problems import Clock, exact_match
from tests.problems.lessons import SMALL, network_of


@pytest.mark.parametrize("clock", [Clock(), SMALL, Clock(3e5 / 7, (5, 60, 7))])
def test_the_network_can_read_a_clock(clock: Clock) -> None:
    network = network_of(clock, origin=1_900_000_000)
    t = clock.sample(20_000, rng=np.random.default_rng(1), years=120.0)
    digits = clock.digits(t)
    tick = clock.day_length / clock.ticks_per_day
    # where an instant lies on an edge, to 1e-5 of a class, float32 may decide either way
    clear = np.abs((t / tick + 0.5) % 1 - 0.5) > 1e-3
    assert (network.read(t) == digits)[clear].all()


def test_directions_are_signs_of_frequencies() -> None:
    network = network_of(SMALL)
    with torch.no_grad():
        network.periodic.frequency *= -1
    t = SMALL.sample(1000, rng=np.random.default_rng(1), years=0.01, continuous=True)
    assert exact_match(network.read(-t), SMALL.digits(t)) > 0.999
