"""`track`: phase, period and amplitude of a rhythm as functions of time, with errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from epicycle.changing.answer import answer
from epicycle.changing.begin import Setting
from epicycle.changing.design import Record, columns_of_level
from epicycle.changing.known import known
from epicycle.changing.ladder import climb
from epicycle.changing.rhythm import Rhythm
from epicycle.changing.scan import Start, detrended, several, starts
from epicycle.changing.shifts import search
from epicycle.changing.wishes import (
    Given,
    Wishes,
    check_found,
    check_length,
    check_wishes,
    checked_record,
)
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Knots per cycle, and the most samples for each of them, the inverse.
_KNOTS = 5


def track(
    t: Any,
    y: Any,
    dy: Any = None,
    *,
    period: Any,
    shifts: Any = "auto",
    harmonics: int | str = "auto",
    trend: int = 1,
    noise: str = "auto",
    amplitude: str = "auto",
    group: Any = None,
    unit: str | None = None,
    clock: str = "elapsed",
    rhythms: int = 1,
) -> Rhythm:
    r"""Return phase, period and amplitude of a rhythm as functions of time, with errors.

    The rhythm may be constant, drift, wander, diffuse or be shifted; which of these it does is
    judged by their evidence, and the bands are averages over all of them.  Noise may have a memory.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times: numbers or datetimes, in any order.
    y : array_like, shape (n,)
        Values; NaN where one is missing.
    dy : float or array_like, optional
        Standard errors.  Only their ratios count: the scatter is estimated.
    period : float or (float, float)
        The period, known within a quarter, or the range to look in.
    shifts : "auto", list of times, or None
        Look for sudden shifts of phase and period; or take them to be at these times; or leave
        them out.
    harmonics : "auto" or int
        Harmonics of the waveform, the fundamental included.
    trend : int
        Degree of a polynomial trend.
    noise : "auto" or "white"
        Whether noise may have a memory.
    amplitude : str
        "auto", or "constant", "decaying" (or growing) or "varying" where that is known.
    group : array_like of labels, optional
        Groups with offsets of their own, such as instruments.
    unit : str, optional
        Unit of time: for datetimes, the one to count in (default "d"); for numbers, their label.
    clock : str
        "elapsed" or "local", as for :func:`epicycle.find_cycles`.
    rhythms : int
        How many rhythms there are in the range.  Those beyond the first are in `others`; shifts
        are then not looked for.

    Returns
    -------
    Rhythm

    Raises
    ------
    TypeError, ValueError
        If samples or options cannot be used, or if the record has fewer than four cycles, or
        fewer than three samples per cycle.

    Notes
    -----
    The model is trend + exp(u) Σ_h [a_h cos 2πhΦ + b_h sin 2πhΦ] + Ornstein-Uhlenbeck noise + white
    noise.  Phase Φ and log amplitude u are Gauss-Markov processes over evenly spaced knots, fitted
    by Gauss-Newton steps with one banded Cholesky factor each; evidence is Laplace's.

    Examples
    --------
    >>> import numpy as np, epicycle
    >>> rng = np.random.default_rng(1)
    >>> t = np.arange(0, 480.0, 2)
    >>> turns = t / 24 - 0.125 * (t > 250)
    >>> y = np.cos(2 * np.pi * turns) + rng.normal(0, 0.3, len(t))
    >>> rhythm = epicycle.track(t, y, period=(18, 32), unit="h")
    >>> rhythm.verdict.period
    'shifted'
    >>> abs(rhythm.shifts[0].hours + 3) < 3 * rhythm.shifts[0].phase_error * 24
    True
    """
    wishes = check_wishes(period, shifts, harmonics, trend, noise, amplitude, rhythms)
    given = checked_record(t, y, dy, group=group, unit=unit, clock=clock)
    ready = prepared(given, wishes)
    ladder = climb(ready.setting, ready.begins, wishes.harmonics)
    families = list(ladder.families)
    # over fewer cycles a shift is no different from another period
    enough = 2 * ladder.setting.record.half >= CHANGING.cycles
    if ladder.setting.known:
        families += known(ladder.setting, ladder, ready.free, ready.band)
    elif wishes.search_shifts and enough:
        families += search(ladder.setting, ladder, ready.free, ready.band)
    return answer(given, ladder, families, ready.reference, ready.values)


@dataclass(frozen=True, eq=False)
class Ready:
    """A record in the units of the engine, and where to begin.

    Attributes
    ----------
    setting : Setting
    begins : list of list of Start
        For each path, one start for each rhythm.
    free : ndarray, shape (n,)
        Values free of trend and offsets.
    band : (float, float)
        Least and highest frequency, relative to the reference.
    reference : float
        The reference frequency, per unit of time.
    values : (float, float)
        Mean and standard deviation of the values.
    """

    setting: Setting
    begins: list[list[Start]]
    free: Floats
    band: tuple[float, float]
    reference: float
    values: tuple[float, float]


def prepared(given: Given, wishes: Wishes) -> Ready:
    """Return a record with its starts.

    Raises
    ------
    ValueError
        If it is too short or too sparse for a rhythm that changes.
    """
    low, high = check_length(given, wishes)
    level = columns_of_level(given.t, wishes.trend, given.group)
    centre, size = float(given.y.mean()), float(given.y.std())
    values = (given.y - centre) / size
    free = detrended(values, given.w, level)
    middle = 0.5 * (low + high)  # for the scan, which has no reference yet
    begins = _begins(given, free, (low / middle, high / middle), middle, wishes.rhythms)
    reference = begins[0][0].frequency * middle
    check_found(given, reference)
    begins = [[_counted(one, reference / middle) for one in path] for path in begins]
    record = Record(given.t * reference, values, given.w, level, wishes.trend)
    setting = Setting(
        record,
        tuple(one.frequency for one in begins[0]),
        _knots(given, reference),
        noise=0.0 if wishes.white else 0.3,
        known=_known(given, wishes, reference),
        amplitude=wishes.amplitude,
    )
    band = (low / reference, high / reference)
    return Ready(setting, begins, free, band, reference, (centre, size))


def _begins(
    given: Given, y: Floats, band: tuple[float, float], unit: float, rhythms: int
) -> list[list[Start]]:
    """Return where to begin: for each path, one start for each rhythm."""
    t = given.t * unit
    if rhythms == 1:
        return [[one] for one in starts(t, y, given.w, *band)]
    return several(t, y, given.w, band, rhythms)


def _counted(start: Start, reference: float) -> Start:
    """Return a start in cycles of another frequency."""
    return replace(start, t=start.t * reference, frequency=start.frequency / reference)


def _knots(given: Given, frequency: float) -> int:
    """Return how many knots there are: some per cycle, and at most half as many as samples."""
    return max(4, min(len(given.t) // 2, round(_KNOTS * given.span * frequency)))


def _known(given: Given, wishes: Wishes, frequency: float) -> tuple[float, ...]:
    """Return the times of known shifts, in cycles."""
    if not wishes.known_shifts:
        return ()
    times = given.scale.parse(list(wishes.known_shifts), "shifts").minus(given.reference)
    found = np.sort(times.to_float())
    if not ((found > given.t[3]) & (found < given.t[-4])).all():
        raise ValueError(
            "shifts has a time with fewer than four samples before or after it: expected times "
            "within the record. To fix this, leave it out."
        )
    return tuple((found * frequency).tolist())
