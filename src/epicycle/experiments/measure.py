"""The rhythm of each series of a design in numbers: tests first, then estimates with errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.experiments.chances import (
    Chances,
    Directions,
    averaged,
    chance,
    simulated,
    tail_of,
)
from epicycle.experiments.cosinor import Fits, Series, all_finite, columns, fit_at, series_of
from epicycle.experiments.periods import (
    Band,
    Strength,
    alike,
    band_of,
    directions,
    refined,
    strength,
)
from epicycle.experiments.ranks import huber_weights, normal_scores, shuffled
from epicycle.experiments.waveshape import shapes
from epicycle.limits import GENES
from epicycle.samples.arrays import Floats

#: Series whose numbers are worked out at a time.
_BLOCK = 4096

#: Patterns that stand for all of as many values in a simulation.
_PATTERNS = 48

#: What a series without a test says; and one whose best period ends the range.
FEW, NONE, CONSTANT, SINGULAR, EDGE = (
    "too few values",
    "no values",
    "constant",
    "times do not determine it",
    "period at the edge of the range",
)

#: The numbers of each series.
NUMBERS = (
    "mesor",
    "mesor_error",
    "amplitude",
    "amplitude_error",
    "relative_amplitude",
    "relative_amplitude_error",
    "phase",
    "phase_error",
    "period",
    "period_error",
    "p_value",
    "r_squared",
)


@dataclass(frozen=True)
class Wanted:
    """What is asked of each series.

    Attributes
    ----------
    periods : tuple of float
        Shortest and longest period; equal where it is known.
    harmonics : int
    robust : bool
        Whether ranks are tested and Huber's loss is fitted.
    """

    periods: tuple[float, float]
    harmonics: int = 1
    robust: bool = False

    @property
    def known(self) -> bool:
        """Return whether the period is known."""
        return self.periods[0] == self.periods[1]

    @property
    def fewest(self) -> int:
        """Return how many values a series needs: one more than the numbers of its rhythm."""
        return 2 * self.harmonics + (2 if self.known else 3)


@dataclass(frozen=True, eq=False)
class Measured:
    """The numbers of each series by name, see :data:`NUMBERS`, its values, and reasons.

    `alike` has two periods that the times do not tell apart, where there are such.
    """

    numbers: dict[str, Floats]
    n_samples: NDArray[np.intp]
    reason: list[str]
    usable: NDArray[np.intp]
    alike: list[tuple[float, float]]

    @staticmethod
    def empty(values: Floats, wanted: Wanted) -> Measured:
        """Return answers to be filled in, with reasons where there are too few values."""
        if all_finite(values):
            n = np.full(len(values), values.shape[1])
        else:
            n = np.isfinite(values).sum(axis=1)
        numbers = {name: np.full(len(values), np.nan) for name in NUMBERS}
        reason = [""] * len(values)
        few = n < wanted.fewest
        for k in np.flatnonzero(few).tolist():
            reason[k] = FEW if n[k] else NONE
        return Measured(numbers, n, reason, np.flatnonzero(~few), [])


def measure(
    times: Floats,
    values: Floats,
    weights: Floats | None,
    wanted: Wanted,
    progress: Callable[[int, int], None] | None = None,
) -> Measured:
    """Return the rhythm of each series in numbers.

    Parameters
    ----------
    times : ndarray, shape (N,)
    values : ndarray, shape (S, N)
        NaN where missing.
    weights : ndarray, shape (N,) or (S, N), optional
        Inverse variances, up to a factor for each series.
    wanted : Wanted
    progress : callable, optional
        Is told (series done, series in all).
    """
    found = Measured.empty(values, wanted)
    n = len(values)
    own = None if weights is None or weights.ndim == 1 else weights
    exact = wanted.known and not wanted.robust
    todo = [found.usable] if not exact else _blocks(found.usable)
    for rows in todo:
        every = len(rows) == n
        y = values if every else values[rows]
        series = series_of(times, y, weights if own is None or every else own[rows])
        rows, series, y = _without_constants(found, rows, series, y)
        if not len(rows):
            continue
        if exact:
            best = _at_known_period(series, wanted)
            share = best.fits.explained / series.total
            p = chance(share, series.n_samples, wanted.harmonics)
            _fill(found, rows, p, best, None)
            if progress is not None:
                progress(int(rows[-1]) + 1, n)
            continue
        tested = series_of(times, normal_scores(y)) if wanted.robust else series
        band = band_of(tested, wanted.periods, wanted.harmonics)
        strongest = strength(band, tested)
        fullest = int(tested.pattern[tested.n_samples.argmax()])
        if (pair := alike(band, tested, fullest)) is not None:
            found.alike.append(pair)
        p, at = _tested(tested, band, strongest, wanted), strongest.at
        for part in _blocks(np.arange(len(rows))):
            fitted, spread = series[part], None
            if wanted.robust:
                x = _with_constant(series.t, band.frequencies[at[part]], wanted)
                fitted, spread = huber_weights(times, y[part], x)
            known = wanted.known
            best = _at_known_period(fitted, wanted) if known else _in_range(fitted, band, at[part])
            _fill(found, rows[part], p[part], best, spread)
            if progress is not None:
                progress(int(rows[part[-1]]) + 1, n)
    return found


def _blocks(rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [rows[k : k + _BLOCK] for k in range(0, len(rows), _BLOCK)]


def _without_constants(
    found: Measured, rows: NDArray[np.intp], series: Series, values: Floats
) -> tuple[NDArray[np.intp], Series, Floats]:
    """Note the answer for constants, and return the others."""
    sums = series.patterns.sum(axis=1)[series.pattern]
    flat = series.total <= sums * (GENES.flat * series.means) ** 2
    if not flat.any():
        return rows, series, values
    for k, mean in zip(rows[flat].tolist(), series.means[flat].tolist(), strict=True):
        found.reason[k] = CONSTANT
        found.numbers["mesor"][k] = mean
        found.numbers["p_value"][k] = 1.0
        for name in ("amplitude", "r_squared"):
            found.numbers[name][k] = 0.0
    return rows[~flat], series[~flat], values[~flat]


# ---- Tests -----------------------------------------------------------------------------------


def _tested(series: Series, band: Band, strongest: Strength, wanted: Wanted) -> Floats:
    """Return the p-value of each series, NaN where its times determine no rhythm."""
    sound = np.zeros(len(series.patterns), dtype=bool)
    for one in band.geometries:
        sound |= np.isfinite(one.inverse[:, 0, 0])
    p = np.full(len(series.pattern), np.nan)
    cost = len(series.t) * len(band.geometries) * 2 * wanted.harmonics
    n_draws = int(np.clip(GENES.operations / cost, GENES.fewest_draws, GENES.draws))
    usable = np.flatnonzero(sound[series.pattern])
    for n in np.unique(series.n_samples[usable]).tolist():
        members = usable[series.n_samples[usable] == n]
        draws = max(GENES.fewest_draws, int(n_draws * len(members) / len(usable)))
        # patterns of as many values differ little: some of them stand for all
        used = np.unique(series.pattern[members])
        used = used[np.unique(np.linspace(0, len(used) - 1, _PATTERNS).astype(np.intp))]
        some = [directions(band, series, int(row), n) for row in used]
        chance_of = _normal(some, draws, wanted)
        if wanted.known:
            own = chance(strongest.share[members], n, wanted.harmonics)
        else:
            own = chance_of(strongest.statistic[members])
        if wanted.robust:
            own = _of_ranks(some, chance_of, draws, wanted)(own)
        p[members] = np.minimum(own, 1.0)
    return p


def _normal(some: list[Directions], draws: int, wanted: Wanted) -> Callable[[Floats], Floats]:
    """Return what gives the chances of a statistic with normal noise."""
    if wanted.known:
        return lambda share: chance(share, some[0].n_samples, wanted.harmonics)
    return tail_of(some, draws)


def _of_ranks(
    some: list[Directions], chance_of: Callable[[Floats], Floats], draws: int, wanted: Wanted
) -> Chances:
    """Return the map from chances with normal noise to those of permuted ranks."""

    def drawn(rng: np.random.Generator, k: int, pattern: int) -> Floats:
        one = some[pattern]
        noise = shuffled(one.n_samples, one.root > 0, k, rng)
        shares = one.shares(noise) / np.square(noise[0]).sum()
        if wanted.known:
            return chance_of(shares[:, 0])
        return chance_of(averaged(shares, one.n_samples, wanted.harmonics))

    return simulated(drawn, len(some), draws)


# ---- Numbers ---------------------------------------------------------------------------------


def _with_constant(t: Floats, frequencies: Floats, wanted: Wanted) -> Floats:
    """Return a constant and the columns of each series, shape (1 or S, N, 1 + 2K)."""
    own = frequencies[:1] if wanted.known else frequencies
    x = columns(t, own, wanted.harmonics)
    return np.concatenate([np.ones((*x.shape[:2], 1)), x], axis=2)


@dataclass(frozen=True, eq=False)
class _Best:
    """Series with their waveforms at their best or known periods, and what these may vary.

    The other arrays are those of :class:`epicycle.experiments.periods.Refined`.
    """

    series: Series
    fits: Fits
    period: Floats
    across: Floats
    per_information: Floats
    drift: Floats
    edge: NDArray[np.bool_] | None


def _at_known_period(series: Series, wanted: Wanted) -> _Best:
    fits = fit_at(series, 1.0 / wanted.periods[0], wanted.harmonics)
    none = np.zeros(1)
    across = np.zeros((1, 2 * wanted.harmonics))
    return _Best(series, fits, np.array([wanted.periods[0]]), across, none, none, None)


def _in_range(series: Series, band: Band, at: NDArray[np.intp]) -> _Best:
    best = refined(series, band, at)
    per_information = 1.0 / np.maximum(best.information, 1e-300)
    return _Best(
        series,
        best.fits,
        1.0 / best.frequency,
        best.across,
        per_information,
        best.drift,
        best.at_edge,
    )


def _fill(
    found: Measured, rows: NDArray[np.intp], p: Floats, best: _Best, spread: Floats | None
) -> None:
    """Fill in the numbers of some series."""
    numbers = _numbers(best, spread)
    unsure = np.isnan(p) | np.isnan(best.fits.explained)
    for name, column in numbers.items():
        found.numbers[name][rows] = column
    found.numbers["p_value"][rows] = p
    if best.edge is not None:
        for name in ("phase", "phase_error", "period", "period_error"):
            found.numbers[name][rows[best.edge]] = np.nan
        for k in rows[best.edge].tolist():
            found.reason[k] = EDGE
    if unsure.any():
        for k in rows[unsure].tolist():
            found.reason[k] = SINGULAR
        for column in found.numbers.values():
            column[rows[unsure]] = np.nan


def _numbers(best: _Best, spread: Floats | None) -> dict[str, Floats]:
    """Return the numbers of some series, errors from their own scatter or from a given one."""
    series, fits, period = best.series, best.fits, best.period
    known = best.edge is None
    shape = shapes(fits.coefficients)
    freedom = series.n_samples - 1 - fits.coefficients.shape[1] - (not known)
    left = np.maximum(series.total - fits.explained, 1e-30 * series.total)
    variance = left / np.maximum(freedom, 1) if spread is None else spread**2
    by = _Spread(fits, best.across, best.per_information, variance)
    if len(fits.averages) == 1:
        mesor = series.means - fits.coefficients @ fits.averages[0]
    else:
        mesor = series.means - np.einsum("si,si->s", fits.averages, fits.coefficients)
    of_mean = variance / fits.sums
    size = np.where(mesor == 0, np.nan, mesor)
    relative = shape.amplitude / size
    slope = shape.by_amplitude + relative[:, None] * fits.averages
    of_ratio = by.squared(slope, relative * best.drift) + relative**2 * of_mean
    moment = series.centre + shape.turn * period
    cycles = np.floor(moment / period)
    phase = moment - cycles * period
    of_phase = by.squared(shape.by_turn * period[:, None], (cycles - shape.turn) * period**2)
    return {
        "mesor": mesor,
        "mesor_error": np.sqrt(by.squared(-fits.averages, -best.drift) + of_mean),
        "amplitude": shape.amplitude,
        "amplitude_error": np.sqrt(by.squared(shape.by_amplitude, 0.0)),
        "relative_amplitude": np.abs(relative),
        "relative_amplitude_error": np.sqrt(of_ratio) / np.abs(size),
        "phase": np.where(phase >= period * (1 - 1e-12), 0.0, phase),
        # the error of a phase of which nothing is known, uniform over the period, is the largest
        "phase_error": np.minimum(np.sqrt(of_phase), period / np.sqrt(12.0)),
        "period": np.broadcast_to(period, mesor.shape),
        "period_error": np.sqrt(variance * best.per_information) * period**2
        if not known
        else np.full(len(mesor), np.nan),
        "r_squared": np.clip(fits.explained / series.total, 0.0, 1.0),
    }


@dataclass(frozen=True, eq=False)
class _Spread:
    """The covariance of the numbers of a fit: coefficients and frequency together."""

    fits: Fits
    across: Floats
    per_information: Floats
    variance: Floats

    def squared(self, by_coefficients: Floats, by_frequency: Floats | float) -> Floats:
        """Return the variance of what has these derivatives."""
        if len(self.fits.inverse) == 1:
            turned = by_coefficients @ self.fits.inverse[0]
        else:
            turned = np.einsum("sij,sj->si", self.fits.inverse, by_coefficients)
        own = np.einsum("si,si->s", turned, np.broadcast_to(by_coefficients, turned.shape))
        if len(self.per_information) == 1 and not self.per_information[0]:
            return np.asarray(self.variance * own)
        # the coefficients follow the frequency: -across for each unit of it
        whole = by_frequency - np.einsum("si,si->s", self.across, by_coefficients)
        return np.asarray(self.variance * (own + self.per_information * whole**2))
