r"""When activity begins and ends, cycle by cycle: by a template, as it is done for actograms.

Epochs are active (+1) where they are above the 20th percentile of the values that are not zero,
and at rest (-1) elsewhere.  An onset is where a template of six hours of rest followed by six
hours of activity agrees best with them,

.. math:: c(t) = \tfrac{1}{2} \Big( \overline{b}_{[t, t + 6\,h)} - \overline{b}_{[t - 6\,h, t)}
          \Big) ,

once in each cycle; an offset is where its mirror image does.  The agreement is 1 for a perfect
edge.  This is the onset of the program ClockLab (Actimetrics; described by Verwey, Robinson and
Amir 2013), whose defaults the numbers are.  Cycles are half a period on either side of where
onsets are on average, so that none is cut by midnight.

References
----------
M. Verwey, B. Robinson, S. Amir (2013), J. Vis. Exp. 71, e50054.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class Found:
    """Onsets, or offsets, in order of time.

    Attributes
    ----------
    cycle : ndarray of int, shape (m,)
        Number of the cycle, from that of the first one.
    hours : ndarray, shape (m,)
        From the beginning of the record.
    agreement : ndarray, shape (m,)
        Of the template, 0 to 1.
    """

    cycle: NDArray[np.int64]
    hours: Floats
    agreement: Floats


def states(values: Floats) -> Floats:
    """Return +1 where epochs are active, -1 where not, NaN where nothing is known.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN where there is none.
    """
    known = values[np.isfinite(values)]
    moving = known[known != 0]
    least = float(np.quantile(moving, ACTIGRAPHY.active)) if len(moving) else 0.0
    return np.where(np.isfinite(values), np.where(values > least, 1.0, -1.0), np.nan)


def agreement(state: Floats, n: int) -> Floats:
    """Return how well rest before and activity after each boundary of epochs agree with a template.

    Parameters
    ----------
    state : ndarray, shape (m,)
        +1, -1 or NaN.
    n : int
        Epochs in each half of the template.

    Returns
    -------
    ndarray, shape (m + 1,)
        At the boundary before each epoch, and after the last one; -1 to 1, NaN where too much of
        either half is not known.
    """
    present = np.isfinite(state)
    total = np.concatenate([[0.0], np.cumsum(np.where(present, state, 0.0))])
    seen = np.concatenate([[0], np.cumsum(present)])
    at = np.arange(len(state) + 1)
    low, high = np.maximum(at - n, 0), np.minimum(at + n, len(state))
    before, after = seen[at] - seen[low], seen[high] - seen[at]
    enough = np.minimum(before, after) >= (1.0 - ACTIGRAPHY.missing) * n
    edge = (total[high] - total[at]) / np.maximum(after, 1)
    edge -= (total[at] - total[low]) / np.maximum(before, 1)
    return np.where(enough, 0.5 * edge, np.nan)


def find_edges(values: Floats, epoch: float, period: float, *, onset: bool = True) -> Found:
    """Return the onsets, or offsets, of activity.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In epochs that follow each other, NaN where there is none.
    epoch : float
        Their length in hours.
    period : float
        Of the cycles, in hours, of which each has one onset; the template is a quarter of it.
    onset : bool
        False for offsets.
    """
    half = ACTIGRAPHY.template * period / 24.0
    score = agreement(states(values), max(round(half / epoch), 1))
    score = score if onset else -score
    hours: Floats = np.arange(len(score), dtype=np.float64) * epoch
    begin = phase_of(score, hours, period) - 0.5 * period
    number = np.floor((hours - begin) / period).astype(np.int64)
    found = []
    for k in np.unique(number).tolist():
        inside = np.flatnonzero(number == k)
        inside = inside[np.isfinite(score[inside])]
        # half a cycle at least, else the best edge may be where nothing is known
        if len(inside) * epoch < 0.5 * period:
            continue
        best = inside[score[inside] >= score[inside].max() - 1e-12]
        top = float(score[best[0]])
        if top >= ACTIGRAPHY.edge:
            found.append((k, float(hours[best].mean() if _together(best) else hours[best[0]]), top))
    cycle = np.array([k for k, _, _ in found], dtype=np.int64)
    return Found(
        cycle - (cycle[0] if len(cycle) else 0),
        np.array([h for _, h, _ in found]),
        np.array([s for _, _, s in found]),
    )


def _together(places: NDArray[np.intp]) -> bool:
    """Return whether boundaries follow each other: a plateau, whose middle is taken."""
    return bool(places[-1] - places[0] == len(places) - 1)


def phase_of(score: Floats, hours: Floats, period: float) -> float:
    """Return where in a cycle edges are on average, in hours: the mean angle, weighted by score."""
    good = np.isfinite(score) & (np.nan_to_num(score) > 0)
    angle = 2.0 * math.pi * hours[good] / period
    weight = score[good] ** 2
    mean = complex((weight * np.exp(1j * angle)).sum())
    return float(np.angle(mean)) * period / (2.0 * math.pi)
