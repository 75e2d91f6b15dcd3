r"""How counts scatter about their mean: Poisson or negative binomial, with zeros besides.

With mean :math:`\mu` the variance of a negative binomial is :math:`(1 + a) \mu`, as that of a
quasi-Poisson number, or :math:`\mu + b \mu^2` (Cameron & Trivedi 2013, Regression Analysis of
Count Data, section 3.3: NB1 and NB2).  Besides, a count may be 0 with a probability whatever the
mean (Lambert 1992, Technometrics 34, 1).  The Bayesian information criterion chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from epicycle.samples.arrays import Floats

#: Below this share of the mean what a variance has more than a Poisson number's is not seen.
_LEAST_EXCESS = 1e-6

#: Counts that a family is chosen by, at most, evenly taken.
_MOST = 6000

#: Starting values of excess and of the probability of a zero.
_BEGIN = (0.3, 0.1)


@dataclass(frozen=True)
class Family:
    """A distribution of counts, given their means.

    Attributes
    ----------
    linear, square : float
        What the variance has more than the mean: ``linear * mean + square * mean**2``, of those
        counts that are not 0 whatever the mean.
    zeros : float
        Probability that a count is 0 whatever the mean.
    """

    linear: float = 0.0
    square: float = 0.0
    zeros: float = 0.0

    @property
    def n_parameters(self) -> int:
        """How many of its numbers are not 0."""
        return sum(number > 0 for number in (self.linear, self.square, self.zeros))

    def variance(self, mean: Floats) -> Floats:
        """Return the variance of counts of given means."""
        inner = mean / (1.0 - self.zeros)
        own = inner * (1.0 + self.linear + self.square * inner)
        result: Floats = (1.0 - self.zeros) * (own + self.zeros * inner**2)
        return result

    def log_chance(self, counts: Floats, mean: Floats) -> Floats:
        """Return the logarithm of the probability of counts of given means."""
        inner = np.maximum(mean / (1.0 - self.zeros), 1e-300)
        size = self._size(inner)
        result: Floats = (
            special.gammaln(counts + size)
            - special.gammaln(size)
            - special.gammaln(counts + 1.0)
            - size * np.log1p(inner / size)
            + special.xlogy(counts, inner / (size + inner))
        )
        if self.zeros == 0:
            return result
        rest = np.log1p(-self.zeros) + result
        result = np.where(counts == 0, np.logaddexp(np.log(self.zeros), rest), rest)
        return result

    def chance_up_to(self, counts: Floats, mean: Floats) -> Floats:
        """Return the probability of at most so many, given the mean."""
        inner = np.maximum(mean / (1.0 - self.zeros), 1e-300)
        size = self._size(inner)
        own = special.betainc(size, counts + 1.0, size / (size + inner))
        result: Floats = np.where(counts < 0, 0.0, self.zeros + (1.0 - self.zeros) * own)
        return result

    def _size(self, inner: Floats) -> Floats:
        size: Floats = inner / np.maximum(self.linear + self.square * inner, _LEAST_EXCESS)
        return size


def likeliest_family(counts: Floats, mean: Floats) -> Family:
    """Return the family that explains counts of given means best, by its information criterion."""
    step = -(-len(counts) // _MOST)
    counts, mean = counts[::step], mean[::step]
    price = 0.5 * np.log(max(len(counts), 2))
    best, most = Family(), float(Family().log_chance(counts, mean).sum())
    for names in (("linear",), ("square",), ("zeros",), ("linear", "zeros"), ("square", "zeros")):
        family = _fitted(names, counts, mean)
        worth = float(family.log_chance(counts, mean).sum()) - price * len(names)
        if worth > most:
            best, most = family, worth
    return best


def _fitted(names: tuple[str, ...], counts: Floats, mean: Floats) -> Family:
    """Return the likeliest family with some of its numbers free."""

    def family(x: Floats) -> Family:
        bounded = np.clip(x, -14.0, 14.0)
        numbers = {
            name: float(special.expit(v) if name == "zeros" else np.exp(v))
            for name, v in zip(names, bounded, strict=True)
        }
        return Family(**numbers)

    def unlikely(x: Floats) -> float:
        return -float(family(x).log_chance(counts, mean).sum())

    begin = [
        float(special.logit(_BEGIN[1]) if name == "zeros" else np.log(_BEGIN[0])) for name in names
    ]
    found = optimize.minimize(
        unlikely,
        np.array(begin),
        method="Nelder-Mead",
        options={"xatol": 0.02, "fatol": 0.05, "maxiter": 120},
    )
    return family(found.x)
