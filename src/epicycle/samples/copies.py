"""Rows that stand in the data twice, as in a file appended to itself: found, and counted once."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import HONESTY
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples, count_repeated

#: Steps of rounded values are not known better than this, relative to their range.
_ROUNDING = 1e-9


def without_copies(samples: Samples) -> Samples:
    """Return the samples with every row that repeats an earlier one exactly left out, and counted.

    A row is a copy where its time, values, errors, group and covariates all are those of an earlier
    one.  Weights say how much each row counts: rows that have them are left as they are.
    Measurements taken at the same time may agree by chance where values are rounded:
    rows are left as they are unless more of them agree than that explains.
    """
    if samples.weights is not None:
        return samples
    columns = _columns(samples)
    order = np.lexsort((*columns.T[::-1], samples.group, samples.times.lo, samples.times.hi))
    hi, lo, group = samples.times.hi[order], samples.times.lo[order], samples.group[order]
    together = (np.diff(hi) == 0) & (np.diff(lo) == 0) & (np.diff(group) == 0)
    rows = columns[order]
    same = together & (rows[1:] == rows[:-1]).all(axis=1)
    if not same.any() or not _beyond_chance(samples.y[order], together, same):
        return samples
    # (a stable sort: the first of several equal rows is the one that came first)
    kept = np.ones(len(order), dtype=bool)
    kept[order[1:][same]] = False
    return _rows(samples, kept)


def _columns(samples: Samples) -> Floats:
    """Return all numbers of every row; infinite where a value is missing."""
    parts = [np.where(samples.present, samples.y, np.inf)]
    parts += [
        one.reshape(len(samples.y), -1)
        for one in (samples.dy, samples.covariates)
        if one is not None
    ]
    return np.hstack(parts)


def _beyond_chance(y: Floats, together: NDArray[np.bool_], same: NDArray[np.bool_]) -> bool:
    """Return whether more rows of equal times agree than rounded measurements would.

    Values rounded to steps q, whose differences scatter by s, agree with the probability
    ``q / (s sqrt(2 pi))``, the density of a normal distribution at 0.  Where no two of them
    differ, the share of equal values in all of the data takes its place.
    """
    pairs, equal = int(together.sum()), int(same.sum())
    chance = 1.0
    for column in y.T:
        if pairs == equal:
            _, counts = np.unique(column, return_counts=True)
            one = float(((counts / len(column)) ** 2).sum())
        else:
            gaps = np.diff(np.unique(column))
            step = float(gaps[gaps > _ROUNDING * gaps.sum()].min(initial=np.inf))
            differences = np.diff(column)[together]
            spread = float(np.sqrt(np.mean(differences**2)))
            one = step / (spread * math.sqrt(2 * math.pi)) if spread > 0 else 1.0
        chance = min(chance, one)
    expected = pairs * chance
    return equal > expected + HONESTY.beyond_chance * math.sqrt(expected * (1 - chance))


def _rows(samples: Samples, kept: NDArray[np.bool_]) -> Samples:
    times = samples.times[np.flatnonzero(kept)]
    return replace(
        samples,
        times=times,
        y=samples.y[kept],
        present=samples.present[kept],
        dy=None if samples.dy is None else samples.dy[kept],
        group=samples.group[kept],
        kept=samples.kept[kept],
        covariates=None if samples.covariates is None else samples.covariates[kept],
        n_repeated=count_repeated(times),
        n_copies=int((~kept).sum()),
    )
