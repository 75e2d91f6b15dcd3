"""How wrong a prediction may be: errors of the parameters, carried to any time, and the scatter.

A prediction inside the span of the data and one beyond it have the same parameters with errors of
the same kind: the error of a frequency turns into one of phase that grows with the distance from
the reference time, and the error of the trend grows likewise.  What the model does not continue,
slow variation, is taken for a random walk of the size that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from epicycle.living.factors import unpacked_factor
from epicycle.samples.arrays import Floats

#: Times handled at once, so that memory does not grow with their number.
_BLOCK = 4096

#: Points on which the integrals over a random walk are evaluated.
WALK_POINTS = 128

#: From 8 bends to come on, their sum is normally distributed.  Where fewer are expected, the cases
#: of 0 to 24 bends are told apart, and intervals are found to 2^-25 of their width.
_MANY_BENDS = 8.0

_MOST_BENDS = 24

_BISECTIONS = 25

#: No value is further from its median than by a factor of e to this.
_LARGEST_LOG = 300.0


@dataclass(frozen=True, eq=False)
class PredictionErrors:
    """Covariance of a predictor's parameters, and what else makes predictions uncertain.

    The P parameters are the K fundamental frequencies, their K drifts, the p nuisance
    coefficients, the 2 L coefficients of the lines, and the relative gains of the groups where they
    have any, in this order.

    Attributes
    ----------
    parent, order : ndarray of int, shape (L,)
        Fundamental that each line belongs to, and its order there.
    inside, outside : ndarray, shape (d, P (P + 1) / 2)
        For each output, the lower triangle of a factor F of the covariance F F^T, row by row:
        within the span of the data, and beyond it, where slow variation has become part of the
        trend.
    scatter : ndarray, shape (G, d)
        Standard deviation of a single value about the model, per group.
    degrees_of_freedom : ndarray, shape (d,)
        Of that scatter.
    walk : ndarray, shape (d,)
        Slow variation as a random walk: growth of its variance over one baseline.
    bend : ndarray, shape (d,)
        Mean square of the changes of slope that the trend has had, per baseline; 0 without any.
    blind : float
        Length of the last stretch of the data, in baselines, in which a bend would not have been
        noticed yet.
    """

    parent: NDArray[np.intp]
    order: NDArray[np.intp]
    inside: Floats
    outside: Floats
    scatter: Floats
    degrees_of_freedom: Floats
    walk: Floats
    bend: Floats
    blind: float

    def model_variance(
        self,
        offset: Floats,
        nuisance: Floats,
        columns: Floats,
        coefficients: Floats,
        is_inside: NDArray[np.bool_],
        by_gain: Floats,
    ) -> Floats:
        """Return the variance of the model at some times, shape (m, d), the walk left out.

        Parameters
        ----------
        offset : ndarray, shape (m,)
            Times from the reference time.
        nuisance : ndarray, shape (m, p)
            Nuisance columns there.
        columns : ndarray, shape (m, 2 L)
            Cosine and sine of each line in turn, 0 where it is not continued.
        coefficients : ndarray, shape (2 L, d)
            Coefficients of these columns.
        is_inside : ndarray of bool, shape (m,)
            Which times are within the span of the data.
        by_gain : ndarray, shape (m, G)
            Derivatives of the model by the relative gain of every group; (m, 0) without gains.
        """
        variance = np.empty((len(offset), coefficients.shape[1]))
        for j in range(coefficients.shape[1]):
            inside, outside = unpacked_factor(self.inside[j]), unpacked_factor(self.outside[j])
            for start in range(0, len(offset), _BLOCK):
                rows = slice(start, start + _BLOCK)
                gradient = self._gradient(
                    offset[rows], nuisance[rows], columns[rows], coefficients[:, j]
                )
                gradient = np.hstack([gradient, by_gain[rows]])
                within = is_inside[rows]
                block = variance[rows, j]
                block[within] = ((gradient[within] @ inside) ** 2).sum(axis=1)
                block[~within] = ((gradient[~within] @ outside) ** 2).sum(axis=1)
        return variance

    def _gradient(
        self, offset: Floats, nuisance: Floats, columns: Floats, coefficients: Floats
    ) -> Floats:
        """Return the derivative of one output's model by every parameter, shape (m, P)."""
        n_fundamentals = int(self.parent.max(initial=-1)) + 1
        by_frequency = np.zeros((len(offset), n_fundamentals))
        for line, (k, order) in enumerate(zip(self.parent, self.order, strict=True)):
            a, b = coefficients[2 * line : 2 * line + 2]
            by_frequency[:, k] += order * (b * columns[:, 2 * line] - a * columns[:, 2 * line + 1])
        by_frequency *= 2 * np.pi * offset[:, np.newaxis]
        # the phase is f t + drift t^2 / 2
        by_drift = 0.5 * offset[:, np.newaxis] * by_frequency
        return np.hstack([by_frequency, by_drift, nuisance, columns])


def walk_spread(degree: int, scaled: Floats, first: float, last: float) -> Floats:
    """Return the variance of a random walk about its own trend, beyond the span it was seen in.

    Parameters
    ----------
    degree : int
        Degree of the trend that was fitted to the walk by least squares.
    scaled : ndarray, shape (m,)
        Times in units of the baseline.
    first, last : float
        Span of the data in the same unit, one baseline apart.

    Returns
    -------
    ndarray, shape (m,)
        In units of the variance that the walk gains over one baseline; 0 inside the span.

    Notes
    -----
    With W the walk and ``h(t)`` the row that gives the fitted trend at t from the values of W
    inside, ``W(t) - h(t) W`` has a variance that follows from cov(W(s), W(t)) = min(s, t).  The
    walk may begin anywhere, since a constant is always fitted.
    """
    distance = distance_beyond(scaled, first, last)
    result = np.zeros(len(scaled))
    far = distance > 0
    if far.any():
        # by symmetry everything happens after the end
        grid, values = _walk_about_trend(degree)
        h = distance[far]
        result[far] = np.interp(np.log1p(h), grid, values)
        beyond = np.log1p(h) > grid[-1]
        # far away only the trend's own error matters, which grows like a power of the distance
        result[np.flatnonzero(far)[beyond]] = values[-1] * (h[beyond] / np.expm1(grid[-1])) ** (
            2 * max(degree, 0.5)
        )
    return result


def _walk_about_trend(degree: int) -> tuple[Floats, Floats]:
    seen = (np.arange(WALK_POINTS) + 0.5) / WALK_POINTS
    log_distance = np.linspace(0.0, np.log(101.0), 200)
    target = 1.0 + np.expm1(log_distance)
    rows = _trend_rows(degree, seen, target)
    within = np.minimum.outer(seen, seen)
    # every target is later than everything seen, so cov(W(target), W(seen)) = seen
    variance = target - 2 * rows @ seen + ((rows @ within) * rows).sum(axis=1)
    return log_distance, variance


def _trend_rows(degree: int, seen: Floats, target: Floats) -> Floats:
    powers = np.arange(degree + 1)
    inverse = np.linalg.pinv((2 * seen[:, np.newaxis] - 1) ** powers)
    rows: Floats = (2 * target[:, np.newaxis] - 1) ** powers @ inverse
    return rows


def walk_rate(degree: int, values: Floats, n_modes: int) -> float:
    """Return the variance that a random walk gains over one baseline, from its slowest modes.

    Parameters
    ----------
    degree : int
        Degree of the trend that has been fitted along.
    values : ndarray, shape (WALK_POINTS,)
        The walk, smoothed, on a raster over the baseline.
    n_modes : int
        Number of modes that the smoothing has left alone, two for each cycle over the baseline.

    Notes
    -----
    The modes are the eigenvectors of the covariance of a walk about its trend (its
    Karhunen-Loève expansion): independent, each with a variance proportional to the rate.
    """
    seen = (np.arange(WALK_POINTS) + 0.5) / WALK_POINTS
    residual = np.eye(WALK_POINTS) - _trend_rows(degree, seen, seen)
    expected, modes = np.linalg.eigh(residual @ np.minimum.outer(seen, seen) @ residual.T)
    chosen = slice(-1, -1 - max(n_modes, 2), -1)
    shares = (modes.T @ values)[chosen] ** 2 / expected[chosen]
    return float(shares.mean())


@dataclass(frozen=True, eq=False)
class Spread:
    """How values scatter about predictions, at m times in d outputs.

    Attributes
    ----------
    variance : ndarray, shape (m, d)
        Of everything but bends to come: normal.
    bend : ndarray, shape (m, d)
        Variance that each bend to come adds.
    expected : ndarray, shape (m,)
        Expected number of bends to come, a Poisson number.
    multiplies : ndarray of bool, shape (m, d)
        Where all this is of the logarithm of a value.
    """

    variance: Floats
    bend: Floats
    expected: Floats
    multiplies: NDArray[np.bool_] | Literal[False] = False

    @property
    def _total(self) -> Floats:
        """Variance with the bends to be expected, shape (m, d)."""
        return self.variance + self.expected[:, np.newaxis] * self.bend

    def std(self, middle: Floats) -> Floats:
        """Return the standard deviation of new values about their medians, shape (m, d)."""
        total = self._total
        of_log = np.minimum(np.where(self.multiplies, total, 0.0), _LARGEST_LOG)
        return np.where(
            self.multiplies, middle * np.sqrt(np.expm1(of_log) * np.exp(of_log)), np.sqrt(total)
        )

    def limits(
        self, middle: Floats, coverage: float, degrees_of_freedom: Floats
    ) -> tuple[Floats, Floats]:
        """Return the limits of central intervals about medians, both of shape (m, d)."""
        half = self.half_width(coverage, degrees_of_freedom)
        factor = np.exp(np.minimum(np.where(self.multiplies, half, 0.0), _LARGEST_LOG))
        lower = np.where(self.multiplies, middle / factor, middle - half)
        upper = np.where(self.multiplies, middle * factor, middle + half)
        return lower, upper

    def half_width(self, coverage: float, degrees_of_freedom: Floats) -> Floats:
        """Return half the width of central intervals, shape (m, d).

        Notes
        -----
        With bends to come, values are distributed as a mixture of normal distributions, one for
        each number of bends.  Where there are none they are normal; Student's t accounts for the
        scatter not being known exactly.
        """
        normal = float(special.ndtri(0.5 + coverage / 2))
        student = special.stdtrit(np.maximum(degrees_of_freedom, 1.0), 0.5 + coverage / 2)
        half = normal * np.sqrt(self.variance)
        if (self.expected > 0).any():
            half = self._mixture_half(coverage, normal)
        result: Floats = half * (student / normal)
        return result

    def _mixture_half(self, coverage: float, normal: float) -> Floats:
        many = self.expected > _MANY_BENDS
        n = np.arange(_MOST_BENDS + 1)
        few = np.where(many, 0.0, self.expected)[:, np.newaxis]
        share = np.exp(special.xlogy(n, few) - special.gammaln(n + 1) - few)
        low = normal * np.sqrt(self.variance)
        high = normal * np.sqrt(self.variance + _MOST_BENDS * self.bend)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            within = np.zeros_like(middle)
            for k in n:
                size = np.sqrt(np.maximum(self.variance + k * self.bend, 1e-300))
                within += share[:, k : k + 1] * (2 * special.ndtr(middle / size) - 1)
            low, high = (
                np.where(within < coverage, middle, low),
                np.where(within < coverage, high, middle),
            )
        gaussian = normal * np.sqrt(self._total)
        result: Floats = np.where(many[:, np.newaxis], gaussian, (low + high) / 2)
        return result


def distance_beyond(scaled: Floats, first: float, last: float) -> Floats:
    """Return how far times are beyond the span of the data, 0 inside."""
    return np.maximum(np.maximum(scaled - last, first - scaled), 0.0)
