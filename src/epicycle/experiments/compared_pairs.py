"""Every pair of groups in every quantity, and whether anything differs at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.contrasts import equal_vectors
from epicycle.experiments.compared_groups import AMPLITUDE, PERIOD, PHASE, GroupFit
from epicycle.experiments.comparison import Difference
from epicycle.experiments.cosinor_series import QUANTITIES, Plan
from epicycle.experiments.group_means import (
    NOTHING,
    Estimate,
    circular_mean_of,
    difference,
    interval,
    mean_of,
    p_value,
    ratio_interval,
)
from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap

RATIO = "amplitude ratio"


def all_differences(
    groups: list[GroupFit], plan: Plan, *, paired: bool, confidence: float
) -> tuple[Difference, ...]:
    """Return every pair of groups in every quantity, with Holm's correction over the pairs."""
    quantities = [q for q in range(len(QUANTITIES)) if q != PERIOD or not plan.held]
    rows: list[Difference] = []
    pairs = list(combinations(groups, 2))
    for quantity in quantities:
        found = [
            _row(first, second, quantity, plan, paired=paired, confidence=confidence)
            for first, second in pairs
        ]
        rows += _with_holm(found)
        if quantity == AMPLITUDE:
            ratios = [
                _ratio(first, second, one, paired=paired, confidence=confidence)
                for (first, second), one in zip(pairs, found, strict=True)
            ]
            rows += _with_holm(ratios)
    return tuple(rows)


def _pair(first: GroupFit, second: GroupFit, quantity: int, *, paired: bool) -> Estimate:
    """Return second minus first; of phases in turns, the shortest way."""
    if not paired:
        one, two = first.estimate(quantity), second.estimate(quantity)
        found = difference(two, one)
    else:
        early, late = first.shown(quantity), second.shown(quantity)
        shared = [name for name in early if name in late]
        values = np.array([late[n].value[quantity] - early[n].value[quantity] for n in shared])
        if not shared:
            return NOTHING
        mean = circular_mean_of if quantity == PHASE else mean_of
        found = mean(values, np.zeros(len(values)))
    if quantity == PHASE and np.isfinite(found.value):
        return replace(found, value=float(wrap(np.array([found.value]))[0]))
    return found


def _row(
    first: GroupFit,
    second: GroupFit,
    quantity: int,
    plan: Plan,
    *,
    paired: bool,
    confidence: float,
) -> Difference:
    found = _pair(first, second, quantity, paired=paired)
    note, cycle = "", 1.0
    if quantity in (PHASE, PERIOD):
        silent = [g.label for g in (first, second) if not g.rhythmic]
        if silent:
            found, note = NOTHING, f"{' and '.join(silent)} without a rhythm"
        elif quantity == PHASE:
            cycle = _cycle(first, second, plan)
            if not np.isfinite(found.value):
                note = "phases scatter over the cycle"
    if not note and not np.isfinite(found.variance):
        note = "one subject tells nothing of its group"
    low, high = interval(found, confidence)
    if quantity == PHASE and high - low >= 1.0:
        low, high = found.value - 0.5, found.value + 0.5
        note = note or "any phase is possible"
    p = p_value(found)
    return Difference(
        what=QUANTITIES[quantity],
        first=first.label,
        second=second.label,
        value=found.value * cycle,
        error=found.error * cycle,
        low=low * cycle,
        high=high * cycle,
        p_value=p,
        p_holm=p,
        freedom=found.freedom,
        note=note,
    )


def _cycle(first: GroupFit, second: GroupFit, plan: Plan) -> float:
    """Return the period in which a difference of phase is told: the mean of both."""
    if plan.held:
        return 1.0 / plan.lowest
    return 0.5 * (first.estimate(PERIOD).value + second.estimate(PERIOD).value)


def _ratio(
    first: GroupFit, second: GroupFit, apart: Difference, *, paired: bool, confidence: float
) -> Difference:
    """Return the ratio of amplitudes, with the test of their difference."""
    one, two = first.estimate(AMPLITUDE), second.estimate(AMPLITUDE)
    covariance = 0.0
    if paired:
        shared = [name for name in first.fits if name in second.fits]
        pair = np.array([[g.fits[n].value[AMPLITUDE] for n in shared] for g in (first, second)])
        means = pair.mean(axis=1)
        of_means = np.cov(pair) / len(shared) if len(shared) > 1 else np.full((2, 2), np.nan)
        one = Estimate(float(means[0]), float(of_means[0, 0]), apart.freedom, len(shared))
        two = Estimate(float(means[1]), float(of_means[1, 1]), apart.freedom, len(shared))
        covariance = float(of_means[0, 1])
    value = two.value / one.value if one.value > 0 else np.nan
    low, high = ratio_interval(two, one, covariance, apart.freedom, confidence)
    variance = two.variance - 2 * value * covariance + value**2 * one.variance
    note = apart.note
    if not np.isfinite(high) and np.isfinite(low):
        note = f"the amplitude of {first.label} may be 0"
    return replace(
        apart,
        what=RATIO,
        value=value,
        error=float(np.sqrt(max(variance, 0.0))) / one.value if one.value > 0 else np.nan,
        low=low,
        high=high,
        note=note,
    )


def _with_holm(rows: list[Difference]) -> list[Difference]:
    """Return the rows with their p-values corrected for one another."""
    corrected = holm(np.array([one.p_value for one in rows]))
    return [replace(one, p_holm=float(p)) for one, p in zip(rows, corrected, strict=True)]


def holm(p: Floats) -> Floats:
    """Return p-values corrected by Holm's method; NaN stays and counts for nothing."""
    result = np.full(len(p), np.nan)
    known: NDArray[np.intp] = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return result


def anything(groups: list[GroupFit], rows: tuple[Difference, ...], plan: Plan) -> tuple[float, str]:
    """Return the p-value of "nothing differs", and which test it is of.

    Of samples, whose noise alone scatters, mesor and coefficients (and frequency) are compared
    together.  Of subjects there are too few to know how their numbers vary together: the smallest
    p-value p of n quantities is corrected to 1 - (1 - p)^n, which holds also where they vary
    together (Sidak 1967, J. Am. Stat. Assoc. 62, 626).
    """
    fits = [next(iter(g.fits.values())) for g in groups]
    together = not groups[0].of_subjects and all(len(f.linear) for f in fits)
    if together and (plan.held or all(g.rhythmic for g in groups)):
        tested = equal_vectors(
            np.stack([f.linear for f in fits]),
            np.stack([f.linear_covariance for f in fits]),
            np.array([f.freedom for f in fits]),
        )
        first, second = tested.freedom
        what = "mesor, cosines and sines" + ("" if plan.held else ", and frequency")
        return tested.p_value, (
            f"F({first:.0f}, {second:.1f}) = {tested.statistic:.3g} of {what} together"
        )
    smallest = {}
    for what in QUANTITIES:
        known = [d.p_holm for d in rows if d.what == what and np.isfinite(d.p_holm)]
        if known:
            smallest[what] = min(known)
    if not smallest:
        return np.nan, "nothing can be tested"
    best = min(smallest, key=lambda what: smallest[what])
    n = len(smallest)
    corrected = -np.expm1(n * np.log1p(-min(smallest[best], 1.0 - 1e-16)))
    return float(corrected), f"the smallest p-value of {n} quantities ({best}), by Sidak"
