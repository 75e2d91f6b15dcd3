"""The statistics of a record, one after the other: from how much each was made, or why it was not.

Each function returns None for what cannot be told, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epicycle.behaviour.counts import CountRhythm, count_rhythm
from epicycle.behaviour.line import line_through
from epicycle.behaviour.onsets import find_edges
from epicycle.behaviour.periods import PeriodScan, chi_square_scan, lomb_scargle_scan
from epicycle.behaviour.record import Record, hourly
from epicycle.behaviour.regularity import (
    daily_windows,
    extreme_window,
    interdaily_stability,
    intradaily_variability,
    mean_day,
    relative_amplitude,
)
from epicycle.behaviour.rest import rest_below, rest_by_trend, sleep_regularity
from epicycle.behaviour.result import Day, Edges, Used, Window
from epicycle.limits import ACTIGRAPHY
from epicycle.look.human import human_number
from epicycle.samples.arrays import Floats

#: Errors from which on a period is another one, and the part of half the width of a peak.
_APART, _DRIFT = 3.0, 0.25


@dataclass
class Told:
    """What is known of each statistic on the way: from how much it was made, or why it was not."""

    used: dict[str, Used] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Steady:
    """Values in epochs of one length that follow each other from the first midnight.

    Attributes
    ----------
    values : ndarray, shape (n,)
        NaN where there is none.
    epoch : float
        In hours.
    """

    values: Floats
    epoch: float


def used_of(hours: Floats) -> Used:
    """Return how many days and hours have values, of shape (days, 24)."""
    present = np.isfinite(hours)
    return Used(int((present.sum(axis=1) >= ACTIGRAPHY.hours).sum()), int(present.sum()))


def periods(record: Record, epoch: int | None) -> tuple[PeriodScan, PeriodScan, Steady]:
    """Return both periodograms, and the epochs that they are of."""
    width = record.width(epoch, least=ACTIGRAPHY.step)
    values = record.grid(width).ravel()
    known = np.flatnonzero(np.isfinite(values))
    trimmed = values[known[0] : known[-1] + 1]
    hours = width / 60.0
    return (
        chi_square_scan(trimmed, hours),
        lomb_scargle_scan(trimmed, hours),
        Steady(values, hours),
    )


def note_period(told: Told, cycle: float, lomb: PeriodScan, onsets: Edges | None) -> None:
    """Say so where the cycles of the record are not those that it was cut into.

    By the line through the onsets where that is three errors away; without a line, where the
    Lomb-Scargle period drifts by an eighth of a cycle over the record.
    """
    best = lomb.best
    if onsets is not None and onsets.period is not None and onsets.period_error is not None:
        away = abs(onsets.period - cycle) > _APART * onsets.period_error
        seen = f"onsets come every {human_number(onsets.period, onsets.period_error)} h"
    else:
        away = best is not None and lomb.is_rhythm and abs(best - cycle) > _DRIFT * lomb.resolution
        seen = f"the Lomb-Scargle periodogram shows {best:.2f} h" if best is not None else ""
    if away:
        told.notes.append(
            f"{seen}, not {cycle:.6g} h: IS, IV, M10, L5, RA and SRI are of cycles of "
            f"{cycle:.6g} h (period='auto' takes the one that is found)"
        )


def regularity(hours: Floats, used: Used, told: Told) -> tuple[float | None, float | None]:
    """Return interdaily stability and intradaily variability."""
    unseen = int((~np.isfinite(hours)).all(axis=0).sum())
    if unseen:
        reason = f"{unseen} of 24 hours of the day have no value on any day"
        told.refused.update({"IS": reason, "IV": reason})
        return None, None
    if not np.nanstd(hours) > 0:
        told.refused.update({"IS": "hourly means are constant", "IV": "hourly means are constant"})
        return None, None
    told.used["IS"] = told.used["IV"] = used
    if abs(interdaily_stability(hours) - 1.0) < 1e-9:
        told.notes.append("all days are alike to rounding: IS is 1")
    return interdaily_stability(hours), intradaily_variability(hours)


def windows(
    grid: Floats, cycle: float, used: Used, record: Record, told: Told
) -> tuple[Window | None, Window | None, float | None]:
    """Return M10, L5 and RA of the average day."""
    day = mean_day(grid)
    missing = int((~np.isfinite(day)).sum())
    if missing:
        # an hour at a time where single epochs have no value
        day = np.repeat(mean_day(hourly(grid)), grid.shape[1] // 24)
    if not np.isfinite(day).all():
        hours = int((~np.isfinite(day)).sum()) * 24 // len(day)
        reason = f"{hours} of 24 hours of the day have no value on any day"
        told.refused.update(dict.fromkeys(("M10", "L5", "RA"), reason))
        return None, None, None
    windows = []
    for length, highest in ((10.0, True), (5.0, False)):
        level, first = extreme_window(day, length, highest=highest)
        windows.append(Window(level, first * cycle / len(day), length * cycle / 24.0))
    told.used["M10"] = told.used["L5"] = used
    if record.values.min() < 0:
        told.refused["RA"] = "some values are below 0, and RA needs an activity with a zero"
        return windows[0], windows[1], None
    told.used["RA"] = used
    return windows[0], windows[1], relative_amplitude(windows[0].level, windows[1].level)


def sleep(
    record: Record, cycle: float, width: int, threshold: float | None, told: Told
) -> tuple[float | None, float | None, str]:
    """Return the sleep regularity index, the share of rest, and the rule."""
    if threshold is not None:
        rule = f"activity below {threshold:g}, in epochs of {width * cycle / 24.0:.3g} min"
        rest = rest_below(record.grid(width, cycle), threshold)
    else:
        width = record.width(width, least=ACTIGRAPHY.rest_epoch)
        rule = (
            f"activity below {ACTIGRAPHY.rest:.0%} of its mean over 24 h, in epochs of "
            f"{width * cycle / 24.0:.3g} min (Roenneberg et al. 2015)"
        )
        rest = rest_by_trend(record.grid(width, cycle))
    known = rest[np.isfinite(rest)]
    share = float(known.mean()) if len(known) else None
    index, pairs = sleep_regularity(rest)
    hours = pairs * width // 60
    if record.values.min() < 0 and threshold is None:
        told.refused["SRI"] = "some values are below 0; name what is rest by a threshold (rest=)"
        return None, None, rule
    if hours < ACTIGRAPHY.hours * (ACTIGRAPHY.days - 1):
        told.refused["SRI"] = f"only {hours} hours have values a day before or after them, too"
        return None, share, rule
    if share in (0.0, 1.0):
        told.refused["SRI"] = f"{'all' if share else 'nothing'} is rest by the rule: {rule}"
        return None, share, rule
    days = int((np.isfinite(rest).mean(axis=1) >= ACTIGRAPHY.hours / 24.0).sum())
    told.used["SRI"] = Used(days, hours)
    return index, share, rule


def edges(
    record: Record, steady: Steady, period: float | None, name: str, told: Told
) -> Edges | None:
    """Return onsets or offsets in cycles of a period, and the line through them."""
    if period is None:
        told.refused[name] = "neither periodogram shows a period that cycles agree on"
        return None
    values, epoch = steady.values, steady.epoch
    found = find_edges(values, epoch, period, onset=name == "onsets")
    n = len(found.hours)
    if not n:
        told.refused[name] = "no cycle has hours of rest followed by hours of activity"
        if name == "offsets":
            told.refused[name] = "no cycle has hours of activity followed by hours of rest"
        return None
    times = tuple(record.when(h) for h in found.hours.tolist())
    told.used[name] = Used(n, int(np.isfinite(values).sum() * epoch))
    if n < ACTIGRAPHY.onsets:
        told.refused[f"line through {name}"] = (
            f"{n} {name if n > 1 else name[:-1]}, and a line needs {ACTIGRAPHY.onsets}"
        )
        off = np.zeros(n, dtype=bool)
        return Edges(
            times, found.hours, found.cycle, found.agreement, None, None, None, None, None, off
        )
    line = line_through(found.cycle, found.hours, epoch)
    return Edges(
        times,
        found.hours,
        found.cycle,
        found.agreement,
        line.slope,
        line.slope_error,
        line.start,
        line.scatter,
        line.correlation,
        line.off,
    )


def counts(record: Record, hours: Floats, cycle: float, told: Told) -> CountRhythm | None:
    """Return the rhythm of counts, where values are counts."""
    values = record.values
    per_hour = hours * (cycle / 24.0) / record.gap
    if values.min() < 0 or (values != np.rint(values)).any():
        told.refused["counts"] = "values are not all whole numbers from 0 up"
        return None
    known = per_hour[np.isfinite(per_hour)]
    empty = float((known == 0).mean())
    if empty > ACTIGRAPHY.zeros:
        told.refused["counts"] = f"{empty:.0%} of the hours have no count"
        return None
    try:
        found = count_rhythm(per_hour, cycle)
    except (ValueError, np.linalg.LinAlgError) as problem:
        told.refused["counts"] = str(problem)
        return None
    told.used["counts"] = Used(found.days, found.hours)
    return found


def days(
    record: Record,
    grid: Floats,
    hours: Floats,
    cycle: float,
    windows: tuple[Window | None, Window | None],
) -> tuple[Day, ...]:
    """Return a row for each cycle."""
    epochs = grid.shape[1]
    each: list[list[tuple[float, float]]] = []
    for window, length, highest in zip(windows, (10.0, 5.0), (True, False), strict=True):
        about = 0.0 if window is None else window.onset / cycle * epochs
        each.append(daily_windows(grid, length, about, highest=highest))
    present = np.isfinite(hours).sum(axis=1).tolist()
    positive = bool(record.values.min() >= 0)
    days = []
    for k, (high, low) in enumerate(zip(*each, strict=True)):
        (top, begins), (bottom, rests) = high, low
        both = positive and math.isfinite(top) and math.isfinite(bottom) and top + bottom > 0
        days.append(
            Day(
                start=record.when(k * cycle),
                hours=int(present[k]),
                M10=top if math.isfinite(top) else None,
                M10_onset=_time(record, begins * cycle / epochs),
                L5=bottom if math.isfinite(bottom) else None,
                L5_onset=_time(record, rests * cycle / epochs),
                RA=relative_amplitude(top, bottom) if both else None,
            )
        )
    return tuple(days)


def _time(record: Record, hours: float) -> Any:
    return record.when(hours) if math.isfinite(hours) else None
