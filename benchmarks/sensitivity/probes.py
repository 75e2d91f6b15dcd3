"""Small measurements of everything that a threshold may decide: seeds in, outcomes out.

Each probe returns for every case a dictionary of figures: whether the first period is right, how
many cycles are claimed, and so on.  Cases depend on their seed alone, so that two settings of a
threshold are compared case by case.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from sensitivity import rhythm_probes

Case = dict[str, float]


def _right(model: Any, period: float, tolerance: float = 0.01) -> float:
    """Return 1 where the first cycle has this period."""
    return float(bool(model.cycles) and abs(model.cycles[0].period / period - 1) < tolerance)


def _outcome(model: Any, period: float) -> Case:
    first = model.cycles[0] if model.cycles else None
    return {
        "right": _right(model, period),
        "cycles": float(len(model.cycles)),
        "error": float(first.period_error / first.period) if first else 0.0,
        "probability": float(np.log10(first.false_alarm_probability + 1e-99)) if first else 0.0,
    }


def _nights(rng: np.random.Generator, n: int, span: int) -> np.ndarray:
    return np.sort(rng.choice(span, n, replace=False)) + rng.uniform(0.0, 0.15, n)


def sinusoid(rng: np.random.Generator, find: Any) -> Case:
    """Measure a sinusoid as strong as the noise, at random times."""
    t = np.sort(rng.uniform(0, 100, 80))
    period = float(np.exp(rng.uniform(np.log(1.0), np.log(15))))
    y = np.cos(2 * np.pi * (t / period + rng.uniform())) + rng.normal(size=80)
    return _outcome(find(t, y, minimum_period=0.5), period)


def noise(rng: np.random.Generator, find: Any) -> Case:
    """Measure how often white noise reports a cycle at a level of 10 %."""
    t = _nights(rng, 50, 120) if rng.random() < 0.5 else np.sort(rng.uniform(0, 60, 50))
    model = find(t, rng.normal(size=50), minimum_period=0.3, false_alarm=0.1)
    return {"reported": float(bool(model.cycles))}


def red(rng: np.random.Generator, find: Any) -> Case:
    """Measure cycles claimed in noise with a memory, with `red_noise` and without."""
    t = np.sort(rng.uniform(0, 200, 150))
    y = np.zeros(150)
    for k in range(1, 150):
        memory = np.exp(-(t[k] - t[k - 1]) / 4.0)
        y[k] = memory * y[k - 1] + np.sqrt(1 - memory**2) * rng.normal()
    one, two = find(t, y, red_noise=True, max_cycles=5), find(t, y, max_cycles=5)
    return {"reported": float(bool(one.cycles)), "without": float(len(two.cycles))}


def sawtooth(rng: np.random.Generator, find: Any) -> Case:
    """Measure the orders found of a sawtooth, and its period."""
    t = _nights(rng, 90, 300)
    period = float(rng.uniform(0.4, 3.0))
    y = (t / period + rng.uniform()) % 1.0 + 0.08 * rng.normal(size=90)
    model = find(t, y, minimum_period=0.2)
    orders = len(model.cycles[0].harmonics) if model.cycles else 0
    return {**_outcome(model, period), "orders": float(orders)}


def eclipses(rng: np.random.Generator, find: Any) -> Case:
    """Measure an eclipsing binary whose two minima differ: its period, not half of it."""
    t = _nights(rng, 160, 500)
    period = float(rng.uniform(0.5, 4.0))
    turn = (t / period + rng.uniform()) % 1.0
    depth = rng.uniform(0.4, 0.8)
    y = np.exp(-0.5 * ((turn - 0.25) / 0.05) ** 2) + depth * np.exp(
        -0.5 * ((turn - 0.75) / 0.05) ** 2
    )
    return _outcome(find(t, -y + 0.05 * rng.normal(size=160), minimum_period=0.2), period)


def aliases(rng: np.random.Generator, find: Any) -> Case:
    """Measure the aliases listed of a sinusoid seen once a night."""
    t = _nights(rng, 40, 80)
    period = float(rng.uniform(0.4, 4.0))
    y = np.cos(2 * np.pi * (t / period + rng.uniform())) + 0.6 * rng.normal(size=40)
    model = find(t, y, minimum_period=0.3)
    listed = len(model.cycles[0].aliases) if model.cycles else 0
    told = float(any("alias" in note for note in model.undecided))
    return {**_outcome(model, period), "listed": float(listed), "told": told}


def pairs(rng: np.random.Generator, find: Any) -> Case:
    """Measure two strong lines closer than one over the baseline."""
    t = np.sort(rng.uniform(0, 100, 300))
    gap = rng.uniform(0.4, 1.2) / 100
    waves = [np.cos(2 * np.pi * (f * t + rng.uniform())) for f in (0.31, 0.31 + gap)]
    model = find(t, waves[0] + waves[1] + 0.003 * rng.normal(size=300), minimum_period=1.5)
    return {"lines": float(len(model.lines)), "notes": float(len(model.undecided))}


def lines(rng: np.random.Generator, find: Any) -> Case:
    """Measure eight lines of unequal strength."""
    t = np.sort(rng.uniform(0, 100, 250))
    frequency = rng.uniform(0.1, 0.9, 8)
    y = sum(0.8**k * np.cos(2 * np.pi * (f * t + rng.uniform())) for k, f in enumerate(frequency))
    model = find(t, y + 0.3 * rng.normal(size=250), minimum_period=1.0)
    found = np.array([line.frequency for line in model.lines] or [0.0])
    near = [np.abs(found - f).min() < 0.003 for f in frequency]
    return {"found": float(sum(near)), "lines": float(len(model.lines))}


def wandering(rng: np.random.Generator, find: Any) -> Case:
    """Measure an oscillation that forgets its phase: a broad peak."""
    t = np.arange(300.0)
    phase = t / 7.3 + np.cumsum(rng.normal(0, 0.03, 300))
    model = find(t, np.cos(2 * np.pi * phase) + 0.3 * rng.normal(size=300))
    broad = [c for c in model.cycles if c.coherence_time is not None]
    return {"broad": float(bool(broad)), "cycles": float(len(model.cycles))}


def groups(rng: np.random.Generator, find: Any) -> Case:
    """Measure a pulsation in three bands with one waveform and amplitudes of their own."""
    nights = _nights(rng, 35, 90)
    period = float(rng.uniform(0.4, 0.9))
    t = np.concatenate([nights + 1e-3 * k for k in range(3)])
    size = np.repeat([1.0, 0.7, 0.5], 35)
    turn = 2 * np.pi * t / period
    y = size * (np.cos(turn) + 0.5 * np.cos(2 * turn + 1.0)) + 0.25 * rng.normal(size=105)
    model = find(t, y, group=np.repeat(["a", "b", "c"], 35), minimum_period=0.2)
    return {**_outcome(model, period), "own": float(model.output_names is not None)}


def effects(rng: np.random.Generator, find: Any) -> Case:
    """Measure a bend of the trend, an amplitude that grows, and outliers."""
    t = np.sort(rng.uniform(0, 100, 200))
    wave, white = np.cos(2 * np.pi * t / 5.3), 0.3 * rng.normal(size=200)
    bent = find(t, wave + 0.1 * np.maximum(t - 60, 0) + white, trend="piecewise", minimum_period=2)
    grown = find(t, (1 + t / 60) * wave + white, varying_amplitude=True, minimum_period=2)
    far = np.where(rng.random(200) < 0.03, 6.0, 0.0)
    spoiled = find(t, wave + white + far, loss="huber", minimum_period=2)
    return {
        "bends": float(len(bent.trend_changes)),
        "varies": float(len(grown.predictor.envelopes)),
        "outliers": float(len(spoiled.outliers)),
        "error": float(spoiled.cycles[0].period_error) if spoiled.cycles else 0.0,
    }


def events(rng: np.random.Generator, find: Any) -> Case:
    """Measure a pulsed rate of events."""
    t = np.sort(rng.uniform(0, 300, 900))
    turn = (t / 1.37) % 1.0
    kept = rng.random(900) < 0.35 + 0.65 * np.exp(-0.5 * ((turn - 0.5) / 0.1) ** 2)
    model = find(t[kept], minimum_period=0.5)
    listed = len(model.cycles[0].aliases) if model.cycles else 0
    return {**_outcome(model, 1.37), "listed": float(listed)}


def ladder(rng: np.random.Generator, find: Any) -> Case:
    """Measure a line in a band that only the ladder can search."""
    t = np.sort(np.concatenate([s + rng.uniform(0, 2, 40) for s in rng.uniform(0, 3000, 20)]))
    period = float(rng.uniform(0.011, 0.02))
    y = np.cos(2 * np.pi * (t / period + rng.uniform())) + 0.7 * rng.normal(size=len(t))
    return _outcome(find(t, y, minimum_period=0.01, strategy="ladder", harmonics=1), period)


def drifting(rng: np.random.Generator, find: Any) -> Case:
    """Measure a cycle whose frequency drifts, in values and in events, and a band cut short."""
    t = np.sort(rng.uniform(0, 100, 150))
    turn = 0.4 * t + rng.uniform(3, 12) * (t / 100) ** 2 + rng.uniform()
    y = np.cos(2 * np.pi * turn) + 0.5 * rng.normal(size=150)
    of_values = find(t, y, drift=True, minimum_period=1.0)
    seen = np.sort(rng.uniform(0, 100, 600))
    turn = 0.7 * seen + 4 * (seen / 100) ** 2
    of_events = find(seen[rng.random(600) < 0.5 + 0.45 * np.cos(2 * np.pi * turn)], drift=True)
    short = find(t, y + 0.02 * t, maximum_period=8.0, minimum_period=1.0, max_cycles=3)
    return {
        "cycles": float(len(of_values.cycles)),
        "events": float(len(of_events.cycles)),
        "short": float(len(short.cycles)),
    }


def outputs(rng: np.random.Generator, find: Any) -> Case:
    """Measure a sawtooth in two outputs, with errors given."""
    t = _nights(rng, 60, 200)
    period = float(rng.uniform(0.4, 3.0))
    saw = (t / period + rng.uniform()) % 1.0
    y = np.stack([saw, 0.6 * saw**2], axis=1) + 0.1 * rng.normal(size=(60, 2))
    return _outcome(find(t, y, dy=np.full((60, 2), 0.1), minimum_period=0.2), period)


def learning(rng: np.random.Generator, find: Any) -> Case:
    """Measure a sine learned in an ordinary loop."""
    import torch

    from epicycle.nn import Periodic
    from epicycle.optim import SpectralDescent

    torch.manual_seed(int(rng.integers(2**31)))
    true = float(rng.uniform(3, 40))
    network = torch.nn.Sequential(Periodic(1, 2), torch.nn.Linear(4, 1))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    descent = SpectralDescent(optimizer, network)
    for _ in range(150):
        x = torch.rand(128, 1, dtype=torch.float64) * 200 - 100
        y = torch.sin(true * x).float() + 0.3 * torch.randn(128, 1)
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(network(x), y).backward()
        optimizer.step()
    x = torch.rand(512, 1, dtype=torch.float64) * 200 - 100
    with torch.no_grad():
        left = float(((network(x) - torch.sin(true * x).float()) ** 2).mean())
    return {"learned": float(left < 0.25), "moves": float(len(descent.moves))}


#: The part of the cases that a quick run measures, and the least number of cases of a probe.
QUICK, FEWEST = 0.25, 4

#: Name -> probe, and how many cases of it.
PROBES: dict[str, tuple[Callable[[np.random.Generator, Any], Case], int]] = {
    "sinusoid": (sinusoid, 24),
    "noise": (noise, 60),
    "red": (red, 6),
    "sawtooth": (sawtooth, 12),
    "eclipses": (eclipses, 12),
    "aliases": (aliases, 16),
    "pairs": (pairs, 8),
    "lines": (lines, 8),
    "wandering": (wandering, 6),
    "groups": (groups, 8),
    "effects": (effects, 8),
    "events": (events, 8),
    "ladder": (ladder, 6),
    "drifting": (drifting, 6),
    "outputs": (outputs, 8),
    "learning": (learning, 6),
    **rhythm_probes.PROBES,
}


def outcomes(names: list[str], seed: int, share: float = 1.0) -> Iterator[tuple[str, list[Case]]]:
    """Yield each probe with the outcome of every case."""
    from epicycle import find_cycles

    for name in names:
        probe, count = PROBES[name]
        yield (
            name,
            [
                probe(np.random.default_rng([seed, k, len(name)]), find_cycles)
                for k in range(max(FEWEST, round(share * count)))
            ],
        )
