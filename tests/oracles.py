"""Slow twins: every fast path is compared with a few lines that are plainly right.

Nothing here calls epicycle.  Times and frequencies are taken as exact numbers wherever a phase is
formed, so a twin never shares the rounding errors of what it checks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import mpmath
import numpy as np
from scipy import special

from epicycle.samples.data import Data

# ---- Phases --------------------------------------------------------------------------------


def mp_turns(frequency: float, times: Iterable[Fraction | float | int]) -> np.ndarray:
    """Return frac(f t) in [-0.5, 0.5], from 60 significant digits."""
    with mpmath.workdps(60):
        result = []
        for time in times:
            exact = Fraction(time)
            cycles = mpmath.mpf(float(frequency)) * exact.numerator / exact.denominator
            result.append(float(cycles - mpmath.nint(cycles)))
    return np.array(result)


def exact_turns(frequency: float, t: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return frac(f t) in [0, 1) in integer arithmetic, each float taken as the exact number."""
    a, b = float(frequency).as_integer_ratio()
    result = []
    for time in np.asarray(t, dtype=float).tolist():
        c, d = time.as_integer_ratio()
        result.append((a * c) % (b * d) / (b * d))
    return np.array(result)


def circular(difference: np.ndarray | float) -> np.ndarray:
    """Return the distance of two phases (turns) around the circle."""
    return np.abs(difference - np.rint(difference))


# ---- Trigonometric sums --------------------------------------------------------------------


def direct_sums(t: np.ndarray, strengths: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Return sum_i c_i exp(-2 pi i f t_i) for each frequency, one after the other."""
    return np.array(
        [np.sum(strengths * np.exp(-2j * np.pi * exact_turns(f, t))) for f in frequency]
    )


def window(t: np.ndarray, weights: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Return the spectral window, |sum w exp(-2 pi i f t)|^2 / (sum w)^2."""
    return np.abs(direct_sums(t, weights, frequency) / weights.sum()) ** 2


def noise_level(
    t: np.ndarray, residual: np.ndarray, weights: np.ndarray, scale: float, frequency: float
) -> float:
    """Return the level that residual power 1/T to 8/T away from a line suggests.

    Relative to white noise of `scale`; the mean of 14 independent exponential values, whose level
    is 1 or, in a fifth of all cases, anything from 1 to 1e4 uniformly in its logarithm.
    """
    baseline = t.max() - t.min()
    steps = np.array([s for s in np.arange(-8.0, 8.01, 0.5) if abs(s) >= 1.0])
    sums = direct_sums(t, weights * residual, frequency + steps / baseline)
    mean = np.mean(np.abs(sums) ** 2) / (scale * weights.sum())
    return float(mean_level(float(mean), 14.0))


def mean_level(mean: float, values: float) -> float:
    """Return the posterior mean of the level, by summing over a fine grid of levels."""
    logarithm = (np.arange(200_000) + 0.5) * (np.log(1e4) / 200_000)
    level = np.exp(logarithm)
    # divided by that of level 1, so that nothing overflows but where the level is certain
    likelihood = np.exp(values * (mean - mean / level - logarithm))
    return float((0.8 + 0.2 * (level * likelihood).mean()) / (0.8 + 0.2 * likelihood.mean()))


# ---- Least squares -------------------------------------------------------------------------


def polynomial(t: np.ndarray, degree: int, group: np.ndarray | None = None) -> np.ndarray:
    """Return one column per group and powers of time, in no particular scaling."""
    labels = [None] if group is None else sorted(set(group.tolist()))
    offsets = [np.ones(len(t)) if g is None else (group == g).astype(float) for g in labels]
    x = (t - t.mean()) / (t.max() - t.min())
    return np.column_stack([*offsets, *(x**k for k in range(1, degree + 1))])


def sinusoid_columns(t: np.ndarray, frequency: float) -> np.ndarray:
    """Return cosine and sine of one frequency."""
    angle = 2 * np.pi * exact_turns(frequency, t)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def chi_square(columns: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted sum of squares that is left by the best fit of `columns`."""
    root = np.sqrt(weights)
    coefficients = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
    return float(np.sum(weights * (y - columns @ coefficients) ** 2))


def least_squares_reduction(
    t: np.ndarray, y: np.ndarray, weights: np.ndarray, nuisance: np.ndarray, frequency: np.ndarray
) -> np.ndarray:
    """Return by how much a sinusoid lowers chi-square, all nuisance columns refitted with it."""
    without = chi_square(nuisance, y, weights)
    return np.array(
        [
            without - chi_square(np.hstack([nuisance, sinusoid_columns(t, f)]), y, weights)
            for f in frequency
        ]
    )


def separability(
    t: np.ndarray, weights: np.ndarray, nuisance: np.ndarray, frequency: np.ndarray
) -> np.ndarray:
    """Return det / (sum w)^2 of sine and cosine with the nuisance columns projected out.

    1 where the two are orthogonal and of full length (times 1), 0 where they cannot be told apart
    from each other or from the nuisance columns.
    """
    root = np.sqrt(weights)[:, None]
    result = []
    for f in frequency:
        pair = sinusoid_columns(t, f) * root
        pair = pair - nuisance * root @ np.linalg.lstsq(nuisance * root, pair, rcond=None)[0]
        result.append(4 * np.linalg.det(pair.T @ pair) / weights.sum() ** 2)
    return np.array(result)


def local_maxima(values: np.ndarray) -> np.ndarray:
    """Return the positions of all local maxima, ends included, highest first."""
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    peaks = [
        k
        for k in range(len(values))
        if padded[k + 1] > padded[k] and padded[k + 1] >= padded[k + 2]
    ]
    return np.array(sorted(peaks, key=lambda k: -values[k]), dtype=int)


# ---- Errors --------------------------------------------------------------------------------


def jacobian(
    model: Callable[[np.ndarray], np.ndarray], parameters: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """Return the derivatives of `model` by central differences of fourth order."""
    columns = []
    for k, h in enumerate(steps):
        shift = np.zeros(len(parameters))
        shift[k] = h
        columns.append(
            (
                8 * (model(parameters + shift) - model(parameters - shift))
                - (model(parameters + 2 * shift) - model(parameters - 2 * shift))
            )
            / (12 * h)
        )
    return np.column_stack(columns)


def cramer_rao(
    model: Callable[[np.ndarray], np.ndarray],
    parameters: np.ndarray,
    steps: np.ndarray,
    sigma: np.ndarray | float,
) -> np.ndarray:
    """Return the smallest possible covariance: the inverse of the full Fisher matrix."""
    derivatives = jacobian(model, parameters, steps)
    derivatives = derivatives / np.broadcast_to(sigma, len(derivatives))[:, None]
    size = np.sqrt((derivatives**2).sum(axis=0))
    scaled = derivatives / size
    return np.linalg.inv(scaled.T @ scaled) / np.outer(size, size)


def cramer_rao_of_frequency(t: np.ndarray, amplitude: float, sigma: float) -> float:
    """Return the bound on the error of one line's frequency, 1 / (2 pi^2 A^2 sum (dt / s)^2)."""
    spread = np.sum((t - t.mean()) ** 2)
    return float(np.sqrt(sigma**2 / (2 * np.pi**2 * amplitude**2 * spread)))


# ---- Significance --------------------------------------------------------------------------


def harmonic_bases(t: np.ndarray, frequency: np.ndarray, orders: int = 1) -> np.ndarray:
    """Return orthonormal columns (F, n, 2 orders) of 1 ... orders harmonics, mean taken out.

    Columns 2 k and 2 k + 1 are what order k + 1 adds to the orders below.
    """
    angle = 2 * np.pi * frequency[:, None, None] * t[:, None] * np.arange(1, orders + 1)
    columns = np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(*angle.shape[:2], -1)
    columns -= columns.mean(axis=1, keepdims=True)
    return np.linalg.qr(columns)[0]


def simulated_false_alarm(
    bases: np.ndarray, power: float, draws: int, rng: np.random.Generator
) -> float:
    """Return the probability that noise exceeds a power at any of the frequencies of a grid.

    It is ``sum_f p E[1 / number of exceedances | exceedance at f]``, exactly (Naiman & Priebe 2001,
    J. Comput. Graph. Stat. 10, 296), where p is the probability at one frequency: noise is drawn
    given an exceedance at a random frequency, however rare that is.
    """
    n_frequencies, n, k = bases.shape
    rest = n - 1 - k
    single = special.betainc(rest / 2, k / 2, 1 - power)
    shares = []
    for f in rng.integers(0, n_frequencies, draws):
        # the power given that it exceeds, a direction inside the columns, and one outside
        p = 1 - special.betaincinv(rest / 2, k / 2, rng.uniform() * single)
        inside = bases[f] @ rng.normal(size=k)
        outside = rng.normal(size=n)
        outside -= outside.mean()
        outside -= bases[f] @ (bases[f].T @ outside)
        noise = np.sqrt(p) * inside / np.linalg.norm(inside)
        noise += np.sqrt(1 - p) * outside / np.linalg.norm(outside)
        there = ((noise @ bases) ** 2).sum(axis=1)
        there[f] = p
        shares.append(1 / np.count_nonzero(there >= power))
    return float(n_frequencies * single * np.mean(shares))


def residual_of(data: Data) -> np.ndarray:
    """Return the residual of every output from its nuisance columns, by plain least squares."""
    result = np.zeros_like(data.y)
    for j in range(data.y.shape[1]):
        root = np.sqrt(data.weights_of(j))[:, None]
        c = np.linalg.lstsq(data.nuisance * root, data.y[:, j] * root[:, 0], rcond=None)[0]
        result[:, j] = np.where(root[:, 0] > 0, data.y[:, j] - data.nuisance @ c, 0.0)
    return result


def evidence_of_power(power: float, dof: float, pairs: float) -> float:
    """Return the chi-square with ``2 pairs`` degrees of freedom that a power is worth."""
    return -max(dof - pairs - 1.0, 1.0) * math.log1p(-min(power, 1.0 - 1e-16))
