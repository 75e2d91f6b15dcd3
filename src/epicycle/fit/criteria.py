r"""Likelihoods and BIC of fits, in one convention.

Noise is Gaussian, and the weights are inverse variances but for one scale s of each output.  Of n
values with a weighted sum of squared residuals chi-square, the logarithm of the likelihood is

.. math:: \log L = -\tfrac12 n \log s - \tfrac12 \chi^2 / s ,

without what all fits to the same values with the same weights share.  Where the scale is free, it
is the one that makes this largest, :math:`\chi^2 / n`.  Integrated out instead, it leaves the same
with the degrees of freedom in place of n (Bretthorst 1988, Bayesian Spectrum Analysis and Parameter
Estimation, eq. 3.17), and so every function takes whichever of the two its caller counts with.

Below :func:`epicycle.fit.noise.rounding`, chi-square is what float64 has left of an exact fit.
Which of two exact fits has less of it is chance, and no evidence for either: with n values, a
factor of 2 would be worth odds of :math:`2^{n/2}`.  So no likelihood here counts less than that.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from epicycle.fit.joint import Fit
from epicycle.fit.noise import rounding
from epicycle.limits import HARMONICS, NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

# ---- Likelihoods -----------------------------------------------------------------------------


def with_known_scale(chi2: float, n: float, scale: float) -> float:
    """Return the logarithm of the likelihood of one output, the scale of its noise known."""
    return -0.5 * n * math.log(scale) - 0.5 * chi2 / scale


def with_free_scale(chi2: Floats, n: Floats, least: Floats) -> float:
    """Return the logarithm of the largest likelihood of some outputs, their scales free.

    Parameters
    ----------
    chi2 : ndarray, shape (d,)
        Weighted sums of squared residuals.
    n : ndarray, shape (d,)
        Numbers of values, or degrees of freedom.
    least : ndarray, shape (d,)
        What rounding may leave of chi-square, see :func:`epicycle.fit.noise.rounding`.
    """
    # (1e-300 is for values that are all 0)
    scale = np.maximum(chi2, np.maximum(least, 1e-300)) / np.maximum(n, 1.0)
    return float(-0.5 * (n * (np.log(scale) + 1.0)).sum())


def deviance(data: Data, fit: Fit, n: Floats) -> float:
    """Return minus twice the logarithm of the likelihood of a fit, the scales of the noise free.

    Parameters
    ----------
    data : Data
        The regression problem, with the weights that go with `fit`.
    fit : Fit
        Its solution.
    n : ndarray, shape (d,)
        Numbers of values, or degrees of freedom, the same for all fits that are compared.
    """
    return -2.0 * with_free_scale(fit.chi2, n, rounding(data))


def log_likelihood(data: Data, fit: Fit, n_parameters: int, *, absolute: bool) -> float:
    """Return the logarithm of the likelihood of a fit whose weights may differ from others'.

    Parameters
    ----------
    data : Data
        The regression problem, with the weights that go with `fit`.
    fit : Fit
        Its solution.
    n_parameters : int
        Number that the degrees of freedom are counted with, the same for all that are compared.
    absolute : bool
        Whether the weights are inverse variances; otherwise the scale of each output's noise is
        integrated out.
    """
    n = value_counts(data)
    share = np.maximum(n - n_parameters, 1) / n
    if not absolute:
        return with_free_scale(fit.chi2, share * n, rounding(data))
    result = 0.0
    for j, chi2 in enumerate(fit.chi2.tolist()):
        used = data.weights_of(j) > 0
        # no variance is known to be smaller than that of rounding errors
        least = max(NOISE.exact * float((data.y[used, j] ** 2).mean()), 1e-300)
        weights = np.minimum(data.weights_of(j)[used], 1.0 / least)
        result += 0.5 * share[j] * float(np.log(weights).sum()) - 0.5 * chi2
    return result


# ---- What parameters cost --------------------------------------------------------------------


def price_of_parameters(n_parameters: int, n_values: int) -> float:
    """Return by how much so many parameters must lower the deviance, by BIC.

    Each is learned from `n_values`, and has as much information beforehand as one of them (Kass &
    Wasserman 1995, J. Am. Stat. Assoc. 90, 928).
    """
    return n_parameters * math.log(max(n_values, 3))


def price_of_line(n: Floats) -> float:
    """Return what a line of a known frequency costs: two amplitudes in each output.

    They are learned from the values of their output, of which there are `n`, shape (d,).
    """
    return 2.0 * float(np.log(n).sum())


def price_of_frequency(n: Floats) -> float:
    """Return what a frequency costs, which is learned from the values of all outputs."""
    return math.log(float(n.sum()))


def least_reduction(data: Data, chance: float = HARMONICS.chance_of_harmonic) -> float:
    """Return by how much a harmonic must reduce chi-square, in units of the noise.

    It must improve BIC, and noise must imitate it with at most the probability `chance`.
    """
    components = 2 * data.y.shape[1]
    # chi-square with this many degrees of freedom exceeds it by chance so rarely
    unlikely = 2.0 * float(special.gammainccinv(components / 2, chance))
    return max(price_of_parameters(components, data.n_values), unlikely)


def information_criterion(data: Data, fit: Fit) -> float:
    """Return the Bayesian information criterion of a pursuit's model, smaller is better.

    A frequency counts as one parameter, a line as two and a change of slope as one for each
    output, and the place of the change as one.  Values count alike, whatever their weights, which
    may differ between pursuits.
    """
    n_outputs = data.y.shape[1]
    parameters = len(fit.coefficients) * n_outputs + fit.structure.n_free
    parameters += len(data.background.knots)
    used = data.weights > 0
    least = NOISE.exact * (data.y**2 * used).sum(axis=0)
    squares = (fit.residual**2).sum(axis=0)
    unexplained = -2.0 * with_free_scale(squares, value_counts(data), least)
    return unexplained + price_of_parameters(parameters, data.n_values)


def value_counts(data: Data) -> Floats:
    """Return the number of values of each output, as far as unequal weights leave them."""
    counts = [np.count_nonzero(data.weights_of(j)) for j in range(data.y.shape[1])]
    return data.told * np.array(counts, dtype=np.float64)
