"""The Calendar Problem: from an instant in seconds to weekday, month, day, year of four, leap year.

The proleptic Gregorian calendar is a clock whose lower digits have unequal sectors: months of 28
to 31 days, years of 365 or 366, and a rule of leap years that has exceptions, and exceptions to
these; it repeats after 400 years, which are 146,097 days and whole weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from epicycle.problems.clock import Integers, as_instants, sample_instants
from epicycle.samples.arrays import Floats
from epicycle.samples.foreign import shown

_DAY = 86400

#: Days of 400 years, after which the Gregorian calendar repeats.
_CYCLE_DAYS, _CYCLE_YEARS = 146_097, 400

#: Names of the first two digits.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Days between numpy's epoch 1970-01-01 and the Monday before it.
_THURSDAY = 3

#: Days either side of the epoch: far beyond any calendar, and far from where int64 ends.
_MOST_DAYS = 1 << 40


@dataclass(frozen=True)
class Calendar:
    """The proleptic Gregorian calendar, read as five digits.

    Parameters
    ----------
    epoch : str
        The day that begins at 0 s, as YYYY-MM-DD.

    Attributes
    ----------
    names : tuple of str
        What the digits are: weekday (0 for Monday), month and day of the month (0 for the
        first), year modulo 4, and 1 in leap years.
    radices : tuple of int
        How many values each digit has.
    year : float
        Seconds of a mean year: a 400th of the cycle of 400 years.

    Raises
    ------
    ValueError
        If the epoch is no date.

    Examples
    --------
    >>> Calendar().text(Calendar().digits([0, -1]))
    ['Sat 1 Jan, year 0 of 4, leap', 'Fri 31 Dec, year 3 of 4']
    """

    epoch: str = "2000-01-01"

    names: ClassVar[tuple[str, ...]] = ("weekday", "month", "day", "year of 4", "leap year")
    radices: ClassVar[tuple[int, ...]] = (7, 12, 31, 4, 2)
    year: ClassVar[float] = _CYCLE_DAYS * _DAY / _CYCLE_YEARS

    def __post_init__(self) -> None:
        given: Any = self.epoch
        try:
            day = np.datetime64(given, "D") if isinstance(given, str) else np.datetime64("NaT")
            valid = not np.isnat(day) and len(given) >= len("2000-01-01") and "T" not in given
        except ValueError:
            valid = False
        if not valid:
            raise ValueError(
                f"epoch is {shown(given)}: expected a day. To fix this, write it as YYYY-MM-DD, "
                f"such as 2000-01-01."
            )

    def days(self, t: ArrayLike) -> Integers:
        """Return the number of days since the epoch began, exactly.

        Parameters
        ----------
        t : array_like of int or float
            Instants in seconds, of either sign.

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number, or more than 3e9 years away.
        """
        found = np.floor_divide(as_instants(t), _DAY)
        if found.size and np.abs(found.astype(np.float64)).max() > _MOST_DAYS:
            raise ValueError(
                "t is more than 3e9 years from the epoch: expected seconds. To fix this, convert."
            )
        days: Integers = found.astype(np.int64)
        return days

    def digits(self, t: ArrayLike) -> Integers:
        """Return what the calendar shows, exactly.

        Parameters
        ----------
        t : array_like of int or float, shape (...)
            Instants in seconds, of either sign.

        Returns
        -------
        ndarray of int64, shape (..., 5)
            Weekday, month, day, year modulo 4, and whether it is a leap year, all from 0.

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number, or more than 3e9 years away.
        """
        day = np.datetime64(self.epoch, "D") + self.days(t).astype("timedelta64[D]")
        month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
        number = year.astype(np.int64) + 1970
        first = month.astype("datetime64[D]")
        leap = (number % 4 == 0) & ((number % 100 != 0) | (number % 400 == 0))
        columns = [
            (day.astype(np.int64) + _THURSDAY) % 7,
            month.astype(np.int64) % 12,
            (day - first).astype(np.int64),
            number % 4,
            leap.astype(np.int64),
        ]
        return np.stack(columns, axis=-1)

    def text(self, digits: ArrayLike) -> Any:
        """Return readings in words: one, or a list of as many as there are rows."""
        rows = np.asarray(digits)
        if rows.ndim > 1:
            return [self.text(row) for row in rows]
        weekday, month, day, year, leap = rows.tolist()
        words = f"{WEEKDAYS[weekday]} {day + 1} {MONTHS[month]}, year {year} of 4"
        return f"{words}, leap" if leap else words

    def sample(
        self,
        n: int,
        *,
        rng: np.random.Generator,
        years: float = 400.0,
        beyond: float = 0.0,
        continuous: bool = False,
    ) -> Integers | Floats:
        """Return random instants, as :meth:`Clock.sample` does, the `years` being mean years."""
        return sample_instants(
            n, rng=rng, year=self.year, years=years, beyond=beyond, continuous=continuous
        )
