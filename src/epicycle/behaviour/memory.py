r"""Noise that remembers: the covariance of a line whose residuals come from few cycles.

How long onsets that come late go on to do so cannot be told from one or four weeks, and an estimate
of it, put in as if it were known, makes errors too small.  So the covariance is averaged over
memories, each by how likely it makes the residuals.  Noise is white, or a share s of its variance
is alike over cycles and the rest white,

.. math:: R_{ij} = (1 - s) \delta_{ij} + s \varphi^{|x_i - x_j|} ;

with the line and the scale integrated out (restricted likelihood: Harville 1974, Biometrika 61,
383), a memory has the evidence

.. math:: |R|^{-1/2} |X^T R^{-1} X|^{-1/2} Q^{-(n-p)/2}, \qquad Q = y^T P y ,

and the line by least squares the covariance :math:`H R H^T Q / (n - p)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats

#: Correlations of noise one cycle apart, and shares of its variance, that are looked at.
_MEMORIES, _SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95), (0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Remembered:
    """What noise with a memory makes of a line.

    Attributes
    ----------
    covariance : ndarray, shape (p, p)
    correlation : float
        Of the noise of successive cycles, as likely.
    """

    covariance: Floats
    correlation: float


def remembered(residual: Floats, design: Floats, cycle: NDArray[np.int64]) -> Remembered:
    """Return the covariance of a line by least squares, averaged over memories of its noise.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Of the line; robust residuals, scaled as those of least squares, do as well.
    design : ndarray, shape (n, p)
    cycle : ndarray of int, shape (n,)
    """
    n, p = design.shape
    solve = np.linalg.solve(design.T @ design, design.T)
    if not residual.any():
        return Remembered(np.zeros((p, p)), 0.0)
    apart = np.abs(cycle[:, np.newaxis] - cycle)
    many = list(product(_MEMORIES, _SHARES))
    cells = [(0.0, 0.0, ACTIGRAPHY.steady)]
    cells += [(phi, share, (1.0 - ACTIGRAPHY.steady) / len(many)) for phi, share in many]
    logs, covariances = [], []
    for phi, share, prior in cells:
        alike = (1.0 - share) * np.eye(n) + share * phi**apart
        root = np.linalg.cholesky(alike)
        x, y = np.linalg.solve(root, design), np.linalg.solve(root, residual)
        q, r = np.linalg.qr(x)
        left = float(((y - q @ (q.T @ y)) ** 2).sum())
        sizes = np.log(np.diag(root)).sum() + np.log(np.abs(np.diag(r))).sum()
        logs.append(np.log(prior) - sizes - 0.5 * (n - p) * np.log(left))
        covariances.append(solve @ alike @ solve.T * (left / (n - p)))
    weight = np.exp(np.array(logs) - max(logs))
    weight /= weight.sum()
    correlation = weight @ np.array([share * phi for phi, share, _ in cells])
    return Remembered(np.tensordot(weight, np.array(covariances), axes=1), float(correlation))
