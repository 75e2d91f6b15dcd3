r"""The orders of one frequency, as many as there is evidence for: combs of sharp features.

The orders are fitted together and judged in blocks, by how much they take from chi-square.  A
waveform's amplitudes follow each other smoothly; multiples of one order that stand far above the
orders between them (the hours of a day, the days of a week, the week in a year with its Christmas)
are another cycle, whose period divides the first one's nearly: an :func:`island`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure, all_columns
from epicycle.fit.refine import fit_lines
from epicycle.limits import HARMONICS, SHARP
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


@dataclass(frozen=True)
class Comb:
    """Orders of a frequency, and the evidence that they are there."""

    frequency: float
    most: int
    gain: float
    beyond: float


@dataclass(frozen=True)
class Ground:
    """What combs are fitted to.

    Attributes
    ----------
    data : Data
        The regression problem.
    fit : Fit
        The lines there are.  Those at multiples of a comb give way to it.
    highest : float
        Highest frequency of a line.
    islands : tuple of float
        Fundamentals of `fit` that do not give way: the comb has no orders where they have lines.
    """

    data: Data
    fit: Fit
    highest: float
    islands: tuple[float, ...] = ()

    def _is_island(self, frequency: float) -> bool:
        """Return whether a fundamental is one that does not give way, as far as it has moved."""
        return any(abs(frequency - one) < 0.5 / self.data.baseline for one in self.islands)

    def without(self, frequency: float) -> Structure:
        """Return the lines without the cycles whose lines all stand at multiples."""
        near = 0.5 / self.data.baseline
        kept = []
        for one in self.fit.structure.fundamentals():
            order = np.rint(one.frequency / frequency)
            apart = abs(one.frequency - order * frequency) > near
            if one.fixed or apart or order < 1 or self._is_island(one.frequency):
                kept.append(one)
        return Structure.of(kept)

    def room(self, frequency: float) -> int:
        """Return the highest order that the sampling and the number of values allow."""
        by_values = (self.data.n_values / SHARP.values_each - self.fit.n_nuisance) / 2
        return int(min(self.highest / frequency * (1 - 1e-9), by_values, SHARP.most_orders))

    def orders(self, frequency: float, most: int) -> NDArray[np.intp]:
        """Return the orders up to a highest that no line of another order or cycle stands for."""
        orders = np.arange(1, most + 1)
        if self.islands:
            structure = self.fit.structure
            of = np.array([self._is_island(f) for f in structure.frequency])
            lines = structure.line_frequency[of[structure.parent]]
            off = np.abs(orders[:, np.newaxis] * frequency - lines).min(axis=1, initial=np.inf)
            orders = orders[off > 0.5 / self.data.baseline]
        rate = 2 * nyquist(self.data)
        if not np.isfinite(self.highest) or most * frequency <= 0.5 * rate:
            return orders
        turns = orders * frequency
        folded = folded_at(rate, turns)
        near = 1.5 / self.data.baseline
        kept = [
            m
            for m in range(len(orders))
            if turns[m] <= 0.5 * rate - near
            or (
                near < folded[m] < 0.5 * rate - near
                and np.abs(folded[:m] - folded[m]).min(initial=np.inf) > near
            )
        ]
        return orders[kept]

    def reductions(self, frequency: float, orders: NDArray[np.intp]) -> Floats | None:
        """Return what each of some orders takes from chi-square, after those before it."""
        data = self.data
        structure = self.without(frequency).plus(frequency, tuple(orders.tolist()))
        columns = all_columns(data, structure)
        w = data.weights_of(0)
        weighted = columns * w
        gram, right = weighted @ columns.T, weighted @ data.y[:, 0]
        size = np.sqrt(np.maximum(np.diag(gram), 1e-300))
        scaled = gram / np.outer(size, size)
        scaled[np.diag_indices_from(scaled)] += 1e-10
        try:
            factor = cholesky(scaled, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            return None
        z = solve_triangular(factor, right / size, lower=True, check_finite=False)
        first = len(z) - 2 * len(orders)
        left = float(w @ data.y[:, 0] ** 2 - z @ z)
        floor = 1e-12 * float(w @ data.y[:, 0] ** 2)
        free = max(data.n_values - len(z) - 1, 1)
        taken: Floats = (z[first::2] ** 2 + z[first + 1 :: 2] ** 2) / (max(left, floor) / free)
        return taken

    def measured(self, frequency: float) -> Comb | None:
        """Return the orders of a frequency that there is evidence for."""
        room = self.room(frequency)
        orders = self.orders(frequency, room)
        reductions = self.reductions(frequency, orders)
        if reductions is None:
            return None
        taken = np.zeros(room)
        taken[orders - 1] = reductions
        ends = ends_of_blocks(room)
        gains = np.array([gain(taken[a:b]) for a, b in pairwise(ends)])
        total = np.cumsum(gains)
        last = int(total.argmax())
        beyond = float(gains[np.array(ends[:-1]) >= SHARP.smooth][: max(last, 0)].sum())
        return Comb(frequency, ends[last + 1], float(total[last]), beyond if last else 0.0)

    def refined(self, frequency: float) -> Comb | None:
        """Return a comb refined with a growing number of harmonics; None where it is none."""
        room = self.room(frequency)
        for most in (SHARP.smooth, 4 * SHARP.smooth):
            orders = tuple(self.orders(frequency, min(most, room)).tolist())
            if not orders:
                return None
            structure = self.without(frequency).plus(frequency, orders)
            free = np.arange(len(structure.frequency)) == len(structure.frequency) - 1
            try:
                trial = fit_lines(
                    self.data, structure, absolute=False, futile=QUICK, max_steps=6, free=free
                )
            except LinAlgError:
                return None
            frequency = float(trial.structure.frequency[-1])
        return self.measured(frequency)


def nyquist(data: Data) -> float:
    """Return the Nyquist frequency of the typical gap between samples."""
    gaps = np.diff(np.sort(data.times.to_float()))
    return float(0.5 / np.median(gaps[gaps > 0]))


def folded_at(rate: float, frequency: NDArray[np.floating]) -> Floats:
    """Return the lowest aliases of frequencies where samples are taken at a rate."""
    folded: Floats = np.abs(frequency - rate * np.rint(frequency / rate))
    return folded


def ends_of_blocks(most: int) -> list[int]:
    """Return where blocks of orders end that are judged together: 0, 16, 22, 31, 43, ..."""
    ends = [0]
    following = float(SHARP.smooth)
    while following < most:
        ends.append(int(following))
        following *= SHARP.widths
    return [*ends, most]


def gain(taken: Floats) -> float:
    r"""Return the log evidence that a block of amplitudes is more than noise.

    For m amplitudes of unknown Gaussian size, the log of the likelihood ratio at the best size is
    :math:`(R - m - m \ln (R / m)) / 2`, where R is what they take from chi-square in units of the
    noise; the size costs half the log of their number.
    """
    m = 2 * len(taken)
    r = float(taken.sum()) / m if m else 0.0
    result = 0.5 * m * (r - 1 - math.log(r)) if r > 1 else 0.0
    return result - 0.5 * math.log(max(m, 2)) - 1.0


def period_of(ground: Ground, comb: Comb, lowest: float) -> Comb | None:
    """Return the comb at the frequency of which all of its lines are multiples, and no lower.

    None where too few orders are resolved to tell, or where nothing is sharp about it after all.
    """
    best = comb
    for divisor in (2, 2, 3, 5, 7):
        told = apart(ground, best, divisor)
        if told is not None and told < SHARP.clear:
            best = ground.measured(best.frequency * divisor) or best
    for divisor in (2, 3, 2):
        frequency = best.frequency / divisor
        if frequency < lowest:
            continue
        trial = Comb(frequency, min(best.most * divisor, ground.room(frequency)), 0.0, 0.0)
        told = apart(ground, trial, divisor)
        if told is None and divisor == 2:
            return None
        if told is not None and told > SHARP.clear:
            best = ground.measured(frequency) or best
    return best if best.beyond >= SHARP.clear else None


def apart(ground: Ground, comb: Comb, divisor: int) -> float | None:
    """Return the log evidence for orders that are no multiples of a divisor; None if untold."""
    # what is sharper than the samples are dense is aliased to the highest orders, of any comb
    data = ground.data
    resolved = 0.5 * min(ground.highest, nyquist(data), 0.5 * data.n_values / data.baseline)
    most = int(min(comb.most, resolved / comb.frequency))
    if most < divisor:
        return None
    orders = ground.orders(comb.frequency, most)
    multiple = orders % divisor == 0
    ordered = np.concatenate([orders[multiple], orders[~multiple]])
    taken = ground.reductions(comb.frequency, ordered)
    if taken is None:
        return None
    others = taken[np.count_nonzero(multiple) :]
    ends = [0, 2, 4, 8, *[e for e in ends_of_blocks(len(others))[1:] if e > 8]]
    gains = [gain(others[a:b]) for a, b in pairwise(ends) if a < len(others)]
    # as many as there is evidence for
    return float(np.cumsum(gains).max(initial=0.0))


def island(ground: Ground, comb: Comb) -> tuple[int, int] | None:
    """Return which order of a comb is the first of another cycle, and how many orders that has."""
    orders = ground.orders(comb.frequency, comb.most)
    taken = ground.reductions(comb.frequency, orders)
    if taken is None:
        return None
    by_order = np.full(comb.most, np.nan)
    by_order[orders - 1] = taken
    k = first_apart(by_order)
    if k is None:
        return None
    # further multiples, which do not stand above those beside them, may be the comb's own
    standing = [m for m in range(1, comb.most // k + 1) if _stands(by_order, k, m)]
    return k, max(standing)


def first_apart(taken: Floats) -> int | None:
    """Return the order whose multiples stand apart most clearly; None where none clearly do.

    Parameters
    ----------
    taken : ndarray, shape (m,)
        What each order from 1 takes from chi-square; nan for those that are not known.
    """
    first = range(HARMONICS.largest_gap + 1, len(taken) + 1)
    evidence = [standing_apart(taken, k) for k in first]
    if max(evidence, default=0.0) <= SHARP.clear:
        return None
    return first[int(np.argmax(evidence))]


def standing_apart(taken: Floats, k: int) -> float:
    """Return the log evidence that multiples of an order are not of one waveform with the others.

    Amplitudes are compared block by block: of one size, or of two, one of the multiples and one of
    the orders between them.  No evidence where the multiples do not have clearly more power than
    all others and those between them, and the order itself than those beside it.

    Parameters
    ----------
    taken : ndarray, shape (m,)
        What each order from 1 takes from chi-square; nan for those that are not known.
    k : int
        The order.
    """
    order, known = np.arange(1, len(taken) + 1), np.isfinite(taken)
    multiple = known & (order % k == 0)
    others = known & ~multiple
    between = others & (order > k / 2) & (order <= order[multiple].max(initial=0) + k / 2)
    if not (between.any() and _stands(taken, k, 1)):
        return 0.0
    background = max(taken[others].mean(), taken[between].mean())
    if taken[multiple].mean() < SHARP.island * background:
        return 0.0
    result = 0.0
    for a, b in pairwise([0, 2, 4, 8, *ends_of_blocks(len(taken))[1:]]):
        one, two = multiple[a:b], others[a:b]
        if one.any() and two.any():
            block = taken[a:b]
            result += gain(block[one]) + gain(block[two]) - gain(block[one | two])
    return result


def _stands(taken: Floats, k: int, m: int) -> bool:
    """Return whether the mth multiple of order k has clearly more power than orders beside it."""
    order = np.arange(1, len(taken) + 1)
    beside = np.isfinite(taken) & (np.abs(order - k * m) <= HARMONICS.largest_gap) & (order % k > 0)
    if not beside.any():
        return False
    # (a comparison with nan is false)
    return bool(taken[k * m - 1] >= SHARP.island * max(float(taken[beside].mean()), 1.0))
