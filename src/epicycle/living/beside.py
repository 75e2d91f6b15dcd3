"""A regular series, smoothed, beside a level that lives: what both say is averaged.

Forecasts of different methods err in different ways, so that their mean errs less (Bates & Granger
1969, Operational Research Quarterly 20, 451): with weights of one over the mean square that each
would have erred by, from places before the end of the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from epicycle.limits import AHEAD, SEARCH
from epicycle.living.chain import seen
from epicycle.living.choose import Choice
from epicycle.living.regression import Solution, solve
from epicycle.living.seasons import seasons_of
from epicycle.living.smoothing import Smoothed, smooth
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class Beside:
    """What smoothing says of the time behind the data.

    Attributes
    ----------
    weight : float
        Of this, where that of the living level is 1 less this.
    time, step : float
        The last value's, from the reference time, and from value to value.
    level, slope, damping : float
        The numbers behind the last value; without a slope the damping is 1.
    season : ndarray, shape (m,)
        From the next step on.
    gains : tuple of float
        Of level, slope and season.
    variance : float
        Of errors one step ahead.
    """

    weight: float
    time: float
    step: float
    level: float
    slope: float
    damping: float
    season: Floats
    gains: tuple[float, float, float]
    variance: float

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Beside:
        """Return what `vars` wrote."""
        gains = tuple(float(g) for g in document["gains"])
        season = np.array(document["season"], dtype=np.float64)
        return cls(**{**document, "season": season, "gains": gains})

    def at(self, offset: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of new values at times behind the data, both (m,)."""
        ahead = np.maximum((offset - self.time) / self.step, 0.0)
        return self._mean(ahead), self._variance(ahead)

    def _mean(self, ahead: Floats) -> Floats:
        if self.damping < 1:
            rise = self.damping * (1 - self.damping**ahead) / (1 - self.damping)
        else:
            rise = ahead
        # between steps the season is a straight line
        below = np.floor(ahead)
        share, m = ahead - below, len(self.season)
        here = self.season[((below - 1) % m).astype(int)]
        there = self.season[(below % m).astype(int)]
        result: Floats = self.level + self.slope * rise + here + share * (there - here)
        return result

    def _variance(self, ahead: Floats) -> Floats:
        """Return the variance, by Hyndman et al. 2008, table 6.2: a sum over the steps between."""
        a, b, g = self.gains
        m = len(self.season)
        # by then a slope is forgotten: each further season adds the same
        most = 4 * m + 200
        j = np.arange(1, most + 1)
        rise = (1 - self.damping**j) / (1 - self.damping) if self.damping < 1 else j
        taken = a + b * self.damping * rise + np.where(j % m == 0, g, 0.0)
        total = np.concatenate([[0.0], np.cumsum(taken**2)])
        steps = np.maximum(np.ceil(ahead - 1e-9) - 1, 0.0)
        known = total[np.minimum(steps, most).astype(int)]
        later = np.maximum(steps - most, 0.0) * float((taken[-m:] ** 2).mean())
        result: Floats = self.variance * (1.0 + known + later)
        return result


@dataclass(frozen=True, eq=False)
class Series:
    """A regular series: its values without gaps, its last time and its step."""

    y: Floats
    time: float
    step: float

    @classmethod
    def of(cls, time: Floats, y: Floats) -> Series | None:
        """Return samples as a regular series; None where they are none."""
        order = np.argsort(time, kind="stable")
        time, y = time[order], y[order]
        gaps = np.diff(time)
        if len(time) < AHEAD.fewest or not (gaps > 0).all():
            return None
        usual = float(np.median(gaps))
        steps = np.rint(gaps / usual)
        total = steps.sum()
        if (np.abs(gaps / usual - steps) > SEARCH.near_raster).any():
            return None
        if total + 1 - len(time) > AHEAD.missing * len(time):
            return None
        place = np.concatenate([[0.0], np.cumsum(steps)])
        values = np.interp(np.arange(total + 1), place, y)
        return cls(values, float(time[-1]), float(time[-1] - time[0]) / float(total))

    def smoothed(self, periods: Iterable[float]) -> tuple[Smoothed, float]:
        """Return the series smoothed, by Akaike's criterion, and that by all of its values."""
        seasons = [1, *seasons_of(self.y, (p / self.step for p in periods))]
        tried = []
        for season in seasons:
            y = self.y[-max(AHEAD.smoothed_seasons * season, AHEAD.smoothed) :]
            tried += [(smooth(y, season, slope=slope), len(y)) for slope in (False, True)]
        best, n = min(tried, key=lambda one: one[0].criterion / one[1])
        return best, best.criterion * len(self.y) / n


def beside(series: Series, best: Smoothed, choice: Choice, longest: float) -> Beside | None:
    """Return what smoothing says behind the data, by its weight beside a living level.

    It says nothing where the evidence for level and cycles is overwhelming: what they miss then is
    noise.  `longest` is the longest period of a cycle that lasts, or 0.
    """
    likelihood = -0.5 * (best.criterion + len(best.error)) * len(series.y) / len(best.error)
    if choice.evidence - likelihood > AHEAD.overwhelming:
        return None
    n, strength = len(best.error), best.strength
    return Beside(
        weight=_weight(series, best, choice, longest / series.step),
        time=series.time,
        step=series.step,
        level=float(best.level[n]),
        slope=float(best.slope[n]),
        damping=strength.p,
        season=best.cycle(n),
        gains=(strength.a, strength.b, strength.g),
        variance=best.variance,
    )


def _weight(series: Series, best: Smoothed, choice: Choice, longest: float) -> float:
    """Return the weight of smoothing, by what both would have erred by before the end."""
    n = min(len(best.error), len(choice.nodes.time))
    horizon = min(max(best.season, round(longest), AHEAD.horizon), n // 4)
    squares = np.zeros(2)
    for k in range(AHEAD.origins):
        back = horizon + (k * horizon) // 2
        if 2 * back > n:
            break
        truth = series.y[len(series.y) - back :][:horizon]
        mine = best.forecast(len(best.error) - back, horizon)
        other = chain_ahead(choice, back)[:horizon]
        squares += [np.abs(mine - truth).mean() ** 2, np.abs(other - truth).mean() ** 2]
    if not squares.all():
        return 0.5 if squares[0] == squares[1] else float(squares[1] > squares[0])
    return float(squares[1] / squares.sum())


def chain_ahead(choice: Choice, back: int) -> Floats:
    """Return what the level would have forecast of the last `back` nodes, shape (back,)."""
    return _blind(choice, back)[0]


def further_off(one: Choice, other: Choice) -> bool:
    """Return whether the last stretches would have been forecast worse by one fit than by another.

    Both are fits of the same values; the stretches are the last parts `AHEAD.stretches` of their
    time.  The mean absolute errors of all stretches are added.
    """
    time, error = one.nodes.time, np.zeros(2)
    for share in AHEAD.stretches:
        back = int(np.count_nonzero(time > time[-1] - share * (time[-1] - time[0])))
        truth = one.nodes.values[-back:, 0]
        error += [float(np.abs(chain_ahead(c, back) - truth).mean()) for c in (one, other)]
    return bool(error[0] > error[1])


def astray(choice: Choice) -> float:
    """Return how far the last value is from what all others say of it, in standard deviations."""
    nodes = choice.nodes
    mean, known = _blind(choice, 1)
    row = nodes.values[-1, 1:].copy()
    spread = float(nodes.noise[-1])
    if known.chain.size:
        by = seen(known.strengths)
        row -= by @ known.chain.states(nodes.values)[-1, :, 1:]
        spread += float(by @ known.chain.covariance_at(-1) @ by)
    spread += float(row @ known.inverse @ row)
    return float(abs(nodes.values[-1, 0] - mean[0]) / np.sqrt(known.variance * spread))


def _blind(choice: Choice, back: int) -> tuple[Floats, Solution]:
    """Return what the fit says of the last nodes without their values, and that fit."""
    nodes, solution = choice.nodes, choice.fitted.solution
    noise = nodes.noise.copy()
    noise[len(noise) - back :] *= _UNKNOWN
    free = np.zeros(len(choice.columns))
    penalty = np.concatenate([free, solution.variance / np.maximum(choice.changes, 1e-300)])
    known = solve(replace(nodes, noise=noise), solution.strengths, penalty)
    mean = nodes.values[-back:, 1:] @ known.coefficients
    if known.chain.size:
        states = known.chain.states(nodes.values)[-back:]
        own = states[:, :, 0] - states[:, :, 1:] @ known.coefficients
        mean = mean + own @ seen(solution.strengths)
    return np.asarray(mean), known


#: The noise of values that are not to be known.
_UNKNOWN = 1e12
