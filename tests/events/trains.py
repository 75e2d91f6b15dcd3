"""Events with and without a cycle, for the tests of this wing."""

from typing import Any, NamedTuple

import numpy as np

from epicycle.events.cycles import (
    event_data,
)
from epicycle.samples.checks import check_events
from epicycle.samples.data import Data


def events_as_data(t: np.ndarray, weights: np.ndarray | None = None) -> Data:
    samples = check_events(t, weights)
    return event_data(samples.times, samples.y[:, 0])


#: From 20 cycles over 100 units of time on: below, the span of the data has power of its own.
BAND: dict[str, Any] = {"minimum_period": 0.5, "maximum_period": 5.0}


class Pulsar(NamedTuple):
    t: np.ndarray
    weights: np.ndarray


def pulsar(
    rng: np.random.Generator,
    n: int,
    baseline: float,
    frequency: float,
    modulation: float,
    *,
    drift: float = 0.0,
    order_two: float = 0.0,
    weighted: bool = False,
) -> Pulsar:
    """Return n events; those of the source come at the rate 1 + p cos + q cos 2.

    With weights, each event is of the source with a probability of its own, its weight.
    """
    weights = rng.beta(1.0, 1.5, n) if weighted else np.ones(n)
    source = rng.uniform(size=n) < weights
    t = np.empty(n)
    todo = np.arange(n)
    while len(todo):
        trial = rng.uniform(0, baseline, len(todo))
        turns = 2 * np.pi * (frequency * trial + 0.5 * drift * trial**2)
        rate = 1 + source[todo] * (modulation * np.cos(turns) + order_two * np.cos(2 * turns + 1))
        accepted = rng.uniform(size=len(todo)) * (1 + modulation + order_two) < rate
        t[todo[accepted]] = trial[accepted]
        todo = todo[~accepted]
    return Pulsar(t, weights)


def beats(rng: np.random.Generator, n: int, scatter: float) -> np.ndarray:
    """Return events whose next one comes 1 later, give or take the scatter: the phase wanders."""
    return np.cumsum(1 + scatter * rng.normal(size=n))


def ticks(rng: np.random.Generator, n: int, scatter: float) -> np.ndarray:
    """Return events at whole numbers, give or take the scatter: the phase is kept."""
    return np.arange(n) + scatter * rng.normal(size=n)


# ---- Statistics ----------------------------------------------------------------------------


def constant_rate(x: np.ndarray, frequency: float) -> complex:
    """Return the mean of exp(-2 pi i f x) over the span of x: what a constant rate has."""
    rate = -2j * np.pi * frequency
    return (np.exp(rate * x.max()) - np.exp(rate * x.min())) / (rate * np.ptp(x))


def slow_h(power: np.ndarray) -> tuple[float, int]:
    best, at = -np.inf, 0
    for m in range(1, len(power) + 1):
        h = 2 * sum(power[k] for k in range(m)) - 4 * m + 4
        if h > best:
            best, at = h, m
    return best, at
