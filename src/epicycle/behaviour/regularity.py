r"""How alike days are, how broken, how high: IS, IV, M10, L5 and RA.

For hourly means :math:`x_i` (N of them, mean :math:`\bar x`) and their means :math:`\bar x_h` over
days at each of p = 24 hours, Witting et al. (1990) define interdaily stability and intradaily
variability,

.. math:: \mathrm{IS} = \frac{N \sum_h (\bar x_h - \bar x)^2}{p \sum_i (x_i - \bar x)^2}, \qquad
          \mathrm{IV} = \frac{N \sum_{i=2}^N (x_i - x_{i-1})^2}
                             {(N - 1) \sum_i (x_i - \bar x)^2},

and van Someren et al. (1999) M10, L5 and :math:`\mathrm{RA} = (M10 - L5) / (M10 + L5)`, from the
average day.  Where hours have no value, N is the number of those that have one, N - 1 that of pairs
of successive ones, and each :math:`\bar x_h` counts by its number of days, N / p where none is
missing: IS is then a share of the sum of squares, and 1 at most.

References
----------
W. Witting, I. H. Kwa, P. Eikelenboom, M. Mirmiran, D. F. Swaab (1990), Biol. Psychiatry 27, 563.
E. J. W. van Someren, D. F. Swaab, C. C. Colenda, W. Cohen, W. V. McCall, P. B. Rosenquist (1999),
Chronobiol. Int. 16, 505.
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats


def mean_day(grid: Floats) -> Floats:
    """Return the mean over days at each time of the day, NaN where no day has a value.

    Parameters
    ----------
    grid : ndarray, shape (days, epochs)
    """
    present = np.isfinite(grid)
    count = present.sum(axis=0)
    total = np.where(present, grid, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def interdaily_stability(hours: Floats) -> float:
    """Return IS (Witting et al. 1990): 1 where all days are alike, near 0 for noise.

    Noise alone has p / N, one over the number of days, on average.

    Parameters
    ----------
    hours : ndarray, shape (days, p)
        Hourly means, NaN where there is none.
    """
    present = np.isfinite(hours)
    known = hours[present]
    mean = known.mean()
    count = present.sum(axis=0)
    by_hour = np.where(count > 0, mean_day(hours) - mean, 0.0)
    return float((count * by_hour**2).sum()) / float(((known - mean) ** 2).sum())


def intradaily_variability(hours: Floats) -> float:
    """Return IV (Witting et al. 1990): near 0 for a sine wave, about 2 for noise.

    Parameters
    ----------
    hours : ndarray, shape (days, p)
        Hourly means, NaN where there is none.
    """
    x = hours.ravel()
    known = x[np.isfinite(x)]
    steps = np.diff(x)
    steps = steps[np.isfinite(steps)]
    total = float(((known - known.mean()) ** 2).sum())
    return len(known) * float((steps**2).sum()) / (len(steps) * total)


def relative_amplitude(highest: float, lowest: float) -> float:
    """Return RA = (M10 - L5) / (M10 + L5) (van Someren et al. 1999)."""
    return (highest - lowest) / (highest + lowest)


def extreme_window(day: Floats, hours: float, *, highest: bool) -> tuple[float, int]:
    """Return the mean in the highest or lowest window of an average day, and its first epoch.

    The day is a circle: windows go on over midnight.  Of equal windows, the first is taken.

    Parameters
    ----------
    day : ndarray, shape (epochs,)
        Without gaps.
    hours : float
        Length of the window, of a day of 24.
    highest : bool
    """
    n = round(len(day) * hours / 24.0)
    means = window_means(np.concatenate([day, day[: n - 1]]), n)
    best = int(np.argmax(means) if highest else np.argmin(means))
    return float(means[best]), best


def window_means(values: Floats, n: int) -> Floats:
    """Return the means of n successive values, shape (len - n + 1,), NaN where one is missing."""
    windows = np.lib.stride_tricks.sliding_window_view(values, n)
    result: Floats = windows.mean(axis=1)
    return result


def daily_windows(
    grid: Floats, hours: float, about: float, *, highest: bool
) -> list[tuple[float, float]]:
    """Return mean and beginning of the highest or lowest window of each day.

    A window belongs to the day in whose middle its own middle is nearest, where days are counted
    from half a day before the window of the average day to half a day after it; so neither the
    night of a person nor that of a mouse is cut by midnight.

    Parameters
    ----------
    grid : ndarray, shape (days, epochs)
    hours : float
        Length of the window, of a day of 24.
    about : float
        First epoch of the window of the average day.
    highest : bool

    Returns
    -------
    list of (float, float)
        One of each day: mean, and first epoch from the beginning of the record; NaN where too many
        of the windows that were possible lack too many values.
    """
    days, epochs = grid.shape
    n = round(epochs * hours / 24.0)
    flat = grid.ravel()
    present = np.isfinite(flat)
    run = np.concatenate([[0.0], np.cumsum(np.where(present, flat, 0.0))])
    seen = np.concatenate([[0], np.cumsum(present)])
    count = seen[n:] - seen[:-n]
    whole = 1.0 - ACTIGRAPHY.missing
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(count >= whole * n, (run[n:] - run[:-n]) / count, np.nan)
    found = []
    for day in range(days):
        first = day * epochs + about - epochs // 2
        low, high = max(math.ceil(first), 0), min(math.ceil(first) + epochs, len(means))
        inside = means[low:high] if high > low else means[:0]
        # a day is judged where nearly all of its windows can be
        if np.isfinite(inside).sum() < whole * epochs:
            found.append((math.nan, math.nan))
            continue
        best = int(np.nanargmax(inside) if highest else np.nanargmin(inside))
        found.append((float(inside[best]), float(low + best)))
    return found
