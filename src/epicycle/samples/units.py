"""Units of time: how long each is, and how else it may be called."""

from __future__ import annotations

from fractions import Fraction

#: Seconds in each unit that a user may name.  "y" is the Julian year of 365.25 days.
UNIT_SECONDS: dict[str, Fraction] = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
    "w": Fraction(7 * 86400),
    "y": Fraction(31557600),
}

_UNIT_NAMES = {
    "nanosecond": "ns",
    "microsecond": "us",
    "millisecond": "ms",
    "second": "s",
    "sec": "s",
    "minute": "min",
    "hour": "h",
    "hr": "h",
    "day": "d",
    "week": "w",
    "year": "y",
    "yr": "y",
}


def canonical_unit(unit: str | None) -> str | None:
    """Return the short name of a time unit ("day" -> "d"); unknown labels pass unchanged."""
    if unit is None:
        return None
    if not isinstance(unit, str):
        raise TypeError(f"unit must be a string such as 'd' or 'h', got {type(unit).__name__}")
    name = unit.strip()
    if name in UNIT_SECONDS:
        return name
    lowered = name.lower()
    return _UNIT_NAMES.get(lowered.removesuffix("s"), _UNIT_NAMES.get(lowered, name))
