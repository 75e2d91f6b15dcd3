"""The regression problem of chunks: weights and background columns of every piece, and their sums.

The same problem as in memory (:mod:`epicycle.samples.data`, :mod:`epicycle.fit.noise`): a level for
each group, a trend, and the scatter of each group beyond the errors as given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from epicycle.chunks.moments import Overview
from epicycle.chunks.pieces import Piece, Reader
from epicycle.fit.noise import _jitter_odds
from epicycle.fit.scatters import Alikeness, degrees_of_freedom
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background, group_offsets
from epicycle.samples.times import Times

#: Weights that change by less than this are the same.
_SETTLED = 1e-2


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of the regression problem.

    Attributes
    ----------
    times : Times, shape (n,)
        Counted from the reference time.
    weight : ndarray, shape (n,)
        Inverse variances, or relative weights where the scatter is estimated.
    y : ndarray, shape (n,)
        Values.
    columns : ndarray, shape (p, n)
        Background columns.
    piece : Piece
        The rows as they are.
    """

    times: Times
    weight: Floats
    y: Floats
    columns: Floats
    piece: Piece


@dataclass(frozen=True, eq=False)
class Problem:
    """The regression problem of all chunks.

    Attributes
    ----------
    reader, overview
        The chunks, and what a first look has seen.
    reference : float
        Reference time: the weighted middle of the data.
    background : Background
        How the background columns are made.
    jitter : ndarray, shape (G,)
        Scatter of each group beyond the errors as given.
    start : ndarray, shape (p,)
        Background to begin with.
    """

    reader: Reader
    overview: Overview
    reference: float
    background: Background
    jitter: Floats
    start: Floats

    @staticmethod
    def of(reader: Reader, overview: Overview, degree: int) -> Problem:
        """Return the problem with the weights that values about a straight line suggest."""
        n_groups = max(len(reader.labels), 1)
        background = Background.plain(n_groups, degree)
        reference = overview.origin + overview.mean
        table = overview.table
        weight = np.ones(table.sums.shape[1:])
        first = weights_of(overview, np.zeros(n_groups))
        slope = 0.0
        level = np.zeros(n_groups)
        for _ in range(3):
            level, slope = table.line(weight)
            slope = slope if degree else 0.0
            if not degree:
                level = (weight * table.sums[5]).sum(axis=1) / (weight * table.sums[2]).sum(axis=1)
            first = fit_jitter(overview, table.squares(level, slope), n_groups + degree)
            weight = weights_of(overview, first)
        start = np.zeros(n_groups + degree)
        start[:n_groups] = overview.level + level + slope * overview.mean
        if degree:
            start[n_groups] = 0.5 * slope * overview.baseline
        return Problem(reader, overview, reference, background, first, start)

    @property
    def absolute(self) -> bool:
        """Whether weights are inverse variances, jitter included."""
        return self.overview.has_errors or self.background.n_groups > 1

    @property
    def middle(self) -> float:
        """The middle of the span, from the reference time."""
        o = self.overview
        return 0.5 * (o.first + o.last) - o.mean

    def rows(self, most: int = 1 << 19) -> Iterator[Rows]:
        """Yield all rows, at most so many at a time."""
        for piece in self.reader.pieces():
            for start in range(0, len(piece), most):
                yield self.of_piece(piece.rows(slice(start, start + most)))

    def of_piece(self, piece: Piece) -> Rows:
        """Return a piece as rows of the problem."""
        times = piece.times.minus(self.reference)
        scaled = times.to_float() / self.overview.baseline
        n_groups = self.background.n_groups
        if n_groups == 1:
            columns = np.ones((1 + self.background.degree, len(scaled)))
            for k in range(1, self.background.degree + 1):
                np.multiply(columns[k - 1], 2.0 * scaled, out=columns[k])
        else:
            assert piece.group is not None
            offsets = group_offsets(piece.group, n_groups)
            columns = np.ascontiguousarray(self.background.columns(scaled, offsets, None).T)
        return Rows(times, self.weights(piece), piece.y, columns, piece)

    def weights(self, piece: Piece) -> Floats:
        """Return the weights of a piece."""
        relative = np.ones(len(piece)) if piece.relative is None else piece.relative
        if not self.absolute:
            return relative
        square = self.jitter**2
        variance = (square[0] if piece.group is None else square[piece.group]) / relative
        if piece.variance is not None:
            variance = variance + piece.variance
        floor = 1e-24 * float(self.jitter.max() ** 2) or 1e-300
        return np.asarray(1.0 / np.maximum(variance, floor))

    def with_jitter(self, squares: Floats, n_parameters: int) -> tuple[Problem, bool]:
        """Return the problem with the scatter of a residual, and whether weights stay as they are.

        Parameters
        ----------
        squares : ndarray, shape (G, B)
            Sums of its squares times the relative weights, by group and size of error.
        n_parameters : int
            Everything that was fitted.
        """
        jitter = fit_jitter(self.overview, squares, n_parameters)
        if not self.absolute:
            return replace(self, jitter=jitter), True
        before = weights_of(self.overview, self.jitter)
        after = weights_of(self.overview, jitter)
        used = self.overview.table.sums[0] > 0
        change = float(np.abs(after / before - 1.0)[used].max(initial=0.0))
        return replace(self, jitter=jitter), change < _SETTLED


def weights_of(overview: Overview, jitter: Floats) -> Floats:
    """Return the weights of each group and size of error, relative weights apart, shape (G, B)."""
    count, variance = overview.table.sums[:2]
    square = np.broadcast_to(jitter[:, np.newaxis] ** 2, count.shape)
    if overview.has_errors:
        square = square + variance / np.maximum(count, 1.0)
    elif not jitter.any():
        return np.ones(count.shape)
    floor = 1e-24 * float(square[count > 0].max()) or 1.0
    return np.asarray(1.0 / np.maximum(square, floor))


def fit_jitter(overview: Overview, squares: Floats, n_parameters: int) -> Floats:
    """Return the scatter of each group beyond its errors, as in memory, shape (G,).

    See :meth:`epicycle.fit.noise.NoiseModel.fit_jitter`; errors of about the same size are taken
    together.
    """
    count, variance = overview.table.sums[:2]
    of_group = count.sum(axis=1)
    n = float(of_group.sum())
    free = max(n - n_parameters, 0.5 * n)
    sums = squares.sum(axis=1)
    if not overview.has_errors:
        if len(of_group) == 1:
            return np.asarray(np.sqrt(sums / free), dtype=np.float64)
        dof = degrees_of_freedom(of_group, free)
        if not sums.any():
            return np.zeros(len(of_group))
        scatter = np.sqrt(Alikeness.of(sums, dof).variances(sums, dof))
        return np.where(of_group > 0, scatter, 0.0)
    dy2 = np.maximum(variance / np.maximum(count, 1.0), 1e-300)
    jitter = np.zeros(len(of_group))
    for g, rows in enumerate(of_group):
        target = free * rows / n
        own = count[g] > 0
        chi2 = float((squares[g, own] / dy2[g, own]).sum())
        if rows == 0 or chi2 <= target:
            continue
        found = _solved(squares[g, own], dy2[g, own], target)
        jitter[g] = found * np.sqrt(_jitter_odds(chi2, target))
    return jitter


def _solved(squares: Floats, dy2: Floats, target: float) -> float:
    """Return the jitter with which the sum of squares over variances is as it should be."""
    from scipy import optimize

    highest = float(squares.sum()) / target

    def excess(share: float) -> float:
        return float((squares / (dy2 + share * highest)).sum()) - target

    if excess(1e-12) <= 0:
        return float(np.sqrt(1e-12 * highest))
    found: Any = optimize.brentq(excess, 1e-12, 1 + 1e-9, xtol=1e-15, rtol=1e-10)
    return float(np.sqrt(float(found) * highest))
