"""Simulated activity, with known onsets and offsets."""

import numpy as np


def wrist(days=10, *, epoch=10, tau=24.0, wake=7.0, bed=23.0, jitter=0.3, seed=0):
    """Return hours, counts in epochs of so many minutes, and the true onsets and offsets."""
    rng = np.random.default_rng(seed)
    hours = np.arange(0, days * 1440, epoch) / 60
    cycles = np.arange(-1, int(days * 24 / tau) + 2)
    onset = wake + tau * cycles + jitter * rng.normal(size=len(cycles))
    offset = bed + tau * cycles + jitter * rng.normal(size=len(cycles))
    awake = np.zeros(len(hours), dtype=bool)
    for begin, end in zip(onset, offset, strict=True):
        awake |= (hours >= begin) & (hours < end)
    rate = np.where(
        awake, 60 * rng.gamma(2.0, 0.5, len(hours)), 20 * rng.gamma(0.05, 1, len(hours))
    )
    return hours, rng.poisson(rate), onset, offset
