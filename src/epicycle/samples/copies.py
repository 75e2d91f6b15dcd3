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
    alone = _rows(samples, np.flatnonzero(kept))
    return replace(
        alone, n_repeated=count_repeated(alone.times), n_copies=len(order) - int(kept.sum())
    )


def in_order(samples: Samples) -> Samples:
    """Return the samples in one order, whatever the order of their rows.

    It is that of times; of equal times that of the labels of groups as text, and then that of
    values, errors, covariates and weights.  So the last bits of sums are the same, and with them
    every decision between what is equal.  Groups of rows that were not in the order of times are
    numbered as they appear in it.
    """
    if samples.is_sorted and not samples.n_repeated:
        return samples
    rank = np.empty(len(samples.group_labels), dtype=np.intp)
    text = [(str(label), type(label).__name__) for label in samples.group_labels]
    rank[sorted(range(len(text)), key=text.__getitem__)] = np.arange(len(text))
    columns = _columns(samples).T[::-1]
    weights = () if samples.weights is None else (samples.weights,)
    keys = (*weights, *columns, rank[samples.group], samples.times.lo, samples.times.hi)
    order = np.lexsort(keys)
    placed = _rows(samples, order)
    if samples.is_sorted:
        return placed
    used, first = np.unique(placed.group, return_index=True)
    numbers = np.empty(len(used), dtype=np.intp)
    by_first = used[np.argsort(first)]
    numbers[by_first] = np.arange(len(used))
    labels = tuple(samples.group_labels[int(k)] for k in by_first)
    return replace(placed, group=numbers[placed.group], group_labels=labels)


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


def _rows(samples: Samples, rows: NDArray[np.intp]) -> Samples:
    def of(column: Floats | None) -> Floats | None:
        return None if column is None else column[rows]

    return replace(
        samples,
        times=samples.times[rows],
        y=samples.y[rows],
        present=samples.present[rows],
        dy=of(samples.dy),
        weights=of(samples.weights),
        group=samples.group[rows],
        kept=samples.kept[rows],
        covariates=of(samples.covariates),
    )
