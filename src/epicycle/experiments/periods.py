"""The best period of each series in a range: found on a grid, refined, with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.experiments.chances import Directions, averaged
from epicycle.experiments.cosinor import Fits, Geometry, Series, fit_each, geometry
from epicycle.fit.cosinor import TWO_PI
from epicycle.limits import GENES
from epicycle.samples.arrays import Floats

#: Series that are searched at a time: their sums of one grid stay in the cache.
_BLOCK = 1024

#: Steps by which a period is refined, and by how much of 1/T it still moves when it is done.
_STEPS, _DONE = 12, 1e-6


@dataclass(frozen=True, eq=False)
class Band:
    """The frequencies of a range of periods, and what the columns are at each of them.

    Attributes
    ----------
    frequencies : ndarray, shape (G,)
        Rising; one alone where the period is known.
    geometries : list of Geometry, length G
    harmonics : int
    """

    frequencies: Floats
    geometries: list[Geometry]
    harmonics: int


def band_of(series: Series, periods: tuple[float, float], harmonics: int) -> Band:
    """Return the frequencies to try for a range of periods, evenly spaced.

    Raises
    ------
    ValueError
        If there are too many.
    """
    low, high = 1.0 / periods[1], 1.0 / periods[0]
    span = float(np.ptp(series.t)) if len(series.t) else 0.0
    n = max(GENES.fewest_points, int(np.ceil(GENES.points_a_width * span * (high - low))) + 1)
    if n > GENES.most_points and high > low:
        raise ValueError(
            f"period={periods} holds {n} resolved periods over the {span:g} of the samples: "
            f"expected at most {GENES.most_points}. To fix this, narrow the range, or search each "
            f"series with find_cycles."
        )
    frequencies = np.linspace(low, high, n) if high > low else np.array([low])
    shapes = [geometry(series.t, series.patterns, float(f), harmonics) for f in frequencies]
    return Band(frequencies, shapes, harmonics)


def alike(band: Band, series: Series, row: int) -> tuple[float, float] | None:
    """Return two periods of a band that the times of a pattern do not tell apart, or None.

    They are half a resolved frequency or more apart: neighbours are never told apart.
    """
    f = band.frequencies
    span = float(np.ptp(series.t))
    if len(f) < 2 or span == 0:
        return None
    white = directions(band, series, row, len(series.t)).white
    step = max(int(np.ceil(0.5 / span / (f[1] - f[0]))), 1)
    for apart in range(step, len(f)):
        crossed = np.matmul(white[:-apart].transpose(0, 2, 1), white[apart:])
        common = np.square(np.linalg.svd(crossed, compute_uv=False)[:, -1])
        if common.max() > GENES.alike:
            k = int(common.argmax())
            return float(1 / f[k + apart]), float(1 / f[k])
    return None


@dataclass(frozen=True, eq=False)
class Strength:
    """How strong the rhythm of each series is.

    Attributes
    ----------
    share : ndarray, shape (S,)
        The highest share of the sum of squares that is explained.
    at : ndarray of int, shape (S,)
        At which frequency of the band.
    statistic : ndarray, shape (S,)
        Logarithm of the likelihood ratio averaged over the band.
    """

    share: Floats
    at: NDArray[np.intp]
    statistic: Floats


def strength(band: Band, series: Series) -> Strength:
    """Return how strong the rhythm of each series is anywhere in a band."""
    total = np.maximum(series.total, 1e-300)
    one = len(series.patterns) == 1
    if one:
        white = np.stack([white_columns(shape, 0) for shape in band.geometries])
        points, n, width = white.shape
        flat = white.transpose(1, 0, 2).reshape(n, points * width)
    share, statistic = np.empty(len(total)), np.empty(len(total))
    at = np.empty(len(total), dtype=np.intp)
    for begin in range(0, len(total), _BLOCK):
        here = slice(begin, begin + _BLOCK)
        if one:
            squares = np.square(series.weighted[here] @ flat)
            shares = squares.reshape(-1, points, width).sum(axis=2)
        else:
            own, pattern = series.weighted[here], series.pattern[here]
            shares = np.stack([_explained(s, own, pattern) for s in band.geometries], axis=1)
        shares = np.clip(shares / total[here, None], 0.0, 1.0)
        at[here] = shares.argmax(axis=1)
        share[here] = shares.max(axis=1)
        statistic[here] = averaged(shares, series.n_samples[here], band.harmonics)
    return Strength(share, at, statistic)


def directions(band: Band, series: Series, row: int, n_samples: int) -> Directions:
    """Return what simulates series of one pattern."""
    root = np.sqrt(series.patterns[row])
    unit = root / np.linalg.norm(root)
    white = np.stack([white_columns(shape, row) for shape in band.geometries]) * root[:, None]
    white -= unit[:, None] * np.einsum("n,gnk->gk", unit, white)[:, None, :]
    return Directions(root, white, n_samples)


def white_columns(one: Geometry, row: int) -> Floats:
    """Return columns whose sums with the weighted values are apart: their squares are explained."""
    inverse = one.inverse[row]
    if not np.isfinite(inverse[0, 0]):
        return np.zeros_like(one.columns)
    return np.asarray(one.columns @ np.linalg.cholesky((inverse + inverse.T) / 2))


def _explained(one: Geometry, weighted: Floats, pattern: NDArray[np.intp]) -> Floats:
    """Return the weighted sum of squares that the columns of one frequency explain."""
    right = weighted @ one.columns
    inverse = np.nan_to_num(one.inverse, nan=0.0)[pattern]
    return np.asarray(np.einsum("si,sij,sj->s", right, inverse, right))


@dataclass(frozen=True, eq=False)
class Refined:
    """The best frequency of each series, and what a fit says there.

    Attributes
    ----------
    frequency : ndarray, shape (S,)
    at_edge : ndarray of bool, shape (S,)
        Whether the power still rises where the range ends: there is no best period in it.
    fits : Fits
        Waveforms at these frequencies.
    across : ndarray, shape (S, 2K)
        Coefficients of the columns in the derivative of the waveform by the frequency.
    information : ndarray, shape (S,)
        Weighted sum of squares of what of this derivative is no column: the inverse of the variance
        of the frequency, in units of the variance of a value.
    drift : ndarray, shape (S,)
        Weighted mean of this derivative.
    """

    frequency: Floats
    at_edge: NDArray[np.bool_]
    fits: Fits
    across: Floats
    information: Floats
    drift: Floats


def refined(series: Series, band: Band, at: NDArray[np.intp]) -> Refined:
    """Return the best frequency of each series next to the best one of the grid.

    Gauss and Newton's steps, each halved until the fit gets better, in the interval between the
    neighbours on the grid.
    """
    grid = band.frequencies
    lowest = grid[np.maximum(at - 1, 0)]
    highest = grid[np.minimum(at + 1, len(grid) - 1)]
    frequency = grid[at]
    best = _Step.of(series, frequency, band.harmonics)
    width = 1.0 / max(float(np.ptp(series.t)), 1e-300)
    damping = np.ones(len(at))
    for _ in range(_STEPS):
        wanted = np.clip(frequency + damping * best.step, lowest, highest)
        moving = np.flatnonzero(np.abs(wanted - frequency) > _DONE * width)
        if not len(moving):
            break
        tried = _Step.of(series[moving], wanted[moving], band.harmonics)
        better = tried.fits.explained >= best.fits.explained[moving]
        best.take(moving[better], tried, better)
        frequency[moving[better]] = wanted[moving[better]]
        damping[moving] = np.where(better, np.minimum(2 * damping[moving], 1), damping[moving] / 4)
    outward = np.where(best.step > 0, frequency >= grid[-1], frequency <= grid[0])
    return Refined(frequency, outward, best.fits, best.across, best.information, best.drift)


@dataclass(frozen=True, eq=False)
class _Step:
    """A fit at a frequency of each series, and where it leads."""

    fits: Fits
    step: Floats
    across: Floats
    information: Floats
    drift: Floats

    @staticmethod
    def of(series: Series, frequency: Floats, harmonics: int) -> _Step:
        fits, x = fit_each(series, frequency, harmonics)
        own = series.patterns[series.pattern] if len(series.patterns) > 1 else series.patterns
        orders = TWO_PI * np.arange(1, harmonics + 1)
        cosines, sines = np.split(fits.coefficients, 2, axis=1)
        # d/df of a cos + b sin is 2 pi k t (b cos - a sin); the means of columns are in fits
        turning = np.concatenate([orders * sines, -orders * cosines], axis=1)
        whole = x + fits.averages[:, None, :]
        slope = np.einsum("snk,sk->sn", whole, turning) * series.t
        mean = (slope * own).sum(axis=1) / np.maximum(fits.sums, 1e-300)
        slope = slope - mean[:, None]
        crossed = np.einsum("snk,sn->sk", x, slope * own)
        across = np.einsum("sij,sj->si", fits.inverse, crossed)
        slope = slope - np.einsum("snk,sk->sn", x, across)
        information = np.einsum("sn,sn->s", slope * own, slope)
        residual = series.values - np.einsum("snk,sk->sn", x, fits.coefficients)
        right = np.einsum("sn,sn->s", slope * own, residual)
        return _Step(fits, right / np.maximum(information, 1e-300), across, information, mean)

    def take(self, rows: NDArray[np.intp], other: _Step, better: NDArray[np.bool_]) -> None:
        """Put what is better in place of some rows."""
        for name in ("coefficients", "inverse", "averages", "sums", "explained"):
            mine, new = getattr(self.fits, name), getattr(other.fits, name)
            mine[rows] = new[better]
        for name in ("step", "across", "information", "drift"):
            getattr(self, name)[rows] = getattr(other, name)[better]
