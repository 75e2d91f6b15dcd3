"""A cycle with sharp features, dips or steps, that needs more harmonics than a smooth waveform.

Each of its hundred harmonics is weak, so that a search for one sinusoid after the other begins with
any of them.  Here the spectrum is folded instead: for a trial frequency f, the sums at f, 2 f, 3 f,
... are the Fourier coefficients of the data folded with f, and one inverse transform gives the
folded data, in which boxes of all widths are tried (Kovacs, Zucker & Mazeh 2002, A&A 391, 369).
The best trial frequencies are then compared by joint fits of all their harmonics.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError

from epicycle.evidence.judge import Judge
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.noise import is_exact
from epicycle.fit.refine import fit_lines
from epicycle.limits import HARMONICS, SHARP
from epicycle.pursuit.combs import Comb, Ground, apart, folded_at, island, nyquist, period_of
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.stand import Stand
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.sums import TrigSums

#: Folded values that are kept in memory at once.
_BLOCK = 1 << 20


def with_sharp_cycle(
    stand: Stand, goal: Goal, judge: Judge, islands: tuple[float, ...] = ()
) -> Stand:
    """Return where the pursuit stands with one more cycle of sharp features, if there is one.

    Lines at multiples of its frequency that were found before become its harmonics, but those of
    cycles at the frequencies `islands`.  Where some of its orders are another cycle (the week in a
    year), that cycle comes first, and sharp features are looked for beside it.
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
    # no drift has sharp features: three of them are a cycle, and two slow variation
    lowest = max(plan.minimum_frequency, SHARP.twice / data.baseline)
    found = _proposed(data, fit, lowest, min(plan.maximum_frequency, nyquist(data)))
    # folded, samples on a raster lie closer together than on it: orders above its Nyquist
    # frequency are told from others as long as their aliases are apart
    highest = (SHARP.beyond_nyquist if plan.regular else 1.0) * nyquist(data)
    ground = Ground(data, fit, highest, islands)
    best: Comb | None = None
    for frequency in found:
        comb = ground.refined(frequency)
        if comb is not None and (best is None or comb.gain > best.gain):
            best = comb
    if best is None or best.beyond < SHARP.clear:
        return stand
    best = period_of(ground, best, lowest)
    if best is None:
        return stand
    orders = tuple(ground.orders(best.frequency, best.most).tolist())
    base = ground.without(best.frequency)
    structure = base.plus(best.frequency, orders)
    free = np.arange(len(structure.frequency)) == len(structure.frequency) - 1
    trial = fit_lines(data, structure, absolute=False, futile=QUICK, free=free)
    before = fit_lines(data, base, absolute=False, max_steps=0)
    if judge.of_next(data, before, trial, orders) > goal.false_alarm:
        return stand
    twice = best.frequency * data.baseline < SHARP.turns
    seen = _is_alike(ground, best) if twice else _is_seen_again(data, before, trial)
    if not seen or _outdone(stand, before, trial):
        return stand
    among = island(ground, best)
    if among is not None and goal.max_cycles > 1 + len(islands):
        beside = _with_island(stand, ground, best, *among)
        if beside is not None:
            at = float(beside.fit.structure.frequency[-1])
            return with_sharp_cycle(beside, goal, judge, (*islands, at))
    settled, jitter = work.settle(trial.structure)
    held = float(settled.structure.frequency[-1])
    return replace(stand, held=held, rivals=()).searched(settled, jitter)


def _is_alike(ground: Ground, comb: Comb) -> bool:
    """Return whether features seen twice are alike: at half the frequency there is no more.

    A drift has as much power between two orders as at them.
    """
    longer = replace(comb, frequency=0.5 * comb.frequency, most=2 * comb.most)
    told = apart(ground, longer, 2)
    return told is not None and told < SHARP.clear


def _is_seen_again(data: Data, before: Fit, trial: Fit) -> bool:
    """Return whether turn after turn of a comb explains something, rather than a few of them.

    A few flares at any times are as many turns of some comb, with nothing in those between: what
    each turn takes from chi-square must be more than 0 in the mean, by Student's t.
    """
    model = before.residual[:, 0] - trial.residual[:, 0]
    turns = data.times.to_float() * float(trial.structure.frequency[-1])
    # between two turns there is least of a feature half a turn from its middle
    farthest = float(turns[int(np.abs(model - np.median(model)).argmax())])
    turn = np.floor(turns - farthest + 0.5).astype(np.intp)
    w = data.weights_of(0)
    taken = w * (before.residual[:, 0] ** 2 - trial.residual[:, 0] ** 2)
    index = np.unique(turn, return_inverse=True)[1]
    count = np.bincount(index)
    # (turns that hardly any sample has fallen into show nothing)
    gains = np.bincount(index, taken)[count > SHARP.least_of_turn * float(np.median(count))]
    error = float(gains.std(ddof=1)) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return float(gains.mean()) > SHARP.again * error


def _with_island(stand: Stand, ground: Ground, comb: Comb, k: int, count: int) -> Stand | None:
    """Return the stand with a cycle at the kth order of a comb, of so many orders.

    The orders between its multiples are fitted beside it, and left out again.
    """
    data, base = ground.data, ground.without(comb.frequency)
    orders = ground.orders(comb.frequency, comb.most)
    both = base.plus(comb.frequency, tuple(orders[orders % k != 0].tolist()))
    both = both.plus(k * comb.frequency, tuple(range(1, count + 1)))
    free = np.arange(len(both.frequency)) >= len(both.frequency) - 2
    try:
        trial = fit_lines(data, both, absolute=False, futile=QUICK, free=free)
    except LinAlgError:
        return None
    fundamentals = trial.structure.fundamentals()
    del fundamentals[-2]
    return stand.searched(*stand.work.settle(Structure.of(fundamentals)))


def is_dense(data: Data) -> bool:
    """Return whether most of the baseline is as full of samples as where they are typical.

    Few samples, such as one of each night, may hide what is faster than they are.
    """
    rate = data.n_values / data.baseline
    many = data.n_values >= SHARP.fewest_irregular
    return many and rate >= SHARP.least_density * 2 * nyquist(data)


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
    rate = 2 * nyquist(work.data)
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
            multiples = folded_at(rate, multiples)
        joining = {}
        for j, other in enumerate(fundamentals):
            away = np.abs(multiples - other.frequency) * work.data.baseline
            near = np.flatnonzero(away < SHARP.near)
            weak = strength[j] < SHARP.weak * strength[k]
            if other.orders == (1,) and weak and not other.fixed and len(near):
                joining[j] = int(near[0]) + 1  # of those that the raster cannot tell the lowest
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
