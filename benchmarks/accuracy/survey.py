"""Simulated survey stars: seven kinds, five samplings, one to five bands; default calls only.

Each is searched once as it is, and some once more under changes that should not matter.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np

import common
from accuracy import decidable, samplings, shapes, verdict

#: (shape, shortest and longest period in days)
KINDS: dict[str, tuple[Any, float, float]] = {
    "sine": (shapes.sine, 0.05, 100.0),
    "RRab": (shapes.rr_ab, 0.4, 0.9),
    "RRc": (shapes.rr_c, 0.2, 0.45),
    "eclipses": (shapes.eclipses, 0.2, 20.0),
    "transits": (None, 0.5, 15.0),
    "delta Scuti": (shapes.rr_c, 0.05, 0.25),
    "spots": (shapes.spots, 0.5, 50.0),
}
#: Share of eclipsing stars whose minima are equal.
_EQUAL = 0.3
#: Amplitude of a first overtone, and its period, over those of the fundamental.
_OVERTONE = (0.4, 0.772)
#: Resolved frequencies of the widest band that a survey is searched in: up to 50 a day.
_HIGHEST = 50.0


@dataclass(frozen=True)
class Star:
    """Samples of one star, and what is true of it; `overtone` is a second period or None."""

    number: int
    kind: str
    sampling: str
    t: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    band: np.ndarray
    period: float
    allowed: tuple[float, ...]
    overtone: float | None

    @property
    def group(self) -> np.ndarray | None:
        return self.band if len(set(self.band.tolist())) > 1 else None


def star(seed: int, number: int) -> Star:
    """Return star `number` of a seed; kinds and samplings take turns."""
    rng = np.random.default_rng([seed, 141, number])
    kind = list(KINDS)[number % len(KINDS)]
    sampling = samplings.SURVEYS[number // len(KINDS) % len(samplings.SURVEYS)]
    n = int(np.exp(rng.uniform(np.log(40), np.log(1000))))
    bands = int(rng.choice([1, 1, 2, 3, 5]))
    t, band = _exposures(rng, sampling, n, bands)
    make, shortest, longest = KINDS[kind]
    period = float(np.exp(rng.uniform(np.log(shortest), np.log(longest))))
    equal = kind == "eclipses" and rng.random() < _EQUAL
    if kind == "transits":
        # of a star like the Sun by Kepler's third law, about; longer for evolved stars
        shape = shapes.transits(rng.uniform(1.0, 2.0) * 0.076 * (period / 1.0) ** (-2 / 3) * 1.0)
    else:
        shape = shapes.eclipses(rng, equal=True) if equal else make(rng)
    height = 0.3 * 0.97 ** np.arange(bands) * rng.uniform(0.6, 1.0, bands)
    lag = rng.normal(0.0, 0.01, bands) if kind in ("RRab", "RRc") else np.zeros(bands)
    phase = t / period + rng.random() + lag[band]
    y = height[band] * shape(phase)
    overtone = None
    if kind == "delta Scuti":
        overtone = _OVERTONE[1] * period
        beside = 0.5 * _OVERTONE[0] * np.cos(2 * np.pi * (t / overtone + rng.random()))
        y += height[band] * beside
    if kind == "spots":  # their contrast changes slowly, by a fifth
        slow = rng.uniform(1.0, 3.0) * np.ptp(t)
        y *= 1 + 0.2 * np.cos(2 * np.pi * (t / slow + rng.random()))
    noise = height.mean() / np.exp(rng.uniform(np.log(3), np.log(30)))
    dy = noise * rng.lognormal(0.0, 0.3, len(t))
    # a third of the stars scatter by more than their errors say
    scatter = dy * (1.5 if rng.random() < 1 / 3 else 1.0)
    y += 17.0 + rng.normal(0.0, 0.3, bands)[band] + scatter * rng.normal(size=len(t))
    names = np.array(list("ugriz"))[band]
    allowed = (1.0, 0.5) if equal else (1.0,)
    return Star(number, kind, sampling, 53000 + t, y, dy, names, period, allowed, overtone)


def _exposures(
    rng: np.random.Generator, sampling: str, n: int, bands: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return times and bands: all bands in turn at each visit, or one band for each."""
    years = float(np.exp(rng.uniform(0.0, np.log(15.0))))
    if bands > 1 and rng.random() < 0.5:
        t = samplings.survey(sampling, rng, max(n // bands, 30), years)
        band = np.tile(np.arange(bands), len(t))
        return np.repeat(t, bands) + band * 72 / 86400, band
    t = samplings.survey(sampling, rng, n, years)
    return t, rng.integers(0, bands, len(t))


def is_decidable(one: Star, claimed: float | None) -> float:
    """Return the margin of :func:`decidable.margin` for a star."""
    extra = None
    if one.overtone is not None:
        angle = 2 * np.pi * (one.t - one.t.mean()) / one.overtone
        bands = one.band[:, np.newaxis] == np.unique(one.band)
        extra = np.hstack([bands * np.cos(angle)[:, None], bands * np.sin(angle)[:, None]])
    samples = decidable.Samples(one.t, one.y, one.dy, one.band, extra)
    trials = max(_HIGHEST * samples.baseline, 2.0)
    return decidable.margin(samples, one.period, claimed, one.allowed, trials)


# ---- The survey ------------------------------------------------------------------------------


def judge(job: tuple[int, int]) -> dict[str, Any]:
    """Return what is said of one star, and whether its data decide."""
    one = star(*job)
    found = verdict.outcome(one.t, one.y, one.dy, group=one.group, unit="d", periods=5)
    first = found["periods"][0] if found.get("periods") else None
    return {
        "star": one.number,
        "kind": one.kind,
        "sampling": one.sampling,
        "samples": len(one.t),
        "bands": len(set(one.band.tolist())),
        "truth": one.period,
        **found,
        **verdict.verdict(found, one.period, one.allowed),
        "margin": is_decidable(one, first),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sure = [r for r in rows if r["margin"] > decidable.ENOUGH]
    return {
        "stars": len(rows),
        "decidable": len(sure),
        "right": verdict.share(sum(r["right"] for r in sure), len(sure)),
        "nothing": sum(r["nothing"] for r in sure),
        "told": sum(r["told"] and not r["right"] for r in sure),
        "wrong": verdict.share(sum(r["wrong"] for r in rows), len(rows)),
        "overruled": sum(r["overruled"] for r in rows),
        "above": sum(r.get("above", 0) for r in rows),
        "cpu": verdict.costs(rows),
        "failures": verdict.failures(rows),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = verdict.size(options, 70, 1000)
    jobs = [(options.seed, k) for k in range(count)]
    rows = common.parallel(judge, jobs, options.processes, "survey stars")
    parts = [
        {"what": f"{of}: {name}", **summary([r for r in rows if r[of] == name])}
        for of, names in (("kind", KINDS), ("sampling", samplings.SURVEYS))
        for name in names
    ]
    small = [r for r in rows if r["samples"] <= 1000 and "failure" not in r]
    keys = ("star", "kind", "sampling", "samples", "bands", "truth", "periods", "alarm", "margin")
    bad = [r for r in rows if r["wrong"] or (not r["right"] and r["margin"] > decidable.ENOUGH)]
    return {
        "all": summary(rows),
        "parts": parts,
        "slowest": max((r["cpu"] for r in small), default=None),
        "missed": [{k: r.get(k) for k in (*keys, "wrong", "told", "overruled")} for r in bad],
    }


def tables(result: dict[str, Any]) -> list[str]:
    lines = common.table(
        [
            "stars",
            "how many",
            "decidable",
            "right of these (95 % interval)",
            "nothing",
            "told",
            "wrong and claimed, of all",
            "overruled",
            "rows above",
            "CPU: median / 9th decile / largest",
        ],
        [
            [
                one.get("what", "all"),
                one["stars"],
                one["decidable"],
                verdict.text(one["right"]),
                one["nothing"],
                one["told"],
                verdict.text(one["wrong"]),
                one["overruled"],
                one["above"],
                verdict.cost_text(one["cpu"]),
            ]
            for one in (result["all"], *result["parts"])
        ],
    )
    lines += [f"failed: {text}" for text in result["all"]["failures"]]
    lines += ["", "Wrong, or decidable and not right:", ""]
    return lines + common.table(
        ["star", "kind", "sampling", "samples, bands", "true", "first", "margin", ""],
        [
            [
                r["star"],
                r["kind"],
                r["sampling"],
                f"{r['samples']}, {r['bands']}",
                f"{r['truth']:.6g}",
                f"{r['periods'][0]:.6g} ({r['alarm']:.0e})" if r["periods"] else "-",
                f"{r['margin']:.0f}",
                ", ".join(k for k in ("wrong", "told", "overruled") if r[k]),
            ]
            for r in result["missed"][:40]
        ],
    )


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    one = result["all"]
    right, wrong = one["right"]["share"], one["wrong"]["share"]
    return [
        common.bar(
            f"{one['stars']} survey stars, first period right of the decidable",
            ">= 95 %",
            verdict.text(one["right"]),
            None if right is None else right >= 0.95,
        ),
        common.bar(
            "survey stars, wrong and claimed below .01",
            "<= 1 %",
            verdict.text(one["wrong"]),
            wrong <= 0.01,
        ),
        verdict.none_above("survey stars", one["above"]),
        common.bar(
            "survey stars, default call on at most 1,000 samples",
            "<= 2 s of CPU",
            f"{common.number(result['slowest'], '.2f')} s",
            result["slowest"] is not None and result["slowest"] <= 2.0,
        ),
    ]
