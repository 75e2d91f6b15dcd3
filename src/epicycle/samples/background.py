"""What every fit leaves free: offsets of groups, a trend that may bend, covariates.

These are the nuisance columns.  Each is of order 1, so that sums of their products stay accurate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from epicycle.samples.arrays import Floats

#: A covariate of which less than this is independent of everything before it says nothing new.
_INDEPENDENT = 1e-8


@dataclass(frozen=True, eq=False)
class Background:
    """The recipe of the nuisance columns.

    Attributes
    ----------
    n_groups : int
        Groups with an offset of their own.
    degree : int
        Degree of the polynomial in time.
    knots : tuple of float
        Where the slope of the trend changes, in baselines from the reference time.
    centre, scale : ndarray, shape (q,)
        Means of the covariates, and their spread; a spread of infinity leaves one out.
    """

    n_groups: int
    degree: int
    knots: tuple[float, ...]
    centre: Floats
    scale: Floats

    @staticmethod
    def plain(n_groups: int, degree: int, knots: tuple[float, ...] = ()) -> Background:
        """Return offsets and a trend without covariates."""
        return Background(n_groups, degree, knots, np.zeros(0), np.zeros(0))

    @property
    def n_trend(self) -> int:
        """Number of columns of offsets and trend, before those of covariates."""
        return self.n_groups + self.degree + len(self.knots)

    def columns(self, scaled: Floats, offsets: Floats, covariates: Floats | None) -> Floats:
        """Return the nuisance columns at some times, shape (n, p).

        Parameters
        ----------
        scaled : ndarray, shape (n,)
            Time from the reference in units of the baseline.
        offsets : ndarray, shape (n, n_groups)
            Share of each group's offset.
        covariates : ndarray, shape (n, q), or None
            Covariates as the user has them; None for their means.
        """
        powers = (2.0 * scaled[:, np.newaxis]) ** np.arange(1, self.degree + 1)
        bends: Floats = np.maximum(2.0 * (scaled[:, np.newaxis] - np.array(self.knots)), 0.0)
        standard = np.zeros((len(scaled), len(self.centre)))
        if covariates is not None:
            standard = (covariates - self.centre) / self.scale
        result: Floats = np.hstack([offsets, powers, bends, standard])
        return result


def group_offsets(group: NDArray[np.intp], n_groups: int) -> Floats:
    """Return which group's offset each sample has, shape (n, n_groups)."""
    return np.asarray(group[:, np.newaxis] == np.arange(n_groups), dtype=np.float64)


def standardised(
    covariates: Floats | None, trend: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Return means and spreads of covariates, infinite for those that others make up for.

    Parameters
    ----------
    covariates : ndarray, shape (n, q), or None
        As the user has them.
    trend : ndarray, shape (n, p)
        The columns before them, which they must not repeat.
    weights : ndarray, shape (n,)
        Weights of the samples.
    """
    if covariates is None:
        return np.zeros(0), np.zeros(0)
    used, share = covariates[weights > 0], weights[weights > 0]
    centre = np.average(used, axis=0, weights=share)
    spread = np.sqrt(np.average((used - centre) ** 2, axis=0, weights=share))
    # a constant leaves rounding errors only
    varies = spread > 1e-12 * np.abs(used).max(axis=0, initial=0.0)
    scale = np.where(varies, spread, np.inf)
    standard = (used - centre) / scale
    root = np.sqrt(share)[:, np.newaxis]
    basis = linalg.orth(trend[weights > 0] * root)
    rest = standard * root
    size = np.linalg.norm(rest, axis=0)
    rest -= basis @ (basis.T @ rest)
    triangle, order = linalg.qr(rest, mode="r", pivoting=True)
    pivots = np.zeros(len(scale))
    pivots[: min(rest.shape)] = np.abs(np.diag(triangle))
    scale[order[pivots <= _INDEPENDENT * max(size.max(initial=0.0), 1e-300)]] = np.inf
    return centre, scale
