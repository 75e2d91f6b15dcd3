"""A small clock, the network that reads it exactly, and examples of it."""

import math

import numpy as np
import torch

from epicycle.problems import Clock
from epicycle.problems.clock_network import ClockNetwork

SMALL = Clock(1234.5678, (10, 12))


def network_of(clock: Clock, *, origin: int = 0, steepness: float = 3e4) -> ClockNetwork:
    """The network that reads a clock exactly: at the origin, every digit has its true phase."""
    network = ClockNetwork(clock.radices, origin=origin)
    turns = [math.prod(clock.radices[:k]) for k in range(len(clock.radices))]
    with torch.no_grad():
        for k, n in enumerate(turns):
            network.periodic.frequency[k, 0] = n / clock.day_length
            network.dials.offset[k] = -math.fmod(n * (origin / clock.day_length), 1.0)
        network.dials.log_steepness.fill_(math.log(steepness))
    return network


def examples(clock: Clock, n: int, years: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    t = clock.sample(n, rng=np.random.default_rng(seed), years=years)
    return torch.as_tensor(t)[:, None], torch.as_tensor(clock.digits(t))
