"""Lines at integer multiples of one frequency become one waveform.

Three questions are asked, always of the residual and always against the noise nearby: does a
multiple of a known frequency carry power; do two lines found apart stand in an integer ratio; is
the frequency that was found itself a multiple of the true one, whose own line is weak or absent
(the half-period trap of eclipsing binaries)?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from epicycle.evidence.gears import Comb, ratio_error
from epicycle.fit.criteria import least_reduction
from epicycle.fit.errors import covariance
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import CYCLES, HARMONICS, SHARP
from epicycle.pursuit.combs import first_apart
from epicycle.pursuit.orders import enriched, is_better_apart, is_one_waveform
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.periodogram import Periodogram

#: Steps per line width, and widths to either side, of the look around a multiple.
_STEPS = 4

_WIDTHS = 8


#: The lower of two lines may itself be of up to this order, where the common fundamental is absent.
_COMB = Comb.up_to(4)

#: How far a converged frequency may be off by rounding, in 1/T.
_ROUNDING = 1e-7


class HarmonicTest:
    """Tests of the residual at single, known frequencies.

    Parameters
    ----------
    data : Data
        The regression problem.
    highest : float
        Frequency above which no line may be placed (Nyquist of regular sampling).
    glance : callable, optional
        Returns a quick estimate of the highest power of a fit's residual within a line width of a
        frequency, infinite where there is none.  It spares most of the tests.
    """

    def __init__(
        self,
        data: Data,
        highest: float,
        glance: Callable[[Fit, float], float] = lambda fit, frequency: np.inf,
    ) -> None:
        self._data = data
        self.highest = highest
        self._glance = glance
        self._half = _STEPS * _WIDTHS
        self._spacing = 1.0 / (_STEPS * data.baseline)

    def significant(
        self, fit: Fit, frequency: float, chance: float, taken: Sequence[float] = ()
    ) -> bool:
        """Return whether the residual of `fit` has a line exactly at `frequency`.

        It must improve BIC, and noise must imitate it with at most the probability `chance`.

        A maximum that lies elsewhere within a line width is another line, not this one; so is one
        that a line of `fit`, or one of the frequencies `taken`, accounts for.
        """
        data = self._data
        if not 1.0 / data.baseline < frequency < self.highest:
            return False
        existing = np.append(fit.structure.line_frequency, taken)
        if len(existing) and np.abs(existing - frequency).min() < 1.0 / data.baseline:
            return False
        least = least_reduction(data, chance)
        # five points per line width miss at most 3.3 % of a maximum: half is far from doubtful
        if self._glance(fit, frequency) < 0.5 * least:
            return False
        start = frequency - self._half * self._spacing
        engine = Periodogram.of(data, self._spacing, 2 * self._half + 1)
        power = (engine.reduction(fit.residual, start) / fit.scale[:, np.newaxis]).sum(0)
        near = np.abs(np.arange(len(power)) - self._half) <= _STEPS
        level = max(1.0, float(power[~near].mean()) / (2 * data.y.shape[1]))
        here = float(power[self._half])
        if here < level * least:
            return False
        return here > float(power[near].max()) - HARMONICS.beside * float(level)


def extend(data: Data, fit: Fit, test: HarmonicTest, max_order: int, absolute: bool) -> Fit:
    """Return the fit with every significant multiple of its fundamentals locked in.

    Each is looked for by itself; then, where the values are few, all of them together.
    """
    fundamentals = fit.structure.fundamentals()
    # the residual does not know of them yet: two cycles must not both have the same line
    added: list[float] = []
    for k, one in enumerate(fundamentals):
        if one.frequency * data.baseline < CYCLES.waveform:
            continue
        present = set(one.orders)
        for m in range(2, max_order + 1):
            # A waveform has no lone high harmonic: that is another line which happens to be near.
            connected = any(m - HARMONICS.largest_gap <= o < m for o in present)
            if (
                m not in present
                and connected
                and test.significant(fit, m * one.frequency, HARMONICS.chance_of_harmonic, added)
            ):
                present.add(m)
                added.append(m * one.frequency)
        fundamentals[k] = one.divided(1, present)
    fit = _refit(data, fundamentals, absolute) if added else fit
    return _extend_together(data, fit, test, max_order, absolute)


def _extend_together(
    data: Data, fit: Fit, test: HarmonicTest, max_order: int, absolute: bool
) -> Fit:
    """Return the fit with the harmonics that only joint fits show, where the values are few."""
    least = least_reduction(data)
    for k, before in enumerate(fit.structure.fundamentals()):
        if before.frequency * data.baseline < CYCLES.waveform:
            continue
        better = enriched(data, fit, k, max_order, test.highest, least)
        if better is fit:
            continue
        better = _refit(data, better.structure.fundamentals(), absolute)
        added = set(better.structure.orders_of(k)) - set(before.orders)
        if not any(is_better_apart(data, better, k, order, least) for order in added):
            fit = better
    return fit


def descend(
    data: Data,
    fit: Fit,
    test: HarmonicTest,
    max_order: int,
    absolute: bool,
    held: float | None = None,
) -> Fit:
    """Return the fit with fundamentals divided by 2 or 3 where the residual asks for it.

    The fundamental at `held` has been compared with its fractions before.
    """
    for k, one in enumerate(fit.structure.fundamentals()):
        if one.fixed or (held is not None and abs(one.frequency - held) < 1.0 / data.baseline):
            continue
        for divisor in (2, 3):
            if max(one.orders) * divisor > max_order:
                continue
            if one.frequency * data.baseline < CYCLES.waveform * divisor:
                continue
            odd = [
                m
                for m in range(1, 3 * divisor)
                if m % divisor
                and test.significant(
                    fit, m * one.frequency / divisor, HARMONICS.chance_of_fundamental
                )
            ]
            # a single odd multiple other than the fundamental is another line, not a waveform
            if not odd or (len(odd) == 1 and odd[0] > 1):
                continue
            orders = [*odd, *(divisor * o for o in one.orders)]
            fundamentals = fit.structure.fundamentals()
            fundamentals[k] = one.divided(divisor, orders)
            trial = _refit(data, fundamentals, absolute)
            if _is_waveform(trial, k, divisor):
                fit = trial  # so that the next one finds these lines taken
                break
    return fit


def merge(data: Data, fit: Fit, level: Floats, max_order: int, absolute: bool) -> Fit:
    """Return the fit with lines in integer ratios locked to one fundamental.

    A lock needs odds, as in :mod:`epicycle.evidence.gears`: where a ratio is so imprecise that
    some integer is always near, it is no evidence, and two cycles apart have honest errors.

    Parameters
    ----------
    data, fit
        The regression problem and its solution, all fundamentals free.
    level : ndarray, shape (L, d)
        Noise level around each line.
    max_order : int
        Highest order of a waveform.
    absolute : bool
        As in :func:`epicycle.fit.refine.fit_lines`.
    """
    while True:
        errors = covariance(data, fit, level).frequency
        trial = _first_merge(data, fit, errors, max_order, absolute)
        if trial is None:
            return fit
        # the same lines in another order
        lines, before = trial.structure.line_frequency, fit.structure.line_frequency
        level = level[np.abs(lines[:, np.newaxis] - before).argmin(axis=1)]
        fit = trial


def _first_merge(
    data: Data, fit: Fit, errors: Floats, max_order: int, absolute: bool
) -> Fit | None:
    """Return the fit with the strongest lock, or None; `errors` is the covariance, (K, K)."""
    fundamentals = fit.structure.fundamentals()
    strength = np.array([_strength(fit, k) for k in range(len(fundamentals))])
    slow = fit.structure.frequency * data.baseline < CYCLES.waveform
    pairs = [
        (int(i), int(j))
        for i, j in combinations(np.argsort(fit.structure.frequency, kind="stable"), 2)
        if not (slow[i] or fundamentals[i].fixed or fundamentals[j].fixed)
    ]
    frequency = fit.structure.frequency
    relative = errors / np.outer(frequency, frequency)
    # an exact fit has no errors but those at which its iteration ends
    relative[np.diag_indices_from(relative)] += (_ROUNDING / (data.baseline * frequency)) ** 2
    for i, j in sorted(pairs, key=lambda p: -strength[p[0]] * strength[p[1]]):
        low, high = fundamentals[i], fundamentals[j]
        error = ratio_error(np.array([1.0, -1.0]), relative[np.ix_([i, j], [i, j])])
        b, a, odds = _COMB.best(high.frequency / low.frequency, error)
        # any of the others may be the one that belongs here
        fewest = HARMONICS.least_odds * (len(fundamentals) - 1)
        if a > 1:
            # a ratio of two is no evidence of a third frequency: what else stands on its comb?
            members = {i: a, j: b} if odds >= fewest else {}
            members = _on_comb(fundamentals, relative, members, fewest) if members else members
        else:
            odds *= _prior_odds(list(low.orders), b * min(high.orders))
            members = {i: a, j: b} if b > 1 and odds >= fewest else {}
        orders = {m * o for k, m in members.items() for o in fundamentals[k].orders}
        # a comb that reaches beyond a smooth waveform's has no such end
        limited = max(low.orders) <= SHARP.smooth
        if not is_one_waveform(orders) or (limited and max(orders) > max_order):
            continue
        if low.frequency / a * data.baseline < CYCLES.waveform:
            continue
        rest = [one for n, one in enumerate(fundamentals) if n not in members]
        trial = _refit(data, [*rest, low.divided(a, orders)], absolute)
        lost = float(((trial.chi2 - fit.chi2) / fit.scale).sum())
        if lost >= HARMONICS.lost * (len(members) - 1) and not is_exact(data, trial.chi2):
            continue
        apart = _split(data, trial, len(rest)) if a == 1 else None
        if apart is not None:
            if {one.orders for one in apart[-2:]} == {low.orders, high.orders}:
                continue
            return _refit(data, apart, absolute)
        if a > 1 or _is_waveform(trial, len(rest), b):
            return trial
    return None


def _split(data: Data, fit: Fit, k: int) -> list[Fundamental] | None:
    """Return the fundamentals with multiples of one order of cycle k apart; None if none stands so.

    Orders that are not there take from chi-square what noise does.
    """
    lines = np.flatnonzero(fit.structure.parent == k)
    orders = fit.structure.order[lines]
    taken = np.full(int(orders.max()), 2.0)
    taken[orders - 1] = 0.5 * data.n_values / data.y.shape[1] * line_powers(fit)[lines]
    order = first_apart(taken)
    if order is None:
        return None
    fundamentals = fit.structure.fundamentals()
    one = fundamentals[k]
    multiples = [m for m in one.orders if m % order == 0]
    if len(multiples) == len(one.orders):
        return None
    rest = tuple(m for m in one.orders if m % order)
    high = one.multiple(order, (m // order for m in multiples))
    fundamentals[k : k + 1] = [one._replace(orders=rest), high]
    return fundamentals


def _on_comb(
    fundamentals: list[Fundamental], relative: Floats, pair: dict[int, int], least_odds: float
) -> dict[int, int]:
    """Return which fundamentals stand at multiples of what a pair has in common, and at which.

    `relative` is the covariance of the frequencies, each in units of itself.
    """
    first, a = next(iter(pair.items()))
    common = fundamentals[first].frequency / a
    members = dict(pair)
    present = {m * o for k, m in pair.items() for o in fundamentals[k].orders}
    others = [k for k, one in enumerate(fundamentals) if k not in pair and not one.fixed]
    for k in sorted(others, key=lambda k: fundamentals[k].frequency):
        ratio = fundamentals[k].frequency / common
        m = round(ratio)
        error = ratio * ratio_error(np.array([1.0, -1.0]), relative[np.ix_([first, k], [first, k])])
        odds = np.exp(-0.5 * ((ratio - m) / error) ** 2) / (error * np.sqrt(2 * np.pi))
        orders = {m * o for o in fundamentals[k].orders}
        near = any(
            abs(m * min(fundamentals[k].orders) - o) <= HARMONICS.largest_gap for o in present
        )
        if m < 1 or odds < least_odds or orders & present:
            continue
        if near or len(present) >= HARMONICS.rich:
            members[k] = m
            present |= orders
    return members


def _prior_odds(orders: list[int], new: int) -> float:
    """Return the odds, beforehand, that a waveform with lines of some orders has one of another."""
    if len(orders) < HARMONICS.rich and all(abs(new - o) > HARMONICS.largest_gap for o in orders):
        return 0.0
    # Laplace's rule of succession: of the orders below the new one, n are there and the rest not
    n = sum(o < new for o in orders)
    return n / (new - n)


def _is_waveform(fit: Fit, k: int, divisor: int) -> bool:
    """Return whether the orders not divisible by `divisor` make cycle k one waveform."""
    lines = np.flatnonzero(fit.structure.parent == k)
    amplitude = np.array([_line_strength(fit, int(line)) for line in lines])
    odd = fit.structure.order[lines] % divisor != 0
    if np.count_nonzero(odd) >= 2:
        return True
    return bool(amplitude[odd].max(initial=0.0) >= HARMONICS.weak_fundamental * amplitude.max())


def _line_strength(fit: Fit, line: int) -> float:
    """Return the amplitude of a line relative to the noise, over all outputs."""
    c = fit.line_coefficients(line)
    return float(np.sqrt((c**2 / fit.scale).sum()))


def _strength(fit: Fit, k: int) -> float:
    lines = np.flatnonzero(fit.structure.parent == k)
    return float(np.sqrt(sum(_line_strength(fit, int(line)) ** 2 for line in lines)))


def _refit(data: Data, fundamentals: list[Fundamental], absolute: bool) -> Fit:
    return fit_lines(data, Structure.of(fundamentals), absolute=absolute, futile=QUICK)
