"""What may be asked of :func:`epicycle.track`, checked: options, and a record to be tracked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from epicycle.limits import CHANGING, INPUTS
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples, check_samples
from epicycle.samples.copies import without_copies
from epicycle.samples.options import check_count, check_positive
from epicycle.samples.times import UNIT_SECONDS, TimeScale


@dataclass(frozen=True)
class Wishes:
    """Checked options.

    Attributes
    ----------
    shortest, longest : float
        Periods to look among.
    search_shifts : bool
        Whether shifts are looked for.
    known_shifts : tuple
        Times of shifts, as the user gave them.
    harmonics : int or None
        None to decide.
    trend : int
    white : bool
        Whether noise has no memory.
    amplitude : str
    rhythms : int
    """

    shortest: float
    longest: float
    search_shifts: bool
    known_shifts: tuple[Any, ...]
    harmonics: int | None
    trend: int
    white: bool
    amplitude: str
    rhythms: int


def check_wishes(
    period: Any, shifts: Any, harmonics: Any, trend: Any, noise: Any, amplitude: Any, rhythms: Any
) -> Wishes:
    """Return the options of a call.

    Raises
    ------
    TypeError, ValueError
        If one of them cannot be used; the message says what to pass.
    """
    shortest, longest = check_period(period)
    search, known = _check_shifts(shifts)
    if harmonics != "auto":
        harmonics = check_count(harmonics, "harmonics", most=INPUTS.harmonics)
    trend = check_count(trend, "trend", minimum=0, most=INPUTS.degree)
    if trend > CHANGING.trend:
        raise ValueError(
            f"trend must be at most {CHANGING.trend}, got {trend}: a higher polynomial follows the "
            f"rhythm. To fix this, pass a lower degree; noise with a memory takes up the rest."
        )
    if noise not in ("auto", "white"):
        raise ValueError(f"noise must be 'auto' or 'white', got {noise!r}.")
    kinds = ("auto", "constant", "decaying", "varying")
    if amplitude not in kinds:
        raise ValueError(f"amplitude must be one of {', '.join(kinds)}, got {amplitude!r}.")
    rhythms = check_count(rhythms, "rhythms")
    if rhythms > CHANGING.rhythms:
        raise ValueError(f"rhythms must be at most {CHANGING.rhythms}, got {rhythms}.")
    if known and rhythms > 1:
        raise ValueError(
            "shifts at given times and rhythms above 1 do not go together: it would not be known "
            "which rhythm was shifted. To fix this, leave out either of them."
        )
    chosen = None if harmonics == "auto" else harmonics
    return Wishes(
        shortest,
        longest,
        search and rhythms == 1,
        known,
        chosen,
        trend,
        noise == "white",
        amplitude,
        rhythms,
    )


def check_period(period: Any) -> tuple[float, float]:
    """Return the shortest and the longest period to look among."""
    if isinstance(period, str) or not isinstance(period, Iterable):
        middle = check_positive(period, "period")
        return middle / CHANGING.near, middle * CHANGING.near
    ends = list(period)
    if len(ends) != 2:
        raise ValueError(
            f"period must be a number or a range of two, got {len(ends)} numbers. "
            f"To fix this, pass for example period=24 or period=(18, 32)."
        )
    shortest, longest = (check_positive(end, "period") for end in ends)
    if shortest >= longest:
        raise ValueError(f"period must be a range upwards, got ({shortest:g}, {longest:g}).")
    return shortest, longest


def _check_shifts(shifts: Any) -> tuple[bool, tuple[Any, ...]]:
    """Return whether to look for shifts, and the times given."""
    if shifts is None or (isinstance(shifts, str) and shifts == "auto"):
        return shifts is not None, ()
    if isinstance(shifts, str) or not isinstance(shifts, Iterable):
        raise TypeError(
            f"shifts must be 'auto', None or a list of times, got {shifts!r}. "
            f"To fix this, pass a single time as a list of one."
        )
    return False, tuple(shifts)


@dataclass(frozen=True, eq=False)
class Given:
    """A record that can be tracked, in order of time.

    Attributes
    ----------
    t : ndarray, shape (n,)
        From the middle of the record.
    y, w : ndarray, shape (n,)
        Values, and weights of mean 1.
    group : ndarray of int, shape (n,)
    scale : TimeScale
    reference : float
        The middle, on that scale.
    n_dropped : int
    """

    t: Floats
    y: Floats
    w: Floats
    group: np.ndarray
    scale: TimeScale
    reference: float
    n_dropped: int

    @property
    def span(self) -> float:
        """Last minus first time."""
        return float(self.t[-1] - self.t[0])


def check_record(samples: Samples) -> Given:
    """Return checked samples as a record.

    Raises
    ------
    ValueError
        If there are several outputs, or no variation.
    """
    if samples.y.shape[1] != 1:
        raise ValueError(
            f"y has {samples.y.shape[1]} columns: expected one. "
            f"To fix this, track the columns one after the other."
        )
    hi = samples.times.hi
    reference = float(0.5 * (hi.min() + hi.max()))
    t = samples.times.minus(reference).to_float()
    y = samples.y[:, 0]
    order = np.argsort(t, kind="stable")
    t, y, group = t[order], y[order], samples.group[order]
    if not np.ptp(y) > 1e-12 * np.abs(y).max():
        raise ValueError("y is constant: there is no rhythm in it.")
    w = np.ones(len(t)) if samples.dy is None else samples.dy[order, 0] ** -2.0
    return Given(t, y, w / w.mean(), group, samples.scale, reference, samples.n_input - len(t))


def checked_record(t: Any, y: Any, dy: Any, *, group: Any, unit: str | None, clock: str) -> Given:
    """Return the user's arrays as a record; see :func:`epicycle.samples.checks.check_samples`."""
    samples = check_samples(t, y, dy, group=group, unit=unit, clock=clock)
    return check_record(without_copies(samples))


def check_length(given: Given, wishes: Wishes) -> tuple[float, float]:
    """Return the least and highest frequency asked for.

    Raises
    ------
    ValueError
        If it has fewer than four cycles of the shortest period, or fewer than three samples in
        each of the longest.
    """
    cycles, samples = CHANGING.cycles, CHANGING.samples_per_cycle
    if given.span < cycles * wishes.shortest:
        raise ValueError(
            f"t spans {given.span / wishes.shortest:.2g} cycles of the shortest period asked for: "
            f"a rhythm that changes needs at least {cycles:g}. To fix this, pass a longer record, "
            f"or a range with shorter periods{_unit_hint(given, wishes)}."
        )
    n = len(np.unique(given.t))
    if n < samples * given.span / wishes.longest:
        raise ValueError(
            f"t has {n * wishes.longest / given.span:.2g} samples per cycle of the longest "
            f"period: a rhythm that changes needs at least {samples:g}. To fix this, pass more "
            f"samples, or a longer period."
        )
    return 1 / wishes.longest, 1 / wishes.shortest


def _unit_hint(given: Given, wishes: Wishes) -> str:
    """Return what to do where a period was meant in hours and the dates are counted in days."""
    unit = given.scale.unit
    hours = float(UNIT_SECONDS["h"] / UNIT_SECONDS[unit]) if given.scale.calendar else 0.0
    if unit == "h" or not 0 < CHANGING.cycles * wishes.shortest * hours <= given.span:
        return ""
    return f"; these dates are counted in the unit {unit!r}: with unit 'h' the period is in hours"


def check_found(given: Given, frequency: float) -> None:
    """Refuse a rhythm whose cycles have too few samples."""
    n = len(np.unique(given.t))
    if n < CHANGING.samples_per_cycle * given.span * frequency:
        raise ValueError(
            f"the strongest rhythm has a period of {1 / frequency:.4g} and "
            f"{n / given.span / frequency:.2g} samples per cycle: a rhythm that changes needs at "
            f"least {CHANGING.samples_per_cycle:g}. To fix this, pass more samples, or a period "
            f"range without it."
        )
