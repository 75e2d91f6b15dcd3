r"""The spectrum of noise with a memory as the samples show it, and lines tested against it.

Noise with a memory has more power at some frequencies than at others, and a test against white
noise calls its long swings cycles; sampled with holes or steps, they appear again at the aliases
of their frequencies.  The level of the noise is here the expected power of a sum of processes that
forget (:mod:`epicycle.fit.expected`), times a smooth factor: the exponential of a natural cubic
spline in the logarithm of frequency.  Both are fitted by Whittle's likelihood (1953, Ark. Mat. 2,
423): each power is exponential about its mean.  For the spline that is a regression with a
logarithmic link, whose weights are all 1, so the error of the fitted level follows from the columns
alone.  The power over an estimated level has the F distribution, whose tail is heavier than
exponential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from epicycle.fit.expected import STEPS, ExpectedPower, Memory
from epicycle.fit.joint import Fit
from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.periodogram import Periodogram

#: Powers at most, at equidistant frequencies, from which the level is estimated.
_MOST_POWERS = 1 << 16

_ITERATIONS = 50

#: Steps towards the best sum of processes; the smooth factor takes what is left.
_MIXING = 100

#: Turns over the baseline at the corner of the slowest process: slower ones look all alike.
_SLOWEST = 0.1

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
    """Return the spectrum of the residual of a fit as noise, its lines left out.

    Parameters
    ----------
    data, fit : Data, Fit
        The regression problem and its solution.
    minimum, maximum : float
        The band.

    Returns
    -------
    Continuum
        The latest answer is kept with the data: search, significance and errors all ask for it.
    """
    kept = data.memo.get("continuum")
    if not (isinstance(kept, tuple) and kept[0] is fit and kept[1:3] == (minimum, maximum)):
        found = _estimated(data, fit, minimum, maximum)
        kept = data.memo["continuum"] = fit, minimum, maximum, found
    result: Continuum = kept[3]
    return result


def _estimated(data: Data, fit: Fit, minimum: float, maximum: float) -> Continuum:
    """Return the spectrum as it is estimated anew."""
    width = 1.0 / data.baseline
    lowest = max(minimum, width)
    highest = max(maximum, 1.001 * lowest)
    step = width / STEPS
    first = math.ceil(lowest / step)
    stride = STEPS * max(math.ceil((highest - lowest) / width / _MOST_POWERS), 1)
    n = max(math.ceil((highest / step - first) / stride), 2)
    at = first + stride * np.arange(n)
    frequency = at * step
    engine = Periodogram.of(data, stride * step, n)
    power = engine.reduction(fit.residual, first * step) / (2 * fit.scale[:, np.newaxis])
    kept = np.ones(n, dtype=bool)
    for line in fit.structure.line_frequency:
        kept &= np.abs(frequency - line) > NOISE.notch * width
    if kept.sum() < 4:
        kept[:] = True
    levels, freedoms = [], []
    for j, one in enumerate(power):
        values = np.count_nonzero(data.weights_of(j)) - fit.n_parameters
        noise = _Noise.of(data, j, at, max(highest, float(frequency[-1])))
        level, dof = noise.fitted(one, kept & (one > 0), float(values))
        levels.append(level)
        freedoms.append(dof)
    table = np.log(np.arange(first, first + len(levels[0])) * step)
    return Continuum(table, np.stack(levels), np.stack(freedoms))


class _Noise:
    """What the noise of one output may be like, at some places of the grid of expected power."""

    def __init__(self, data: Data, output: int, at: NDArray[np.intp], maximum: float) -> None:
        self._expected = ExpectedPower(data, output, maximum)
        self._at = at
        corner, lengths = _SLOWEST / data.baseline, []
        while corner < 0.5 * maximum:
            lengths.append(0.5 / (math.pi * corner))
            corner *= NOISE.red_knot_ratio
        self._processes = [Memory(one, smooth) for one in lengths for smooth in (False, True)]
        every = np.eye(len(self._processes))
        columns = [self._expected.mixture(self._processes, one)[at] for one in every]
        self._columns = np.stack([*columns, np.ones(len(at))], axis=1)

    @staticmethod
    def of(data: Data, output: int, at: NDArray[np.intp], maximum: float) -> _Noise:
        """Return that of some data, made once for all who ask."""
        which = min(output, data.weights.shape[1] - 1)
        key = f"noise of {which} at {len(at)} from {at[0]} to {at[-1]} below {maximum!r}"
        kept = data.memo.get(key)
        if not isinstance(kept, _Noise):
            kept = data.memo[key] = _Noise(data, output, at, maximum)
        return kept

    def fitted(
        self, power: Floats, used: NDArray[np.bool_], values: float
    ) -> tuple[Floats, Floats]:
        """Return logarithm and degrees of freedom of the level from the first place on."""
        if not used.any():  # as few samples leave it: nothing is known of any level
            n = int(self._at[-1] - self._at[0]) + 1
            return np.zeros(n), np.full(n, 2.0)
        shares = _mixed(self._columns[used], power[used])
        base = self._columns @ shares
        step = self._expected.spacing
        first, last = math.log(self._at[0] * step), math.log(self._at[-1] * step)
        x = np.log(self._at * step)
        inner = max(int((last - first) / math.log(NOISE.red_knot_ratio)), 0)
        # (few powers know a mean, or a slope; the error of more would be honest, but large)
        n_columns = max(min(inner + 2, int(used.sum()) // 4), 1)
        knots = np.linspace(first, last, max(n_columns, 2))
        columns = _natural_spline(x, knots)[:, :n_columns]
        coefficients = _whittle(columns[used], (power / base)[used])
        # the level depends on the logarithm of each share by the part that it has in the level
        parts = self._columns * shares / base[:, np.newaxis]
        both = np.concatenate([parts[:, shares > 0], columns], axis=1)
        spread = linalg.pinvh(both[used].T @ both[used], rtol=1e-9)
        # however many the frequencies, the values know no level better than their own mean square
        variance = np.einsum("ij,jk,ik->i", both, spread, both) + 2.0 / max(values, 1.0)
        # the logarithm of a chi-square over its n degrees of freedom has the variance 2 / n
        dof = np.maximum(2.0 / np.maximum(variance, 1e-12), 2.0)
        grid = np.arange(self._at[0], self._at[-1] + 1)
        whole = self._expected.mixture(self._processes, shares[:-1])[grid] + shares[-1]
        smooth = _natural_spline(np.log(grid * step), knots)[:, :n_columns] @ coefficients
        level = np.clip(np.log(np.maximum(whole, 1e-300)) + smooth, -_EXTREME, _EXTREME)
        return level, np.interp(grid, self._at, dof)


def _mixed(columns: Floats, power: Floats) -> Floats:
    """Return the shares, none below 0, of the columns in the likeliest level.

    By multiplication (Fevotte, Bertin & Durrieu 2009, Neural Computation 21, 793, eq. 3.4).
    """
    limit, gain = _most(len(power))
    shares = np.full(columns.shape[1], float(np.median(power)) / math.log(2) / columns.shape[1])
    shares = np.maximum(shares / np.maximum(columns.mean(axis=0), 1e-300), 1e-300)
    for _ in range(_MIXING):
        level = columns @ shares
        ratio = gain * np.minimum(power / level, limit)
        shares *= (columns.T @ (ratio / level)) / (columns.T @ (1.0 / level))
    return np.where(shares * columns.max(axis=0) < 1e-9 * float(power.max()), 0.0, shares)


def _most(count: int) -> tuple[float, float]:
    """Return the largest power over its level that noise would show, and one over the mean so cut.

    Powers far above their level are lines: each counts as that largest one.
    """
    limit = math.log(count) + 1.0
    return limit, 1.0 / -math.expm1(-limit)


def _whittle(columns: Floats, power: Floats) -> Floats:
    """Return the coefficients of the logarithm of the level, of greatest likelihood."""
    limit, gain = _most(len(power))
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
