"""Numbers as people write them: units that one would say, digits as the errors allow.

``29.5305881(34) d`` means 29.5305881 d with an error of 0.0000034 d: the number in brackets counts
the last digits shown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any

from epicycle.samples.times import UNIT_SECONDS

#: A period between these multiples of the user's own unit is written in that unit.
_OWN_RANGE = {
    "ns": (0.1, 1e3),
    "us": (0.1, 1e3),
    "ms": (0.1, 1e3),
    "s": (0.1, 1e3),
    "min": (0.1, 1e3),
    "h": (0.1, 100.0),
    "d": (0.1, 1e3),
    "y": (0.1, math.inf),
}

#: Beside another period, numbers in this range are understood in the unit of that one.
_UNDERSTOOD = (0.1, 1e3)

#: What is this close to a year is called one, in any unit.
_YEAR = (0.98, 1.02)

#: Any other period is written in the last of these units whose threshold, in seconds, it reaches.
_LADDER = (
    ("ns", 0.0),
    ("us", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 120.0),
    ("h", 7200.0),
    ("d", 2 * 86400.0),
    ("y", 360 * 86400.0),
)

#: Digits of numbers that have no error.
_DIGITS = 6

#: Below this a false-alarm probability is not told: it is not a number anyone can check.
_LEAST_PROBABILITY = 1e-300


def human_period(value: float, error: float | None, unit: str, said: str | None = None) -> str:
    """Return a period in the unit in which one would say it.

    Parameters
    ----------
    value : float
        The period, in `unit`.
    error : float or None
        Its standard error; None or 0 where there is none.
    unit : str
        Unit of time ("s", "min", "h", "d", ...); any other label is kept as it is.
    said : str, optional
        Unit in which another period of the same row or sentence is said: this one is too, unless
        nobody would understand the number.

    Examples
    --------
    >>> human_period(29.530588141, 3.4e-6, "d")
    '29.5305881(34) d'
    >>> human_period(0.01, 2e-6, "d")
    '14.4000(29) min'
    >>> human_period(12.420601, None, "h")
    '12.4206 h'
    >>> human_period(8.0, 0.25, "")
    '8.00(25)'
    """
    chosen = friendly_unit(value, unit) if said is None else _alike(value, unit, said)
    if chosen != unit:
        ratio = UNIT_SECONDS[unit] / UNIT_SECONDS[chosen]
        value = value * ratio.numerator / ratio.denominator
        error = None if error is None else error * ratio.numerator / ratio.denominator
    return f"{human_number(value, error)} {chosen}".rstrip()


def human_periods(values: Sequence[float], unit: str) -> list[str]:
    """Return periods of one row or sentence, the first in the unit in which one would say it.

    The others are in that unit as well, but those that nobody would understand there.

    Examples
    --------
    >>> human_periods([9.0, 240.0], "h"), human_periods([365.25, 730.5], "d")
    (['9 h', '240 h'], ['1 y', '2 y'])
    >>> human_periods([2.0, 4000.0], "d")
    ['2 d', '10.9514 y']
    """
    said = friendly_unit(values[0], unit)
    return [human_period(value, None, unit, said) for value in values]


def _alike(value: float, unit: str, said: str) -> str:
    """Return the unit in which another period is said, or its own where that is out of reach."""
    own = friendly_unit(value, unit)
    if own == said or not (unit in UNIT_SECONDS and said in UNIT_SECONDS):
        return own
    number = value * float(UNIT_SECONDS[unit] / UNIT_SECONDS[said])
    return said if _UNDERSTOOD[0] <= number < _UNDERSTOOD[1] else own


def friendly_unit(value: float, unit: str) -> str:
    """Return the unit in which one would say a period that has `value` in `unit`."""
    if unit not in UNIT_SECONDS or not math.isfinite(value):
        return unit
    seconds = value * float(UNIT_SECONDS[unit])
    if _YEAR[0] < seconds / float(UNIT_SECONDS["y"]) < _YEAR[1]:
        return "y"
    lowest, highest = _OWN_RANGE.get(unit, (1.0, 1.0))
    if lowest <= value < highest:
        return unit
    return [name for name, at_least in _LADDER if seconds >= at_least][-1]


def human_number(value: float, error: float | None, *, scientific: bool = True) -> str:
    """Return a number to the second digit of its error, which stands in brackets.

    Parameters
    ----------
    value : float
        The number.
    error : float or None
        Its standard error; without one (or 0), six digits are shown.
    scientific : bool
        Whether numbers far from 1 may be written with a power of ten.

    Examples
    --------
    >>> human_number(0.4978384, 4.5e-5)
    '0.497838(45)'
    >>> human_number(1188.648, 4.93)
    '1188.6(4.9)'
    >>> human_number(3.4567e-9, 1.2e-11)
    '3.457(12)e-9'
    """
    if not math.isfinite(value):
        return "-"
    if error is None or not math.isfinite(error) or error <= 0:
        return f"{value:.{_DIGITS}g}" if scientific else f"{value:.15g}"
    size = max(abs(value), error)
    power = math.floor(math.log10(size))
    if scientific and not -5 < power < 7:
        return f"{human_number(value / 10.0**power, error / 10.0**power)}e{power}"
    mantissa, exponent = f"{error:.1e}".split("e")
    # a float64 has no more than 16 digits to show, whatever the error says
    decimals = min(1 - int(exponent), 15 - power)
    if decimals < 1:
        # the error is 10 or more: both are rounded to its second digit
        return f"{round(value, decimals):.0f}({round(error, decimals):.0f})"
    if int(exponent) >= 0:
        return f"{value:.{decimals}f}({mantissa})"
    digits = mantissa.replace(".", "")
    if decimals < 1 - int(exponent):
        digits = str(max(1, round(error * 10.0**decimals)))
    return f"{value:.{decimals}f}({digits})"


def human_time(moment: Any, error: float, unit: str) -> str:
    """Return a moment to the digit that its error (in `unit`) allows.

    Examples
    --------
    >>> human_time(dt.datetime(1990, 5, 12, 7, 30), 1.3, "d")
    '1990-05-12 (1.3 d)'
    >>> human_time(2456112.572161, 9.5e-4, "d")
    '2456112.57216(95)'
    """
    if not isinstance(moment, dt.datetime):
        return human_number(float(moment), error, scientific=False)
    if not (unit in UNIT_SECONDS and math.isfinite(error)):
        return str(moment)
    seconds = error * float(UNIT_SECONDS[unit])
    if seconds >= 43200:
        text = moment.date().isoformat()
    elif seconds >= 30:
        text = moment.isoformat(" ", "minutes")
    elif seconds >= 0.5:
        text = moment.isoformat(" ", "seconds")
    else:
        text = moment.isoformat(" ", "milliseconds" if seconds >= 5e-4 else "microseconds")
    chosen = friendly_unit(error, unit)
    spread = error * float(UNIT_SECONDS[unit] / UNIT_SECONDS[chosen])
    return f"{text} ({spread:.2g} {chosen})"


def human_orders(orders: Iterable[int]) -> str:
    """Return the orders of harmonics, runs drawn together.

    Examples
    --------
    >>> human_orders([1, 2, 3, 5])
    '1-3,5'
    """
    runs: list[list[int]] = []
    for order in sorted(orders):
        if runs and order == runs[-1][-1] + 1:
            runs[-1].append(order)
        else:
            runs.append([order])
    return ",".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def human_probability(probability: float) -> str:
    """Return a probability with the digits that matter.

    Examples
    --------
    >>> human_probability(0.00262588), human_probability(5.1e-75), human_probability(0.0)
    ('0.0026', '5e-75', '<1e-300')
    """
    if probability < _LEAST_PROBABILITY:
        return f"<{_LEAST_PROBABILITY:g}"
    return f"{probability:.2g}" if probability >= 1e-3 else f"{probability:.0e}"


def human_odds(odds: float) -> str:
    """Return odds to one against, with the digits that matter.

    Examples
    --------
    >>> human_odds(16.4), human_odds(3471.0), human_odds(2.6e11), human_odds(math.nan)
    ('16 : 1', '3500 : 1', '3e11 : 1', 'unknown')
    """
    if math.isnan(odds):
        return "unknown"
    if odds < 1e4:
        return f"{float(f'{odds:.2g}'):g} : 1"
    return f"{odds:.0e} : 1".replace("e+", "e").replace("e0", "e")
