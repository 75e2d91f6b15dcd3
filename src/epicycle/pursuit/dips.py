r"""A cycle of short dips or peaks in sparse samples: found by the few values that lie far off.

Of a transit seen by a hundred samples over years, a handful of values lie in the dip.  Its
harmonics are each too weak for a search by sinusoids, and boxes folded at every frequency of a
wide band cost the number of values for each.  But the values that lie far off on one side stand
together in phase, at the period and at fractions of it: their sum of phasors (Rayleigh's statistic)
is a spectrum like any other, of few values, and needs no grid finer than that.  At its maxima boxes
are tried on all values (Kovacs, Zucker & Mazeh 2002, A&A 391, 369), and the best of them are fitted
with harmonics.  Noise has as many values far off as a normal distribution has, and is not searched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import LinAlgError

from epicycle.evidence.judge import Judge
from epicycle.evidence.waveforms import Rival
from epicycle.fit.criteria import deviance, price_of_frequency, price_of_line, value_counts
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import CYCLES, DIPS, HARMONICS
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.stand import Stand
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import TrigSums

#: Grid points per 1/T of the sums of phasors: the nearest has 99 % of the height.
_POINTS = 8

#: A median absolute deviation of 1 is a standard deviation of this.
_NORMAL = 1.4826

#: Bins of the phase in the shortest dip that is tried.
_BINS = 4

#: Numbers of harmonics that are tried at each frequency.
_ORDERS = (2, 4, 6, 8, 11, 16, 22, 31, 43, 60)


@dataclass(frozen=True)
class _Values:
    """Values of all outputs in units of their noise, and which of them lie far off on one side."""

    times: Times
    elapsed: Floats
    z: Floats
    far: NDArray[np.intp]


@dataclass(frozen=True)
class _Box:
    """A box: by how much it reduces chi-square, its frequency, first phase, and width in turns."""

    gain: float
    frequency: float
    first: float
    width: float

    def inside(self, elapsed: Floats) -> NDArray[np.bool_]:
        """Return which times are within it."""
        result: NDArray[np.bool_] = (elapsed * self.frequency - self.first) % 1.0 < self.width
        return result


@dataclass(frozen=True)
class _Compared:
    """A frequency by its prices, as a box or as harmonics and as harmonics only, with its fit."""

    price: float
    by_harmonics: float
    fit: Fit


def with_dips(stand: Stand, plain: Stand, goal: Goal, judge: Judge) -> Stand | None:
    """Return where the pursuit stands with a cycle of dips, if that explains more than `plain`.

    Parameters
    ----------
    stand : Stand
        What was given, fitted and searched.
    plain : Stand
        The same with all cycles that were found by lines and smooth waveforms.
    goal : Goal
        What was asked for.
    judge : Judge
        What decides which lines are noise.
    """
    if (
        goal.drift
        or goal.red_noise
        or goal.max_order < DIPS.smooth
        or goal.max_cycles < 1
        or is_exact(plain.work.data, plain.fit.chi2)
    ):
        return None
    work = plain.work.copy()
    data, plan = work.data, work.plan
    before = fit_lines(data, stand.fit.structure, absolute=False, max_steps=0)
    values = _far_off(data, before)
    if values is None or _far_off(data, plain.fit) is None:
        return None
    lowest = max(goal.slow_limit, plan.minimum_frequency, CYCLES.waveform / data.baseline)
    boxes = [
        box
        for box in _proposed(values, plan, lowest)
        if _chance(values, box, plan) < goal.false_alarm
    ]
    if not boxes:
        return None
    compared = _compared(data, before, values, boxes, plan, lowest)
    if not compared:
        return None
    best = compared[0]
    related = _is_related(boxes[0].frequency, plain.fit.structure.frequency, data.baseline)
    price = best.by_harmonics if related else min(best.by_harmonics, best.price)
    if price >= _price(data, before, plain.fit, plan):
        return None
    trial = best.fit
    orders = trial.structure.orders_of(len(trial.structure.frequency) - 1)
    if judge.of_next(data, before, trial, orders) > goal.false_alarm:
        return None
    settled, jitter = work.settle(trial.structure)
    held = float(settled.structure.frequency[-1])
    rivals = tuple(
        Rival(
            float(one.fit.structure.frequency[-1]),
            one.price,
            float(1.0 - one.fit.chi2.sum() / before.chi2.sum()),
        )
        for one in compared
    )
    return replace(stand, work=work, held=held, rivals=rivals).searched(settled, jitter)


def _far_off(data: Data, fit: Fit) -> _Values | None:
    """Return the values of all outputs, and those far off; None where noise explains these."""
    row, z = [], []
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        used = np.flatnonzero(w > 0)
        one = fit.residual[used, j] * np.sqrt(w[used])
        one = one - np.median(one)
        deviation = _NORMAL * float(np.median(np.abs(one)))
        if deviation > 0:
            row.append(used)
            z.append(one / deviation)
    if not row:
        return None
    at, height = np.concatenate(row), np.concatenate(z)
    n = len(height)
    chosen, least = None, 0.5 * DIPS.chance
    for sign in (-1.0, 1.0):
        far = np.flatnonzero(sign * height > DIPS.far)
        # few that lie very far are as unlikely as many that lie less so
        chance = min(
            float(stats.binom.sf(np.count_nonzero(sign * height > x) - 1, n, stats.norm.sf(x)))
            for x in (DIPS.far, DIPS.very_far)
        )
        if DIPS.fewest <= len(far) <= DIPS.most_share * n and chance < least:
            chosen, least = (far, sign), chance
    if chosen is None:
        return None
    far, sign = chosen
    # a deep dip's bottom does not count more than all the rest
    most = 1.5 * float(np.median(sign * height[far]))
    height = np.clip(sign * height, -most, most)
    times = data.times[at]
    return _Values(times, times.to_float(), height, far)


def _proposed(values: _Values, plan: SearchPlan, lowest: float) -> list[_Box]:
    """Return the boxes that explain most, at frequencies apart from each other."""
    T = float(np.ptp(values.elapsed))
    spacing = 1.0 / (_POINTS * T)
    size = int(min((plan.maximum_frequency - lowest) / spacing, DIPS.most_frequencies))
    if size < 3:
        return []
    strengths = values.z[values.far][np.newaxis]
    height = np.abs(TrigSums(values.times[values.far], spacing, size).band(strengths, lowest)[0])
    inner = height[1:-1]
    peaks = 1 + np.flatnonzero((inner >= height[:-2]) & (inner > height[2:]))
    peaks = peaks[np.argsort(-height[peaks], kind="stable")[: DIPS.peaks]]
    boxes = [_best_box(values, lowest + spacing * int(k), spacing) for k in peaks]
    first = _apart(boxes, 1.0 / T)
    # values that stand together do so at multiples of their frequency, too
    boxes += [
        _best_box(values, box.frequency / k, spacing)
        for box in first
        for k in (2, 3, 4, 5)
        if box.frequency / k >= lowest
    ]
    return _apart(boxes, 1.0 / T)


def _apart(boxes: list[_Box], width: float) -> list[_Box]:
    """Return the best boxes, of those at one frequency the best."""
    chosen: list[_Box] = []
    for box in sorted(boxes, key=lambda one: -one.gain):
        if len(chosen) == DIPS.proposals:
            break
        if all(abs(box.frequency - other.frequency) > width for other in chosen):
            chosen.append(box)
    return chosen


def _best_box(values: _Values, frequency: float, reach: float) -> _Box:
    """Return the best box near a frequency."""
    n, share = len(values.z), len(values.far) / len(values.z)
    bins = int(np.clip(2 * _BINS / share, 32, 512))
    T = float(np.ptp(values.elapsed))
    steps = int(np.clip(np.ceil(2 * reach * T * bins / _BINS), 2, 64))
    steps = max(2, min(steps, DIPS.most_folds // n))
    trial = frequency + reach * np.linspace(-1.0, 1.0, 2 * (steps // 2) + 1)
    turns = np.multiply.outer(trial, values.elapsed)
    cell = (bins * (turns - np.floor(turns))).astype(np.intp) % bins
    cell += bins * np.arange(len(trial))[:, np.newaxis]
    z = values.z - values.z.mean()
    count = _doubled(np.bincount(cell.ravel(), minlength=bins * len(trial)), bins)
    total = _doubled(np.bincount(cell.ravel(), np.tile(z, len(trial)), bins * len(trial)), bins)
    best = _Box(0.0, frequency, 0.0, 0.0)
    width = 2
    while width <= bins // 3:
        inside = count[:, width : width + bins] - count[:, :bins]
        sums = np.maximum(total[:, width : width + bins] - total[:, :bins], 0.0)
        gain = sums**2 / np.maximum(inside * (1 - inside / n), 1e-9)
        gain[(inside < 2) | (inside > n - 2)] = 0.0
        at = int(gain.argmax())
        if gain.flat[at] > best.gain:
            first = at % bins
            best = _Box(float(gain.flat[at]), float(trial[at // bins]), first / bins, width / bins)
        width = max(width + 1, int(1.4 * width))
    return best


def _doubled(of_cells: NDArray[Any], bins: int) -> Floats:
    """Return sums over bins up to each, a turn and a half long, for each trial."""
    rows = of_cells.reshape(-1, bins)
    zero = np.zeros((len(rows), 1))
    result: Floats = np.cumsum(np.hstack([zero, rows, rows[:, : bins // 2]]), axis=1)
    return result


def _chance(values: _Values, box: _Box, plan: SearchPlan) -> float:
    """Return how often the values far off stand together like this at any of the frequencies.

    Whatever distribution they have: outliers at random times do so as rarely as others.
    """
    inside = box.inside(values.elapsed)
    n, n_in = len(inside), int(inside.sum())
    far = values.far
    # noise among them matters less where it is the farthest half of the way that count
    farthest = far[values.z[far] > 0.5 * float(np.median(values.z[far]))]
    chance = min(
        float(stats.hypergeom.sf(int(inside[some].sum()) - 1, n, len(some), n_in))
        for some in (far, farthest)
    )
    span = (plan.maximum_frequency - plan.minimum_frequency) * float(np.ptp(values.elapsed))
    return 2.0 * chance * span / max(box.width, 1.0 / n) ** 2


def _compared(
    data: Data,
    before: Fit,
    values: _Values,
    boxes: list[_Box],
    plan: SearchPlan,
    lowest: float,
) -> list[_Compared]:
    """Return fits at the frequencies of boxes, and at half of the best's, the cheapest first.

    Boxes tell frequencies apart with fewer parameters than harmonics, but do not know of minima
    that are unequal: half of a frequency is cheaper by what its harmonics are.
    """
    found = []
    for box in boxes:
        if box.gain > DIPS.worse * boxes[0].gain and (
            fit := _with_harmonics(data, before, box.frequency, plan)
        ):
            price = min(fit[0], _price_of_box(data, before, values, box, plan))
            found.append(_Compared(price, *fit))
    found.sort(key=lambda one: one.price)
    half = 0.5 * float(found[0].fit.structure.frequency[-1]) if found else 0.0
    if half >= lowest and (fit := _with_harmonics(data, before, half, plan)):
        found.append(_Compared(found[0].price + fit[0] - found[0].by_harmonics, *fit))
    return sorted(found, key=lambda one: one.price)


def _is_related(frequency: float, others: Floats, baseline: float) -> bool:
    """Return whether one of other frequencies is a multiple or fraction: a waveform of the same.

    A box has fewer parameters than harmonics have, which tells nothing of two such waveforms.
    """
    return any(
        abs(k * frequency - m * other) < k / baseline
        for other in others.tolist()
        for k in (1, 2, 3)
        for m in (1, 2, 3)
    )


def _price_of_box(data: Data, before: Fit, values: _Values, box: _Box, plan: SearchPlan) -> float:
    """Return the deviance of a box in all outputs, and what its parameters cost, by BIC."""
    inside = box.inside(data.times.to_float())
    n = value_counts(data)
    result = price_of_frequency(n) * 3 + 2 * math.log(plan.n_frequencies)
    for j, chi2 in enumerate(before.chi2.tolist()):
        w, r = data.weights_of(j), before.residual[:, j]
        part = float(w[inside].sum() / w.sum())
        gain = float(w[inside] @ r[inside]) ** 2 / max(part * (1 - part) * float(w.sum()), 1e-300)
        left = max(chi2 - gain, 1e-12 * chi2)
        result += n[j] * math.log(left / chi2) + math.log(n[j])
    return result + deviance(data, before, n)


def _with_harmonics(
    data: Data, before: Fit, frequency: float, plan: SearchPlan
) -> tuple[float, Fit] | None:
    """Return the price of the cheapest waveform at a frequency, refined, and its fit."""
    n = value_counts(data)
    room = int((n.min() / HARMONICS.values_each - before.n_parameters) / 2)
    room = int(min(room, plan.highest_line / frequency, DIPS.most_orders))
    best: tuple[float, Fit] | None = None
    free = np.arange(len(before.structure.frequency) + 1) == len(before.structure.frequency)
    for most in sorted({*(k for k in _ORDERS if k < room), room}):
        if most < 1:
            return None
        structure = before.structure.plus(frequency, tuple(range(1, most + 1)))
        try:
            trial = fit_lines(data, structure, absolute=False, futile=QUICK, max_steps=3, free=free)
        except LinAlgError:
            break
        frequency = float(trial.structure.frequency[-1])
        price = _price(data, before, trial, plan)
        if best is None or price < best[0]:
            best = price, trial
        elif most > 2 * len(best[1].structure.order):
            break
    return best


def _price(data: Data, before: Fit, fit: Fit, plan: SearchPlan) -> float:
    """Return the deviance of a fit and what its lines cost, by BIC; frequencies were chosen."""
    n = value_counts(data)
    new = len(fit.structure.order) - len(before.structure.order)
    free = len(fit.structure.frequency) - len(before.structure.frequency)
    per_frequency = price_of_frequency(n) + 2 * math.log(plan.n_frequencies)
    return deviance(data, fit, n) + new * price_of_line(n) + free * per_frequency
