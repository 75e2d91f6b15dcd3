"""A mouse whose rhythm a pulse of light delays by three hours, tracked once for all pictures."""

from functools import cache
from typing import Any

import numpy as np

import epicycle

#: When, and by how many hours.
PULSE, DELAY, PERIOD = 238.0, 3.0, 23.7

RNG = np.random.default_rng(7)
T = np.sort(RNG.uniform(0, 480, 300))
Y = 50 + 20 * np.cos(2 * np.pi * (T - DELAY * (T > PULSE)) / PERIOD) + 6 * RNG.normal(size=300)


@cache
def mouse() -> Any:
    return epicycle.track(T, Y, period=(18, 32), unit="h", noise="white", harmonics=1)
