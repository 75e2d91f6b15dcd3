r"""From subjects to groups: means of what subjects show, with the scatter between subjects.

A subject's number differs from the group's by its own error and by what it is itself.  Where errors
are comparable every subject counts alike, and mean and variance are those of Student's t: errors
known from a few samples each are poor weights.  Where one subject is clearly vaguer than others (a
worse fit, fewer samples), the mean is weighted by :math:`w_i = 1 / (s_i^2 + \tau^2)`, with the
variance between subjects :math:`\tau^2` of Paule & Mandel (1982, J. Res. Natl. Bur. Stand. 87, 377)
that makes :math:`\sum w_i (x_i - \bar x)^2 = k - 1`, or none where it is less at 0.  Its variance
is that of Hartung & Knapp (2001, Stat. Med. 20, 1771), on k - 1 degrees of freedom,

.. math:: \sum w_i (x_i - \bar x)^2 / \bigl((k - 1) \sum w_i\bigr) :

either way the k subjects are the replicates, however many samples each has.

Differences of two groups are Welch's, with a freedom told from shares :math:`p_g` of the variance,

.. math:: 1 / \nu = p_1^q / f_1 + p_2^q / f_2, \qquad
          q = 2 + 16 r^2 / (f_1 f_2) - 1.3 (1 - r) / \sqrt{\min(f_1, f_2)} ,

and r the smaller freedom over the larger.  Satterthwaite's has q = 2, to which this goes with more
subjects.  The shares that three or four subjects show are mostly chance, which he takes for a
difference of variances: at the level .05 he has 3.5 % with three against three that scatter alike,
and 3 / 5 of the level .0167.  Where the smaller group's scatter happens to look small, he takes the
freedom of the larger, and has 7.6 % with two against six, 11 % with two against nine.  This q keeps
the levels .05 and .0127 on average over standard deviations whose ratio is log-normal about 1, two
of three within a factor of 1.65.  Phases are averaged on the circle, their deviations from the mean
direction like numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from epicycle.limits import COMPARING
from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap


@dataclass(frozen=True)
class Estimate:
    """A number with the variance of its error, and the freedom of that; NaN where not known.

    Attributes
    ----------
    value, variance, freedom : float
    n : int
        Subjects, or values, that it is of.
    """

    value: float
    variance: float
    freedom: float
    n: int

    @property
    def error(self) -> float:
        """Standard error."""
        return float(np.sqrt(self.variance))


#: What is not known.
NOTHING = Estimate(np.nan, np.nan, np.nan, 0)


def mean_of(values: Floats, variances: Floats) -> Estimate:
    """Return the mean of subjects.

    Parameters
    ----------
    values, variances : ndarray, shape (k,)
        What each subject shows, and the square of its error; all 0 for the plain mean.
    """
    k = len(values)
    if k == 0:
        return NOTHING
    if k == 1:
        return Estimate(float(values[0]), np.nan, np.nan, 1)
    scatter = float(np.var(values))
    largest = max(float(variances.max()), scatter)
    if largest < 1e-24 * float(np.mean(values**2)) or largest == 0:
        return Estimate(float(values.mean()), 0.0, float(k - 1), k)
    if variances.max() <= COMPARING.vague * float(np.median(variances)):
        mean = float(values.mean())
        return Estimate(mean, float(np.var(values, ddof=1)) / k, float(k - 1), k)
    # exact values have no weights of their own
    errors = np.maximum(variances, 1e-12 * largest)
    weights = 1.0 / (errors + variance_between(values, errors))
    value = float(weights @ values / weights.sum())
    variance = float(weights @ (values - value) ** 2 / ((k - 1) * weights.sum()))
    return Estimate(value, variance, float(k - 1), k)


def variance_between(values: Floats, variances: Floats) -> float:
    """Return the variance between subjects of Paule and Mandel, 0 where their errors explain all.

    Parameters
    ----------
    values, variances : ndarray, shape (k,)
        What each subject shows, and the square of its error, above 0.
    """

    def excess(between: float) -> float:
        weights = 1.0 / (variances + between)
        apart = values - weights @ values / weights.sum()
        return float(weights @ apart**2) - (len(values) - 1)

    if excess(0.0) <= 0:
        return 0.0
    # no weight is above 1 / between: there the sum is at most the first, over k - 1
    highest = 1.001 * float(((values - values.mean()) ** 2).sum()) / (len(values) - 1)
    return float(optimize.brentq(excess, 0.0, highest, rtol=1e-10))


def circular_mean_of(turns: Floats, variances: Floats) -> Estimate:
    """Return the mean of phases in turns, in [-0.5, 0.5]; its value is NaN where they scatter.

    They have none where one of them is farther from it than a quarter of a turn.
    """
    if not len(turns):
        return NOTHING
    middle = float(np.angle(np.exp(2j * np.pi * turns).sum())) / (2 * np.pi)
    apart = wrap(turns - middle)
    if np.abs(apart).max() > COMPARING.phase_spread:
        return Estimate(np.nan, np.nan, np.nan, len(turns))
    found = mean_of(apart, variances)
    whole = float(wrap(np.array([middle + found.value]))[0])
    return Estimate(whole, found.variance, found.freedom, found.n)


def difference(second: Estimate, first: Estimate) -> Estimate:
    """Return the difference of two independent estimates."""
    variance = first.variance + second.variance
    n = min(first.n, second.n)
    value = second.value - first.value
    if not np.isfinite(variance):
        return Estimate(value, np.nan, np.nan, n)
    return Estimate(value, variance, _freedom(first, second), n)


def _freedom(first: Estimate, second: Estimate) -> float:
    """Return the degrees of freedom of a sum of two variances."""
    f1, f2 = first.freedom, second.freedom
    v1, v2 = first.variance, second.variance
    if v1 + v2 <= 0:
        return min(f1, f2)
    fewer, more = min(f1, f2), max(f1, f2)
    like = fewer / more
    power = 2.0 + COMPARING.share_power * like**2 / (f1 * f2)
    power -= COMPARING.share_sizes * (1.0 - like) / np.sqrt(fewer)
    p1, p2 = v1 / (v1 + v2), v2 / (v1 + v2)
    return float(np.clip(1.0 / (p1**power / f1 + p2**power / f2), fewer, f1 + f2))


def p_value(one: Estimate) -> float:
    """Return the two-sided p-value of "it is zero"; NaN where the error is not known."""
    if not np.isfinite(one.variance):
        return np.nan
    if one.variance <= 0:
        return 1.0 if one.value == 0 else 0.0
    return float(2 * special.stdtr(one.freedom, -abs(one.value) / one.error))


def interval(one: Estimate, confidence: float) -> tuple[float, float]:
    """Return the confidence interval."""
    if not np.isfinite(one.variance):
        return np.nan, np.nan
    half = float(special.stdtrit(one.freedom, 0.5 + 0.5 * confidence)) * one.error
    return one.value - half, one.value + half


def ratio_interval(
    second: Estimate, first: Estimate, covariance: float, freedom: float, confidence: float
) -> tuple[float, float]:
    """Return Fieller's confidence interval of a ratio (1954, J. R. Stat. Soc. B 16, 175).

    It excludes 1 where the interval of the difference, with the same freedom, excludes 0.  Where
    the denominator may be 0 it has no upper end; a ratio of amplitudes has no lower one below 0.
    """
    if not np.isfinite(first.variance + second.variance):
        return np.nan, np.nan
    t2 = float(special.stdtrit(freedom, 0.5 + 0.5 * confidence)) ** 2
    a = first.value**2 - t2 * first.variance
    b = first.value * second.value - t2 * covariance
    c = second.value**2 - t2 * second.variance
    root = b * b - a * c
    if a <= 0:
        # the denominator is not clearly above 0: all that is above the lower end, if there is one
        low = (b - np.sqrt(root)) / a if root > 0 and a < 0 else np.nan
        inside = c <= 0 or not np.isfinite(low) or low < 0
        return (0.0 if inside else float(low)), np.inf
    half = np.sqrt(max(root, 0.0))
    return max(float((b - half) / a), 0.0), float((b + half) / a)
