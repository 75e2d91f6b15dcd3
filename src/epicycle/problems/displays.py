"""Other displays of a clock: its decimal digits, or the seven segments that each of them lights.

On these, classes recur: the second digit of the hours shows 0 to 9, 0 to 9 and 0 to 3 in a day,
and a segment is lit or not, several times in a turn of its digit.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.problems.clock import YEAR, Clock, Integers
from epicycle.samples.arrays import Floats

#: Which of the segments a to g each decimal digit lights: top, right above, right below, bottom,
#: left below, left above, middle.
_LIT = "1111110 0110000 1101101 1111001 0110011 1011011 1011111 1110000 1111111 1111011"
SEGMENTS = np.array([[int(lit) for lit in row] for row in _LIT.split(" ")])

#: Weights that make the segments of a digit a number of its own.
_PLACES = 2 ** np.arange(7)


@dataclass(frozen=True)
class _Display:
    """What shows a clock in another way."""

    clock: Clock = field(default_factory=Clock)

    year: ClassVar[float] = YEAR

    def __post_init__(self) -> None:
        if not isinstance(self.clock, Clock):
            raise TypeError(
                f"clock is {self.clock!r}: expected a Clock. To fix this, pass "
                f"Clock(day_length, radices)."
            )

    def sample(self, n: int, **options: Any) -> Integers | Floats:
        """Return random instants, as :meth:`Clock.sample` does."""
        return self.clock.sample(n, **options)


@dataclass(frozen=True)
class DecimalDigits(_Display):
    """A clock's display as decimal digits: six of them, HH:MM:SS, for Earth's clock.

    Parameters
    ----------
    clock : Clock
        The clock; Earth's by default.

    Attributes
    ----------
    radices : tuple of int
        How many values each decimal digit has.

    Examples
    --------
    >>> DecimalDigits().radices
    (3, 10, 6, 10, 6, 10)
    >>> DecimalDigits().digits([-1])
    array([[2, 3, 5, 9, 5, 9]])
    """

    @property
    def _widths(self) -> list[int]:
        return [len(str(radix - 1)) for radix in self.clock.radices]

    @property
    def radices(self) -> tuple[int, ...]:
        """How many values each decimal digit has, the first digit first."""
        sizes = [
            min((radix - 1) // 10**place + 1, 10)
            for radix, width in zip(self.clock.radices, self._widths, strict=True)
            for place in reversed(range(width))
        ]
        return tuple(sizes)

    def digits(self, t: ArrayLike) -> Integers:
        """Return the decimal digits, exactly: int64 of shape (..., n_digits).

        Parameters
        ----------
        t : array_like of int or float, shape (...)
            Instants in seconds, of either sign.

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number.
        """
        shown = self.clock.digits(t)
        columns = [
            shown[..., k] // 10**place % 10
            for k, width in enumerate(self._widths)
            for place in reversed(range(width))
        ]
        return np.stack(columns, axis=-1)

    def text(self, digits: ArrayLike) -> str:
        """Return one reading as a digital clock shows it, such as "23:59:59"."""
        shown = iter("".join(map(str, np.asarray(digits).tolist())))
        return ":".join("".join(itertools.islice(shown, width)) for width in self._widths)


@dataclass(frozen=True)
class SevenSegments(_Display):
    """A clock's display as segments that are lit or not: 42 of them for Earth's clock.

    Parameters
    ----------
    clock : Clock
        The clock; Earth's by default.

    Attributes
    ----------
    radices : tuple of int
        2 for each segment.

    Examples
    --------
    >>> display = SevenSegments()
    >>> len(display.radices)
    42
    >>> display.text(display.digits([3661])[0])
    '01:01:01'
    """

    @property
    def radices(self) -> tuple[int, ...]:
        """2 for each segment."""
        return (2,) * (7 * len(DecimalDigits(self.clock).radices))

    def digits(self, t: ArrayLike) -> Integers:
        """Return which segments are lit, exactly: int64 of shape (..., 7 · n_digits).

        Parameters
        ----------
        t : array_like of int or float, shape (...)
            Instants in seconds, of either sign.

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number.
        """
        lit = SEGMENTS[DecimalDigits(self.clock).digits(t)]
        return lit.reshape(*lit.shape[:-2], -1).astype(np.int64)

    def text(self, digits: ArrayLike) -> str:
        """Return one reading as text; "?" where the lit segments are no digit."""
        shown = decimals_of(np.asarray(digits)[None])[0].tolist()
        text = iter("?" if digit < 0 else str(digit) for digit in shown)
        return ":".join(
            "".join(itertools.islice(text, width)) for width in DecimalDigits(self.clock)._widths
        )


def decimals_of(segments: ArrayLike) -> NDArray[np.int64]:
    """Return the digits that lit segments, shape (n, 7 · n_digits), show; -1 where none does."""
    lit = np.asarray(segments, dtype=np.int64)
    codes = lit.reshape(len(lit), -1, 7) @ _PLACES
    known = SEGMENTS @ _PLACES
    same = codes[..., None] == known
    return np.where(same.any(axis=-1), same.argmax(axis=-1), -1)
