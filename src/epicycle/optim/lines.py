"""Lines that were found, and what is to be done with the frequencies because of them."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.samples.arrays import Floats


@dataclass(frozen=True)
class Line:
    """A line to be given to a frequency.

    Attributes
    ----------
    frequency, error : ndarray, shape (m,)
        Its frequency, signed where the sign is known, and standard error.
    strength : float
        Its power in units of the loss's gradient.
    false_alarm_probability : float
    slot : int or None
        The frequency that it belongs to, where that is known.
    """

    frequency: Floats
    error: Floats
    strength: float
    false_alarm_probability: float
    slot: int | None = None


@dataclass(frozen=True)
class Placement:
    """A frequency to be put on a line."""

    bank: int
    index: int
    frequency: Floats
    error: Floats
    strength: float
    false_alarm_probability: float


@dataclass(frozen=True)
class Correction:
    """A frequency to be corrected within its basin."""

    bank: int
    index: int
    frequency: Floats
