"""How likely noise has such a rhythm: at a known period, and in a range of periods.

At one period the share r^2 of the variance that 2K columns explain follows a beta distribution
without a rhythm: the F-test.  In a range the statistic is the likelihood ratio averaged over the
frequencies, with the noise at its likeliest,

    S = sum_f w(f) (1 - r^2(f))^(-e),    e = (n - 2 - 2K) / 2,

with weights w that fall towards the ends of the range: the average is more powerful than the
maximum, which pays for every frequency alike (Andrews & Ploberger 1994, Econometrica 62, 1383).
With this e the mean of S without a rhythm exists: S is a ratio of densities.

Its distribution depends on the design alone, not on the noise level.  It is simulated, once for all
series, by drawing directions of series in two ways: without a rhythm, and with one whose p-value at
its own frequency is spread evenly in its logarithm.  Weighting each draw by how much likelier it is
without a rhythm (importance sampling with a mixture: Owen & Zhou 2000, J. Am. Stat. Assoc. 95, 135)
tells probabilities of 1e-12 as well as those of a half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from epicycle.limits import GENES
from epicycle.samples.arrays import Floats

#: Points of a map to the simulated chance.
_KNOTS = 1000

#: Draws at a time.
_BLOCK = 5_000

#: Share of the draws that have a rhythm: they tell the tail, the others the rest.
_RHYTHMIC = 0.2

#: Mean of minus the logarithm of the p-values of draws with a rhythm.
_DEPTH = 8.0


def chance(share: Floats, n_samples: NDArray[Any] | int, harmonics: int) -> Floats:
    """Return the probability that noise has such a share at one period: the F-test.

    Parameters
    ----------
    share : ndarray
        Share of the weighted sum of squares about the mean that is explained.
    n_samples : ndarray or int
        Values of each series.
    harmonics : int
    """
    half = (np.asarray(n_samples) - 1 - 2 * harmonics) / 2
    share = np.clip(share, 0.0, 1.0)
    # an incomplete beta function of a whole number is a finite sum
    factor = term = np.ones_like(share)
    for k in range(1, harmonics):
        term = term * share * (half + k - 1) / k
        factor = factor + term
    return np.asarray((1.0 - share) ** half * factor)


def prior(n: int) -> Floats:
    """Return the weights of n frequencies of a range: more in the middle than at the ends."""
    if n == 1:
        return np.ones(1)
    place = np.linspace(-1.0, 1.0, n) / GENES.middle
    bell = np.exp(-0.5 * place**2)
    return np.asarray(GENES.even / n + (1 - GENES.even) * bell / bell.sum())


def averaged(shares: Floats, n_samples: NDArray[Any] | int, harmonics: int) -> Floats:
    """Return the logarithm of the averaged likelihood ratio S.

    Parameters
    ----------
    shares : ndarray, shape (S, G)
        Share that is explained at each frequency of the range.
    n_samples : ndarray, shape (S,), or int
    harmonics : int
    """
    exponent = (np.asarray(n_samples, dtype=np.float64) - 2 - 2 * harmonics) / 2
    logs = np.log1p(-np.minimum(shares, 1.0 - 1e-16))
    logs *= -exponent.reshape(-1, 1)
    highest = logs.max(axis=1)
    logs -= highest[:, None]
    return np.asarray(highest + np.log(np.exp(logs) @ prior(shares.shape[1])))


@dataclass(frozen=True, eq=False)
class Tail:
    """The chance that noise has an S at least as large, by simulation with weights.

    Attributes
    ----------
    statistic : ndarray
        Logarithms of S, rising.
    chance : ndarray
        Logarithms of the chance of each, falling.
    """

    statistic: Floats
    chance: Floats

    def __call__(self, statistic: Floats) -> Floats:
        """Return probabilities; beyond the last draw the logarithm goes on in a straight line."""
        p = np.interp(statistic, self.statistic, self.chance)
        rise = self.statistic[-1] - self.statistic[-_KNOTS // 10]
        slope = (self.chance[-1] - self.chance[-_KNOTS // 10]) / max(rise, 1e-300)
        beyond = statistic > self.statistic[-1]
        line = self.chance[-1] + slope * (statistic - self.statistic[-1])
        return np.exp(np.minimum(np.where(beyond, line, p), 0.0))


@dataclass(frozen=True, eq=False)
class Directions:
    """Series of one pattern as directions, and what their columns explain at each frequency.

    Attributes
    ----------
    root : ndarray, shape (N,)
        Square roots of the weights of the pattern; 0 where a value is missing.
    white : ndarray, shape (G, N, 2K)
        Orthonormal columns at each frequency, orthogonal to `root`; 0 where the times do not
        determine the waveform.
    n_samples : int
    """

    root: Floats
    white: Floats
    n_samples: int

    def drawn(self, rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        """Return the logarithm of S, and the weights, of draws: some of them have a rhythm."""
        width = self.white.shape[2]
        unit = self.root / np.linalg.norm(self.root)
        noise = rng.normal(size=(n, len(unit))) * (self.root > 0)
        noise -= np.outer(noise @ unit, unit)
        _scale(noise, np.ones(n))
        begin = int((1 - _RHYTHMIC) * n)
        # the rest: at a frequency of its own, the share that belongs to a p-value
        weight = prior(len(self.white)) * (np.square(self.white).sum(axis=(1, 2)) > 0.5)
        weight /= weight.sum()
        which = rng.choice(len(weight), size=n - begin, p=weight)
        p = np.exp(-rng.exponential(_DEPTH, size=n - begin))
        half = (self.n_samples - 1 - width) / 2
        share = 1.0 - betaincinv(half, width // 2, p)
        own = self.white[which]
        inside = np.einsum("snk,sk->sn", own, np.einsum("sn,snk->sk", noise[begin:], own))
        noise[begin:] -= inside
        _scale(noise[begin:], np.sqrt(1.0 - share))
        _scale(inside, np.sqrt(share))
        noise[begin:] += inside
        shares = self.shares(noise)
        single = chance(shares, self.n_samples, width // 2)
        density = np.maximum(single, 1e-300) ** (1.0 / _DEPTH - 1.0) / _DEPTH
        likelier = begin / n + (1 - begin / n) * (density @ weight)
        return averaged(shares, self.n_samples, width // 2), 1.0 / likelier

    def shares(self, noise: Floats) -> Floats:
        """Return the shares that are explained at each frequency, shape (draws, G)."""
        points, n, width = self.white.shape
        flat = self.white.transpose(1, 0, 2).reshape(n, points * width)
        return np.asarray(np.square(noise @ flat).reshape(-1, points, width).sum(axis=2))


def _scale(rows: Floats, lengths: Floats) -> None:
    """Give rows their lengths."""
    rows *= (lengths / np.sqrt(np.einsum("ij,ij->i", rows, rows)))[:, None]


def tail_of(patterns: list[Directions], n_draws: int) -> Tail:
    """Return the chances of a design, whose patterns share the draws."""
    rng = np.random.default_rng(0)
    drawn = [patterns[k].drawn(rng, n) for k, n in _blocks(len(patterns), n_draws)]
    statistic = np.concatenate([own for own, _ in drawn])
    weights = np.concatenate([own for _, own in drawn])
    order = np.argsort(-statistic, kind="stable")
    total = np.cumsum(weights[order])
    chances = np.log(total / total[-1])
    # evenly in the logarithm of the chance, and in the chance itself
    levels = np.linspace(chances[0], 0.0, _KNOTS)
    even = np.log(np.linspace(0.01, 1.0, _KNOTS))
    at = np.unique(np.searchsorted(chances, np.concatenate([levels, even])))
    at = np.minimum(at, len(order) - 1)
    return Tail(statistic[order][at][::-1], chances[at][::-1])


def _blocks(n_patterns: int, n_draws: int) -> list[tuple[int, int]]:
    """Return which pattern and how many draws each block has: all patterns alike."""
    each = -(-n_draws // n_patterns)
    return [
        (k, min(_BLOCK, each - begin))
        for k in range(n_patterns)
        for begin in range(0, each, _BLOCK)
    ]


@dataclass(frozen=True, eq=False)
class Chances:
    """Probabilities of normal noise -> those of permuted ranks, as simulation has them.

    Attributes
    ----------
    formula, simulated : ndarray
        Points of the map, rising.
    """

    formula: Floats
    simulated: Floats

    def __call__(self, p: Floats) -> Floats:
        """Return calibrated probabilities: in the tail, those of normal noise times a factor."""
        begin, at = self.formula[0], self.simulated[0]
        tail = p * (at / max(begin, 1e-300))
        return np.where(p < begin, tail, np.interp(p, self.formula, self.simulated))


def simulated(
    drawn: Callable[[np.random.Generator, int, int], Floats], n_patterns: int, n_draws: int
) -> Chances:
    """Return the map from the chance with normal noise to that of other series.

    Parameters
    ----------
    drawn : callable
        Given a generator, a number of draws and the number of a pattern, gives the probability of
        series without a rhythm as if their noise were normal.
    n_patterns : int
        Patterns, which share the draws.
    n_draws : int
        Series to draw.
    """
    rng = np.random.default_rng(0)
    blocks = [drawn(rng, n, k) for k, n in _blocks(n_patterns, n_draws)]
    p = np.sort(np.concatenate(blocks))
    tail = min(max(GENES.tail, GENES.beyond / n_draws), 0.5)
    at = np.unique(np.linspace(np.sqrt(tail), 1.0, _KNOTS) ** 2 * n_draws).astype(np.intp)
    at = np.clip(at, 1, n_draws)
    formula, level = p[at - 1], at / n_draws
    formula, first = np.unique(formula, return_index=True)
    # of equal values, as ranks have them, the last: a p-value is not below its share
    last = np.append(first[1:], len(level)) - 1
    return Chances(formula, level[last])
