r"""What a maximum is worth among events: of Z^2_m anywhere in a band, and of the H-test.

The search ranks frequencies by z_1, and the H-test of the best one decides.  So H is twice the
maximum of z_1 over the band, plus what the higher orders add there: the maximum of a random walk
with steps ``2 z_h - 4``.  For exponential z_h that is 0 or exponential beyond (the ladder heights
of such a walk are exponential, W. Feller 1971, XII.5): with :math:`\theta` the root of
:math:`e^{-4\theta} = 1 - 2\theta`,

.. math:: P(G > g) = (1 - 2\theta) e^{-\theta g}, \qquad \theta = 0.3984,

which, with G at a frequency known beforehand, is where the factor 0.4 of de Jager & Büsching
(2010, A&A 517, L9) comes from.  Where the frequency is refined as well, the higher orders, which
vary faster, gain what a free parameter gains, a chi-square of one degree of freedom: in the
exponential tail it is worth :math:`(1 - 2\theta)^{-1/2} = e^{2 \theta}`, as if G, where it is
not 0, were larger by 2.
"""

from __future__ import annotations

import math

import numpy as np
import scipy
from scipy import special

from epicycle.evidence.significance import mean_speed

#: Root of exp(-4 x) = 1 - 2 x: how fast the chance of a larger gain by higher orders falls.
_DECAY = 0.39843

#: What the refinement of the frequency adds to the gain, where there is any.
_REFINED = 2.0

#: The largest z_1 of a band is hardly ever above log(W) plus this.
_BEYOND = 75.0

_NODES = np.polynomial.legendre.leggauss(256)


def z_squared_false_alarm(value: float, m: int, bandwidth: float) -> float:
    """Return the probability of a higher Z^2_m anywhere in a band of effective width W.

    For one frequency Z^2_m is chi-square with 2 m degrees of freedom.  Its maximum over a band
    multiplies that by the upcrossings of such a process, ``W x^(m - 1/2) exp(-x) / Gamma(m)`` with
    x = Z^2_m / 2 (Davies 1987), and higher orders cross W faster, see
    :func:`epicycle.evidence.significance.mean_speed`.
    """
    x = max(0.5 * value, 0.0)
    single = float(special.gammaincc(m, x))
    if x == 0.0:
        return 1.0
    faster = mean_speed(range(1, m + 1))
    expected = faster * bandwidth * math.exp((m - 0.5) * math.log(x) - x - math.lgamma(m))
    return float(-math.expm1(math.log1p(-min(single, 1 - 1e-16)) - expected))


def event_false_alarm(h_statistic: float, bandwidth: float, most: int = 20) -> float:
    """Return the probability that a constant rate shows a higher H at the highest z_1 of a band.

    Parameters
    ----------
    h_statistic : float
        Value of the H-test.
    bandwidth : float
        Effective bandwidth W of the search; 0 for a frequency known beforehand.
    most : int
        Number of orders that the test could choose from; more than 1 count as any number.
    """
    h = max(h_statistic, 0.0)
    alone = float(_highest(np.array([h]), bandwidth)[0])
    if most == 1:
        return alone
    # over the value x that the first order reaches: the higher ones add at least h - x
    nodes, weights = _NODES
    rest = max(h - (_REFINED if bandwidth > 0 else 0.0), 0.0)
    end = min(rest, 2 * (math.log1p(bandwidth) + _BEYOND))
    x = 0.5 * end * (nodes + 1)
    integrand = _highest(x, bandwidth) * np.exp(-_DECAY * (rest - x))
    gained = math.exp(-_DECAY * rest) + _DECAY * 0.5 * end * float(weights @ integrand)
    return min(2 * _DECAY * alone + (1 - 2 * _DECAY) * gained, 1.0)


def event_threshold(false_alarm: float, bandwidth: float, most: int = 20) -> float:
    """Return the H whose :func:`event_false_alarm` is `false_alarm`."""

    def excess(h_statistic: float) -> float:
        return event_false_alarm(h_statistic, bandwidth, most) - false_alarm

    # between one e-folding per frequency of the band and far beyond
    highest = max(10.0 * (50.0 + math.log1p(bandwidth)), -2.0 * math.log(false_alarm) / _DECAY)
    return float(scipy.optimize.brentq(excess, 1.0, highest)) if excess(1.0) > 0 else 1.0


def _highest(x: np.ndarray, bandwidth: float) -> np.ndarray:
    """Return the probability that twice the maximum of z_1 over the band is above x."""
    z = 0.5 * x
    single = np.minimum(np.exp(-z), 1 - 1e-16)
    return -np.expm1(np.log1p(-single) - bandwidth * np.sqrt(z) * np.exp(-z))
