"""Residuals of neighbouring samples: noise that remembers is not white, and tests say too much."""

from __future__ import annotations

import math

import numpy as np

from epicycle.limits import HONESTY
from epicycle.results.origin import Origin
from epicycle.samples.arrays import Floats


def neighbour_note(origin: Origin | None) -> list[str]:
    """Return a word on residuals whose neighbours are alike, where white noise was assumed.

    Parameters
    ----------
    origin : Origin or None
        What a result was made from; nothing is said where that is not known.
    """
    if origin is None or origin.task.options.red_noise:
        return []
    if len(origin.found.fit.structure.frequency) >= origin.task.options.max_cycles:
        return []  # what is left are the cycles that were not asked for
    data = origin.found.data
    residual = np.asarray(origin.found.fit.residual, dtype=np.float64).reshape(len(data.y), -1)
    present = (data.weights > 0) & np.isfinite(residual)
    worst, pairs = 0.0, 0
    for column, there in zip(residual.T, np.broadcast_to(present, residual.shape).T, strict=True):
        own = correlation(data.times.to_float()[there], column[there], data.group[there])
        worst, pairs = max((worst, pairs), own)
    if pairs < HONESTY.neighbours or worst < max(
        HONESTY.neighbour_correlation, HONESTY.neighbour_errors / math.sqrt(pairs)
    ):
        return []
    return [
        f"neighbouring residuals correlate ({worst:.2f}): noise with a memory imitates cycles more "
        f"easily than white noise does; red_noise=True tests against it"
    ]


def correlation(t: Floats, residual: Floats, group: np.ndarray) -> tuple[float, int]:
    """Return the correlation of residuals that are neighbours in time, and the number of pairs.

    Neighbours belong to one group, and are no farther apart than one and a half times the median
    of all gaps.  The error of the correlation of white noise is one over the root of their number.
    """
    order = np.lexsort((t, group))
    gaps = np.diff(t[order])
    usual = (np.diff(group[order]) == 0) & (gaps > 0)
    if not usual.any():
        return 0.0, 0
    near = usual & (gaps <= 1.5 * np.median(gaps[usual]))
    left, right = residual[order][:-1][near], residual[order][1:][near]
    size = math.sqrt(float(left @ left) * float(right @ right))
    return (float(left @ right) / size if size > 0 else 0.0), int(near.sum())
