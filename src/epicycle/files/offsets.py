"""Stamps whose offset changes: the zone that has these offsets, and whether values keep its days.

Such a file tells two times for each sample: the instant, and what the clocks on the wall showed.
What people do keeps to their clocks through a change to summer time, what tides do does not; the
values decide, and who reads the file may say otherwise.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import INPUTS
from epicycle.samples.arrays import Floats

#: Zones by which others are told that have the same offsets; all zones come after them.
_USUAL = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Pacific/Auckland",
)

#: How what is said of a zone that was not asked for begins.
OF_ZONES = ("clock: local", "told in UTC")

#: Harmonics of the day that are fitted to tell whose days the values keep.
_HARMONICS = 3


def zone_of(instants: Any, offsets: NDArray[np.timedelta64]) -> str | None:
    """Return a time zone whose clocks were so far ahead of UTC at these instants, or None.

    Parameters
    ----------
    instants : DatetimeIndex, shape (n,)
        In UTC.
    offsets : ndarray of timedelta64, shape (n,)
        How far the clocks were ahead.
    """
    changes = np.flatnonzero(offsets[1:] != offsets[:-1])
    places = np.unique(np.r_[0, changes[:50], changes[:50] + 1, len(offsets) - 1])
    seen = [
        (moment.to_pydatetime(), dt.timedelta(seconds=int(offsets[k] / np.timedelta64(1, "s"))))
        for k, moment in zip(places, instants[places], strict=True)
    ]
    for name in (*_USUAL, *sorted(zoneinfo.available_timezones())):
        zone = zoneinfo.ZoneInfo(name)
        if all(moment.astimezone(zone).utcoffset() == ahead for moment, ahead in seen):
            return name
    return None


def keeps_to_clocks(instants: Any, offsets: NDArray[np.timedelta64], y: Floats) -> bool:
    """Return whether a daily rhythm of values keeps to the clocks rather than to the sun.

    A trend and the first harmonics of a day are fitted twice, by what the clocks showed and by the
    time that passed.  The logarithm of the ratio of the sums of squares counts once for each sample
    that is independent: (1 - r) / (1 + r) of all, r the correlation of neighbours in what the
    better fit leaves (Bartlett 1935).

    Parameters
    ----------
    instants : DatetimeIndex, shape (n,)
        In UTC.
    offsets : ndarray of timedelta64, shape (n,)
        How far the clocks were ahead.
    y : ndarray, shape (n,)
        Values; NaN where missing.
    """
    there = ~np.isnan(y)
    passed = (instants - instants[0]) / np.timedelta64(1, "D")
    shown = passed + (offsets - offsets[0]) / np.timedelta64(1, "D")
    if there.sum() < 4 * (2 + 2 * _HARMONICS):
        return False
    left = [_left(np.asarray(days)[there], y[there]) for days in (passed, shown)]
    sums = [max(float((rest**2).sum()), 1e-12 * float(np.var(y[there]))) for rest in left]
    if sums[0] <= sums[1]:
        return False
    rest = left[1]
    together = float((rest[1:] * rest[:-1]).sum()) / sums[1]
    share = (1 - max(together, 0.0)) / (1 + max(together, 0.0))
    return bool(share * there.sum() * np.log(sums[0] / sums[1]) > INPUTS.clock_evidence)


def _left(days: Floats, y: Floats) -> Floats:
    """Return what a trend and harmonics of a day leave of values, days apart."""
    angles = 2 * np.pi * np.outer(days, np.arange(1, _HARMONICS + 1))
    trend = np.stack([np.ones_like(days), days - days.mean()], axis=1)
    design = np.concatenate([trend, np.cos(angles), np.sin(angles)], axis=1)
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    rest: Floats = y - fitted
    return rest
