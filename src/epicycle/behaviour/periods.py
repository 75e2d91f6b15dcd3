r"""Two periodograms of the same epochs, side by side: chi-square, and Lomb-Scargle.

For a period of P epochs, the first K P of the N values (K whole rows) are written under each
other; with the means :math:`M_h` of the P columns and the mean M of all, Sokolove and Bushell
(1978) have

.. math:: Q_P = \frac{K N \sum_h (M_h - M)^2}{\sum_i (x_i - M)^2}, \qquad N = K P,

which for independent values is chi-square with P - 1 degrees of freedom.  Where values are
missing, the number of values in each column takes the place of K.  The line is the quantile at
the level :math:`1 - (1 - \alpha)^{1/m}` for the m periods tried.

What is wrong with it is known.  Whole rows are taken, so that K jumps at certain periods, and the
statistic with it: the period may be off by more than its noise (Tackenberg and Hughey 2021).  A
rhythm shows at its multiples, too.  And activity of one minute is like that of the next, so that
not only rhythms exceed the line.  The Lomb-Scargle periodogram is a sinusoid fitted by least
squares (:mod:`epicycle.spectra.periodogram`); it has no rows, but sees sinusoids only.  Its line is
that of independent noise, too.  So a p-value is told beside each peak, that of cycles which agree
on a phase by chance (:mod:`epicycle.behaviour.vectors`): for it, only cycles must be independent.

References
----------
P. G. Sokolove, W. N. Bushell (1978), J. Theor. Biol. 72, 131.
M. C. Tackenberg, J. J. Hughey (2021), PLoS Comput. Biol. 17, e1008567.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from epicycle.behaviour.vectors import agreement_p
from epicycle.evidence.significance import effective_bandwidth, power_threshold
from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.maxima import inner_maxima, refined
from epicycle.spectra.periodogram import Periodogram

#: Frequencies for each 1/T: the highest of a peak is within 1 % of its height.
_OVERSAMPLING = 10


@dataclass(frozen=True, eq=False)
class PeriodScan:
    """A periodogram near a day.

    Attributes
    ----------
    period : ndarray, shape (m,)
        In hours, in increasing order.
    statistic : ndarray, shape (m,)
        Chi-square, or the share of the variance that a sinusoid explains.
    line : ndarray, shape (m,)
        What independent noise exceeds anywhere with a probability of 1 %.
    best : float or None
        The period that exceeds the line by most; None where none does.
    resolution : float
        Half the width of a peak there, P^2 / 2 T for a record of length T, or the step of the
        periods where that is longer; about the middle of the band where there is no peak.
    cycles : float
        Length of the record in cycles of that period.
    p_value : float or None
        Probability that noise which forgets within a cycle has cycles that agree so well on a
        phase, at any of the periods; None without a peak, or with fewer than five days.
    """

    period: Floats = field(repr=False)
    statistic: Floats = field(repr=False)
    line: Floats = field(repr=False)
    best: float | None
    resolution: float
    cycles: float
    p_value: float | None

    @property
    def is_rhythm(self) -> bool:
        """Whether there is a peak, and its cycles agree on a phase where that can be told."""
        if self.best is None:
            return False
        return self.p_value is None or self.p_value < ACTIGRAPHY.agreement


def chi_square(values: Floats, columns: int) -> float:
    """Return Q_P of Sokolove and Bushell (1978) for a period of so many epochs.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In epochs that follow each other, NaN where there is none.
    columns : int
        The period P in epochs.
    """
    rows = len(values) // columns
    table = values[: rows * columns].reshape(rows, columns)
    present = np.isfinite(table)
    count = present.sum(axis=0)
    filled = np.where(present, table, 0.0)
    n = int(count.sum())
    mean = float(filled.sum()) / n
    means = filled.sum(axis=0) / np.maximum(count, 1)
    total = float((np.where(present, table - mean, 0.0) ** 2).sum())
    if total <= 0:
        return 0.0
    return n * float((count * (means - mean) ** 2).sum()) / total


def chi_square_scan(values: Floats, epoch: float) -> PeriodScan:
    """Return the chi-square periodogram of values in epochs of so many hours.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN where there is none; at least two of the longest period.
    epoch : float
    """
    first = math.ceil(ACTIGRAPHY.shortest / epoch - 1e-9)
    last = math.floor(ACTIGRAPHY.longest / epoch + 1e-9)
    columns = np.arange(first, min(last, len(values) // 2) + 1)
    statistic = np.array([chi_square(values, p) for p in columns.tolist()])
    level = -math.expm1(math.log1p(-ACTIGRAPHY.false_alarm) / len(columns))
    line: Floats = np.asarray(special.chdtri(columns - 1.0, level), dtype=np.float64)
    over = statistic - line
    best = int(np.argmax(over))
    period: Floats = columns.astype(np.float64) * epoch
    top = float(period[best]) if over[best] > 0 else None
    return _scan(period, statistic, line, top, (values, epoch))


def lomb_scargle_scan(values: Floats, epoch: float) -> PeriodScan:
    """Return the Lomb-Scargle periodogram of the same values: the power, a share of the variance.

    Parameters are those of :func:`chi_square_scan`.
    """
    known = np.flatnonzero(np.isfinite(values))
    data = build_data(check_samples(known * epoch, values[known]), 0)
    low, high = 1.0 / ACTIGRAPHY.longest, 1.0 / ACTIGRAPHY.shortest
    spacing = 1.0 / (_OVERSAMPLING * data.baseline)
    size = math.ceil((high - low) / spacing) + 1
    residual = data.y - data.y.mean(axis=0)
    reduction = Periodogram(data, spacing, size).reduction(residual, low)[0]
    power = reduction / float((residual**2).sum())
    bandwidth = effective_bandwidth(data, low, low + (size - 1) * spacing)
    threshold = power_threshold(ACTIGRAPHY.false_alarm, len(known) - 1, bandwidth)
    peaks = inner_maxima(power)
    best = None
    if len(peaks):
        place, height = refined(power, peaks)
        top = int(np.argmax(height))
        if height[top] > threshold:
            best = 1.0 / (low + float(place[top]) * spacing)
    period: Floats = 1.0 / (low + spacing * np.arange(size, dtype=np.float64))
    line = np.full(size, threshold)
    return _scan(period[::-1], power[::-1], line, best, (values, epoch))


def _scan(
    period: Floats,
    statistic: Floats,
    line: Floats,
    best: float | None,
    series: tuple[Floats, float],
) -> PeriodScan:
    """Return a periodogram with what there is to know of its peak."""
    values, epoch = series
    # of the chi-square periodogram, whose periods are whole epochs
    step = epoch if abs(float(period[1] - period[0]) - epoch) < 1e-9 else 0.0
    known = np.flatnonzero(np.isfinite(values))
    span = float(known[-1] - known[0] + 1) * epoch
    middle = best if best is not None else 24.0
    resolution = max(0.5 * middle**2 / span, 0.5 * step)
    p_value = None if best is None else agreement_p(values, epoch, best)
    return PeriodScan(period, statistic, line, best, resolution, span / middle, p_value)
