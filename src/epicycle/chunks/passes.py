"""Passes over all chunks: one for the sums of a residual, one for what a model leaves of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from epicycle.chunks.moments import by_size
from epicycle.chunks.problem import Problem, Rows
from epicycle.chunks.spreading import Spreader, apart
from epicycle.chunks.stored import REACH, StoredSums
from epicycle.limits import SEARCH
from epicycle.samples import phase
from epicycle.samples.arrays import Floats

#: Rows at a time of which a model is evaluated: their columns stay in cache.
_BLOCK = 1 << 14

#: Called with the number of rows of each piece that is done.
Seen = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Lines:
    """Sinusoids and a background, as numbers.

    Attributes
    ----------
    frequency : ndarray, shape (L,)
        Of the lines.
    coefficients : ndarray, shape (p + 2 L,)
        Of the background, then cosine and sine of each line in turn.
    """

    frequency: Floats
    coefficients: Floats

    @property
    def background(self) -> Floats:
        """Coefficients of the background."""
        return self.coefficients[: len(self.coefficients) - 2 * len(self.frequency)]

    @property
    def waves(self) -> Floats:
        """Cosine and sine coefficients of the lines."""
        return self.coefficients[len(self.coefficients) - 2 * len(self.frequency) :]


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums of a residual and of the sampling.

    Attributes
    ----------
    modes : int
        Grid points from 0 to the highest frequency.
    values : StoredSums
        Of weight times residual.
    background : StoredSums
        Of weight times each background column.
    window : StoredSums
        Of the weights, up to twice the highest frequency.
    gram : ndarray, shape (p, p)
        Weighted products of the background columns.
    pull : ndarray, shape (p,)
        Weighted products of these with the residual.
    chi2 : float
        Weighted sum of squares of the residual.
    """

    modes: int
    values: StoredSums
    background: StoredSums
    window: StoredSums
    gram: Floats
    pull: Floats
    chi2: float


def spacing_of(baseline: float) -> float:
    """Return the step of the grid of frequencies."""
    return 1.0 / (SEARCH.points_per_peak * baseline)


def sums_of(problem: Problem, lines: Lines, modes: int, seen: Seen | None = None) -> Sums:
    """Return the sums of what some lines leave, in one pass over all chunks.

    Parameters
    ----------
    problem : Problem
        The chunks with their weights.
    lines : Lines
        What is taken from the values first.
    modes : int
        Grid points from 0 to the highest frequency.
    seen : callable, optional
        Called with the number of rows of each piece.
    """
    baseline, middle = problem.overview.baseline, problem.middle
    spacing = spacing_of(baseline)
    p = len(lines.background)
    # a level is a sum of its own only where it is not that of all rows
    first = 1 if problem.background.n_groups == 1 else 0
    # (values stand alone: what is summed with them would be right to a part of their size only)
    values = Spreader(spacing, modes + REACH, baseline)
    packed = [Spreader(spacing, modes + REACH, baseline) for _ in range((p - first + 1) // 2)]
    window = Spreader(spacing, 2 * modes + REACH, baseline)
    gram, pull, chi2 = np.zeros((p, p)), np.zeros(p), 0.0
    for rows in problem.rows():
        residual = residual_of(rows, lines)
        weighted = rows.weight * rows.columns
        gram += weighted @ rows.columns.T
        pull += weighted @ residual
        chi2 += float((rows.weight * residual**2).sum())
        s = rows.times.to_float() - middle
        ascending = bool((np.diff(s) >= 0).all())
        strengths = (rows.weight * residual).astype(np.complex128)
        values.add(s, strengths, is_sorted=ascending)
        for k, spreader in enumerate(packed):
            pair = weighted[first + 2 * k : first + 2 * k + 2]
            strengths = pair[0] + 1j * pair[1] if len(pair) == 2 else pair[0].astype(complex)
            spreader.add(s, strengths, is_sorted=ascending)
        window.add(s, rows.weight.astype(np.complex128), is_sorted=ascending)
        if seen is not None:
            seen(len(s))
    whole = window.real_sums()
    summed = values.real_sums()[np.newaxis]
    parts = [part for spreader in packed for part in apart(spreader.sums())]
    level = [whole[: modes + REACH + 1]] if first else []
    return Sums(
        modes=modes,
        values=StoredSums(spacing, summed, middle),
        background=StoredSums(spacing, np.stack([*level, *parts[: p - first]]), middle),
        window=StoredSums(spacing, whole[np.newaxis], middle),
        gram=gram,
        pull=pull,
        chi2=chi2,
    )


@dataclass(frozen=True, eq=False)
class Left:
    """What some lines leave, in exact arithmetic.

    Attributes
    ----------
    pull : ndarray, shape (p + 4 L,)
        Weighted products of the residual with the background, with cosine and sine of each line,
        and with the time times these.
    chi2 : float
        Weighted sum of squares.
    squares : ndarray, shape (G, B)
        Squares times the relative weights, by group and size of error.
    plain : float
        Sum of squares.
    """

    pull: Floats
    chi2: float
    squares: Floats
    plain: float


def left_by(problem: Problem, lines: Lines, seen: Seen | None = None) -> Left:
    """Return what some lines leave, in one pass over all chunks."""
    p, count = len(lines.background), len(lines.frequency)
    pull = np.zeros(p + 4 * count)
    chi2 = plain = 0.0
    squares = np.zeros(problem.overview.table.sums.shape[1:])
    columns = np.empty((2 * count, _BLOCK))
    for rows in problem.rows(_BLOCK):
        n = len(rows.y)
        waves = columns[:, :n]
        s = _evaluate(rows, lines, waves)
        residual = rows.y - lines.background @ rows.columns - lines.waves @ waves
        weighted = rows.weight * residual
        pull[:p] += rows.columns @ weighted
        pull[p : p + 2 * count] += waves @ weighted
        pull[p + 2 * count :] += waves @ (weighted * s)
        chi2 += float(weighted @ residual)
        square = residual**2
        plain += float(square.sum())
        if rows.piece.relative is not None:
            square *= rows.piece.relative
        squares += by_size(rows.piece, [square], len(squares))[0]
        if seen is not None:
            seen(n)
    return Left(pull, chi2, squares, plain)


def residual_of(rows: Rows, lines: Lines) -> Floats:
    """Return what some lines leave of some rows."""
    result: Floats = rows.y - lines.background @ rows.columns
    if not len(lines.frequency):
        return result
    waves = np.empty((2 * len(lines.frequency), min(_BLOCK, len(result))))
    for start in range(0, len(result), _BLOCK):
        part = slice(start, start + _BLOCK)
        some = Rows(rows.times[part], rows.weight, rows.y, rows.columns, rows.piece)
        block = waves[:, : len(some.times)]
        _evaluate(some, lines, block)
        result[part] -= lines.waves @ block
    return result


def _evaluate(rows: Rows, lines: Lines, waves: Floats) -> Floats:
    """Write cosine and sine of each line into `waves`; return the times."""
    for k, frequency in enumerate(lines.frequency):
        cosine, sine = phase.unit_phasors(phase.turns(frequency, rows.times))
        waves[2 * k], waves[2 * k + 1] = cosine, sine
    return rows.times.to_float()
