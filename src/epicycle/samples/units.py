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


#: Below this, a number is written without a power of ten, and zeros in place of digits left out.
_WRITTEN_OUT = 1e7


def in_unit(value: float, unit: str, digits: int = 6) -> str:
    """Return a time for a sentence, with its unit where it has one.

    Examples
    --------
    >>> in_unit(365.0987, "d"), in_unit(0.5, ""), in_unit(11623.4, "d", 4)
    ('365.099 d', '0.5', '11620 d')
    """
    text = f"{value:.{digits}g}"
    if "e+" in text and abs(value) < _WRITTEN_OUT:
        text = f"{float(text):.0f}"
    return f"{text} {unit}".rstrip()


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
