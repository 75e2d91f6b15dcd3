r"""Round and well-known periods that a measured one may be: suggestions with odds, never more.

A period P with the error s either has one of these values or has nothing to do with them; then its
density is locally uniform.  For the decimal number with d digits next to P, one unit of its last
digit being D, and for the well-known period c, the posterior odds against chance are

.. math:: O_d = \pi \frac{2^{-d}}{2 U} \frac{D}{s \sqrt{2\pi}} e^{-(P - P_d)^2 / 2 s^2} , \qquad
          O_c = \frac{\pi}{2 M} \frac{c \ln 10}{s \sqrt{2\pi}} e^{-(P - c)^2 / 2 s^2} ,

with the prior odds pi that a period is any of them, half of which goes to decimal numbers, evenly
over U units of time and halved with every digit, and half evenly to M well-known periods, each of
which competes with a density of periods that is log-uniform over a decade.  See
:mod:`epicycle.evidence.gears` for the principle.  By the same argument chance yields odds above O
with a probability of about pi / O at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from epicycle.samples.times import UNIT_SECONDS

#: Well-known periods in days: means at J2000 (Chapront-Touzé & Chapront 1988 and Laskar 1986, as
#: in Meeus 1998, Astronomical Algorithms; the sidereal day from IERS conventions).
_DAYS = {
    "sidereal day": 0.99726957,
    "lunar day": 1.03505010,
    "half lunar day": 0.51752505,
    "sidereal month": 27.321662,
    "tropical month": 27.321582,
    "synodic month": 29.530589,
    "half synodic month": 14.7652944,
    "anomalistic month": 27.554550,
    "draconic month": 27.212221,
    "tropical year": 365.242190,
    "half tropical year": 182.621095,
    "sidereal year": 365.256363,
    "Julian year": 365.25,
}

#: They change by a few parts in 1e8 over a century.
_CONSTANCY = 1e-7

#: Units in which people choose round periods, and the range in which they would use them.
_UNITS = ("s", "min", "h", "d")

_RANGE = (1.0, 1000.0)

#: Numbers with more digits than this are not called round.
_DIGITS = 4


@dataclass(frozen=True)
class Suggestion:
    """A period that a measured one may be.

    Attributes
    ----------
    name : str
        "24 h", "synodic month".
    period : float
        In the unit of the measured period.
    deviation : float
        Measured minus suggested period, in standard errors.
    odds : float
        Posterior odds against chance.  Where several suggestions fit, each has odds of its own.
    """

    name: str
    period: float
    deviation: float
    odds: float


def suggest_periods(
    period: float, error: float, unit: str = "", *, prior: float = 0.1, least_odds: float = 10.0
) -> tuple[Suggestion, ...]:
    """Return the round and well-known periods that a measured one may be, most likely first.

    Parameters
    ----------
    period, error : float
        The period and its standard error, both above 0.
    unit : str
        Unit of time.  Of any other label, and of none, only decimal numbers are suggested.
    prior : float
        Prior odds that a period is any of them.
    least_odds : float
        Odds from which a suggestion is made.

    Examples
    --------
    >>> [one] = suggest_periods(24.0002, 4e-4, "h")
    >>> one.name, one.period
    ('1 d', 24.0)
    >>> suggest_periods(24.2, 0.3, "h")
    ()
    """
    if not (0 < period < math.inf and 0 < error < math.inf):
        raise ValueError(
            f"period and error must be finite numbers above 0, got {period!r} and {error!r}."
        )
    timed = unit in UNIT_SECONDS
    share = prior / 2 if timed else prior
    candidates: list[tuple[str, float, float]] = []
    if timed:
        day = 86400.0 / float(UNIT_SECONDS[unit])
        candidates += [
            (name, days * day, share / len(_DAYS) * math.log(10) * days * day)
            for name, days in _DAYS.items()
        ]
    scales = _scales(period, unit)
    for name, scale in scales.items():
        candidates += _decimals(period, name, scale, share / len(scales))
    best: dict[float, Suggestion] = {}
    for name, value, weight in candidates:
        spread = math.hypot(error, _CONSTANCY * value if timed and name in _DAYS else 0.0)
        deviation = (period - value) / spread
        odds = weight / (spread * math.sqrt(2 * math.pi)) * math.exp(-0.5 * deviation**2)
        # the same moment in two units is told in the simpler one
        key = float(f"{value:.12g}")
        if odds >= least_odds and (key not in best or odds > best[key].odds):
            best[key] = Suggestion(name, value, deviation, odds)
    return tuple(sorted(best.values(), key=lambda one: -one.odds))


def _scales(period: float, unit: str) -> dict[str, float]:
    """Return the units in which one would tell a period, in units of its own."""
    scales = {unit: 1.0}
    if unit in UNIT_SECONDS:
        for name in _UNITS:
            scale = float(UNIT_SECONDS[name] / UNIT_SECONDS[unit])
            if _RANGE[0] <= round(period / scale, 3) < _RANGE[1]:
                scales.setdefault(name, scale)
    return scales


def _decimals(
    period: float, unit: str, scale: float, share: float
) -> list[tuple[str, float, float]]:
    """Return (name, period, weight) of the decimal numbers next to a period."""
    found = []
    for digits in range(1, _DIGITS + 1):
        number = float(f"{period / scale:.{digits - 1}e}")
        last_digit = 10.0 ** (math.floor(math.log10(number)) - digits + 1)
        found.append(
            (
                f"{number:g} {unit}".rstrip(),
                number * scale,
                share * 2.0**-digits * last_digit * scale,
            )
        )
    return found
