"""A record of activity in hours: its clock, its epochs, and its values as a row for each cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples, check_samples
from epicycle.samples.copies import without_copies
from epicycle.samples.times import UNIT_SECONDS, TimeScale, parse_times

#: Lengths of epochs in minutes of a day of 1440; a cycle of another length has as many epochs.
WIDTHS = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60)

#: Rounding of times, as a part of an epoch.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Record:
    """Values at times in hours, in order of time.

    Attributes
    ----------
    hours : ndarray, shape (n,)
        From the beginning of the first day: midnight, or a multiple of 24 hours of plain numbers.
    values : ndarray, shape (n,)
    gap : float
        Typical distance of samples, in hours: a share of the gaps are no longer.
    origin : float
        Beginning of the first day, on the scale, in hours.
    hour : float
        Units of the scale in one hour.
    scale : TimeScale
    n_dropped : int
        Rows without a value.
    assumed : bool
        Whether plain numbers of no unit were taken to be hours.
    """

    hours: Floats
    values: Floats
    gap: float
    origin: float
    hour: float
    scale: TimeScale = field(repr=False)
    n_dropped: int = 0
    assumed: bool = False

    def when(self, hours: float) -> Any:
        """Return a time in hours from the beginning as the user would write it."""
        return self.scale.to_user((self.origin + hours) * self.hour)

    def grid(self, minutes: int, period: float = 24.0) -> Floats:
        """Return mean values in epochs, a row for each cycle; NaN where there is no sample.

        Parameters
        ----------
        minutes : int
            Length of an epoch in minutes, where a cycle has 1440 of them.
        period : float
            Length of a cycle in hours.

        Returns
        -------
        ndarray, shape (cycles, 1440 // minutes)
        """
        per_cycle = 1440 // minutes
        cell = np.floor(self.hours * (per_cycle / period) + _ROUNDING).astype(np.int64)
        cycles = int(cell[-1]) // per_cycle + 1
        count = np.bincount(cell, minlength=cycles * per_cycle)
        total = np.bincount(cell, self.values, minlength=cycles * per_cycle)
        means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        return means.reshape(cycles, per_cycle)

    def width(self, epoch: float | None, period: float = 24.0, least: int = 1) -> int:
        """Return the length of epochs: that asked for, or the shortest that samples fill.

        It divides 60 and is at least `least`, in minutes of a cycle of 1440.
        """
        wanted = 60.0 * self.gap * (24.0 / period) if epoch is None else epoch
        wanted = max(wanted * (1.0 - _ROUNDING), float(least))
        return next((w for w in WIDTHS if w >= wanted), WIDTHS[-1])


def hourly(grid: Floats) -> Floats:
    """Return the means of hours (of 24 parts of a cycle), shape (cycles, 24).

    NaN where too few epochs of an hour have values.

    Parameters
    ----------
    grid : ndarray, shape (cycles, epochs)
        Their number is a multiple of 24.
    """
    parts = grid.reshape(len(grid), 24, -1)
    present = np.isfinite(parts)
    count = present.sum(axis=2)
    total = np.where(present, parts, 0.0).sum(axis=2)
    enough = count >= max(ACTIGRAPHY.filled * parts.shape[2], 1)
    return np.where(enough, total / np.maximum(count, 1), np.nan)


def read_record(t: Any, y: Any, *, unit: str | None = None, clock: str = "auto") -> Record:
    """Return the user's arrays as a record.

    Parameters
    ----------
    t : array_like, shape (n,)
        Numbers or datetimes, in any order.
    y : array_like, shape (n,)
    unit : str, optional
        Of plain numbers, hours by default.
    clock : {"auto", "local", "elapsed"}
        "auto" is "local" for datetimes with a time zone.

    Raises
    ------
    TypeError, ValueError
        If they cannot be used; see :func:`epicycle.samples.checks.check_samples`.
    """
    if clock == "auto":
        scale = parse_times(t, unit=unit)[1]
        clock = "local" if scale.calendar and scale.timezone is not None else "elapsed"
    samples = check_samples(t, y, unit=unit, clock=clock)
    if samples.y.shape[1] != 1:
        raise ValueError(
            f"y has {samples.y.shape[1]} columns: expected one. "
            f"To fix this, take the columns one after the other."
        )
    unit = samples.scale.unit or "h"
    if unit not in UNIT_SECONDS:
        raise ValueError(
            f"unit={unit!r} is not a unit of time, and days have 24 hours here. "
            f"To fix this, use one of {', '.join(UNIT_SECONDS)}."
        )
    kept = without_copies(samples) if clock == "elapsed" else samples
    return _record(kept, float(3600 / UNIT_SECONDS[unit]))


def _record(samples: Samples, hour: float) -> Record:
    scale = samples.scale
    start = float(samples.times.hi.min())
    shift = 0.0
    if scale.calendar and scale.timezone is not None and scale.clock == "elapsed":
        # days begin at midnight of the zone's offset at the first sample
        shift = scale.to_user(start).utcoffset().total_seconds() / 3600.0
    first = start / hour + shift
    origin = 24.0 * math.floor(first / 24.0 + _ROUNDING) - shift
    hours = samples.times.minus(origin * hour).to_float() / hour
    order = np.argsort(hours, kind="stable")
    hours, values = np.maximum(hours[order], 0.0), samples.y[order, 0]
    if not np.ptp(values) > 1e-12 * np.abs(values).max():
        raise ValueError("y is constant: there is no rest and no activity in it.")
    gaps = np.diff(np.unique(hours))
    gap = float(np.quantile(gaps, ACTIGRAPHY.gaps)) if len(gaps) else 24.0
    return Record(
        hours=hours,
        values=values,
        gap=gap,
        origin=origin,
        hour=hour,
        scale=scale,
        n_dropped=samples.n_dropped,
        assumed=not scale.unit,
    )
