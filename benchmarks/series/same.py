"""Do two installations say the same?  Documents of default calls, written by each and compared.

``python benchmarks/series/same.py --write A.json`` writes the documents of the installation that
the interpreter imports, ``... --compare A.json B.json`` names every number that differs by more
than a part in 100,000 of its size, and everything else that differs.  What is tried: noise,
sinusoids, eclipses, pulsators in bands, regular samples, events, groups, errors, several outputs,
red noise.  With ``EPICYCLE_NO_NUMBA=1`` an installation takes the path without compiled loops.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from epicycle import find_cycles

Call = tuple[tuple[Any, ...], dict[str, Any]]

#: Numbers may differ by this part of their size; what is smaller than this is nothing.
RELATIVE, NOTHING = 1e-5, 1e-9

#: What says how long it took.
IGNORED = ("seconds",)


def noise(rng: np.random.Generator) -> Call:
    n = int(rng.integers(40, 150))
    return (np.sort(rng.uniform(0, 1000, n)), rng.normal(size=n)), {}


def sine(rng: np.random.Generator) -> Call:
    (t, y), _ = noise(rng)
    return (t, y + rng.uniform(0.7, 3) * np.sin(2 * np.pi * t / rng.uniform(2, 60))), {}


def errors(rng: np.random.Generator) -> Call:
    (t, y), _ = sine(rng)
    dy = rng.uniform(0.5, 2, len(t))
    return (t, y * dy, dy), {}


def nightly(rng: np.random.Generator) -> Call:
    nights = np.sort(rng.choice(500, int(rng.integers(50, 120)), replace=False))
    t = nights + rng.uniform(0.3, 0.5, len(nights))
    period = rng.uniform(0.3, 5)
    saw = (t / period) % 1.0
    return (t, saw + rng.uniform(0.02, 0.3) * rng.normal(size=len(t))), {"unit": "d"}


def eclipses(rng: np.random.Generator) -> Call:
    t = np.sort(rng.uniform(0, 60, 180))
    turn = (t / rng.uniform(0.8, 6) + 0.5) % 1.0 - 0.5
    return (t, -1.0 * (np.abs(turn) < 0.05) + 0.05 * rng.normal(size=len(t))), {"unit": "d"}


def bands(rng: np.random.Generator) -> Call:
    epochs = 40
    night = np.sort(rng.choice(1500, epochs, replace=False)) + rng.uniform(0.2, 0.5, epochs)
    t = (night[:, np.newaxis] + np.arange(3) * 0.001).ravel()
    turn = t / rng.uniform(0.4, 0.8)
    wave = sum(a * np.sin(2 * np.pi * k * turn) for k, a in enumerate((0.45, 0.22, 0.14, 0.09), 1))
    y = 16 + np.tile((1.2, 1.0, 0.8), epochs) * wave + 0.03 * rng.normal(size=len(t))
    return (t, y, 0.03), {"group": np.tile(list("gri"), epochs), "unit": "d"}


def regular(rng: np.random.Generator) -> Call:
    n = int(rng.integers(80, 300))
    t = np.arange(n) * 0.5
    y = np.sin(2 * np.pi * t / rng.uniform(4, 20)) + rng.normal(size=n)
    return (t, y), {"unit": "h"}


def events(rng: np.random.Generator) -> Call:
    t = np.sort(rng.uniform(0, 100, 600))
    keep = rng.uniform(size=600) < 0.5 * (1 + 0.8 * np.sin(2 * np.pi * t / rng.uniform(0.5, 5)))
    return (t[keep],), {}


def groups(rng: np.random.Generator) -> Call:
    (t, y), _ = sine(rng)
    group = rng.integers(0, 2, len(t))
    return (t, y + 5.0 * group), {"group": group, "per_group": "offset"}


def outputs(rng: np.random.Generator) -> Call:
    n = 80
    t = np.sort(rng.uniform(0, 200, n))
    wave = 2 * np.pi * t / rng.uniform(3, 30)
    y = np.column_stack([np.sin(wave), 2 * np.cos(wave)]) + rng.normal(size=(n, 2))
    return (t, y), {"minimum_period": 2.0}


def red_noise(rng: np.random.Generator) -> Call:
    y = np.zeros(200)
    for k in range(1, 200):
        y[k] = 0.8 * y[k - 1] + rng.normal()
    t = np.arange(200.0)
    return (t, y + 2 * np.sin(2 * np.pi * t / rng.uniform(5, 20))), {"red_noise": True}


KINDS: tuple[Callable[[np.random.Generator], Call], ...] = (
    noise,
    sine,
    errors,
    nightly,
    eclipses,
    bands,
    regular,
    events,
    groups,
    outputs,
    red_noise,
)


def documents(each: int, seed: int) -> dict[str, Any]:
    """Return what is said of `each` series of every kind."""
    result = {}
    for k, kind in enumerate(KINDS):
        for number in range(each):
            args, options = kind(np.random.default_rng([seed, k, number]))
            result[f"{kind.__name__} {number}"] = find_cycles(*args, **options).to_dict()
    return json.loads(json.dumps(result))


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Yield every place at which two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            if key not in IGNORED:
                yield from differences(one[key], other[key], f"{where}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        scale = _scale(one)
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            if not (_is_number(a) and _is_number(b) and abs(a - b) <= RELATIVE * scale):
                yield from differences(a, b, f"{where}/{k}")
    elif _is_number(one) and _is_number(other):
        if abs(one - other) > max(RELATIVE * max(abs(one), abs(other)), NOTHING):
            yield f"{where}: {one!r} {other!r}"
    elif one != other:
        yield f"{where}: {str(one)[:80]} {str(other)[:80]}"


def _scale(values: list[Any]) -> float:
    """Return the size of a list of numbers, as of a spectrum; 0 where it is something else."""
    if not all(_is_number(a) for a in values):
        return 0.0
    return max((abs(a) for a in values), default=0.0)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2)
    parser.add_argument("--each", type=int, default=20, help="series of every kind")
    parser.add_argument("--seed", type=int, default=20261130)
    options = parser.parse_args()
    if options.write:
        options.write.write_text(json.dumps(documents(options.each, options.seed)))
    if options.compare:
        one, other = (json.loads(path.read_text()) for path in options.compare)
        named = {name: list(differences(one[name], other[name])) for name in one}
        for name, found in named.items():
            for line in found[:5]:
                print(f"{name} {line}")
        bad = sum(map(bool, named.values()))
        print(f"{len(named) - bad} of {len(named)} documents are the same")
        sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
