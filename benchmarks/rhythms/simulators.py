"""Simulated rhythms whose phase, frequency and shifts are known; times in hours.

``snr`` is the rms of the undamped oscillation over the standard deviation of the noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TWO_PI = 2 * np.pi

Curve = Callable[[np.ndarray], np.ndarray]

#: What changes in each kind of rhythm.
KINDS = {
    "constant": "nothing",
    "drift": "period 23.5 to 24.8 h",
    "steep drift": "period 20 to 28 h",
    "modulated": "period swings by 8 %, twice",
    "jump": "phase by 3 h at a random time",
    "large jump": "phase by 6 h at a random time",
    "period change": "period from 24 by 1.2 h at a random time",
    "damped": "amplitude falls by e in 2 to 3 cycles, quadratic trend; 5 days",
    "diffusing": "phase diffuses, coherence time 10 cycles",
}

#: Changes that are as gradual as a drift of the period, which they are hardly told from.
GRADUAL = {"jet lag": "phase by 8 h from a random time on, at 1 h a day"}


@dataclass(frozen=True)
class Rhythm:
    """A simulated rhythm.

    Attributes
    ----------
    t, y : ndarray, shape (n,)
    phase, frequency : callable
        Exact phase in turns and frequency; of a diffusing rhythm, the mean frequency of a cycle.
    time, size : float
        When something jumps, and by how many turns or hours; NaN where nothing does.
    """

    t: np.ndarray
    y: np.ndarray
    phase: Curve
    frequency: Curve
    time: float = np.nan
    size: float = np.nan

    def away(self, turns: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return how wrong phases are, but for whole turns."""
        return (turns - self.phase(t) + 0.5) % 1.0 - 0.5


def sample_times(rng: np.random.Generator, n: int, days: float, sampling: str) -> np.ndarray:
    """Return times: "regular", "random", "gaps" (a third missing) or "night" (8 h of each day)."""
    span = 24.0 * days
    if sampling == "regular":
        return np.arange(n) * (span / n)
    if sampling == "random":
        return np.sort(rng.uniform(0, span, n))
    if sampling == "gaps":
        t = np.arange(int(n / 0.7)) * (span / int(n / 0.7))
        begins = np.array([rng.uniform(0.15, 0.35), rng.uniform(0.55, 0.75)]) * span
        missing = [(t > begin) & (t < begin + 0.15 * span) for begin in begins]
        return t[~(missing[0] | missing[1])]
    if sampling == "night":
        return np.sort(24.0 * rng.integers(0, int(days), n) + rng.uniform(0, 8, n))
    raise ValueError(sampling)


def simulate(
    kind: str,
    rng: np.random.Generator,
    *,
    n: int = 240,
    snr: float = 2.0,
    sampling: str = "random",
    days: float = 20.0,
) -> Rhythm:
    """Return a rhythm of one of the `KINDS` or of those that are `GRADUAL`."""
    if kind == "damped":
        days = min(days, 5.0)
    t = sample_times(rng, n, days, sampling)
    span, period, offset = 24.0 * days, rng.uniform(23.0, 26.0), rng.uniform()
    phase, frequency = _steady(offset, 1 / period)
    amplitude, trend = np.ones_like(t), np.zeros_like(t)
    time = size = np.nan
    if kind in ("drift", "steep drift"):
        ends = (23.5, 24.8) if kind == "drift" else (20.0, 28.0)
        phase, frequency = _drifting(offset, 1 / ends[0], 1 / ends[1], span)
    elif kind == "modulated":
        phase, frequency = _modulated(offset, 1 / period, span, rng.uniform(0, TWO_PI))
    elif kind in ("jump", "large jump"):
        time = rng.uniform(0.25, 0.75) * span
        size = float((3.0 if kind == "jump" else 6.0) / 24.0 * rng.choice([-1, 1]))
        steady = phase
        phase = lambda x: steady(x) + size * (np.asarray(x) >= time)  # noqa: E731
    elif kind == "period change":
        time = rng.uniform(0.35, 0.65) * span
        size = float(1.2 * rng.choice([-1, 1]))
        phase, frequency = _changing(offset, time, 1 / (24 + size))
    elif kind == "jet lag":
        time = rng.uniform(0.25, 0.55) * span
        size = float(8.0 / 24.0 * rng.choice([-1, 1]))
        phase, frequency = _entrained(offset, 1 / period, time, size)
    elif kind == "damped":
        amplitude = np.exp(-t / (rng.uniform(2, 3) * period))
        trend = np.polynomial.legendre.legval(2 * t / span - 1, rng.normal(0, [1, 2, 1]))
    elif kind == "diffusing":
        phase, frequency = _diffusing(offset, 1 / period, span, rng)
    elif kind != "constant":
        raise ValueError(kind)
    noise = rng.normal(0, 1 / (np.sqrt(2) * snr), len(t))
    y = amplitude * np.cos(TWO_PI * phase(t)) + trend + noise
    return Rhythm(t, y, phase, frequency, time, size)


def red_noise(rng: np.random.Generator, t: np.ndarray, memory: float) -> np.ndarray:
    """Return an Ornstein-Uhlenbeck process of unit variance at ascending times."""
    values = np.empty(len(t))
    values[0] = rng.normal()
    for k in range(1, len(t)):
        kept = np.exp(-(t[k] - t[k - 1]) / memory)
        values[k] = kept * values[k - 1] + np.sqrt(1 - kept**2) * rng.normal()
    return values


def crossing(rng: np.random.Generator, n: int = 480) -> tuple[np.ndarray, np.ndarray, list[Curve]]:
    """Return two rhythms whose periods cross, 20 to 28 h and 28 to 20 h in 20 days."""
    span = 480.0
    t = np.sort(rng.uniform(0, span, n))
    phases = [
        _drifting(rng.uniform(), 1 / a, 1 / b, span)[0] for a, b in ((20.0, 28.0), (28.0, 20.0))
    ]
    y = np.cos(TWO_PI * phases[0](t)) + 0.8 * np.cos(TWO_PI * phases[1](t))
    return t, y + rng.normal(0, 0.5, n), phases


def _steady(offset: float, f: float) -> tuple[Curve, Curve]:
    return lambda x: offset + f * np.asarray(x), lambda x: np.full(np.shape(x), f)


def _drifting(offset: float, a: float, b: float, span: float) -> tuple[Curve, Curve]:
    rate = (b - a) / span
    return (
        lambda x: offset + a * np.asarray(x) + 0.5 * rate * np.asarray(x) ** 2,
        lambda x: a + rate * np.asarray(x),
    )


def _modulated(offset: float, f: float, span: float, begin: float) -> tuple[Curve, Curve]:
    swing, turning = 0.08, TWO_PI * 2 / span

    def phase(x: np.ndarray) -> np.ndarray:
        gone = np.cos(turning * np.asarray(x) + begin) - np.cos(begin)
        return offset + f * (np.asarray(x) - swing / turning * gone)

    return phase, lambda x: f * (1 + swing * np.sin(turning * np.asarray(x) + begin))


def _changing(offset: float, time: float, after: float) -> tuple[Curve, Curve]:
    before = 1 / 24

    def phase(x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        return offset + before * np.minimum(x, time) + after * np.maximum(x - time, 0)

    return phase, lambda x: np.where(np.asarray(x) < time, before, after)


def _entrained(offset: float, f: float, time: float, size: float) -> tuple[Curve, Curve]:
    """Return a phase that moves by `size` turns in steps of 1 h a day of 24 h from a time on."""
    rate = float(np.sign(size)) / 24.0 / 24.0
    end = time + size / rate

    def phase(x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        return offset + f * x + rate * (np.clip(x, time, end) - time)

    def frequency(x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        return f + rate * ((x >= time) & (x < end))

    return phase, frequency


def _diffusing(
    offset: float, f: float, span: float, rng: np.random.Generator
) -> tuple[Curve, Curve]:
    rate = 2 * f / 10.0 / TWO_PI**2  # turns^2 per hour: forgotten in ten cycles
    grid = np.arange(0, span + 0.1, 0.1)
    steps = rng.normal(0, np.sqrt(0.1 * rate), len(grid) - 1)
    walk = np.concatenate([[0.0], np.cumsum(steps)])

    def phase(x: np.ndarray) -> np.ndarray:
        return offset + f * np.asarray(x) + np.interp(x, grid, walk)

    def frequency(x: np.ndarray) -> np.ndarray:
        ends = [np.clip(np.asarray(x) + side / f, 0, span) for side in (-0.5, 0.5)]
        return (phase(ends[1]) - phase(ends[0])) / (ends[1] - ends[0])

    return phase, frequency
