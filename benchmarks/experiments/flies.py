"""Simulated flies of three genotypes in constant darkness, counted: are they told apart?

Counts of half an hour over eight days are negative binomial about a rate with two bouts of activity
a cycle, on top of which each fly's activity wanders.  Periods scatter between flies; a fifth of the
flies of each genotype has no rhythm, only activity that wanders.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import common
from epicycle.experiments.compare import compare
from epicycle.experiments.group_means import difference, interval, mean_of

#: Period of each genotype, and its standard deviation between flies, in hours.
GENOTYPES = {"wild": (23.9, 0.35), "short": (19.2, 0.35), "long": (28.3, 0.7)}
_FLIES = 10
_ARRHYTHMIC = 2
_TIMES = np.arange(0, 8 * 24, 0.5)


def counts(rng: np.random.Generator, period: float | None) -> np.ndarray:
    """Return the counts of one fly; without a period it has no rhythm."""
    n = len(_TIMES)
    wander = np.empty(n)
    wander[0] = rng.normal()
    memory = np.exp(-0.5 / 3.0)  # three hours
    for k in range(1, n):
        wander[k] = memory * wander[k - 1] + np.sqrt(1 - memory**2) * rng.normal()
    log_rate = np.log(rng.uniform(8, 20)) + (0.9 if period is None else 0.45) * wander
    if period is not None:
        phase = 2 * np.pi * (_TIMES / period - rng.normal(0.4, 0.08))
        log_rate += 0.9 * np.cos(phase) + 0.35 * np.cos(2 * phase + 0.8)
    # overdispersed: a gamma of shape 1.5 for every bin
    return rng.poisson(np.exp(log_rate) * rng.gamma(1.5, 1 / 1.5, n)).astype(float)


def trial(job: tuple[int, int]) -> dict[str, Any]:
    seed, number = job
    rng = np.random.default_rng([seed, 163, number])
    y, group, subject, periods = [], [], [], {}
    for name, (period, scatter) in GENOTYPES.items():
        own = period + scatter * rng.normal(size=_FLIES - _ARRHYTHMIC)
        periods[name] = own
        for k in range(_FLIES):
            y.append(counts(rng, float(own[k]) if k < len(own) else None))
            group += [name] * len(_TIMES)
            subject += [f"{name}{k}"] * len(_TIMES)
    found = compare(
        np.tile(_TIMES, 3 * _FLIES),
        np.concatenate(y),
        np.array(group),
        subject=np.array(subject),
        period=(15, 34),
        unit="h",
    )
    rows = [d for d in found.differences if d.what == "period"]
    true = {k: p for k, (p, _) in GENOTYPES.items()}
    # what Student's t says of the very periods that these flies were given
    own = {k: mean_of(p, np.zeros(len(p))) for k, p in periods.items()}
    best = [interval(difference(own[d.second], own[d.first]), 0.95) for d in rows]
    return {
        "order": [d.second + "-" + d.first for d in rows],
        "covered": [bool(d.low <= true[d.second] - true[d.first] <= d.high) for d in rows],
        "exact": [
            bool(low <= true[d.second] - true[d.first] <= high)
            for d, (low, high) in zip(rows, best, strict=True)
        ],
        "told": [bool(d.p_holm < 0.01) for d in rows],
        "width": [float(d.high - d.low) for d in rows],
        "rhythmic": [int(g.n_rhythmic or 0) for g in found.groups],
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    n = 6 if options.quick else 800
    found = common.parallel(
        trial, [(options.seed, k) for k in range(n)], options.processes, "flies"
    )
    return summary(found)


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    def mean(key: str) -> list[float]:
        return np.mean([r[key] for r in found], axis=0).tolist()

    return {
        "n": len(found),
        "order": found[0]["order"],
        **{key: mean(key) for key in ("covered", "exact", "told", "width", "rhythmic")},
    }


def tables(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "difference of period",
            "sets",
            "covered, %",
            "of true periods, %",
            "told at p < .01, %",
            "width of 95 %, h",
        ],
        [
            [
                name,
                result["n"],
                *(f"{100 * result[key][k]:.1f}" for key in ("covered", "exact", "told")),
                f"{result['width'][k]:.2f}",
            ]
            for k, name in enumerate(result["order"])
        ],
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    worst = max(result["covered"], key=lambda c: abs(c - 0.95))
    told = min(result["told"])
    return [
        common.bar("flies: coverage", "93-97 %", f"{100 * worst:.1f} %", 0.93 <= worst <= 0.97),
        common.bar("flies: genotypes told apart", ">= 95 %", f"{100 * told:.1f} %", told >= 0.95),
    ]
