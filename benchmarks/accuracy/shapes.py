"""Light curves of variable stars as functions of phase, each about 1 high from minimum to maximum.

Each function draws one star's shape and returns it as a function of phase (in turns).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Shape = Callable[[np.ndarray], np.ndarray]

#: Fourier parameters of RR Lyrae stars of type ab and c in V: amplitude ratios R_k1 and phase
#: differences phi_k1 of a sum of cosines (Simon & Teays 1982; Petersen 1986; typical values).
_RATIO_AB = np.array([1, 0.46, 0.34, 0.22, 0.14, 0.08, 0.05, 0.03])
_PHASE_AB = np.array([0, 2.4, 5.0, 1.4, 4.2, 0.8, 3.6, 0.2])
_RATIO_C = np.array([1, 0.14, 0.08, 0.05])
_PHASE_C = np.array([0, 4.7, 2.9, 1.7])


def unit(shape: Shape) -> Shape:
    """Return a shape scaled to run from 0 to 1."""
    values = shape(np.arange(4096) / 4096)
    low, height = values.min(), np.ptp(values)
    return lambda phase: (shape(phase) - low) / height


def series(ratio: np.ndarray, phase: np.ndarray) -> Shape:
    order = np.arange(1, len(ratio) + 1)
    return unit(lambda x: np.cos(2 * np.pi * np.multiply.outer(x, order) + phase) @ ratio)


def sine(rng: np.random.Generator) -> Shape:
    return series(np.ones(1), np.zeros(1))


def rr_ab(rng: np.random.Generator) -> Shape:
    scatter = rng.normal(size=(2, 8))
    order = np.arange(1, 9)
    return series(_RATIO_AB * (1 + 0.06 * scatter[0]), _PHASE_AB + 0.1 * order * scatter[1])


def rr_c(rng: np.random.Generator) -> Shape:
    scatter = rng.normal(size=(2, 4))
    return series(_RATIO_C * (1 + 0.15 * scatter[0]), _PHASE_C + 0.2 * scatter[1])


def distance(phase: np.ndarray, centre: float) -> np.ndarray:
    """Return the distance in phase from the centre, in [-1/2, 1/2)."""
    return np.asarray((phase - centre + 0.5) % 1 - 0.5)


def eclipses(rng: np.random.Generator, *, equal: bool = False) -> Shape:
    """Return two minima half a turn apart: detached, or in contact and varying throughout.

    The second is .4 to .9 of the first, or the same where `equal`.
    """
    contact = rng.random() < 0.5
    width = rng.uniform(0.07, 0.11) if contact else rng.uniform(0.02, 0.06)
    second = 1.0 if equal else rng.uniform(0.4, 0.9)

    def shape(x: np.ndarray) -> np.ndarray:
        y = np.exp(-0.5 * (distance(x, 0.0) / width) ** 2)
        y = y + second * np.exp(-0.5 * (distance(x, 0.5) / width) ** 2)
        return y + 0.1 * (1 + np.cos(4 * np.pi * x)) if contact else y

    return unit(shape)


def transits(duration: float) -> Shape:
    """Return one trapezoidal dip of so much of a period; a fifth of it is ingress."""
    half, ingress = duration / 2, duration / 5
    return lambda x: np.clip((half - np.abs(distance(x, 0.0))) / ingress, 0.0, 1.0)


def trapezoids(duration: float, second: float) -> Shape:
    """Return two eclipses of so much of a period, the second of some depth, half a turn apart."""
    one = transits(duration)
    return lambda x: one(x) + second * one(x + 0.5)


def spots(rng: np.random.Generator) -> Shape:
    """Return the dimming by two spots: each is seen as the cosine of its angle, while in front."""
    where = rng.random()
    size = rng.uniform(0.2, 0.8)
    floor = rng.uniform(0.0, 0.3)

    def seen(x: np.ndarray) -> np.ndarray:
        return np.maximum(np.cos(2 * np.pi * x) + floor, 0.0)

    return unit(lambda x: seen(x) + size * seen(x - where))


def sawtooth(rng: np.random.Generator) -> Shape:
    """Return a waveform of five harmonics whose fundamental is weaker than the next two."""
    ratio = 1.0 / np.array([1, 1, 1.4, 2, 2.8]) * (1 + 0.1 * rng.normal(size=5))
    ratio[0] = rng.uniform(0.2, 0.4)
    return series(ratio, 2 * np.pi * rng.random(5))
