r"""Fringes: what a gap leaves open is how many whole cycles fit into it.

Campaigns a gap D apart see a line again at every multiple of 1/D from it, under the envelope that
each campaign alone has.  Near its top the fringes differ by little: with the variance s^2 of the
times within a campaign, the k-th has :math:`1 - (2 \pi s k / D)^2` of the power, less than a grid
of a few points per 1/T loses between its points.  All fringes of a cycle are therefore examined as
a set: the power of its whole waveform on a grid so fine that a parabola finds every maximum, and a
joint fit of each that comes near the highest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.aliases import Alias
from epicycle.fit.criteria import log_likelihood
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Structure
from epicycle.fit.nearby import restored
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.limits import ALIASES, FRINGES
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit
from epicycle.spectra.maxima import inner_maxima, refined
from epicycle.spectra.multiharmonic import MultiHarmonicPeriodogram
from epicycle.spectra.window import window_on_grid

#: Points per 1/T of the grid on which fringes are examined, at the order of most power: a parabola
#: is then good to 1e-4 of the power.  It is cut off beyond so many points.
_POINTS, _MOST_POINTS = 20, 1 << 17

#: A coarse grid of every fourth of these points comes first, where it has so many.  It is coarse by
#: five points per 1/T: for the steepest lobes, the cos^2 of two short campaigns, a parabola through
#: three of them is too low by up to 2.6 % of the power.  Up to so many places are looked at one by
#: one, more as one band.
_COARSE, _LEAST_COARSE, _LOST, _PLACES = 4, 64, 0.03, 12

#: Highest order whose power is added up on the fine grid; joint fits take all of them.
_ORDERS = 8

#: Points per 1/T of the window.
_WINDOW_POINTS = 5


@dataclass(frozen=True)
class Fringe:
    """A frequency at which a cycle may stand, another whole number of cycles per gap away.

    Attributes
    ----------
    frequency : float
        Of the fundamental, refined.
    log_odds : float
        Natural logarithm of the posterior odds against the cycle as it stands.
    structure : Structure or None
        All lines, with the cycle there, where they were fitted together; elsewhere the odds are
        those of the power alone.
    """

    frequency: float
    log_odds: float
    structure: Structure | None = None


def fringe_reach(data: Data) -> float:
    """Return how far from a line its highest fringes stand; 0 where the sampling has none.

    Fringes are the comb of maxima of the spectral window that begins at zero, above a share of its
    height, where gaps are long enough to make one.
    """
    kept = data.memo.get("fringe reach")
    if not isinstance(kept, float):
        kept = data.memo["fringe reach"] = _reach(data)
    return kept


def _reach(data: Data) -> float:
    gaps = np.diff(np.sort(data.times.to_float()))
    usual = float(np.median(gaps)) if len(gaps) else 0.0
    if not len(gaps) or gaps.max() < max(FRINGES.gap * data.baseline, FRINGES.unusual * usual):
        return 0.0
    spacing = 1.0 / (_WINDOW_POINTS * data.baseline)
    size = _WINDOW_POINTS * FRINGES.farthest + 1
    weights = data.weights.sum(axis=1)[np.newaxis, :]
    power = window_on_grid(data.times, weights, spacing, size)[0]
    at = inner_maxima(power)
    # below 1/T it is the main lobe itself
    at = at[(power[at] > ALIASES.power_ratio) & (at > 0.5 * _WINDOW_POINTS)]
    if not len(at):
        return 0.0
    # what comes then repeats with the rhythm of the visits, such as days, not with the gap
    ends = np.flatnonzero(np.diff(at) > FRINGES.tooth * at[0])
    return float(at[ends[0] if len(ends) else -1] * spacing)


@dataclass(frozen=True)
class _Maxima:
    """Maxima of the power of a waveform around the place where it stands, the highest first."""

    frequency: Floats
    height: Floats

    def height_at(self, frequency: float) -> float:
        """Return the height of the maximum nearest to a frequency."""
        return float(self.height[int(np.abs(self.frequency - frequency).argmin())])

    def kept(self, chosen: NDArray[np.bool_]) -> _Maxima:
        """Return some of them."""
        return _Maxima(self.frequency[chosen], self.height[chosen])


def _powers_around(data: Data, fit: Fit, k: int, reach: float) -> _Maxima | None:
    """Return the maxima of the power of fundamental `k` within reach; None if there is no room.

    Those that cannot win may be missing.  The latest answer of each fundamental is kept.
    """
    key = f"fringes of {k}"
    kept = data.memo.get(key)
    if not (isinstance(kept, tuple) and kept[0] is fit):
        kept = data.memo[key] = fit, _searched_around(data, fit, k, reach)
    found: _Maxima | None = kept[1]
    return found


def _searched_around(data: Data, fit: Fit, k: int, reach: float) -> _Maxima | None:
    structure = fit.structure
    lines = np.flatnonzero(structure.parent == k)
    order, strength = structure.order[lines], line_powers(fit)[lines]
    # the curvature of the summed power is that of a line of this order
    fineness = math.sqrt(float(strength @ order**2) / max(float(strength.sum()), 1e-300))
    step = 1.0 / (_POINTS * max(fineness, 1.0) * data.baseline)
    half = min(math.ceil(reach / step) + _POINTS, _MOST_POINTS // 2)
    frequency = float(structure.frequency[k])
    half = min(half, math.floor(frequency / step) - 1)
    if half < 2:
        return None
    start = frequency - half * step
    orders = min(int(order.max()), _ORDERS, max(1, data.n_values // 8))
    values = restored(data, fit, lines)

    def power(first: int, size: int, apart: int = 1) -> Floats:
        engine = MultiHarmonicPeriodogram(data, apart * step, size, orders)
        each = engine.reduction(values, start + first * step)[:, -1] / fit.scale[:, np.newaxis]
        total: Floats = each.sum(axis=0)
        return total

    places, heights = [np.empty(0)], [np.empty(0)]
    for first, size in _worth_a_look(power, half):
        part = power(first, size)
        place, height = refined(part, inner_maxima(part))
        places.append(first + place)
        heights.append(height)
    place, height = np.concatenate(places), np.concatenate(heights)
    if not len(place):
        return None
    best = np.argsort(-height, kind="stable")
    return _Maxima(start + step * place[best], height[best])


def _worth_a_look(power: Callable[[int, int, int], Floats], half: int) -> list[tuple[int, int]]:
    """Return where maxima of a fine grid may win, or are that of the cycle: first points, sizes.

    A coarse grid tells.  Where that leaves many places, all of the fine grid is looked at.
    """
    whole = 2 * half + 1
    if whole < _LEAST_COARSE * _COARSE:
        return [(0, whole)]
    coarse = power(0, whole // _COARSE + 2, _COARSE)
    place, height = refined(coarse, inner_maxima(coarse))
    if not len(place):
        return [(0, whole)]
    least = (1 - _LOST) * ((1 - FRINGES.doubt) * float(height.max()) - FRINGES.margin)
    own = int(np.abs(_COARSE * place - half).argmin())
    chosen = np.rint(_COARSE * place[(height >= least) | (np.arange(len(place)) == own)])
    if len(chosen) > _PLACES:
        return [(0, whole)]
    around = np.arange(-_COARSE - 1, _COARSE + 2)
    near = np.add.outer(chosen, around).ravel()
    wanted = np.unique(np.append(near, half + np.arange(-_POINTS, _POINTS + 1)))
    index = wanted[(wanted >= 0) & (wanted < whole)].astype(int)
    parts = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
    return [(int(part[0]), len(part)) for part in parts if len(part) > 2]


def judged_fringes(
    data: Data,
    noise: NoiseModel,
    fit: Fit,
    k: int,
    band: tuple[float, float],
    *,
    every: bool = False,
) -> list[Fringe]:
    """Return the fringes of fundamental `k` that may be it, likeliest first.

    Where the sampling has no fringes, or none comes near, the list is empty.  All frequencies are
    equally likely beforehand, and all fringes have as many parameters: odds are those of the
    likelihoods.

    Parameters
    ----------
    data : Data
        The regression problem with its present weights.
    noise : NoiseModel
        How the weights follow from errors and jitter.
    fit : Fit
        All lines.
    k : int
        The cycle in question.
    band : tuple of float
        Lowest and highest frequency at which it may stand.
    every : bool
        Whether to list, beside the highest ones that are fitted jointly, all others.

    Returns
    -------
    list of Fringe
        The latest answer for each fundamental is kept with the data.
    """
    key = f"judged fringes of {k}"
    kept = data.memo.get(key)
    if not (isinstance(kept, tuple) and kept[0] is fit and kept[1] is noise and kept[2] == band):
        kept = data.memo[key] = fit, noise, band, _judged(data, noise, fit, k, band)
    fitted, rest = kept[3]
    found: list[Fringe] = [*fitted, *rest] if every else [*fitted]
    return sorted(found, key=lambda one: -one.log_odds)


def _judged(
    data: Data, noise: NoiseModel, fit: Fit, k: int, band: tuple[float, float]
) -> tuple[tuple[Fringe, ...], tuple[Fringe, ...]]:
    """Return the highest fringes, fitted jointly, and all others."""
    structure, width = fit.structure, 1.0 / data.baseline
    reach = fringe_reach(data)
    if reach == 0.0 or structure.fixed[k] or structure.drifting[k]:
        return (), ()
    seen = _powers_around(data, fit, k, reach)
    if seen is None:
        return (), ()
    own = float(structure.frequency[k])
    here = seen.height_at(own)
    others = np.delete(structure.line_frequency, np.flatnonzero(structure.parent == k))
    lines = np.multiply.outer(structure.orders_of(k), seen.frequency)
    clear = np.abs(np.subtract.outer(lines, others)).min(axis=(0, 2), initial=np.inf) >= width
    clear &= np.abs(seen.frequency - own) > FRINGES.apart * width
    clear &= (seen.frequency >= band[0]) & (seen.frequency <= band[1])
    clear &= seen.height >= (1 - FRINGES.doubt) * seen.height[0] - FRINGES.margin
    seen = seen.kept(clear)
    if not len(seen.frequency):
        return (), ()
    reference, _ = _evidence(data, noise, fit, structure, k)
    found: list[Fringe] = []
    for place in seen.frequency[: FRINGES.fits].tolist():
        evidence, there = _evidence(data, noise, fit, _moved(structure, k, place), k)
        at = float(there.frequency[k])
        if min(abs(at - f) for f in (own, *(o.frequency for o in found))) > FRINGES.apart * width:
            found.append(Fringe(at, evidence - reference, there))
    further = seen.kept(np.arange(len(seen.frequency)) >= FRINGES.fits)
    rest = zip(further.frequency.tolist(), further.height.tolist(), strict=True)
    return tuple(found), tuple(Fringe(f, 0.5 * (h - here)) for f, h in rest)


def _moved(structure: Structure, k: int, frequency: float) -> Structure:
    fundamentals = structure.fundamentals()
    fundamentals[k] = fundamentals[k]._replace(frequency=frequency)
    return Structure.of(fundamentals)


def _evidence(
    data: Data, noise: NoiseModel, fit: Fit, structure: Structure, k: int
) -> tuple[float, Structure]:
    """Return the log likelihood of a structure with `k` and its neighbours free, and its lines."""
    width = 1.0 / data.baseline
    free = np.zeros(len(structure.frequency), dtype=bool)
    for place in (fit.structure.frequency[k], structure.frequency[k]):
        free |= np.abs(structure.frequency - place) < 4 * width
    absolute = noise.absolute
    trial = fit_lines(data, structure, absolute=absolute, futile=QUICK, free=free)
    for _ in range(2 if absolute else 0):
        jitter = noise.fit_jitter(trial.residual, trial.n_parameters)
        data = data.with_weights(noise.weights(jitter))
        trial = fit_lines(
            data, trial.structure, absolute=True, futile=QUICK, max_steps=2, free=free
        )
    likelihood = log_likelihood(data, trial, fit.n_parameters, absolute=absolute)
    return likelihood, trial.structure


def as_gap_aliases(fringes: Sequence[Fringe], frequency: float) -> list[Alias]:
    """Return the fringes of a cycle as its aliases, of the kind "gap"."""
    odds = [math.exp(min(one.log_odds, 700.0)) for one in fringes]
    total = 1.0 + sum(odds)
    return [
        Alias(
            frequency=one.frequency,
            period=1.0 / one.frequency,
            power_ratio=1.0,
            window_frequency=abs(one.frequency - frequency),
            odds=its_odds,
            kind="gap",
            probability=its_odds / total,
        )
        for one, its_odds in zip(fringes, odds, strict=True)
    ]


def fringe_notes(cycles: Iterable[tuple[float, Sequence[Fringe]]], unit: str = "") -> list[str]:
    """Return a sentence for each cycle, given as (frequency, fringes), that has any."""
    notes = []
    for frequency, fringes in cycles:
        if not fringes:
            continue
        periods = [1.0 / frequency, *(1.0 / one.frequency for one in fringes)]
        apart = min(abs(periods[0] - p) for p in periods[1:])
        digits = max(6, 2 + math.ceil(math.log10(periods[0] / apart)))
        listed = ", ".join(f"{p:.{digits}g}" for p in periods[: FRINGES.listed])
        listed = f"{listed} {unit}".rstrip()
        if len(periods) > FRINGES.listed:
            listed += (
                f" or {len(periods) - FRINGES.listed} more between {min(periods):.{digits}g} and "
                f"{in_unit(max(periods), unit, digits)}"
            )
        notes.append(
            f"period {in_unit(periods[0], unit, digits)}: the gaps between the samples leave a "
            f"whole number of cycles undecided: it is one of {listed}, the likeliest first"
        )
    return notes
