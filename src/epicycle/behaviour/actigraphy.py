"""`epicycle.actigraphy`: rest and activity from day to day, of samples at any times."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from epicycle.behaviour import parts
from epicycle.behaviour.record import WIDTHS, Record, hourly, read_record
from epicycle.behaviour.regularity import mean_day
from epicycle.behaviour.result import Actigraphy
from epicycle.limits import ACTIGRAPHY
from epicycle.samples.arrays import Floats
from epicycle.samples.options import check_positive


def actigraphy(
    t: Any,
    y: Any,
    *,
    period: float | str = 24,
    epoch: float | None = None,
    rest: float | None = None,
    unit: str | None = None,
    clock: str = "auto",
) -> Actigraphy:
    """Return how rest and activity repeat from day to day: IS, IV, RA, M10, L5, SRI, onsets.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times of the samples, in any order and with any gaps: datetimes, or numbers.
    y : array_like, shape (n,)
        Activity.  Missing values are left out and counted.
    period : number or "auto"
        Length of a cycle in hours.  Everything that is published for a day of 24 hours is then
        done with 24 parts of that cycle.  "auto" takes the period that the Lomb-Scargle
        periodogram shows between 16 and 32 hours.
    epoch : number, optional
        Length in minutes of the epochs in which samples are averaged, which divides 60; by default
        as long as the gaps between samples.  IS and IV are of hours, whatever it is.
    rest : number, optional
        What is below it is rest.  By default, what is below 15 % of the mean over the 24 hours
        about it.
    unit : str, optional
        Unit of times that are numbers; hours by default.
    clock : {"auto", "local", "elapsed"}
        "local" counts hours as the clocks of the time zone show them, which are put forward and
        back; "elapsed" those that pass.  "auto" is "local" for datetimes with a time zone and a
        period of 24 hours.

    Returns
    -------
    Actigraphy

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used, or fewer than three days have values in 16 of their hours.

    Examples
    --------
    >>> import numpy as np
    >>> import epicycle
    >>> hours = np.arange(0, 14 * 24, 0.5)
    >>> awake = np.sin(2 * np.pi * (hours - 9) / 24) > -0.5
    >>> counts = np.random.default_rng(1).poisson(np.where(awake, 50, 1))
    >>> found = epicycle.actigraphy(hours, counts)
    >>> print(f"IS {found.IS:.2f}, RA {found.RA:.2f}, M10 from {found.M10.onset:.1f} h")
    IS 0.95, RA 0.97, M10 from 8.0 h
    """
    record, cycle = _checked(t, y, period, unit, clock)
    minutes = None if epoch is None else _epoch(epoch, record)
    threshold = None if rest is None else _threshold(rest)
    told = parts.Told()
    _check_days(hourly(record.grid(record.width(minutes))), record)
    chi, lomb, steady = parts.periods(record, minutes)
    found = next((scan.best for scan in (lomb, chi) if scan.is_rhythm), None)
    if cycle is None:
        if found is None:
            raise ValueError(
                "period='auto' found no period between 16 and 32 hours that cycles agree on. "
                "To fix this, pass a number of hours."
            )
        cycle = found
    if record.assumed:
        told.notes.append("times are taken to be in hours (unit= names another)")
    onsets = parts.edges(record, steady, found, "onsets", told)
    parts.note_period(told, cycle, lomb, onsets)
    width = record.width(minutes, cycle)
    grid = record.grid(width, cycle)
    hours = hourly(grid)
    used = parts.used_of(hours)
    stability, variability = parts.regularity(hours, used, told)
    highest, lowest, amplitude = parts.windows(grid, cycle, used, record, told)
    regular, share, rule = parts.sleep(record, cycle, width, threshold, told)
    return Actigraphy(
        period=cycle,
        period_is="found" if isinstance(period, str) else "given",
        IS=stability,
        IV=variability,
        RA=amplitude,
        M10=highest,
        L5=lowest,
        SRI=regular,
        rest_rule=rule,
        rest_share=share,
        onsets=onsets,
        offsets=parts.edges(record, steady, found, "offsets", told),
        chi_square=chi,
        lomb_scargle=lomb,
        counts=parts.counts(record, hours, cycle, told),
        days=parts.days(record, grid, hours, cycle, (highest, lowest)),
        used=told.used,
        refused=told.refused,
        notes=tuple(told.notes),
        hour=(np.arange(grid.shape[1]) + 0.5) * cycle / grid.shape[1],
        average_day=mean_day(grid),
        epoch=width * cycle / 24.0,
        clock=record.scale.clock if record.scale.calendar else "numbers",
        timezone=None if record.scale.timezone is None else str(record.scale.timezone),
        n_samples=len(record.hours),
        n_dropped=record.n_dropped,
        record=record,
    )


# ---- What was asked for ----------------------------------------------------------------------


def _checked(t: Any, y: Any, period: Any, unit: Any, clock: Any) -> tuple[Record, float | None]:
    """Return the record, and the length of a cycle in hours where it was given."""
    if clock not in ("auto", "local", "elapsed"):
        raise ValueError(f"clock must be 'auto', 'local' or 'elapsed', got {clock!r}.")
    cycle = None
    if not (isinstance(period, str) and period == "auto"):
        cycle = check_positive(period, "period")
        if not ACTIGRAPHY.shortest <= cycle <= ACTIGRAPHY.longest:
            raise ValueError(
                f"period must be between {ACTIGRAPHY.shortest:g} and {ACTIGRAPHY.longest:g} hours, "
                f"or 'auto', got {cycle:g}. To fix this, pass hours; other cycles are for "
                f"epicycle.find_cycles and epicycle.track."
            )
    if clock == "auto" and cycle != 24:
        clock = "elapsed"
    return read_record(t, y, unit=unit, clock=clock), cycle


def _epoch(epoch: Any, record: Record) -> int:
    """Return the length of epochs in minutes that was asked for."""
    minutes = check_positive(epoch, "epoch")
    if minutes not in WIDTHS:
        raise ValueError(
            f"epoch must be one of {', '.join(map(str, WIDTHS))} minutes, which divide an hour, "
            f"got {minutes:g}."
        )
    if minutes < 60.0 * record.gap * (1.0 - 1e-6) and minutes < WIDTHS[-1]:
        raise ValueError(
            f"epoch={minutes:g} minutes is shorter than the gaps between samples, "
            f"{60.0 * record.gap:.3g} minutes. To fix this, pass a longer one, or leave it out."
        )
    return int(minutes)


def _threshold(rest: Any) -> float:
    if isinstance(rest, bool) or not isinstance(rest, int | float | np.number):
        raise TypeError(f"rest must be a number, got {type(rest).__name__}.")
    if not math.isfinite(float(rest)):
        raise ValueError(f"rest must be finite, got {rest!r}.")
    return float(rest)


def _check_days(hours: Floats, record: Record) -> None:
    """Refuse a record of too few days."""
    days = parts.used_of(hours).days
    if days >= ACTIGRAPHY.days:
        return
    n = len(hours)
    hint = "pass a longer record"
    if record.assumed and record.hours[-1] < 24.0 * ACTIGRAPHY.days:
        hint = (
            "name the unit of times that are not hours, such as unit='d'; or pass a longer record"
        )
    elif record.gap > 1.0:
        hint = "pass a sample an hour or more; rarer ones are for epicycle.find_cycles"
    raise ValueError(
        f"t has {days} {'day' if days == 1 else 'days'} with values in {ACTIGRAPHY.hours} of 24 "
        f"hours, of {n}: what is alike from day to day needs {ACTIGRAPHY.days}. "
        f"To fix this, {hint}."
    )
