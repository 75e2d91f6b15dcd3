"""Cosinor of many series at once: least squares of a mean and harmonics of one period each.

    y = M + sum_k a_k cos(2 pi k f t) + b_k sin(2 pi k f t) + noise

Series that share their samples and weights share their sums: a *pattern* is a row of weights, zero
where a value is missing.  Columns are centred by their weighted means, so that the mean is apart
from the waveform, and the sums of products stay well conditioned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.cosinor import waves
from epicycle.limits import GENES
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class Series:
    """Series of one design, their weighted means taken out.

    Attributes
    ----------
    t : ndarray, shape (N,)
        Times, counted from `centre`.
    centre : float
        The middle of all samples.
    values : ndarray, shape (S, N)
        Less their means; 0 where a value is missing.
    weighted : ndarray, shape (S, N)
        The same, times their weights.
    means : ndarray, shape (S,)
        Weighted means.
    total : ndarray, shape (S,)
        Weighted sums of squares about the means.
    n_samples : ndarray of int, shape (S,)
        Values that are present.
    patterns : ndarray, shape (R, N)
        Distinct rows of weights.
    pattern : ndarray of int, shape (S,)
        Which of them a series has.
    """

    t: Floats
    centre: float
    values: Floats
    weighted: Floats
    means: Floats
    total: Floats
    n_samples: NDArray[np.intp]
    patterns: Floats
    pattern: NDArray[np.intp]

    def __getitem__(self, rows: NDArray[np.intp] | slice) -> Series:
        """Return some of the series."""
        return Series(
            self.t,
            self.centre,
            self.values[rows],
            self.weighted[rows],
            self.means[rows],
            self.total[rows],
            self.n_samples[rows],
            self.patterns,
            self.pattern[rows],
        )


def all_finite(values: Floats) -> bool:
    """Return whether no value is missing or infinite, without a copy of all of them."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum())) or bool(np.isfinite(values).all())


def series_of(times: Floats, values: Floats, weights: Floats | None = None) -> Series:
    """Return series ready to be fitted.

    Parameters
    ----------
    times : ndarray, shape (N,)
    values : ndarray, shape (S, N)
        NaN where a value is missing.
    weights : ndarray, shape (N,) or (S, N), optional
        Inverse variances, up to a factor for each series.
    """
    present = np.isfinite(values)
    whole = bool(present.all())
    if weights is None or weights.ndim == 1:
        row = np.ones(len(times)) if weights is None else weights
        if whole:
            patterns, pattern = row[None, :], np.zeros(len(values), dtype=np.intp)
        else:
            packed = np.packbits(present, axis=1)
            keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1])))
            _, first, pattern = np.unique(keys.ravel(), return_index=True, return_inverse=True)
            patterns, pattern = np.where(present[first], row, 0.0), pattern.ravel()
    else:
        patterns = np.where(present, weights, 0.0)
        pattern = np.arange(len(values))
    filled = values if whole else np.where(present, values, 0.0)
    sums = patterns.sum(axis=1)
    if len(patterns) == 1:
        means = filled @ (patterns[0] / max(sums[0], 1e-300))
        centred = filled - means[:, None]
        if not whole:  # all series miss the same samples
            centred *= patterns[0] > 0
        weighted = centred if weights is None else centred * patterns
    else:
        own = patterns[pattern]
        means = (filled * own).sum(axis=1) / np.maximum(sums[pattern], 1e-300)
        centred = np.where(present, filled - means[:, None], 0.0)
        weighted = centred * own
    centre = float(times.mean()) if len(times) else 0.0
    return Series(
        t=times - centre,
        centre=centre,
        values=centred,
        weighted=weighted,
        means=means,
        total=np.einsum("ij,ij->i", weighted, centred),
        n_samples=np.full(len(values), len(times)) if whole else present.sum(axis=1),
        patterns=patterns,
        pattern=pattern,
    )


@dataclass(frozen=True, eq=False)
class Fits:
    """A waveform for each series, cosines first, then sines; times count from the centre.

    Attributes
    ----------
    coefficients : ndarray, shape (S, 2K)
    inverse : ndarray, shape (1 or S, 2K, 2K)
        Inverse of the sums of products: the covariance in units of the variance of a value.
    averages : ndarray, shape (1 or S, 2K)
        Weighted means of the columns.
    sums : ndarray, shape (1 or S,)
        Sums of weights.
    explained : ndarray, shape (S,)
        Weighted sum of squares that the waveform explains; NaN where the times do not determine it.
    """

    coefficients: Floats
    inverse: Floats
    averages: Floats
    sums: Floats
    explained: Floats


def columns(t: Floats, frequency: float | Floats, harmonics: int) -> Floats:
    """Return cosines and sines of all harmonics, the columns last."""
    turns: Floats = np.multiply.outer(np.asarray(frequency, dtype=np.float64), t)
    pairs = waves(turns, range(1, harmonics + 1))
    return np.concatenate([pairs[..., ::2], pairs[..., 1::2]], axis=-1) if harmonics > 1 else pairs


@dataclass(frozen=True, eq=False)
class Geometry:
    """What the columns of one frequency are in each pattern.

    Attributes
    ----------
    columns : ndarray, shape (N, 2K)
    averages : ndarray, shape (R, 2K)
    products : ndarray, shape (R, 2K, 2K)
        Weighted sums of products of centred columns.
    inverse : ndarray, shape (R, 2K, 2K)
        NaN where the times of a pattern do not determine the waveform.
    """

    columns: Floats
    averages: Floats
    products: Floats
    inverse: Floats


def geometry(t: Floats, patterns: Floats, frequency: float, harmonics: int) -> Geometry:
    """Return what the columns of one frequency are in each pattern."""
    x = columns(t, frequency, harmonics)
    width = x.shape[1]
    sums = np.maximum(patterns.sum(axis=1), 1e-300)
    averages = (patterns @ x) / sums[:, None]
    products = (patterns @ (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(
        -1, width, width
    ) - sums[:, None, None] * averages[:, :, None] * averages[:, None, :]
    return Geometry(x, averages, products, inverted(products, sums))


def inverted(products: Floats, sums: Floats) -> Floats:
    """Return inverses of sums of products, NaN where a direction is not determined.

    A cosine at many times has half the sum of weights: that is the measure.
    """
    width = products.shape[-1]
    scaled = products / (sums[:, None, None] / 2)
    lowest = np.linalg.eigvalsh(scaled)[:, 0]
    sound = lowest > GENES.conditioned
    safe = np.where(sound[:, None, None], scaled, np.eye(width))
    inverse = np.linalg.inv(safe) / (sums[:, None, None] / 2)
    return np.where(sound[:, None, None], inverse, np.nan)


def fit_at(series: Series, frequency: float, harmonics: int) -> Fits:
    """Return the waveform of each series at one frequency, common to all."""
    shape = geometry(series.t, series.patterns, frequency, harmonics)
    right = series.weighted @ shape.columns
    sums = series.patterns.sum(axis=1)
    if len(series.patterns) == 1:
        coefficients = right @ shape.inverse[0]
        inverse, averages = shape.inverse, shape.averages
    else:
        inverse, averages = shape.inverse[series.pattern], shape.averages[series.pattern]
        sums = sums[series.pattern]
        coefficients = np.einsum("sij,sj->si", inverse, right)
    explained = np.einsum("si,si->s", coefficients, right)
    return Fits(coefficients, inverse, averages, sums, explained)


def fit_each(series: Series, frequencies: Floats, harmonics: int) -> tuple[Fits, Floats]:
    """Return the waveform of each series at a frequency of its own, and its columns.

    The columns, shape (S, N, 2K), are centred, and 0 where a value is missing.
    """
    x = columns(series.t, frequencies, harmonics)
    own = series.patterns[series.pattern] if len(series.patterns) > 1 else series.patterns
    sums = np.broadcast_to(np.maximum(own.sum(axis=1), 1e-300), len(x)).copy()
    weighted = x * own[:, :, None]
    averages = weighted.sum(axis=1) / sums[:, None]
    x = x - averages[:, None, :]
    weighted = x * own[:, :, None]
    products = np.matmul(x.transpose(0, 2, 1), weighted)
    inverse = inverted(products, sums)
    right = np.einsum("snk,sn->sk", x, series.weighted)
    coefficients = np.einsum("sij,sj->si", inverse, right)
    explained = np.einsum("si,si->s", coefficients, right)
    return Fits(coefficients, inverse, averages, sums, explained), x
