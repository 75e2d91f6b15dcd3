"""Samples -> the nodes of a chain: recent values, and means of older ones where there are many.

The deviations of old values from their means say nothing of the level, but much of fast cycles:
their sums of products are kept beside the nodes, so that nothing of the regression is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import AHEAD
from epicycle.living.chain import Steps
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class Nodes:
    """Values and columns of a regression at ascending times.

    Attributes
    ----------
    time : ndarray, shape (n,)
        Times, in units of `unit`.
    unit : float
        The typical gap between values.
    values : ndarray, shape (n, 1 + m)
        The values, and the m columns that explain them.
    noise : ndarray, shape (n,)
        Variance of each value, in units of that of a typical single one.
    length : ndarray, shape (n,)
        Time over which a value is a mean; 0 for single ones.
    within : ndarray, shape (1 + m, 1 + m)
        Sums of products of the deviations from these means.
    n_within : int
        Degrees of freedom of these deviations.
    steps : Steps
        From node to node.
    """

    time: Floats
    unit: float
    values: Floats
    noise: Floats
    length: Floats
    within: Floats
    n_within: int
    steps: Steps

    @property
    def n_values(self) -> int:
        """Number of values that there is to explain."""
        return len(self.time) + self.n_within

    def of_columns(self, chosen: NDArray[np.intp]) -> Nodes:
        """Return the nodes with the values and some of the columns, counted from 0."""
        kept = np.concatenate([[0], 1 + np.asarray(chosen, dtype=np.intp)])
        return Nodes(
            self.time,
            self.unit,
            self.values[:, kept],
            self.noise,
            self.length,
            self.within[np.ix_(kept, kept)],
            self.n_within,
            self.steps,
        )

    def less(self, coefficients: Floats) -> Nodes:
        """Return the nodes with columns times coefficients, shape (m,), taken off the values."""
        change = np.eye(self.values.shape[1])
        change[1:, 0] = -coefficients
        return replace(self, values=self.values @ change, within=change.T @ self.within @ change)


def build_nodes(time: Floats, values: Floats, weights: Floats) -> Nodes:
    """Return the nodes of samples.

    Parameters
    ----------
    time : ndarray, shape (n,)
        Times, in any order.
    values : ndarray, shape (n, 1 + m)
        Values, and the columns that explain them.
    weights : ndarray, shape (n,)
        Inverse variances, of which only the ratios matter; 0 for what is left out.
    """
    order = np.argsort(time, kind="stable")
    order = order[weights[order] > 0]
    time, values, weights = time[order], values[order], weights[order]
    weights = weights / np.median(weights)
    gaps = np.diff(time)
    positive = gaps[gaps > 0]
    unit = float(np.median(positive)) if len(positive) else 1.0
    apart = gaps > AHEAD.same_time * unit
    starts = np.concatenate([[0], 1 + np.flatnonzero(apart)])
    if len(starts) > AHEAD.nodes:
        old = len(starts) - AHEAD.nodes // 2
        of_mean = np.linspace(0, old, AHEAD.nodes - AHEAD.nodes // 2, endpoint=False).astype(int)
        starts = np.concatenate([starts[of_mean], starts[old:]])
    total = np.add.reduceat(weights, starts)
    which = np.repeat(np.arange(len(starts)), np.diff([*starts, len(time)]))
    share = weights / total[which]
    middle = np.add.reduceat(time * share, starts)
    means = np.add.reduceat(values * share[:, np.newaxis], starts, axis=0)
    left = (values - means[which]) * np.sqrt(weights)[:, np.newaxis]
    alone = np.diff([*starts, len(time)]) == 1
    left = left[~alone[which]]
    ends = np.concatenate([starts[1:], [len(time)]]) - 1
    length = time[ends] - time[starts]
    return Nodes(
        time=middle / unit,
        unit=unit,
        values=means,
        noise=1.0 / total,
        length=np.where(length > unit, length / unit, 0.0),
        within=left.T @ left,
        n_within=len(time) - len(starts),
        steps=Steps.of(middle / unit),
    )
