r"""Cycles as vectors: whether they agree on a phase, by Batschelet's second-order analysis.

Each cycle has a mean vector: the mean of cos and sin, weighted with its values.  Where there is no
rhythm of that period, these vectors have the mean zero, whatever the noise is like *within* a
cycle: cycles need only be independent of each other, not samples.

References
----------
E. Batschelet (1981), Circular Statistics in Biology, Academic Press, chapter 7.
H. Hotelling (1931), Ann. Math. Stat. 2, 360.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats

#: Vectors from which their scatter can be told: two for the mean, and two more; so few are told of
#: by records of at least these hours only.
_FEWEST, _SHORTEST = 4, 5 * 24.0


def second_order_p(vectors: Floats) -> float:
    r"""Return the p-value of Hotelling's test that the mean of vectors is zero.

    :math:`T^2 = n \bar u^T S^{-1} \\bar u`, and :math:`T^2 (n - 2) / 2 (n - 1)` has the
    distribution F with 2 and n - 2 degrees of freedom (Batschelet 1981, eq. 7.4.1 f.).

    Parameters
    ----------
    vectors : ndarray, shape (n, 2)
    """
    n = len(vectors)
    mean = vectors.mean(axis=0)
    scatter = np.cov(vectors.T)
    if not np.linalg.det(scatter) > 1e-24 * max(float((mean**2).sum()), 1e-300) ** 2:
        return 0.0 if float((mean**2).sum()) > 1e-24 else 1.0
    statistic = n * float(mean @ np.linalg.solve(scatter, mean))
    return float(special.fdtrc(2, n - 2, statistic * (n - 2) / (2.0 * (n - 1))))


def cycle_vectors(values: Floats, epoch: float, period: float) -> Floats:
    """Return the mean vectors of the cycles of a series, shape (n, 2), means taken out.

    Cycles in which too much is missing, such as the last one, have none.

    Parameters
    ----------
    values : ndarray, shape (m,)
        In epochs that follow each other, NaN where there is none.
    epoch, period : float
        In hours.
    """
    hours = (np.arange(len(values)) + 0.5) * epoch
    cycle = np.floor(hours / period).astype(np.int64)
    whole = int(cycle[-1]) + 1
    used = np.isfinite(values)
    angle = 2.0 * math.pi * hours[used] / period
    y, k = values[used], cycle[used]
    count = np.bincount(k, minlength=whole).astype(float)
    parts = [np.cos(angle), np.sin(angle)]
    mean = [np.bincount(k, wave, whole) / np.maximum(count, 1.0) for wave in parts]
    level = np.bincount(k, y, whole) / np.maximum(count, 1.0)
    vectors = [
        np.bincount(k, wave * y, whole) / np.maximum(count, 1.0) - m * level
        for wave, m in zip(parts, mean, strict=True)
    ]
    full = count >= (1.0 - ACTIGRAPHY.missing) * period / epoch
    result: Floats = np.column_stack(vectors)[full]
    return result


def agreement_p(values: Floats, epoch: float, period: float) -> float | None:
    r"""Return the probability that cycles without a rhythm agree so well on a phase.

    It is that of any period between 16 and 32 hours: with the p-value p of one period and a band of
    width W, in units of what the record tells apart, it is
    :math:`1 - (1 - p) \exp(-W p \sqrt{-\log p})`, the upcrossings of chi-square with two degrees of
    freedom (Baluev 2008, MNRAS 385, 1279, for many values).  None for fewer than five days, or
    fewer than four cycles.
    """
    vectors = cycle_vectors(values, epoch, period)
    if len(vectors) < _FEWEST or len(values) * epoch < _SHORTEST:
        return None
    band = 1.0 / ACTIGRAPHY.shortest - 1.0 / ACTIGRAPHY.longest
    width = math.sqrt(math.pi / 3.0) * len(values) * epoch * band
    single = min(max(second_order_p(vectors), 1e-300), 1.0 - 1e-16)
    crossings = width * single * math.sqrt(-math.log(single))
    return -math.expm1(math.log1p(-single) - crossings)
