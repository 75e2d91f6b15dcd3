"""Simulated flies of three genotypes in constant darkness, counted: are they told apart?

Counts of half an hour over eight days are negative binomial about a rate with two bouts of activity
a cycle, on top of which each fly's activity wanders.  Periods scatter between flies; a fifth of the
flies of each genotype has no rhythm, only activity that wanders.  Other flies have two bouts that
are almost alike: their second harmonic is four times the fundamental.
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
#: Amplitudes of fundamental and second harmonic in the logarithm of the rate, and sets of flies.
KINDS = {"one bout above the other": ((0.9, 0.35), 800), "two bouts alike": ((0.2, 0.8), 200)}


def counts(
    rng: np.random.Generator, period: float | None, bouts: tuple[float, float]
) -> np.ndarray:
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
        log_rate += bouts[0] * np.cos(phase) + bouts[1] * np.cos(2 * phase + 0.8)
    # overdispersed: a gamma of shape 1.5 for every bin
    return rng.poisson(np.exp(log_rate) * rng.gamma(1.5, 1 / 1.5, n)).astype(float)


def trial(job: tuple[int, int, str]) -> dict[str, Any]:
    seed, number, kind = job
    rng = np.random.default_rng([seed, 163, number])
    y, group, subject, periods = [], [], [], {}
    for name, (period, scatter) in GENOTYPES.items():
        own = period + scatter * rng.normal(size=_FLIES - _ARRHYTHMIC)
        periods[name] = own
        for k in range(_FLIES):
            y.append(counts(rng, float(own[k]) if k < len(own) else None, KINDS[kind][0]))
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


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    result = []
    for kind, (_, n) in KINDS.items():
        jobs = [(options.seed, k, kind) for k in range(6 if options.quick else n)]
        found = common.parallel(trial, jobs, options.processes, f"flies, {kind}")
        result.append(summary(kind, found))
    return result


def summary(kind: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    def mean(key: str) -> list[float]:
        return np.mean([r[key] for r in found], axis=0).tolist()

    return {
        "kind": kind,
        "n": len(found),
        "order": found[0]["order"],
        **{key: mean(key) for key in ("covered", "exact", "told", "width", "rhythmic")},
    }


def tables(result: list[dict[str, Any]]) -> list[str]:
    return common.table(
        [
            "flies",
            "difference of period",
            "sets",
            "covered, %",
            "of true periods, %",
            "told at p < .01, %",
            "width of 95 %, h",
        ],
        [
            [
                one["kind"],
                name,
                one["n"],
                *(f"{100 * one[key][k]:.1f}" for key in ("covered", "exact", "told")),
                f"{one['width'][k]:.2f}",
            ]
            for one in result
            for k, name in enumerate(one["order"])
        ],
    )


def bars(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for one in result:
        worst = max(one["covered"], key=lambda c: abs(c - 0.95))
        told = min(one["told"])
        flies = f"flies, {one['kind']}"
        rows += [
            common.bar(
                f"{flies}: coverage", "93-97 %", f"{100 * worst:.1f} %", 0.93 <= worst <= 0.97
            ),
            common.bar(f"{flies}: told apart", ">= 95 %", f"{100 * told:.1f} %", told >= 0.95),
        ]
    return rows
