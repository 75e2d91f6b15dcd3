"""A level, its slope and errors with a memory as one Gauss-Markov chain over uneven times.

Every component is exact in continuous time, so that gaps and uneven samples need nothing of their
own; the precision of all nodes together is banded, and everything costs O(nodes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

from epicycle.samples.arrays import Floats

#: A walk and a path begin at 0, beside a constant that is fitted freely: the variance of that 0.
_PINNED = 1e-8

#: Below this product of rate and step, the variance of a path follows from its power series.
_SHORT = 1e-2


@dataclass(frozen=True)
class Strengths:
    """How strong each component is, in units of the variance of a single value.

    Attributes
    ----------
    walk : float
        Variance that the level gains per unit of time.
    slope : float
        Variance of the slope of the level.
    damping : float
        One over the time in which that slope is forgotten.
    error : float
        Variance of errors with a memory, an Ornstein-Uhlenbeck process.
    rate : float
        One over the time in which they are forgotten.
    """

    walk: float = 0.0
    slope: float = 0.0
    damping: float = 1.0
    error: float = 0.0
    rate: float = 1.0

    @property
    def size(self) -> int:
        """Numbers per node."""
        return int(self.walk > 0) + 2 * int(self.slope > 0) + int(self.error > 0)

    def times(self, variance: float) -> Strengths:
        """Return the same strengths in units of another variance."""
        return replace(
            self,
            walk=self.walk * variance,
            slope=self.slope * variance,
            error=self.error * variance,
        )

    def in_time(self, unit: float) -> Strengths:
        """Return the same strengths where a unit of the new time is `unit` of the old one."""
        return replace(
            self,
            walk=self.walk * unit,
            slope=self.slope * unit**2,
            damping=self.damping * unit,
            rate=self.rate * unit,
        )


def transitions(strengths: Strengths, step: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how the numbers of a node go on over steps.

    Parameters
    ----------
    strengths : Strengths
        Of s numbers a node: the level, the integral of its slope and the slope, the error.
    step : ndarray, shape (m,)
        Steps of time.

    Returns
    -------
    carry, innovation : ndarray, shape (m, s, s)
        Transition matrices, and covariances of what is new.
    first : ndarray, shape (s, s)
        Covariance of the first node.
    """
    s, m = strengths.size, len(step)
    carry, innovation, first = np.zeros((m, s, s)), np.zeros((m, s, s)), np.zeros((s, s))
    at = 0
    if strengths.walk > 0:
        carry[:, at, at] = 1.0
        innovation[:, at, at] = strengths.walk * step
        first[at, at] = _PINNED
        at += 1
    if strengths.slope > 0:
        two = slice(at, at + 2)
        carry[:, two, two], innovation[:, two, two] = _path(strengths.damping, step)
        innovation[:, two, two] *= strengths.slope
        first[two, two] = np.diag([_PINNED, strengths.slope])
        at += 2
    if strengths.error > 0:
        carry[:, at, at] = np.exp(-strengths.rate * step)
        innovation[:, at, at] = -strengths.error * np.expm1(-2 * strengths.rate * step)
        first[at, at] = strengths.error
    return carry, innovation, first


def _path(damping: float, step: Floats) -> tuple[Floats, Floats]:
    """Return transition and innovation of the integral of a slope of unit variance, (m, 2, 2)."""
    x = damping * step
    e, lost = np.exp(-x), -np.expm1(-x)
    # 2 x - 3 + 4 e - e^2, which cancels to the third order
    area = np.where(x < _SHORT, x**3 * (2 / 3 - x / 2 + 7 * x**2 / 30), 2 * x - 3 + 4 * e - e**2)
    carry, innovation = np.zeros((len(step), 2, 2)), np.empty((len(step), 2, 2))
    carry[:, 0, 0], carry[:, 0, 1], carry[:, 1, 1] = 1.0, lost / damping, e
    innovation[:, 0, 0] = area / damping**2
    innovation[:, 0, 1] = innovation[:, 1, 0] = lost**2 / damping
    innovation[:, 1, 1] = -np.expm1(-2 * x)
    return carry, innovation


def seen(strengths: Strengths) -> Floats:
    """Return what each number of a node adds to a value, shape (s,)."""
    parts = [1.0] * int(strengths.walk > 0) + [1.0, 0.0] * int(strengths.slope > 0)
    return np.array(parts + [1.0] * int(strengths.error > 0))


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps of time, each different one once.

    Attributes
    ----------
    different, count : ndarray, shape (u,)
        The steps, and how often each is there.
    which : ndarray of int, shape (n - 1,)
        Which of them leads from each node to the next.
    """

    different: Floats
    count: NDArray[np.intp]
    which: NDArray[np.intp]

    @classmethod
    def of(cls, time: Floats) -> Steps:
        """Return the steps between ascending times."""
        rounded = np.round(np.diff(time), 9)
        different, which, count = np.unique(rounded, return_inverse=True, return_counts=True)
        return cls(different, count, which)


class Chain:
    """The precision of all nodes, samples included, factored.

    Parameters
    ----------
    strengths : Strengths
        Of the components, in units of the variance of a single value.
    step : Steps
        Time from node to node, of n nodes.
    noise : ndarray, shape (n,)
        Variance of the value at each node, in the same units.
    mean : ndarray of bool, shape (n,)
        Which values are means over many samples, in which errors with a memory are averaged: they
        are part of `noise` there.
    """

    def __init__(
        self, strengths: Strengths, step: Steps, noise: Floats, mean: NDArray[np.bool_]
    ) -> None:
        self.size, self.noise = strengths.size, noise
        self.log_determinant = float(np.log(noise).sum())
        if not self.size:
            return
        n, s = len(noise), self.size
        # regular samples have few different steps
        carry, innovation, first = transitions(strengths, step.different)
        precision = np.linalg.inv(innovation)
        held = precision @ carry
        returned = carry.transpose(0, 2, 1) @ held
        self.log_determinant += float(step.count @ np.linalg.slogdet(innovation)[1])
        precision, held, returned = precision[step.which], held[step.which], returned[step.which]
        diagonal = np.zeros((n, s, s))
        diagonal[0] = np.linalg.inv(first)
        diagonal[:-1] += returned
        diagonal[1:] += precision
        self._seen = np.tile(seen(strengths), (n, 1))
        if strengths.error > 0:
            self._seen[mean, -1] = 0.0
        diagonal += (self._seen / noise[:, np.newaxis])[:, :, np.newaxis] * self._seen[
            :, np.newaxis, :
        ]
        band = np.zeros((2 * s, n, s))
        for column in range(s):
            for row in range(column, s):
                band[row - column, :, column] = diagonal[:, row, column]
            for row in range(s):
                band[s + row - column, :-1, column] -= held[:, row, column]
        self._factor = cholesky_banded(band.reshape(2 * s, n * s), lower=True)
        self.log_determinant += 2 * float(np.log(self._factor[0]).sum())
        self.log_determinant += float(np.linalg.slogdet(first)[1])

    def weighted(self, columns: Floats) -> Floats:
        """Return columns times the inverse of the covariance of the values, shape (n, m)."""
        by_noise = columns / self.noise[:, np.newaxis]
        if not self.size:
            return by_noise
        states = self.states(columns)
        explained = (states * self._seen[:, :, np.newaxis]).sum(axis=1)
        result: Floats = by_noise - explained / self.noise[:, np.newaxis]
        return result

    def states(self, columns: Floats) -> Floats:
        """Return the expected numbers of every node, given columns of values, shape (n, s, m)."""
        by_noise = columns / self.noise[:, np.newaxis]
        seen_by = self._seen[:, :, np.newaxis] * by_noise[:, np.newaxis, :]
        flat = seen_by.reshape(-1, columns.shape[1])
        solved = cho_solve_banded((self._factor, True), flat, check_finite=False)
        return np.asarray(solved).reshape(seen_by.shape)

    def covariance_at(self, node: int) -> Floats:
        """Return the covariance of the numbers of one node, shape (s, s)."""
        n, s = len(self.noise), self.size
        node %= n
        unit = np.zeros((n * s, s))
        unit[node * s : (node + 1) * s] = np.eye(s)
        solved = cho_solve_banded((self._factor, True), unit, check_finite=False)
        block: Floats = np.asarray(solved)[node * s : (node + 1) * s]
        return block
