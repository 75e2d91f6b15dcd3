"""The noise level around a line: the residual power nearby, and what it suggests.

The residual of real data is never white near strong lines: what the model lacks (sidebands, slow
changes of amplitude) stays next to them.  Errors and significance from the overall scatter are
then too optimistic, so both use the residual power around the line in question.  Of the powers
there, three estimates are of use: :func:`expected_level` where chance alone must not make an error
too large, :func:`raised_level` where it must not be too small, and :func:`robust_level` where other
lines may stand among them.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums, is_worth_scattering
from epicycle.spectra.transforms import scattered_sums


def places_around(inner: float, outer: float, step: float) -> Floats:
    """Return distances to both sides of a line, from `inner` to `outer`, in ascending order."""
    half = round(outer / step)
    steps = np.arange(-half, half + 1)
    return step * steps[np.abs(steps) >= round(inner / step)].astype(np.float64)


def power_around(
    times: Times, strengths: Floats, frequency: Floats, places: Floats, width: float
) -> Floats:
    """Return the powers ``|sum c exp(-2 pi i f t)|^2`` around each of some frequencies.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    strengths : ndarray, shape (m, n)
        m residuals, each times its weights.
    frequency : ndarray, shape (L,)
        Where to look.
    places : ndarray, shape (k,)
        Distances of :func:`places_around`, in units of `width`.
    width : float
        That unit.

    Returns
    -------
    ndarray, shape (m, L, k)
    """
    span = float(times.hi.max() - times.hi.min())
    cycles = float(np.abs(frequency).max()) * span
    if is_worth_scattering(len(times), cycles, len(frequency)):
        at = (frequency[:, np.newaxis] + places * width).ravel()
        sums = scattered_sums(times, strengths, at).reshape(len(strengths), len(frequency), -1)
    else:
        step = float(np.diff(places).min())
        half = round(float(places[-1]) / step)
        used = np.rint(places / step).astype(np.intp) + half
        engine = TrigSums(times, step * width, 2 * half + 1)
        starts = (frequency - half * step * width).tolist()
        bands = [engine.band(strengths, start)[:, used] for start in starts]
        sums = np.stack(bands, axis=1)
    power: Floats = np.abs(sums) ** 2
    return power


def local_level(data: Data, residual: Floats, scale: Floats, frequency: Floats) -> Floats:
    """Return the noise level around each frequency, relative to white noise, at least 1.

    Parameters
    ----------
    data : Data
        Times and weights.
    residual : ndarray, shape (n, d)
        Residual of the complete model.
    scale : ndarray, shape (d,)
        Variance scale of each output.
    frequency : ndarray, shape (L,)
        Where to look.

    Returns
    -------
    ndarray, shape (L, d)
    """
    if len(frequency) == 0:
        return np.ones((0, residual.shape[1]))
    strengths = (residual * data.weights).T
    # in white noise of the fitted scale, the mean of |sum|^2 is scale * sum(w)
    white = np.array([data.weights_of(j).sum() for j in range(residual.shape[1])]) * scale
    places = places_around(NOISE.notch, NOISE.neighbourhood, 0.5)
    power = power_around(data.times, strengths, frequency, places, 1.0 / data.baseline)
    mean = power.mean(axis=2) / np.maximum(white, 1e-300)[:, np.newaxis]
    return expected_level(mean.T, 2 * (NOISE.neighbourhood - NOISE.notch))


def expected_level(mean: Floats, values: float) -> Floats:
    r"""Return the noise level that a mean of measured powers suggests.

    The mean x of m exponential values scatters by 1 / sqrt(m) even in white noise, and taking
    the larger of it and 1 would make every error too large.  Beforehand the level is 1, or else
    anything above, uniformly in its logarithm; this is the mean of what is likely afterwards.
    With x m = a and the likelihood :math:`v^{-m} e^{-a / v}` of a level v,

    .. math:: \int_1^\infty v^{-m} e^{-a / v} \, dv / v = a^{-m} \Gamma(m) P(m, a).

    Parameters
    ----------
    mean : ndarray
        Mean power in units of white noise.
    values : float
        Number of independent powers that it is the mean of, more than 1.
    """
    total = values * np.maximum(mean, 1e-9)
    inside = np.maximum(special.gammainc(values, total), 1e-300)
    log_odds = (
        np.log((1 - NOISE.white) / NOISE.white / np.log(NOISE.highest_level))
        + special.gammaln(values)
        - values * np.log(total)
        + total
        + np.log(inside)
    )
    above = total / (values - 1) * special.gammainc(values - 1, total) / inside
    result: Floats = 1.0 + special.expit(log_odds) * (above - 1.0)
    return result


def raised_level(mean: float) -> float:
    """Return a mean of measured powers, in units of white noise, but not less than 1."""
    return max(1.0, mean)


def robust_level(power: Floats, white: float, n_series: int, values: float, prior: float) -> float:
    """Return the level that most of some powers suggest, at least 1.

    The median is what other lines (harmonics of a slow one) do not disturb.

    Parameters
    ----------
    power : ndarray, shape (k,)
        Powers around a line, added over the series.
    white : float
        Their mean in white noise.
    n_series : int
        Number of series.
    values : float
        Number of independent powers among them.
    prior : float
        Powers at the white level that are counted along.
    """
    # for chi-square of 2 q degrees of freedom the median is 1 - 1 / (3 q) of the mean, nearly
    mean = float(np.median(power)) / (white * (1.0 - 1.0 / (3.0 * n_series)))
    return float(max(1.0, (values * mean + prior) / (values + prior)))
