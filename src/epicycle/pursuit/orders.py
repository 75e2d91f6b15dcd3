"""Which harmonics a waveform has, judged by joint fits of all of them.

One by one, each harmonic is looked for in what the others leave.  On a few dozen nights, where the
lines of a waveform are far from orthogonal, that leaves so much that some are missed, and what is
missed appears elsewhere.  Fitted together they explain it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from epicycle.fit.criteria import deviance, price_of_line, value_counts
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import HARMONICS
from epicycle.samples.data import Data

Orders = tuple[int, ...]


def is_one_waveform(orders: Iterable[int]) -> bool:
    """Return whether lines of some orders of a frequency are evidence of one waveform.

    Where the fundamental has a line, they are.  Where it has none, a ratio alone is no evidence:
    people choose round periods, and two waveforms of any shape that stand in the ratio p : q fill
    two combs of multiples.  So there must be lines that two combs do not explain, and of all
    orders that begin a comb of their own, up to the highest that does, most must be there: a
    waveform is unlikely to lack them, the more so the higher they are.
    """
    present = sorted(set(orders))
    if 1 in present or not present:
        return bool(present)
    beginning = [m for m in present if not any(m % o == 0 for o in present if o < m)]
    if len(beginning) < HARMONICS.combs or len(present) < HARMONICS.combs + 1:
        return False
    expected = range(2, beginning[-1] + 1)
    return 2 * sum(m in present for m in expected) > len(expected)


def with_waveform(
    data: Data, fit: Fit, frequency: float, max_order: int, least: float = 0.0
) -> tuple[Fit, Orders]:
    """Return the fit with one more cycle, with the harmonics that lower BIC, and their orders.

    Each of them must lower minus twice the logarithm of the likelihood by `least` in any case.
    """
    n = value_counts(data)
    cost = max(price_of_line(n), least)
    k = len(fit.structure.frequency)

    def tried(orders: Orders) -> tuple[float, Fit]:
        trial = _with_free(data, fit.structure.plus(frequency, orders), k)
        return deviance(data, trial, n) + cost * len(orders), trial

    most = min(max_order, int((n.min() / HARMONICS.values_each - fit.n_parameters) / 2))
    return _chosen(tried, (), list(range(1, max(most, 1) + 1)))


def enriched(data: Data, fit: Fit, k: int, max_order: int, highest: float, least: float) -> Fit:
    """Return the fit with the harmonics of fundamental `k` that pay for themselves together.

    Parameters
    ----------
    data : Data
        The regression problem.
    fit : Fit
        Its solution with the harmonics known so far, all of which stay.
    max_order : int
        Highest order.
    highest : float
        Frequency above which no line may stand.
    least : float
        By how much each harmonic must lower minus twice the logarithm of the likelihood.
    """
    n = value_counts(data)
    if n.max() > HARMONICS.few_values:
        return fit
    fundamentals = fit.structure.fundamentals()
    own = fundamentals[k]
    # what has been fitted already, and will be, leaves fewer values to judge by
    dof = n - fit.n_parameters
    most = int(min(max_order, highest / own.frequency))
    room = int((n.min() / HARMONICS.values_each - fit.n_parameters) / 2)
    others = fit.structure.line_frequency[fit.structure.parent != k]
    new = [
        m
        for m in range(2, most + 1)
        if m not in own.orders
        and not (np.abs(others - m * own.frequency) < 1.0 / data.baseline).any()
    ][: max(room, 0)]
    if not new:
        return fit

    def tried(orders: Orders) -> tuple[float, Fit]:
        changed = [*fundamentals]
        changed[k] = own._replace(orders=orders)
        trial = _with_free(data, Structure.of(changed), k)
        return deviance(data, trial, dof) + least * len(orders), trial

    best, orders = _chosen(tried, own.orders, new)
    return fit if orders == own.orders else best


def is_better_apart(data: Data, fit: Fit, k: int, order: int, least: float) -> bool:
    """Return whether a harmonic of fundamental `k` is a line of its own that is only near.

    Minus twice the logarithm of the likelihood falls by `least` then, if it may move.
    """
    fundamentals = fit.structure.fundamentals()
    own = fundamentals[k]
    rest = own.without(order)
    if rest is None:
        return False
    fundamentals[k] = rest
    structure = Structure.of(fundamentals).plus(order * own.frequency)
    free = np.zeros(len(structure.frequency), dtype=bool)
    free[[k, -1]] = True
    apart = fit_lines(data, structure, absolute=False, futile=QUICK, free=free)
    dof = value_counts(data) - apart.n_parameters
    return deviance(data, fit, dof) - deviance(data, apart, dof) > least


def _chosen(
    tried: Callable[[Orders], tuple[float, Fit]], own: Orders, new: list[int]
) -> tuple[Fit, Orders]:
    """Return the cheapest of some waveforms; `tried` returns the cost of one and its fit.

    They have the orders `own`, and the first few of the orders `new`, of which single ones, but
    for the last, may be left out again: a waveform without a fundamental, eclipses alike.
    """
    used, kept = own, 0
    best = tried(own) if own else None
    for count in range(1, len(new) + 1):
        orders = tuple(sorted({*own, *new[:count]}))
        trial = tried(orders)
        if best is None or trial[0] < best[0]:
            best, used, kept = trial, orders, count
        elif count > kept + HARMONICS.patience:
            break
    assert best is not None
    for order in new[: max(kept - 1, 0)]:
        orders = tuple(o for o in used if o != order)
        trial = tried(orders)
        if trial[0] < best[0]:
            best, used = trial, orders
    return best[1], used


def _with_free(data: Data, structure: Structure, k: int) -> Fit:
    """Return a quick fit in which only frequency `k` moves."""
    free = np.arange(len(structure.frequency)) == k
    return fit_lines(data, structure, absolute=False, futile=QUICK, max_steps=3, free=free)
