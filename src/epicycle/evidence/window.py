"""The spectral window, and all that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from epicycle.evidence.significance import effective_bandwidth
from epicycle.limits import ALIASES, SEARCH, TRIALS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import UNIT_SECONDS
from epicycle.spectra.bands import Candidates, band_size, cut, fold_grid, processors
from epicycle.spectra.maxima import inner_maxima, refined
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import TrigSums
from epicycle.spectra.window import window_at, window_on_grid, window_power

#: A larger window is not searched for aliases that share a maximum.
_LARGEST_WINDOW = 1 << 21

#: Frequencies of a spectral window at most: one cycle an hour over 24 years.
_WINDOW_BUDGET = 1 << 20

#: Frequencies of the band at which that share is measured.
_PLACES = 48

#: Draws over which the share of distinct maxima is averaged.
_DRAWS = 512

#: Mean tropical and sidereal year alike, as far as a label goes, in days.
_YEAR = 365.25


def window_offsets(
    data: Data, window: Candidates, day: float | None, weakest: float
) -> list[tuple[float, str]]:
    """Return the distances at which the sampling repeats a line, with what each is called.

    They are the peaks of the window; and one, two and three cycles a day, a sidereal day and a
    year, where the unit of time is known (`day` is one day) and the window has as much power
    there, be it beside a higher peak.
    """
    width = 1.0 / data.baseline
    least = ALIASES.window_share * weakest
    peaks = zip(window.frequency, window.power, strict=True)
    offsets = [float(f) for f, power in peaks if power >= least and f >= 2 * width]
    if day is not None:
        named = np.array([1.0, 2.0, 3.0, 1 + 1 / _YEAR, 2 + 2 / _YEAR, 1 / _YEAR]) / day
        power = np.abs(window_at(data.times, _weights(data), named)[0]) ** 2
        offsets += [float(f) for f, p in zip(named, power, strict=True) if p >= least]
    return [(f, label(f, day, width)) for f in offsets if f >= 2 * width]


def label(offset: float, day: float | None, width: float) -> str:
    """Return what a peak of the spectral window is called: "day", "year" or "window".

    Seasons and sidereal days put sidelobes one or two cycles a year beside each multiple of one
    cycle a day.  Data that do not last for a few days, or years, cannot have such a spacing.
    """
    if day is None or width * day * ALIASES.repeats > 1.0:
        return "window"
    a_day = offset * day
    if round(a_day) >= 1 and abs(a_day - round(a_day)) <= max(2.2 / _YEAR, width * day):
        return "day"
    a_year, line = a_day * _YEAR, width * day * _YEAR
    near = 1 <= round(a_year) <= 3 and abs(a_year - round(a_year)) <= min(line, 0.4)
    if near and line * ALIASES.repeats <= 1.0:
        return "year"
    return "window"


def day_length(unit: str) -> float | None:
    """Return one day in a unit of time, or None where the unit is unknown."""
    return 86400.0 / float(UNIT_SECONDS[unit]) if unit in UNIT_SECONDS else None


def spectral_window(data: Data, plan: SearchPlan) -> Candidates:
    """Return the maxima of the spectral window: the spectrum that a constant has by sampling.

    Power is ``|sum w exp(-2 pi i f t)|^2 / (sum w)^2``, 1 at frequency 0.  A cycle at f has
    aliases of about this relative power at f plus and minus these frequencies.  The latest window
    is kept with the data.
    """
    kept = data.memo.get("window")
    if not (isinstance(kept, tuple) and kept[0] == plan):
        kept = data.memo["window"] = plan, _window_of(data, plan)
    found: Candidates = kept[1]
    return found


def _window_of(data: Data, plan: SearchPlan) -> Candidates:
    """Return the maxima as they are found anew."""
    budget = SEARCH.budget
    if plan.strategy != "dense":
        # too wide a band: what the sampling repeats soonest is shown from one cycle on
        plan = replace(plan, minimum_frequency=1.0 / data.baseline)
        budget = _WINDOW_BUDGET
    plan = replace(plan, n_frequencies=min(plan.n_frequencies, budget))
    weights = _weights(data)
    total = float(weights.sum())
    most = band_size(len(data.times))
    n_bands, size = cut(plan.n_frequencies, most)
    threads = min(processors(), n_bands)
    engines = [TrigSums(data.times, plan.spacing, size) for _ in range(threads)]

    def evaluate(worker: int, first: int, start: float) -> Floats:
        return window_power(engines[worker].band(weights, start)[0], total)

    return fold_grid(plan, evaluate, threads, _KEPT, None, most)


#: Maxima of the window that are kept.
_KEPT = 32

#: The window is sampled so often per 1 / baseline, at most this many times in all.
_WINDOW_STEPS = 3


# ---- Distinct maxima -------------------------------------------------------------------------


@dataclass(frozen=True)
class Trials:
    """How many frequencies a search tries, in effect.

    Attributes
    ----------
    data : Data
        Times and weights.
    minimum, maximum : float
        The band.
    factor : float
        Further independent trials at each frequency, for instance of drifts.
    """

    data: Data
    minimum: float
    maximum: float
    factor: float = 1.0

    @cached_property
    def upper(self) -> float:
        """Effective bandwidth with every maximum counted."""
        return self.factor * effective_bandwidth(self.data, self.minimum, self.maximum)

    @cached_property
    def distinct(self) -> float:
        """Effective bandwidth with maxima that are aliases of each other counted once."""
        return self.upper * distinct_share(self.data, self.minimum, self.maximum)


def distinct_share(data: Data, minimum: float, maximum: float) -> float:
    """Return the share of the maxima of noise that are not aliases of a higher one.

    Where the spectral window has high peaks at some lags (nights, seasons, a raster with a few
    samples off it), noise that is high at one frequency is high at its aliases as well: a band
    holds fewer independent maxima than its width says.  Given a maximum z at f, the amplitude at
    an alias of window amplitude r is r times that at f and a normal rest of variance 1 - r^2,
    which is correlated between aliases as the window says and free to find its own maximum
    nearby.  The share is the probability that none of them is higher (Poisson clumping, D. Aldous
    1989, section A7), averaged over the band by simulation with a fixed seed.
    """
    lags = _window_peaks(data, maximum)
    if not len(lags):
        return 1.0
    at = np.concatenate([[0.0], lags, -lags])

    # an exact alias (of a raster) is as often a little higher as lower, whatever rounding says
    correlation = TRIALS.nearly * window_at(data.times, _weights(data), at[:, np.newaxis] - at)[0]
    np.fill_diagonal(correlation, 1.0)
    r = correlation[1:, 0]
    rest = correlation[1:, 1:] - np.outer(r, r.conj())
    values, vectors = np.linalg.eigh(rest)
    # the symmetric root, which rounding does not turn round
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.conj().T
    rng = np.random.default_rng(0)
    size = (len(r), _DRAWS)
    bandwidth = max(effective_bandwidth(data, minimum, maximum), 1.0)
    level = math.log(bandwidth / TRIALS.typical)
    height = level + 0.5 * math.log(level) + rng.exponential(size=_DRAWS)
    noise = (rng.normal(size=size) + 1j * rng.normal(size=size)) / math.sqrt(2)
    # the rest of the field finds its own maximum nearby: half a chi-square of its variance
    free = 0.5 * (1 - np.abs(r) ** 2)[:, np.newaxis] * rng.chisquare(1, size)
    there = np.abs(r[:, np.newaxis] * np.sqrt(height) + root @ noise) ** 2 + free
    higher = there > height
    share = 0.0
    for f in minimum + (np.arange(_PLACES) + 0.5) / _PLACES * (maximum - minimum):
        alias = np.abs(f + at[1:])
        inside = (alias >= minimum) & (alias <= maximum)
        share += float((~higher[inside].any(axis=0)).mean()) / _PLACES
    return share


def _window_peaks(data: Data, maximum: float) -> Floats:
    """Return the lags, up to twice the largest frequency, at which the window is high."""
    spacing = 1.0 / (_WINDOW_STEPS * data.baseline)
    n = math.ceil(2 * maximum / spacing) + 1
    if n > _LARGEST_WINDOW:
        return np.empty(0)
    power = window_on_grid(data.times, _weights(data), spacing, n)[0]
    at = inner_maxima(power)
    at = at[power[at] > 0.7 * TRIALS.alias_ratio]
    # (in an order that does not hang on rounding where several are equal)
    at = at[np.argsort(-np.round(power[at], 6), kind="stable")][: 2 * TRIALS.most_aliases]
    # a parabola through three points finds the height to a few per cent, and the place
    place, height = refined(power, at)
    chosen: Floats = (place * spacing)[height > TRIALS.alias_ratio][: TRIALS.most_aliases]
    return chosen


def _weights(data: Data) -> Floats:
    """Return the weights of all outputs together, shape (1, n)."""
    result: Floats = data.weights.sum(axis=1)[np.newaxis, :]
    return result
