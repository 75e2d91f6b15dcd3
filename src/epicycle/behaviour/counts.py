r"""A rhythm of counts, with errors that zeros, overdispersion and memory do not spoil.

Counts have no constant scatter, and a cosine may ask for fewer than none.  Their logarithm is
fitted instead, with a level of its own for each day,

.. math:: \log \mu_d(t) = b_d + A \cos(2 \pi (t / P - \phi)) .

Given the total of a day, its counts are shared among the hours as :math:`\pi_h \propto
\exp(A \cos(\dots))`: the conditional Poisson regression of Armstrong et al. (2014).  The score of a
day is its mean vector (the mean of cos and sin, weighted with the counts) less the one that is
expected,

.. math:: u_d = \frac{\sum_h y_{dh} v_h}{\sum_h y_{dh}} - \sum_h \pi_h v_h, \qquad
          v_h = (\cos \omega t_h, \sin \omega t_h), \qquad \sum_d u_d = 0 .

Every day counts the same, whatever its total.  These equations are right for any distribution with
that mean, zero-inflated or overdispersed.  Poisson's errors are not: counts of one hour are like
those of the next, and one day is not like another.  So errors come from the scatter of
:math:`u_d` between days alone (the sandwich of Liang and Zeger 1986, a day as a cluster), and the
p-value is Hotelling's of the mean vectors of the days, Batschelet's (1981) second-order analysis.

References
----------
B. G. Armstrong, A. Gasparrini, A. Tobias (2014), BMC Med. Res. Methodol. 14, 122.
K.-Y. Liang, S. L. Zeger (1986), Biometrika 73, 13.
E. Batschelet (1981), Circular Statistics in Biology, Academic Press, chapter 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.behaviour.vectors import second_order_p
from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats

#: Steps of the fit at most, the change from which on it has converged, and the largest step.
_STEPS, _CONVERGED, _STEP = 60, 1e-12, 1.0

#: An amplitude of the logarithm above which all counts are in one part of the day.
_HIGHEST = 20.0

#: Days from which their scatter can be told: two for the mean vector, and two more.
_DAYS = 4


@dataclass(frozen=True)
class CountRhythm:
    """A sinusoid in the logarithm of counts.

    Attributes
    ----------
    mean : float
        Of the counts, per hour.
    log_amplitude, log_amplitude_error : float
        A, of the natural logarithm.
    peak_to_trough : float
        Expected counts at the maximum, in units of those at the minimum: exp(2 A).
    maximum, maximum_error : float
        When the counts are highest, in hours from the beginning of a cycle.  As the error comes
        from the scatter of so many days, intervals are those of Student's t with days - 1 degrees
        of freedom.
    p_value : float
        Of no rhythm of this period.
    dispersion : float
        Mean of the squared deviations within days, in units of a Poisson distribution's; 1 for
        that one.
    zeros, zeros_expected : float
        Share of the hours without any count, and that of a Poisson distribution with this mean.
    days, hours : int
        That were used: days with counts in at least 16 of their hours.
    """

    mean: float
    log_amplitude: float
    log_amplitude_error: float
    peak_to_trough: float
    maximum: float
    maximum_error: float
    p_value: float
    dispersion: float
    zeros: float
    zeros_expected: float
    days: int
    hours: int


def count_rhythm(counts: Floats, period: float = 24.0) -> CountRhythm:
    """Return the rhythm of counts per hour.

    Parameters
    ----------
    counts : ndarray, shape (days, 24)
        Counts in each of 24 parts of each cycle, NaN where there are none; not negative.
    period : float
        Length of a cycle in hours.

    Raises
    ------
    ValueError
        If fewer than four days have counts, or all counts are at one time of the day.
    """
    present = np.isfinite(counts)
    usable = present.sum(axis=1) >= ACTIGRAPHY.hours
    usable &= np.where(present, counts, 0.0).sum(axis=1) > 0
    n = int(usable.sum())
    if n < _DAYS:
        raise ValueError(f"{n} days have enough counts, and their scatter needs {_DAYS}")
    present, y = present[usable], np.where(present, counts, 0.0)[usable]
    angle = 2.0 * math.pi * (np.arange(24) + 0.5) / 24.0
    vectors = np.column_stack([np.cos(angle), np.sin(angle)])
    share = y / y.sum(axis=1, keepdims=True)
    theta = _fit(share, present, vectors)
    expected = _shares(theta, present, vectors)
    score = (share - expected) @ vectors
    bread = np.linalg.inv(_information(expected, vectors))
    covariance = n * bread @ np.cov(score.T) @ bread
    amplitude = math.hypot(*theta.tolist())
    along = theta / max(amplitude, 1e-300)
    across = np.array([-along[1], along[0]])
    phase_error = math.sqrt(float(across @ covariance @ across)) / max(amplitude, 1e-300)
    mu = expected * y.sum(axis=1, keepdims=True)
    hours = int(present.sum())
    squares = np.where(present, (y - mu) ** 2 / np.maximum(mu, 1e-300), 0.0)
    return CountRhythm(
        mean=float(y[present].mean()),
        log_amplitude=amplitude,
        log_amplitude_error=math.sqrt(float(along @ covariance @ along)),
        peak_to_trough=math.exp(2.0 * amplitude),
        maximum=math.atan2(along[1], along[0]) / (2.0 * math.pi) % 1.0 * period,
        maximum_error=min(phase_error / (2.0 * math.pi), 0.5) * period,
        p_value=second_order_p((share - _shares(0.0 * theta, present, vectors)) @ vectors),
        dispersion=float(squares.sum()) / (hours - n - 2),
        zeros=float((y[present] == 0).mean()),
        zeros_expected=float(np.exp(-mu[present]).mean()),
        days=n,
        hours=hours,
    )


def _shares(theta: Floats, present: NDArray[np.bool_], vectors: Floats) -> Floats:
    """Return how the counts of each day are shared among its hours, shape (days, 24)."""
    exponent = vectors @ theta
    weight = np.where(present, np.exp(exponent - exponent.max()), 0.0)
    result: Floats = weight / weight.sum(axis=1, keepdims=True)
    return result


def _information(expected: Floats, vectors: Floats) -> Floats:
    """Return the sum over days of the covariance of the vectors under the shares."""
    mean = expected @ vectors
    result: Floats = (vectors * expected.sum(axis=0)[:, np.newaxis]).T @ vectors - mean.T @ mean
    return result


def _fit(share: Floats, present: NDArray[np.bool_], vectors: Floats) -> Floats:
    """Return the cosine and sine of the logarithm, by Newton's steps on a concave likelihood."""
    theta = np.zeros(2)
    for _ in range(_STEPS):
        expected = _shares(theta, present, vectors)
        score = ((share - expected) @ vectors).sum(axis=0)
        step = np.linalg.solve(_information(expected, vectors), score)
        size = float(np.abs(step).max())
        theta = theta + step * min(1.0, _STEP / max(size, 1e-300))
        if math.hypot(*theta.tolist()) > _HIGHEST:
            break
        if size < _CONVERGED:
            return theta
    raise ValueError("all counts are at one time of the day, and a sinusoid has no such logarithm")
