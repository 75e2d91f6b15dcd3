r"""A rhythm of counts, with errors that zeros, overdispersion and memory do not spoil.

Counts have no constant scatter, and a cosine may ask for fewer than none.  Their logarithm is
fitted instead,

.. math:: \log \mu(t) = b + A \cos(2 \pi (t / P - \phi)),

by the estimating equations of a Poisson regression (quasi-likelihood: McCullagh and Nelder 1989,
chapter 9), which are right for any distribution with that mean: zero-inflated or overdispersed.
Their errors are not: counts of one hour are like those of the next, and one day is not like
another.  So the errors come from the scatter between days alone, by the jackknife that leaves out
one day after the other (Cameron and Miller 2015, CR3), each time by one step of the fit.  The
p-value is that of Hotelling's T-squared for as many days.

References
----------
P. McCullagh, J. A. Nelder (1989), Generalized Linear Models, 2nd edition, Chapman and Hall.
A. C. Cameron, D. L. Miller (2015), J. Hum. Resour. 50, 317.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from epicycle.samples.arrays import Floats

#: Steps of the fit at most, and the change of the logarithm from which on it has converged.
_STEPS, _CONVERGED = 50, 1e-10

#: The largest change of the logarithm in one step.
_STEP = 2.0


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
        When the counts are highest, in hours from the beginning of a cycle.
    p_value : float
        Of no rhythm of this period.
    dispersion : float
        Mean of the squared deviations, in units of a Poisson distribution's; 1 for that one.
    zeros, zeros_expected : float
        Share of the hours without any count, and that of a Poisson distribution with this mean.
    days, hours : int
        That were used.
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
        If fewer than four days have counts, or these do not tell the rhythm.
    """
    present = np.isfinite(counts)
    days = np.flatnonzero(present.any(axis=1))
    if len(days) < 4:
        raise ValueError(f"{len(days)} days have counts, and their scatter needs 4")
    hour = np.broadcast_to(np.arange(24) + 0.5, counts.shape)[present]
    day = np.broadcast_to(np.arange(len(counts))[:, np.newaxis], counts.shape)[present]
    y = counts[present]
    angle = 2.0 * math.pi * hour / 24.0
    design = np.column_stack([np.ones(len(y)), np.cos(angle), np.sin(angle)])
    beta = _fit(design, y)
    mu = np.exp(design @ beta)
    covariance = _between_days(design, y - mu, mu, day)
    _, a, b = beta.tolist()
    amplitude = math.hypot(a, b)
    along, across = np.array([a, b]) / amplitude, np.array([-b, a]) / amplitude
    block = covariance[1:, 1:]
    phase_error = math.sqrt(float(across @ block @ across)) / amplitude / (2.0 * math.pi)
    n = len(days)
    statistic = float(np.array([a, b]) @ np.linalg.solve(block, np.array([a, b])))
    # Hotelling: T^2 (n - q) / (q (n - 1)) has F with q and n - q degrees of freedom, q = 2
    p_value = float(special.fdtrc(2, n - 2, statistic * (n - 2) / (2.0 * (n - 1))))
    return CountRhythm(
        mean=float(y.mean()),
        log_amplitude=amplitude,
        log_amplitude_error=math.sqrt(float(along @ block @ along)),
        peak_to_trough=math.exp(2.0 * amplitude),
        maximum=math.atan2(b, a) / (2.0 * math.pi) % 1.0 * period,
        maximum_error=min(phase_error, 0.5) * period,
        p_value=p_value,
        dispersion=float(((y - mu) ** 2 / mu).sum()) / (len(y) - 3),
        zeros=float((y == 0).mean()),
        zeros_expected=float(np.exp(-mu).mean()),
        days=n,
        hours=len(y),
    )


def _fit(design: Floats, y: Floats) -> Floats:
    """Return the coefficients of a Poisson regression, by Fisher's scoring."""
    beta = np.zeros(design.shape[1])
    beta[0] = math.log(float(y.mean()))
    for _ in range(_STEPS):
        mu = np.exp(design @ beta)
        information = design.T @ (design * mu[:, np.newaxis])
        step = np.linalg.solve(information, design.T @ (y - mu))
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, _STEP / max(size, 1e-300))
        if size < _CONVERGED:
            return beta
    raise ValueError("counts are all but confined to one time of the day: their logarithm is none")


def _between_days(design: Floats, residual: Floats, mu: Floats, day: np.ndarray) -> Floats:
    """Return the covariance of the coefficients from leaving out one day after the other."""
    information = design.T @ (design * mu[:, np.newaxis])
    moves = []
    for one in np.unique(day):
        rows = design[day == one]
        rest = information - rows.T @ (rows * mu[day == one, np.newaxis])
        moves.append(np.linalg.solve(rest, rows.T @ residual[day == one]))
    apart = np.array(moves)
    apart -= apart.mean(axis=0)
    n = len(apart)
    result: Floats = (n - 1.0) / n * apart.T @ apart
    return result
