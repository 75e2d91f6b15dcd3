r"""Scatters of several groups, shrunk to each other: few values claim no precision of their own.

Where no errors are given, each group has a scatter of its own, and the least-squares estimate of a
few values may come out near 0 by chance, or because a line was chosen that passes through them.
So the variances of groups are drawn from one distribution, scaled inverse chi-square with
:math:`\nu` degrees of freedom about :math:`s^2` (Lindley & Smith 1972, J. R. Stat. Soc. B 34, 1;
Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3, 3, sect. 4): group g with the sum of squares
:math:`q_g` and :math:`d_g` degrees of freedom has, its variance integrated out,

.. math:: \log L_g = \log \Gamma(\tfrac{\nu + d_g}{2}) - \log \Gamma(\tfrac\nu2)
                     + \tfrac\nu2 \log \nu s^2 - \tfrac{\nu + d_g}{2} \log (\nu s^2 + q_g) .

How alike groups are, :math:`\nu`, is learned from them all: as likely as not they scatter alike
(:math:`\nu = \infty`, one variance), and otherwise each of a ladder of values is as likely as the
next.  Nothing is maximised over :math:`\nu`: what follows is averaged over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from epicycle.limits import SCATTERS
from epicycle.samples.arrays import Floats

#: Degrees of freedom of the distribution of variances: from groups that tell nothing of each other
#: (their scatters differ by factors) to groups whose scatters differ by 4 %, and to those of one.
_LADDER = np.append(2.0 ** np.arange(0, 11), np.inf)

#: Steps of Newton's method for the common variance, with the bracket halved where one would leave.
_MAX_STEPS = 60

#: Smallest mean square of a group in units of that of all, so that an exact fit has a logarithm.
_LEAST = 1e-12


@dataclass(frozen=True)
class Alikeness:
    """How alike the scatters of groups are: a probability of each number of degrees of freedom.

    Attributes
    ----------
    nu : ndarray, shape (K,)
        Degrees of freedom of the distribution of variances; the last is infinite.
    probability : ndarray, shape (K,)
        How likely each is.
    """

    nu: Floats
    probability: Floats

    @staticmethod
    def of(squares: Floats, dof: Floats) -> Alikeness:
        """Return what sums of squares say of how alike the groups are.

        Parameters
        ----------
        squares : ndarray, shape (G,)
            Sums of squares of each group.
        dof : ndarray, shape (G,)
            Their degrees of freedom; a group without any says nothing.
        """
        probability = np.zeros(len(_LADDER))
        if np.count_nonzero(dof > 0) < 2 or not squares.any():
            probability[-1] = 1.0
            return Alikeness(_LADDER, probability)
        probability[:] = (1.0 - SCATTERS.alike) / (len(_LADDER) - 1)
        probability[-1] = SCATTERS.alike
        logarithm = _common_variance(_LADDER, squares, dof)[1] + np.log(probability)
        probability = np.exp(logarithm - logarithm.max())
        return Alikeness(_LADDER, probability / probability.sum())

    def variances(self, squares: Floats, dof: Floats) -> Floats:
        """Return the variance of each group, shape (G,): one over the expected precision."""
        common = _common_variance(self.nu, squares, dof)[0]
        known = np.isfinite(self.nu)
        nu, scale = self.nu[known, np.newaxis], common[known, np.newaxis]
        precision = np.empty((len(self.nu), len(squares)))
        precision[known] = (nu + dof) / (nu * scale + squares)
        precision[~known] = 1.0 / common[~known, np.newaxis]
        result: Floats = 1.0 / (self.probability @ precision)
        return result

    def log_likelihood(self, squares: Floats, dof: Floats) -> float:
        """Return the logarithm of the likelihood of sums of squares, expected over `nu`."""
        return float(self.probability @ _common_variance(self.nu, squares, dof)[1])


def degrees_of_freedom(counts: Floats, free: float) -> Floats:
    """Return the degrees of freedom of each group, shape (G,).

    Each group has an offset of its own, and all else is fitted to all of them together.

    Parameters
    ----------
    counts : ndarray, shape (G,)
        Numbers of values.
    free : float
        Degrees of freedom of all of them.
    """
    own = np.maximum(counts - 1.0, 0.0)
    result: Floats = own * (free / max(float(own.sum()), 1.0))
    return result


def _common_variance(nu: Floats, squares: Floats, dof: Floats) -> tuple[Floats, Floats]:
    """Return the likeliest common variance for each `nu`, shape (K,), and the log likelihood."""
    total = max(float(dof.sum()), 1e-300)
    pooled = max(float(squares.sum()), 1e-200) / total
    squares = np.maximum(squares, _LEAST * pooled * dof)
    known = np.isfinite(nu)
    common = np.full(len(nu), pooled)
    logarithm = np.full(len(nu), -0.5 * total * (np.log(pooled) + 1.0))
    finite = nu[known, np.newaxis]

    def balance(variance: Floats) -> tuple[Floats, Floats]:
        # rises with the logarithm of the variance, and is 0 at the stationary point
        share = variance[:, np.newaxis] / (finite * variance[:, np.newaxis] + squares)
        part = (finite + dof) * share
        return part.sum(axis=1) - len(dof), (part * squares / variance[:, np.newaxis] * share).sum(
            axis=1
        )

    mean = squares[dof > 0] / dof[dof > 0]
    low, high = np.full((2, len(finite)), np.log([[mean.min()], [mean.max()]]))
    at = np.clip(np.log(common[known]), low, high)
    for _ in range(_MAX_STEPS):
        excess, slope = balance(np.exp(at))
        low, high = np.where(excess < 0, at, low), np.where(excess < 0, high, at)
        step = at - excess / np.maximum(slope, 1e-300)
        step = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        done = np.abs(step - at).max(initial=0.0) < 1e-10
        at = step
        if done:
            break
    common[known] = np.exp(at)
    half, scale = 0.5 * (finite + dof), finite * common[known, np.newaxis]
    terms = special.gammaln(half) - special.gammaln(0.5 * finite)
    terms += 0.5 * finite * np.log(scale) - half * np.log(scale + squares)
    # (with this constant it tends to the likelihood of one variance as nu grows)
    logarithm[known] = terms.sum(axis=1) + 0.5 * total * np.log(2.0)
    return common, logarithm
