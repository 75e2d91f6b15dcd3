r"""Whether vectors that were estimated in several groups are equal, each group with its own noise.

Amplitudes of a waveform, a mean level with them, or whatever else each group was fitted with.  A
group's covariance is known up to the variance of its noise, which its own values have shown with
:math:`f_g` degrees of freedom.  Neither a chi-square holds then nor, where groups scatter
differently, the F-test of one common variance.  The r contrasts d with the last group have a
covariance :math:`V = \sum_g D_g`, one term for each variance, and the Wald statistic
:math:`r F = d^\top V^{-1} d`.  Kenward & Roger (1997, Biometrics 53, 983) give the scale and the
second degrees of freedom of the F that has the same mean and variance.  With one number and two
groups it is Welch's t-test, squared, and with a common design the classical
F-test where the groups scatter alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from epicycle.samples.arrays import Floats


@dataclass(frozen=True)
class Equality:
    """The test of a hypothesis "all are equal".

    Attributes
    ----------
    statistic : float
        F.
    freedom : tuple of float
        Its degrees of freedom.
    p_value : float
        Probability of an F as large or larger, were they equal.
    """

    statistic: float
    freedom: tuple[float, float]
    p_value: float


def equal_vectors(estimate: Floats, covariance: Floats, freedom: Floats) -> Equality:
    """Return the test that the vectors of all groups are equal.

    Parameters
    ----------
    estimate : ndarray, shape (G, q)
        What was estimated in each group.
    covariance : ndarray, shape (G, q, q)
        Their estimated covariances.
    freedom : ndarray, shape (G,)
        Degrees of freedom of the variance of each group's noise.

    Raises
    ------
    ValueError
        If there is a single group, or one without freedom.
    """
    n_groups, q = estimate.shape
    if n_groups < 2 or not np.all(freedom > 0):
        raise ValueError("two groups are needed, each with degrees of freedom")
    r = q * (n_groups - 1)
    terms = np.zeros((n_groups, r, r))
    for g in range(n_groups - 1):
        terms[g, g * q : (g + 1) * q, g * q : (g + 1) * q] = covariance[g]
    terms[-1] = np.tile(covariance[-1], (n_groups - 1, n_groups - 1))
    inverse = np.linalg.inv(terms.sum(axis=0))
    contrast = (estimate[:-1] - estimate[-1]).ravel()
    shares = inverse @ terms
    a1 = float((2 / freedom * np.einsum("gii->g", shares) ** 2).sum())
    a2 = float((2 / freedom * np.einsum("gij,gji->g", shares, shares)).sum())
    scale, second = _matched(float(r), a1, a2)
    statistic = scale * float(contrast @ inverse @ contrast) / r
    return Equality(statistic, (float(r), second), float(stats.f.sf(statistic, r, second)))


def _matched(r: float, a1: float, a2: float) -> tuple[float, float]:
    """Return Kenward and Roger's scale and second degrees of freedom (their section 3)."""
    b = (a1 + 6 * a2) / (2 * r)
    g = ((r + 1) * a1 - (r + 4) * a2) / ((r + 2) * a2)
    d = 3 * r + 2 * (1 - g)
    c1, c2, c3 = g / d, (r - g) / d, (r + 2 - g) / d
    if a2 / r >= 1 or c2 * b >= 1 or c3 * b >= 1:
        return 1.0, 1.0  # hardly any freedom: nothing is sure
    mean = 1 / (1 - a2 / r)
    variance = 2 / r * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    second = 4 + (r + 2) / (r * variance / (2 * mean**2) - 1)
    return second / (mean * (second - 2)), second
