r"""Gears: frequencies that stand in integer ratios within their errors, as the hands of a clock do.

Two frequencies with the ratio r are either geared, r = p/q, or they have nothing to do with each
other.  In the second case r may have any fractional part; locally its density is uniform.  In the
first, the ratio has the denominator q with the probability P(q), which falls like 1/q^2, and each
of the phi(q) fractions with this denominator between two integers is equally likely (phi is
Euler's).  With a Gaussian error s of the measured ratio, the posterior odds of p/q against chance
are

.. math:: O = w \cdot \frac{P(q)}{\varphi(q)}
              \cdot \frac{1}{s \sqrt{2\pi}} \exp\left(-\frac{(r - p/q)^2}{2 s^2}\right) ,

prior odds w times the Bayes factor of a point against a broad alternative (Jeffreys 1961, Theory
of Probability, ch. 5; Kass & Raftery 1995, J. Am. Stat. Assoc. 90, 773).  The factor is small
where a ratio is so imprecise that some simple fraction is always near: 3.02 +- 0.05 is no
evidence, 24.0000001 +- 1e-6 is.

Of K frequencies, each has the prior odds pi to be geared to any of the K - 1 others.  Once m of
them form a train, one of the K - m others is expected to belong to it as well, with any of the m;
and two trains may as well be one.  So w is pi / (K - 1), 1 / (m (K - m)), 1 / (m n).

For frequencies that have nothing to do with each other, the Bayes factors of all fractions
together have the expectation 1; so by Markov's inequality the probability of any odds above O
among K of them is at most pi K / (2 O), and that of one which falsely joins a train is 1 / O.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import gcd, inf, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.gear_arguments import check_frequencies
from epicycle.limits import INPUTS
from epicycle.samples.arrays import Floats
from epicycle.samples.options import check_count, check_positive

#: No float64 knows a ratio better than this, whatever its error says.
_ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class GearTrain:
    """Frequencies at integer multiples of a common one.

    Attributes
    ----------
    members : tuple of int
        Indices of the frequencies, slowest first.
    ratios : tuple of int
        The multiple at which each member stands.
    frequency, frequency_error : float
        The common frequency: the generalised least-squares mean of all members, each divided by
        its multiple.  It need not be a member itself: 2 : 3 has a common frequency below both.
    chi2 : float
        Chi-square of the lock, with one degree of freedom less than there are members.
    odds : float
        Posterior odds that all members are geared like this, against chance; NaN where the ratios
        were not found but given.
    """

    members: tuple[int, ...]
    ratios: tuple[int, ...]
    frequency: float
    frequency_error: float
    chi2: float
    odds: float

    @property
    def period(self) -> float:
        """Period of the common frequency."""
        return 1.0 / self.frequency

    @property
    def period_error(self) -> float:
        """Error of the common period."""
        return self.frequency_error / self.frequency**2

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """Ratio (p, q), in lowest terms, of each member but the first to the one before it."""
        pairs = zip(self.ratios[1:], self.ratios[:-1], strict=True)
        return tuple((n // gcd(n, m), m // gcd(n, m)) for n, m in pairs)


def find_gears(
    frequencies: Any,
    errors: Any,
    *,
    largest_denominator: int = 16,
    prior: float = 0.1,
    least_odds: float = 10.0,
) -> tuple[GearTrain, ...]:
    """Return the gear trains among frequencies.

    Parameters
    ----------
    frequencies : array_like, shape (K,)
        Positive frequencies, or rates of any kind, in any order and any unit.
    errors : array_like, shape (K,) or (K, K)
        Standard errors, or the covariance.
    largest_denominator : int
        Ratios p/q are tried for q up to this, at most 1,000; p is not limited.
    prior : float
        Prior odds pi that a frequency is geared to any of the others.
    least_odds : float
        Odds from which a train is reported.  Jeffreys calls odds above 10 strong, above 100
        decisive.
        Frequencies that have nothing to do with each other yield a train with a probability of
        at most ``prior * K / (2 * least_odds)``.

    Returns
    -------
    tuple of GearTrain
        The most certain first; no frequency is in two of them.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used.

    Notes
    -----
    The pair with the highest odds becomes a train, whose common frequency is known better than
    either; then the next pair of trains or single frequencies follows, as long as the odds of what
    is joined stay above `least_odds`.  A train of m members fails if any of its m - 1 joints
    does, so its odds are ``1 / sum(1 / odds)``.

    Examples
    --------
    >>> [train] = find_gears([1.000001, 24.0, 60.00001, 7.31416], [2e-6, 1e-5, 2e-5, 1e-5])
    >>> train.members, train.ratios, train.steps
    ((0, 1, 2), (1, 24, 60), ((24, 1), (5, 2)))
    >>> find_gears([1.0, 3.02], [0.01, 0.05])
    ()
    """
    f, covariance = check_frequencies(frequencies, errors)
    prior = check_positive(prior, "prior")
    most = INPUTS.denominator
    comb = Comb.up_to(check_count(largest_denominator, "largest_denominator", most=most))
    least = check_positive(least_odds, "least_odds")
    relative = covariance / f / f[:, np.newaxis]  # the product of both may be no number
    trains = [_lock(f, covariance, (int(k),), (1,)) for k in np.argsort(f, kind="stable")]
    while True:
        joints = [
            (_best_joint(one, other, relative, comb, prior), a, b)
            for (a, one), (b, other) in combinations(enumerate(trains), 2)
        ]
        certain = [
            (joint, a, b)
            for joint, a, b in joints
            if (joint.doubt + trains[a].doubt + trains[b].doubt) * least <= 1
        ]
        if not certain:
            break
        joint, a, b = min(certain)
        both = _joined(trains[a], trains[b], joint, f, covariance)
        trains = [both, *(one for n, one in enumerate(trains) if n not in (a, b))]
    found = [one.result(1 / one.doubt) for one in trains if len(one.members) > 1]
    return tuple(sorted(found, key=lambda train: -train.odds))


class Comb(NamedTuple):
    """All fractions with denominators up to a largest, and how likely each is beforehand.

    Attributes
    ----------
    denominator : ndarray of int, shape (n,)
        Denominators q.
    share : ndarray, shape (n,)
        Probability ``P(q) / phi(q)`` of each fraction with this denominator.
    """

    denominator: NDArray[np.intp]
    share: Floats

    @staticmethod
    def up_to(largest: int) -> Comb:
        """Return the fractions with denominators up to `largest`."""
        q = np.arange(1, largest + 1)
        fractions = [sum(gcd(j, n) == 1 for j in range(1, n + 1)) for n in range(1, largest + 1)]
        return Comb(q, q**-2.0 / (q**-2.0).sum() / np.array(fractions))

    def best(self, ratio: float, error: float) -> tuple[int, int, float]:
        """Return the likeliest fraction p/q of a ratio, and its odds for prior odds w of 1.

        Parameters
        ----------
        ratio : float
            The ratio, at least 1.
        error : float
            Its standard error, relative to the ratio.
        """
        q = self.denominator
        if ratio * q[-1] > 1 / _ROUNDING:
            return 1, 1, 0.0
        p = np.rint(ratio * q).astype(np.intp)
        pull = (ratio - p / q) / (ratio * error)
        odds = self.share * np.exp(-0.5 * pull**2) / (ratio * error * sqrt(2 * pi))
        # in lowest terms, since a fraction has the larger share there
        k = int(odds.argmax())
        return int(p[k]), int(q[k]), float(odds[k])


def ratio_error(weights: Floats, relative: Floats) -> float:
    """Return the relative error of a ratio.

    Parameters
    ----------
    weights : ndarray, shape (K,)
        How the logarithm of the ratio follows from those of the frequencies.
    relative : ndarray, shape (K, K)
        Covariance of the frequencies, each in units of itself.
    """
    return sqrt(max(float(weights @ relative @ weights), 0.0) + _ROUNDING**2)


class _Train(NamedTuple):
    """A train in the making; a single frequency is a train of one.

    `weights`, shape (K,), says how the relative error of the common frequency follows from those
    of all frequencies; `doubt` is the sum of the inverse odds of the joints.
    """

    members: tuple[int, ...]
    ratios: tuple[int, ...]
    frequency: float
    frequency_error: float
    chi2: float
    weights: Floats
    doubt: float = 0.0

    def result(self, odds: float) -> GearTrain:
        """Return the train for the user, slowest member first."""
        order = sorted(range(len(self.members)), key=lambda m: (self.ratios[m], self.members[m]))
        return GearTrain(
            members=tuple(self.members[m] for m in order),
            ratios=tuple(self.ratios[m] for m in order),
            frequency=self.frequency,
            frequency_error=self.frequency_error,
            chi2=self.chi2,
            odds=odds,
        )


class _Joint(NamedTuple):
    """What divides the common frequencies of two trains into one, and the inverse odds of that."""

    doubt: float
    one: int
    other: int


def _lock(
    f: Floats, covariance: Floats, members: tuple[int, ...], ratios: tuple[int, ...]
) -> _Train:
    """Return the generalised least-squares fit of ``f[members] = ratios * frequency``."""
    chosen = list(members)
    # in units of a first guess, so that nothing is lost by subtracting large numbers
    guess = float(f[chosen[-1]]) / ratios[-1]
    unit = np.array(ratios, dtype=np.float64) * guess
    deviation = f[chosen] / unit - 1.0
    matrix = covariance[np.ix_(chosen, chosen)] / unit / unit[:, np.newaxis]
    matrix[np.diag_indices_from(matrix)] += _ROUNDING**2
    solved = np.linalg.solve(matrix, np.column_stack([np.ones(len(unit)), deviation]))
    information = float(solved[:, 0].sum())
    mean = float(solved[:, 1].sum()) / information
    weights = np.zeros(len(f))
    weights[chosen] = solved[:, 0] / information
    return _Train(
        members=members,
        ratios=ratios,
        frequency=guess * (1.0 + mean),
        frequency_error=guess / sqrt(information),
        chi2=max(float((deviation - mean) @ (solved[:, 1] - mean * solved[:, 0])), 0.0),
        weights=weights,
    )


def _best_joint(one: _Train, other: _Train, relative: Floats, comb: Comb, prior: float) -> _Joint:
    """Return the most likely ratio between any members of two trains."""
    count, (n_one, n_other) = len(relative), (len(one.members), len(other.members))
    if n_one == n_other == 1:
        weight = prior / (count - 1)
    elif n_one == 1 or n_other == 1:
        weight = 1.0 / (n_one * n_other * (count - n_one * n_other))
    else:
        weight = 1.0 / (n_one * n_other)
    error = ratio_error(one.weights - other.weights, relative)
    best = _Joint(inf, 1, 1)
    for n, m in product(one.ratios, other.ratios):
        ratio = (m * other.frequency) / (n * one.frequency)
        inverted = ratio < 1
        p, q, odds = comb.best(1 / ratio if inverted else ratio, error)
        if weight * odds > 1 / best.doubt:
            p, q = (q, p) if inverted else (p, q)
            # n p times the one frequency is m q times the other
            common = gcd(n * p, m * q)
            best = _Joint(1 / (weight * odds), m * q // common, n * p // common)
    return best


def _joined(one: _Train, other: _Train, joint: _Joint, f: Floats, covariance: Floats) -> _Train:
    members = (*one.members, *other.members)
    ratios = (*(n * joint.one for n in one.ratios), *(n * joint.other for n in other.ratios))
    doubt = one.doubt + other.doubt + joint.doubt
    return _lock(f, covariance, members, ratios)._replace(doubt=doubt)
