"""Seasonal naive: what was there a season ago, at samples taken at any times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats

#: A season must have been seen so many times.
_SEEN = 2.0


@dataclass(frozen=True, eq=False)
class Seen:
    """Samples: times (n,), values (n, d) with NaN where missing, and labels of groups (n,)."""

    times: Floats
    values: Floats
    group: NDArray[Any]

    @classmethod
    def of(cls, times: Floats, values: Any, group: Any) -> Seen:
        """Return samples as a user has them."""
        table = np.asarray(values, dtype=np.float64).reshape(len(times), -1)
        labels = np.zeros(len(times)) if group is None else np.asarray(group, dtype=object)
        return cls(times, table, labels.astype(str))

    def rows(self, chosen: NDArray[np.bool_]) -> Seen:
        """Return some of the samples."""
        return Seen(self.times[chosen], self.values[chosen], self.group[chosen])


def seasonal_naive(
    before: Seen, ahead: Seen, periods: Sequence[float]
) -> tuple[Floats, float | None]:
    """Return what was there a season before each sample, shape (m, d), and the season.

    Parameters
    ----------
    before : Seen
        What is known.
    ahead : Seen
        Samples after it, whose values are not looked at.
    periods : sequence of float
        Seasons to choose from: the one that would have served best before, over as long a time
        as there is ahead.  None, the last value repeated, is one of them.
    """
    last = before.times.max()
    length = ahead.times.max() - last
    first = before.times.min()
    late = before.times > last - length
    choices = [None, *(p for p in periods if last - first >= _SEEN * p)]
    if late.all() or len(choices) == 1:
        return _repeated(before, ahead, choices[-1]), choices[-1]
    early, held = before.rows(~late), before.rows(late)
    present = ~np.isnan(held.values)

    def error(period: float | None) -> float:
        # a season that the earlier part has not seen whole cannot be judged, and is not chosen
        if period is not None and early.times.max() - first < period:
            return float("inf")
        return float(np.abs(held.values - _repeated(early, held, period))[present].mean())

    best = min(choices, key=error)
    return _repeated(before, ahead, best), best


def _repeated(before: Seen, ahead: Seen, period: float | None) -> Floats:
    """Return the values of whole seasons ago, between neighbours by their distances."""
    result = np.empty(ahead.values.shape)
    last = before.times.max()
    times = np.full(len(ahead.times), last)
    if period is not None:
        # (a margin of rounding: one season after the last sample is that sample)
        turns = np.ceil((ahead.times - last) / period - 1e-9)
        times = ahead.times - turns * period
    for j in range(before.values.shape[1]):
        present = ~np.isnan(before.values[:, j])
        for label in np.unique(ahead.group):
            mine = present & (before.group == label)
            known = before.rows(mine if mine.any() else present)
            order = np.argsort(known.times, kind="stable")
            rows = ahead.group == label
            result[rows, j] = np.interp(times[rows], known.times[order], known.values[order, j])
    return result
