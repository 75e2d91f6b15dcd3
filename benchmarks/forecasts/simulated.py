"""Intervals on simulated series: do they hold within the data and beyond?"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

COVERAGES = (0.8, 0.95)
#: Simulated series end here, of which the part beyond is forecast.
SPAN, AHEAD = 200.0, 50.0
#: Largest deviation of a coverage that the bar allows.
ALLOWED = 0.03


def cycles(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return three cycles at random frequencies, of 3, 1 and 0.6 times the noise."""
    y = np.zeros(len(t))
    for amplitude in (3.0, 1.0, 0.6):
        y += amplitude * np.cos(2 * np.pi * (rng.uniform(0.05, 0.6) * t + rng.uniform()))
    return y


def times(rng: np.random.Generator, n: int = 500) -> np.ndarray:
    """Return random times, as dense beyond the span as within it."""
    return np.sort(rng.uniform(0, SPAN + AHEAD, int(n * (1 + AHEAD / SPAN))))


def white(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t = times(rng)
    return t, cycles(t, rng) + rng.normal(size=len(t))


def trend(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t, y = white(rng)
    return t, y + rng.normal(0, 0.1) * t


def few(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t = times(rng, 60)
    return t, 3 * np.cos(2 * np.pi * rng.uniform(0.05, 0.3) * t) + rng.normal(size=len(t))


def waveform(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t = times(rng)
    turn = rng.uniform(0.05, 0.2) * t
    return t, 3 * np.exp(2 * np.cos(2 * np.pi * turn) - 2) + rng.normal(size=len(t))


def regular(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(0, SPAN + AHEAD, 0.5)
    return t, cycles(t, rng) + rng.normal(size=len(t))


def correlated(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return cycles in noise of which neighbours share 0.7."""
    t = np.arange(0, SPAN + AHEAD, 0.5)
    noise = np.empty(len(t))
    noise[0] = rng.normal()
    for i in range(1, len(t)):
        noise[i] = 0.7 * noise[i - 1] + np.sqrt(1 - 0.7**2) * rng.normal()
    return t, cycles(t, rng) + noise


def walk(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return cycles on a random walk."""
    t = np.arange(0, SPAN + AHEAD, 0.5)
    return t, cycles(t, rng) + rng.normal(size=len(t)) + 0.3 * rng.normal(size=len(t)).cumsum()


def bends(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return cycles on a trend that goes on changing its slope, 2.5 times in all on average."""
    t, y = trend(rng)
    for knot in rng.uniform(0, SPAN + AHEAD, rng.poisson(2.5)):
        y = y + rng.normal(0, 0.3) * np.maximum(t - knot, 0.0)
    return t, y


def heavy_tails(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return cycles in noise with heavy tails (Student's t with 4 degrees of freedom)."""
    t = times(rng)
    return t, cycles(t, rng) + rng.standard_t(4, len(t)) / np.sqrt(2)


def varying(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return three cycles whose amplitudes vary, each by a slow random factor of its own.

    Its logarithm is a sum of four sinusoids with periods of 0.7 to 10 spans, with a standard
    deviation of 0.4: not what the model takes for granted, a normal process of another spectrum.
    """
    t = times(rng)
    y = rng.normal(size=len(t))
    for amplitude in (3.0, 1.0, 0.6):
        logarithm = np.zeros(len(t))
        for _ in range(4):
            turn = 2 * np.pi * rng.uniform(0.1, 1.4) * t / SPAN
            logarithm += 0.2 * (rng.normal() * np.cos(turn) + rng.normal() * np.sin(turn))
        phase = rng.uniform(0.05, 0.6) * t + rng.uniform()
        y += amplitude * np.exp(logarithm) * np.cos(2 * np.pi * phase)
    return t, y


def growing(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a cycle whose amplitude has doubled at the end of the span, and goes on growing."""
    t = times(rng)
    phase = rng.uniform(0.05, 0.6) * t + rng.uniform()
    return t, 2 * (1 + t / SPAN) * np.cos(2 * np.pi * phase) + rng.normal(size=len(t))


Maker = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
#: Name, maker, options, and whether the model's assumptions hold, so that the bar applies.
WORLDS: tuple[tuple[str, Maker, dict[str, Any], bool], ...] = (
    ("three cycles, white noise", white, {}, True),
    ("and a trend", trend, {}, True),
    ("60 samples, one cycle", few, {}, True),
    ("a peaked waveform", waveform, {}, True),
    ("a regular raster", regular, {}, True),
    ("correlated noise", correlated, {}, True),
    ("bends in the trend, trend='piecewise'", bends, {"trend": "piecewise"}, True),
    ("amplitudes that vary, varying_amplitude=True", varying, {"varying_amplitude": True}, True),
    (
        "an amplitude that doubles, varying_amplitude=True",
        growing,
        {"varying_amplitude": True},
        True,
    ),
    ("constant amplitudes, varying_amplitude=True", white, {"varying_amplitude": True}, True),
    ("noise with heavy tails", heavy_tails, {}, False),
    ("on a random walk", walk, {}, False),
    ("bends in the trend, straight trend", bends, {}, False),
    ("amplitudes that vary, taken as constant", varying, {}, False),
    ("an amplitude that doubles, taken as constant", growing, {}, False),
)


def one_series(job: tuple[int, int]) -> dict[str, list[float]]:
    """Return the shares of values within their intervals, inside and beyond the data."""
    index, seed = job
    _, maker, options, _ = WORLDS[index]
    # the same series for everything that is made of them
    rng = np.random.default_rng([[one[1] for one in WORLDS].index(maker), seed])
    t, y = maker(rng)
    within = t < SPAN
    held = within & (rng.uniform(size=len(t)) < 0.2)
    model = find_cycles(t[within & ~held], y[within & ~held], **options)
    result = {}
    for name, rows in (("inside", held), ("beyond", ~within)):
        shares = []
        for coverage in COVERAGES:
            lower, upper = model.predict_interval(t[rows], coverage)
            shares.append(float(((lower <= y[rows]) & (y[rows] <= upper)).mean()))
        result[name] = shares
        error = y[rows] - model.predict(t[rows])
        result[f"{name}_rms"] = [float(np.sqrt((error**2).mean()))]
    return result


def measure_simulated(options: argparse.Namespace) -> dict[str, Any]:
    n = 20 if options.quick else options.trials
    rows = []
    for index, (name, _, _, applies) in enumerate(WORLDS):
        jobs = [(index, options.seed + k) for k in range(n)]
        shares = common.parallel(one_series, jobs, options.processes, name)
        row: dict[str, Any] = {"name": name, "applies": applies, "series": n}
        for where in ("inside", "beyond"):
            values = np.array([one[where] for one in shares])
            row[where] = values.mean(axis=0).tolist()
            row[f"{where}_error"] = (values.std(axis=0) / np.sqrt(n)).tolist()
            row[f"{where}_rms"] = float(np.median([one[f"{where}_rms"] for one in shares]))
        rows.append(row)
    return {"coverages": COVERAGES, "rows": rows}


def tables_simulated(result: dict[str, Any]) -> list[str]:
    heads = [f"{where}, {c:.0%}" for where in ("inside", "beyond") for c in result["coverages"]]
    cells = [
        [
            row["name"],
            *(
                f"{100 * share:.1f} ± {100 * error:.1f}"
                for where in ("inside", "beyond")
                for share, error in zip(row[where], row[f"{where}_error"], strict=True)
            ),
            f"{row['beyond_rms']:.2f}",
            "yes" if row["applies"] else "no",
        ]
        for row in result["rows"]
    ]
    return [
        *common.table(["", *heads, "rms error beyond", "model applies"], cells),
        "",
        f"Shares of values within their intervals, in %, means over "
        f"{result['rows'][0]['series']} series each; beyond: a quarter of the span after the data. "
        f"The rms error is the median over series; the noise is 1.",
    ]


def bars_simulated(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for row in result["rows"]:
        if not row["applies"]:
            continue
        off = [
            abs(share - c)
            for where in ("inside", "beyond")
            for share, c in zip(row[where], result["coverages"], strict=True)
        ]
        bars.append(
            common.bar(
                f"intervals: {row['name']}",
                "within 3 points",
                f"{100 * max(off):.1f} points off",
                max(off) <= ALLOWED,
            )
        )
    return bars
