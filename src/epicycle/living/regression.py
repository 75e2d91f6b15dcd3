"""Columns fitted beside a living level: generalised least squares, and the likelihood of all.

The likelihood is the restricted one (Patterson & Thompson 1971, Biometrika 58, 545), in which
columns that are fitted freely use up no variance: with V the covariance of the values in units of
s^2, X the free columns and Z those with a prior of precision D,

    -2 log L = (n - k) log s^2 + log |V| + log |A^T V^-1 A + D| - log |D|,    A = [X Z].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from epicycle.living.chain import Chain, Strengths
from epicycle.living.nodes import Nodes
from epicycle.samples.arrays import Floats

#: Part of a column's information that is added to it, so that columns alike are no trouble.
_RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """Columns and strengths, fitted.

    Attributes
    ----------
    strengths : Strengths
        Of the components, in units of `variance`, and of the nodes' time.
    variance : float
        Variance of a typical single value about everything.
    coefficients : ndarray, shape (m,)
        Of the columns.
    inverse : ndarray, shape (m, m)
        Their covariance, in units of `variance`.
    likelihood : float
        Logarithm of the restricted likelihood.
    evidence : float
        The likelihood less what the free columns cost, by the Bayesian information criterion:
        comparable between different columns.
    freedom : float
        Degrees of freedom of `variance`.
    chain : Chain
        The nodes, factored.
    """

    strengths: Strengths
    variance: float
    coefficients: Floats
    inverse: Floats
    likelihood: float
    evidence: float
    freedom: float
    chain: Chain


def solve(nodes: Nodes, strengths: Strengths, penalty: Floats) -> Solution:
    """Return the fit of the columns of nodes, for given strengths.

    Parameters
    ----------
    nodes : Nodes
        Values and m columns.
    strengths : Strengths
        Of the components.
    penalty : ndarray, shape (m,)
        Precision of each column's coefficient beforehand, in units of one over the variance of a
        single value; 0 for those that are free.
    """
    noise, values = nodes.noise, nodes.values
    mean = nodes.length > 0
    spread = 1.0
    if strengths.error > 0 and nodes.n_within:
        noise = noise + strengths.error * np.where(mean, _averaged(strengths, nodes.length), 0.0)
        spread = 1.0 + strengths.error
    chain = Chain(strengths, nodes.steps, noise, mean)
    products = values.T @ chain.weighted(values) + nodes.within / spread
    gram = products[1:, 1:] + np.diag(penalty)
    size = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    factor = linalg.cho_factor(gram / np.outer(size, size) + _RIDGE * np.eye(len(size)), lower=True)
    inverse = linalg.cho_solve(factor, np.eye(len(size))) / np.outer(size, size)
    coefficients = inverse @ products[1:, 0]
    free = penalty == 0
    n, k = nodes.n_values, int(free.sum())
    freedom = max(n - k, 1.0)
    quadratic = float(products[0, 0] - products[1:, 0] @ coefficients)
    variance = max(quadratic / freedom, 1e-300)
    determinant = 2 * float(np.log(np.diag(factor[0])).sum() + np.log(size).sum())
    likelihood = -0.5 * (
        freedom * (np.log(variance) + 1.0)
        + chain.log_determinant
        + nodes.n_within * np.log(spread)
        + determinant
        - float(np.log(penalty[~free]).sum())
    )
    of_free = np.linalg.slogdet(
        products[1:, 1:][np.ix_(free, free)] / np.outer(size, size)[np.ix_(free, free)]
    )[1] + 2 * float(np.log(size[free]).sum())
    evidence = likelihood + 0.5 * (of_free - k * (np.log(variance) + np.log(n)))
    return Solution(
        strengths, variance, coefficients, inverse, likelihood, float(evidence), freedom, chain
    )


def _averaged(strengths: Strengths, length: Floats) -> Floats:
    """Return the variance of errors with a memory that is left in means over some time."""
    x = np.maximum(strengths.rate * length, 1e-4)
    left: Floats = 2 * (x + np.expm1(-x)) / x**2
    return left
