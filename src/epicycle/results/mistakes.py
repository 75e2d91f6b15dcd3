"""What looks like a mistake in the data: rows given twice, outliers that drown all, gap marks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import HONESTY
from epicycle.results.drowned import carriers
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.options import HUBER

#: Digits of numbers that mark what is missing, such as -999 and 99.99.
_MARKS = {"9"}


def copy_notes(samples: Samples) -> list[str]:
    """Return a sentence about rows that repeat an earlier one, which are counted once."""
    n = samples.n_copies
    if not n:
        return []
    rows = n + len(samples.times)
    return [
        f"{n} of {rows} rows occur twice or oftener, with the same time and values: counted once"
    ]


def outlier_notes(
    samples: Samples,
    residual: Floats,
    weights: Floats,
    far: NDArray[np.bool_],
    loss: str,
    said: Iterable[str] = (),
) -> list[str]:
    """Return sentences about values that mark gaps, and about outliers that carry the variance.

    Parameters
    ----------
    samples : Samples
        The samples as they were given.
    residual : ndarray, shape (n, d)
        Their values minus the model.
    weights : ndarray, shape (n, 1) or (n, d)
        Inverse variances.
    far : ndarray of bool, shape (n, d)
        Which values lie far off.
    loss : str
        The loss of the fit.
    said : iterable of str
        What has been said of the search already: nothing is said twice.
    """
    notes = []
    marks = [
        gap_mark(y[present]) for y, present in zip(samples.y.T, samples.present.T, strict=True)
    ]
    for value, count in sorted({mark for mark in marks if mark is not None}):
        notes.append(
            f"{count} values are exactly {value:g}, far from all others: if that marks missing "
            f"values, make them NaN or leave their fields empty; if not, loss='huber' bounds "
            f"their influence"
        )
    what = None if notes or loss == HUBER else carriers(samples, residual, weights, far)
    if what is not None and not any(note.startswith(what) for note in said):
        notes.append(f"{what}: loss='huber' bounds the influence of such values")
    return notes


def gap_mark(values: Floats) -> tuple[float, int] | None:
    """Return a value that seems to mark gaps, as -999 does, and how often it occurs; else None.

    It is the lowest or the highest, occurs more than once, and is farther from all others than
    these are from each other by a factor; by less if it is a row of nines.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 4:  # on and off, or a few classes: any of them may be apart
        return None
    for at, rest in ((0, distinct[1:]), (-1, distinct[:-1])):
        value, count = float(distinct[at]), int(counts[at])
        gap = float(np.abs(rest - value).min())
        reach = float(np.ptp(rest)) * HONESTY.isolated
        nines = set(f"{abs(value):.10g}".replace(".", "")) == _MARKS
        if count > 1 and gap > (reach / HONESTY.marks if nines else reach):
            return value, count
    return None
