"""After how many steps a regular series repeats itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from epicycle.limits import AHEAD
from epicycle.samples.arrays import Floats


def seasons_of(y: Floats, found: Iterable[float]) -> list[int]:
    """Return seasons that a regular series may have, in steps.

    One is told by its steps from value to value, which a level that wanders leaves as they are: by
    the Bayesian information criterion, the mean of each place in the season explains them.  Others
    are cycles that were found and whose periods are whole numbers of steps.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The values.
    found : iterable of float
        Periods of cycles, in steps.
    """
    change = np.diff(y[-AHEAD.scanned :])
    n = len(change)
    change = change - change.mean()
    longest = min(len(y) // AHEAD.seasons, AHEAD.longest_season)
    before = float(change @ change)
    gain = np.full(max(longest + 1, 2), -np.inf)
    for season in range(2, longest + 1) if before > 0 else ():
        place = np.arange(n) % season
        count = np.bincount(place, minlength=season)
        explained = float((np.bincount(place, change, season) ** 2 / count).sum())
        left = max(before - explained, 1e-12 * before)
        gain[season] = n * np.log(before / left) - (season - 1) * np.log(n)
    # the best of so many
    seasons = {int(gain.argmax())} if gain.max() > 2 * np.log(max(longest, 2)) else set()
    for period in found:
        whole = round(period)
        # a quarter of a turn over the whole series
        if 2 <= whole <= longest and len(y) * abs(1 / period - 1 / whole) < 0.25:
            seasons.add(whole)
    return sorted(seasons, key=lambda m: -gain[m])[: AHEAD.seasons_tried]
