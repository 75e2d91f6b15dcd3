r"""What a maximum of the power is worth: false-alarm probabilities over a whole band.

The power of noise, watched along the frequency axis, is a chi-square process, and the chance that
it rises above a level anywhere in a band is nearly the number of upcrossings that are expected
(Rice 1944; Davies 1987, Biometrika 74, 33; Baluev 2008, MNRAS 385, 1279).  Three numbers decide
it: the band in units of the length of the data, how much faster than the fundamental the lines of
a waveform sweep through their phases, and how many of the maxima are the same one, repeated by
the sampling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy
from scipy import special

from epicycle.fit.scatters import Alikeness, degrees_of_freedom
from epicycle.limits import TRIALS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data, orthonormal_basis
from epicycle.samples.phase import turns

#: Frequencies at which the leverage of the samples is averaged.
_SECTIONS = 8


def effective_bandwidth(data: Data, minimum: float, maximum: float) -> float:
    """Return :func:`effective_bandwidths` of one series.

    A sample that outweighs most others has fixed the background, or an amplitude, and tells of no
    other frequency: weights count as far as the fit leaves them, ``w (1 - h)`` with the leverage h.
    """
    kept = data.memo.get("length in effect")
    if not isinstance(kept, float):
        weights = np.zeros(len(data.y))
        for j, w in enumerate(data.weights.T):
            heavy = w.max() > TRIALS.outweighing * w.mean()
            weights += w * left_by_fit(data, j) if heavy else w
        kept = float(effective_bandwidths(data.times.to_float(), weights))
        data.memo["length in effect"] = kept
    return (maximum - minimum) * kept


def left_by_fit(data: Data, output: int) -> Floats:
    """Return 1 minus the leverage of each sample, shape (n,), with a sinusoid of any frequency.

    It is the mean over some frequencies of which none is a multiple of another: golden sections
    of the band below that of one sample each.
    """
    w = data.weights_of(output)
    limit = len(w) / data.baseline
    result = np.zeros(len(w))
    for k in range(1, _SECTIONS + 1):
        angle = 2 * np.pi * turns(limit * math.modf(k * (math.sqrt(5.0) - 1) / 2)[0], data.times)
        columns = np.column_stack([data.nuisance, np.cos(angle), np.sin(angle)])
        basis = orthonormal_basis(columns, w)
        result += np.maximum(1.0 - w * (basis**2).sum(axis=1), 0.0) / _SECTIONS
    return result


def effective_bandwidths(times: Floats, weights: Floats) -> Floats:
    """Return Baluev's W of a band of width 1: the effective length of each of many series.

    ``W = (f_max - f_min) * sqrt(4 pi var(t))`` (Baluev 2008, MNRAS 385, 1279, eq. 7).

    Parameters
    ----------
    times, weights : ndarray, shape (..., n)
        Times of each series, and their weights; 0 where there is none.
    """
    total = weights.sum(axis=-1)
    mean = (weights * times).sum(axis=-1) / total
    variance = (weights * (times - mean[..., np.newaxis]) ** 2).sum(axis=-1) / total
    result: Floats = np.sqrt(4 * np.pi * variance)
    return result


def mean_speed(orders: Sequence[int], n_outputs: int = 1) -> float:
    r"""Return how much faster than a sinusoid's the phases of a waveform sweep, on average.

    It is :math:`E \sqrt{\sum_k o_k^2 s_k}` over the shares :math:`s_k` of the power that each
    order may have in noise, which are uniform on the simplex (Dirichlet, with the number of
    outputs as parameter).  Expanded to second order about its root mean square, it agrees with the
    exact factor of Baluev (2009, MNRAS 395, 1541) for orders 1 ... n to 1 % (n up to 16).
    """
    return _mean_speed(tuple(orders), n_outputs)


@lru_cache(maxsize=1024)
def _mean_speed(orders: tuple[int, ...], n_outputs: int) -> float:
    squares = np.asarray(orders, dtype=np.float64) ** 2
    mean = float(squares.mean())
    variance = float(squares.var()) / (len(squares) * n_outputs + 1)
    return math.sqrt(mean) * (1.0 - variance / (8 * mean**2))


def expected_upcrossings(
    power: Floats | float,
    dof: Floats | float,
    bandwidth: Floats | float,
    orders: Sequence[int] = (1,),
    n_outputs: int = 1,
) -> Floats:
    """Return how many times noise is expected to rise above `power`, in (0, 1), in the band.

    Parameters as in :func:`false_alarm_probabilities`.
    """
    half = len(orders) * n_outputs
    rest = np.asarray(dof) / 2 - half
    # (no band, no upcrossing: exp(-690) is none)
    log_tau = (
        np.log(np.maximum(bandwidth, 1e-300) * mean_speed(orders, n_outputs))
        + special.gammaln(np.asarray(dof) / 2)
        - special.gammaln(rest + 0.5)
        - special.gammaln(half)
        + (half - 0.5) * np.log(power)
        + (rest - 0.5) * np.log1p(-np.asarray(power))
    )
    result: Floats = np.exp(np.minimum(log_tau, 50.0))
    return result


def false_alarm_probability(
    power: float,
    dof: float,
    bandwidth: float,
    *,
    orders: Sequence[int] = (1,),
    n_outputs: int = 1,
) -> float:
    """Return :func:`false_alarm_probabilities` of one signal."""
    return float(
        false_alarm_probabilities(power, dof, bandwidth, orders=orders, n_outputs=n_outputs)
    )


def false_alarm_probabilities(
    power: Floats | float,
    dof: Floats | float,
    bandwidth: Floats | float,
    *,
    orders: Sequence[int] = (1,),
    n_outputs: int = 1,
) -> Floats:
    r"""Return the probability that noise alone has a maximum of at least `power` in the band.

    Parameters
    ----------
    power : ndarray, any shape
        Fraction of the residual sum of squares that the signal removes, in [0, 1]; see
        :func:`pooled_power` where several outputs or groups each have a scatter of their own.
    dof : ndarray, same shape
        Degrees of freedom of the residual before the signal is fitted.
    bandwidth : ndarray, same shape
        Effective bandwidth W of :func:`effective_bandwidth`; 0 for a frequency known beforehand.
    orders : sequence of int
        Multiples of the frequency at which the signal has lines, chosen beforehand.
    n_outputs : int
        Outputs (or bands) in which each line has an amplitude and a phase of its own.

    Returns
    -------
    ndarray, same shape

    Notes
    -----
    ``1 - (1 - FAP_single) exp(-tau)`` with the expected number of upcrossings

    .. math:: \tau = W \, v \, \frac{\Gamma(N/2)}{\Gamma((N-\nu+1)/2)\,\Gamma(\nu/2)}
              P^{(\nu-1)/2} (1-P)^{(N-\nu-1)/2},

    where :math:`\nu` counts sines and cosines and v is :func:`mean_speed`.  For one sinusoid it
    is Baluev (2008), table 1 and eq. 5-6; for large N it tends to the upcrossings of a chi-square
    process (Davies 1987), for K harmonics to Baluev (2009, MNRAS 395, 1541).
    """
    half = len(orders) * n_outputs
    power, dof = np.asarray(power), np.asarray(dof)
    possible = (power > 0) & (dof / 2 - half > 0.5)
    decided = possible & (power < 1)
    p, n = np.where(decided, power, 0.5), np.where(decided, dof, 2.0 * half + 2.0)
    single = np.minimum(special.betainc(n / 2 - half, half, 1.0 - p), 1 - 1e-16)
    expected = expected_upcrossings(p, n, bandwidth, orders, n_outputs)
    known = -np.expm1(np.log1p(-single) - expected)
    result: Floats = np.where(decided, known, np.where(possible, 0.0, 1.0))
    return result


def power_threshold(
    false_alarm: float,
    dof: float,
    bandwidth: float,
    *,
    orders: Sequence[int] = (1,),
    n_outputs: int = 1,
) -> float:
    """Return the power whose :func:`false_alarm_probability` is `false_alarm`."""
    return _power_threshold(false_alarm, dof, bandwidth, tuple(orders), n_outputs)


# (several steps of a search ask for the same one)
@lru_cache(maxsize=64)
def _power_threshold(
    false_alarm: float, dof: float, bandwidth: float, orders: tuple[int, ...], n_outputs: int
) -> float:
    def excess(power: float) -> float:
        probability = false_alarm_probability(
            power, dof, bandwidth, orders=orders, n_outputs=n_outputs
        )
        return probability - false_alarm

    lowest, highest = 1e-12, 1.0 - 1e-12
    if excess(highest) > 0:
        return 1.0
    if excess(lowest) <= 0:  # a probability near 1 asks for nothing
        return 0.0
    return float(scipy.optimize.brentq(excess, lowest, highest))


# ---- Several scatters ------------------------------------------------------------------------


def power_of_evidence(evidence: float, dof: float, pairs: float) -> float:
    """Return :func:`powers_of_evidence` of one signal."""
    return float(powers_of_evidence(np.asarray(evidence), np.asarray(dof), pairs))


def powers_of_evidence(evidence: Floats, dof: Floats, pairs: float) -> Floats:
    """Return the power that a chi-square with ``2 pairs`` degrees of freedom stands for.

    The chi-square is ``-(dof - pairs - 1) log(1 - P)``, the likelihood ratio with Bartlett's
    factor: exact for one pair of cosine and sine.
    """
    result: Floats = -np.expm1(-evidence / np.maximum(dof - pairs - 1.0, 1.0))
    return result


def pooled_power(
    before: Floats,
    after: Floats,
    counts: Floats,
    parameters: float,
    pairs: int,
    *,
    quiet: Floats,
    least: Floats | float = 0.0,
) -> float:
    """Return :func:`pooled_powers` of one series."""
    return float(pooled_powers(before, after, counts, parameters, pairs, quiet=quiet, least=least))


def pooled_powers(
    before: Floats,
    after: Floats,
    counts: Floats,
    parameters: float,
    pairs: int,
    *,
    quiet: Floats,
    least: Floats | float = 0.0,
) -> Floats:
    r"""Return the power of a line in data whose parts each have an unknown scatter.

    Parameters
    ----------
    before, after : ndarray, shape (..., G, d)
        Weighted sums of squares of each group and output, without and with the line.
    counts : ndarray, shape (..., G, d)
        Number of values of each.
    parameters : float
        Parameters fitted to each output before the lines.
    pairs : int
        Lines, each with a cosine and a sine in every output.
    quiet : ndarray, shape (d,)
        Inverse of the noise level around the line in each output, relative to white noise.
    least : ndarray, shape (..., G, d), or float
        Smallest variance that each part can have, in units of that which its weights say: 1 where
        they are of errors that are known, 0 where the scatter alone tells.

    Returns
    -------
    ndarray, shape (...)
        The fraction of the sum of squares that would be as significant in data with one scatter.

    Notes
    -----
    The likelihood ratio :math:`\sum_g n_g \log(\chi^2_g / \chi'^2_g)`, with Bartlett's factor for
    each output: a sum of F-ratios, which weights by the scatter that the lines leave, would have
    heavier tails than its nominal distribution.  With one part it is the fraction itself.
    A variance that would fall below the least one stays there, and chi-square over it then counts.
    """
    used = (counts > 0) & (before > 0)
    total = counts.sum(axis=-2, keepdims=True)
    free = np.maximum(total - parameters, 1.0)
    dof = counts * (free / np.maximum(total, 1.0))
    per_value = np.where(used, dof, 1.0)
    floor = np.maximum(least, 1e-300)

    def misfit(squares: Floats) -> tuple[Floats, Floats]:
        variance = np.maximum(squares / per_value, floor)
        return per_value * np.log(variance), squares / variance

    logarithms, quadratics = (
        was - now for was, now in zip(misfit(before), misfit(after), strict=True)
    )
    gain = logarithms * (np.maximum(free - pairs - 1.0, 1.0) / free) + quadratics
    evidence = (np.where(used, gain, 0.0) * quiet).sum(axis=(-2, -1))
    n_outputs = counts.shape[-1]
    return powers_of_evidence(evidence, free.sum(axis=(-2, -1)), pairs * n_outputs)


def power_among_groups(
    before: Floats,
    after: Floats,
    counts: Floats,
    parameters: float,
    pairs: int,
    quiet: Floats,
) -> float:
    """Return the power of a line in groups without errors, whose scatters are shrunk to each other.

    As :func:`pooled_power`, with the likelihood of :mod:`epicycle.fit.scatters`: variances that
    each group has for itself would let a line win by passing through the few values of one group.
    How alike groups are is learned without the line.

    Parameters
    ----------
    before, after : ndarray, shape (G, d)
        Sums of squares of each group and output, without and with the line, not weighted by what
        the scatters seemed to be.
    counts, parameters, pairs, quiet
        As in :func:`pooled_powers`.
    """
    evidence, values = 0.0, 0.0
    for j in range(counts.shape[1]):
        free = max(float(counts[:, j].sum()) - parameters, 1.0)
        dof = degrees_of_freedom(counts[:, j], free)
        alike = Alikeness.of(before[:, j], dof)
        gain = alike.log_likelihood(after[:, j], dof) - alike.log_likelihood(before[:, j], dof)
        evidence += 2.0 * gain * max(free - pairs - 1.0, 1.0) / free * float(quiet[j])
        values += free
    return power_of_evidence(evidence, values, pairs * counts.shape[1])
