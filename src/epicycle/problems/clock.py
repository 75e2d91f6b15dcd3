"""The Clock Problem: from an instant in seconds to the digits that a clock shows.

A clock divides its day of length D into Π r ticks, and shows the number of the present tick in
the mixed radix (r₁, r₂, ...).  Nothing but this generator of examples knows D.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.samples.arrays import Floats
from epicycle.samples.foreign import nearest, shown
from epicycle.samples.twofloat import from_integers, two_product, two_sum

Integers = NDArray[np.int64]


class Readable(Protocol):
    """What shows digits that depend on the time: a clock, another display of it, a calendar."""

    @property
    def radices(self) -> tuple[int, ...]:
        """How many values each digit has."""

    @property
    def year(self) -> float:
        """Seconds of a year of `sample`."""

    def digits(self, t: ArrayLike) -> Integers:
        """Return the digits at instants, exactly."""

    def sample(
        self,
        n: int,
        *,
        rng: np.random.Generator,
        years: float = ...,
        beyond: float = ...,
        continuous: bool = ...,
    ) -> Integers | Floats:
        """Return random instants; see :meth:`Clock.sample`."""


#: Seconds in a Julian year.
YEAR = 365.25 * 86400

# The nearest tick is found in float64 and then corrected by exact arithmetic: this must not be
# wrong by more than a quarter of a tick, while each rounding is one of 2**53.
_MOST_TICKS = 2**48

# Between these, no product of a day and a number of ticks loses digits to under- or overflow.
_SHORTEST_DAY, _LONGEST_DAY = 1e-100, 1e100


@dataclass(frozen=True)
class Clock:
    """A clock of any day and any digits; Earth's by default.

    Parameters
    ----------
    day_length : float
        Length D of the day in seconds, any real number: the value of the float is taken as exact.
    radices : sequence of int
        How many values each digit has, the slowest digit first.

    Raises
    ------
    TypeError, ValueError
        If these do not make a clock.

    Examples
    --------
    >>> Clock().digits([-1, 0, 86400 + 3661])
    array([[23, 59, 59],
           [ 0,  0,  0],
           [ 1,  1,  1]])
    """

    day_length: float = 86400.0
    radices: tuple[int, ...] = (24, 60, 60)

    #: Seconds in a year of :meth:`sample`.
    year: ClassVar[float] = YEAR

    def __post_init__(self) -> None:
        object.__setattr__(self, "day_length", _as_day_length(self.day_length))
        object.__setattr__(self, "radices", _as_radices(self.radices))

    @classmethod
    def random(cls, seed: int) -> Clock:
        """Return one of the random clocks, none of whose digits ticks faster than once a second.

        The length of the day is log-uniform in [3e3, 3e6] s and no whole number; two to four
        radices between 5 and 100, log-uniform as well, have a product of at most that length.
        """
        rng = np.random.default_rng(seed)
        day_length = float(np.exp(rng.uniform(np.log(3e3), np.log(3e6))))
        n_digits = int(rng.integers(2, 5))
        while True:
            radices = np.exp(rng.uniform(np.log(5), np.log(101), n_digits)).astype(int)
            if radices.prod() <= day_length:
                return cls(day_length, tuple(radices.tolist()))

    @property
    def ticks_per_day(self) -> int:
        """Number of different readings, the product of the radices."""
        return math.prod(self.radices)

    def ticks(self, t: ArrayLike) -> Integers:
        """Return the number of ticks since the day began: floor(t·Π r / D) modulo Π r, exactly.

        Parameters
        ----------
        t : array_like of int or float
            Instants in seconds, of either sign.

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number.
        """
        parts = [np.fmod(part, self.day_length) for part in _as_floats(t)]  # fmod never rounds
        n, day = np.array(float(self.ticks_per_day)), np.array(self.day_length)
        nearest = np.rint(sum(parts) * (n / day))
        terms = [term for part in parts for term in two_product(part, n)]
        terms += two_product(-nearest, day)
        before = nearest - (_sign_of_sum(terms) < 0)
        found: Integers = before.astype(np.int64) % self.ticks_per_day
        return found

    def digits(self, t: ArrayLike) -> Integers:
        """Return what the clock shows, exactly.

        Parameters
        ----------
        t : array_like of int or float, shape (...)
            Instants in seconds, of either sign.

        Returns
        -------
        ndarray of int64, shape (..., n_digits)
            The slowest digit first; digit k is in [0, radices[k]).

        Raises
        ------
        TypeError, ValueError
            If an instant is no finite real number.
        """
        return np.stack(np.unravel_index(self.ticks(t), self.radices), axis=-1)

    def text(self, digits: ArrayLike) -> str:
        """Return one reading as a digital clock shows it, such as "23:59:59"."""
        widths = [len(str(radix - 1)) for radix in self.radices]
        shown = np.asarray(digits).tolist()
        return ":".join(f"{digit:0{w}d}" for digit, w in zip(shown, widths, strict=True))

    def sample(
        self,
        n: int,
        *,
        rng: np.random.Generator,
        years: float = 120.0,
        beyond: float = 0.0,
        continuous: bool = False,
    ) -> Integers | Floats:
        """Return random instants, uniform in the range or on either side of it.

        Parameters
        ----------
        n : int
            How many.
        rng : numpy.random.Generator
            Source of randomness.
        years : float
            Length of the range, which begins at 0, in Julian years.
        beyond : float
            If not 0, the instants are not in the range but within `beyond` years before its
            beginning or after its end, with equal odds.
        continuous : bool
            Real-valued instants instead of whole seconds.

        Returns
        -------
        ndarray of int64 or float64, shape (n,)
            Seconds.

        Raises
        ------
        ValueError
            If the range is empty.
        """
        return sample_instants(
            n, rng=rng, year=YEAR, years=years, beyond=beyond, continuous=continuous
        )

    def replace_labels(
        self, digits: ArrayLike, share: float, *, rng: np.random.Generator
    ) -> Integers:
        """Return readings, a share of which is replaced by readings drawn at random.

        Parameters
        ----------
        digits : array_like of int, shape (n, n_digits)
            Readings; they are left as they are.
        share : float
            Probability of each reading to be replaced as a whole, in [0, 1].
        rng : numpy.random.Generator
            Source of randomness.

        Raises
        ------
        ValueError
            If `share` is no probability.
        """
        return replace_labels(digits, self.radices, share, rng=rng)


def replace_labels(
    digits: ArrayLike, sizes: Sequence[int], share: float, *, rng: np.random.Generator
) -> Integers:
    """Return readings, a share of which is drawn at random; see :meth:`Clock.replace_labels`.

    Parameters
    ----------
    digits, share, rng
        As for :meth:`Clock.replace_labels`.
    sizes : sequence of int
        Number of values of each digit.

    Raises
    ------
    ValueError
        If `share` is no probability.
    """
    if not 0 <= share <= 1:
        raise ValueError(
            f"share is {share!r}: expected a probability. To fix this, pass 0.05 for 5 %."
        )
    digits = np.asarray(digits, dtype=np.int64)
    replaced = rng.random(len(digits)) < share
    return np.where(replaced[:, None], rng.integers(0, sizes, digits.shape), digits)


def sample_instants(
    n: int,
    *,
    rng: np.random.Generator,
    year: float,
    years: float,
    beyond: float,
    continuous: bool,
) -> Integers | Floats:
    """Return random instants in a range of years, or around it; see :meth:`Clock.sample`.

    Parameters
    ----------
    n, rng, years, beyond, continuous
        As for :meth:`Clock.sample`.
    year : float
        Seconds of a year.

    Raises
    ------
    ValueError
        If the range is empty.
    """
    if not (years > 0 and beyond >= 0 and math.isfinite(years + beyond)):
        raise ValueError(
            f"years and beyond are {years:g} and {beyond:g}: expected a positive and a "
            f"non-negative number of years. To fix this, give the range a length."
        )
    span, outside = (math.ceil(value * year) for value in (years, beyond))
    length = 2 * outside or span
    t = rng.uniform(0, length, n) if continuous else rng.integers(0, length, n)
    if outside:
        t = np.where(t < outside, t - outside, t - outside + span)
    return t


def exact_match(predicted: ArrayLike, digits: ArrayLike) -> float:
    """Return the share of readings, rows of shape (n, n_digits), with every digit right.

    Raises
    ------
    ValueError
        If the shapes differ, or there are no readings.
    """
    predicted, digits = np.asarray(predicted), np.asarray(digits)
    if predicted.shape != digits.shape or not digits.size:
        raise ValueError(
            f"predicted and digits have shapes {predicted.shape} and {digits.shape}: expected two "
            f"arrays of one shape (n, n_digits). To fix this, pass a prediction for each reading."
        )
    return float((predicted == digits).all(axis=-1).mean())


def _sign_of_sum(terms: Sequence[Floats]) -> Floats:
    """Return the sign of a sum, as if it was not rounded.

    The algorithm is GROW-EXPANSION of J. R. Shewchuk (1997), "Adaptive precision floating-point
    arithmetic and fast robust geometric predicates", Discrete Comput. Geom. 18, 305.
    """
    expansion: list[Floats] = []  # a sum whose parts do not overlap, the smallest first
    for term in terms:
        rest = term
        for k, part in enumerate(expansion):
            rest, expansion[k] = two_sum(rest, part)
        expansion.append(rest)
    sign = np.zeros_like(expansion[0])
    for part in expansion:  # the largest that is not 0 has the last word
        sign = np.where(part != 0, np.sign(part), sign)
    return sign


def as_instants(t: ArrayLike) -> NDArray[Any]:
    """Return instants in seconds as an array of integers or floats, all of them finite.

    Raises
    ------
    TypeError, ValueError
        If they are not instants.
    """
    t = np.asarray(t)
    if t.dtype.kind not in "iuf" or t.dtype.itemsize > 8:
        raise TypeError(
            f"t is of type {t.dtype}: expected instants in seconds, of type int64 or float64. "
            f"To fix this, subtract the time origin and convert."
        )
    if t.dtype.kind == "f" and not np.isfinite(t).all():
        raise ValueError(
            "t is not finite everywhere: expected seconds. To fix this, drop missing instants."
        )
    return t


def _as_floats(t: ArrayLike) -> tuple[Floats, ...]:
    """Return instants as one or two arrays of float64 whose sum is exactly theirs."""
    t = as_instants(t)
    if t.dtype.kind == "f":
        return (t.astype(np.float64),)
    exact = t.astype(np.float64)
    if t.size and np.abs(exact).max() >= 2.0**53:
        return from_integers(t)
    return (exact,)


def _as_day_length(value: Any) -> float:
    problem = f"day_length is {shown(value)}: expected a positive real number of seconds"
    if isinstance(value, (bool, str, complex)) or not hasattr(value, "__float__") or np.ndim(value):
        raise TypeError(f"{problem}. To fix this, pass a number, such as 86400.")
    length = nearest(value)
    if not _SHORTEST_DAY <= length <= _LONGEST_DAY:
        raise ValueError(
            f"{problem} between {_SHORTEST_DAY:g} and {_LONGEST_DAY:g}. "
            f"To fix this, choose another unit of time."
        )
    if length != value:
        raise ValueError(f"{problem} that a float64 can hold. To fix this, pass float({value!r}).")
    return length


def _as_radices(values: Any) -> tuple[int, ...]:
    problem = f"radices is {values!r}: expected the number of values of each digit"
    fix = "To fix this, pass a sequence such as (24, 60, 60)."
    if isinstance(values, str) or not isinstance(values, (Sequence, np.ndarray)):
        raise TypeError(f"{problem}. {fix}")
    whole = [isinstance(v, (int, np.integer)) and not isinstance(v, bool) for v in values]
    if not whole or not all(whole):
        raise TypeError(f"{problem}, whole numbers. {fix}")
    radices = tuple(int(v) for v in values)
    if min(radices) < 2 or math.prod(radices) > _MOST_TICKS:
        raise ValueError(
            f"{problem}, each at least 2 and their product at most 2**48 = {_MOST_TICKS}. {fix}"
        )
    return radices
