"""When stars are looked at: surveys from the ground, spacecraft, rasters with holes.  In days."""

from __future__ import annotations

import numpy as np

SIDEREAL_DAY = 0.9972695664
YEAR = 365.25
#: Nights of a year in which a star is up.
SEASON = 240

SURVEYS = ("nightly", "every 3 nights", "four a night", "two sites", "two campaigns")


def survey(kind: str, rng: np.random.Generator, n: int, years: float) -> np.ndarray:
    """Return the ascending times of about `n` visits within some years.

    Parameters
    ----------
    kind : str
        "nightly": one visit in some of the nights, scattered by .12 d (standard deviation).
        "every 3 nights": the same on every third night, scattered by .05 d.
        "four a night": four exposures, 20 minutes apart, in each of some nights.
        "two sites": one visit a night from either of two sites 9.6 hours apart.
        "two campaigns": two stays of up to 60 nights, random hours of the night, the second
        within the given years.
    rng : Generator
    n : int
        Visits wanted; there are fewer where the nights do not suffice.
    years : float
        From the first to the last.
    """
    nights = np.arange(max(30, round(years * YEAR)))
    nights = nights[nights % YEAR < SEASON]
    if kind == "two campaigns":
        stay = np.arange(60)
        gap = max(90, round(years * YEAR) - 60)
        nights = rng.choice(np.r_[stay, gap + stay], n, replace=n > 120)
        return np.sort(nights + rng.uniform(0.0, 1 / 3, n))
    if kind == "every 3 nights":
        nights = nights[::3]
        nights = rng.choice(nights, min(n, len(nights)), replace=False)
        return np.sort(nights + rng.normal(0.0, 0.05, len(nights)))
    if kind == "four a night":
        count = min(max(n // 4, 10), len(nights))
        start = rng.choice(nights, count, replace=False) + 0.25 * rng.random(count)
        steps = np.arange(4) / 72 + rng.normal(0.0, 0.0005, (count, 4))
        return np.sort((start[:, np.newaxis] + steps).ravel())
    nights = rng.choice(nights, min(n, len(nights)), replace=False).astype(float)
    if kind == "two sites":
        nights += 0.4 * rng.integers(0, 2, len(nights))
        return np.sort(nights + rng.normal(0.0, 0.08, len(nights)))
    return np.sort(nights * SIDEREAL_DAY + rng.normal(0.0, 0.12, len(nights)))


#: Length of an exposure of the Kepler mission's long cadence.
LONG_CADENCE = 0.0204318


def cadence(days: float, start: float = 1000.0) -> np.ndarray:
    """Return times every 29.4 minutes, as spacecraft send them."""
    return start + LONG_CADENCE * np.arange(round(days / LONG_CADENCE))


def campaigns(
    rng: np.random.Generator, gap: float, samples: int | None = None, days: float = 26.6
) -> np.ndarray:
    """Return two campaigns of a spacecraft, `gap` days from the end of one to the next."""
    one = cadence(days)
    if samples is not None:
        one = np.sort(rng.choice(one, samples, replace=False))
    return np.r_[one, one + days + gap]


# ---- Rasters ---------------------------------------------------------------------------------


def _clustered(rng: np.random.Generator) -> np.ndarray:
    nights = np.sort(rng.choice(400, 250, replace=False))
    return np.sort(nights + rng.normal(0.0, 0.04, 250))


def _four_a_night(rng: np.random.Generator) -> np.ndarray:
    return (np.arange(150.0)[:, np.newaxis] + np.arange(4) * 0.0139).ravel()


def _weekdays(rng: np.random.Generator) -> np.ndarray:
    days = np.arange(1000.0)
    return days[days % 7 < 5]


RASTERS = {
    "every day": lambda rng: np.arange(600.0),
    "Monday to Friday": _weekdays,
    "1, later 2": lambda rng: np.r_[np.arange(400.0), np.arange(400.0, 801.0, 2.0)],
    "1, later 1/2": lambda rng: np.r_[np.arange(300.0), np.arange(300.0, 500.0, 0.5)],
    "four exposures a night": _four_a_night,
    "clustered": _clustered,
}
