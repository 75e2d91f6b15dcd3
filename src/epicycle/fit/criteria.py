"""Likelihoods and BIC of fits, in one convention."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from epicycle.fit.joint import Fit
from epicycle.limits import HARMONICS, NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


def log_likelihood(data: Data, fit: Fit, n_parameters: int, *, absolute: bool) -> float:
    """Return the logarithm of the largest likelihood of a fit, its scale integrated out.

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
    result = 0.0
    for j, chi2 in enumerate(fit.chi2.tolist()):
        w = data.weights_of(j)
        n = int(np.count_nonzero(w))
        share = max(n - n_parameters, 1) / n
        if absolute:
            result += 0.5 * share * float(np.log(w[w > 0]).sum()) - 0.5 * chi2
        else:
            result -= 0.5 * share * n * math.log(max(chi2, 1e-300))
    return result


def least_reduction(data: Data, chance: float = HARMONICS.chance_of_harmonic) -> float:
    """Return by how much a harmonic must reduce chi-square, in units of the noise.

    It must improve BIC, and noise must imitate it with at most the probability `chance`.
    """
    components = 2 * data.y.shape[1]
    # chi-square with this many degrees of freedom exceeds it by chance so rarely
    unlikely = 2.0 * float(special.gammainccinv(components / 2, chance))
    return float(max(components * np.log(max(data.n_values, 3)), unlikely))


def information_criterion(data: Data, fit: Fit) -> float:
    """Return the Bayesian information criterion of a pursuit's model, smaller is better.

    A frequency counts as one parameter, a line as two and a change of slope as one for each
    output, and the place of the change as one.
    """
    n_outputs = data.y.shape[1]
    counts = np.array([np.count_nonzero(data.weights_of(j)) for j in range(n_outputs)])
    parameters = len(fit.coefficients) * n_outputs + fit.structure.n_free
    parameters += len(data.background.knots)
    squares = (fit.residual**2).sum(axis=0)
    likelihood = float((counts * np.log(np.maximum(squares / counts, 1e-300))).sum())
    return float(likelihood + parameters * np.log(data.n_values))


def value_counts(data: Data) -> Floats:
    """Return the number of values of each output."""
    counts = [np.count_nonzero(data.weights_of(j)) for j in range(data.y.shape[1])]
    return np.array(counts, dtype=np.float64)


def _deviance(data: Data, n: Floats, fit: Fit) -> float:
    """Return minus twice the logarithm of the likelihood, the scale of the noise free.

    Below rounding errors no fit is better than another.
    """
    exact = NOISE.exact * (data.weights * data.y**2).sum(axis=0)
    return float((n * np.log(np.maximum(fit.chi2, np.maximum(exact, 1e-300)))).sum())
