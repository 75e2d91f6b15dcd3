"""Variable stars as they are observed from the ground: sawteeth in five bands, eclipses in one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SIDEREAL_DAY = 0.9972695664
BANDS = "ugriz"
#: Amplitude, lag in phase, and seconds after the first exposure of each band.
AMPLITUDE = {"u": 0.95, "g": 1.0, "r": 0.71, "i": 0.57, "z": 0.53}
LAG = {"u": 0.0, "g": 0.0, "r": -0.012, "i": -0.02, "z": -0.025}
DELAY = {"r": 0, "i": 72, "u": 144, "z": 216, "g": 288}


class Star(NamedTuple):
    """Times, values, errors, bands (all "" where there is one), and the true period."""

    t: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    band: np.ndarray
    period: float


def survey_nights(rng: np.random.Generator) -> np.ndarray:
    """Return some fifty times in nine seasons of 80 nights, each night near one sidereal time."""
    rate = np.array([1, 1, 1, 3, 4, 8, 8, 28, 24, 16], dtype=float)
    counts = rng.multinomial(int(rng.integers(46, 64)), rate / rate.sum())
    weight = np.exp(-0.5 * ((np.arange(80) - 38) / 24.0) ** 2)
    nights = np.concatenate(
        [
            366 * season + rng.choice(80, count, replace=False, p=weight / weight.sum())
            for season, count in enumerate(counts)
        ]
    )
    return np.sort(nights) * SIDEREAL_DAY + rng.uniform(-2.1, 2.1, len(nights)) / 24


def pulsating(seed: int, scatter: float = 0.02) -> Star:
    """Return a pulsating star: a sawtooth of half a day in five bands, a few of them modulated."""
    rng = np.random.default_rng(seed)
    period = rng.uniform(0.42, 0.78)
    nights = survey_nights(rng)
    strength = rng.uniform(0.2, 0.42)
    order = np.arange(1, 9)
    ratio = np.array([1, 0.46, 0.34, 0.22, 0.14, 0.08, 0.05, 0.03]) * (
        1 + 0.06 * rng.normal(size=8)
    )
    shift = np.array([0, 2.4, 5.0, 1.4, 4.2, 0.8, 3.6, 0.2]) + 0.1 * order * rng.normal(size=8)
    modulation, its_period = rng.choice([0.0, 0.2]), rng.uniform(30, 200)
    parts = []
    for band in BANDS:
        t = nights[rng.random(len(nights)) > 0.04] + DELAY[band] / 86400
        turns = np.outer(t / period + LAG[band], order)
        wave = (ratio * np.cos(2 * np.pi * turns + shift)).sum(axis=1)
        wave *= 1 + modulation * np.cos(2 * np.pi * t / its_period)
        error = 0.02 * rng.lognormal(0, 0.35, len(t))
        y = 17.0 + strength * AMPLITUDE[band] * wave
        y += np.hypot(error, scatter) * rng.normal(size=len(t))
        parts.append((t, y, error, np.full(len(t), band)))
    t, y, dy, band = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Star(52000 + t, y, dy, band, period)


def eclipsing(seed: int) -> Star:
    """Return an eclipsing binary whose minima differ by 5 to 25 times the error of the difference.

    Half of them are detached; the others are in contact and vary throughout.  Half are seen at
    random times, half in the first third of each night.
    """
    rng = np.random.default_rng([7, seed])
    n = int(rng.integers(120, 600))
    period = float(np.exp(rng.uniform(np.log(0.3), np.log(6.0))))
    baseline = rng.uniform(60, 1000)
    if rng.random() < 0.5:
        t = np.sort(rng.uniform(0, baseline, n))
    else:
        t = np.sort(rng.integers(0, int(baseline), n) + rng.uniform(0, 1 / 3, n))
    phase = (t / period + rng.random()) % 1.0
    contact = rng.random() < 0.5
    deep = rng.uniform(0.15, 0.8)
    shallow = deep * rng.uniform(0.4, 0.95)
    width = rng.uniform(0.07, 0.11) if contact else rng.uniform(0.02, 0.07)

    def dip(centre: float) -> np.ndarray:
        return np.exp(-0.5 * (((phase - centre + 0.5) % 1 - 0.5) / width) ** 2)

    y = deep * dip(0.0) + shallow * dip(0.5)
    if contact:
        y += 0.1 * deep * (1 + np.cos(4 * np.pi * phase))
    # a fitted depth has the error sigma / sqrt(sum of squares of its profile)
    per_sigma = np.sqrt(1 / (dip(0.0) ** 2).sum() + 1 / (dip(0.5) ** 2).sum())
    sigma = min((deep - shallow) / rng.uniform(5, 25) / per_sigma, deep / 4)
    y += sigma * rng.normal(size=n)
    return Star(t, y, np.full(n, sigma), np.full(n, ""), period)
