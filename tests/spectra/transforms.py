"""Times for tests of transforms, and how far these may be off."""

import numpy as np

from epicycle.samples.times import Times, parse_times


def make(seed: int, n: int, baseline: float, origin: float = 0.0) -> tuple[np.ndarray, Times]:
    t = origin + np.random.default_rng(seed).uniform(0, baseline, n)
    times, _ = parse_times(t)
    return t, times
