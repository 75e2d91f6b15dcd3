"""Small measurements of sharp features, campaigns, trains of events and rhythms that change."""

from __future__ import annotations

from typing import Any

import numpy as np

Case = dict[str, float]


def _right(model: Any, period: float) -> Case:
    first = model.cycles[0] if model.cycles else None
    return {
        "right": float(first is not None and abs(first.period / period - 1) < 0.01),
        "cycles": float(len(model.cycles)),
        "orders": float(len(first.harmonics)) if first else 0.0,
        "error": float(first.period_error / first.period) if first else 0.0,
        "notes": float(len(model.undecided)),
    }


def transits(rng: np.random.Generator, find: Any) -> Case:
    """Measure short dips in sparse samples."""
    t = np.sort(rng.choice(900, 400, replace=False)) + rng.uniform(0.0, 0.25, 400)
    period = float(rng.uniform(1.0, 4.0))
    dip = ((t / period + rng.uniform()) % 1.0) < 0.06
    return _right(find(t, 0.15 * rng.normal(size=400) - dip), period)


def pulses(rng: np.random.Generator, find: Any) -> Case:
    """Measure short pulses on a raster: a cycle with sharp features."""
    t = np.arange(1500.0)
    period = float(rng.uniform(30.0, 120.0))
    turn = (t / period + rng.uniform()) % 1.0 - 0.5
    y = np.exp(-0.5 * (turn / 0.012) ** 2) + 0.1 * rng.normal(size=1500)
    return _right(find(t, y), period)


def campaigns(rng: np.random.Generator, find: Any) -> Case:
    """Measure a sinusoid in two campaigns: the count of whole cycles in the gap stays open."""
    nights = np.concatenate([np.arange(20), rng.integers(300, 900) + np.arange(20)])
    t = np.sort(np.repeat(nights, 3) + rng.uniform(0.0, 0.3, 120))
    period = float(rng.uniform(0.4, 3.0))
    y = np.cos(2 * np.pi * (t / period + rng.uniform())) + 0.6 * rng.normal(size=120)
    model = find(t, y)
    near = [a.period for c in model.cycles[:1] for a in (c, *c.aliases)]
    width = 0.3 * period**2 / np.ptp(t)
    told = any(abs(one - period) < width for one in near)
    return {**_right(model, period), "listed": float(len(near)), "told": float(told)}


def body(rng: np.random.Generator, find: Any) -> Case:
    """Measure a daily rhythm whose phase wanders from cycle to cycle."""
    t = np.arange(0.0, 480.0)
    wander = np.cumsum(rng.normal(0, 0.006, len(t)))
    y = np.cos(2 * np.pi * (t / 24.4 + wander)) + 0.4 * rng.normal(size=len(t))
    model = find(t, y, unit="h")
    broad = [c for c in model.cycles if c.coherence_time is not None]
    return {**_right(model, 24.4), "broad": float(len(broad))}


def trains(rng: np.random.Generator, find: Any) -> Case:
    """Measure events that are almost a clock, and events with a dead time, which are none."""
    clock = np.cumsum(1 + 0.03 * rng.normal(size=150))
    kept = np.append(clock[rng.random(150) > 0.05], rng.uniform(0, clock[-1], 4))
    dead = np.cumsum(0.4 + 0.6 * rng.exponential(size=150))
    found = _right(find(7.3 * np.sort(kept)), 7.3)
    return {**found, "dead": float(bool(find(dead).cycles))}


def changing(rng: np.random.Generator, find: Any) -> Case:
    """Measure a rhythm of drifting period, one that decays, and one shifted in the middle."""
    import epicycle

    t = np.arange(0.0, 240.0, 1.5)
    turns = t / 24 + rng.uniform()
    y = (1 + 0.3 * np.cos(4 * np.pi * turns)) * np.cos(2 * np.pi * turns)
    white = 0.25 * rng.normal(size=(4, len(t)))
    drift = np.cos(2 * np.pi * (turns + rng.uniform(0.5, 1.5) * (t / 240) ** 2))
    shifted = np.cos(2 * np.pi * (turns + rng.uniform(0.1, 0.3) * (t > rng.uniform(80, 160))))
    result: Case = {}
    waves = {
        "steady": y,
        "drift": drift,
        "decays": y * np.exp(-t / 70),
        "shifted": shifted,
    }
    for (name, wave), noise in zip(waves.items(), white, strict=True):
        rhythm = epicycle.track(t, wave + noise, period=(18, 32), unit="h")
        result[f"{name} changes"] = float(rhythm.verdict.period != "constant")
        result[f"{name} decays"] = float(rhythm.lifetime is not None)
        result[f"{name} shifts"] = float(len(rhythm.shifts))
        result[f"{name} period"] = float(rhythm.mean_period)
        result[f"{name} error"] = float(rhythm.mean_period_error)
    return result


def scalogram(rng: np.random.Generator, find: Any) -> Case:
    """Measure the ridge of a rhythm, and how much of a picture is above the level of noise."""
    import epicycle

    t = np.sort(rng.uniform(0, 480, 240))
    t = t[(t < 200) | (t > 260)]
    y = np.cos(2 * np.pi * (t / 24 + rng.uniform())) + 0.5 * rng.normal(size=len(t))
    picture = epicycle.scalogram(t, y)
    above = picture.power - picture.noise_level(0.01)
    seen = np.isfinite(above)
    return {
        "cells": float(seen.sum()),
        "above": float(np.mean(above[seen] > 0)),
        "largest": float(np.max(above[seen])),
    }


#: Name -> probe, and how many cases of it.
PROBES = {
    "transits": (transits, 6),
    "pulses": (pulses, 6),
    "campaigns": (campaigns, 8),
    "body": (body, 6),
    "trains": (trains, 8),
    "changing": (changing, 4),
    "scalogram": (scalogram, 6),
}
