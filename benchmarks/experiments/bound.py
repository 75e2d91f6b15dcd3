"""A period that is searched: how much of what any test can find is found?

By Neyman and Pearson's lemma no test of a level is more powerful than the ratio of likelihoods.
Here it is that of a rhythm of known amplitude, any phase, and a period weighted over the range as
the test of `epicycle.rhythms` weighs it, for directions of series: mean and noise level are not
known.  A test that knew less, as the amplitude, can only find less.  Rhythms are of 24 h.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle.experiments.chances import prior
from epicycle.experiments.cosinor import series_of
from epicycle.experiments.periods import band_of, strength

_DESIGNS = {
    "12: every 4 h, 48 h": np.arange(0, 48, 4.0),
    "24: every 2 h, 48 h": np.arange(0, 48, 2.0),
}
_AMPLITUDES = (1.0, 1.5, 2.0)
_RANGE = (18.0, 30.0)

#: The level of single tests, about that of a share of .05 of false discoveries among a tenth.
_LEVEL = 0.005

_PHASES = np.arange(24) / 24


def log_density(amplitude: float, n: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the log density of directions, by their scalar product with a wave over sqrt(n).

    The length r of a series of n values, mean taken out, is integrated out: r^(n-2) comes from the
    volume, the rest from normal noise of variance 1 about a wave of this amplitude; what does not
    depend on the direction is left out.
    """
    r = np.linspace(0.01, 12 + 2 * amplitude * np.sqrt(n), 1500)
    plain = (n - 2) * np.log(r) - r**2 / 2
    places = np.linspace(-1.0, 1.0, 1201) * amplitude * np.sqrt(n)
    logs = [np.log(np.trapezoid(np.exp(plain - plain.max() + r * x), r)) for x in places]
    table = np.array(logs)

    def density(along: np.ndarray) -> np.ndarray:
        at = (along + 1.0) * (len(table) - 1) / 2
        k = np.minimum(at.astype(np.intp), len(table) - 2)
        return np.asarray(table[k] + (at - k) * (table[k + 1] - table[k]))

    return density


def most_powerful(t: np.ndarray, y: np.ndarray, amplitude: float, band: Any) -> np.ndarray:
    """Return the ratio of likelihoods of each series, shape (S,)."""
    unit = y - y.mean(axis=1, keepdims=True)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    ratio, density = np.zeros(len(y)), log_density(amplitude, len(t))
    for frequency, weight in zip(band.frequencies, prior(len(band.frequencies)), strict=True):
        for phase in _PHASES:
            wave = np.cos(2 * np.pi * (frequency * t - phase))
            wave -= wave.mean()
            own = density(unit @ wave / len(t) ** 0.5) - amplitude**2 * (wave @ wave) / 2
            ratio += weight * np.exp(own)
    return ratio


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    noise, rhythms = (4000, 400) if options.quick else (30_000, 4000)
    rows = []
    for d, (design, t) in enumerate(_DESIGNS.items()):
        for amplitude in _AMPLITUDES:
            rng = np.random.default_rng([options.seed, 164, d, int(10 * amplitude)])
            phase = rng.uniform(0, 24, (rhythms, 1))
            with_one = rng.normal(size=(rhythms, len(t)))
            with_one += amplitude * np.cos(2 * np.pi * (t - phase) / 24)
            y = np.vstack([rng.normal(size=(noise, len(t))), with_one])
            series = series_of(t, y)
            band = band_of(series, _RANGE, 1)
            statistics = {
                "known": strength(band_of(series, (24.0, 24.0), 1), series).share,
                "searched": strength(band, series).statistic,
                "most powerful": most_powerful(t, y, amplitude, band),
            }
            found = {
                name: float((s[noise:] > np.quantile(s[:noise], 1 - _LEVEL)).mean())
                for name, s in statistics.items()
            }
            rows.append({"design": design, "amplitude": amplitude, "n": rhythms, **found})
            common.say(f"  {rows[-1]}")
    return rows


def tables(rows: list[dict[str, Any]]) -> list[str]:
    names = ("known", "searched", "most powerful")
    return common.table(
        ["design", "amplitude / noise", "period known", "searched", "most powerful searched"],
        [[r["design"], f"{r['amplitude']:g}", *(f"{r[n]:.3f}" for n in names)] for r in rows],
    )


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lost = max(r["most powerful"] - r["searched"] for r in rows)
    return [
        common.bar(
            f"found at p < {_LEVEL:g} in a range of periods, less than by the most powerful test",
            "<= .03",
            f"{lost:.3f}",
            lost <= 0.03,
        )
    ]
