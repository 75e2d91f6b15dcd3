r"""The line through onsets: a period with an error that some wrong onsets do not spoil.

An M-estimator with Huber's function (k = 1.345), begun at the median of all slopes (Theil 1950;
Sen 1968), its scale from the median absolute residual.  The covariance is Huber's (1981, eq.
7.6.5),

.. math:: K^2\, \frac{\sum \psi(r_i)^2 / (n - p)}{(\sum \psi'(r_i) / n)^2}\, s^2 (X^T X)^{-1},
          \qquad K = 1 + \frac{p}{n} \frac{1 - m}{m},

with the mean m of :math:`\psi'`.  Onsets that come late often do so for some days; the variance is
raised by (1 + r) / (1 - r) for the correlation r of successive residuals, corrected for its bias
(Kendall 1954) and where it is above 0.

References
----------
P. J. Huber (1981), Robust Statistics, Wiley.
M. G. Kendall (1954), Biometrika 41, 403.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats

#: Median absolute value of a standard normal variable.
_MEDIAN = 0.6745

#: Steps at most; each lowers a convex function.
_STEPS = 100

#: The highest correlation that so few residuals can tell.
_MOST_ALIKE = 0.8


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points.

    Attributes
    ----------
    slope, slope_error : float
    start, start_error : float
        At the first point.
    scatter : float
        Standard deviation of the points that are on it.
    correlation : float
        Of the residuals of successive points, 0 or above.
    residual : ndarray, shape (n,)
    off : ndarray of bool, shape (n,)
        Which points are far from it.
    """

    slope: float
    slope_error: float
    start: float
    start_error: float
    scatter: float
    correlation: float
    residual: Floats
    off: NDArray[np.bool_]


def line_through(x: NDArray[np.int64], y: Floats, resolution: float) -> Line:
    """Return the line through points, few of which may be far from it.

    Parameters
    ----------
    x : ndarray of int, shape (n,)
        In increasing order.
    y : ndarray, shape (n,)
    resolution : float
        Step to which y is known; the scatter is no less than that leaves, its 12th root.
    """
    n = len(x)
    design = np.column_stack([np.ones(n), x - x[0]]).astype(float)
    i, j = np.triu_indices(n, 1)
    slope = float(np.median((y[j] - y[i]) / (x[j] - x[i])))
    beta = np.array([float(np.median(y - slope * design[:, 1])), slope])
    least = resolution / np.sqrt(12.0)
    bound = ACTIGRAPHY.huber_bound
    # the scale of the start, which outliers do not move, is kept: the rest is convex
    first = np.abs(y - design @ beta)
    scale = max(float(np.median(first)) / _MEDIAN * np.sqrt(n / (n - 2.0)), least)
    for _ in range(_STEPS):
        r = (y - design @ beta) / scale
        weight = np.minimum(1.0, bound / np.maximum(np.abs(r), 1e-300))
        normal = design.T @ (design * weight[:, np.newaxis])
        step = np.linalg.solve(normal, design.T @ (weight * r * scale))
        beta = beta + step
        if np.abs(step).max() < 1e-10 * scale:
            break
    residual = y - design @ beta
    psi = np.clip(residual / scale, -bound, bound)
    inner = float((np.abs(residual / scale) < bound).mean())
    factor = (1.0 + (2.0 / n) * (1.0 - inner) / inner) ** 2
    variance = factor * scale**2 * float((psi**2).sum()) / (n - 2.0) / inner**2
    r = _correlation(psi, x)
    covariance = max(variance, least**2) * np.linalg.inv(design.T @ design) * (1 + r) / (1 - r)
    start_error, slope_error = np.sqrt(np.diag(covariance)).tolist()
    return Line(
        slope=float(beta[1]),
        slope_error=slope_error,
        start=float(beta[0]),
        start_error=start_error,
        scatter=scale,
        correlation=r,
        residual=residual,
        off=np.abs(residual) > ACTIGRAPHY.outlier * scale,
    )


def _correlation(psi: Floats, x: NDArray[np.int64]) -> float:
    """Return the correlation of residuals one cycle apart; 0 where it is not above that."""
    n, follows = len(psi), np.diff(x) == 1
    total = float((psi**2).sum()) / n
    if follows.sum() < 3 or total <= 0:
        return 0.0
    raw = float((psi[1:] * psi[:-1])[follows].mean()) / total
    # a line fitted to n points lowers it: by (2 + 4 r) / n to first order
    corrected = (n * raw + 2.0) / (n - 4.0) if n > 4 else raw
    return float(np.clip(corrected, 0.0, _MOST_ALIKE))
