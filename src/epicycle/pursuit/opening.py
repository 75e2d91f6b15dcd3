"""The first cycle, where its waveform is no sinusoid: found by all of its harmonics together.

A pursuit that takes one sinusoid at a time begins with the highest maximum of the sinusoidal
spectrum.  For a sawtooth seen on a few dozen nights that is often an alias, for eclipses half the
period.  The maxima of the spectra of one, two and three harmonics are therefore compared as
waveforms first (:mod:`epicycle.evidence.comparison`).  In a long band these spectra cover its lower
part; above it the maxima of the sinusoidal spectrum, and what they are multiples of, are compared.
Of many values a random part is compared, of many outputs those where the first line is strongest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.comparison import rank
from epicycle.evidence.stacked import signal_of, values_per_epoch
from epicycle.evidence.waveforms import Ranking
from epicycle.evidence.window import spectral_window
from epicycle.fit.criteria import (
    deviance,
    least_reduction,
    price_of_frequency,
    price_of_line,
    value_counts,
)
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.limits import CYCLES, HARMONICS, SEARCH, WAVEFORMS
from epicycle.pursuit.doubles import as_double, is_undecided
from epicycle.pursuit.orders import with_waveform
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.data import Data
from epicycle.spectra.bands import Candidates, band_size, cut
from epicycle.spectra.multiharmonic import MultiHarmonicPeriodogram
from epicycle.spectra.plan import SearchPlan, grid
from epicycle.spectra.sums import BAND

#: Grid points per 1/baseline of the spectra of several harmonics.
_POINTS = 8

#: From this many samples on, a band of them is longer.
_MANY = 1 << 17

#: What divides the frequency of a line above the spectra of several harmonics.
_DIVISORS = (2, 3, 4)

#: Peaks of the spectral window at whose distances aliases are compared.
_WINDOW_PEAKS = 4


@dataclass(frozen=True)
class Opening:
    """What a comparison of waveforms suggests to begin with.

    Attributes
    ----------
    fit : Fit or None
        The fit with the first cycle; None where the ordinary search finds the same.
    held : float or None
        Frequency that was compared with its aliases and multiples as a waveform, and won.
    is_double : bool
        Whether lines tell it from a multiple of its frequency that do not pay for themselves one by
        one: the waveforms do.
    """

    fit: Fit | None
    held: float | None
    is_double: bool = False


@dataclass(frozen=True)
class Start:
    """Where waveforms are to be compared.

    Attributes
    ----------
    frequency : ndarray
        Frequencies to begin with, most likely first.
    limits : tuple of float
        Lowest and highest frequency that counts.
    highest : float
        Frequency above which no harmonic may be.
    offsets : ndarray
        Distances at which the sampling repeats a line.
    """

    frequency: Floats
    limits: tuple[float, float]
    highest: float
    offsets: Floats


def where_to_compare(
    data: Data,
    residual: Floats,
    noise: NoiseModel,
    plan: SearchPlan,
    further: Floats,
) -> Start | None:
    """Return the maxima of the spectra of waveforms, then further frequencies; None if no room.

    Parameters
    ----------
    data : Data
        The regression problem.
    residual : ndarray, shape (n, d)
        Values to explain, free of the nuisance columns.
    noise : NoiseModel
        Errors, and the groups that have a scatter of their own.
    plan : SearchPlan
        The band.
    further : ndarray
        Frequencies to compare besides the maxima of the spectra.
    """
    lowest = max(plan.minimum_frequency, CYCLES.minimum / data.baseline)
    if lowest >= plan.maximum_frequency:
        return None
    limits = lowest, plan.maximum_frequency
    highest = plan.highest_line
    top = min(plan.maximum_frequency, lowest + WAVEFORMS.most_frequencies * plan.spacing)
    maxima = _maxima(_as_one(data, residual, noise), (lowest, top), highest)
    # above the spectra of several harmonics, a maximum of one may be a multiple of a fundamental
    beyond = further[further > top][: WAVEFORMS.related]
    divided = [beyond / k for k in _DIVISORS]
    window = spectral_window(data, plan)
    highest_few = window.frequency[:_WINDOW_PEAKS]
    offsets = highest_few[window.power[:_WINDOW_PEAKS] >= WAVEFORMS.window_power]
    return Start(np.concatenate([maxima, further, *divided]), limits, highest, offsets)


def searched_part(plan: SearchPlan) -> SearchPlan:
    """Return the band, or its lower part where only the ladder can search all of it."""
    if plan.strategy == "dense":
        return plan
    n = min(plan.n_frequencies, SEARCH.budget)
    top = plan.minimum_frequency + (n - 1) * plan.spacing
    return replace(plan, maximum_frequency=top, n_frequencies=n, strategy="dense")


def compare_waveforms(
    data: Data, residual: Floats, noise: NoiseModel, plan: SearchPlan, further: Floats
) -> Ranking:
    """Return the frequencies of the band by the evidence of a waveform there.

    The arguments are those of :func:`where_to_compare`.
    """
    few = strongest_outputs(residual, data, further)
    if len(few) < residual.shape[1]:
        columns = few if data.weights.shape[1] > 1 else slice(None)
        data = replace(data, y=data.y[:, few], weights=data.weights[:, columns])
        residual = residual[:, few]
        dy = None if noise.dy is None else noise.dy[:, few]
        noise = replace(noise, dy=dy, present=noise.present[:, few])
    start = where_to_compare(data, residual, noise, plan, further)
    if start is None:
        return Ranking((), -np.inf)
    return ranked(data, residual, noise, start)


def strongest_outputs(residual: Floats, data: Data, frequency: Floats) -> NDArray[np.intp]:
    """Return the outputs that are compared: those in which the first frequency is strongest."""
    d = residual.shape[1]
    if d <= WAVEFORMS.most_outputs or not len(frequency):
        return np.arange(min(d, WAVEFORMS.most_outputs))
    turns = np.exp(-2j * np.pi * phase.turns(frequency[:1], data.times)[0])
    weights = np.stack([data.weights_of(j) for j in range(d)], axis=1)
    total = weights.sum(axis=0) * (weights * residual**2).sum(axis=0)
    share = np.abs(turns @ (weights * residual)) ** 2 / np.maximum(total, 1e-300)
    return np.sort(np.argsort(-share, kind="stable")[: WAVEFORMS.most_outputs])


def ranked(data: Data, residual: Floats, noise: NoiseModel, start: Start) -> Ranking:
    """Return the frequencies of a start by the evidence of a waveform there."""
    return rank(data, residual, noise, start.frequency, start.limits, start.offsets, start.highest)


def open_with_waveform(
    data: Data,
    fit: Fit,
    ranking: Ranking,
    sinusoidal: float | None,
    max_order: int,
    plan: SearchPlan,
    *,
    even_sinusoids: bool = False,
) -> Opening:
    """Return the fit with the likeliest waveform added, if it is one, and not found otherwise.

    Parameters
    ----------
    data : Data
        The regression problem with its present weights.
    fit : Fit
        What was found before.
    ranking : Ranking
        Frequencies by evidence.
    sinusoidal : float or None
        Frequency with which the ordinary search would begin, if it finds anything.
    max_order : int
        Highest harmonic.
    plan : SearchPlan
        The band.
    even_sinusoids : bool
        Whether a sinusoid, too, stands where the evidence has it, not at the highest maximum.
    """
    if not ranking.rivals:
        return Opening(None, None)
    frequency = ranking.rivals[0].frequency
    # on a raster, a harmonic above the Nyquist frequency is the alias of another line
    max_order = int(min(max_order, plan.highest_line / frequency))
    trial, orders = with_waveform(data, fit, frequency, max_order)
    double = as_double(data, fit, ranking, orders, sinusoidal, max_order)
    if double is not None:
        return Opening(double, frequency, is_double=True)
    even_sinusoids = even_sinusoids or not is_undecided(ranking, sinusoidal, data)
    if (orders == (1,) and not even_sinusoids) or math.gcd(*orders) > 1:
        return Opening(None, None)  # a sinusoid, or the period is shorter after all
    if sinusoidal is not None and abs(sinusoidal - frequency) < 0.5 / data.baseline:
        # the harmonics are a matter of fit alone: noise must not add any more often than where
        # they are looked for one by one
        least = least_reduction(data)
        trial, orders = with_waveform(data, fit, frequency, max_order, least)
        if orders == (1,) or math.gcd(*orders) > 1:
            return Opening(None, frequency)
    return Opening(trial, frequency)


def outdone_by_sinusoids(
    data: Data,
    fit: Fit,
    trial: Fit,
    plan: SearchPlan,
    search: Callable[[Fit], Candidates],
    *,
    in_groups: bool = False,
) -> bool:
    """Return whether as many sinusoids, each found by itself, explain more than a waveform.

    Several unrelated lines may lie near enough to multiples of some frequency to look like a
    waveform.  By BIC, with every free frequency paying for the choice among those of the band.
    What a waveform leaves is alike in groups that were measured at the same moment, and so the
    values of an epoch count as one where a frequency is chosen: else lines that are spread over
    the window describe it.

    Parameters
    ----------
    data : Data
        The regression problem with its present weights.
    fit : Fit
        What was found before.
    trial : Fit
        The same with one more cycle.
    plan : SearchPlan
        The band.
    search : callable
        Returns the strongest maxima of the spectrum of a fit's residual.
    in_groups : bool
        Whether the outputs are groups of one series.
    """
    n = value_counts(data)
    per_line = price_of_line(n)
    per_frequency = price_of_frequency(n) + 2 * math.log(plan.n_frequencies)
    if in_groups:
        per_frequency *= values_per_epoch(data, plan.maximum_frequency)

    def bic(one: Fit) -> float:
        new = len(one.structure.order) - len(fit.structure.order)
        free = len(one.structure.frequency) - len(fit.structure.frequency)
        return deviance(data, one, n) + new * per_line + free * per_frequency

    waveform, lines = bic(trial) + 2 * math.log(HARMONICS.choices), fit
    for _ in range(len(trial.structure.order) - len(fit.structure.order)):
        taken = lines.structure.line_frequency
        apart = [
            f
            for f in search(lines).frequency.tolist()
            if not len(taken) or np.abs(taken - f).min() >= 1.0 / data.baseline
        ]
        if not apart:
            return False
        structure = lines.structure.plus(apart[0])
        lines = fit_lines(data, structure, absolute=False, futile=QUICK, max_steps=3)
        if bic(lines) < waveform:
            return True
    return False


def _as_one(data: Data, residual: Floats, noise: NoiseModel) -> Data:
    """Return all outputs as one, scaled to signals of the same size.

    Where outputs have one waveform with amplitudes of their own, this has no more parameters than
    one output, and so fewer chances for an alias.  It only suggests frequencies.
    """
    times, values, weights, columns = [], [], [], []
    d, p = residual.shape[1], data.nuisance.shape[1]
    for j in range(d):
        rows = np.flatnonzero(data.weights_of(j) > 0)
        y = residual[rows, j]
        variance = float(np.average(y**2))
        known = np.zeros(len(rows)) if noise.dy is None else noise.dy[rows, j] ** 2
        signal = signal_of(y, None if noise.dy is None else known)
        misfit = HARMONICS.misfit**2 * signal if noise.dy is not None else max(variance, 1e-300)
        times.append(rows)
        values.append(y / np.sqrt(signal))
        weights.append(signal / (known + misfit) * noise.relative[rows])
        if d > 1 or len(rows) < len(data.times):
            block = np.zeros((len(rows), d * p))
            block[:, j * p : (j + 1) * p] = data.nuisance[rows]
            columns.append(block)
    if d == 1 and len(times[0]) == len(data.times):  # many samples need no copy
        y, w = values[0][:, np.newaxis], weights[0][:, np.newaxis]
        return replace(data, y=y, weights=w, background=Background.plain(p, 0))
    index = np.concatenate(times)
    return replace(
        data,
        times=data.times[index],
        y=np.concatenate(values)[:, np.newaxis],
        weights=np.concatenate(weights)[:, np.newaxis],
        nuisance=np.vstack(columns),
        background=Background.plain(d * p, 0),
        group=data.group[index],
    )


def _maxima(data: Data, limits: tuple[float, float], highest: float) -> Floats:
    """Return the frequencies of the highest maxima of the spectra of 1 ... K harmonics."""
    plan, most = grid(*limits, 1.0 / (_POINTS * data.baseline)), WAVEFORMS.maxima
    # (each band takes all samples anew: of many, fewer and longer bands are cheaper)
    many = len(data.times) > _MANY
    n_bands, size = cut(plan.n_frequencies, band_size(len(data.times)) if many else BAND)
    w = data.weights[:, 0]
    null = fit_lines(data, Structure.empty(), absolute=True, max_steps=0)
    ridge = 2.0 / max(float(w @ null.residual[:, 0] ** 2), 1.0)
    engine = MultiHarmonicPeriodogram(data, plan.spacing, size, WAVEFORMS.orders, ridge=ridge)
    index: list[NDArray[np.intp]] = [np.empty(0, dtype=np.intp)] * WAVEFORMS.orders
    height = [np.empty(0)] * WAVEFORMS.orders
    for band in range(n_bands):
        first = band * (size - 2)
        length = min(size, plan.n_frequencies - first)
        start = plan.minimum_frequency + first * plan.spacing
        frequency = start + plan.spacing * np.arange(length)
        # the last order is the one that must stay below the highest frequency
        stops = [
            int(np.count_nonzero(frequency * (k + 1) <= highest)) for k in range(WAVEFORMS.orders)
        ]
        floors = [float(h[-1]) if len(h) == most else 0.0 for h in height]
        found = engine.peaks(null.residual, start, length, stops, floors, most)
        for k, (at, power) in enumerate(found):
            both = np.append(height[k], power)
            best = np.argsort(-both, kind="stable")[:most]
            index[k], height[k] = np.append(index[k], at + first)[best], both[best]
    data.memo.clear()  # it holds as much memory as the samples, and refers to them in a circle
    maxima = [plan.minimum_frequency + plan.spacing * at for at in index]
    # the highest of every spectrum come first
    rows = max(map(len, maxima))
    ranked = [f[i] for i in range(rows) for f in reversed(maxima) if i < len(f)]
    return np.array(ranked)
