r"""A smooth noise spectrum, and lines tested against it.

Noise with a memory has more power at some frequencies than at others, and a test against white
noise calls its long swings cycles.  Here the logarithm of the spectrum of the residual is a
natural cubic spline in the logarithm of frequency, fitted by Whittle's likelihood (1953, Ark. Mat.
2, 423): each power is exponential about its mean.  That is a regression with a logarithmic link,
whose weights are all 1, so the error of the fitted level follows from the columns alone.  The
power over an estimated level has the F distribution, whose tail is heavier than exponential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from epicycle.fit.joint import Fit
from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.periodogram import Periodogram

#: Powers at most, at equidistant frequencies, from which the level is estimated.
_MOST_POWERS = 1 << 16


#: The level is tabulated at this number of frequencies, and interpolated between them.
_TABLE = 512

_ITERATIONS = 50

#: Logarithm of the highest level, and of the inverse of the lowest: far from all knots it is
#: extrapolated, and its square must be a number.
_EXTREME = 300.0


@dataclass(frozen=True)
class Continuum:
    """The level of the noise along the frequency axis.

    Attributes
    ----------
    frequency : ndarray, shape (m,)
        Logarithms of the frequencies of the table.
    log_level : ndarray, shape (d, m)
        Logarithm of the noise power of each output, relative to white noise of the fitted scale.
    dof : ndarray, shape (d, m)
        Degrees of freedom of a chi-square variable that scatters as the estimated level does.
    """

    frequency: Floats
    log_level: Floats
    dof: Floats

    def level(self, frequency: Floats) -> Floats:
        """Return the noise level at each frequency, relative to white noise, shape (k, d)."""
        at = np.log(np.maximum(frequency, 1e-300))
        logs = [np.interp(at, self.frequency, one) for one in self.log_level]
        result: Floats = np.exp(np.stack(logs, axis=1))
        return result

    def evidence(self, frequency: Floats, reduction: Floats) -> Floats:
        r"""Return what reductions of chi-square are worth, as a chi-square in known white noise.

        Parameters
        ----------
        frequency : ndarray, shape (k,)
        reduction : ndarray, shape (d, k)
            By how much a sinusoid lowers chi-square, relative to the fitted scale.

        Returns
        -------
        ndarray, shape (k,)
            ``sum_j dof log(1 + reduction / (level dof))``: -2 log of the probability of an F
            variable with 2 and dof degrees of freedom, chi-square with 2 for each output.
        """
        at = np.log(np.maximum(frequency, 1e-300))
        total = np.zeros(len(at))
        for one, log_level, dof in zip(reduction, self.log_level, self.dof, strict=True):
            free = np.interp(at, self.frequency, dof)
            level = np.exp(np.interp(at, self.frequency, log_level))
            total += free * np.log1p(np.maximum(one, 0.0) / (level * free))
        return total


def continuum(data: Data, fit: Fit, minimum: float, maximum: float) -> Continuum:
    """Return the smooth spectrum of the residual of a fit, its lines left out.

    Parameters
    ----------
    data, fit : Data, Fit
        The regression problem and its solution.
    minimum, maximum : float
        The band.
    """
    width = 1.0 / data.baseline
    lowest = max(minimum, width)
    spacing = max(width, (maximum - lowest) / _MOST_POWERS)
    n = max(math.ceil((maximum - lowest) / spacing), 2)
    frequency = lowest + np.arange(n) * spacing
    engine = Periodogram(data, spacing, n)
    power = engine.reduction(fit.residual, lowest) / (2 * fit.scale[:, np.newaxis])
    kept = np.ones(n, dtype=bool)
    for line in fit.structure.line_frequency:
        kept &= np.abs(frequency - line) > NOISE.notch * width
    if kept.sum() < 4:
        kept[:] = True
    table = np.linspace(math.log(lowest), math.log(max(maximum, 1.001 * lowest)), _TABLE)
    fits = []
    for j, one in enumerate(power):
        values = np.count_nonzero(data.weights_of(j)) - fit.n_parameters
        used = kept & (one > 0)
        fits.append(_spline_fit(np.log(frequency[used]), one[used], table, float(values)))
    return Continuum(
        table, np.stack([level for level, _ in fits]), np.stack([dof for _, dof in fits])
    )


def _spline_fit(x: Floats, power: Floats, table: Floats, values: float) -> tuple[Floats, Floats]:
    """Return logarithm and degrees of freedom of the level at the places of a table."""
    inner = max(int((table[-1] - table[0]) / math.log(NOISE.red_knot_ratio)), 0)
    # (few powers know a mean, or a slope; the error of more would be honest, but large)
    n_columns = max(min(inner + 2, len(x) // 4), 1)
    knots = np.linspace(table[0], table[-1], max(n_columns, 2))
    columns, at = (_natural_spline(one, knots)[:, :n_columns] for one in (x, table))
    coefficients = _whittle(columns, power)
    spread = linalg.pinvh(columns.T @ columns)
    # however many the frequencies, the values know no level better than their own mean square
    variance = np.einsum("ij,jk,ik->i", at, spread, at) + 2.0 / max(values, 1.0)
    # the logarithm of a chi-square over its n degrees of freedom has the variance 2 / n
    level = np.clip(at @ coefficients, -_EXTREME, _EXTREME)
    return level, np.maximum(2.0 / np.maximum(variance, 1e-12), 2.0)


def _whittle(columns: Floats, power: Floats) -> Floats:
    """Return the coefficients of the logarithm of the level, of greatest likelihood.

    Powers far above their level are lines: each counts as the largest that noise would show.
    """
    limit = math.log(len(power)) + 1.0
    gain = 1.0 / -math.expm1(-limit)
    coefficients = np.zeros(columns.shape[1])
    # the median of an exponential variable is log 2 of its mean
    coefficients[0] = math.log(max(float(np.median(power)), 1e-300) / math.log(2))
    information = linalg.pinvh(columns.T @ columns)

    def excess(trial: Floats) -> Floats:
        ratio = np.exp(np.minimum(np.log(power) - columns @ trial, 50.0))
        clipped: Floats = gain * np.minimum(ratio, limit)
        return clipped

    for _ in range(_ITERATIONS):
        step = information @ (columns.T @ (excess(coefficients) - 1.0))
        step *= min(1.0, 1.0 / max(float(np.abs(columns @ step).max()), 1e-300))
        coefficients = coefficients + step
        if np.abs(columns @ step).max() < 1e-6:
            break
    return coefficients


def _natural_spline(x: Floats, knots: Floats) -> Floats:
    """Return the columns of a natural cubic spline (Hastie et al. 2009, eq. 5.4 and 5.5)."""
    unit = (x - knots[0]) / (knots[-1] - knots[0])
    places = (knots - knots[0]) / (knots[-1] - knots[0])

    def bend(k: int) -> Floats:
        cubes = np.maximum(unit - places[k], 0) ** 3 - np.maximum(unit - places[-1], 0) ** 3
        result: Floats = cubes / (places[-1] - places[k])
        return result

    columns = [np.ones_like(unit), unit]
    columns += [bend(k) - bend(len(knots) - 2) for k in range(len(knots) - 2)]
    return np.stack(columns, axis=1)
