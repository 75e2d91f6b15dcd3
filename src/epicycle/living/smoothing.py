"""Exponential smoothing of regular samples: a level, a damped slope and a season that change.

The additive model with a damped trend of Hyndman et al. 2008, Forecasting with Exponential
Smoothing, eqs. 3.16 (p. 52) and 6.9: with L what is forecast of level and slope, one step ahead,

    y_t = L_t + s_(t-m) + u_t,    l_t = L_t + a u_t,    b_t = p b_(t-1) + b u_t,
    L_(t+1) = l_t + p b_t,    s_t = s_(t-m) + g u_t.

Its errors u are a linear filter of the values less what the numbers at the start would do alone,
so that these follow by least squares and everything is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, signal

from epicycle.limits import AHEAD
from epicycle.samples.arrays import Floats

#: Limits of the four strengths, and where the search for them begins.
_LOWER, _UPPER = np.array([1e-4, 1e-4, 1e-4, 0.8]), np.array([0.9999, 0.9999, 0.9999, 0.98])

_BEGIN = np.array([0.3, 0.1, 0.1, 0.9])


@dataclass(frozen=True, eq=False)
class Strength:
    """How much of an error each number takes over: level `a`, slope `b`, season `g`; damping `p`.

    `b` is 0 and `p` 1 without a slope; `g` is 0 without a season.
    """

    a: float
    b: float
    g: float
    p: float

    def filter(self, season: int) -> tuple[Floats, Floats]:
        """Return numerator and denominator of the filter from values to errors."""
        trend = np.array([1.0, -1.0])
        gain = np.array([0.0, self.a])
        if self.b > 0:
            trend = np.convolve(trend, [1.0, -self.p])
            gain = np.array([0.0, self.a + self.b * self.p, -self.a * self.p])
        if season < 2:
            return trend, _sum(trend, gain)
        cycle = np.zeros(season + 1)
        cycle[[0, -1]] = 1.0, -1.0
        back = np.zeros(season + 1)
        back[-1] = self.g
        numerator = np.convolve(trend, cycle)
        gained = _sum(np.convolve(gain, cycle), np.convolve(back, trend))
        return numerator, _sum(numerator, gained)


def _sum(one: Floats, other: Floats) -> Floats:
    result = np.zeros(max(len(one), len(other)))
    result[: len(one)] += one
    result[: len(other)] += other
    return result


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A series, smoothed.

    Attributes
    ----------
    season : int
        Steps after which the season repeats itself; 1 without one.
    strength : Strength
        How much of each error is taken over.
    level, slope : ndarray, shape (n + 1,)
        Before each value and behind the last.
    wave : ndarray, shape (n + m,)
        What the season adds to each value, and to those of the season behind the last.
    error : ndarray, shape (n,)
        One step ahead.
    n_parameters : int
        Numbers that were fitted.
    criterion : float
        Akaike's, corrected (Hurvich & Tsai 1989, Biometrika 76, 297).
    """

    season: int
    strength: Strength
    level: Floats
    slope: Floats
    wave: Floats
    error: Floats
    n_parameters: int
    criterion: float

    @property
    def variance(self) -> float:
        """Variance of the errors."""
        freedom = max(len(self.error) - self.n_parameters, 1)
        return float((self.error**2).sum()) / freedom

    def forecast(self, at: int, steps: int) -> Floats:
        """Return what is forecast of the steps behind the first `at` values, shape (steps,)."""
        ahead = np.arange(1, steps + 1)
        slope = self.slope[at] * np.cumsum(self.strength.p**ahead)
        result: Floats = self.level[at] + slope + self.cycle(at)[(ahead - 1) % self.season]
        return result

    def cycle(self, at: int) -> Floats:
        """Return the season to come behind the first `at` values, shape (m,)."""
        return self.wave[at : at + self.season]


def smooth(y: Floats, season: int, *, slope: bool) -> Smoothed:
    """Return a regular series, smoothed with the likeliest strengths.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The values.
    season : int
        Steps after which the season repeats itself; 1 for none.
    slope : bool
        Whether there is a damped slope.
    """
    free = np.array([True, slope, season > 1, slope])
    names = np.flatnonzero(free)
    begin = _logit(_BEGIN[names], names)
    fixed = None if season <= AHEAD.joint_season else _decomposed(y, season, slope)

    def at(place: Floats) -> Strength:
        full = np.array([0.0, 0.0, 0.0, 1.0])
        full[names] = _LOWER[names] + (_UPPER - _LOWER)[names] / (1 + np.exp(-place))
        a, b, g, p = full.tolist()
        return Strength(a, a * b, (1 - a) * g, p)

    def errors(place: Floats) -> tuple[Floats, Floats]:
        strength = at(np.clip(place, -12.0, 12.0))
        numerator, denominator = strength.filter(season)
        if fixed is not None:
            rise = fixed[1] * _rise(len(y), strength) if slope else 0.0
            rest = y - fixed[0] - rise - np.resize(_closed(fixed[1 + slope :]), len(y))
            return signal.lfilter(numerator, denominator, rest), fixed
        alone = _alone(len(y), season, strength, slope)
        filtered = signal.lfilter(numerator, denominator, np.column_stack([y, alone]), axis=0)
        first: Floats = np.linalg.lstsq(filtered[:, 1:], filtered[:, 0], rcond=None)[0].astype(
            float
        )
        return filtered[:, 0] - filtered[:, 1:] @ first, first

    def unlikely(place: Floats) -> float:
        with np.errstate(all="ignore"):
            square = float((errors(place)[0] ** 2).mean())
        return 0.5 * len(y) * np.log(max(square, 1e-300)) if np.isfinite(square) else 1e300

    found = optimize.minimize(
        unlikely,
        begin,
        method="Nelder-Mead",
        options={
            "initial_simplex": np.vstack([begin, begin + 1.5 * np.eye(len(begin))]),
            "maxfev": AHEAD.evaluations * len(begin),
            "xatol": 0.1,
            "fatol": 0.05,
        },
    )
    error, first = errors(found.x)
    strength = at(np.clip(found.x, -12.0, 12.0))
    n, k = len(y), len(names) + len(first) + 1
    criterion = 2 * float(found.fun) + 2 * k * n / max(n - k - 1, 1)
    return Smoothed(
        season, strength, *_numbers(error, first, season, strength, slope), error, k, criterion
    )


def _logit(value: Floats, names: NDArray[np.intp]) -> Floats:
    share = (value - _LOWER[names]) / (_UPPER - _LOWER)[names]
    result: Floats = np.log(share / (1 - share))
    return result


def _rise(n: int, strength: Strength) -> Floats:
    """Return what a slope of 1 at the start adds to each value, shape (n,)."""
    return np.cumsum(strength.p ** np.arange(1, n + 1))


def _closed(wave: Floats) -> Floats:
    """Return a season that sums to 0, from all but its last place."""
    return np.append(wave, -wave.sum())


def _alone(n: int, season: int, strength: Strength, slope: bool) -> Floats:
    """Return what the numbers at the start do alone: level, slope, season that sums to 0."""
    columns = [np.ones(n)]
    if slope:
        columns.append(_rise(n, strength))
    step = np.arange(n) % season
    for k in range(season - 1):
        columns.append((step == k).astype(float) - (step == season - 1))
    return np.column_stack(columns)


def _decomposed(y: Floats, season: int, slope: bool) -> Floats:
    """Return numbers at the start, from the first seasons: too many to be fitted along."""
    turns = min(len(y) // season, 3)
    first = y[: turns * season].reshape(turns, season)
    rise = (first[-1].mean() - first[0].mean()) / max((turns - 1) * season, 1)
    level = float(first.mean()) - rise * (turns * season - 1) / 2
    inside = first - first.mean(axis=1, keepdims=True)
    wave = inside.mean(axis=0) - rise * (np.arange(season) - (season - 1) / 2)
    return np.concatenate([[level], [0.0] * slope, wave[:-1] - wave.mean()])


def _numbers(
    error: Floats, first: Floats, season: int, strength: Strength, slope: bool
) -> tuple[Floats, Floats, Floats]:
    """Return levels and slopes before every value and behind the last, and what seasons add."""
    n = len(error)
    level, rise, wave = np.empty(n + 1), np.zeros(n + 1), np.zeros(n + season)
    level[0], rise[0] = first[0], first[1] if slope else 0.0
    wave[:season] = _closed(first[1 + slope :])
    for t in range(n):
        level[t + 1] = level[t] + strength.p * rise[t] + strength.a * error[t]
        rise[t + 1] = strength.p * rise[t] + strength.b * error[t]
        wave[t + season] = wave[t] + strength.g * error[t]
    return level, rise, wave
