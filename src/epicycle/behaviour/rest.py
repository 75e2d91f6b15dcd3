r"""Rest and activity as two states, and how regular they are: the sleep regularity index.

With the state :math:`s_{ij}` in epoch j of M of day i of N, Phillips et al. (2017, eq. 1) define

.. math:: \mathrm{SRI} = -100 + \frac{200}{M (N - 1)} \sum_{j=1}^M \sum_{i=1}^{N-1}
          \delta(s_{i,j}, s_{i+1,j}) :

100 where the state is the same at all times 24 hours apart, 0 where that is left to chance, and
-100 where it never is.  Where values are missing, the mean is over the pairs of epochs that are
known.  By itself no record says what is sleep.  Without a threshold the rule of Roenneberg et al.
(2015) is taken: rest is activity below 15 % of its mean over the 24 hours about it, in epochs of
ten minutes or longer.  It does not depend on the unit of activity.  (Their method then joins
stretches of rest to bouts of sleep; that is not done here.)

References
----------
A. J. K. Phillips et al. (2017), Sci. Rep. 7, 3216.
T. Roenneberg et al. (2015), Methods Enzymol. 552, 257.
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats


def rest_below(grid: Floats, threshold: float) -> Floats:
    """Return 1 at rest, 0 in activity, NaN where it is not known, of the shape of the grid.

    Parameters
    ----------
    grid : ndarray, shape (days, epochs)
    threshold : float
        Rest is below it.
    """
    return np.where(np.isfinite(grid), (grid < threshold).astype(float), np.nan)


def rest_by_trend(grid: Floats) -> Floats:
    """Return the same by the rule of Roenneberg et al. (2015).

    Where fewer than half of the epochs of the 24 hours about one have values, it is not known.

    Parameters
    ----------
    grid : ndarray, shape (days, epochs)
    """
    flat = grid.ravel()
    mean = centred_mean(flat, grid.shape[1])
    known = np.isfinite(flat) & np.isfinite(mean)
    rest = np.where(known, flat, 0.0) < ACTIGRAPHY.rest * np.where(known, mean, 0.0)
    # a day without any activity is rest, too
    rest |= known & (np.where(known, mean, 1.0) <= 0.0)
    return np.where(known, rest.astype(float), np.nan).reshape(grid.shape)


def centred_mean(values: Floats, n: int) -> Floats:
    """Return the mean of the values within half of n epochs on either side, shape (len,).

    For an even n it is over n + 1 epochs.  NaN where fewer than half of n have values.
    """
    half = n // 2
    present = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(present, values, 0.0))])
    seen = np.concatenate([[0], np.cumsum(present)])
    at = np.arange(len(values))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    count = seen[high] - seen[low]
    enough = count >= max(half, 1)
    return np.where(enough, (total[high] - total[low]) / np.maximum(count, 1), np.nan)


def sleep_regularity(rest: Floats) -> tuple[float, int]:
    """Return the sleep regularity index (Phillips et al. 2017, eq. 1), and how many pairs it had.

    Parameters
    ----------
    rest : ndarray, shape (days, epochs)
        1 at rest, 0 in activity, NaN where it is not known.
    """
    before, after = rest[:-1], rest[1:]
    known = np.isfinite(before) & np.isfinite(after)
    pairs = int(known.sum())
    if not pairs:
        return math.nan, 0
    alike = int((before[known] == after[known]).sum())
    return -100.0 + 200.0 * alike / pairs, pairs
