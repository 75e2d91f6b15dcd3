"""Do intervals of the stated period errors hold the true period as often as they say?

Six kinds of series.  A cycle counts where the fit found it, within a line width of the truth; what
was not found, or elsewhere, is counted beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle import find_cycles

#: Half widths, in standard errors, of intervals that hold 68.27 and 95 % of normal deviations.
NOMINAL = {"68 %": (1.0, 0.66, 0.70), "95 %": (1.959964, 0.94, 0.96)}

#: With fewer series than this, the shares are too uncertain to be held against a bar.
ENOUGH = 2000

#: Arguments of find_cycles, and the true frequencies.
Case = tuple[dict[str, Any], list[float]]


def sinusoid(t: np.ndarray, f: float, amplitude: float, rng: np.random.Generator) -> np.ndarray:
    return amplitude * np.cos(2 * np.pi * (f * t + rng.uniform()))


def irregular(rng: np.random.Generator) -> Case:
    t = np.sort(rng.uniform(0.0, 100.0, 200))
    f = rng.uniform(0.1, 0.9)
    return {"t": t, "y": sinusoid(t, f, 1.0, rng) + rng.standard_normal(200)}, [f]


def regular(rng: np.random.Generator) -> Case:
    t = np.arange(200.0)
    f = rng.uniform(0.05, 0.45)
    return {"t": t, "y": 50.0 + sinusoid(t, f, 1.5, rng) + rng.standard_normal(200)}, [f]


def nights(rng: np.random.Generator) -> Case:
    dates = np.sort(rng.choice(60, 40, replace=False)).astype(float)
    t = np.sort(np.repeat(dates, 5) + rng.uniform(0.0, 1.0 / 3.0, 200))
    f = rng.uniform(0.1, 2.0)
    y = sinusoid(t, f, 2.0, rng) + rng.standard_normal(200)
    return {"t": t, "y": y, "minimum_period": 1.0 / 3.0}, [f]


def unequal_errors(rng: np.random.Generator) -> Case:
    t = np.sort(rng.uniform(0.0, 100.0, 200))
    f, dy = rng.uniform(0.1, 0.9), rng.lognormal(0.0, 0.5, 200)
    return {"t": t, "y": sinusoid(t, f, 1.5, rng) + dy * rng.standard_normal(200), "dy": dy}, [f]


def several_lines(rng: np.random.Generator) -> Case:
    t = np.sort(rng.uniform(0.0, 100.0, 300))
    # at least four line widths apart
    places = np.sort(rng.choice(20, 4, replace=False))
    true = [0.1 + 0.04 * (k + rng.uniform(0.0, 1e-1)) for k in places]
    y = rng.standard_normal(300)
    for f, amplitude in zip(true, rng.permutation([0.8, 1.2, 2.0, 4.0]), strict=True):
        y += sinusoid(t, f, amplitude, rng)
    return {"t": t, "y": y}, true


def groups_with_jitter(rng: np.random.Generator) -> Case:
    """Return a waveform of three harmonics by two instruments, errors of one much too small."""
    t = np.sort(rng.uniform(0.0, 100.0, 240))
    group = rng.integers(0, 2, 240)
    f, dy = rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.6, 240)
    scatter = np.hypot(dy, np.array([0.0, 1.0])[group])
    y = np.array([3.0, -5.0])[group] + scatter * rng.standard_normal(240)
    for order, amplitude in ((1, 1.2), (2, 0.8), (3, 0.5)):
        y += sinusoid(t, order * f, amplitude, rng)
    return {"t": t, "y": y, "dy": dy, "group": group}, [f]


SETTINGS: dict[str, tuple[str, Callable[[np.random.Generator], Case]]] = {
    "irregular": ("200 times at random, amplitude 1", irregular),
    "regular": ("200 equidistant times, amplitude 1.5", regular),
    "nights": ("40 of 60 nights, 5 times in 8 hours of each, amplitude 2", nights),
    "unequal errors": ("200 times at random, errors over a factor of 7", unequal_errors),
    "several lines": ("300 times at random, four cycles of amplitude 0.8 to 4", several_lines),
    "groups with jitter": (
        "240 times, two instruments, three harmonics, errors of one too small",
        groups_with_jitter,
    ),
}


def one_series(job: tuple[int, str, int]) -> dict[str, Any]:
    """Return the errors of all true cycles of one series, in units of the stated errors."""
    seed, name, number = job
    rng = np.random.default_rng([seed, 10, list(SETTINGS).index(name), number])
    call, true = SETTINGS[name][1](rng)
    try:
        model = find_cycles(**call)
    except Exception as error:  # a failure is a result: it is counted and named
        return {"failure": f"{type(error).__name__}: {error}"}
    pulls, missed = [], 0
    for f in true:
        found = min(model.cycles, key=lambda c: abs(c.frequency - f), default=None)
        if found is None or abs(found.frequency - f) > 1.0 / np.ptp(call["t"]):
            missed += 1
        else:
            pulls.append((found.period - 1.0 / f) / found.period_error)
    return {"pulls": pulls, "missed": missed, "cycles": len(model.cycles)}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    n_series = min(options.series, 200) if options.quick else options.series
    rows = []
    for name, (what, _) in SETTINGS.items():
        jobs = [(options.seed, name, k) for k in range(n_series)]
        outcomes = common.parallel(one_series, jobs, options.processes, f"coverage, {name}")
        rows.append({"setting": name, "what": what, **summarise(outcomes)})
    return {"rows": rows}


def summarise(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    good = [o for o in outcomes if "failure" not in o]
    pulls = np.abs([p for o in good for p in o["pulls"]])
    return {
        "series": len(outcomes),
        "cycles": len(pulls),
        "missed": sum(o["missed"] for o in good),
        "failures": len(outcomes) - len(good),
        "rms_pull": float(np.sqrt(np.mean(pulls**2))),
        "covered": {
            label: float(np.mean(pulls <= half)) for label, (half, _, _) in NOMINAL.items()
        },
    }


def tables(result: dict[str, Any]) -> list[str]:
    rows = [
        [
            r["what"],
            f"{r['series']:,}",
            f"{r['cycles']:,}",
            r["missed"],
            *[f"{100 * r['covered'][label]:.1f} %" for label in NOMINAL],
            f"{r['rms_pull']:.3f}",
            r["failures"],
        ]
        for r in result["rows"]
    ]
    headers = ["series", "number", "cycles", "missed", *NOMINAL, "rms pull", "failures"]
    return common.table(headers, rows)


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"{r['setting']}: {label} intervals cover",
            f"{100 * low:.0f} to {100 * high:.0f} %",
            f"{100 * r['covered'][label]:.1f} %",
            low <= r["covered"][label] <= high,
        )
        for r in result["rows"]
        if r["series"] >= ENOUGH
        for label, (_, low, high) in NOMINAL.items()
    ]
