"""The ends of the data: where level, slope, errors and cycles are there, and how they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.living.beside import Beside
from epicycle.living.chain import Strengths, seen, transitions
from epicycle.living.choose import Choice
from epicycle.living.factors import packed_factor, unpacked_factor
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class End:
    """What is known at one end of the data.

    Attributes
    ----------
    time : float
        When it is, from the reference time.
    mean : ndarray, shape (q,)
        The numbers of the chain there, and the coefficients of constant, trend and lines.
    factor : ndarray, shape (q (q + 1) / 2,)
        Of the covariance of these: the lower triangle, row by row.
    """

    time: float
    mean: Floats
    factor: Floats

    @property
    def covariance(self) -> Floats:
        """Covariance of the numbers, shape (q, q)."""
        lower = unpacked_factor(self.factor)
        return lower @ lower.T


@dataclass(frozen=True, eq=False)
class Living:
    """One output beyond the data.

    Attributes
    ----------
    strengths : Strengths
        Variances of the components, in units of y, and of the user's time.
    n_trend : int
        Columns of constant and trend that are used.
    lines : ndarray of int, shape (k,)
        Lines that last.
    change : ndarray, shape (k,)
        Variance that both coefficients of each gain per unit of time.
    scatter : ndarray, shape (G,)
        Variance of single values about all this, in each group.
    freedom : float
        Degrees of freedom of all these variances.
    ends : tuple of End
        The first and the last.
    logarithmic : bool
        Whether all this is of the logarithm of y.
    beside : Beside or None
        What smoothing says behind the data, which is averaged with it.
    """

    strengths: Strengths
    n_trend: int
    lines: NDArray[np.intp]
    change: Floats
    scatter: Floats
    freedom: float
    ends: tuple[End, End]
    logarithmic: bool = False
    beside: Beside | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            **vars(self),
            "strengths": vars(self.strengths),
            "ends": [vars(end) for end in self.ends],
            "beside": None if self.beside is None else vars(self.beside),
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Living:
        """Return what :meth:`to_dict` wrote."""
        smoothed = document.get("beside")
        numbers = {
            name: np.array(document[name], dtype=np.float64) for name in ("change", "scatter")
        }
        ends = [
            End(
                float(one["time"]),
                np.array(one["mean"], dtype=np.float64),
                np.array(one["factor"], dtype=np.float64),
            )
            for one in document["ends"]
        ]
        return cls(
            strengths=Strengths(**document["strengths"]),
            n_trend=int(document["n_trend"]),
            lines=np.array(document["lines"], dtype=np.intp),
            freedom=float(document["freedom"]),
            ends=(ends[0], ends[1]),
            logarithmic=bool(document["logarithmic"]),
            beside=None if smoothed is None else Beside.from_dict(smoothed),
            **numbers,
        )

    def at(self, offset: Floats, trend: Floats, lines: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the model at times beyond the data, both (m,).

        Parameters
        ----------
        offset : ndarray, shape (m,)
            Times from the reference time.
        trend : ndarray, shape (m, p)
            Constant and trend there.
        lines : ndarray, shape (m, 2 L)
            Cosine and sine of every line of the model.
        """
        mean, variance = np.empty(len(offset)), np.empty(len(offset))
        before = offset < 0.5 * (self.ends[0].time + self.ends[1].time)
        for end, rows in zip(self.ends, (before, ~before), strict=True):
            if rows.any():
                mean[rows], variance[rows] = self._from(end, offset[rows], trend[rows], lines[rows])
        return mean, variance

    def averaged(self, offset: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of new values, with what smoothing says, both (m,).

        Parameters
        ----------
        offset : ndarray, shape (m,)
            Times from the reference time.
        mean, variance : ndarray, shape (m,)
            Of new values there by all but smoothing.
        """
        if self.beside is None:
            return mean, variance
        weight = np.where(offset > self.ends[1].time, self.beside.weight, 0.0)
        other, spread = self.beside.at(offset)
        apart = other - mean
        # that of a mixture
        both = variance + weight * (spread - variance) + weight * (1 - weight) * apart**2
        return mean + weight * apart, both

    def wanders(self, ahead: float) -> float:
        """Return the variance that the process adds over some time beyond the data."""
        if not self.strengths.size:
            return 0.0
        _, innovation, _ = transitions(self.strengths, np.array([ahead]))
        by = seen(self.strengths)
        return float(((by @ innovation) @ by)[0])

    def turning(self, offset: Floats, lines: Floats) -> Floats:
        """Return the derivative by the turns of every line that lasts, over 2 pi, (m, k)."""
        pairs = (2 * self.lines[:, np.newaxis] + np.arange(2)).ravel()
        before = offset < 0.5 * (self.ends[0].time + self.ends[1].time)
        of_ends = [end.mean[len(end.mean) - len(pairs) :] for end in self.ends]
        of_row = np.where(before[:, np.newaxis], of_ends[0], of_ends[1])
        cosine, sine = lines[:, pairs[0::2]], lines[:, pairs[1::2]]
        result: Floats = of_row[:, 1::2] * cosine - of_row[:, 0::2] * sine
        return result

    def _from(
        self, end: End, offset: Floats, trend: Floats, lines: Floats
    ) -> tuple[Floats, Floats]:
        ahead = np.maximum(np.abs(offset - end.time), 0.0)
        pairs = (2 * self.lines[:, np.newaxis] + np.arange(2)).ravel()
        row = [trend[:, : self.n_trend], lines[:, pairs]]
        process = np.zeros(len(offset))
        if self.strengths.size:
            carry, innovation, _ = transitions(self.strengths, ahead)
            by = seen(self.strengths)
            states = by @ carry
            if end is self.ends[0] and self.strengths.slope > 0:
                states[:, int(self.strengths.walk > 0) + 1] *= -1.0  # time runs backwards
            row.insert(0, states)
            process = (by @ innovation) @ by
        columns = np.hstack(row)
        variance = ((columns @ end.covariance) * columns).sum(axis=1) + process
        variance += ahead * self.change.sum()
        return columns @ end.mean, np.maximum(variance, 0.0)


def living_of(
    choice: Choice, n_trend: int, line_of_change: NDArray[np.intp], scatter: Floats
) -> Living:
    """Return what a choice says at both ends of the data, in the user's time.

    Parameters
    ----------
    choice : Choice
        The fit.
    n_trend : int
        Columns of constant and trend in the whole problem.
    line_of_change : ndarray of int, shape (r,)
        Which of the fit's columns each change belongs to.
    scatter : ndarray, shape (G,)
        Variance of single values in each group, in units of that of a typical one.
    """
    solution, nodes = choice.fitted.solution, choice.nodes
    strengths, unit, variance = solution.strengths, nodes.unit, solution.variance
    columns = choice.columns
    is_line = columns >= n_trend
    m, r = len(columns), len(choice.changes)
    # at the first end the changes have not happened yet
    at_first = np.eye(m, m + r)
    at_first[line_of_change[:r], m + np.arange(r)] = 1.0
    ends = []
    for node, of_columns in ((0, at_first), (len(nodes.time) - 1, np.eye(m, m + r))):
        mean, covariance = _end(choice, node, of_columns)
        ends.append(End(float(nodes.time[node] * unit), mean, packed_factor(variance * covariance)))
    lines = np.unique((columns[is_line] - n_trend) // 2)
    change = np.zeros(len(lines))
    if r:
        span = float(nodes.time[-1] - nodes.time[0]) * unit
        total = np.zeros(m)
        np.add.at(total, line_of_change, choice.changes)
        change = total[is_line].reshape(-1, 2).mean(axis=1) / span
    return Living(
        strengths=strengths.in_time(1.0 / unit).times(variance),
        n_trend=int((~is_line).sum()),
        lines=lines,
        change=change,
        scatter=variance * scatter,
        freedom=solution.freedom,
        ends=(ends[0], ends[1]),
    )


def _end(choice: Choice, node: int, of_columns: Floats) -> tuple[Floats, Floats]:
    """Return mean and covariance of the numbers at a node, the latter in units of the variance."""
    solution, nodes = choice.fitted.solution, choice.nodes
    coefficients = of_columns @ solution.coefficients
    inverse = of_columns @ solution.inverse @ of_columns.T
    if not solution.chain.size:
        return coefficients, inverse
    # a slope is counted per unit of the user's time
    scale = np.ones(solution.chain.size)
    if solution.strengths.slope > 0:
        scale[int(solution.strengths.walk > 0) + 1] = 1.0 / nodes.unit
    states = scale[:, np.newaxis] * solution.chain.states(nodes.values)[node]
    mean = states[:, 0] - states[:, 1:] @ solution.coefficients
    # what the numbers of the chain owe to errors of the columns
    owed = -states[:, 1:]
    given = solution.chain.covariance_at(node) * np.outer(scale, scale)
    own = given + owed @ solution.inverse @ owed.T
    cross = owed @ solution.inverse @ of_columns.T
    return np.concatenate([mean, coefficients]), np.block([[own, cross], [cross.T, inverse]])
