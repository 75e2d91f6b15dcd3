"""Which windows a scalogram has: their periods and widths, and the times of their middles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from epicycle.limits import SCALOGRAM
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import TimeScale


def between(period: Any, shortest: float, longest: float) -> tuple[float, float]:
    """Return the shortest and the longest of the periods that the user names, within limits.

    Raises
    ------
    TypeError, ValueError
        If it is neither a positive number nor two of them in increasing order, or outside.
    """
    if period is None:
        return shortest, longest
    try:
        given = np.asarray(period, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            f"period must be a number or two, got {period!r}. "
            f"To fix this, pass (shortest, longest)."
        ) from None
    if given.shape == ():
        low, high = float(given) / math.sqrt(2), float(given) * math.sqrt(2)
    elif given.shape == (2,):
        low, high = float(given[0]), float(given[1])
    else:
        raise ValueError(
            f"period must be a number or two, got {given.size} of them. "
            f"To fix this, pass (shortest, longest)."
        )
    if not 0 < low < high < math.inf:
        raise ValueError(
            f"period must be positive, the shortest first, got {period!r}. "
            f"To fix this, pass (shortest, longest)."
        )
    return low, high


def band_of(period: Any, data: Data, cycles: float) -> tuple[float, float]:
    """Return the shortest and the longest period."""
    n, span = len(data.times), data.baseline
    shortest = SCALOGRAM.samples_a_cycle * span / max(n - 1, 1)
    # the cones of influence meet at this period
    longest = span / (2 * math.sqrt(2) * cycles)
    if period is None and not 2 * shortest < longest:
        raise ValueError(
            f"{n} samples are too few for a picture in windows of {cycles:g} cycles: they show "
            f"periods from {shortest:.3g} on, and such windows fit up to {longest:.3g}. To fix "
            f"this, name a band with period=, or pass more samples, or fewer cycles."
        )
    low, high = between(period, shortest, longest)
    if high > span:
        raise ValueError(
            f"period reaches to {high:.6g}, but the samples span {span:.6g}: a rhythm must be seen "
            f"at least once. To fix this, name shorter periods."
        )
    if low < SCALOGRAM.shortest_period * span:
        raise ValueError(
            f"period begins at {low:.3g}, a {span / low:.1e}th of the baseline: expected at most "
            f"{1 / SCALOGRAM.shortest_period:.0e} cycles. To fix this, name longer periods."
        )
    return low, high


def frequencies(low: float, high: float, cycles: float) -> Floats:
    """Return frequencies in increasing order, so close that a maximum loses little in between.

    The power of a sinusoid falls as ``exp(-4 pi^2 cycles^2 x^2)`` at a distance x of the
    logarithm; in the middle of two points, x from each, :attr:`SCALOGRAM.lost` is gone.
    """
    step = math.sqrt(-math.log1p(-SCALOGRAM.lost)) / (math.pi * cycles)
    count = max(math.ceil(math.log(high / low) / step) + 1, 8)
    if count > SCALOGRAM.most_periods:
        raise ValueError(
            f"period={low:.3g}, {high:.3g} with cycles={cycles:g} needs {count:,} periods: "
            f"expected at most {SCALOGRAM.most_periods:,}. To fix this, name a narrower band, or "
            f"fewer cycles."
        )
    return np.geomspace(1.0 / high, 1.0 / low, count)


def centres(times: Any, data: Data, width: float, scale: TimeScale) -> Floats:
    """Return the middles of windows of at least some width, counted from the reference time."""
    first, last = float(data.times.hi.min()), float(data.times.hi.max())
    if times is not None and np.ndim(times) > 0:
        given = scale.parse(times, "times").minus(data.reference).to_float()
        if not len(given) or (np.diff(given) <= 0).any():
            raise ValueError("times must be in increasing order. To fix this, sort them.")
        if given[0] < first - 1e-9 * (last - first) or given[-1] > last + 1e-9 * (last - first):
            raise ValueError(
                "times lie before the first or after the last sample, where there is nothing to "
                "see. To fix this, leave those out."
            )
        return given
    count = math.ceil((last - first) / width * SCALOGRAM.windows_a_width) + 1
    count = min(max(count, SCALOGRAM.fewest_times), SCALOGRAM.most_times)
    if times is not None:
        count = int(times)
        if count != times or not 2 <= count <= SCALOGRAM.most_named:
            raise ValueError(
                f"times must be a whole number from 2 to {SCALOGRAM.most_named:,}, or times, got "
                f"{times!r}."
            )
    return np.linspace(first, last, count)
