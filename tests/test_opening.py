"""A waveform against sinusoids, in one output and in groups that were measured together."""

import numpy as np

from epicycle._data import Data
from epicycle.epochs import values_per_epoch
from epicycle.fit import Fit
from epicycle.lines import Structure
from epicycle.opening import _with_orders, outdone_by_sinusoids
from epicycle.plan import plan_search
from epicycle.refine import fit_lines
from epicycle.search import Candidates, DenseSearch
from generators import regression


def modulated(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, values and frequency of a pulsation whose amplitude and phase are modulated."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.choice(400, 50, replace=False)) + 0.03 * rng.normal(size=50)
    f = 1.0 / rng.uniform(0.45, 0.75)
    slow = 2 * np.pi * t / rng.uniform(30, 90)
    turns = f * t + 0.03 * np.sin(slow + 1.0)
    sizes = {1: 1.0, 2: 0.45, 3: 0.3, 4: 0.2}
    y = sum(a * np.cos(2 * np.pi * h * turns + 0.4 * h) for h, a in sizes.items())
    return t, (1 + 0.4 * np.cos(slow)) * y + 0.05 * rng.normal(size=50), f


def outdone(data: Data, f: float, *, in_groups: bool) -> bool:
    plan = plan_search(data, 0.2, 1.2)
    search = DenseSearch(data, plan)
    fit = fit_lines(data, Structure.empty(), absolute=False, max_steps=0)

    def maxima(one: Fit) -> Candidates:
        return search.maxima(one.residual, one.scale)

    trial = _with_orders(data, fit, f, 8)
    return outdone_by_sinusoids(data, fit, trial, plan, maxima, in_groups=in_groups)


def test_copies_of_the_values_do_not_speak_for_sinusoids() -> None:
    # five groups with the same values know what one of them knows
    changed = 0
    for seed in range(12):
        t, y, f = modulated(seed)
        alone = outdone(regression(t, y), f, in_groups=False)
        five = regression(t, np.repeat(y[:, np.newaxis], 5, axis=1))
        assert outdone(five, f, in_groups=True) == alone
        changed += outdone(five, f, in_groups=False) != alone
    assert changed > 0


def test_values_at_a_moment_are_counted() -> None:
    t = np.arange(0.0, 20.0)
    together = regression(t, np.ones((20, 3)) * t[:, np.newaxis])
    assert values_per_epoch(together, 1.0) == 3.0
    # one group of three at each time, the times far apart
    y = np.full((20, 3), np.nan)
    y[np.arange(20), np.arange(20) % 3] = t
    assert values_per_epoch(regression(t, y), 1.0) == 1.0
    # the same, close to each other against the period: two or three of different groups
    assert values_per_epoch(regression(t, y), 0.02) == 20 / 7
