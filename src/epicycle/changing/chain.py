"""Gauss-Markov chains over evenly spaced knots: their banded precision, and its selected inverse.

A chain is a set of channels, each a random process with one or two numbers at every knot.  Between
knots its value is interpolated, so that a sample sees the two knots beside it, and the precision
of all knots together, prior and samples, is banded: Cholesky factor, solutions and the blocks of
the inverse near the diagonal cost O(samples + knots).

Everything is done for a batch of models at once, whose last axis counts them: their precisions
stand one after the other in one long band, without coupling, and LAPACK is called once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky_banded, solve_banded
from scipy.linalg.lapack import dpbtrf, dpbtrs, dpttrs
from scipy.sparse import csr_array, hstack, vstack

from epicycle.samples.arrays import Floats

#: "walk" has increments of unit variance per unit of time; "noise" is an Ornstein-Uhlenbeck process
#: of unit variance; "path" is the integral of such a process, or of a walk where its memory is
#: infinite.
Kind = Literal["walk", "noise", "path"]

#: By how much diagonals grow, one after the other, until rounding no longer matters.
_RIDGES = (0.0, 1e-12, 1e-9, 1e-6)

#: Up to so many numbers are put together for one product: a matter of time, and of memory.
_FEW = 1 << 20

#: Walks and paths begin at 0: what the first knot may have of the variance of one step.
_PINNED = 1e-4


def transition(kind: Kind, step: float, memory: float) -> tuple[Floats, Floats, Floats]:
    """Return how a channel of unit strength goes on from knot to knot.

    The slope of a path is counted per step, so that both of its numbers are turns.

    Returns
    -------
    carry, innovation, first : ndarray, shape (s, s)
        Transition matrix, covariance of what is new, and covariance of the first knot.
    """
    one = np.ones((1, 1))
    if kind == "walk":
        return one, step * one, _PINNED * step * one
    if kind == "noise":
        kept = np.exp(-step / memory)
        return kept * one, -np.expm1(-2 * step / memory) * one, one
    if np.isinf(memory):
        cubic = step**3 * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]])
        return np.array([[1.0, 1.0], [0.0, 1.0]]), cubic, _PINNED * cubic
    x = step / memory
    e, lost = np.exp(-x), -np.expm1(-x)
    # 2 x - 3 + 4 e - e^2, which cancels to the third order
    area = x**3 * (2 / 3 - x / 2 + 7 * x**2 / 30) if x < 1e-2 else 2 * x - 3 + 4 * e - e**2
    carry = np.array([[1.0, lost / x], [0.0, e]])
    cross = lost**2 / x
    innovation = step**2 * np.array([[area / x**2, cross], [cross, -np.expm1(-2 * x)]])
    first = np.diag([_PINNED * innovation[0, 0], step**2])
    return carry, innovation, first


def weights(kind: Kind, place: Floats) -> Floats:
    """Return what the numbers of two knots count at a place between them, shape (n, 2 s).

    Cubic Hermite polynomials for a path, which are its expected value between two knots; straight
    lines for the others.
    """
    s = place
    if kind != "path":
        return np.stack([1 - s, s], axis=1)
    square, cube = s**2, s**3
    return np.stack(
        [2 * cube - 3 * square + 1, cube - 2 * square + s, 3 * square - 2 * cube, cube - square],
        axis=1,
    )


def slopes(kind: Kind, place: Floats) -> Floats:
    """Return the derivative of :func:`weights` by the place."""
    s = place
    if kind != "path":
        return np.stack([-np.ones_like(s), np.ones_like(s)], axis=1)
    square = s**2
    return np.stack(
        [6 * (square - s), 3 * square - 4 * s + 1, 6 * (s - square), 3 * square - 2 * s], axis=1
    )


@dataclass(frozen=True)
class Channel:
    """One process of a chain.

    Attributes
    ----------
    kind : str
        What it is, see `Kind`.
    first : int
        Position of its first number among those of a knot.
    """

    kind: Kind
    first: int

    @property
    def size(self) -> int:
        """Numbers per knot."""
        return 2 if self.kind == "path" else 1


class Chain:
    """Channels over knots, and the samples that see them.

    Attributes
    ----------
    channels : tuple of Channel
    count, size, width : int
        Number of knots, of numbers per knot, and of all numbers.
    step, start : float
        Knots stand at ``start + k step``.
    maps : tuple of sparse arrays, shape (n, width)
        Value of each channel at the samples.
    products : dict
        For each two channels, the map from products of derivatives to the lower band.
    """

    def __init__(self, t: Floats, kinds: tuple[Kind, ...], start: float, end: float, count: int):
        self.count, self.start = count, start
        self.step = (end - start) / (count - 1)
        channels, first = [], 0
        for kind in kinds:
            channels.append(Channel(kind, first))
            first += channels[-1].size
        self.channels, self.size, self.width = tuple(channels), first, first * count
        self._priors: dict[tuple[int, float], tuple[Floats, float]] = {}
        self.maps = tuple(self.matrix(t, j) for j in range(len(channels)))
        self.products = {
            (a, b): self._product(t, a, b) for b in range(len(channels)) for a in range(b + 1)
        }

    # All channels at once: one product of a sparse matrix costs little more than a smaller one.

    @cached_property
    def _maps(self) -> csr_array:
        result: csr_array = vstack(self.maps, format="csr")
        return result

    @cached_property
    def _back(self) -> csr_array:
        result: csr_array = self._maps.T.tocsr()
        return result

    @cached_property
    def _products(self) -> csr_array:
        result: csr_array = hstack(list(self.products.values()), format="csr")
        return result

    def values(self, x: Floats) -> Floats:
        """Return the values of all channels at the samples, (J, n, B), of numbers (width, B)."""
        result: Floats = (self._maps @ x).reshape(len(self.channels), -1, x.shape[1])
        return result

    def back(self, weights: Iterable[Floats]) -> Floats:
        """Return what weights of each channel, shape (n, r), sum to at the numbers, (width, r)."""
        each = iter(weights)
        first = next(each)
        result: Floats
        if first.size <= _FEW:
            result = self._back @ np.concatenate([first, *each])
            return result
        result = self.maps[0].T @ first
        for one, more in zip(self.maps[1:], each, strict=True):
            result += one.T @ more
        return result

    def band(self, slopes: Sequence[Floats], weight: Floats) -> Floats:
        """Return what samples add to the precision, shape (2 m, width, B).

        Parameters
        ----------
        slopes : sequence of ndarray, shape (n, B)
            Derivatives by the value of each channel.
        weight : ndarray, shape (n, B)
        """
        both = np.concatenate([slopes[a] * slopes[b] * weight for a, b in self.products])
        result: Floats = (self._products @ both).reshape(2 * self.size, self.width, -1)
        return result

    def locate(self, t: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Return the knot before each time, and the place between it and the next, 0 to 1."""
        x = np.clip((t - self.start) / self.step, 0.0, self.count - 1.0)
        knot = np.minimum(x.astype(np.intp), self.count - 2)
        return knot, x - knot

    def entries(self, t: Floats, channel: int) -> tuple[NDArray[np.intp], Floats]:
        """Return which numbers a channel's value at times depends on, and their weights."""
        one = self.channels[channel]
        knot, place = self.locate(t)
        local = np.concatenate([np.arange(one.size), np.arange(one.size) + self.size]) + one.first
        return knot[:, np.newaxis] * self.size + local, weights(one.kind, place)

    def matrix(self, t: Floats, channel: int) -> csr_array:
        """Return the map from all numbers to the value of a channel at times."""
        at, weight = self.entries(t, channel)
        rows = np.repeat(np.arange(len(t)), at.shape[1])
        return csr_array((weight.ravel(), (rows, at.ravel())), shape=(len(t), self.width))

    def _product(self, t: Floats, a: int, b: int) -> csr_array:
        """Return the map from products of two derivatives at the samples to the lower band."""
        at, weight = self.entries(t, a)
        other, factor = self.entries(t, b)
        pairs = [
            (p, q) for p in range(at.shape[1]) for q in range(other.shape[1]) if a != b or p >= q
        ]
        row = np.stack([np.maximum(at[:, p], other[:, q]) for p, q in pairs], axis=1)
        column = np.stack([np.minimum(at[:, p], other[:, q]) for p, q in pairs], axis=1)
        value = np.stack([weight[:, p] * factor[:, q] for p, q in pairs], axis=1)
        sample = np.repeat(np.arange(len(t)), len(pairs))
        position = ((row - column) * self.width + column).ravel()
        shape = (2 * self.size * self.width, len(t))
        return csr_array((value.ravel(), (position, sample)), shape=shape)

    def prior(self, channel: int, memory: float) -> tuple[Floats, float]:
        """Return the precision of a channel of unit strength, as a lower band, and its log det."""
        known = self._priors.get((channel, memory))
        if known is not None:
            return known
        one, m = self.channels[channel], self.size
        carry, innovation, first = transition(one.kind, self.step, memory)
        inverse = np.linalg.inv(innovation)
        diagonal = np.zeros((self.count, one.size, one.size))
        diagonal[0] += np.linalg.inv(first)
        diagonal[1:] += inverse
        diagonal[:-1] += carry.T @ inverse @ carry
        coupling = -inverse @ carry  # rows: the later knot
        band = np.zeros((2 * m, self.width))
        columns = np.arange(self.count) * m + one.first
        for i in range(one.size):
            for j in range(one.size):
                if i >= j:
                    band[i - j, columns + j] = diagonal[:, i, j]
                band[m + i - j, columns[:-1] + j] = coupling[i, j]
        log_det = -np.linalg.slogdet(first)[1] - (self.count - 1) * np.linalg.slogdet(innovation)[1]
        self._priors[channel, memory] = band, float(log_det)
        return self._priors[channel, memory]


@dataclass(frozen=True, eq=False)
class Factor:
    """Cholesky factor of the precisions of a batch.

    Attributes
    ----------
    band : ndarray, shape (2 m, B width)
        Lower band, one model after the other.
    count, size, models : int
        Knots, numbers per knot, and models.
    """

    band: Floats
    count: int
    size: int
    models: int

    @property
    def log_det(self) -> Floats:
        """Log determinant of each precision, shape (B,)."""
        result: Floats = 2 * np.log(self.band[0]).reshape(self.models, -1).sum(axis=1)
        return result

    def take(self, which: NDArray[np.intp]) -> Factor:
        """Return the factors of some of the models."""
        rows = self.band.reshape(len(self.band), self.models, -1)[:, which]
        return Factor(rows.reshape(len(rows), -1), self.count, self.size, len(which))

    def solve(self, right: Floats) -> Floats:
        """Return solutions, shape (B, width, r), as `right` is."""
        flat = right.transpose(2, 0, 1).reshape(right.shape[2], -1).T  # columns, as LAPACK has them
        result: Floats
        if self.size == 1:  # LAPACK's own way for three diagonals is several times as fast
            ratio = self.band[1, :-1] / self.band[0, :-1]
            result = dpttrs(self.band[0] ** 2, ratio, flat)[0]
        else:
            result = dpbtrs(self.band, flat, lower=1)[0]
        return result.T.reshape(right.shape[2], *right.shape[:2]).transpose(1, 2, 0)

    def covariances(self, lags: int = 1) -> list[Floats]:
        """Return the blocks of the inverse up to some knots from the diagonal.

        Returns
        -------
        list of ndarray, shape (B, K - lag, m, m)
            Covariance of knot k + lag (rows) and knot k, by Takahashi's recursion on blocks.
        """
        m = self.size
        band = self.band.reshape(2 * m, self.models, self.count, m)
        here = np.zeros((self.models, self.count, m, m))
        later = np.zeros_like(here)
        for i in range(m):
            for j in range(m):
                later[:, :, i, j] = band[m + i - j, :, :, j]
                if i >= j:
                    here[:, :, i, j] = band[i - j, :, :, j]
        inverse = np.linalg.inv(here)
        carry = later @ inverse
        own = inverse.swapaxes(-1, -2) @ inverse
        if m == 1:
            return _scalar_blocks(own[..., 0, 0], carry[..., 0, 0], lags)
        blocks = np.empty_like(own)
        blocks[:, -1] = own[:, -1]
        for k in range(self.count - 2, -1, -1):
            w = carry[:, k]
            blocks[:, k] = own[:, k] + w.swapaxes(-1, -2) @ blocks[:, k + 1] @ w
        result = [blocks]
        for _ in range(lags):
            result.append(-result[-1][:, 1:] @ carry[:, : result[-1].shape[1] - 1])
        return result


def _scalar_blocks(own: Floats, carry: Floats, lags: int) -> list[Floats]:
    """Return the same of one number per knot, where the recursion is a bidiagonal system."""
    square = carry**2
    square[:, -1] = 0.0  # models stand one after the other
    band = np.stack([np.roll(-square.ravel(), 1), np.ones(square.size)])
    solved = solve_banded((0, 1), band, own.ravel(), check_finite=False)
    result: list[Floats] = [np.asarray(solved, dtype=np.float64).reshape(own.shape)]
    for _ in range(lags):
        before = result[-1]
        result.append(-before[:, 1:] * carry[:, : before.shape[1] - 1])
    return [one[..., np.newaxis, np.newaxis] for one in result]


def factor(band: Floats, count: int) -> Factor:
    """Return the Cholesky factor of precisions, shape (2 m, width, B).

    Raises
    ------
    numpy.linalg.LinAlgError
        If one of them is not positive definite.
    """
    rows, width, models = band.shape
    # columns, as LAPACK has them
    flat = np.ascontiguousarray(band.transpose(2, 1, 0)).reshape(models * width, rows).T
    for ridge in _RIDGES:
        try:
            flat[0] *= 1 + ridge
            lower = _cholesky(flat)
        except np.linalg.LinAlgError:
            continue
        return Factor(lower, count, rows // 2, models)
    raise np.linalg.LinAlgError("a precision is not positive definite")


def _cholesky(band: Floats) -> Floats:
    """Return the Cholesky factor of a lower band, by LAPACK as SciPy would."""
    if len(band) == 2:
        return np.asarray(cholesky_banded(band, lower=True, check_finite=False))
    lower, info = dpbtrf(band, lower=1)
    if info:
        raise np.linalg.LinAlgError("not positive definite")
    return np.asarray(lower)


def times(band: Floats, x: Floats) -> Floats:
    """Return the product of symmetric bands, shape (2 m, width, B), and vectors (width, B)."""
    result: Floats = band[0] * x
    for d in range(1, min(len(band), len(x))):
        result[d:] += band[d, :-d] * x[:-d]
        result[:-d] += band[d, :-d] * x[d:]
    return result


def lower_band(blocks: list[Floats]) -> Floats:
    """Return the blocks at lags 0 and 1 of a symmetric matrix as lower bands, (2 m, width, B)."""
    diagonal, coupling = blocks[0], blocks[1]
    models, count, m, _ = diagonal.shape
    band = np.zeros((2 * m, count, m, models))
    for i in range(m):
        for j in range(m):
            if i >= j:
                band[i - j, :, j] = diagonal[:, :, i, j].T
            band[m + i - j, :-1, j] = coupling[:, :, i, j].T
    return band.reshape(2 * m, count * m, models)
