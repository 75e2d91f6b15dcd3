r"""The line through onsets: a period with an error that some wrong onsets do not spoil.

An M-estimator with Huber's function (k = 1.345), begun at the median of all slopes (Theil 1950;
Sen 1968), its scale from the median absolute residual.  The covariance is Huber's (1981, eq.
7.6.5),

.. math:: K^2\, \frac{\sum \psi(r_i)^2 / (n - p)}{(\sum \psi'(r_i) / n)^2}\, s^2 (X^T X)^{-1},
          \qquad K = 1 + \frac{p}{n} \frac{1 - m}{m},

with the mean m of :math:`\psi'`.  Onsets that come late often do so for some days: the covariance
is that of noise with a memory, see :mod:`epicycle.behaviour.memory`, whose residuals are
:math:`s \psi(r_i) / m`.  Of white noise both are the same.

References
----------
P. J. Huber (1981), Robust Statistics, Wiley.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.behaviour.memory import remembered
from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats

#: Median absolute value of a standard normal variable.
_MEDIAN = 0.6745

#: Steps at most; each lowers a convex function.
_STEPS = 100


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
        Of the noise of successive points, 0 or above.
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
    found = remembered(scale * psi / inner, design, x)
    smallest = least**2 * np.diag(np.linalg.inv(design.T @ design))
    variances = np.maximum(factor * np.diag(found.covariance), smallest)
    start_error, slope_error = np.sqrt(variances).tolist()
    return Line(
        slope=float(beta[1]),
        slope_error=slope_error,
        start=float(beta[0]),
        start_error=start_error,
        scatter=scale,
        correlation=found.correlation,
        residual=residual,
        off=np.abs(residual) > ACTIGRAPHY.outlier * scale,
    )
