"""The result of :func:`epicycle.actigraphy`: rest and activity from day to day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from epicycle.behaviour.counts import CountRhythm
from epicycle.behaviour.periods import PeriodScan
from epicycle.behaviour.record import Record
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Used:
    """From how much a statistic was made.

    Attributes
    ----------
    days : int
        Days (cycles) with values in at least 16 of their 24 hours.
    hours : int
        Hours with values, those of other days included.
    """

    days: int
    hours: int


@dataclass(frozen=True)
class Window:
    """The highest ten hours, or the lowest five, of the average day.

    Attributes
    ----------
    level : float
        Mean activity.
    onset : float
        When they begin, in hours from the beginning of a cycle: the hour of the day where the
        period is 24 hours.
    length : float
        In hours: 10 or 5 of 24 parts of the period.
    """

    level: float
    onset: float
    length: float


@dataclass(frozen=True)
class Day:
    """One day, or cycle.

    Attributes
    ----------
    start : float or datetime
        Its beginning.
    hours : int
        Hours with values, of 24.
    M10, L5 : float or None
        Mean activity in its highest ten and lowest five hours; None where too much is missing.
    M10_onset, L5_onset : float, datetime or None
        When they begin.
    RA : float or None
    """

    start: Any
    hours: int
    M10: float | None
    M10_onset: Any
    L5: float | None
    L5_onset: Any
    RA: float | None


@dataclass(frozen=True, eq=False)
class Edges:
    """Onsets of activity, or offsets, one in each cycle, and the line through them.

    Attributes
    ----------
    times : tuple of float or datetime
    hours : ndarray, shape (m,)
        The same in hours from the beginning of the record's first day.
    cycle : ndarray of int, shape (m,)
        Number of each one's cycle.
    agreement : ndarray, shape (m,)
        With the template; 1 is a perfect edge.
    period, period_error : float or None
        Slope of the line, in hours a cycle: the free-running period.  None with too few.
    start : float or None
        Of the line, at the first of them, in hours.
    scatter : float or None
        Standard deviation of those on the line, in hours.
    correlation : float or None
        Of successive residuals; the error is larger for it.
    off : ndarray of bool, shape (m,)
        Which of them are far from the line.
    """

    times: tuple[Any, ...]
    hours: Floats
    cycle: Any
    agreement: Floats
    period: float | None
    period_error: float | None
    start: float | None
    scatter: float | None
    correlation: float | None
    off: Any


@dataclass(frozen=True, eq=False)
class Actigraphy:
    """Rest and activity from day to day.

    Where a statistic could not be told it is None, and `refused` says why.

    Attributes
    ----------
    period : float
        Length of a cycle in hours, of which hours, days and windows are parts.
    period_is : str
        "given" or "found".
    IS, IV : float or None
        Interdaily stability and intradaily variability (Witting et al. 1990), of hourly means.
    RA : float or None
        Relative amplitude (van Someren et al. 1999).
    M10, L5 : Window or None
        The highest ten and the lowest five hours of the average day.
    SRI : float or None
        Sleep regularity index (Phillips et al. 2017), of the states that `rest_rule` tells.
    rest_rule : str
        What is called rest.
    rest_share : float or None
        Share of the time that is rest by this rule.
    onsets, offsets : Edges or None
        When activity begins and ends.
    chi_square, lomb_scargle : PeriodScan or None
        Periodograms of the same epochs.
    counts : CountRhythm or None
        The rhythm of counts; its `maximum` is in hours from the beginning of a cycle.
    days : tuple of Day
    used : dict of str to Used
        From how much each statistic was made.
    refused : dict of str to str
        What could not be told, and why.
    notes : tuple of str
        What else there is to know.
    hour, average_day : ndarray, shape (epochs,)
        Time from the beginning of a cycle in hours, and mean activity there.
    epoch : float
        Length of an epoch of the average day, in minutes.
    clock : str
        What hours are hours of: "local", "elapsed", or "numbers".
    timezone : str or None
    n_samples, n_dropped : int
        Rows with and without a value.
    """

    period: float
    period_is: str
    IS: float | None
    IV: float | None
    RA: float | None
    M10: Window | None
    L5: Window | None
    SRI: float | None
    rest_rule: str
    rest_share: float | None
    onsets: Edges | None
    offsets: Edges | None
    chi_square: PeriodScan | None
    lomb_scargle: PeriodScan | None
    counts: CountRhythm | None
    days: tuple[Day, ...]
    used: dict[str, Used]
    refused: dict[str, str]
    notes: tuple[str, ...]
    hour: Floats = field(repr=False)
    average_day: Floats = field(repr=False)
    epoch: float
    clock: str
    timezone: str | None
    n_samples: int
    n_dropped: int
    record: Record = field(repr=False)

    def table(self) -> str:
        """Return what there is to know as a table in plain text."""
        from epicycle.behaviour.words import table

        return table(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them (schema "epicycle.actigraphy/1")."""
        from epicycle.behaviour.documents import to_dict

        return to_dict(self)

    def plot(self, **options: Any) -> Figure:
        """Return a figure: actogram with onsets, average day, and periodograms."""
        from epicycle.behaviour.pictures import plot

        return plot(self, **options)
