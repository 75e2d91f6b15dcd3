r"""The amplitude of a cycle as a slowly varying factor: what samples say of it, and what follows.

A cycle with the waveform w contributes :math:`e(t) w(t)`, and the factor e is 1 on average over
the data.  Its deviation from 1 is a Gaussian process with the Matérn covariance of order 3/2
(Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eq. 4.17),

.. math:: \langle b(t) b(t') \rangle = \sigma^2 (1 + x) e^{-x},
          \qquad x = |t - t'| / \ell ,

so that it is smooth, and beyond the data goes on for a while before it reverts to the mean, while
its error grows to that of the prior.  Size and length are averaged over with the weights that the
evidence gives them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from epicycle.samples.arrays import Floats

#: Lengths of the covariance, in baselines.
_LENGTHS = np.geomspace(0.05, 3.0, 12)

#: Sizes of the variation, as standard deviations of the factor.
_SIZES = np.geomspace(0.02, 2.0, 25)

#: Knots of a forecast, in baselines beyond either end; the last is as good as infinity.
_BEYOND = np.geomspace(0.01, 40.0, 32)


@dataclass(frozen=True, eq=False)
class Envelope:
    """How the amplitude of one cycle varies.

    Attributes
    ----------
    frequency : float
        Of the cycle.
    lines : tuple of int
        Its sinusoids, which vary together.
    knots : ndarray, shape (m,)
        Times from the reference time, ascending, within the data and far beyond.
    factor, error : ndarray, shape (m,)
        Amplitude there in units of the mean over the data, and its standard deviation.
    n_parameters : float
        Effective number of parameters that the data have determined.
    """

    frequency: float
    lines: tuple[int, ...]
    knots: Floats
    factor: Floats
    error: Floats
    n_parameters: float

    def at(self, offset: Floats) -> Floats:
        """Return the factor at times from the reference time."""
        return np.asarray(np.interp(offset, self.knots, self.factor), dtype=np.float64)

    def variance(self, offset: Floats) -> Floats:
        """Return the variance of the factor at times from the reference time."""
        return np.asarray(np.interp(offset, self.knots, self.error**2), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What samples say of the values b of a deviation at m knots evenly over the data.

    The logarithm of their likelihood is ``v b - b A b / 2`` and a constant.

    Attributes
    ----------
    matrix, vector : ndarray, shape (m, m) and (m,)
        A and v.
    mean_weights : ndarray, shape (m,)
        Weights, of sum 1, with which the mean of b over the data is 0.
    """

    matrix: Floats
    vector: Floats
    mean_weights: Floats


@dataclass(frozen=True, eq=False)
class Posterior:
    """A deviation as it follows from evidence.

    Attributes
    ----------
    gain : float
        Logarithm of the evidence for a varying amplitude against a constant one.
    inside : ndarray, shape (m,)
        Mean at the knots of the evidence.
    places : ndarray, shape (l,)
        Those knots and others beyond them, in baselines from the first sample.
    mean, variance : ndarray, shape (l,)
        There.
    n_parameters : float
        Effective number of parameters.
    """

    gain: float
    inside: Floats
    places: Floats
    mean: Floats
    variance: Floats
    n_parameters: float


def matern(distance: Floats) -> Floats:
    """Return the covariance of order 3/2 at distances in units of its length."""
    x = np.abs(distance)
    result: Floats = (1 + x) * np.exp(-x)
    return result


def infer(evidence: Evidence) -> Posterior:
    """Return the deviation that follows from `evidence`, averaged over sizes and lengths.

    Notes
    -----
    For each length the prior covariance at the knots, with the mean over the data taken out, is
    ``L L^T``; in the eigenvectors of ``L^T A L`` every size has its evidence and its posterior in
    closed form.
    """
    size = len(evidence.vector)
    seen = np.linspace(0.0, 1.0, size)
    places = np.concatenate([-_BEYOND[::-1], seen, 1.0 + _BEYOND])
    centring = np.eye(size) - evidence.mean_weights
    variances = _SIZES**2
    log_evidence = np.empty((len(_LENGTHS), len(_SIZES)))
    means = np.empty((len(_LENGTHS), len(_SIZES), len(places)))
    spreads, parameters = np.empty_like(means), np.empty_like(log_evidence)
    for i, length in enumerate(_LENGTHS):
        among = matern(np.subtract.outer(seen, seen) / length)
        toward = matern(np.subtract.outer(places, seen) / length)
        # the mean is taken out of the process as a whole, wherever it is looked at
        average = among @ evidence.mean_weights
        constant = float(evidence.mean_weights @ average)
        prior = 1.0 - 2 * (toward @ evidence.mean_weights) + constant
        toward = (toward - average) @ centring.T
        values, vectors = np.linalg.eigh(centring @ among @ centring.T)
        kept = values > 1e-9 * values[-1]
        root = vectors[:, kept] * np.sqrt(values[kept])
        eigenvalues, turn = np.linalg.eigh(root.T @ evidence.matrix @ root)
        eigenvalues = np.maximum(eigenvalues, 0.0)
        projected = turn.T @ (root.T @ evidence.vector)
        # at any place, the process follows from its values at the knots
        response = toward @ (vectors[:, kept] / np.sqrt(values[kept])) @ turn
        for j, variance in enumerate(variances):
            shrunk = variance / (1 + variance * eigenvalues)
            log_evidence[i, j] = 0.5 * (
                (shrunk * projected**2).sum() - np.log1p(variance * eigenvalues).sum()
            )
            means[i, j] = response @ (shrunk * projected)
            known = response**2 @ (variance - shrunk)
            spreads[i, j] = np.maximum(variance * prior - known, 0.0)
            parameters[i, j] = (shrunk * eigenvalues).sum()
    weights = np.exp(log_evidence - special.logsumexp(log_evidence))
    mean = np.einsum("ij,ijp->p", weights, means)
    second = np.einsum("ij,ijp->p", weights, spreads + means**2)
    within = slice(len(_BEYOND), len(_BEYOND) + size)
    return Posterior(
        gain=float(special.logsumexp(log_evidence) - np.log(log_evidence.size)),
        inside=mean[within],
        places=places,
        mean=mean,
        variance=np.maximum(second - mean**2, 0.0),
        n_parameters=float((weights * parameters).sum()),
    )
