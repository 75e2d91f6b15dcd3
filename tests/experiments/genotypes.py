"""Two genotypes of a few animals, in arrays, for the tests of comparisons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

TIMES = np.arange(0, 72, 4.0)


class Table(NamedTuple):
    t: np.ndarray
    y: np.ndarray
    group: np.ndarray
    subject: np.ndarray


def genotypes(
    seed: int,
    *,
    animals: tuple[int, ...] = (3, 3),
    late: float = 0.0,
    amplitude: tuple[float, ...] = (1.0, 1.0, 1.0),
    period: tuple[float, ...] = (24.0, 24.0, 24.0),
    noise: float = 0.3,
    level: float = 0.0,
    times: np.ndarray = TIMES,
) -> Table:
    """Return groups WT, KO, HET of animals: the second peaks `late`; `level` scatters mesors."""
    rng = np.random.default_rng(seed)
    parts = []
    for g, count in enumerate(animals):
        for k in range(count):
            angle = 2 * np.pi * (times - 6 - late * (g == 1)) / period[g]
            y = 10 + level * rng.normal() + amplitude[g] * np.cos(angle)
            y = y + noise * rng.normal(size=len(times))
            label = ("WT", "KO", "HET")[g]
            parts.append((times, y, [label] * len(times), [f"{label}{k}"] * len(times)))
    t, y, group, subject = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Table(t, y, group, subject)
