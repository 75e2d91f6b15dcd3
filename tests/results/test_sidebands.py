"""Rows at sums and differences of two stronger cycles' frequencies are said to be such."""

import re

import numpy as np

from epicycle import find_cycles


def visits(product: bool, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Return four years of days, and visits whose week and year are multiplied or added."""
    t = np.arange(1461)
    week = 0.4 * np.cos(2 * np.pi * t / 7) + 0.2 * np.cos(4 * np.pi * (t - 1) / 7)
    year = 0.3 * np.cos(2 * np.pi * (t - 190) / 365.25)
    y = (1 + week) * (1 + year) if product else 1 + week + year
    return t, y + noise * np.random.default_rng(1).normal(size=len(t))


def told(t: np.ndarray, y: np.ndarray) -> list[str]:
    model = find_cycles(t, y, unit="d")
    return [note for note in model.undecided if "sums and differences" in note]


def test_a_product_of_two_cycles_is_told() -> None:
    (note,) = told(*visits(product=True))
    named = [float(x) for x in re.findall(r"[\d.]+(?= d)", note)]
    # two beside the week and two beside its half, then the two cycles
    beside = [1 / (m / 7 + s / 365.25) for m in (1, 2) for s in (-1, 1)]
    assert np.allclose(sorted(named[:-4]), sorted(beside), rtol=1e-3)
    assert np.allclose(named[-4:], [7, 365.25, 7, 365.25], rtol=5e-3)


def test_a_sum_and_unrelated_cycles_are_not() -> None:
    assert told(*visits(product=False)) == []
    t = np.arange(1461)
    rng = np.random.default_rng(2)
    y = 0.3 * rng.normal(size=len(t))
    for period, amplitude in ((365.25, 0.5), (7.0, 0.4), (6.811, 0.3), (7.231, 0.3), (29.5, 0.3)):
        y += amplitude * np.cos(2 * np.pi * (t / period + rng.random()))
    assert told(t, y) == []


def test_the_logarithm_of_a_product_has_no_such_rows() -> None:
    t, y = visits(product=True, noise=0.05)
    assert told(t, np.log(y)) == []
