"""A cycle with sharp features, dips or steps, that needs more harmonics than a smooth waveform.

Each of its hundred harmonics is weak, so that a search for one sinusoid after the other begins with
any of them.  Here the spectrum is folded instead: for a trial frequency f, the sums at f, 2 f, 3 f,
... are the Fourier coefficients of the data folded with f, and one inverse transform gives the
folded data, in which boxes of all widths are tried (Kovacs, Zucker & Mazeh 2002, A&A 391, 369).
The best trial frequencies are then compared by joint fits of all their harmonics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from epicycle.evidence.judge import Judge
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure, all_columns
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import CYCLES, HARMONICS, SHARP
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.stand import Stand
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.sums import TrigSums

#: Folded values that are kept in memory at once.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class _Comb:
    """Orders of a frequency, and the evidence that they are there."""

    frequency: float
    most: int
    gain: float
    beyond: float


def with_sharp_cycle(stand: Stand, goal: Goal, judge: Judge) -> Stand:
    """Return where the pursuit stands with one more cycle of sharp features, if there is one.

    Lines at multiples of its frequency that were found before become its harmonics.
    """
    work, fit = stand.work, stand.fit
    data, plan = work.data, work.plan
    # between sparse samples what is sharper than they are dense looks like further orders
    if (
        not (plan.regular or is_dense(data))
        or goal.drift
        or goal.red_noise
        or goal.max_order < SHARP.smooth
        or goal.max_cycles < 1
        or data.y.shape[1] > 1
        or not SHARP.fewest_values <= data.n_values <= SHARP.most_values
        or is_exact(data, fit.chi2)
    ):
        return stand
    # (no drift has sharp features: three of them are a cycle)
    lowest = max(plan.minimum_frequency, CYCLES.waveform / data.baseline)
    found = _proposed(data, fit, lowest, min(plan.maximum_frequency, _nyquist(data)))
    # folded, samples on a raster lie closer together than on it: orders above its Nyquist
    # frequency are told from others as long as their aliases are apart
    highest = (SHARP.beyond_nyquist if plan.regular else 1.0) * _nyquist(data)
    best: _Comb | None = None
    for frequency in found:
        comb = _refined(data, fit, frequency, highest)
        if comb is not None and (best is None or comb.gain > best.gain):
            best = comb
    if best is None or best.beyond < SHARP.clear:
        return stand
    best = _period_of(data, fit, best, lowest, highest)
    if best is None:
        return stand
    orders = tuple(_distinct(data, best.frequency, best.most, highest).tolist())
    base = _without_multiples(fit.structure, best, 0.5 / data.baseline)
    structure = base.plus(best.frequency, orders)
    free = np.arange(len(structure.frequency)) == len(structure.frequency) - 1
    before = fit_lines(data, base, absolute=False, max_steps=0)
    trial = fit_lines(data, structure, absolute=False, futile=QUICK, free=free)
    if judge.of_next(data, before, trial, orders) > goal.false_alarm:
        return stand
    if _outdone(stand, before, trial):
        return stand
    settled, jitter = work.settle(trial.structure)
    held = float(settled.structure.frequency[-1])
    return replace(stand, held=held, rivals=()).searched(settled, jitter)


def is_dense(data: Data) -> bool:
    """Return whether most of the baseline is as full of samples as where they are typical.

    Few samples, such as one of each night, may hide what is faster than they are.
    """
    rate = data.n_values / data.baseline
    many = data.n_values >= SHARP.fewest_irregular
    return many and rate >= SHARP.least_density * 2 * _nyquist(data)


def _outdone(stand: Stand, before: Fit, trial: Fit) -> bool:
    """Return whether a few sinusoids, each found by itself, explain more than a sharp cycle.

    Unrelated lines stand near some multiples of any low frequency; but a sharp cycle has more
    lines than are tried here, so that no few of them explain as much.
    """
    work, lines = stand.work, before
    for _ in range(SHARP.sinusoids):
        taken = lines.structure.line_frequency
        strongest = work.search(lines).frequency[:1]
        if not len(strongest):
            return False
        if len(taken) and np.abs(taken - strongest[0]).min() < 1.0 / work.data.baseline:
            return True  # a line that changes, or two: the lines of a comb are farther apart
        structure = lines.structure.plus(float(strongest[0]))
        lines = fit_lines(work.data, structure, absolute=False, futile=QUICK, max_steps=3)
        if lines.chi2[0] < trial.chi2[0]:
            return True
    return False


def with_leftovers(stand: Stand) -> Stand:
    """Return the stand with weak lines at multiples of a rich cycle, or their aliases, in it.

    Where samples are not dense, only the orders that follow those of a smooth waveform: steps, such
    as those of what is on or off, have lines there, and elsewhere a line may be near by chance.
    """
    work = stand.work
    dense = work.plan.regular or is_dense(work.data)
    fundamentals = stand.fit.structure.fundamentals()
    rate = 2 * _nyquist(work.data)
    strength = fundamental_powers(stand.fit)
    for k, one in enumerate(fundamentals):
        if len(one.orders) < SHARP.rich:
            continue
        # (further than they are fitted: what is left of those is no other cycle)
        most = int(SHARP.beyond_nyquist * rate / one.frequency)
        if not dense:
            following = max(one.orders) + HARMONICS.largest_gap
            most = following if following > SHARP.smooth else 0
        if most < 1:
            continue
        multiples = np.arange(1, most + 1) * one.frequency
        if work.plan.regular:
            multiples = np.abs(multiples - rate * np.rint(multiples / rate))
        joining = {}
        for j, other in enumerate(fundamentals):
            order = int(np.abs(multiples - other.frequency).argmin()) + 1
            off = abs(multiples[order - 1] - other.frequency) * work.data.baseline
            weak = strength[j] < SHARP.weak * strength[k]
            if other.orders == (1,) and weak and not other.fixed and off < SHARP.near:
                joining[j] = order
        orders = tuple(sorted({*one.orders, *joining.values()}))
        if not joining or orders == one.orders:
            continue
        rest = [two for j, two in enumerate(fundamentals) if j != k and j not in joining]
        fit, jitter = work.settle(Structure.of([*rest, one._replace(orders=orders)]))
        return with_leftovers(stand.searched(fit, jitter))
    return stand


def _proposed(data: Data, fit: Fit, lowest: float, top: float) -> list[float]:
    """Return the frequencies at which a box in the folded residual explains most."""
    T = data.baseline
    most_orders = int(min(SHARP.most_orders, data.n_values / SHARP.values_each / 2))
    if top / SHARP.smooth <= lowest:
        return []
    trials = 2 * T * top * np.log(top / (SHARP.smooth * lowest))
    if trials * most_orders > SHARP.most_sums:
        return []
    spacing = 1.0 / (SHARP.points_per_peak * T)
    size = int(top / spacing) + 2
    weights = data.weights_of(0)
    strengths = (weights * fit.residual[:, 0])[np.newaxis] / np.sqrt(fit.scale[0])
    middle = 0.5 * (data.times.to_float().min() + data.times.to_float().max())
    sums = TrigSums(data.times, spacing, size).band(strengths, 0.0)[0]
    # the phase at the middle of the samples varies least from one grid point to the next
    sums = sums * np.exp(2j * np.pi * spacing * middle * np.arange(size))
    frequency, height = [], []
    low = lowest
    while low < top / SHARP.smooth:
        high = min(1.5 * low, top / SHARP.smooth)
        count = int(min(top / high, most_orders))
        step = 0.5 / (T * count)
        trial = np.arange(low, high + step, step)
        for part in np.array_split(trial, max(1, len(trial) * 4 * count // _BLOCK)):
            at = np.rint(part[:, np.newaxis] * np.arange(1, count + 1) / spacing)
            folded = sums[np.minimum(at.astype(np.intp), size - 1)]
            frequency.append(part)
            height.append(_best_box(folded, float(weights.sum())))
        low = high
    f, h = np.concatenate(frequency), np.concatenate(height)
    # a box explains more of a sharp feature than a sinusoid does: of what looks smooth, the
    # likeliest place is tried and no more
    sinusoid = 2 * float((np.abs(sums[int(lowest / spacing) :]) ** 2).max()) / float(weights.sum())
    most = SHARP.proposals if h.max() > sinusoid else 1
    chosen: list[float] = []
    for k in np.argsort(-h, kind="stable")[: 50 * SHARP.proposals].tolist():
        if h[k] < SHARP.least_height or len(chosen) >= most:
            break
        if all(abs(f[k] - other) > 1.0 / T for other in chosen):
            chosen.append(float(f[k]))
    return chosen


def _best_box(coefficients: NDArray[np.complex128], weight: float) -> Floats:
    """Return by how much the best box reduces chi-square, for each row of coefficients."""
    rows, count = coefficients.shape
    bins = 1 << int(np.ceil(np.log2(2 * count + 2)))
    profile = np.fft.irfft(np.hstack([np.zeros((rows, 1)), coefficients]), n=bins, axis=1)
    total = np.cumsum(np.hstack([np.zeros((rows, 1)), profile, profile[:, : bins // 2]]), axis=1)
    best, width = np.zeros(rows), 2
    while width <= bins // 2:
        share = width / bins
        inside = total[:, width : width + bins] - total[:, :bins]
        height = (inside**2).max(axis=1) / (weight * share * (1 - share))
        best = np.maximum(best, height)
        width = max(width + 1, int(width * SHARP.widths))
    return best


def _without_multiples(structure: Structure, comb: _Comb, near: float) -> Structure:
    """Return the structure without the cycles whose lines all stand at multiples."""
    kept = []
    for one in structure.fundamentals():
        order = np.rint(one.frequency / comb.frequency)
        apart = abs(one.frequency - order * comb.frequency) > near
        if one.fixed or apart or order < 1:
            kept.append(one)
    return Structure.of(kept)


def _refined(data: Data, fit: Fit, frequency: float, highest: float) -> _Comb | None:
    """Return a comb refined with a growing number of harmonics; None where it is none."""
    comb = _Comb(frequency, 0, 0.0, 0.0)
    room = _room(data, fit, frequency, highest)
    for most in (SHARP.smooth, 4 * SHARP.smooth):
        orders = tuple(_distinct(data, comb.frequency, min(most, room), highest).tolist())
        if not orders:
            return None
        base = _without_multiples(fit.structure, comb, 0.5 / data.baseline)
        structure = base.plus(comb.frequency, orders)
        free = np.arange(len(structure.frequency)) == len(structure.frequency) - 1
        try:
            trial = fit_lines(data, structure, absolute=False, futile=QUICK, max_steps=6, free=free)
        except LinAlgError:
            return None
        comb = replace(comb, frequency=float(trial.structure.frequency[-1]))
    return _measured(data, fit, comb.frequency, highest)


def _room(data: Data, fit: Fit, frequency: float, highest: float) -> int:
    """Return the highest order that the sampling and the number of values allow."""
    by_values = (data.n_values / SHARP.values_each - fit.n_nuisance) / 2
    return int(min(highest / frequency * (1 - 1e-9), by_values, SHARP.most_orders))


def _nyquist(data: Data) -> float:
    """Return the Nyquist frequency of the typical gap between samples."""
    gaps = np.diff(np.sort(data.times.to_float()))
    return float(0.5 / np.median(gaps[gaps > 0]))


def _distinct(data: Data, frequency: float, most: int, highest: float) -> NDArray[np.intp]:
    """Return the orders up to a highest that are no aliases of lower ones on the raster."""
    orders = np.arange(1, most + 1)
    rate = 2 * _nyquist(data)
    if not np.isfinite(highest) or most * frequency <= 0.5 * rate:
        return orders
    folded = np.abs(orders * frequency - rate * np.rint(orders * frequency / rate))
    near = 1.5 / data.baseline
    kept = [
        m
        for m in range(most)
        if orders[m] * frequency <= 0.5 * rate - near
        or (
            near < folded[m] < 0.5 * rate - near
            and np.abs(folded[:m] - folded[m]).min(initial=np.inf) > near
        )
    ]
    return orders[kept]


def _measured(data: Data, fit: Fit, frequency: float, highest: float) -> _Comb | None:
    """Return the orders of a frequency that there is evidence for."""
    room = _room(data, fit, frequency, highest)
    orders = _distinct(data, frequency, room, highest)
    reductions = _reductions(data, fit, frequency, orders)
    if reductions is None:
        return None
    taken = np.zeros(room)
    taken[orders - 1] = reductions
    ends = _ends(room)
    gains = np.array([_gain(taken[a:b]) for a, b in pairwise(ends)])
    total = np.cumsum(gains)
    last = int(total.argmax())
    beyond = float(gains[np.array(ends[:-1]) >= SHARP.smooth][: max(last, 0)].sum())
    return _Comb(frequency, ends[last + 1], float(total[last]), beyond if last else 0.0)


def _ends(most: int) -> list[int]:
    """Return where blocks of orders end that are judged together: 0, 16, 22, 31, 43, ..."""
    ends = [0]
    following = float(SHARP.smooth)
    while following < most:
        ends.append(int(following))
        following *= SHARP.widths
    return [*ends, most]


def _gain(taken: Floats) -> float:
    r"""Return the log evidence that a block of amplitudes is more than noise.

    For m amplitudes of unknown Gaussian size, the log of the likelihood ratio at the best size is
    :math:`(R - m - m \ln (R / m)) / 2`, where R is what they take from chi-square in units of the
    noise; the size costs half the log of their number.
    """
    m = 2 * len(taken)
    r = float(taken.sum()) / m if m else 0.0
    gain = 0.5 * m * (r - 1 - math.log(r)) if r > 1 else 0.0
    return gain - 0.5 * math.log(max(m, 2)) - 1.0


def _reductions(data: Data, fit: Fit, frequency: float, orders: NDArray[np.intp]) -> Floats | None:
    """Return what each of some orders takes from chi-square, after those before it."""
    base = _without_multiples(fit.structure, _Comb(frequency, 0, 0.0, 0.0), 0.5 / data.baseline)
    structure = base.plus(frequency, tuple(orders.tolist()))
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


def _period_of(data: Data, fit: Fit, comb: _Comb, lowest: float, highest: float) -> _Comb | None:
    """Return the comb at the frequency of which all of its lines are multiples, and no lower.

    None where too few orders are resolved to tell, or where nothing is sharp about it after all.
    """
    best = comb
    for divisor in (2, 2, 3, 5, 7):
        told = _apart(data, fit, best, divisor, highest)
        if told is not None and told < SHARP.clear:
            best = _measured(data, fit, best.frequency * divisor, highest) or best
    for divisor in (2, 3, 2):
        frequency = best.frequency / divisor
        if frequency < lowest:
            continue
        room = _room(data, fit, frequency, highest)
        trial = _Comb(frequency, min(best.most * divisor, room), 0.0, 0.0)
        told = _apart(data, fit, trial, divisor, highest)
        if told is None and divisor == 2:
            return None
        if told is not None and told >= SHARP.clear:
            best = _measured(data, fit, frequency, highest) or best
    return best if best.beyond >= SHARP.clear else None


def _apart(data: Data, fit: Fit, comb: _Comb, divisor: int, highest: float) -> float | None:
    """Return the log evidence for orders that are no multiples of a divisor; None if untold."""
    # what is sharper than the samples are dense is aliased to the highest orders, of any comb
    resolved = 0.5 * min(highest, _nyquist(data), 0.5 * data.n_values / data.baseline)
    most = int(min(comb.most, resolved / comb.frequency))
    if most < divisor:
        return None
    orders = np.arange(1, most + 1)
    multiple = orders % divisor == 0
    ordered = np.concatenate([orders[multiple], orders[~multiple]])
    taken = _reductions(data, fit, comb.frequency, ordered)
    if taken is None:
        return None
    others = taken[np.count_nonzero(multiple) :]
    ends = [0, 2, 4, 8, *[e for e in _ends(len(others))[1:] if e > 8]]
    gains = [_gain(others[a:b]) for a, b in pairwise(ends) if a < len(others)]
    # as many as there is evidence for
    return float(np.cumsum(gains).max(initial=0.0))
