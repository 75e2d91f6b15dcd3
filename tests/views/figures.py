"""Results that are drawn, and readers of what was drawn."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

SIGMA = 1e-3
N = 300

RNG = np.random.default_rng(20)
T = np.sort(RNG.uniform(2451545.0, 2451645.0, N))
FIRST = 2.0 * np.cos(2 * np.pi * T / 7.3 + 1.0) + 0.5 * np.sin(4 * np.pi * T / 7.3)
SECOND = 0.7 * np.sin(2 * np.pi * T / 3.1)
NOISE = SIGMA * RNG.standard_normal(N)
Y = 10.0 + 0.02 * (T - T[0]) + FIRST + SECOND + NOISE


def parts(figure: Figure, gid: str) -> list[Any]:
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def words(figure: Figure) -> str:
    """Return all that is written in a figure."""
    return "\n".join(t.get_text() for t in figure.findobj(Text))


def points(artist: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(artist.get_xdata(), float), np.asarray(artist.get_ydata(), float)


#: Largest deviation of 300 points that are known to within noise and a few fitted numbers: six
#: standard deviations, which one in 1e6 such sets exceeds.
TOLERANCE = 6 * SIGMA

#: Raised digits to plain ones.
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def local_times() -> pd.DatetimeIndex:
    days = pd.to_timedelta(T - 2451545.0, unit="D").round("us")
    return (pd.Timestamp("2024-03-01", tz="UTC") + days).tz_convert("Europe/Berlin")


def number(text: str) -> float:
    """Read a tick label, such as "−2·10⁻⁵"."""
    sign = -1.0 if text.startswith("−") else 1.0
    digits, _, power = text.removeprefix("−").rpartition("·")
    raised = power[2:].translate(RAISED)
    if power.startswith("10") and raised != power[2:]:
        return sign * float(digits or 1) * 10.0 ** int(raised)
    return sign * float(power)
