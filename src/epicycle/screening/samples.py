"""The samples of many series, checked all at once, with the messages that each has alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.samples import checks
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times, TimeScale


@dataclass(frozen=True, eq=False)
class GivenSamples:
    """Samples as the user gave them."""

    t: Any
    y: Any
    dy: Any
    weights: Any
    unit: str | None
    clock: str

    def check(self, rows: NDArray[np.intp]) -> checks.Samples:
        """Return some of the samples, checked."""
        t, y, dy, weights = (
            _take(column, rows) for column in (self.t, self.y, self.dy, self.weights)
        )
        return checks.check_samples(t, y, dy, weights=weights, unit=self.unit, clock=self.clock)


def _take(column: Any, rows: NDArray[np.intp]) -> Any:
    if isinstance(column, tuple) and len(column) == 2:
        return tuple(_take(part, rows) for part in column)
    if column is None or np.ndim(column) == 0:
        return column
    if hasattr(column, "iloc"):
        return column.iloc[rows]
    return column[rows] if hasattr(column, "dtype") else np.asarray(column, dtype=object)[rows]


@dataclass(frozen=True, eq=False)
class UsableSamples:
    """Checked samples of all usable series, one series below the other.

    Attributes
    ----------
    series : ndarray of int, shape (B,)
        Which series they are.
    counts : ndarray of int, shape (B,)
        How many samples each has.
    times : Times, shape (n,)
        Their times.
    y, weights : ndarray, shape (n,)
        Their values, and inverse variances or relative weights.
    absolute : bool
        Whether the weights are inverse variances.
    scale : TimeScale
        Unit and calendar of the times.
    """

    series: NDArray[np.intp]
    counts: NDArray[np.intp]
    times: Times
    y: Floats
    weights: Floats
    absolute: bool
    scale: TimeScale


def checked(
    samples: GivenSamples, codes: NDArray[np.intp], n_series: int
) -> tuple[UsableSamples | None, dict[int, str]]:
    """Return the samples of all series that can be used, and why the others cannot.

    All series are checked at once.  Where that finds something, or a series has too few distinct
    times or too large numbers, it is checked alone: the message is the one that it has alone.
    """
    errors: dict[int, str] = {}
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=n_series))

    def is_refused(k: int) -> bool:
        try:
            samples.check(order[ends[k - 1] if k else 0 : ends[k]])
        except (TypeError, ValueError) as problem:
            errors[k] = " ".join(str(problem).split())
        return k in errors

    try:
        checked = samples.check(order)
    except (TypeError, ValueError):
        refused = [k for k in range(n_series) if is_refused(k)]
        order = order[~np.isin(codes[order], refused)]
        if not len(order):
            return None, errors
        checked = samples.check(order)
    codes = codes[order][checked.kept]
    suspect = _suspects(checked, codes, n_series)
    refused = [k for k in suspect.tolist() if k not in errors and is_refused(k)]
    good = ~np.isin(codes, refused) if refused else np.ones(len(codes), dtype=bool)
    if not good.any():
        return None, errors
    counts = np.bincount(codes[good], minlength=n_series)
    kept = np.flatnonzero(counts)
    if checked.dy is not None:
        weights = checked.dy[good, 0] ** -2.0
    else:
        weights = np.ones(int(good.sum())) if checked.weights is None else checked.weights[good]
    usable = UsableSamples(
        kept,
        counts[kept],
        checked.times[good],
        checked.y[good, 0],
        weights,
        checked.dy is not None,
        checked.scale,
    )
    return usable, errors


def _suspects(samples: checks.Samples, codes: NDArray[np.intp], n_series: int) -> NDArray[np.intp]:
    """Return the series that may be unusable, and some that are not."""
    counts = np.bincount(codes, minlength=n_series)
    suspect = counts < 3
    used = np.flatnonzero(counts)
    starts = np.cumsum(counts)[used] - counts[used]
    times = samples.times.to_float()
    first, last = np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts)
    span = last - first
    between = (times > np.repeat(first, counts[used])) & (times < np.repeat(last, counts[used]))
    size = np.maximum.reduceat(np.abs(samples.y[:, 0]), starts)
    odd = np.add.reduceat(between, starts) == 0
    for values in (span, size):
        odd |= (values > checks.LARGEST) | ((values > 0) & (values < 1.0 / checks.LARGEST))
    suspect[used] |= odd
    return np.flatnonzero(suspect)
