"""Robust tests and fits: normal scores of ranks, and Huber's loss.

The test takes ranks: within each series a value is replaced by the quantile of the normal
distribution that its rank stands for (van der Waerden's scores, with Blom's positions), and the
scores are tested as values are.  What the noise is like does not matter then, and outliers have
no more to say than the largest rank.  Without a rhythm every order of the scores is equally likely:
chances are those of permutations.  The numbers of the rhythm are those of a fit with Huber's loss.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from epicycle.experiments.cosinor import Series, series_of
from epicycle.limits import EFFECTS
from epicycle.samples.arrays import Floats

#: Median absolute deviation -> standard deviation of normal noise.
_MAD = 1.482602218505602

#: Rounds of reweighting, and by how much of the scatter a residual still moves when it is done.
_ROUNDS, _DONE = 50, 1e-4


def scores_of_ranks(ranks: Floats, n: Floats | float) -> Floats:
    """Return the normal scores of ranks 1 .. n."""
    return np.asarray(ndtri((ranks - 0.375) / (n + 0.25)))


def normal_scores(values: Floats) -> Floats:
    """Return the normal scores of each row; NaN stays NaN, and equal values share a rank."""
    missing = ~np.isfinite(values)
    order = np.argsort(np.where(missing, np.inf, values), axis=1, kind="stable")
    inorder = np.take_along_axis(values, order, axis=1)
    n = values.shape[1]
    place = np.arange(n)
    begins = np.ones(values.shape, dtype=bool)
    begins[:, 1:] = inorder[:, 1:] != inorder[:, :-1]
    first = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    ends = np.ones(values.shape, dtype=bool)
    ends[:, :-1] = begins[:, 1:]
    last = np.minimum.accumulate(np.where(ends, place, n)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1.0, axis=1)
    counts = n - missing.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        scores = scores_of_ranks(np.where(missing, np.nan, ranks), counts)
    return scores


def shuffled(n: int, present: NDArray[np.bool_], draws: int, rng: np.random.Generator) -> Floats:
    """Return permutations of the scores of n values, 0 where a value is missing."""
    scores = scores_of_ranks(np.arange(1.0, n + 1.0), float(n))
    result = np.zeros((draws, len(present)))
    result[:, present] = rng.permuted(np.tile(scores, (draws, 1)), axis=1)
    return result


def huber_weights(times: Floats, values: Floats, x: Floats) -> tuple[Series, Floats]:
    """Return the series with Huber's weights, and the scale of the noise of each.

    Parameters
    ----------
    times : ndarray, shape (N,)
    values : ndarray, shape (S, N)
        NaN where missing.
    x : ndarray, shape (S or 1, N, p)
        Columns, a constant among them.

    Returns
    -------
    Series
        Ready to be fitted by weighted least squares: the fit is that of Huber's loss.
    ndarray, shape (S,)
        Standard error factor: the covariance of the numbers of a rhythm is the inverse of the
        weighted sums times its square (Huber 1981, section 7.6).
    """
    present = np.isfinite(values)
    y = np.where(present, values, 0.0)
    weights = present.astype(np.float64)
    width = x.shape[2]
    residual, scale = y.copy(), np.ones(len(y))
    moving = np.arange(len(y))
    for _ in range(_ROUNDS):
        own = x if len(x) == 1 else x[moving]
        here, fresh = present[moving], _residual(own, y[moving], weights[moving])
        scale[moving] = np.maximum(_spread(np.where(here, fresh, np.nan), width), 1e-300)
        bound = EFFECTS.huber_bound * scale[moving, None]
        fresh = np.where(here, fresh, 0.0)
        weights[moving] = here * np.minimum(1.0, bound / np.maximum(np.abs(fresh), 1e-300))
        change = np.abs(fresh - residual[moving]).max(axis=1)
        residual[moving] = fresh
        moving = moving[change > _DONE * scale[moving]]
        if not len(moving):
            break
    n = present.sum(axis=1)
    bounded = np.clip(residual, -EFFECTS.huber_bound * scale[:, None], None)
    bounded = np.minimum(bounded, EFFECTS.huber_bound * scale[:, None])
    inside = np.where(present, np.abs(residual) < EFFECTS.huber_bound * scale[:, None], False)
    share = np.maximum(inside.sum(axis=1) / np.maximum(n, 1), 1e-3)
    # variance of an estimate: E psi^2 / (E psi')^2, with Huber's correction for few values
    correction = 1.0 + width / np.maximum(n, 1) * (1.0 - share) / share
    spread = correction**2 * (bounded**2).sum(axis=1) / np.maximum(n - width, 1) / share**2
    # the weighted sums fall short of those of all values by the mean weight
    spread = spread * weights.sum(axis=1) / np.maximum(n, 1)
    return series_of(times, np.where(present, values, np.nan), weights), np.sqrt(spread)


def _residual(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Return what a weighted fit leaves of each series."""
    xw = x * weights[:, :, None]
    products = np.matmul(xw.transpose(0, 2, 1), np.broadcast_to(x, xw.shape))
    trace = np.trace(products, axis1=1, axis2=2)[:, None, None]
    products += 1e-12 * trace * np.eye(x.shape[2])
    right = np.einsum("snp,sn->sp", xw, y)
    coefficients = np.linalg.solve(products, right[:, :, None])
    return np.asarray(y - np.matmul(np.broadcast_to(x, xw.shape), coefficients)[:, :, 0])


def _spread(residual: Floats, width: int) -> Floats:
    """Return the standard deviation of normal noise that has such a median deviation.

    Of n residuals of a fit of p numbers about p are too small: they are left out, as in Huber's
    own programs.
    """
    size = np.sort(np.abs(residual), axis=1)  # NaN last
    n = np.isfinite(size).sum(axis=1)
    middle = (np.minimum(width, n - 1) + n - 1) / 2
    low = np.maximum(np.floor(middle), 0).astype(np.intp)
    high = np.maximum(np.ceil(middle), 0).astype(np.intp)
    rows = np.arange(len(size))
    return np.asarray(_MAD * (size[rows, low] + size[rows, high]) / 2)
